#include "wire/s3/bucket_settings.h"
#include "wire/s3/operations/operations.h"

/// The public access block of the account, which S3 Control's clients (`aws s3control`) ask for: each of its flags holds for
/// every bucket, whatever the bucket's own block says.
namespace lab::s3 {
namespace {

constexpr std::string_view kAccessBlock = "publicAccessBlock";

}  // namespace

net::Response serve_get_account_access_block(Call& call) {
  auto document = find_account_setting(call.service.store.snapshot(), kAccessBlock);
  if (!document) throw Error(conditions::kNoSuchPublicAccessBlock);
  return xml_response(*std::move(document));
}

net::Response serve_put_account_access_block(Call& call) {
  store::Change change = call.new_change();
  put_account_setting(change, kAccessBlock, read_public_access_block(call, call.document));
  call.service.store.apply(std::move(change));
  return empty_response(201);
}

net::Response serve_delete_account_access_block(Call& call) {
  store::Change change = call.new_change();
  erase_account_setting(change, kAccessBlock);
  call.service.store.apply(std::move(change));
  return empty_response(204);
}

}  // namespace lab::s3
