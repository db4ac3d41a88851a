#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/s3/answers.h"
#include "protocol/s3/text_forms.h"
#include "protocol/s3/xml.h"

namespace lab::s3 {

/// What a grant lets its grantee do with a bucket or an object.
enum class Permission { Read, Write, ReadAcp, WriteAcp, FullControl };
std::string_view show_permission(Permission permission);

/// Who a grant is for: a user by id, or one of S3's groups by its address.
struct Grantee {
  std::string id;
  std::string display_name;
  std::string group;  ///< set for a group: one of the addresses below
  friend bool operator==(const Grantee&, const Grantee&) = default;
};
inline constexpr std::string_view kAllUsers = "http://acs.amazonaws.com/groups/global/AllUsers";
inline constexpr std::string_view kAuthenticatedUsers = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
inline constexpr std::string_view kLogDelivery = "http://acs.amazonaws.com/groups/s3/LogDelivery";

struct Grant {
  Grantee grantee;
  Permission permission = Permission::Read;
  friend bool operator==(const Grant&, const Grant&) = default;
};

/// An access control list of S3 (`<AccessControlPolicy>`).
struct AccessControlList {
  Owner owner;
  std::vector<Grant> grants;
};

/// Throws MalformedACLError.
AccessControlList parse_acl(std::string_view xml);
std::string write_acl(const AccessControlList& acl);

/// One `<Grant>`, as lists and settings of buckets hold them. Throws MalformedACLError.
Grant parse_grant(const XmlElement& element);
void write_grant(XmlWriter& xml, const Grant& grant);

/// What `x-amz-acl` stands for; absent for an unknown name.
std::optional<AccessControlList> canned_acl(std::string_view name, const Owner& owner, const Owner& bucket_owner);
/// The list of the headers `x-amz-acl` or `x-amz-grant-*`; absent without them. Throws InvalidArgument for an unknown
/// name or grantee, InvalidRequest for both kinds at once.
std::optional<AccessControlList> acl_of_headers(const NameValues& headers, const Owner& owner, const Owner& bucket_owner);

/// Whether the list lets this user do it. `user` absent: somebody without a name.
bool allows(const AccessControlList& acl, const std::optional<std::string>& user, Permission permission);
/// Whether it lets everybody (with or without a name) do anything.
bool is_public(const AccessControlList& acl);

}  // namespace lab::s3
