#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/disk.h"
#include "base/ids.h"
#include "store/store.h"

namespace lab::store {

/// For tests: a data folder of its own that goes with it.
class TestFolder {
 public:
  TestFolder() : path_(std::filesystem::temp_directory_path() / ("lab-store-" + random_hex(8))) {
    std::filesystem::create_directories(path_);
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  const std::filesystem::path path_;
};

/// The condition that `call` ends with; nullptr when it ends well.
template <typename Call>
const Condition* condition_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return &error.condition();
  }
  return nullptr;
}

inline Origin test_origin() { return {"ann", "test", "1"}; }

inline ObjectInfo put_text(Store& store, const std::string& bucket, const std::string& key, std::string_view text,
                           Expectation expect = {}, bool plain_file = false) {
  ObjectInfo info;
  auto blob = store.write_blob(text, {.checksums = {ChecksumKind::Md5}, .plain_file = plain_file});
  auto etag = to_hex(blob.digest(ChecksumKind::Md5));
  Change change(test_origin());
  change.put_object({.bucket = bucket,
                     .key = key,
                     .content = ObjectContent::of(std::move(blob)),
                     .etag = std::move(etag),
                     .expect = std::move(expect)},
                    &info);
  store.apply(std::move(change));
  return info;
}

inline void make_bucket(Store& store, const std::string& name) {
  Change change(test_origin());
  change.create_bucket(name, "ann");
  store.apply(std::move(change));
}

inline bool delete_key(Store& store, const std::string& bucket, const std::string& key) {
  DeleteResult result;
  Change change(test_origin());
  change.delete_object({.bucket = bucket, .key = key}, &result);
  store.apply(std::move(change));
  return result.existed;
}

}  // namespace lab::store
