#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plan/bound.h"

namespace lab::lower {

using plan::bound::ColumnId;

/// `c7`: the name of a column everywhere in the text.
std::string column_name(ColumnId id);

/// `a, b, c`.
std::string comma_list(const std::vector<std::string>& items);

/// One SELECT under construction. Operators join the block of their input where that cannot change the result; the others read it
/// as a subquery in FROM.
struct Select {
  struct Output {
    ColumnId id{};
    std::string sql;
  };

  std::string from;                ///< a FROM item or a chain of joins; empty: no FROM
  std::vector<std::string> where;          ///< conjuncts that cannot raise
  std::vector<std::string> guards;         ///< those of them that are cheap to ask twice
  std::vector<std::string> raising_where;  ///< conjuncts that can raise; they see only rows that pass `guards`
  std::vector<Output> outputs;     ///< in order; never repeated ids
  bool is_computed = false;        ///< some output is more than a column of `from` under its own name
  bool is_distinct = false;
  std::string distinct_on;
  std::string group_by;            ///< text behind GROUP BY
  bool is_aggregate = false;
  std::vector<std::string> order_by;
  std::optional<std::int64_t> limit;
  std::int64_t offset = 0;
  std::string set_operation;       ///< whole text instead of all of the above but order and limit

  /// The text behind WHERE; empty when there is none.
  std::string condition() const;
  /// Only FROM and WHERE: columns can still be replaced.
  bool is_plain() const {
    return !is_computed && !is_distinct && distinct_on.empty() && !is_aggregate && order_by.empty() && !has_limit() && set_operation.empty();
  }
  bool has_limit() const { return limit.has_value() || offset > 0; }
  /// Sets the outputs to columns of `from` under their own names.
  void pass(const plan::bound::Columns& columns);
  std::string text() const;
};

}  // namespace lab::lower
