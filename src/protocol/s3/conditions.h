#pragma once

#include "base/conditions.h"

/// S3's error codes as conditions: the name is the `Code` of the error document. Parameters whose names begin with a
/// capital letter become elements of the error document beside `Code` and `Message`.
namespace lab::s3::conditions {

#define LAB_S3_CONDITION(identifier, code, kind, message) \
  inline constexpr Condition identifier { code, "", Kind::kind, message }

LAB_S3_CONDITION(kAccessDenied, "AccessDenied", PermissionDenied, "Access Denied.");
LAB_S3_CONDITION(kGovernedFiles, "AccessDenied", PermissionDenied,
                 "Access Denied. The table <table> is governed: read and write it by SQL (SELECT * FROM <table>). Its files are for who was "
                 "given them: GRANT <privilege> ON TABLE <table> TO `user`.");
LAB_S3_CONDITION(kAuthorizationHeaderMalformed, "AuthorizationHeaderMalformed", InvalidArgument,
                 "The authorization header is malformed; <reason>.");
LAB_S3_CONDITION(kAuthorizationQueryParametersError, "AuthorizationQueryParametersError", InvalidArgument,
                 "Error parsing the X-Amz-Credential parameter or another signing parameter; <reason>.");
LAB_S3_CONDITION(kBadDigest, "BadDigest", InvalidArgument,
                 "The <digest> you specified did not match the calculated checksum.");
LAB_S3_CONDITION(kBadRequest, "BadRequest", InvalidArgument, "<reason>");
LAB_S3_CONDITION(kBucketAlreadyExists, "BucketAlreadyExists", AlreadyExists,
                 "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
                 "Please select a different name and try again.");
LAB_S3_CONDITION(kBucketAlreadyOwnedByYou, "BucketAlreadyOwnedByYou", AlreadyExists,
                 "Your previous request to create the named bucket succeeded and you already own it.");
LAB_S3_CONDITION(kBucketQuotaExceeded, "XMinioAdminBucketQuotaExceeded", ResourceExhausted, "Bucket quota exceeded");
LAB_S3_CONDITION(kBucketNotEmpty, "BucketNotEmpty", Conflict, "The bucket you tried to delete is not empty.");
LAB_S3_CONDITION(kConditionalRequestConflict, "ConditionalRequestConflict", Conflict,
                 "The conditional request cannot succeed due to a conflicting operation against this resource.");
LAB_S3_CONDITION(kEntityTooLarge, "EntityTooLarge", TooLarge,
                 "Your proposed upload exceeds the maximum allowed object size.");
LAB_S3_CONDITION(kEntityTooSmall, "EntityTooSmall", InvalidArgument,
                 "Your proposed upload is smaller than the minimum allowed object size.");
LAB_S3_CONDITION(kDeleteConflict, "DeleteConflict", Conflict, "<reason>");
LAB_S3_CONDITION(kInvalidTargetBucketForLogging, "InvalidTargetBucketForLogging", InvalidArgument, "The target bucket for logging does not exist");
LAB_S3_CONDITION(kEntityTemporarilyUnmodifiable, "EntityTemporarilyUnmodifiable", Conflict, "<reason>");
LAB_S3_CONDITION(kEntityAlreadyExists, "EntityAlreadyExists", AlreadyExists, "<reason>");
LAB_S3_CONDITION(kInvalidIdentityToken, "InvalidIdentityToken", InvalidArgument, "<reason>");
LAB_S3_CONDITION(kExpiredIdentityToken, "ExpiredTokenException", InvalidArgument, "Token expired");
LAB_S3_CONDITION(kIdpCommunicationError, "IDPCommunicationError", InvalidArgument, "<reason>");
LAB_S3_CONDITION(kIamValidation, "ValidationError", InvalidArgument, "<reason>");
LAB_S3_CONDITION(kMalformedPolicyDocument, "MalformedPolicyDocument", InvalidArgument, "<reason>");
LAB_S3_CONDITION(kNoSuchEntity, "NoSuchEntity", NotFound, "<reason>");
LAB_S3_CONDITION(kInvalidAccordingToPolicy, "AccessDenied", PermissionDenied, "Invalid according to Policy: <reason>");
LAB_S3_CONDITION(kInvalidPolicyDocument, "InvalidPolicyDocument", InvalidArgument, "<reason>");
LAB_S3_CONDITION(kMalformedPost, "MalformedPOSTRequest", InvalidArgument,
                 "The body of your POST request is not well-formed multipart/form-data.");
LAB_S3_CONDITION(kMaxPostPreData, "MaxPostPreDataLengthExceeded", TooLarge,
                 "Your POST request fields preceding the upload file were too large.");
LAB_S3_CONDITION(kPostWithoutFile, "InvalidArgument", InvalidArgument, "POST requires exactly one file upload per request.");
LAB_S3_CONDITION(kMalformedAcl, "MalformedACLError", InvalidArgument,
                 "The XML you provided was not well-formed or did not validate against our published schema");
LAB_S3_CONDITION(kMalformedPolicy, "MalformedPolicy", InvalidArgument, "<reason>");
LAB_S3_CONDITION(kUnresolvableGrant, "UnresolvableGrantByEmailAddress", InvalidArgument,
                 "The e-mail address you provided does not match any account on record.");
LAB_S3_CONDITION(kAclsNotSupported, "AccessControlListNotSupported", InvalidArgument, "The bucket does not allow ACLs");
LAB_S3_CONDITION(kObjectLocked, "AccessDenied", PermissionDenied,
                 "Access Denied because object protected by object lock.");
LAB_S3_CONDITION(kInvalidObjectState, "InvalidObjectState", PermissionDenied, "Restore is not allowed for the object's current storage class");
LAB_S3_CONDITION(kInvalidBucketState, "InvalidBucketState", Conflict,
                 "The request is not valid for the current state of the bucket.");
LAB_S3_CONDITION(kInvalidRetentionPeriod, "InvalidRetentionPeriod", InvalidArgument, "<reason>");
LAB_S3_CONDITION(kCorsForbidden, "AccessForbidden", PermissionDenied, "CORSResponse: <reason>");
LAB_S3_CONDITION(kExpiredPresignRequest, "AccessDenied", PermissionDenied, "Request has expired.");
LAB_S3_CONDITION(kHeadersNotSigned, "AccessDenied", PermissionDenied,
                 "There were headers present in the request which were not signed");
LAB_S3_CONDITION(kIncompleteBody, "IncompleteBody", InvalidArgument,
                 "You did not provide the number of bytes specified by the Content-Length HTTP header.");
LAB_S3_CONDITION(kInternalError, "InternalError", Internal, "We encountered an internal error. Please try again.");
LAB_S3_CONDITION(kInvalidAccessKeyId, "InvalidAccessKeyId", Unauthenticated,
                 "The AWS Access Key Id you provided does not exist in our records.");
LAB_S3_CONDITION(kInvalidArgument, "InvalidArgument", InvalidArgument, "<reason>");
LAB_S3_CONDITION(kInvalidBucketName, "InvalidBucketName", InvalidArgument, "The specified bucket is not valid.");
LAB_S3_CONDITION(kInvalidDigest, "InvalidDigest", InvalidArgument, "The Content-MD5 you specified is not valid.");
LAB_S3_CONDITION(kInvalidBucketAclWithObjectOwnership, "InvalidBucketAclWithObjectOwnership", InvalidArgument,
                 "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting");
LAB_S3_CONDITION(kInvalidEncryptionAlgorithm, "InvalidEncryptionAlgorithmError", InvalidArgument,
                 "The encryption request you specified is not valid. The valid value is AES256.");
LAB_S3_CONDITION(kInvalidEncryptionMethod, "InvalidArgument", InvalidArgument,
                 "The encryption method specified is not supported");
LAB_S3_CONDITION(kInvalidLocationConstraint, "InvalidLocationConstraint", InvalidArgument,
                 "The specified location-constraint is not valid.");
LAB_S3_CONDITION(kInvalidPart, "InvalidPart", InvalidArgument,
                 "One or more of the specified parts could not be found. The part may not have been uploaded, or the "
                 "specified entity tag may not match the part's entity tag.");
LAB_S3_CONDITION(kInvalidPartOrder, "InvalidPartOrder", InvalidArgument,
                 "The list of parts was not in ascending order. The parts list must be specified in order by part number.");
LAB_S3_CONDITION(kInvalidRange, "InvalidRange", InvalidArgument, "The requested range is not satisfiable.");
LAB_S3_CONDITION(kInvalidRequest, "InvalidRequest", InvalidArgument, "<reason>");
LAB_S3_CONDITION(kInvalidStorageClass, "InvalidStorageClass", InvalidArgument,
                 "The storage class you specified is not valid.");
LAB_S3_CONDITION(kInvalidTag, "InvalidTag", InvalidArgument, "<reason>");
LAB_S3_CONDITION(kExpiredToken, "ExpiredToken", InvalidArgument, "The provided token has expired.");
LAB_S3_CONDITION(kInvalidTokenId, "InvalidTokenId", Unauthenticated,
                 "The security token included in the request is invalid.");
LAB_S3_CONDITION(kInvalidUri, "InvalidURI", InvalidArgument, "Couldn't parse the specified URI.");
LAB_S3_CONDITION(kKeyTooLong, "KeyTooLongError", InvalidArgument, "Your key is too long.");
LAB_S3_CONDITION(kMalformedTrailer, "MalformedTrailerError", InvalidArgument,
                 "The request contained trailing data that was not well-formed or did not conform to our published schema.");
LAB_S3_CONDITION(kMalformedXml, "MalformedXML", InvalidArgument,
                 "The XML you provided was not well-formed or did not validate against our published schema.");
LAB_S3_CONDITION(kMetadataTooLarge, "MetadataTooLarge", InvalidArgument,
                 "Your metadata headers exceed the maximum allowed metadata size.");
LAB_S3_CONDITION(kMethodNotAllowed, "MethodNotAllowed", InvalidArgument,
                 "The specified method is not allowed against this resource.");
LAB_S3_CONDITION(kMissingContentLength, "MissingContentLength", InvalidArgument,
                 "You must provide the Content-Length HTTP header.");
LAB_S3_CONDITION(kMissingSecurityHeader, "MissingSecurityHeader", InvalidArgument,
                 "Your request was missing a required header.");
LAB_S3_CONDITION(kNoSuchBucket, "NoSuchBucket", NotFound, "The specified bucket does not exist.");
LAB_S3_CONDITION(kNoSuchBucketPolicy, "NoSuchBucketPolicy", NotFound, "The bucket policy does not exist.");
LAB_S3_CONDITION(kNoSuchCorsConfiguration, "NoSuchCORSConfiguration", NotFound, "The CORS configuration does not exist.");
LAB_S3_CONDITION(kNoSuchKey, "NoSuchKey", NotFound, "The specified key does not exist.");
LAB_S3_CONDITION(kNoSuchLifecycleConfiguration, "NoSuchLifecycleConfiguration", NotFound,
                 "The lifecycle configuration does not exist.");
LAB_S3_CONDITION(kNoSuchObjectLockConfiguration, "NoSuchObjectLockConfiguration", NotFound,
                 "The specified object does not have an ObjectLock configuration.");
LAB_S3_CONDITION(kNoSuchPublicAccessBlock, "NoSuchPublicAccessBlockConfiguration", NotFound,
                 "The public access block configuration was not found.");
LAB_S3_CONDITION(kNoSuchTagSet, "NoSuchTagSet", NotFound, "The TagSet does not exist.");
LAB_S3_CONDITION(kNoSuchUpload, "NoSuchUpload", NotFound,
                 "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted "
                 "or completed.");
LAB_S3_CONDITION(kNoSuchVersion, "NoSuchVersion", NotFound, "The specified version does not exist.");
LAB_S3_CONDITION(kNoSuchWebsiteConfiguration, "NoSuchWebsiteConfiguration", NotFound,
                 "The specified bucket does not have a website configuration.");
LAB_S3_CONDITION(kNotImplemented, "NotImplemented", Unsupported,
                 "A header or query you provided implies functionality that is not implemented: <feature>.");
LAB_S3_CONDITION(kNotModified, "NotModified", PreconditionFailed, "Not Modified");
LAB_S3_CONDITION(kObjectLockConfigurationNotFound, "ObjectLockConfigurationNotFoundError", NotFound,
                 "Object Lock configuration does not exist for this bucket.");
LAB_S3_CONDITION(kOperationAborted, "OperationAborted", Conflict,
                 "A conflicting conditional operation is currently in progress against this resource. Try again.");
LAB_S3_CONDITION(kOwnershipControlsNotFound, "OwnershipControlsNotFoundError", NotFound,
                 "The bucket ownership controls were not found.");
LAB_S3_CONDITION(kPreconditionFailed, "PreconditionFailed", PreconditionFailed,
                 "At least one of the pre-conditions you specified did not hold.");
LAB_S3_CONDITION(kQuotaExceeded, "QuotaExceeded", ResourceExhausted, "The quota of the user is exceeded.");
LAB_S3_CONDITION(kReplicationConfigurationNotFound, "ReplicationConfigurationNotFoundError", NotFound,
                 "The replication configuration was not found.");
LAB_S3_CONDITION(kRequestHeaderSectionTooLarge, "RequestHeaderSectionTooLarge", TooLarge,
                 "Your request header section exceeds the maximum allowed request header section size.");
LAB_S3_CONDITION(kRequestTimeout, "RequestTimeout", DeadlineExceeded,
                 "Your socket connection to the server was not read from or written to within the timeout period.");
LAB_S3_CONDITION(kRequestTimeTooSkewed, "RequestTimeTooSkewed", PermissionDenied,
                 "The difference between the request time and the server's time is too large.");
LAB_S3_CONDITION(kSelectCastFailed, "CastFailed", InvalidArgument, "<reason>");
LAB_S3_CONDITION(kSelectCsvParsingError, "CSVParsingError", InvalidArgument, "Encountered an error parsing the CSV file: <reason>");
LAB_S3_CONDITION(kSelectInvalidArguments, "EvaluatorInvalidArguments", InvalidArgument, "<reason>.");
LAB_S3_CONDITION(kSelectInvalidCompression, "InvalidCompressionFormat", InvalidArgument,
                 "The file is not in a supported compression format: only NONE, GZIP and BZIP2 are known.");
LAB_S3_CONDITION(kSelectInvalidDataSource, "InvalidDataSource", InvalidArgument,
                 "Invalid data source type. Only CSV, JSON, and Parquet are supported.");
LAB_S3_CONDITION(kSelectInvalidDataType, "InvalidDataType", InvalidArgument, "The SQL expression contains an invalid data type: <reason>.");
LAB_S3_CONDITION(kSelectInvalidExpressionType, "InvalidExpressionType", InvalidArgument,
                 "The ExpressionType value is not valid. Only SQL expressions are supported.");
LAB_S3_CONDITION(kSelectInvalidFileHeaderInfo, "InvalidFileHeaderInfo", InvalidArgument,
                 "The FileHeaderInfo value is not valid. Only NONE, USE, and IGNORE are supported.");
LAB_S3_CONDITION(kSelectInvalidJsonType, "InvalidJsonType", InvalidArgument,
                 "The JsonType value is not valid. Only DOCUMENT and LINES are supported.");
LAB_S3_CONDITION(kSelectInvalidQuoteFields, "InvalidQuoteFields", InvalidArgument,
                 "The QuoteFields value is not valid. Only ALWAYS and ASNEEDED are supported.");
LAB_S3_CONDITION(kSelectInvalidRequestParameter, "InvalidRequestParameter", InvalidArgument,
                 "The value of a parameter in the SelectRequest element is not valid: <reason>.");
LAB_S3_CONDITION(kSelectInvalidScanRange, "InvalidScanRange", InvalidArgument, "The value of a parameter in ScanRange element is not valid.");
LAB_S3_CONDITION(kSelectJsonParsingError, "JSONParsingError", InvalidArgument, "Encountered an error parsing the JSON file: <reason>");
LAB_S3_CONDITION(kSelectLexerInvalidChar, "LexerInvalidChar", InvalidArgument, "<reason>");
LAB_S3_CONDITION(kSelectNoSuchBinding, "EvaluatorBindingDoesNotExist", InvalidArgument, "<reason>");
LAB_S3_CONDITION(kSelectOverMaxRecordSize, "OverMaxRecordSize", InvalidArgument,
                 "The length of a record in the input or result is greater than the maximum allowed.");
LAB_S3_CONDITION(kSelectParquetParsingError, "ParquetParsingError", InvalidArgument, "Error parsing Parquet file: <reason>.");
LAB_S3_CONDITION(kSelectUnexpectedToken, "ParseUnexpectedToken", InvalidArgument, "<reason>");
LAB_S3_CONDITION(kSelectUnsupportedFunction, "UnsupportedFunction", InvalidArgument, "<reason>");
LAB_S3_CONDITION(kSelectUnsupportedSyntax, "UnsupportedSyntax", InvalidArgument, "<reason>");
LAB_S3_CONDITION(kServerSideEncryptionConfigurationNotFound, "ServerSideEncryptionConfigurationNotFoundError", NotFound,
                 "The server side encryption configuration was not found.");
LAB_S3_CONDITION(kServiceUnavailable, "ServiceUnavailable", Unavailable, "Please reduce your request rate.");
LAB_S3_CONDITION(kSignatureDoesNotMatch, "SignatureDoesNotMatch", PermissionDenied,
                 "The request signature we calculated does not match the signature you provided. Check your key and "
                 "signing method.");
LAB_S3_CONDITION(kSlowDown, "SlowDown", ResourceExhausted, "Please reduce your request rate.");
LAB_S3_CONDITION(kStorageFull, "XMinioStorageFull", ResourceExhausted,
                 "Storage backend has reached its minimum free drive threshold. Please delete a few objects to proceed.");
LAB_S3_CONDITION(kTooManyParts, "InvalidArgument", InvalidArgument,
                 "Part number must be an integer between 1 and 10000, inclusive");
LAB_S3_CONDITION(kUnexpectedContent, "UnexpectedContent", InvalidArgument, "This request does not support content.");
LAB_S3_CONDITION(kXAmzContentChecksumMismatch, "XAmzContentChecksumMismatch", InvalidArgument,
                 "The provided 'x-amz-checksum' header does not match what was computed.");
LAB_S3_CONDITION(kXAmzContentSha256Mismatch, "XAmzContentSHA256Mismatch", InvalidArgument,
                 "The provided 'x-amz-content-sha256' header does not match what was computed.");

#undef LAB_S3_CONDITION

}  // namespace lab::s3::conditions
