#include "wire/s3/bucket_settings.h"

#include <algorithm>

#include "protocol/s3/acl.h"
#include "protocol/s3/cors.h"
#include "protocol/s3/documents.h"
#include "protocol/s3/lifecycle.h"
#include "protocol/s3/object_lock.h"
#include "protocol/s3/xml.h"
#include "store/conditions.h"
#include "wire/s3/encryption.h"
#include "wire/s3/iam_entities.h"
#include "wire/s3/website.h"

namespace lab::s3 {
namespace {

constexpr const char* kTable = "bucket_settings";
constexpr std::size_t kMaxBucketTags = 50;
// Where a bucket's id stands in the rows of settings; no bucket has this one.
constexpr std::int64_t kAccountRow = -1;

std::string read_cors_setting(const Call&, std::string_view document) { return write_cors(parse_cors(document)); }

std::string read_tagging_setting(const Call&, std::string_view document) {
  return write_tagging(parse_tagging(document, kMaxBucketTags));
}

bool is_ownership(std::string_view mode) {
  return mode == "BucketOwnerEnforced" || mode == "BucketOwnerPreferred" || mode == "ObjectWriter";
}

std::string read_ownership(const Call& call, std::string_view document) {
  const XmlElement root = parse_xml(document);
  const XmlElement* rule = root.find("Rule");
  if (root.name != "OwnershipControls" || rule == nullptr || root.children.size() != 1) throw Error(conditions::kMalformedXml);
  const std::string_view mode = trim_spaces(rule->text_of("ObjectOwnership"));
  if (!is_ownership(mode)) throw Error(conditions::kMalformedXml);
  if (mode == "BucketOwnerEnforced") {
    const auto snapshot = call.service.store.snapshot();
    const auto bucket = store::find_bucket(snapshot, call.address.bucket);
    const auto acl = bucket ? find_setting(snapshot, *bucket, "acl") : std::nullopt;
    const auto is_owners = [&](const Grant& each) { return each.grantee.id == bucket->owner; };
    if (acl && !std::ranges::all_of(parse_acl(*acl).grants, is_owners)) throw Error(conditions::kInvalidBucketAclWithObjectOwnership);
  }
  return write_ownership(mode);
}

std::string read_lock_setting(const Call& call, std::string_view document) {
  const auto retention = parse_lock_configuration(document);
  if (call.objects().get_bucket(call.address.bucket).versioning != store::Versioning::Enabled)
    throw Error(conditions::kInvalidBucketState);
  return write_lock_configuration(retention);
}

std::string read_lifecycle_setting(const Call&, std::string_view document) { return write_lifecycle(parse_lifecycle(document)); }

std::string read_request_payment(const Call&, std::string_view document) {
  const XmlElement root = parse_xml(document);
  const std::string_view payer = trim_spaces(root.text_of("Payer"));
  if (root.name != "RequestPaymentConfiguration" || (payer != "Requester" && payer != "BucketOwner")) throw Error(conditions::kMalformedXml);
  XmlWriter xml;
  xml.open_root("RequestPaymentConfiguration");
  xml.element("Payer", payer);
  return std::move(xml).finish();
}

constexpr SettingRow kSettings[] = {
    {"lifecycle", &read_lifecycle_setting, &conditions::kNoSuchLifecycleConfiguration},
    {"cors", &read_cors_setting, &conditions::kNoSuchCorsConfiguration},
    {"tagging", &read_tagging_setting, &conditions::kNoSuchTagSet, 204},
    {"publicAccessBlock", &read_public_access_block, &conditions::kNoSuchPublicAccessBlock},
    {"ownershipControls", &read_ownership, &conditions::kOwnershipControlsNotFound},
    {"encryption", &read_encryption_setting, &conditions::kServerSideEncryptionConfigurationNotFound},
    {"requestPayment", &read_request_payment, nullptr},
    {"website", &read_website_setting, &conditions::kNoSuchWebsiteConfiguration},
    {"object-lock", &read_lock_setting, &conditions::kObjectLockConfigurationNotFound},
};

}  // namespace

std::string read_public_access_block(const Call&, std::string_view document) {
  const XmlElement root = parse_xml(document);
  if (root.name != "PublicAccessBlockConfiguration") throw Error(conditions::kMalformedXml);
  XmlWriter xml;
  xml.open_root(root.name);
  for (const char* flag : {"BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"}) {
    const std::string value = to_lower_ascii(trim_spaces(root.text_of(flag, "false")));
    if (value != "true" && value != "false") throw Error(conditions::kMalformedXml);
    xml.element(flag, value);
  }
  return std::move(xml).finish();
}

store::SchemaSpec s3_schema() {
  return {.module = "s3",
          .version = 2,
          .tables = {{.name = kTable,
                      .kind = store::RowKind::History,
                      .columns = {{"bucket", store::ColumnType::Integer}, {"name"}, {"document"}},
                      .num_key_columns = 2},
                     iam_entity_table()}};
}

std::string write_ownership(std::string_view mode) {
  if (!is_ownership(mode)) throw invalid_argument("Invalid x-amz-object-ownership header", "x-amz-object-ownership", std::string(mode));
  XmlWriter xml;
  xml.open_root("OwnershipControls");
  xml.open("Rule");
  xml.element("ObjectOwnership", mode);
  return std::move(xml).finish();
}

const SettingRow& setting_of(const RequestHead& head) {
  for (const SettingRow& row : kSettings)
    if (head.has_parameter(row.name)) return row;
  LAB_CHECK(false, "an operation over a setting that has no row");
  std::unreachable();
}

std::optional<std::string> find_setting(const store::Rows& rows, const store::BucketInfo& bucket, std::string_view name) {
  const auto row = rows.find_row(kTable, {bucket.id, std::string(name)});
  if (!row) return std::nullopt;
  return store::as_text((*row)[2]);
}

void put_setting(store::Change& change, std::string bucket, std::string_view name, std::string document) {
  change.step([bucket = std::move(bucket), name = std::string(name), document = std::move(document)](store::Transaction& transaction) {
    const auto found = store::find_bucket(transaction, bucket);
    if (!found) throw Error(store::conditions::kNoSuchBucket, {{"bucket", bucket}});
    transaction.put_row(kTable, {found->id, name, document});
  });
}

void erase_setting(store::Change& change, std::string bucket, std::string_view name) {
  change.step([bucket = std::move(bucket), name = std::string(name)](store::Transaction& transaction) {
    const auto found = store::find_bucket(transaction, bucket);
    if (!found) throw Error(store::conditions::kNoSuchBucket, {{"bucket", bucket}});
    transaction.erase_row(kTable, {found->id, name});
  });
}

std::optional<std::string> find_account_setting(const store::Rows& rows, std::string_view name) {
  const auto row = rows.find_row(kTable, {kAccountRow, std::string(name)});
  if (!row) return std::nullopt;
  return store::as_text((*row)[2]);
}

void put_account_setting(store::Change& change, std::string_view name, std::string document) {
  change.put_row(kTable, {kAccountRow, std::string(name), std::move(document)});
}

void erase_account_setting(store::Change& change, std::string_view name) { change.erase_row(kTable, {kAccountRow, std::string(name)}); }

}  // namespace lab::s3
