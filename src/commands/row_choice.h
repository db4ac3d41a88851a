#pragma once

#include "commands/delta_write.h"

namespace lab::commands {

/// Rows of a table each of which stays as it is or takes new values from one of several alternatives: what UPDATE and MERGE make.
struct RowChoice {
  struct Alternative {
    int number = 0;                          ///< from 1
    std::vector<plan::ExpressionPtr> values; ///< by column of the schema, over `rows`; null: the old value, or what generates it
  };
  plan::RelationPtr rows;
  plan::ExpressionPtr chosen;                ///< number of the alternative; 0: the row stays
  plan::Expressions old_values;              ///< by column of the schema
  std::vector<Alternative> alternatives;
  std::vector<int> dropped;                  ///< numbers whose rows are no rows of the table
  bool fills_structs = false;                ///< fields that a new struct lacks are NULL; otherwise such a struct is refused
};

/// The rows with the columns of `schema`. Values are cast as Delta stores them (fields of structs by name); those of an alternative are
/// evaluated for its rows only. Generated columns that an alternative leaves are computed anew from its other values.
plan::bound::Query choose_rows(const RowChoice& choice, const types::Schema& schema, const std::string& table_name, Statement& context);

}  // namespace lab::commands
