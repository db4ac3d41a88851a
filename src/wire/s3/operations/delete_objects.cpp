#include "protocol/s3/documents.h"
#include "wire/s3/errors.h"
#include "wire/s3/operations/operations.h"

namespace lab::s3 {
namespace {

DeletedObject delete_conditionally(Call& call, const ObjectToDelete& object) {
  DeletedObject deleted{object.key, object.version, std::nullopt};
  if (object.version && *object.version != "null") {
    deleted.error = Error(conditions::kNoSuchVersion);
    return deleted;
  }
  try {
    store::Change change = call.new_change();
    change.delete_object({call.address.bucket, object.key,
                          *object.etag == "*" ? store::Expectation::present() : store::Expectation::has_etag(*object.etag)});
    call.service.store.apply(std::move(change));
  } catch (const Error& error) {
    deleted.error = translate_error(error);
    if (find_error_row(deleted.error->condition())->status >= 500) throw;
  }
  return deleted;
}

}  // namespace

net::Response serve_delete_objects(Call& call) {
  const DeleteRequest request = parse_delete_request(call.document);
  call.objects().get_bucket(call.address.bucket);
  std::vector<DeletedObject> deleted;
  // All deletes without a condition are one change; each of the others may fail alone.
  store::Change change = call.new_change();
  bool has_steps = false;
  for (const ObjectToDelete& object : request.objects) {
    if (object.etag) {
      deleted.push_back(delete_conditionally(call, object));
    } else if (object.version && *object.version != "null") {
      deleted.push_back({object.key, object.version, Error(conditions::kNoSuchVersion)});
    } else {
      change.delete_object({call.address.bucket, object.key, {}});
      has_steps = true;
      deleted.push_back({object.key, object.version, std::nullopt});
    }
  }
  if (has_steps) call.service.store.apply(std::move(change));
  return xml_response(write_delete_result(deleted, request.is_quiet));
}

}  // namespace lab::s3
