#include "protocol/s3/acl.h"

#include <algorithm>

#include "protocol/s3/errors.h"
#include "protocol/s3/xml.h"

namespace lab::s3 {
namespace {

struct PermissionRow {
  Permission permission;
  std::string_view name;
  std::string_view header;
};

constexpr PermissionRow kPermissions[] = {
    {Permission::Read, "READ", "x-amz-grant-read"},
    {Permission::Write, "WRITE", "x-amz-grant-write"},
    {Permission::ReadAcp, "READ_ACP", "x-amz-grant-read-acp"},
    {Permission::WriteAcp, "WRITE_ACP", "x-amz-grant-write-acp"},
    {Permission::FullControl, "FULL_CONTROL", "x-amz-grant-full-control"},
};

constexpr std::size_t kMaxGrants = 100;

Error malformed_acl() { return Error(conditions::kMalformedAcl); }

bool is_group(std::string_view address) {
  return address == kAllUsers || address == kAuthenticatedUsers || address == kLogDelivery;
}

Grantee grantee_of(const Owner& owner) { return {owner.id, owner.display_name, {}}; }
Grantee group_of(std::string_view address) { return {{}, {}, std::string(address)}; }

/// `id="ann", uri="http://…"`: the grantees of one header.
std::vector<Grantee> parse_grantees(std::string_view text) {
  std::vector<Grantee> grantees;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const std::string_view item = trim_spaces(text.substr(0, comma));
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    const auto equals = item.find('=');
    if (equals == std::string_view::npos) throw invalid_argument("Argument format not recognized", "x-amz-grant", std::string(item));
    const std::string kind = to_lower_ascii(trim_spaces(item.substr(0, equals)));
    std::string_view value = trim_spaces(item.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    if (kind == "id" && !value.empty()) {
      grantees.push_back({std::string(value), std::string(value), {}});
    } else if (kind == "uri" && is_group(value)) {
      grantees.push_back(group_of(value));
    } else if (kind == "emailaddress") {
      throw Error(conditions::kUnresolvableGrant, {{"Email", std::string(value)}});
    } else {
      throw invalid_argument("Invalid " + (kind.empty() ? std::string("grantee") : kind), "x-amz-grant", std::string(value));
    }
  }
  return grantees;
}

}  // namespace

std::string_view show_permission(Permission permission) {
  return std::ranges::find(kPermissions, permission, &PermissionRow::permission)->name;
}

Grant parse_grant(const XmlElement& element) {
  const XmlElement* grantee = element.find("Grantee");
  const std::string_view permission = trim_spaces(element.text_of("Permission"));
  const auto* row = std::ranges::find(kPermissions, permission, &PermissionRow::name);
  if (element.name != "Grant" || grantee == nullptr || row == std::end(kPermissions)) throw malformed_acl();
  Grant grant{.permission = row->permission};
  if (const XmlElement* address = grantee->find("URI")) {
    grant.grantee.group = std::string(trim_spaces(address->text));
    if (!is_group(grant.grantee.group)) throw invalid_argument("Invalid group uri", "Grantee/URI", grant.grantee.group);
  } else if (const XmlElement* email = grantee->find("EmailAddress")) {
    // Users are known here by their names alone.
    throw Error(conditions::kUnresolvableGrant, {{"Email", std::string(trim_spaces(email->text))}});
  } else {
    grant.grantee.id = std::string(trim_spaces(grantee->text_of("ID")));
    grant.grantee.display_name = std::string(trim_spaces(grantee->text_of("DisplayName", grant.grantee.id)));
    if (grant.grantee.id.empty()) throw malformed_acl();
  }
  return grant;
}

void write_grant(XmlWriter& xml, const Grant& grant) {
  xml.open("Grant");
  const bool is_user = grant.grantee.group.empty();
  xml.raw(std::string("<Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"") +
          (is_user ? "CanonicalUser" : "Group") + "\">");
  if (is_user) {
    xml.element("ID", grant.grantee.id);
    xml.element("DisplayName", grant.grantee.display_name);
  } else {
    xml.element("URI", grant.grantee.group);
  }
  xml.raw("</Grantee>");
  xml.element("Permission", show_permission(grant.permission));
  xml.close();
}

AccessControlList parse_acl(std::string_view xml) {
  XmlElement root;
  try {
    root = parse_xml(xml);
  } catch (const Error&) {
    throw malformed_acl();
  }
  const XmlElement* owner = root.find("Owner");
  const XmlElement* list = root.find("AccessControlList");
  if (root.name != "AccessControlPolicy" || owner == nullptr || list == nullptr) throw malformed_acl();
  AccessControlList acl;
  acl.owner.id = std::string(trim_spaces(owner->text_of("ID")));
  acl.owner.display_name = std::string(trim_spaces(owner->text_of("DisplayName", acl.owner.id)));
  if (acl.owner.id.empty() || list->children.size() > kMaxGrants) throw malformed_acl();
  for (const XmlElement& child : list->children) acl.grants.push_back(parse_grant(child));
  return acl;
}

std::string write_acl(const AccessControlList& acl) {
  XmlWriter xml;
  xml.open_root("AccessControlPolicy");
  xml.open("Owner");
  xml.element("ID", acl.owner.id);
  xml.element("DisplayName", acl.owner.display_name);
  xml.close();
  xml.open("AccessControlList");
  for (const Grant& grant : acl.grants) write_grant(xml, grant);
  return std::move(xml).finish();
}

std::optional<AccessControlList> canned_acl(std::string_view name, const Owner& owner, const Owner& bucket_owner) {
  using enum Permission;
  AccessControlList acl{owner, {{grantee_of(owner), FullControl}}};
  // Groups stand before users: clients that sort grants by display name, which groups have none of, look at the first.
  const auto add = [&](Grantee grantee, Permission permission) {
    acl.grants.insert(grantee.group.empty() ? acl.grants.end() : acl.grants.end() - 1, {std::move(grantee), permission});
  };
  if (name == "private" || name.empty()) return acl;
  if (name == "public-read") {
    add(group_of(kAllUsers), Read);
  } else if (name == "public-read-write") {
    add(group_of(kAllUsers), Read);
    add(group_of(kAllUsers), Write);
  } else if (name == "authenticated-read") {
    add(group_of(kAuthenticatedUsers), Read);
  } else if (name == "bucket-owner-read") {
    if (bucket_owner.id != owner.id) add(grantee_of(bucket_owner), Read);
  } else if (name == "bucket-owner-full-control") {
    if (bucket_owner.id != owner.id) add(grantee_of(bucket_owner), FullControl);
  } else if (name == "log-delivery-write") {
    add(group_of(kLogDelivery), Write);
    add(group_of(kLogDelivery), ReadAcp);
  } else {
    return std::nullopt;
  }
  return acl;
}

std::optional<AccessControlList> acl_of_headers(const NameValues& headers, const Owner& owner, const Owner& bucket_owner) {
  std::optional<AccessControlList> granted;
  for (const PermissionRow& row : kPermissions) {
    const auto value = find_value(headers, row.header);
    if (!value) continue;
    if (!granted) granted = AccessControlList{owner, {}};
    for (Grantee& grantee : parse_grantees(*value)) granted->grants.push_back({std::move(grantee), row.permission});
  }
  const auto name = find_value(headers, "x-amz-acl");
  if (!name) return granted;
  if (granted) throw invalid_request("Specifying both Canned ACLs and Header Grants is not allowed");
  auto canned = canned_acl(*name, owner, bucket_owner);
  if (!canned) throw invalid_argument("", "x-amz-acl", std::string(*name));
  return canned;
}

bool allows(const AccessControlList& acl, const std::optional<std::string>& user, Permission permission) {
  return std::ranges::any_of(acl.grants, [&](const Grant& grant) {
    if (grant.permission != permission && grant.permission != Permission::FullControl) return false;
    if (grant.grantee.group == kAllUsers) return true;
    if (grant.grantee.group == kAuthenticatedUsers) return user.has_value();
    return grant.grantee.group.empty() && user && grant.grantee.id == *user;
  });
}

bool is_public(const AccessControlList& acl) {
  return std::ranges::any_of(acl.grants, [](const Grant& grant) {
    return grant.grantee.group == kAllUsers || grant.grantee.group == kAuthenticatedUsers;
  });
}

}  // namespace lab::s3
