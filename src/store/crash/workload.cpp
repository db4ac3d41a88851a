#include "store/crash/workload.h"

#include <thread>

#include <fmt/format.h>

#include "base/checksum.h"
#include "base/ids.h"

namespace lab::store::crash {
namespace {

Origin client() { return {"ann", "s3", "request"}; }

/// Bytes that differ at every place, so that a hole or a shift shows.
std::string body(std::string_view name, std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) text += fmt::format("{}.{};", name, i);
  text.resize(size);
  return text;
}

PutObject put_of(Store& store, std::string bucket, std::string key, std::string_view bytes) {
  PutObject put{.bucket = std::move(bucket), .key = std::move(key)};
  auto blob = store.write_blob(bytes, {.checksums = {ChecksumKind::Md5, ChecksumKind::Crc32c}});
  put.etag = to_hex(blob.digest(ChecksumKind::Md5));
  put.properties.content_type = "text/plain";
  put.properties.checksums = {{ChecksumKind::Crc32c, blob.digest(ChecksumKind::Crc32c)}};
  put.content = ObjectContent::of(std::move(blob));
  return put;
}

ObjectInfo put(Scene& scene, const std::string& bucket, const std::string& key, std::string_view bytes) {
  ObjectInfo info;
  Change change(client());
  change.put_object(put_of(*scene.store, bucket, key, bytes), &info);
  scene.store->apply(std::move(change));
  return info;
}

void remove(Scene& scene, DeleteObject erase) {
  Change change(client());
  change.delete_object(std::move(erase));
  scene.store->apply(std::move(change));
}

void make_buckets(Scene& scene, int round) {
  Change change(client());
  for (const auto* kind : {"plain", "kept", "paused"}) change.create_bucket(fmt::format("{}{}", kind, round), "ann");
  change.set_versioning(fmt::format("kept{}", round), Versioning::Enabled);
  scene.store->apply(std::move(change));
}

std::string begin_upload(Scene& scene, const std::string& bucket, const std::string& key) {
  std::string id;
  Change change(client());
  change.create_upload({.bucket = bucket, .key = key}, &id);
  scene.store->apply(std::move(change));
  return id;
}

void put_part(Scene& scene, const std::string& bucket, const std::string& key, const std::string& upload, int number,
              std::string_view bytes) {
  auto blob = scene.store->write_blob(bytes, {.checksums = {ChecksumKind::Md5}});
  auto etag = to_hex(blob.digest(ChecksumKind::Md5));
  Change change(client());
  change.put_part({.bucket = bucket, .key = key, .upload = upload, .number = number, .content = ObjectContent::of(std::move(blob)), .etag = std::move(etag)});
  scene.store->apply(std::move(change));
}

void complete(Scene& scene, const std::string& bucket, const std::string& key, const std::string& upload) {
  CompleteUpload complete{.bucket = bucket, .key = key, .upload = upload};
  complete.min_part_size = 1;
  for (const auto& part : scene.store->objects().list_parts(bucket, key, upload, 0, 100).parts) complete.parts.push_back({part.number, part.etag});
  ObjectInfo info;
  Change change(client());
  change.complete_upload(std::move(complete), &info);
  scene.store->apply(std::move(change));
}

/// A table's commit as Spark makes it: a data file of the engine's and a log entry, which must be the first of its number.
void commit_table(Scene& scene, const std::string& bucket, const std::string& table, std::size_t version) {
  auto& store = *scene.store;
  const auto bytes = body(fmt::format("{}{}", table, version), 3000 + 500 * version);
  const auto path = store.stage_path(".parquet");
  store.disk().create(path)->write(0, bytes);
  auto data = store.adopt(path, {.checksums = {ChecksumKind::Md5}, .plain_file = true});
  const auto name = fmt::format("part-{}.parquet", version);
  std::vector<PutObject> puts;
  puts.push_back({.bucket = bucket, .key = table + "/" + name, .etag = to_hex(data.digest(ChecksumKind::Md5))});
  puts.back().content = ObjectContent::of(std::move(data));
  puts.push_back(put_of(store, bucket, log_key(table, version), fmt::format(R"({{"add":{{"path":"{}","size":{}}}}})", name, bytes.size())));
  puts.back().expect = Expectation::absent();
  Change change({"ann", "spark", "commit"});
  change.put_objects(std::move(puts));
  store.apply(std::move(change));
}

}  // namespace

SchemaSpec workload_schema() {
  return {.module = "workload",
          .tables = {{.name = "chosen", .kind = RowKind::History, .columns = {{"name"}, {"value"}}},
                     {.name = "offsets", .kind = RowKind::State, .columns = {{"topic"}, {"position", ColumnType::Integer}}},
                     {.name = "visits", .kind = RowKind::Event, .columns = {{"who"}}, .num_key_columns = 0}}};
}

std::string log_key(std::string_view table, std::size_t version) { return fmt::format("{}/_delta_log/{:020}.json", table, version); }

std::string added_file(std::string_view entry) {
  const auto from = entry.find(R"("path":")") + 8;
  return std::string(entry.substr(from, entry.find('"', from) - from));
}

std::uint64_t added_size(std::string_view entry) { return std::stoull(std::string(entry.substr(entry.find(R"("size":)") + 7))); }

std::vector<Step> make_round(int round) {
  const auto plain = fmt::format("plain{}", round), kept = fmt::format("kept{}", round), paused = fmt::format("paused{}", round);
  const auto size = [round](std::size_t base) { return base + static_cast<std::size_t>(round) * 37; };
  const auto upload = fmt::format("upload{}", round);
  std::vector<Step> steps;
  const auto add = [&steps](std::string name, std::function<void(Scene&)> run) { steps.push_back({std::move(name), std::move(run)}); };
  const auto add_put = [&](const std::string& bucket, const std::string& key, std::size_t bytes, std::string_view salt = "") {
    add("put " + bucket + "/" + key, [=, text = body(key + std::string(salt), bytes)](Scene& scene) { put(scene, bucket, key, text); });
  };

  add("make buckets", [=](Scene& scene) { make_buckets(scene, round); });
  add_put(plain, "small", size(100));
  add_put(plain, "empty", 0);
  add_put(plain, "page", size(4096));
  add_put(plain, "folder/large", size(70'000));
  add_put(plain, "small", size(600), "anew");
  add("copy", [=](Scene& scene) {
    const auto source = scene.store->objects().open(plain, "small");
    Change change(client());
    change.put_object({.bucket = plain, .key = "folder/copy", .content = ObjectContent::copy_of(source.info()), .etag = source.info().etag});
    scene.store->apply(std::move(change));
  });
  add("put two in one change", [=](Scene& scene) {
    std::vector<PutObject> puts;
    puts.push_back(put_of(*scene.store, plain, "pair/a", body("a", size(900))));
    puts.push_back(put_of(*scene.store, plain, "pair/b", body("b", size(1700))));
    Change change(client());
    change.put_objects(std::move(puts));
    scene.store->apply(std::move(change));
  });
  add("a put that is refused", [=](Scene& scene) {
    auto refused = put_of(*scene.store, plain, "small", "never");
    refused.expect = Expectation::absent();
    Change change(client());
    change.put_object(std::move(refused));
    try {
      scene.store->apply(std::move(change));
    } catch (const Error& error) {
      if (error.kind() != Kind::PreconditionFailed) throw;
      return;
    }
    LAB_CHECK(false, "a put over an object that must be absent");
  });
  add("an upload that is given up before its change", [=](Scene& scene) { scene.store->write_blob(body("given up", size(2000))); });
  add("delete", [=](Scene& scene) { remove(scene, {.bucket = plain, .key = "page"}); });

  for (const auto* salt : {"one", "two"}) add_put(kept, "doc", size(800), salt);
  add("delete with a marker", [=](Scene& scene) { remove(scene, {.bucket = kept, .key = "doc"}); });
  add_put(kept, "doc", size(850), "three");
  add("expire noncurrent versions", [=](Scene& scene) {
    // As lifecycle does: all in one change.
    Change change({"system", "lifecycle", "expire"});
    for (const auto& version : scene.store->objects().list_versions(kept, {}).versions)
      if (!version.is_latest && !version.is_marker) change.delete_object({.bucket = kept, .key = version.key, .version = version.version});
    scene.store->apply(std::move(change));
  });
  add("set properties", [=](Scene& scene) {
    Change change(client());
    change.update_object({.bucket = kept, .key = "doc", .update = [](ObjectInfo& info) { info.properties.lock.legal_hold = true; }});
    scene.store->apply(std::move(change));
  });
  add_put(paused, "doc", size(300), "before");
  for (const auto versioning : {Versioning::Enabled, Versioning::Suspended})
    add("versioning", [=](Scene& scene) {
      Change change(client());
      change.set_versioning(paused, versioning);
      scene.store->apply(std::move(change));
    });
  add_put(paused, "doc", size(310), "after");

  add("begin an upload", [=](Scene& scene) { scene.notes[upload] = begin_upload(scene, plain, "parts"); });
  for (const int number : {1, 2, 2})
    add("put a part", [=](Scene& scene) { put_part(scene, plain, "parts", scene.notes.at(upload), number, body("part", size(static_cast<std::size_t>(1500 * number)))); });
  add("complete the upload", [=](Scene& scene) { complete(scene, plain, "parts", scene.notes.at(upload)); });
  add("begin another", [=](Scene& scene) { scene.notes[upload] = begin_upload(scene, plain, "never"); });
  add("put a part of it", [=](Scene& scene) { put_part(scene, plain, "never", scene.notes.at(upload), 1, body("never", size(1200))); });
  add("abort it", [=](Scene& scene) {
    Change change(client());
    change.abort_upload(plain, "never", scene.notes.at(upload));
    scene.store->apply(std::move(change));
  });

  for (std::size_t version = 0; version < 3; ++version) add("commit a table", [=](Scene& scene) { commit_table(scene, plain, "table", version); });
  add("rows", [=](Scene& scene) {
    Change change(client());
    change.put_row("chosen", {std::string("spark.memory"), fmt::format("{}GiB", round)});
    change.put_row("offsets", {fmt::format("topic{}", round % 2), std::int64_t{round}});
    change.add_row("visits", {fmt::format("ann{}", round)});
    scene.store->apply(std::move(change));
  });
  // Most of their pack is waste once they are gone.
  for (const auto* key : {"fat/a", "fat/b", "fat/c"}) add_put(plain, key, size(30'000));
  add("the clock jumps back", [](Scene& scene) { scene.clock.set_wall(scene.clock.now() - std::chrono::hours(5)); });
  add("delete them", [=](Scene& scene) {
    Change change(client());
    for (const auto* key : {"fat/a", "fat/b", "fat/c"}) change.delete_object({.bucket = plain, .key = key});
    scene.store->apply(std::move(change));
  });
  add("restart", [](Scene& scene) { scene.reopen(); });
  add_put(plain, "small", size(650), "after the restart");
  add("collect and compact", [](Scene& scene) {
    scene.clock.advance(std::chrono::hours(24 * 8));
    scene.store->collect();
  });
  add("erase rows", [=](Scene& scene) {
    Change change(client());
    change.erase_row("chosen", {std::string("spark.memory")});
    scene.store->apply(std::move(change));
  });
  // Rounds before this one go whole, so that states stay small.
  if (round >= 1)
    add("empty an old bucket", [=](Scene& scene) {
      const auto old = fmt::format("plain{}", round - 1);
      Change change(client());
      for (const auto& object : scene.store->objects().list(old, {}).objects) change.delete_object({.bucket = old, .key = object.key});
      change.delete_bucket(old);
      scene.store->apply(std::move(change));
    });
  return steps;
}

Step make_puts_at_once() {
  const auto run = [](Scene& scene) {
    std::vector<std::jthread> clients;
    for (int number = 0; number < 8; ++number)
      clients.emplace_back([&scene, number] {
        const auto key = fmt::format("at-once/{}", number);
        put(scene, "kept0", key, body(key, static_cast<std::size_t>(700 + 900 * number)));
      });
  };
  return {"puts at once", run, true};
}

}  // namespace lab::store::crash
