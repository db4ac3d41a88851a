#include "wire/s3/errors.h"

#include "base/disk.h"
#include "base/log.h"
#include "net/conditions.h"
#include "protocol/s3/errors.h"
#include "protocol/s3/request_head.h"
#include "store/conditions.h"

namespace lab::s3 {
namespace {

struct Translation {
  const Condition* from;
  const Condition* to;
};

constexpr Translation kTranslations[] = {
    {&store::conditions::kNoSuchBucket, &conditions::kNoSuchBucket},
    {&store::conditions::kBucketExists, &conditions::kBucketAlreadyOwnedByYou},
    {&store::conditions::kBucketNotEmpty, &conditions::kBucketNotEmpty},
    {&store::conditions::kNoSuchKey, &conditions::kNoSuchKey},
    {&store::conditions::kNoSuchVersion, &conditions::kNoSuchVersion},
    {&store::conditions::kIsDeleteMarker, &conditions::kMethodNotAllowed},
    {&store::conditions::kObjectLocked, &conditions::kObjectLocked},
    {&store::conditions::kPreconditionFailed, &conditions::kPreconditionFailed},
    {&store::conditions::kNoSuchUpload, &conditions::kNoSuchUpload},
    {&store::conditions::kInvalidPart, &conditions::kInvalidPart},
    {&store::conditions::kInvalidPartOrder, &conditions::kInvalidPartOrder},
    {&store::conditions::kPartTooSmall, &conditions::kEntityTooSmall},
    {&store::conditions::kChangeConflict, &conditions::kConditionalRequestConflict},
    {&store::conditions::kBucketQuotaExceeded, &conditions::kBucketQuotaExceeded},
    {&store::conditions::kUserQuotaExceeded, &conditions::kQuotaExceeded},
    {&store::conditions::kDiskLow, &conditions::kStorageFull},
    {&lab::conditions::kDiskFull, &conditions::kStorageFull},
    {&net::conditions::kBodyCut, &conditions::kIncompleteBody},
    {&net::conditions::kPeerTooSlow, &conditions::kRequestTimeout},
    {&net::conditions::kHeadTooLarge, &conditions::kRequestHeaderSectionTooLarge},
    {&net::conditions::kBodyTooLarge, &conditions::kEntityTooLarge},
};

const Condition& condition_of_kind(Kind kind) {
  switch (kind) {
    case Kind::Parse:
    case Kind::Analysis:
    case Kind::InvalidArgument:
    case Kind::Arithmetic:
    case Kind::Cast:
    case Kind::DateTime:
    case Kind::ArrayIndex:
    case Kind::NumberFormat: return conditions::kInvalidRequest;
    case Kind::Unsupported: return conditions::kNotImplemented;
    case Kind::NotFound: return conditions::kNoSuchKey;
    case Kind::AlreadyExists: return conditions::kBucketAlreadyExists;
    case Kind::PreconditionFailed: return conditions::kPreconditionFailed;
    case Kind::Conflict: return conditions::kOperationAborted;
    case Kind::Unauthenticated:
    case Kind::PermissionDenied: return conditions::kAccessDenied;
    case Kind::TooLarge: return conditions::kEntityTooLarge;
    case Kind::ResourceExhausted: return conditions::kSlowDown;
    case Kind::Unavailable: return conditions::kServiceUnavailable;
    case Kind::Cancelled: return conditions::kIncompleteBody;
    case Kind::DeadlineExceeded: return conditions::kRequestTimeout;
    case Kind::Runtime:
    case Kind::Corruption:
    case Kind::Internal: break;
  }
  return conditions::kInternalError;
}

const Condition& condition_of(const Error& error) {
  for (const Translation& row : kTranslations) {
    if (row.from == &error.condition()) return *row.to;
  }
  return condition_of_kind(error.kind());
}

}  // namespace

Error translate_error(const Error& error) {
  if (find_error_row(error.condition()) != nullptr) return error;
  const Condition& condition = condition_of(error);
  Error::Parameters parameters;
  // Only what the client asked with may be told; reasons inside the lab go into its log.
  if (&condition == &conditions::kInvalidRequest) parameters["reason"] = error.message();
  if (&condition == &conditions::kNotImplemented) parameters["feature"] = error.message();
  if (const auto found = error.parameters().find("condition"); found != error.parameters().end()) {
    parameters["Condition"] = found->second;
  }
  return Error(condition, std::move(parameters));
}

net::Response error_response(const Error& error, std::string_view target, std::string_view host,
                             std::string_view request_id, std::string_view domain) {
  const Error translated = translate_error(error);
  const ErrorRow* row = find_error_row(translated.condition());
  if (row->status >= 500 && row->status != 501) {
    log::warning("s3", "request {} ({}): {}", request_id, target, error.what());
  }
  Error::Parameters parameters = translated.parameters();
  std::string resource(target.substr(0, target.find('?')));
  try {
    RequestHead head;
    head.headers.emplace_back("host", std::string(host));
    set_target(head, target);
    resource = head.path;
    const Address address = parse_address(head, domain);
    if (!address.bucket.empty()) parameters.try_emplace("BucketName", address.bucket);
    if (!address.key.empty()) parameters.try_emplace("Key", address.key);
  } catch (const Error&) {
    // The target itself is what was wrong.
  }
  net::Response response;
  response.status = row->status;
  response.set("Content-Type", "application/xml");
  response.set("x-amz-request-id", std::string(request_id));
  response.set("x-amz-id-2", "dflab");
  // What S3 says in headers beside the document: parameters that have a header's name.
  for (const auto& [name, value] : translated.parameters())
    if (name.starts_with("x-amz-") || name == "Allow") response.set(name, value);
  response.body = write_error(Error(translated.condition(), std::move(parameters)), resource, request_id);
  return response;
}

}  // namespace lab::s3
