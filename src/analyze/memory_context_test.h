#pragma once

#include <map>

#include "analyze/analyzer.h"
#include "analyze/print_query.h"
#include "base/error.h"
#include "types/type_text.h"

/// A world of tables held in maps, for tests.
namespace lab::analyze::testing {

class MemorySource : public scan::TableSource {
 public:
  MemorySource(std::string name, types::Schema schema) : name_(std::move(name)), schema_(std::move(schema)) {}
  const types::Schema& schema() const override { return schema_; }
  std::string name() const override { return name_; }

 private:
  std::string name_;
  types::Schema schema_;
};

class MemoryContext : public Context {
 public:
  void add_table(const std::string& name, const std::string& ddl) { tables_[name] = std::make_shared<MemorySource>(name, types::parse_schema(ddl)); }
  void add_view(const std::string& name, plan::RelationPtr view) { views_[name] = std::move(view); }
  void set(const std::string& key, const std::string& value) { settings_[key] = value; }

  ResolvedTable resolve_table(const plan::NamedTable& table) const override {
    const std::string& name = table.name.back();
    if (const auto view = views_.find(name); view != views_.end()) return {nullptr, view->second, {}, {name}};
    const auto found = tables_.find(name);
    if (found == tables_.end()) throw Error(conditions::kTableOrViewNotFound, {{"relationName", types::quote_identifier(name)}});
    return {found->second, nullptr, {}, {"spark_catalog", "default", name}};
  }
  std::shared_ptr<const scan::TableSource> open_source(const plan::DataSource& source) const override { return tables_.at(source.paths.at(0)); }
  std::shared_ptr<const scan::TableSource> run_catalog_call(const plan::CatalogCall& call) const override { return tables_.at(call.method); }
  std::shared_ptr<const scan::TableSource> run_statement(const plan::Statement&) const override { return nullptr; }
  std::optional<std::string> setting(const std::string& key) const override {
    const auto found = settings_.find(key);
    return found == settings_.end() ? std::nullopt : std::optional(found->second);
  }
  std::vector<std::vector<types::Value>> evaluate(const plan::bound::Query&) const override { return evaluated; }
  std::string current_user() const override { return "ada"; }
  std::string current_catalog() const override { return "spark_catalog"; }
  std::string current_database() const override { return "default"; }

  std::vector<std::vector<types::Value>> evaluated;

 private:
  std::map<std::string, std::shared_ptr<const scan::TableSource>> tables_;
  std::map<std::string, plan::RelationPtr> views_;
  std::map<std::string, std::string> settings_;
};

inline std::string printed(const plan::bound::Query& query) { return print_query(query); }

/// `name type, name type`.
inline std::string columns_text(const plan::bound::Query& query) {
  std::string text;
  for (const auto& column : query.root->columns) text += (text.empty() ? "" : ", ") + column.name + " " + types::simple_string(column.type);
  return text;
}

}  // namespace lab::analyze::testing
