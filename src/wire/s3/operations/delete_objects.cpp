#include "protocol/s3/documents.h"
#include "store/conditions.h"
#include "wire/s3/authorize.h"
#include "wire/s3/errors.h"
#include "wire/s3/object_headers.h"
#include "wire/s3/operations/operations.h"
#include "wire/s3/versions.h"

namespace lab::s3 {
namespace {

store::DeleteObject delete_of(const Call& call, const store::Rows& rows, const ObjectToDelete& object) {
  store::DeleteObject erase{.bucket = call.address.bucket, .key = object.key};
  if (object.etag) erase.expect = *object.etag == "*" ? store::Expectation::present() : store::Expectation::has_etag(*object.etag);
  erase.expected_size = object.size;
  erase.expected_modified = object.modified;
  if (object.version) erase.version = read_version(*object.version);
  erase.bypasses_governance = may_bypass_governance(call, rows, object.key);
  return erase;
}

bool is_alone(const ObjectToDelete& object) { return object.etag || object.size || object.modified || object.version; }

void take_result(DeletedObject& deleted, const store::DeleteResult& result) {
  deleted.is_marker = result.is_marker;
  if (result.is_marker && result.version) deleted.marker_version = show_version(*result.version);
}

/// A delete that a condition, a lock or a right to versions may refuse is a change of its own: the others go on.
DeletedObject delete_alone(const Call& call, const store::Rows& rows, const ObjectToDelete& object) {
  DeletedObject deleted{object.key, object.version, std::nullopt};
  try {
    if (!may_delete(call, rows, object.key, object.version.has_value())) throw Error(conditions::kAccessDenied);
    store::DeleteResult result;
    store::Change change = call.new_change();
    change.delete_object(delete_of(call, rows, object), &result);
    call.service.store.apply(std::move(change));
    take_result(deleted, result);
  } catch (const Error& error) {
    deleted.error = translate_error(error);
    if (find_error_row(deleted.error->condition())->status >= 500) throw;
  }
  return deleted;
}

}  // namespace

net::Response serve_delete_objects(Call& call) {
  const DeleteRequest request = parse_delete_request(call.document);
  // Rights are decided for all keys at one moment.
  const store::Snapshot snapshot = call.service.store.snapshot();
  if (!store::find_bucket(snapshot, call.address.bucket)) throw Error(store::conditions::kNoSuchBucket, {{"bucket", call.address.bucket}});
  std::vector<DeletedObject> deleted(request.objects.size());
  std::vector<store::DeleteResult> results(request.objects.size());
  std::vector<bool> is_done(request.objects.size());
  // All that nothing can refuse are one change.
  store::Change change = call.new_change();
  bool has_steps = false;
  for (std::size_t i = 0; i < request.objects.size(); ++i) {
    const ObjectToDelete& object = request.objects[i];
    is_done[i] = true;
    if (is_alone(object)) {
      deleted[i] = delete_alone(call, snapshot, object);
    } else if (!may_delete(call, snapshot, object.key, false)) {
      deleted[i] = {object.key, object.version, Error(conditions::kAccessDenied)};
    } else {
      is_done[i] = false;
      change.delete_object(delete_of(call, snapshot, object), &results[i]);
      has_steps = true;
    }
  }
  if (has_steps) call.service.store.apply(std::move(change));
  for (std::size_t i = 0; i < request.objects.size(); ++i) {
    const ObjectToDelete& object = request.objects[i];
    if (is_done[i]) continue;
    deleted[i].key = object.key;
    take_result(deleted[i], results[i]);
  }
  return xml_response(write_delete_result(deleted, request.is_quiet));
}

}  // namespace lab::s3
