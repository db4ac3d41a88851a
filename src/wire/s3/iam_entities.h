#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/access.h"
#include "store/store.h"

/// What IAM tells of users, groups, roles and identity providers beyond what `access` keeps: paths, ids, and of the last two
/// everything. Names are found whatever their case, as IAM does.
namespace lab::s3 {

enum class IamKind { User, Group, Role, Provider };

struct IamEntity {
  std::string name;  ///< as it was written; of a provider its URL
  std::string id;    ///< never given again
  std::string path = "/";
  Timestamp created;
  std::string description;                       ///< of a role
  std::string trust;                             ///< of a role: the policy that says who may assume it
  std::uint64_t longest_session = 3600;          ///< of a role, in seconds
  std::map<std::string, std::string> policies;   ///< of a role: documents by name, or by the ARN of an attached one
  std::vector<std::string> client_ids;           ///< of a provider
  std::vector<std::string> thumbprints;          ///< of a provider
};

/// Number of the one account that the lab is.
inline constexpr std::string_view kAccount = "000000000000";

/// For the schema of this module.
store::TableSpec iam_entity_table();

/// A new one with an id of its own (`AROA…`).
IamEntity make_entity(IamKind kind, std::string name, std::string path, Timestamp now);
std::optional<IamEntity> find_entity(const store::Rows& rows, IamKind kind, std::string_view name);
/// By name, whatever its case.
std::vector<IamEntity> list_entities(const store::Rows& rows, IamKind kind);
/// A change's step that keeps it; `add_entity` throws ROW_ALREADY_EXISTS when there is one of that name.
void add_entity(store::Change& change, IamKind kind, const IamEntity& entity);
void put_entity(store::Change& change, IamKind kind, const IamEntity& entity);
void erase_entity(store::Change& change, IamKind kind, std::string_view name);

/// What IAM tells of a user or group; those that were not made by IAM have the path `/`, and their name for an id.
IamEntity entity_of(const store::Rows& rows, const access::UserInfo& user);
IamEntity entity_of_group(const store::Rows& rows, const std::string& group);

/// `arn:aws:iam:::user/path/name`.
std::string arn_of(IamKind kind, const IamEntity& entity);

/// In which order lists come: by name whatever its case; no two names have the same.
std::string sorting_name(std::string_view name);

}  // namespace lab::s3
