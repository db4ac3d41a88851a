#include "app/roles.h"

#include <algorithm>

#include "app/conditions.h"
#include "base/error.h"

namespace lab::app {
namespace {

constexpr RoleRow kRoles[] = {
    {"objects", "core", "S3", "objects.port", true},
    {"topics", "core", "Kafka", "", false},
    {"discovery", "core", "Consul", "", false},
    {"spark", "processing", "Spark Connect", "spark.port", true},
    {"catalog", "processing", "Iceberg REST, Nessie", "", false},
    {"sql", "processing", "PostgreSQL", "", false},
    {"documents", "processing", "MongoDB", "", false},
    {"ingestion", "processing", "NiFi", "", false},
    {"experiments", "ml", "MLflow", "", false},
    {"flows", "ml", "Prefect, Airflow", "", false},
    {"insights", "ml", "OpenAI", "", false},
    {"hub", "visualization", "JupyterHub", "hub.port", true},
    {"apps", "visualization", "Streamlit", "apps.port", true, "hub"},
    {"console", "visualization", "console", "", false},
    {"metrics", "monitoring", "Prometheus", "", false},
    {"dashboards", "monitoring", "Grafana", "", false},
    {"logs", "monitoring", "Loki, OTLP", "", false},
};

}  // namespace

std::span<const RoleRow> all_roles() { return kRoles; }

std::vector<const RoleRow*> choose_roles(const std::vector<std::string>& names) {
  std::vector<const RoleRow*> chosen;
  const auto add = [&](const RoleRow& row) {
    if (std::find(chosen.begin(), chosen.end(), &row) == chosen.end()) chosen.push_back(&row);
  };
  for (const std::string& name : names) {
    bool is_known = name == "all";
    for (const RoleRow& row : kRoles) {
      // A group starts what of it there is; a role that is named must be there.
      if ((row.group == name || name == "all") && row.is_built) add(row);
      is_known |= row.group == name || row.key == name;
      if (row.key != name) continue;
      if (!row.is_built) throw Error(conditions::kRoleNotBuilt, {{"name", name}});
      add(row);
    }
    if (!is_known) {
      std::string known;
      for (const RoleRow& row : kRoles) known += (known.empty() ? "" : ", ") + std::string(row.key);
      throw Error(conditions::kUnknownRole, {{"name", name}, {"known", "core, processing, ml, visualization, monitoring, " + known}});
    }
    const bool is_group = std::any_of(std::begin(kRoles), std::end(kRoles), [&](const RoleRow& row) { return row.group == name; });
    const bool has_built = std::any_of(std::begin(kRoles), std::end(kRoles), [&](const RoleRow& row) { return row.group == name && row.is_built; });
    if (is_group && !has_built) throw Error(conditions::kRoleNotBuilt, {{"name", name}});
  }
  if (names.empty())
    for (const RoleRow& row : kRoles)
      if (row.is_built) add(row);
  for (const RoleRow& row : kRoles)
    if (std::ranges::any_of(chosen, [&](const RoleRow* each) { return each->needs == row.key; })) add(row);
  // In the table's order, whatever the order of the names: later roles are told of earlier ones.
  std::ranges::sort(chosen);
  return chosen;
}

}  // namespace lab::app
