#include "protocol/s3/policy.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "protocol/s3/errors.h"
#include "protocol/s3/policy_conditions.h"
#include "protocol/s3/text_forms.h"

namespace lab::s3 {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxPolicyBytes = 20'480;
constexpr std::string_view kServicePrefix = "service:", kFederatedPrefix = "federated:";
constexpr std::string_view kArnPrefix = "arn:aws:s3:::";

Error malformed_policy(std::string reason) { return Error(conditions::kMalformedPolicy, {{"reason", std::move(reason)}}); }

std::vector<std::string> read_texts(const json& value, const char* element) {
  std::vector<std::string> texts;
  const auto add = [&](const json& each) {
    if (each.is_string())
      texts.push_back(each.get<std::string>());
    else if (each.is_boolean())
      texts.push_back(each.get<bool>() ? "true" : "false");
    else if (each.is_number())
      texts.push_back(each.dump());
    else
      throw malformed_policy(std::string("Syntax error in ") + element);
  };
  if (value.is_array())
    for (const json& each : value) add(each);
  else
    add(value);
  return texts;
}

/// The user that a principal means: `*`, a name, `arn:aws:iam::account:user/path/name`, `arn:aws:iam::name:root`; `role/NAME`
/// for a role or one session of it.
std::string user_of_principal(const std::string& text) {
  constexpr std::string_view kIam = "arn:aws:iam:", kSts = "arn:aws:sts:", kAssumed = "assumed-role/";
  if (text.starts_with(kSts)) {
    const auto at = text.find(kAssumed);
    if (at == std::string::npos) throw malformed_policy("Invalid principal in policy");
    const std::string tail = text.substr(at + kAssumed.size());
    return "role/" + tail.substr(0, tail.find('/'));
  }
  if (!text.starts_with(kIam)) return text;
  const auto account_at = text.find(':', kIam.size());
  const auto last = text.rfind(':');
  if (account_at == std::string::npos || last <= account_at) throw malformed_policy("Invalid principal in policy");
  const std::string tail = text.substr(last + 1);
  if (tail == "root") return text.substr(account_at + 1, last - account_at - 1);
  if (!tail.starts_with("user/") && !tail.starts_with("role/")) throw malformed_policy("Invalid principal in policy");
  const std::string name = tail.substr(tail.rfind('/') + 1);
  return tail.starts_with("role/") ? "role/" + name : name;
}

/// `arn:aws:iam::account:oidc-provider/NAME`, or the name itself.
std::string provider_of_principal(const std::string& text) {
  constexpr std::string_view kProvider = ":oidc-provider/";
  const auto at = text.find(kProvider);
  return at == std::string::npos ? text : text.substr(at + kProvider.size());
}

/// What a policy is put on; each asks for other elements.
enum class Holder { Bucket, User, Role };

void read_principals(const json& value, PolicyStatement& statement) {
  if (value.is_string()) {
    if (value != "*") throw malformed_policy("Invalid principal in policy");
    statement.principals = {"*"};
    return;
  }
  if (!value.is_object() || value.empty()) throw malformed_policy("Invalid principal in policy");
  for (const auto& [kind, names] : value.items()) {
    if (kind != "AWS" && kind != "CanonicalUser" && kind != "Federated" && kind != "Service")
      throw malformed_policy("Invalid principal in policy");
    for (const std::string& name : read_texts(names, "Principal")) {
      if (kind == "AWS" || kind == "CanonicalUser") statement.principals.push_back(user_of_principal(name));
      if (kind == "Federated") statement.principals.push_back(std::string(kFederatedPrefix) + provider_of_principal(name));
      if (kind == "Service") statement.principals.push_back(std::string(kServicePrefix) + name);
    }
  }
}

PolicyCondition read_condition(std::string op, const std::string& key, const json& values) {
  PolicyCondition condition;
  if (op.starts_with("ForAllValues:")) {
    condition.for_all = true;
    op.erase(0, 13);
  } else if (op.starts_with("ForAnyValue:")) {
    condition.for_any = true;
    op.erase(0, 12);
  }
  if (op.ends_with("IfExists") && op != "IfExists") {
    condition.if_exists = true;
    op.erase(op.size() - 8);
  }
  if (!is_condition_operator(op)) throw malformed_policy("Invalid Condition type : " + op);
  condition.op = std::move(op);
  const auto slash = key.find('/');
  condition.key = to_lower_ascii(key.substr(0, slash)) + (slash == std::string::npos ? "" : key.substr(slash));
  condition.values = read_texts(values, "Condition");
  return condition;
}

/// Reads `name` or `Not<name>`; one of the two must be there.
std::vector<std::string> read_either(const json& value, const char* name, bool& is_not) {
  const std::string negated = std::string("Not") + name;
  const bool has = value.contains(name);
  is_not = value.contains(negated);
  if (has == is_not) throw malformed_policy(std::string("Missing required field ") + name);
  auto texts = read_texts(value.at(is_not ? negated : std::string(name)), name);
  if (texts.empty()) throw malformed_policy(std::string("Missing required field ") + name + " cannot be empty!");
  return texts;
}

bool is_resource_of(std::string_view resource, std::string_view bucket) {
  if (!resource.starts_with(kArnPrefix)) return false;
  const auto name = resource.substr(kArnPrefix.size());
  return matches_pattern(name.substr(0, name.find('/')), bucket);
}

PolicyStatement read_statement(const json& value, Holder holder, std::string_view bucket) {
  if (!value.is_object()) throw malformed_policy("Syntax errors in policy.");
  PolicyStatement statement;
  if (value.contains("Sid")) statement.id = read_texts(value.at("Sid"), "Sid").front();
  const auto effect = value.find("Effect");
  if (effect == value.end()) throw malformed_policy("Missing required field Effect");
  if (*effect != "Allow" && *effect != "Deny") throw malformed_policy("Invalid effect: " + effect->dump());
  statement.is_allow = *effect == "Allow";
  statement.is_not_principal = value.contains("NotPrincipal");
  if (statement.is_not_principal && statement.is_allow) throw malformed_policy("Allow with NotPrincipal is not allowed.");
  const bool has_principal = value.contains("Principal") || statement.is_not_principal;
  const bool is_users = holder == Holder::User;
  if (has_principal == is_users) throw malformed_policy(is_users ? "Policy document should not specify a principal." : "Missing required field Principal");
  if (has_principal) read_principals(value.at(statement.is_not_principal ? "NotPrincipal" : "Principal"), statement);
  statement.actions = read_either(value, "Action", statement.is_not_action);
  for (const std::string& action : statement.actions)
    if (action != "*" && action.find(':') == std::string::npos) throw malformed_policy("Policy has invalid action");
  if (holder == Holder::Role) {
    if (value.contains("Resource") || value.contains("NotResource")) throw malformed_policy("Has prohibited field Resource");
    statement.resources = {"*"};
  } else {
    statement.resources = read_either(value, "Resource", statement.is_not_resource);
  }
  if (holder == Holder::Bucket)
    for (const std::string& resource : statement.resources)
      if (!is_resource_of(resource, bucket)) throw malformed_policy("Policy has invalid resource");
  if (const auto tests = value.find("Condition"); tests != value.end()) {
    if (!tests->is_object()) throw malformed_policy("Syntax errors in policy.");
    for (const auto& [op, keys] : tests->items()) {
      if (!keys.is_object()) throw malformed_policy("Syntax errors in policy.");
      for (const auto& [key, values] : keys.items()) statement.conditions.push_back(read_condition(op, key, values));
    }
  }
  return statement;
}

bool names_user(const PolicyStatement& statement, const std::optional<std::string>& user) {
  const bool is_outside = user && (user->starts_with(kServicePrefix) || user->starts_with(kFederatedPrefix));
  const bool is_named = std::ranges::any_of(statement.principals, [&](const std::string& each) { return (each == "*" && !is_outside) || (user && each == *user); });
  return is_named != statement.is_not_principal;
}

bool names_action(const PolicyStatement& statement, std::string_view action) {
  const std::string wanted = to_lower_ascii(action);
  const bool is_named = std::ranges::any_of(statement.actions, [&](const std::string& each) { return matches_pattern(to_lower_ascii(each), wanted); });
  return is_named != statement.is_not_action;
}

bool names_resource(const PolicyStatement& statement, const PolicyRequest& request) {
  const bool is_named = std::ranges::any_of(statement.resources, [&](const std::string& each) {
    return matches_pattern(fill_variables(each, request), request.resource);
  });
  return is_named != statement.is_not_resource;
}

Policy read_policy(std::string_view text, Holder holder, std::string_view bucket) {
  if (text.size() > kMaxPolicyBytes) throw malformed_policy("Normal policies must not exceed 20480 bytes");
  const json document = json::parse(text, nullptr, false);
  if (!document.is_object()) throw malformed_policy("Policies must be valid JSON and the first byte must be '{'");
  if (const auto version = document.find("Version"); version != document.end() && *version != "2012-10-17" && *version != "2008-10-17")
    throw malformed_policy("The policy must contain a valid version string");
  const auto statements = document.find("Statement");
  if (statements == document.end()) throw malformed_policy("Missing required field Statement");
  Policy policy;
  if (statements->is_array()) {
    for (const json& each : *statements) policy.statements.push_back(read_statement(each, holder, bucket));
  } else {
    policy.statements.push_back(read_statement(*statements, holder, bucket));
  }
  if (policy.statements.empty()) throw malformed_policy("Could not parse the policy: Statement is empty!");
  // S3 takes statements of one id in a bucket's policy, IAM does not in its own.
  if (holder == Holder::Bucket) return policy;
  std::set<std::string_view> ids;
  for (const PolicyStatement& statement : policy.statements)
    if (!statement.id.empty() && !ids.insert(statement.id).second) throw malformed_policy("Statement IDs (SID) in a single policy must be unique.");
  return policy;
}

}  // namespace

Policy parse_policy(std::string_view text, std::string_view bucket) { return read_policy(text, bucket.empty() ? Holder::User : Holder::Bucket, bucket); }

Policy parse_trust_policy(std::string_view text) { return read_policy(text, Holder::Role, {}); }

PolicyEffect evaluate(const Policy& policy, const PolicyRequest& request) {
  PolicyEffect effect = PolicyEffect::None;
  for (const PolicyStatement& statement : policy.statements) {
    // A user's policy names no principal: it is about that user.
    const bool has_principal = !statement.principals.empty() || statement.is_not_principal;
    if (has_principal && !names_user(statement, request.user)) continue;
    if (!names_action(statement, request.action) || !names_resource(statement, request)) continue;
    if (!std::ranges::all_of(statement.conditions, [&](const PolicyCondition& each) { return holds(each, request); })) continue;
    if (!statement.is_allow) return PolicyEffect::Deny;
    effect = PolicyEffect::Allow;
  }
  return effect;
}

bool is_public(const Policy& policy) {
  constexpr std::string_view kLimits[] = {"aws:sourceip", "aws:sourcearn", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceowner",
                                          "aws:sourceaccount", "aws:userid", "aws:username", "aws:principalarn", "aws:principalorgid"};
  return std::ranges::any_of(policy.statements, [&](const PolicyStatement& statement) {
    if (!statement.is_allow) return false;
    const bool is_everybody = statement.is_not_principal || std::ranges::find(statement.principals, "*") != statement.principals.end();
    // A condition that fixes who or where from makes it not public; an address range of everything does not.
    const bool is_limited = std::ranges::any_of(statement.conditions, [&](const PolicyCondition& each) {
      if (std::ranges::find(kLimits, each.key) == std::end(kLimits)) return false;
      return std::ranges::none_of(each.values, [](const std::string& value) { return value == "0.0.0.0/0" || value == "::/0" || value == "*"; });
    });
    return is_everybody && !is_limited;
  });
}

}  // namespace lab::s3
