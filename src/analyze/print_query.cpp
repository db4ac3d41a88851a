#include "analyze/print_query.h"

#include "functions/function_row.h"
#include "plan/print_bound.h"
#include "scan/table_source.h"

namespace lab::analyze {

std::string print_query(const plan::bound::Query& query) {
  const plan::bound::BoundNames names{[](const functions::FunctionRow& row) { return std::string(row.name); }, [](const scan::TableSource& source) { return source.name(); }};
  return plan::bound::print_bound(query.root, names);
}

}  // namespace lab::analyze
