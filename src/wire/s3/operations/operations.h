#pragma once

#include "net/awaitable.h"
#include "net/request_body.h"
#include "wire/s3/call.h"

/// The operations, each in the file of its name.
namespace lab::s3 {

net::Response serve_list_buckets(Call& call);
net::Response serve_iam(Call& call);
/// An error in IAM's form.
net::Response iam_error_response(const Call& call, const Error& failure);

net::Response serve_create_bucket(Call& call);
net::Response serve_head_bucket(Call& call);
net::Response serve_delete_bucket(Call& call);
net::Response serve_get_bucket_location(Call& call);
net::Response serve_get_bucket_versioning(Call& call);
net::Response serve_put_bucket_versioning(Call& call);
net::Response serve_get_bucket_acl(Call& call);
net::Response serve_put_bucket_acl(Call& call);
net::Response serve_get_bucket_policy(Call& call);
net::Response serve_get_bucket_policy_status(Call& call);
net::Response serve_put_bucket_policy(Call& call);
net::Response serve_delete_bucket_policy(Call& call);
net::Response serve_get_account_access_block(Call& call);
net::Response serve_put_account_access_block(Call& call);
net::Response serve_delete_account_access_block(Call& call);
net::Response serve_get_bucket_logging(Call& call);
net::Response serve_put_bucket_logging(Call& call);
/// The settings of wire/s3/bucket_settings.h.
net::Response serve_get_setting(Call& call);
net::Response serve_put_setting(Call& call);
net::Response serve_delete_setting(Call& call);
/// GetBucketNotification, GetBucketLogging, GetBucketRequestPayment, GetBucketAccelerate: the empty document.
/// Takes the document that turns off what is not there; NotImplemented for one that would turn it on.
net::Response serve_put_empty_configuration(Call& call);
net::Response serve_empty_configuration(Call& call);
/// Deletes of settings that nobody can have made: done already.
net::Response serve_delete_unset(Call& call);

net::Response serve_list_objects_v1(Call& call);
net::Response serve_list_objects_v2(Call& call);
net::Response serve_list_object_versions(Call& call);
net::Response serve_delete_objects(Call& call);

net::Response serve_get_object(Call& call);
net::Response serve_head_object(Call& call);
net::awaitable<net::Response> serve_put_object(Call& call, net::RequestBody& body);
/// A browser's form.
net::awaitable<net::Response> serve_post_object(Call& call, net::RequestBody& body);
net::Response serve_copy_object(Call& call);
net::Response serve_delete_object(Call& call);
net::Response serve_get_object_attributes(Call& call);
net::Response serve_select_object_content(Call& call);
net::Response serve_restore_object(Call& call);
net::Response serve_get_bucket_notification(Call& call);
net::Response serve_put_bucket_notification(Call& call);
net::Response serve_listen_bucket_notification(Call& call);
net::Response serve_get_object_tagging(Call& call);
net::Response serve_put_object_tagging(Call& call);
net::Response serve_delete_object_tagging(Call& call);
net::Response serve_get_object_acl(Call& call);
net::Response serve_put_object_acl(Call& call);
net::Response serve_put_object_retention(Call& call);
net::Response serve_get_object_retention(Call& call);
net::Response serve_put_object_legal_hold(Call& call);
net::Response serve_get_object_legal_hold(Call& call);

net::Response serve_create_multipart_upload(Call& call);
net::awaitable<net::Response> serve_upload_part(Call& call, net::RequestBody& body);
net::Response serve_upload_part_copy(Call& call);
net::Response serve_list_parts(Call& call);
net::Response serve_list_multipart_uploads(Call& call);
net::Response serve_complete_multipart_upload(Call& call);
net::Response serve_abort_multipart_upload(Call& call);

}  // namespace lab::s3
