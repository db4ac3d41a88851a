#include "protocol/s3/http_date.h"
#include "wire/s3/operations/iam_call.h"

namespace lab::s3 {
namespace {

void write_group(XmlWriter& xml, const std::string& name, std::string_view element) {
  xml.open(element);
  xml.element("Path", "/");
  xml.element("GroupName", name);
  xml.element("GroupId", name);
  xml.element("Arn", "arn:aws:iam:::group/" + name);
  // When a group was made is not kept, and clients want a time.
  xml.element("CreateDate", print_iso_time({}));
  xml.close();
}

/// Who asks for a path gets none of what it does not have.
bool is_on_path(const IamCall& iam) {
  const auto prefix = find_value(iam.form, "PathPrefix").value_or("/");
  return std::string_view("/").starts_with(prefix);
}

void write_group_page(IamCall& iam, const std::vector<std::string>& names) {
  const auto key_of = [](const std::string& name) -> const std::string& { return name; };
  write_page(iam, "Groups", names, key_of, [&](const std::string& name) { write_group(iam.xml, name, "member"); });
}

}  // namespace

access::GroupInfo get_group(IamCall& iam) {
  const std::string name = iam.given("GroupName");
  auto group = iam.access().find_group(name);
  if (!group) throw no_such_entity("The group with name " + name + " cannot be found.");
  return *std::move(group);
}

void create_group(IamCall& iam) {
  const std::string name = iam.given("GroupName");
  iam.require_no_path();
  iam.access().create_group(name, iam.by("CreateGroup"));
  write_group(iam.xml, name, "Group");
}

void show_group(IamCall& iam) {
  const auto group = get_group(iam);
  write_group(iam.xml, group.name, "Group");
  const auto key_of = [](const std::string& name) -> const std::string& { return name; };
  write_page(iam, "Users", group.members, key_of, [&](const std::string& name) {
    if (const auto user = iam.access().find_user(name)) write_user(iam.xml, *user, "member");
  });
}

void list_groups(IamCall& iam) {
  std::vector<std::string> names;
  if (is_on_path(iam))
    for (const auto& group : iam.access().list_groups()) names.push_back(group.name);
  write_group_page(iam, names);
}

void list_groups_for_user(IamCall& iam) { write_group_page(iam, iam.access().groups_of(get_user(iam).name)); }

void delete_group(IamCall& iam) {
  const auto group = get_group(iam);
  if (!group.members.empty() || !iam.access().policies_of_group(group.name).empty())
    throw Error(conditions::kDeleteConflict, {{"reason", "Cannot delete entity, must remove users and policies first."}});
  iam.access().delete_group(group.name, iam.by("DeleteGroup"));
}

void add_user_to_group(IamCall& iam) {
  const auto group = get_group(iam);
  iam.given("UserName");
  iam.access().add_to_group(group.name, get_user(iam).name, iam.by("AddUserToGroup"));
}

void remove_user_from_group(IamCall& iam) {
  const auto group = get_group(iam);
  iam.given("UserName");
  iam.access().remove_from_group(group.name, get_user(iam).name, iam.by("RemoveUserFromGroup"));
}

}  // namespace lab::s3
