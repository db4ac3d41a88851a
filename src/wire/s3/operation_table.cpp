#include "wire/s3/operation_table.h"

#include "wire/s3/operations/operations.h"

namespace lab::s3 {
namespace {

using enum Scope;

// Rows with more conditions stand before rows with fewer: the first that fits is taken.
constexpr Operation kOperations[] = {
    {.name = "GetAccountPublicAccessBlock", .scope = Service, .method = "GET", .header = kAccountIdHeader,
     .handler = &serve_get_account_access_block},
    {.name = "PutAccountPublicAccessBlock", .scope = Service, .method = "PUT", .header = kAccountIdHeader,
     .handler = &serve_put_account_access_block, .takes_document = true},
    {.name = "DeleteAccountPublicAccessBlock", .scope = Service, .method = "DELETE", .header = kAccountIdHeader,
     .handler = &serve_delete_account_access_block},
    {.name = "ListBuckets", .scope = Service, .method = "GET", .handler = &serve_list_buckets},
    {.name = "IdentityAndAccess", .scope = Service, .method = "POST", .handler = &serve_iam, .takes_document = true},

    {.name = "GetBucketLocation", .scope = Bucket, .method = "GET", .sub_resource = "location",
     .handler = &serve_get_bucket_location},
    {.name = "GetBucketVersioning", .scope = Bucket, .method = "GET", .sub_resource = "versioning",
     .handler = &serve_get_bucket_versioning},
    {.name = "ListObjectVersions", .scope = Bucket, .method = "GET", .sub_resource = "versions",
     .handler = &serve_list_object_versions},
    {.name = "ListMultipartUploads", .scope = Bucket, .method = "GET", .sub_resource = "uploads",
     .handler = &serve_list_multipart_uploads},
    {.name = "GetBucketAcl", .scope = Bucket, .method = "GET", .sub_resource = "acl", .handler = &serve_get_bucket_acl},
    {.name = "GetBucketPolicy", .scope = Bucket, .method = "GET", .sub_resource = "policy",
     .handler = &serve_get_bucket_policy},
    {.name = "GetBucketPolicyStatus", .scope = Bucket, .method = "GET", .sub_resource = "policyStatus",
     .handler = &serve_get_bucket_policy_status},
    {.name = "GetBucketLifecycleConfiguration", .scope = Bucket, .method = "GET", .sub_resource = "lifecycle",
     .handler = &serve_get_setting},
    {.name = "GetBucketCors", .scope = Bucket, .method = "GET", .sub_resource = "cors", .handler = &serve_get_setting},
    {.name = "GetBucketWebsite", .scope = Bucket, .method = "GET", .sub_resource = "website",
     .handler = &serve_get_setting},
    {.name = "GetBucketTagging", .scope = Bucket, .method = "GET", .sub_resource = "tagging",
     .handler = &serve_get_setting},
    {.name = "GetBucketEncryption", .scope = Bucket, .method = "GET", .sub_resource = "encryption",
     .handler = &serve_get_setting},
    {.name = "GetObjectLockConfiguration", .scope = Bucket, .method = "GET", .sub_resource = "object-lock",
     .handler = &serve_get_setting},
    {.name = "GetBucketReplication", .scope = Bucket, .method = "GET", .sub_resource = "replication",
     .absent = &conditions::kReplicationConfigurationNotFound},
    {.name = "GetPublicAccessBlock", .scope = Bucket, .method = "GET", .sub_resource = "publicAccessBlock",
     .handler = &serve_get_setting},
    {.name = "GetBucketOwnershipControls", .scope = Bucket, .method = "GET", .sub_resource = "ownershipControls",
     .handler = &serve_get_setting},
    {.name = "GetBucketNotificationConfiguration", .scope = Bucket, .method = "GET", .sub_resource = "notification",
     .handler = &serve_get_bucket_notification},
    {.name = "GetBucketLogging", .scope = Bucket, .method = "GET", .sub_resource = "logging",
     .handler = &serve_get_bucket_logging},
    {.name = "GetBucketRequestPayment", .scope = Bucket, .method = "GET", .sub_resource = "requestPayment",
     .handler = &serve_get_setting},
    {.name = "GetBucketAccelerateConfiguration", .scope = Bucket, .method = "GET", .sub_resource = "accelerate",
     .handler = &serve_empty_configuration},
    {.name = "GetBucketAnalyticsConfiguration", .scope = Bucket, .method = "GET", .sub_resource = "analytics",
     .is_missing = true},
    {.name = "GetBucketInventoryConfiguration", .scope = Bucket, .method = "GET", .sub_resource = "inventory",
     .is_missing = true},
    {.name = "GetBucketMetricsConfiguration", .scope = Bucket, .method = "GET", .sub_resource = "metrics",
     .is_missing = true},
    {.name = "GetBucketIntelligentTieringConfiguration", .scope = Bucket, .method = "GET",
     .sub_resource = "intelligent-tiering", .is_missing = true},
    {.name = "CreateSession", .scope = Bucket, .method = "GET", .sub_resource = "session", .is_missing = true},
    // Not of S3 but of MinIO.
    {.name = "ListenBucketNotification", .scope = Bucket, .method = "GET", .sub_resource = "events",
     .handler = &serve_listen_bucket_notification},
    {.name = "ListObjectsV2", .scope = Bucket, .method = "GET", .sub_resource = "list-type", .value = "2",
     .handler = &serve_list_objects_v2},
    {.name = "ListObjects", .scope = Bucket, .method = "GET", .handler = &serve_list_objects_v1},
    {.name = "HeadBucket", .scope = Bucket, .method = "HEAD", .handler = &serve_head_bucket},

    {.name = "PutBucketVersioning", .scope = Bucket, .method = "PUT", .sub_resource = "versioning",
     .handler = &serve_put_bucket_versioning, .takes_document = true},
    {.name = "PutBucketAcl", .scope = Bucket, .method = "PUT", .sub_resource = "acl",
     .handler = &serve_put_bucket_acl, .takes_document = true},
    {.name = "PutBucketPolicy", .scope = Bucket, .method = "PUT", .sub_resource = "policy",
     .handler = &serve_put_bucket_policy, .takes_document = true},
    {.name = "PutBucketLifecycleConfiguration", .scope = Bucket, .method = "PUT", .sub_resource = "lifecycle",
     .handler = &serve_put_setting, .takes_document = true},
    {.name = "PutBucketCors", .scope = Bucket, .method = "PUT", .sub_resource = "cors",
     .handler = &serve_put_setting, .takes_document = true},
    {.name = "PutBucketWebsite", .scope = Bucket, .method = "PUT", .sub_resource = "website",
     .handler = &serve_put_setting, .takes_document = true},
    {.name = "PutBucketTagging", .scope = Bucket, .method = "PUT", .sub_resource = "tagging",
     .handler = &serve_put_setting, .takes_document = true},
    {.name = "PutBucketEncryption", .scope = Bucket, .method = "PUT", .sub_resource = "encryption",
     .handler = &serve_put_setting, .takes_document = true},
    {.name = "PutObjectLockConfiguration", .scope = Bucket, .method = "PUT", .sub_resource = "object-lock",
     .handler = &serve_put_setting, .takes_document = true},
    {.name = "PutBucketReplication", .scope = Bucket, .method = "PUT", .sub_resource = "replication", .is_missing = true},
    {.name = "PutPublicAccessBlock", .scope = Bucket, .method = "PUT", .sub_resource = "publicAccessBlock",
     .handler = &serve_put_setting, .takes_document = true},
    {.name = "PutBucketOwnershipControls", .scope = Bucket, .method = "PUT", .sub_resource = "ownershipControls",
     .handler = &serve_put_setting, .takes_document = true},
    {.name = "PutBucketNotificationConfiguration", .scope = Bucket, .method = "PUT", .sub_resource = "notification",
     .handler = &serve_put_bucket_notification, .takes_document = true},
    {.name = "PutBucketLogging", .scope = Bucket, .method = "PUT", .sub_resource = "logging",
     .handler = &serve_put_bucket_logging, .takes_document = true},
    {.name = "PutBucketRequestPayment", .scope = Bucket, .method = "PUT", .sub_resource = "requestPayment",
     .handler = &serve_put_setting, .takes_document = true},
    {.name = "PutBucketAccelerateConfiguration", .scope = Bucket, .method = "PUT", .sub_resource = "accelerate",
     .handler = &serve_put_empty_configuration, .takes_document = true},
    {.name = "PutBucketAnalyticsConfiguration", .scope = Bucket, .method = "PUT", .sub_resource = "analytics",
     .is_missing = true},
    {.name = "PutBucketInventoryConfiguration", .scope = Bucket, .method = "PUT", .sub_resource = "inventory",
     .is_missing = true},
    {.name = "PutBucketMetricsConfiguration", .scope = Bucket, .method = "PUT", .sub_resource = "metrics",
     .is_missing = true},
    {.name = "PutBucketIntelligentTieringConfiguration", .scope = Bucket, .method = "PUT",
     .sub_resource = "intelligent-tiering", .is_missing = true},
    {.name = "CreateBucket", .scope = Bucket, .method = "PUT", .handler = &serve_create_bucket, .takes_document = true},

    {.name = "DeleteBucketPolicy", .scope = Bucket, .method = "DELETE", .sub_resource = "policy",
     .handler = &serve_delete_bucket_policy},
    {.name = "DeleteBucketLifecycle", .scope = Bucket, .method = "DELETE", .sub_resource = "lifecycle",
     .handler = &serve_delete_setting},
    {.name = "DeleteBucketCors", .scope = Bucket, .method = "DELETE", .sub_resource = "cors",
     .handler = &serve_delete_setting},
    {.name = "DeleteBucketWebsite", .scope = Bucket, .method = "DELETE", .sub_resource = "website",
     .handler = &serve_delete_setting},
    {.name = "DeleteBucketTagging", .scope = Bucket, .method = "DELETE", .sub_resource = "tagging",
     .handler = &serve_delete_setting},
    {.name = "DeleteBucketEncryption", .scope = Bucket, .method = "DELETE", .sub_resource = "encryption",
     .handler = &serve_delete_setting},
    {.name = "DeleteBucketReplication", .scope = Bucket, .method = "DELETE", .sub_resource = "replication",
     .handler = &serve_delete_unset},
    {.name = "DeletePublicAccessBlock", .scope = Bucket, .method = "DELETE", .sub_resource = "publicAccessBlock",
     .handler = &serve_delete_setting},
    {.name = "DeleteBucketOwnershipControls", .scope = Bucket, .method = "DELETE", .sub_resource = "ownershipControls",
     .handler = &serve_delete_setting},
    {.name = "DeleteBucketAnalyticsConfiguration", .scope = Bucket, .method = "DELETE", .sub_resource = "analytics",
     .is_missing = true},
    {.name = "DeleteBucketInventoryConfiguration", .scope = Bucket, .method = "DELETE", .sub_resource = "inventory",
     .is_missing = true},
    {.name = "DeleteBucketMetricsConfiguration", .scope = Bucket, .method = "DELETE", .sub_resource = "metrics",
     .is_missing = true},
    {.name = "DeleteBucketIntelligentTieringConfiguration", .scope = Bucket, .method = "DELETE",
     .sub_resource = "intelligent-tiering", .is_missing = true},
    {.name = "DeleteBucket", .scope = Bucket, .method = "DELETE", .handler = &serve_delete_bucket},
    {.name = "DeleteObjects", .scope = Bucket, .method = "POST", .sub_resource = "delete", .handler = &serve_delete_objects,
     .takes_document = true},
    {.name = "PostObject", .scope = Bucket, .method = "POST", .streaming = &serve_post_object},

    {.name = "ListParts", .scope = Object, .method = "GET", .sub_resource = "uploadId", .handler = &serve_list_parts},
    {.name = "GetObjectAttributes", .scope = Object, .method = "GET", .sub_resource = "attributes",
     .handler = &serve_get_object_attributes},
    {.name = "GetObjectTagging", .scope = Object, .method = "GET", .sub_resource = "tagging",
     .handler = &serve_get_object_tagging},
    {.name = "GetObjectAcl", .scope = Object, .method = "GET", .sub_resource = "acl", .handler = &serve_get_object_acl},
    {.name = "GetObjectRetention", .scope = Object, .method = "GET", .sub_resource = "retention",
     .handler = &serve_get_object_retention},
    {.name = "GetObjectLegalHold", .scope = Object, .method = "GET", .sub_resource = "legal-hold",
     .handler = &serve_get_object_legal_hold},
    {.name = "GetObjectTorrent", .scope = Object, .method = "GET", .sub_resource = "torrent",
     .absent = &conditions::kNoSuchKey},
    {.name = "GetObject", .scope = Object, .method = "GET", .handler = &serve_get_object, .shows_expiry = true},
    {.name = "HeadObject", .scope = Object, .method = "HEAD", .handler = &serve_head_object, .shows_expiry = true},

    {.name = "UploadPartCopy", .scope = Object, .method = "PUT", .sub_resource = "uploadId", .second = "partNumber",
     .header = "x-amz-copy-source", .handler = &serve_upload_part_copy},
    {.name = "UploadPart", .scope = Object, .method = "PUT", .sub_resource = "uploadId", .second = "partNumber",
     .streaming = &serve_upload_part},
    {.name = "PutObjectTagging", .scope = Object, .method = "PUT", .sub_resource = "tagging",
     .handler = &serve_put_object_tagging, .takes_document = true},
    {.name = "PutObjectAcl", .scope = Object, .method = "PUT", .sub_resource = "acl",
     .handler = &serve_put_object_acl, .takes_document = true},
    {.name = "PutObjectRetention", .scope = Object, .method = "PUT", .sub_resource = "retention",
     .handler = &serve_put_object_retention, .takes_document = true},
    {.name = "PutObjectLegalHold", .scope = Object, .method = "PUT", .sub_resource = "legal-hold",
     .handler = &serve_put_object_legal_hold, .takes_document = true},
    {.name = "RenameObject", .scope = Object, .method = "PUT", .sub_resource = "renameObject", .is_missing = true},
    {.name = "CopyObject", .scope = Object, .method = "PUT", .header = "x-amz-copy-source", .handler = &serve_copy_object},
    {.name = "PutObject", .scope = Object, .method = "PUT", .streaming = &serve_put_object},

    {.name = "CreateMultipartUpload", .scope = Object, .method = "POST", .sub_resource = "uploads",
     .handler = &serve_create_multipart_upload},
    {.name = "CompleteMultipartUpload", .scope = Object, .method = "POST", .sub_resource = "uploadId",
     .handler = &serve_complete_multipart_upload, .takes_document = true, .checksum_is_of_object = true},
    {.name = "SelectObjectContent", .scope = Object, .method = "POST", .sub_resource = "select",
     .handler = &serve_select_object_content, .takes_document = true},
    {.name = "RestoreObject", .scope = Object, .method = "POST", .sub_resource = "restore",
     .handler = &serve_restore_object, .takes_document = true},

    {.name = "AbortMultipartUpload", .scope = Object, .method = "DELETE", .sub_resource = "uploadId",
     .handler = &serve_abort_multipart_upload},
    {.name = "DeleteObjectTagging", .scope = Object, .method = "DELETE", .sub_resource = "tagging",
     .handler = &serve_delete_object_tagging},
    {.name = "DeleteObject", .scope = Object, .method = "DELETE", .handler = &serve_delete_object},
};

bool fits(const Operation& operation, const RequestHead& head) {
  if (operation.method != head.method) return false;
  if (!operation.sub_resource.empty()) {
    const auto value = head.parameter(operation.sub_resource);
    if (!value || (!operation.value.empty() && *value != operation.value)) return false;
  }
  if (!operation.second.empty() && !head.has_parameter(operation.second)) return false;
  return operation.header.empty() || head.header(operation.header).has_value();
}

}  // namespace

std::span<const Operation> operation_table() { return kOperations; }

const Operation* find_operation(const RequestHead& head, Scope scope) {
  for (const Operation& operation : kOperations) {
    if (operation.scope == scope && fits(operation, head)) return &operation;
  }
  return nullptr;
}

}  // namespace lab::s3
