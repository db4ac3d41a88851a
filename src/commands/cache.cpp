#include "base/letter_case.h"
#include "commands/conditions.h"
#include "commands/execute.h"

namespace lab::commands {
namespace {

StorageLevel level_of(const plan::Options& options, const Statement& context) {
  for (const auto& [key, value] : options) {
    if (lower_case(key) != "storagelevel") continue;
    if (const auto level = find_storage_level(value)) return *level;
    throw Error(conditions::kInvalidStorageLevel, {{"message", "Invalid StorageLevel: " + value}});
  }
  return find_storage_level(context.setting("spark.sql.defaultCacheStorageLevel").value_or("MEMORY_AND_DISK")).value_or(StorageLevel{});
}

}  // namespace

plan::RelationPtr table_named(const plan::NameParts& name) { return plan::make_relation(plan::NamedTable{name, {}, {}, nullptr}); }

LocalTable cache_table(const plan::CacheTable& command, Statement& context) {
  const StorageLevel level = level_of(command.options, context);
  if (command.query) {
    // A cached query is a temporary view of that name.
    plan::CreateView view;
    view.name = command.name;
    view.query = command.query;
    view.is_temporary = true;
    create_view(view, context);
  }
  const plan::RelationPtr table = table_named(command.name);
  context.session().cached_plans().add(context.bind(table), level);
  if (command.is_lazy) return no_rows();
  // Reading one row reads all that is to be kept.
  context.collect(context.analyze(plan::make_relation(plan::Limit{table, plan::make_literal(types::Literal::integer(1))})));
  return no_rows();
}

LocalTable uncache_table(const plan::UncacheTable& command, Statement& context) {
  try {
    forget_kept(command.name, context, command.name.size() > 1 || !context.session().find_temp_view(command.name[0]));
  } catch (const Error& failure) {
    if (!command.if_exists || failure.condition().name != "TABLE_OR_VIEW_NOT_FOUND") throw;
  }
  return no_rows();
}

void forget_kept(const plan::NameParts& name, Statement& context, bool with_dependents) {
  context.session().cached_plans().remove(context.bind(table_named(name)), with_dependents);
}

LocalTable clear_cache(Statement& context) {
  context.session().cached_plans().clear();
  return no_rows();
}

}  // namespace lab::commands
