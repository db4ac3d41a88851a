#include <algorithm>

#include "wire/s3/operations/iam_call.h"

namespace lab::s3 {
namespace {

void write_group(IamCall& iam, const std::string& name, std::string_view element) {
  const IamEntity group = entity_of_group(iam.snapshot(), name);
  iam.xml.open(element);
  iam.xml.element("Path", group.path);
  iam.xml.element("GroupName", group.name);
  iam.xml.element("GroupId", group.id);
  iam.xml.element("Arn", arn_of(IamKind::Group, group));
  // When a group was made that IAM did not make is not kept, and clients want a time.
  write_time(iam.xml, "CreateDate", group.created);
  iam.xml.close();
}

void write_group_page(IamCall& iam, std::vector<std::string> names) {
  const auto key_of = [](const std::string& name) { return sorting_name(name); };
  std::ranges::sort(names, {}, key_of);
  write_page(iam, "Groups", names, key_of, [&](const std::string& name) { write_group(iam, name, "member"); });
}

Error group_exists(const std::string& name) {
  return Error(conditions::kEntityAlreadyExists, {{"reason", "Group with name " + name + " already exists."}});
}

}  // namespace

access::GroupInfo get_group(IamCall& iam) {
  const std::string name = iam.given("GroupName");
  const auto groups = iam.access().list_groups();
  const auto* found = find_any_case(groups, name);
  if (found == nullptr) throw no_such_entity("The group with name " + name + " cannot be found.");
  return *found;
}

void create_group(IamCall& iam) {
  const std::string name = iam.given("GroupName"), path = iam.path();
  const auto groups = iam.access().list_groups();
  if (find_any_case(groups, name) != nullptr) throw group_exists(name);
  const IamEntity entity = make_entity(IamKind::Group, name, path, iam.now());
  iam.access().create_group(name, iam.by("CreateGroup"), [&](store::Change& change) { put_entity(change, IamKind::Group, entity); });
  write_group(iam, name, "Group");
}

void show_group(IamCall& iam) {
  const auto group = get_group(iam);
  write_group(iam, group.name, "Group");
  const auto key_of = [](const std::string& name) -> const std::string& { return name; };
  write_page(iam, "Users", group.members, key_of, [&](const std::string& name) {
    if (const auto user = iam.access().find_user(name)) write_user(iam, *user, "member");
  });
}

void list_groups(IamCall& iam) {
  const auto snapshot = iam.snapshot();
  std::vector<std::string> names;
  for (const auto& group : iam.access().list_groups())
    if (iam.is_listed(entity_of_group(snapshot, group.name).path)) names.push_back(group.name);
  write_group_page(iam, std::move(names));
}

void list_groups_for_user(IamCall& iam) { write_group_page(iam, iam.access().groups_of(get_user(iam).name)); }

void update_group(IamCall& iam) {
  const auto group = get_group(iam);
  const auto rename = [&](const std::string& new_name, const access::Beside& beside) {
    const auto groups = iam.access().list_groups();
    if (const auto* other = find_any_case(groups, new_name); other != nullptr && other->name != group.name) throw group_exists(new_name);
    iam.access().rename_group(group.name, new_name, iam.by("UpdateGroup"), beside);
  };
  update_entity(iam, "UpdateGroup", IamKind::Group, entity_of_group(iam.snapshot(), group.name), "NewGroupName", rename);
}

void delete_group(IamCall& iam) {
  const auto group = get_group(iam);
  if (!group.members.empty() || !iam.access().policies_of_group(group.name).empty())
    throw Error(conditions::kDeleteConflict, {{"reason", "Cannot delete entity, must remove users and policies first."}});
  iam.access().delete_group(group.name, iam.by("DeleteGroup"), [&](store::Change& change) { erase_entity(change, IamKind::Group, group.name); });
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
