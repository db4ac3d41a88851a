#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "store/store.h"
#include "wire/s3/call.h"

namespace lab::s3 {

/// The tables of this module, for StoreOptions::schemas.
store::SchemaSpec s3_schema();

/// A setting of a bucket that is a document: put, given back in its canonical form, deleted.
struct SettingRow {
  std::string_view name;  ///< of the sub-resource
  /// The document as it is kept. Throws what S3 says of a wrong one.
  std::string (*read)(const Call& call, std::string_view document);
  const Condition* absent;  ///< what GET says when it was never put; nullptr: the empty document
  int put_status = 200;
};

/// `<PublicAccessBlockConfiguration>` as it is kept. Throws MalformedXML.
std::string read_public_access_block(const Call& call, std::string_view document);

/// The row for the sub-resource of this request.
const SettingRow& setting_of(const RequestHead& head);

/// A setting of the one account that the lab is, which holds for all buckets.
std::optional<std::string> find_account_setting(const store::Rows& rows, std::string_view name);
void put_account_setting(store::Change& change, std::string_view name, std::string document);
void erase_account_setting(store::Change& change, std::string_view name);

/// Beside a policy that was put with `x-amz-confirm-remove-self-bucket-access: true`.
inline constexpr std::string_view kPolicyConfirmed = "policyConfirmed";

/// `<OwnershipControls>` of one rule. Throws InvalidArgument for an unknown mode.
std::string write_ownership(std::string_view mode);

/// What was put; absent when nothing was.
std::optional<std::string> find_setting(const store::Rows& rows, const store::BucketInfo& bucket, std::string_view name);
/// A change's step that keeps it, or takes it away.
void put_setting(store::Change& change, std::string bucket, std::string_view name, std::string document);
void erase_setting(store::Change& change, std::string bucket, std::string_view name);

}  // namespace lab::s3
