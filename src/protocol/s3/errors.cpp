#include "protocol/s3/errors.h"

#include <cctype>

#include "protocol/s3/xml.h"

namespace lab::s3 {
namespace {

constexpr ErrorRow kErrorRows[] = {
    {&conditions::kAccessDenied, 403},
    {&conditions::kGovernedFiles, 403},
    {&conditions::kAuthorizationHeaderMalformed, 400},
    {&conditions::kAuthorizationQueryParametersError, 400},
    {&conditions::kBadDigest, 400},
    {&conditions::kBadRequest, 400},
    {&conditions::kBucketAlreadyExists, 409},
    {&conditions::kBucketAlreadyOwnedByYou, 409},
    {&conditions::kBucketNotEmpty, 409},
    {&conditions::kBucketQuotaExceeded, 400},
    {&conditions::kConditionalRequestConflict, 409},
    {&conditions::kEntityTooLarge, 400},
    {&conditions::kEntityTooSmall, 400},
    {&conditions::kDeleteConflict, 409},
    {&conditions::kEntityAlreadyExists, 409},
    {&conditions::kEntityTemporarilyUnmodifiable, 409},
    {&conditions::kIamValidation, 400},
    {&conditions::kInvalidIdentityToken, 400},
    {&conditions::kExpiredIdentityToken, 400},
    {&conditions::kIdpCommunicationError, 400},
    {&conditions::kMalformedPolicyDocument, 400},
    {&conditions::kNoSuchEntity, 404},
    {&conditions::kInvalidAccordingToPolicy, 403},
    {&conditions::kInvalidPolicyDocument, 400},
    {&conditions::kMalformedPost, 400},
    {&conditions::kMaxPostPreData, 400},
    {&conditions::kPostWithoutFile, 400},
    {&conditions::kMalformedAcl, 400},
    {&conditions::kMalformedPolicy, 400},
    {&conditions::kUnresolvableGrant, 400},
    {&conditions::kAclsNotSupported, 400},
    {&conditions::kObjectLocked, 403},
    {&conditions::kInvalidObjectState, 403},
    {&conditions::kInvalidBucketState, 409},
    {&conditions::kInvalidRetentionPeriod, 400},
    {&conditions::kCorsForbidden, 403},
    {&conditions::kExpiredPresignRequest, 403},
    {&conditions::kHeadersNotSigned, 403},
    {&conditions::kIncompleteBody, 400},
    {&conditions::kInternalError, 500},
    {&conditions::kInvalidAccessKeyId, 403},
    {&conditions::kInvalidArgument, 400},
    {&conditions::kInvalidBucketName, 400},
    {&conditions::kInvalidBucketAclWithObjectOwnership, 400},
    {&conditions::kInvalidDigest, 400},
    {&conditions::kInvalidEncryptionAlgorithm, 400},
    {&conditions::kInvalidEncryptionMethod, 400},
    {&conditions::kInvalidLocationConstraint, 400},
    {&conditions::kInvalidPart, 400},
    {&conditions::kInvalidPartOrder, 400},
    {&conditions::kInvalidRange, 416},
    {&conditions::kInvalidRequest, 400},
    {&conditions::kInvalidStorageClass, 400},
    {&conditions::kInvalidTag, 400},
    {&conditions::kInvalidTargetBucketForLogging, 400},
    {&conditions::kExpiredToken, 400},
    {&conditions::kInvalidTokenId, 403},
    {&conditions::kInvalidUri, 400},
    {&conditions::kKeyTooLong, 400},
    {&conditions::kMalformedTrailer, 400},
    {&conditions::kMalformedXml, 400},
    {&conditions::kMetadataTooLarge, 400},
    {&conditions::kMethodNotAllowed, 405},
    {&conditions::kMissingContentLength, 411},
    {&conditions::kMissingSecurityHeader, 400},
    {&conditions::kNoSuchBucket, 404},
    {&conditions::kNoSuchBucketPolicy, 404},
    {&conditions::kNoSuchCorsConfiguration, 404},
    {&conditions::kNoSuchKey, 404},
    {&conditions::kNoSuchLifecycleConfiguration, 404},
    {&conditions::kNoSuchObjectLockConfiguration, 404},
    {&conditions::kNoSuchPublicAccessBlock, 404},
    {&conditions::kNoSuchTagSet, 404},
    {&conditions::kNoSuchUpload, 404},
    {&conditions::kNoSuchVersion, 404},
    {&conditions::kNoSuchWebsiteConfiguration, 404},
    {&conditions::kNotImplemented, 501},
    {&conditions::kNotModified, 304},
    {&conditions::kObjectLockConfigurationNotFound, 404},
    {&conditions::kOperationAborted, 409},
    {&conditions::kOwnershipControlsNotFound, 404},
    {&conditions::kPreconditionFailed, 412},
    {&conditions::kQuotaExceeded, 403},
    {&conditions::kReplicationConfigurationNotFound, 404},
    {&conditions::kRequestHeaderSectionTooLarge, 400},
    {&conditions::kRequestTimeout, 400},
    {&conditions::kRequestTimeTooSkewed, 403},
    {&conditions::kSelectCastFailed, 400},
    {&conditions::kSelectCsvParsingError, 400},
    {&conditions::kSelectInvalidArguments, 400},
    {&conditions::kSelectInvalidCompression, 400},
    {&conditions::kSelectInvalidDataSource, 400},
    {&conditions::kSelectInvalidDataType, 400},
    {&conditions::kSelectInvalidExpressionType, 400},
    {&conditions::kSelectInvalidFileHeaderInfo, 400},
    {&conditions::kSelectInvalidJsonType, 400},
    {&conditions::kSelectInvalidQuoteFields, 400},
    {&conditions::kSelectInvalidRequestParameter, 400},
    {&conditions::kSelectInvalidScanRange, 400},
    {&conditions::kSelectJsonParsingError, 400},
    {&conditions::kSelectLexerInvalidChar, 400},
    {&conditions::kSelectNoSuchBinding, 400},
    {&conditions::kSelectOverMaxRecordSize, 400},
    {&conditions::kSelectParquetParsingError, 400},
    {&conditions::kSelectUnexpectedToken, 400},
    {&conditions::kSelectUnsupportedFunction, 400},
    {&conditions::kSelectUnsupportedSyntax, 400},
    {&conditions::kServerSideEncryptionConfigurationNotFound, 404},
    {&conditions::kServiceUnavailable, 503},
    {&conditions::kSignatureDoesNotMatch, 403},
    {&conditions::kSlowDown, 503},
    {&conditions::kStorageFull, 507},
    {&conditions::kTooManyParts, 400},
    {&conditions::kUnexpectedContent, 400},
    {&conditions::kXAmzContentChecksumMismatch, 400},
    {&conditions::kXAmzContentSha256Mismatch, 400},
};

}  // namespace

std::span<const ErrorRow> error_rows() { return kErrorRows; }

const ErrorRow* find_error_row(const Condition& condition) {
  for (const ErrorRow& row : kErrorRows) {
    if (row.condition == &condition) return &row;
  }
  return nullptr;
}

std::string write_error(const Error& error, std::string_view resource, std::string_view request_id) {
  XmlWriter xml;
  xml.open("Error");
  xml.element("Code", error.condition().name);
  xml.element("Message", error.message());
  for (const auto& [name, value] : error.parameters()) {
    if (!name.empty() && std::isupper(static_cast<unsigned char>(name.front())) != 0) xml.element(name, value);
  }
  xml.element("Resource", resource);
  xml.element("RequestId", request_id);
  xml.element("HostId", "dflab");
  xml.close();
  return std::move(xml).finish();
}

Error invalid_argument(std::string reason, std::string argument_name, std::string argument_value) {
  Error::Parameters parameters{{"reason", std::move(reason)}};
  if (!argument_name.empty()) {
    parameters["ArgumentName"] = std::move(argument_name);
    parameters["ArgumentValue"] = std::move(argument_value);
  }
  return Error(conditions::kInvalidArgument, std::move(parameters));
}

Error invalid_request(std::string reason) {
  return Error(conditions::kInvalidRequest, {{"reason", std::move(reason)}});
}

Error not_implemented(std::string feature) {
  return Error(conditions::kNotImplemented, {{"feature", std::move(feature)}});
}

}  // namespace lab::s3
