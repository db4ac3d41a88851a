#include "store/change.h"

#include "store/objects/tables.h"

namespace lab::store {
namespace {

void append(std::vector<StagedBlob>& to, const std::vector<StagedBlob>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

Change& Change::step(Step step) {
  steps_.push_back(std::move(step));
  return *this;
}

Change& Change::put_row(std::string table, Row row, Branch branch) {
  return step([table = std::move(table), row = std::move(row), branch](Transaction& transaction) {
    transaction.put_row(table, row, branch);
  });
}

Change& Change::add_row(std::string table, Row row, Branch branch) {
  return step([table = std::move(table), row = std::move(row), branch](Transaction& transaction) {
    transaction.add_row(table, row, branch);
  });
}

Change& Change::erase_row(std::string table, Key key, Branch branch) {
  return step([table = std::move(table), key = std::move(key), branch](Transaction& transaction) {
    transaction.erase_row(table, key, branch);
  });
}

Change& Change::create_bucket(std::string name, std::string owner, std::string region) {
  return step([name = std::move(name), owner = std::move(owner), region = std::move(region)](Transaction& transaction) {
    store::create_bucket(transaction, name, owner, region);
  });
}

Change& Change::delete_bucket(std::string name) {
  return step([name = std::move(name)](Transaction& transaction) { store::delete_bucket(transaction, name); });
}

Change& Change::put_object(PutObject put, ObjectInfo* result) {
  append(staged_, put.content.staged);
  return step([put = std::move(put), result](Transaction& transaction) mutable {
    auto info = store::put_object(transaction, put);
    if (result != nullptr) *result = std::move(info);
  });
}

Change& Change::put_objects(std::vector<PutObject> puts) {
  for (auto& put : puts) put_object(std::move(put));
  return *this;
}

Change& Change::set_versioning(std::string bucket, Versioning versioning) {
  return step([bucket = std::move(bucket), versioning](Transaction& transaction) {
    store::set_versioning(transaction, bucket, versioning);
  });
}

Change& Change::delete_object(DeleteObject erase, DeleteResult* result) {
  return step([erase = std::move(erase), result](Transaction& transaction) {
    auto deleted = store::delete_object(transaction, erase);
    if (result != nullptr) *result = std::move(deleted);
  });
}

Change& Change::update_object(UpdateObject update, ObjectInfo* result) {
  return step([update = std::move(update), result](Transaction& transaction) {
    auto info = store::update_object(transaction, update);
    if (result != nullptr) *result = std::move(info);
  });
}

Change& Change::create_upload(CreateUpload create, std::string* upload_id) {
  return step([create = std::move(create), upload_id](Transaction& transaction) {
    *upload_id = store::create_upload(transaction, create);
  });
}

Change& Change::put_part(PutPart put) {
  append(staged_, put.content.staged);
  return step([put = std::move(put)](Transaction& transaction) { store::put_part(transaction, put); });
}

Change& Change::complete_upload(CompleteUpload complete, ObjectInfo* result) {
  return step([complete = std::move(complete), result](Transaction& transaction) {
    auto info = store::complete_upload(transaction, complete);
    if (result != nullptr) *result = std::move(info);
  });
}

Change& Change::abort_upload(std::string bucket, std::string key, std::string upload) {
  return step([bucket = std::move(bucket), key = std::move(key), upload = std::move(upload)](Transaction& transaction) {
    store::abort_upload(transaction, bucket, key, upload);
  });
}

Change& Change::move_blob(const KeptBlob& blob, const StagedBlob& copy) {
  staged_.push_back(copy);
  return step([blob, place = *copy.place()](Transaction& transaction) {
    connection_of(transaction)
        .prepare("UPDATE blobs SET pack = ?2, pack_offset = ?3 WHERE id = ?1 AND pack = ?4 AND pack_offset = ?5")
        .bind(1, blob.id.value)
        .bind(2, place.pack)
        .bind(3, place.offset)
        .bind(4, blob.place->pack)
        .bind(5, blob.place->offset)
        .run();
  });
}

}  // namespace lab::store
