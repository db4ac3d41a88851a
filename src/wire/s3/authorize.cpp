#include "wire/s3/authorize.h"

#include <algorithm>

#include "protocol/s3/documents.h"
#include "protocol/s3/policy.h"
#include "protocol/s3/xml.h"
#include "store/conditions.h"
#include "wire/s3/bucket_settings.h"
#include "wire/s3/iam_entities.h"
#include "wire/s3/object_headers.h"
#include "wire/s3/versions.h"

namespace lab::s3 {
namespace {

/// Operations whose action is not their name, or another one with `versionId`.
struct ActionRow {
  std::string_view operation;
  std::string_view action;
  std::string_view with_version = {};
};

constexpr ActionRow kActions[] = {
    {"AbortMultipartUpload", "AbortMultipartUpload"},
    {"CompleteMultipartUpload", "PutObject"},
    {"CopyObject", "PutObject"},
    {"CreateMultipartUpload", "PutObject"},
    {"DeleteAccountPublicAccessBlock", "PutAccountPublicAccessBlock"},
    {"DeleteBucketCors", "PutBucketCORS"},
    {"DeleteBucketEncryption", "PutEncryptionConfiguration"},
    {"DeleteBucketLifecycle", "PutLifecycleConfiguration"},
    {"DeleteBucketOwnershipControls", "PutBucketOwnershipControls"},
    {"DeleteBucketTagging", "PutBucketTagging"},
    {"DeleteObject", "DeleteObject", "DeleteObjectVersion"},
    {"DeleteObjectTagging", "DeleteObjectTagging", "DeleteObjectVersionTagging"},
    {"DeletePublicAccessBlock", "PutBucketPublicAccessBlock"},
    {"GetBucketAccelerateConfiguration", "GetAccelerateConfiguration"},
    {"GetBucketCors", "GetBucketCORS"},
    {"GetBucketEncryption", "GetEncryptionConfiguration"},
    {"GetBucketLifecycleConfiguration", "GetLifecycleConfiguration"},
    {"GetBucketNotificationConfiguration", "GetBucketNotification"},
    {"GetObject", "GetObject", "GetObjectVersion"},
    {"GetObjectAcl", "GetObjectAcl", "GetObjectVersionAcl"},
    {"GetObjectAttributes", "GetObjectAttributes", "GetObjectVersionAttributes"},
    {"GetObjectLockConfiguration", "GetBucketObjectLockConfiguration"},
    {"GetObjectTagging", "GetObjectTagging", "GetObjectVersionTagging"},
    {"GetPublicAccessBlock", "GetBucketPublicAccessBlock"},
    {"HeadBucket", "ListBucket"},
    {"HeadObject", "GetObject", "GetObjectVersion"},
    {"ListBuckets", "ListAllMyBuckets"},
    {"ListMultipartUploads", "ListBucketMultipartUploads"},
    {"ListObjects", "ListBucket"},
    {"ListObjectsV2", "ListBucket"},
    {"ListObjectVersions", "ListBucketVersions"},
    {"ListParts", "ListMultipartUploadParts"},
    {"PostObject", "PutObject"},
    {"PutBucketAccelerateConfiguration", "PutAccelerateConfiguration"},
    {"PutBucketCors", "PutBucketCORS"},
    {"PutBucketEncryption", "PutEncryptionConfiguration"},
    {"PutBucketLifecycleConfiguration", "PutLifecycleConfiguration"},
    {"PutBucketNotificationConfiguration", "PutBucketNotification"},
    {"PutObjectAcl", "PutObjectAcl", "PutObjectVersionAcl"},
    {"PutObjectLockConfiguration", "PutBucketObjectLockConfiguration"},
    {"PutObjectTagging", "PutObjectTagging", "PutObjectVersionTagging"},
    {"PutPublicAccessBlock", "PutBucketPublicAccessBlock"},
    {"SelectObjectContent", "GetObject", "GetObjectVersion"},
    {"UploadPart", "PutObject"},
    {"UploadPartCopy", "PutObject"},
};

/// What an access control list must grant for the operation; absent: lists do not reach so far.
std::optional<Permission> needed_permission(std::string_view action) {
  if (action == "s3:GetObject" || action == "s3:GetObjectVersion" || action == "s3:GetObjectAttributes" || action == "s3:GetObjectVersionAttributes" || action == "s3:ListBucket" ||
      action == "s3:ListBucketVersions" || action == "s3:ListBucketMultipartUploads")
    return Permission::Read;
  if (action == "s3:PutObject" || action == "s3:DeleteObject" || action == "s3:DeleteObjectVersion" || action == "s3:AbortMultipartUpload" ||
      action == "s3:ListMultipartUploadParts")
    return Permission::Write;
  if (action == "s3:GetBucketAcl" || action == "s3:GetObjectAcl" || action == "s3:GetObjectVersionAcl") return Permission::ReadAcp;
  if (action == "s3:PutBucketAcl" || action == "s3:PutObjectAcl" || action == "s3:PutObjectVersionAcl") return Permission::WriteAcp;
  return std::nullopt;
}

bool is_policy_operation(std::string_view action) {
  return action == "s3:GetBucketPolicy" || action == "s3:PutBucketPolicy" || action == "s3:DeleteBucketPolicy";
}

std::optional<std::string> user_of(const Call& call) {
  if (call.identity.user.empty()) return std::nullopt;
  return call.role.name.empty() ? call.identity.user : "role/" + call.role.name;
}

void add_tags(PolicyRequest& request, const std::string& prefix, const NameValues& tags) {
  for (const auto& [key, value] : tags) request.context[prefix + "/" + key].push_back(value);
}

/// What conditions may ask about this request.
void fill_context(PolicyRequest& request, const Call& call) {
  const auto add = [&](std::string name, std::optional<std::string_view> value) {
    if (value) request.context[std::move(name)] = {std::string(*value)};
  };
  for (const char* parameter : {"prefix", "delimiter", "max-keys"}) add(std::string("s3:") + parameter, call.head.parameter(parameter));
  add("s3:versionid", call.head.parameter("versionId"));
  add("aws:referer", call.head.header("referer"));
  add("aws:useragent", call.head.header("user-agent"));
  for (const auto& [name, value] : call.head.headers)
    if (name.starts_with("x-amz-") && !name.starts_with("x-amz-meta-")) request.context["s3:" + name] = {value};
  if (const auto source = call.head.header("x-amz-copy-source")) {
    const auto decoded = decode_uri(*source).value_or(std::string(*source));
    add("s3:x-amz-copy-source", decoded.starts_with('/') ? std::string_view(decoded).substr(1) : std::string_view(decoded));
  }
  request.context["aws:securetransport"] = {call.is_secure ? "true" : "false"};
  request.context["aws:sourceip"] = {call.peer};
  request.context["aws:currenttime"] = {std::to_string(to_seconds(call.service.store.clock().now()).time_since_epoch().count())};
  if (!call.role.name.empty()) {
    request.context["aws:principaltype"] = {"AssumedRole"};
    request.context["aws:userid"] = {call.role.id + ":" + call.role.session};
  } else if (!call.identity.user.empty()) {
    request.context["aws:username"] = {call.identity.user};
    request.context["aws:principaltype"] = {"User"};
  } else {
    request.context["aws:principaltype"] = {"Anonymous"};
  }
  NameValues tags;
  if (const auto header = call.head.header(kTaggingHeader)) tags = parse_tagging_header(*header);
  if (!call.document.empty() && call.head.has_parameter("tagging") && !call.address.key.empty()) tags = parse_tagging(call.document);
  add_tags(request, "s3:requestobjecttag", tags);
  for (const auto& [key, value] : tags) request.context["s3:requestobjecttagkeys"].push_back(key);
}

/// A bucket and what was set for it, at one moment.
struct Ground {
  store::BucketInfo bucket;
  std::vector<std::shared_ptr<const Policy>> user_policies;
  std::shared_ptr<const Policy> policy;  ///< none: nullptr
  AccessControlList acl;
  bool ignores_public_acls = false;
  bool restricts_public = false;
  bool shuts_owner_out = false;  ///< who put the policy confirmed that it may take the owner's right to change it
};

/// The policies of the caller and its groups, or of the role it acts as.
std::vector<std::shared_ptr<const Policy>> own_policies(const Call& call) {
  std::vector<std::shared_ptr<const Policy>> policies;
  if (call.identity.user.empty()) return policies;
  const auto add = [&](const std::string& document) {
    policies.push_back(call.service.policies.get(document, [](const std::string& json) { return parse_policy(json, {}); }));
  };
  if (call.role.name.empty()) {
    for (const auto& policy : call.service.access.effective_policies(call.identity.user)) add(policy.document);
    return policies;
  }
  const auto role = find_entity(call.service.store.snapshot(), IamKind::Role, call.role.name);
  if (role && role->id == call.role.id)
    for (const auto& [name, document] : role->policies) add(document);
  return policies;
}

Ground ground_of(const Call& call, const store::Rows& rows, const std::string& name) {
  const auto bucket = store::find_bucket(rows, name);
  if (!bucket) throw Error(store::conditions::kNoSuchBucket, {{"bucket", name}});
  Ground ground{.bucket = *bucket};
  if (const auto text = find_setting(rows, *bucket, "policy"))
    ground.policy = call.service.policies.get(*text, [&](const std::string& json) { return parse_policy(json, name); });
  if (ground.policy) ground.shuts_owner_out = find_setting(rows, *bucket, kPolicyConfirmed).has_value();
  ground.user_policies = own_policies(call);
  return ground;
}

/// A denial by one of a user's policies wins over what the others allow.
PolicyEffect evaluate_own(const std::vector<std::shared_ptr<const Policy>>& policies, const PolicyRequest& request) {
  PolicyEffect effect = PolicyEffect::None;
  for (const auto& policy : policies) {
    const PolicyEffect own = evaluate(*policy, request);
    if (own == PolicyEffect::Deny) return own;
    if (own == PolicyEffect::Allow) effect = own;
  }
  return effect;
}

/// Whether temporary credentials were given this much; everybody else was.
bool session_allows(const Call& call, const PolicyRequest& request) {
  if (call.session_policy.empty()) return true;
  const auto policy = call.service.policies.get(call.session_policy, [](const std::string& json) { return parse_policy(json, {}); });
  return evaluate(*policy, request) == PolicyEffect::Allow;
}

constexpr std::string_view kFullControlToBucketOwner = "bucket-owner-full-control";

/// `BucketOwnerEnforced` and so on; empty when nobody set it.
std::string_view ownership_of(const store::Rows& rows, const store::BucketInfo& bucket) {
  const auto document = find_setting(rows, bucket, "ownershipControls");
  if (!document) return {};
  for (const std::string_view mode : {"BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"})
    if (document->find(mode) != std::string::npos) return mode;
  return {};
}

/// What an object's own list decides: reading it, and its list. All else about it is the bucket's.
bool is_of_object_owner(std::string_view action) {
  constexpr std::string_view kActionsOfOwner[] = {"s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectAttributes", "s3:GetObjectVersionAttributes", "s3:GetObjectAcl",
                                                  "s3:GetObjectVersionAcl", "s3:PutObjectAcl", "s3:PutObjectVersionAcl"};
  return std::ranges::find(kActionsOfOwner, action) != std::end(kActionsOfOwner);
}

/// Nothing stands between an administrator, or the owner, and a bucket without a policy.
bool is_free(const Call& call, const Ground& ground) {
  return call.role.name.empty() && !ground.policy && ground.user_policies.empty() && call.session_policy.empty() && (call.identity.is_admin || call.identity.user == ground.bucket.owner);
}

void fill_lists(Ground& ground, const store::Rows& rows) {
  ground.acl = acl_of(rows, ground.bucket);
  ground.ignores_public_acls = has_access_block(rows, ground.bucket, "IgnorePublicAcls");
  ground.restricts_public = has_access_block(rows, ground.bucket, "RestrictPublicBuckets");
}

AccessControlList without_public(AccessControlList acl) {
  std::erase_if(acl.grants, [](const Grant& grant) { return !grant.grantee.group.empty(); });
  return acl;
}

bool list_allows(const Ground& ground, const AccessControlList& acl, const std::optional<std::string>& user, Permission permission) {
  return ground.ignores_public_acls ? allows(without_public(acl), user, permission) : allows(acl, user, permission);
}

bool is_about_object(std::string_view action) {
  return action.starts_with("s3:GetObject") || action.starts_with("s3:PutObject") || action.starts_with("s3:DeleteObject") ||
         action == "s3:AbortMultipartUpload" || action == "s3:ListMultipartUploadParts";
}

bool has_requester_pays(const store::Rows& rows, const store::BucketInfo& bucket) {
  const auto document = find_setting(rows, bucket, "requestPayment");
  return document && document->find("<Payer>Requester</Payer>") != std::string::npos;
}

/// Decides over one action on one bucket or key. `object` is what is there, when the action is about what is there.
bool decide(const Call& call, const store::Rows& rows, Ground& ground, const std::string& action, const std::string& key,
            const store::ObjectInfo* object) {
  const auto user = user_of(call);
  // What a role may, its policies say: it owns nothing.
  const bool is_role = !call.role.name.empty();
  const bool is_owner = user && *user == ground.bucket.owner;
  PolicyEffect effect = PolicyEffect::None;
  bool is_allowed_by_own = false;
  if (is_role || ground.policy || !ground.user_policies.empty() || !call.session_policy.empty()) {
    PolicyRequest request{.user = user, .action = action, .resource = "arn:aws:s3:::" + ground.bucket.name + (key.empty() ? "" : "/" + key)};
    fill_context(request, call);
    if (object != nullptr)
      if (const auto found = object->properties.headers.find(std::string(kTaggingHeader)); found != object->properties.headers.end())
        add_tags(request, "s3:existingobjecttag", parse_tagging_header(found->second));
    if (!session_allows(call, request)) return false;
    const PolicyEffect own = evaluate_own(ground.user_policies, request);
    if (own == PolicyEffect::Deny) return false;
    is_allowed_by_own = own == PolicyEffect::Allow;
    if (ground.policy) effect = evaluate(*ground.policy, request);
    // Who owns the bucket must be able to mend a policy that shuts everybody out, unless that was confirmed.
    const bool may_mend = call.identity.is_admin || (is_owner && !ground.shuts_owner_out);
    if (effect == PolicyEffect::Deny && !(may_mend && is_policy_operation(action))) return false;
  }
  // What other users put into a bucket is theirs, unless the bucket says otherwise; what nobody in particular put is the bucket owner's.
  const bool is_of_others = is_owner && object != nullptr && !object->is_marker && object->owner != ground.bucket.owner && is_of_object_owner(action) &&
                            ownership_of(rows, ground.bucket) != "BucketOwnerEnforced" && call.service.access.find_user(object->owner).has_value();
  if ((is_owner && !is_of_others) || call.identity.is_admin) return true;
  // Whoever reads what others pay for must say that it knows.
  const bool is_paid = is_owner || call.head.header("x-amz-request-payer") == "requester" || !has_requester_pays(rows, ground.bucket);
  if (!is_paid) return false;
  if (is_allowed_by_own) return true;
  fill_lists(ground, rows);
  if (effect == PolicyEffect::Allow && !(ground.restricts_public && is_public(*ground.policy))) return true;
  if (ground.restricts_public && !user) return false;
  const auto permission = needed_permission(action);
  if (!permission) return object != nullptr && user && *user == object->owner;
  const bool asks_object = is_about_object(action) && *permission != Permission::Write;
  if (!asks_object) return list_allows(ground, ground.acl, user, *permission);
  if (object == nullptr) return list_allows(ground, ground.acl, user, Permission::Read);
  return (user && *user == object->owner) || list_allows(ground, acl_of(*object), user, *permission);
}

Error access_denied() { return Error(conditions::kAccessDenied); }

/// A client may say whose it takes a bucket for.
void check_expected_owner(const Call& call, std::string_view header, const store::BucketInfo& bucket) {
  const auto expected = call.head.header(header);
  if (expected && *expected != bucket.owner) throw access_denied();
}

}  // namespace

void audited(const Call& call, const std::string& action, const std::string& bucket, const std::string& key, const std::function<void()>& decision) {
  access::AuditEvent event{call.identity.user, call.identity.credential, action.starts_with("s3:") ? "s3" : "iam", action, bucket};
  try {
    decision();
  } catch (const Error& error) {
    if (error.kind() == Kind::PermissionDenied) {
      if (!key.empty()) event.object += "/" + key;
      event.outcome = access::AuditOutcome::Refused;
      event.cause = error.condition().name;
      call.service.access.audit().count(std::move(event));
    }
    throw;
  }
  call.service.access.audit().count(std::move(event));
}

std::string action_of(const Operation& operation, const RequestHead& head) {
  const auto* row = std::ranges::find(kActions, operation.name, &ActionRow::operation);
  if (row == std::end(kActions)) return "s3:" + std::string(operation.name);
  return "s3:" + std::string(!row->with_version.empty() && head.has_parameter("versionId") ? row->with_version : row->action);
}

AccessControlList acl_of(const store::Rows& rows, const store::BucketInfo& bucket) {
  if (const auto text = find_setting(rows, bucket, "acl")) return parse_acl(*text);
  const Owner owner{bucket.owner, bucket.owner};
  return *canned_acl("private", owner, owner);
}

AccessControlList acl_of(const store::ObjectInfo& object) {
  if (!object.properties.acl.empty()) return parse_acl(object.properties.acl);
  const Owner owner{object.owner, object.owner};
  return *canned_acl("private", owner, owner);
}

bool has_access_block(const store::Rows& rows, const store::BucketInfo& bucket, std::string_view flag) {
  const auto document = find_setting(rows, bucket, "publicAccessBlock");
  return (document && parse_xml(*document).text_of(flag) == "true") || has_account_access_block(rows, flag);
}

bool has_account_access_block(const store::Rows& rows, std::string_view flag) {
  const auto document = find_account_setting(rows, "publicAccessBlock");
  return document && parse_xml(*document).text_of(flag) == "true";
}

std::string new_object_owner(const Call& call, const store::Rows& rows, const store::BucketInfo& bucket) {
  const std::string caller = call.owner().id;
  if (caller == bucket.owner) return caller;
  const std::string_view ownership = ownership_of(rows, bucket);
  const bool is_given_away = ownership == "BucketOwnerPreferred" && call.head.header("x-amz-acl") == kFullControlToBucketOwner;
  return ownership == "BucketOwnerEnforced" || is_given_away ? bucket.owner : caller;
}

void check_acl_allowed(const Call& call, const store::Rows& rows, const store::BucketInfo& bucket, const AccessControlList& acl) {
  if (ownership_of(rows, bucket) == "BucketOwnerEnforced") {
    const auto canned = call.head.header("x-amz-acl");
    const bool is_owners = std::ranges::all_of(acl.grants, [&](const Grant& each) { return each.grantee.id == bucket.owner && each.permission == Permission::FullControl; });
    if (canned ? *canned != kFullControlToBucketOwner : !is_owners) throw Error(conditions::kAclsNotSupported);
  }
  for (const Grant& grant : acl.grants) {
    const std::string& id = grant.grantee.id;
    const bool is_known = !grant.grantee.group.empty() || id == acl.owner.id || id == bucket.owner || call.service.access.find_user(id);
    if (!is_known) throw invalid_argument("Invalid id", "CanonicalUser/ID", id);
  }
  if (is_public(acl) && has_access_block(rows, bucket, "BlockPublicAcls")) throw access_denied();
}

std::string requested_acl(const Call& call, const store::Rows& rows, const store::BucketInfo& bucket, const std::string& owner) {
  const auto acl = acl_of_headers(call.head.headers, {owner, owner}, {bucket.owner, bucket.owner});
  if (!acl) return {};
  check_acl_allowed(call, rows, bucket, *acl);
  return write_acl(*acl);
}

void authorize(const Call& call, const Operation& operation) { authorize(call, operation, call.service.store.snapshot()); }

namespace {

void check_may(const Call& call, const Operation& operation, const store::Rows& rows) {
  if (operation.scope == Scope::Service || operation.name == "CreateBucket") {
    PolicyRequest request{.user = user_of(call), .action = action_of(operation, call.head), .resource = "arn:aws:s3:::" + (call.address.bucket.empty() ? std::string("*") : call.address.bucket)};
    // IAM and STS decide themselves what a session may.
    const bool is_s3 = operation.name != "IdentityAndAccess";
    if (!is_s3) return;
    // Nobody owns nothing, and is told so.
    const bool is_listing = operation.name == "ListBuckets";
    if (call.identity.user.empty() && !is_listing) throw access_denied();
    fill_context(request, call);
    const PolicyEffect own = evaluate_own(own_policies(call), request);
    // What holds for everybody's buckets is an administrator's, or whose a policy makes it.
    const bool is_about_account = call.head.header(kAccountIdHeader) && !call.identity.is_admin;
    const bool is_refused = own == PolicyEffect::Deny || (own == PolicyEffect::None && (is_about_account || !call.role.name.empty()));
    if (is_refused || !session_allows(call, request)) throw access_denied();
    return;
  }
  Ground ground = ground_of(call, rows, call.address.bucket);
  check_expected_owner(call, "x-amz-expected-bucket-owner", ground.bucket);
  if (is_free(call, ground) && (call.identity.is_admin || !is_of_object_owner(action_of(operation, call.head)))) return;
  // Decided for each of its keys.
  if (operation.name == "DeleteObjects") return;
  const std::string action = action_of(operation, call.head);
  std::optional<store::ObjectInfo> object;
  if (!call.address.key.empty() && action != "s3:PutObject")
    object = store::find_version(rows, ground.bucket, call.address.key, named_version(call.head));
  if (!decide(call, rows, ground, action, call.address.key, object ? &*object : nullptr)) throw access_denied();
}

/// Whether an action lists keys: what it reaches is what begins with its prefix.
bool lists_keys(std::string_view action) { return action == "s3:ListBucket" || action == "s3:ListBucketVersions" || action == "s3:ListBucketMultipartUploads"; }

/// The governed table that a place reaches and whose bytes the caller may not have.
std::optional<access::TablePolicy> find_closed(const Call& call, const std::string& place, bool writes, bool names_folders = false) {
  const access::Grants& grants = call.service.access.grants();
  for (const access::TablePolicy& policy : grants.policies_near(place)) {
    // Folders below a prefix are told by their names alone.
    if (names_folders && access::nearness(place, policy.root) == access::Nearness::Around) continue;
    // A role has what its own policies say, which is never this.
    if (!call.role.name.empty() || !grants.may_have_files(call.identity.user, policy, writes)) return policy;
  }
  return std::nullopt;
}

Error governed_files(const access::TablePolicy& policy, bool writes) {
  return Error(conditions::kGovernedFiles, {{"table", access::securable_name(policy.table)}, {"privilege", writes ? "WRITE FILES" : "READ FILES"}});
}

/// Governed tables are read by SQL: their bytes, and the names of their files, are for who was given them, whatever policies say.
void check_not_governed(const Call& call, const std::string& action, const std::string& key) {
  const bool lists = lists_keys(action);
  if (key.empty() && !lists) return;
  const std::string place = call.address.bucket + "/" + (lists ? std::string(call.head.parameter("prefix").value_or("")) : key + "/");
  const bool names_folders = lists && call.head.parameter("delimiter") == "/";
  const bool writes = action.starts_with("s3:Put") || action.starts_with("s3:Delete") || action.starts_with("s3:Abort");
  if (const auto closed = find_closed(call, place, writes, names_folders)) throw governed_files(*closed, writes);
}

}  // namespace

void authorize(const Call& call, const Operation& operation, const store::Rows& rows) {
  // The one is decided, and told, for each of its keys, the other by the action of its form.
  if (operation.name == "DeleteObjects" || operation.name == "IdentityAndAccess") return check_may(call, operation, rows);
  audited(call, action_of(operation, call.head), call.address.bucket, call.address.key, [&] {
    check_may(call, operation, rows);
    check_not_governed(call, action_of(operation, call.head), call.address.key);
  });
}

PolicyEffect effect_of_own_policies(const Call& call, const std::string& action, const std::string& resource) {
  PolicyRequest request{.user = user_of(call), .action = action, .resource = resource};
  fill_context(request, call);
  return evaluate_own(own_policies(call), request);
}

bool may_assume(const Call& call, const std::string& trust_policy, const std::string& arn) {
  PolicyRequest request{.user = user_of(call), .action = "sts:AssumeRole", .resource = arn};
  fill_context(request, call);
  const NameValues form = parse_query(call.document);
  if (const auto external = find_value(form, "ExternalId")) request.context["sts:externalid"] = {std::string(*external)};
  const Policy trust = parse_trust_policy(trust_policy);
  const PolicyEffect effect = evaluate(trust, request);
  if (effect != PolicyEffect::None) return effect == PolicyEffect::Allow;
  // Who trusts the account leaves it to the account's own policies.
  const bool may = call.identity.is_admin || evaluate_own(own_policies(call), request) == PolicyEffect::Allow;
  request.user = std::string(kAccount);
  return may && evaluate(trust, request) == PolicyEffect::Allow;
}

bool may_assume_with_web_identity(const Call& call, const std::string& trust_policy, const std::string& arn, const std::string& provider,
                                  const WebIdentityToken& token) {
  PolicyRequest request{.user = "federated:" + provider, .action = "sts:AssumeRoleWithWebIdentity", .resource = arn};
  fill_context(request, call);
  // Conditions ask for a claim as `PROVIDER:claim`, in the form that read_condition() gives to keys.
  const auto slash = provider.find('/');
  const std::string prefix = to_lower_ascii(provider.substr(0, slash)) + (slash == std::string::npos ? "" : provider.substr(slash)) + ":";
  for (const auto& [claim, values] : token.claims) request.context[prefix + claim] = values;
  request.context[prefix + "aud"] = token.audiences;
  return evaluate(parse_trust_policy(trust_policy), request) == PolicyEffect::Allow;
}

void authorize_copy_source(const Call& call, const store::ObjectInfo& source) {
  const store::Snapshot snapshot = call.service.store.snapshot();
  audited(call, "s3:GetObject", source.bucket, source.key, [&] {
    if (const auto closed = find_closed(call, source.bucket + "/" + source.key + "/", false)) throw governed_files(*closed, false);
    Ground ground = ground_of(call, snapshot, source.bucket);
    check_expected_owner(call, "x-amz-source-expected-bucket-owner", ground.bucket);
    const bool is_free_to_all = call.identity.is_admin && is_free(call, ground);
    if (!is_free_to_all && !decide(call, snapshot, ground, "s3:GetObject", source.key, &source)) throw access_denied();
  });
}

bool may_delete(const Call& call, const store::Rows& rows, const std::string& key, bool is_version) {
  const std::string action = is_version ? "s3:DeleteObjectVersion" : "s3:DeleteObject";
  Ground ground = ground_of(call, rows, call.address.bucket);
  const bool may = (is_free(call, ground) || decide(call, rows, ground, action, key, nullptr)) && !find_closed(call, call.address.bucket + "/" + key + "/", true);
  access::AuditEvent event{call.identity.user, call.identity.credential, "s3", action, call.address.bucket};
  if (!may) {
    event.object += "/" + key;
    event.outcome = access::AuditOutcome::Refused;
    event.cause = conditions::kAccessDenied.name;
  }
  call.service.access.audit().count(std::move(event));
  return may;
}

bool may_bypass_governance(const Call& call, const store::Rows& rows, const std::string& key) {
  if (!bypasses_governance(call.head)) return false;
  Ground ground = ground_of(call, rows, call.address.bucket);
  return is_free(call, ground) || decide(call, rows, ground, "s3:BypassGovernanceRetention", key, nullptr);
}

}  // namespace lab::s3
