#include "lower/lower.h"

#include "base/error.h"
#include "lower/conditions.h"
#include "lower/lowering.h"

namespace lab::lower {

Lowering::Nested::Nested(Lowering& lowering) : lowering_(lowering) {
  if (++lowering.depth_ > kMaxDepth || ++lowering.num_nodes_ > kMaxNodes) {
    --lowering.depth_;
    throw Error(conditions::kTooComplex);
  }
}

Lowered Lowering::run() {
  Select root = relation(*query_.root);
  std::string sql = root.text();
  if (!common_tables_.empty()) sql = "WITH " + comma_list(common_tables_) + " " + sql;
  if (sql.size() > kMaxBytes) throw Error(conditions::kTooComplex);
  result_.sql = std::move(sql);
  return std::move(result_);
}

Lowered lower(const plan::bound::Query& query) { return Lowering(query).run(); }

}  // namespace lab::lower
