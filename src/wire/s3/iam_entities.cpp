#include "wire/s3/iam_entities.h"

#include <nlohmann/json.hpp>

#include "base/ids.h"
#include "protocol/s3/text_forms.h"

namespace lab::s3 {
namespace {

constexpr const char* kEntityTable = "iam_entities";

/// How a kind is called in rows and ARNs, and how its ids begin.
struct KindRow {
  const char* name;
  const char* id_prefix;
};

const KindRow& row_of(IamKind kind) {
  static constexpr KindRow kKinds[] = {{"user", "AIDA"}, {"group", "AGPA"}, {"role", "AROA"}, {"oidc-provider", "OIDC"}};
  return kKinds[static_cast<std::size_t>(kind)];
}

store::Key key_of(IamKind kind, std::string_view name) { return {std::string(row_of(kind).name), to_lower_ascii(name)}; }

store::Row to_row(IamKind kind, const IamEntity& entity) {
  const nlohmann::json document = {{"name", entity.name},
                                   {"id", entity.id},
                                   {"path", entity.path},
                                   {"created", entity.created.time_since_epoch().count()},
                                   {"description", entity.description},
                                   {"trust", entity.trust},
                                   {"longest_session", entity.longest_session},
                                   {"policies", entity.policies},
                                   {"client_ids", entity.client_ids},
                                   {"thumbprints", entity.thumbprints}};
  store::Row row = key_of(kind, entity.name);
  row.emplace_back(document.dump());
  return row;
}

IamEntity from_row(const store::Row& row) {
  const auto document = nlohmann::json::parse(store::as_text(row[2]));
  IamEntity entity;
  entity.name = document.at("name");
  entity.id = document.at("id");
  entity.path = document.at("path");
  entity.created = Timestamp(std::chrono::microseconds(document.at("created").get<std::int64_t>()));
  entity.description = document.at("description");
  entity.trust = document.at("trust");
  entity.longest_session = document.at("longest_session");
  entity.policies = document.at("policies");
  entity.client_ids = document.at("client_ids");
  entity.thumbprints = document.at("thumbprints");
  return entity;
}

}  // namespace

store::TableSpec iam_entity_table() {
  return {.name = kEntityTable, .kind = store::RowKind::History, .columns = {{"kind"}, {"name"}, {"document"}}, .num_key_columns = 2};
}

IamEntity make_entity(IamKind kind, std::string name, std::string path, Timestamp now) {
  IamEntity entity{.name = std::move(name), .id = row_of(kind).id_prefix, .path = std::move(path), .created = now};
  for (const char c : random_hex(8)) entity.id += c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  return entity;
}

std::optional<IamEntity> find_entity(const store::Rows& rows, IamKind kind, std::string_view name) {
  const auto row = rows.find_row(kEntityTable, key_of(kind, name));
  if (!row) return std::nullopt;
  return from_row(*row);
}

std::vector<IamEntity> list_entities(const store::Rows& rows, IamKind kind) {
  std::vector<IamEntity> entities;
  for (const store::Row& row : rows.scan_rows(kEntityTable, {.prefix = {std::string(row_of(kind).name)}})) entities.push_back(from_row(row));
  return entities;
}

void add_entity(store::Change& change, IamKind kind, const IamEntity& entity) { change.add_row(kEntityTable, to_row(kind, entity)); }

void put_entity(store::Change& change, IamKind kind, const IamEntity& entity) { change.put_row(kEntityTable, to_row(kind, entity)); }

void erase_entity(store::Change& change, IamKind kind, std::string_view name) { change.erase_row(kEntityTable, key_of(kind, name)); }

IamEntity entity_of(const store::Rows& rows, const access::UserInfo& user) {
  auto entity = find_entity(rows, IamKind::User, user.name);
  // One of that name that was deleted elsewhere and made again is another user.
  if (entity && entity->name == user.name && entity->created == user.created) return *std::move(entity);
  return {.name = user.name, .id = user.name, .created = user.created};
}

IamEntity entity_of_group(const store::Rows& rows, const std::string& group) {
  auto entity = find_entity(rows, IamKind::Group, group);
  if (entity && entity->name == group) return *std::move(entity);
  return {.name = group, .id = group};
}

std::string arn_of(IamKind kind, const IamEntity& entity) { return std::string("arn:aws:iam:::") + row_of(kind).name + entity.path + entity.name; }

// What parts the two comes before everything that a name is made of: `ann` stands before `ann-2`.
std::string sorting_name(std::string_view name) { return to_lower_ascii(name) + "!" + std::string(name); }

}  // namespace lab::s3
