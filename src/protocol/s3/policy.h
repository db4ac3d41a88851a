#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lab::s3 {

/// One test of a policy's statement: an operator of IAM over a key of the request's context.
struct PolicyCondition {
  std::string op;        ///< without qualifier and `IfExists`
  bool if_exists = false;
  bool for_all = false;  ///< ForAllValues:
  bool for_any = false;  ///< ForAnyValue:
  std::string key;       ///< lower-case but for what follows a `/`
  std::vector<std::string> values;
};

struct PolicyStatement {
  std::string id;
  bool is_allow = false;
  /// Names of users, `role/NAME` for sessions of a role, `service:NAME` for a service, `federated:NAME` for whom an identity
  /// provider knows; `*` is everybody, also somebody without a name, but neither of those two. Not in a user's policies.
  std::vector<std::string> principals;
  bool is_not_principal = false;
  std::vector<std::string> actions;
  bool is_not_action = false;
  std::vector<std::string> resources;
  bool is_not_resource = false;
  std::vector<PolicyCondition> conditions;
};

/// A policy in IAM's language (JSON, version 2008-10-17 or 2012-10-17).
struct Policy {
  std::vector<PolicyStatement> statements;
};

/// Throws MalformedPolicy. A bucket policy names principals and resources of `bucket` alone; with an empty `bucket` it is
/// a user's, which names no principal.
Policy parse_policy(std::string_view json, std::string_view bucket);
/// A role's: who may assume it. It names principals and no resource. Throws MalformedPolicy.
Policy parse_trust_policy(std::string_view json);

/// What is asked of a policy.
struct PolicyRequest {
  std::optional<std::string> user;  ///< or another of PolicyStatement::principals; absent: without a name
  std::string action;               ///< `s3:GetObject`
  std::string resource;             ///< `arn:aws:s3:::bucket/key`
  /// By the keys that conditions name, lower-case but for what follows a `/`; a key that is not there is absent.
  std::map<std::string, std::vector<std::string>, std::less<>> context;
};

enum class PolicyEffect { None, Allow, Deny };
/// A statement that denies wins over all that allow.
PolicyEffect evaluate(const Policy& policy, const PolicyRequest& request);

/// Whether it lets everybody do something without limiting from where (S3's rule for "public").
bool is_public(const Policy& policy);

}  // namespace lab::s3
