#include "plan/bound.h"

namespace lab::plan::bound {

types::Schema Query::schema() const {
  types::Schema schema;
  for (const Column& column : root->columns) schema.push_back({column.name, column.type, column.nullable, column.metadata});
  return schema;
}

}  // namespace lab::plan::bound
