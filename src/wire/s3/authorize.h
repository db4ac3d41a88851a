#pragma once

#include <functional>
#include <optional>
#include <string>

#include "protocol/s3/acl.h"
#include "protocol/s3/policy.h"
#include "protocol/s3/web_identity.h"
#include "store/store.h"
#include "wire/s3/call.h"
#include "wire/s3/operation_table.h"

namespace lab::s3 {

/// Lets the call go on or throws AccessDenied, as S3 decides: a bucket policy that denies wins; what it allows is allowed;
/// then the owner, an administrator, and whom the access control lists name. Public access blocks take public grants away.
/// Blocks for disk. Throws NoSuchBucket.
void authorize(const Call& call, const Operation& operation);
void authorize(const Call& call, const Operation& operation, const store::Rows& rows);
/// The same for reading the object that a copy takes its bytes from.
void authorize_copy_source(const Call& call, const store::ObjectInfo& source);
/// The same for one key of DeleteObjects; false instead of throwing.
bool may_delete(const Call& call, const store::Rows& rows, const std::string& key, bool is_version);

/// Runs a decision over the caller and has the audit trail count it: an allowed one by bucket, a refused one (AccessDenied) with its key,
/// what fails otherwise not at all. For S3's operations authorize() does so.
void audited(const Call& call, const std::string& action, const std::string& bucket, const std::string& key, const std::function<void()>& decision);

/// What the policies of the caller and its groups say of an action that is not about a bucket: IAM's.
/// With a role, the role's.
PolicyEffect effect_of_own_policies(const Call& call, const std::string& action, const std::string& resource);

/// Whether a role's policy lets the caller assume it.
bool may_assume(const Call& call, const std::string& trust_policy, const std::string& arn);

/// Whether it lets whom the identity provider `provider` knows by this token.
bool may_assume_with_web_identity(const Call& call, const std::string& trust_policy, const std::string& arn, const std::string& provider,
                                  const WebIdentityToken& token);

/// Whether the request asks to bypass governance mode and may (`s3:BypassGovernanceRetention`).
bool may_bypass_governance(const Call& call, const store::Rows& rows, const std::string& key);

/// The action that policies name: `s3:GetObject`.
std::string action_of(const Operation& operation, const RequestHead& head);

/// The list of a bucket or an object: the one that was set, or the owner's alone.
AccessControlList acl_of(const store::Rows& rows, const store::BucketInfo& bucket);
AccessControlList acl_of(const store::ObjectInfo& object);

/// Whose the object is that this request makes: the bucket owner's where the bucket says so, else the caller's.
std::string new_object_owner(const Call& call, const store::Rows& rows, const store::BucketInfo& bucket);
/// What `x-amz-acl` and `x-amz-grant-*` of this request ask for a new object of `owner`, in the form that is kept (empty:
/// the owner's alone). Throws AccessControlListNotSupported, AccessDenied by a public access block.
std::string requested_acl(const Call& call, const store::Rows& rows, const store::BucketInfo& bucket, const std::string& owner);
/// Throws what a bucket's ownership and public access block say about this list.
void check_acl_allowed(const Call& call, const store::Rows& rows, const store::BucketInfo& bucket, const AccessControlList& acl);

/// A flag of the public access block of the bucket or of the account; the second of the account alone.
bool has_access_block(const store::Rows& rows, const store::BucketInfo& bucket, std::string_view flag);
bool has_account_access_block(const store::Rows& rows, std::string_view flag);

}  // namespace lab::s3
