#include "commands/execute.h"
#include "base/letter_case.h"
#include "commands/listing.h"
#include "types/type_text.h"

/// CACHE TABLE keeps the promise and no copy: tables are read from local files, whose pages the system holds. A cached *query* becomes
/// a temporary view, as in Spark.
namespace lab::commands {

LocalTable cache_table(const plan::CacheTable& command, Statement& context) {
  if (command.query) {
    plan::CreateView view;
    view.name = command.name;
    view.query = command.query;
    view.is_temporary = true;
    create_view(view, context);
  } else {
    context.analyze(plan::make_relation(plan::NamedTable{command.name, {}, {}, nullptr}));
  }
  context.session().mark_cached(lower_case(types::quote_parts(command.name)), true);
  return no_rows();
}

LocalTable uncache_table(const plan::UncacheTable& command, Statement& context) {
  if (!command.if_exists) context.analyze(plan::make_relation(plan::NamedTable{command.name, {}, {}, nullptr}));
  context.session().mark_cached(lower_case(types::quote_parts(command.name)), false);
  return no_rows();
}

LocalTable clear_cache(Statement& context) {
  context.session().clear_cached();
  return no_rows();
}

}  // namespace lab::commands
