#pragma once

#include <string>
#include <string_view>

#include "protocol/s3/xml.h"
#include "wire/s3/call.h"

namespace lab::s3 {

/// A call of IAM or STS: its form, and the result that is being written.
struct IamCall {
  Call& call;
  NameValues form;
  XmlWriter& xml;

  access::Access& access() { return call.service.access; }
  store::Origin by(const char* what) const { return {.actor = call.owner().id, .protocol = "iam", .request = what}; }
  std::string given(std::string_view name) const {
    const auto value = find_value(form, name);
    if (!value || value->empty()) throw Error(conditions::kIamValidation, {{"reason", "1 validation error detected: Value null at '" + std::string(name) + "' failed to satisfy constraint: Member must not be null"}});
    return std::string(*value);
  }
  /// The user that is named, or who asks.
  std::string user() const { return std::string(find_value(form, "UserName").value_or(call.identity.user)); }
};

/// STS: a session of the caller's own rights, narrowed by `Policy`. The lab has no roles: whichever is named, AssumeRole
/// gives the caller's rights, as MinIO does.
void assume_role(IamCall& iam);
void get_session_token(IamCall& iam);
void get_caller_identity(IamCall& iam);

/// The lab's own, for its command line: begins a scrub or a backup of the whole store, and tells how far it has come.
void start_job(IamCall& iam);
void show_job(IamCall& iam);

}  // namespace lab::s3
