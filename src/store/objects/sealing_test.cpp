#include "store/objects/sealing.h"

#include <gtest/gtest.h>

#include "store/objects/keyring.h"
#include "store/objects/tables.h"
#include "store/store.h"
#include "store/test_folder.h"

namespace lab::store {
namespace {

class SealingTest : public testing::Test {
 protected:
  SealingTest() {
    reopen();
    make_bucket(*store_, "b");
  }

  void reopen() {
    store_.reset();
    StoreOptions options;
    options.collect_every = std::chrono::seconds(0);
    store_ = Store::open(folder_.path(), options, disk_, clock_);
  }

  /// Puts `bytes`, written in pieces of `piece`, under the lab's own key.
  ObjectInfo put_sealed(const std::string& key, std::string_view bytes, std::size_t piece = 10'000) {
    PutObject put{.bucket = "b", .key = key, .etag = "e"};
    put.properties.encryption.mode = ObjectEncryption::Mode::Lab;
    const DataKey data_key = store_->keyring().make_key(put.properties.encryption);
    if (!bytes.empty()) {
      BlobWriter writer = store_->create_blob({.checksums = {ChecksumKind::Md5}, .seal_with = data_key.bytes});
      for (std::size_t at = 0; at < bytes.size(); at += piece) writer.write(bytes.substr(at, piece));
      StagedBlob blob = writer.finish();
      EXPECT_EQ(blob.digest(ChecksumKind::Md5), checksum(ChecksumKind::Md5, bytes));
      EXPECT_EQ(blob.size(), sealed_length(bytes.size()));
      put.content = ObjectContent::of(std::move(blob));
    }
    ObjectInfo info;
    Change change({.actor = "ann", .protocol = "test", .request = "put"});
    change.put_object(std::move(put), &info);
    store_->apply(std::move(change));
    return info;
  }

  TestFolder folder_;
  RealDisk disk_;
  ManualClock clock_;
  std::unique_ptr<Store> store_;
};

std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>('a' + i * 7 % 26);
  return bytes;
}

TEST(Sealing, lengths_go_both_ways) {
  for (const std::uint64_t plain : {std::uint64_t{0}, std::uint64_t{1}, kSealedChunk - 1, kSealedChunk, kSealedChunk + 1, 5 * kSealedChunk, 5 * kSealedChunk + 17})
    EXPECT_EQ(plain_length(sealed_length(plain)), plain) << plain;
}

TEST(Sealing, a_sealed_key_opens_with_its_key_and_context_only) {
  const DataKey outer = DataKey::random(), inner = DataKey::random();
  const std::string sealed = seal_key(outer, inner, "context");
  EXPECT_EQ(unseal_key(outer, sealed, "context")->bytes, inner.bytes);
  EXPECT_FALSE(unseal_key(outer, sealed, "another"));
  EXPECT_FALSE(unseal_key(inner, sealed, "context"));
}

TEST_F(SealingTest, any_range_of_a_sealed_object_reads_as_it_was_written) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{65'535}, std::size_t{65'536}, std::size_t{65'537}, std::size_t{200'000}}) {
    const std::string bytes = pattern(size);
    EXPECT_EQ(put_sealed("k", bytes).size, size);
    const ObjectReader reader = store_->objects().open("b", "k");
    EXPECT_EQ(reader.info().size, size);
    EXPECT_EQ(reader.read_all(), bytes);
    for (const std::size_t at : {std::size_t{0}, size / 3, size / 2, size}) {
      std::string some(70'000, '\0');
      some.resize(reader.read(at, some));
      EXPECT_EQ(some, bytes.substr(at, 70'000)) << size << " at " << at;
    }
  }
}

TEST_F(SealingTest, the_disk_shows_nothing_and_the_key_survives_a_restart) {
  put_sealed("k", "a secret that nobody may find");
  const auto path = store_->objects().open("b", "k").parts().at(0).path();
  EXPECT_EQ(read_file(disk_, path).find("secret"), std::string::npos);
  reopen();
  EXPECT_EQ(store_->objects().open("b", "k").read_all(), "a secret that nobody may find");
  EXPECT_EQ(store_->objects().list("b", {}).objects.at(0).size, 29u);
}

TEST_F(SealingTest, a_changed_byte_is_never_handed_out) {
  put_sealed("k", pattern(200'000));
  const auto path = store_->objects().open("b", "k").parts().at(0).path();
  disk_.open_to_write(path)->write(70'000, "!");
  try {
    store_->objects().open("b", "k").read_all();
    FAIL() << "a changed byte was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Kind::Corruption);
  }
}

TEST_F(SealingTest, parts_of_an_upload_share_the_objects_key) {
  CreateUpload create{.bucket = "b", .key = "k"};
  create.properties.encryption.mode = ObjectEncryption::Mode::Named;
  create.properties.encryption.key_id = "key-1";
  const DataKey key = store_->keyring().make_key(create.properties.encryption);
  std::string id;
  Change begin({.actor = "ann", .protocol = "test", .request = "create"});
  begin.create_upload(std::move(create), &id);
  store_->apply(std::move(begin));
  CompleteUpload complete{.bucket = "b", .key = "k", .upload = id, .min_part_size = 1};
  std::string whole;
  for (int number = 1; number <= 3; ++number) {
    const std::string bytes = pattern(static_cast<std::size_t>(number) * 65'536 + 1);
    whole += bytes;
    Change change({.actor = "ann", .protocol = "test", .request = "part"});
    change.put_part({.bucket = "b", .key = "k", .upload = id, .number = number,
                     .content = ObjectContent::of(store_->write_blob(bytes, {.seal_with = key.bytes})), .etag = "0" + std::to_string(number)});
    store_->apply(std::move(change));
    complete.parts.push_back({number, "0" + std::to_string(number)});
  }
  EXPECT_EQ(store_->objects().list_parts("b", "k", id, 0, 10).parts.at(1).size, 2u * 65'536 + 1);
  ObjectInfo info;
  Change finish({.actor = "ann", .protocol = "test", .request = "complete"});
  finish.complete_upload(std::move(complete), &info);
  store_->apply(std::move(finish));
  EXPECT_EQ(info.size, whole.size());
  EXPECT_EQ(store_->objects().open("b", "k").read_all(), whole);
}

}  // namespace
}  // namespace lab::store
