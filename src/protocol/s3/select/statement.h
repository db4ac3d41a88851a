#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/s3/select/functions.h"
#include "protocol/s3/select/value.h"

namespace lab::s3::select {

/// `.name`, `[3]` or `[*]`.
struct PathStep {
  std::string name = {};
  bool is_quoted = false;  ///< a quoted name is found in its own case only
  std::optional<std::size_t> index = {};
  bool is_wildcard = false;
};

struct Expression {
  enum class Kind {
    Literal,
    Path,
    Call,       ///< of `function`
    And,
    Or,
    Not,
    Case,       ///< condition, result, condition, result …, what else
    CaseOf,     ///< a value, then what it may be, result …, what else
    Aggregate,  ///< number `aggregate` of the statement
  };
  Kind kind = Kind::Literal;
  Value literal = Null{};
  std::vector<PathStep> path = {};
  const FunctionRow* function = nullptr;
  std::size_t aggregate = 0;
  std::vector<Expression> arguments = {};
  int depth = 1;  ///< levels below it and its own: evaluation nests so deep
  // What bind() finds out of a path.
  std::optional<std::size_t> column = {};  ///< of CSV
  std::optional<std::size_t> alias = {};   ///< number of the projection that is called so
};

struct Aggregate {
  enum class Of { Count, Sum, Average, Least, Greatest };
  Of of = Of::Count;
  std::optional<Expression> argument = {};  ///< absent: COUNT(*)
};

struct Projection {
  Expression expression;
  std::string name;  ///< alias, or the last name of a path; empty: shown as `_N`
  bool has_alias = false;
};

/// `SELECT … FROM S3Object … WHERE … LIMIT n`.
struct Statement {
  bool is_everything = false;  ///< `*`
  std::vector<Projection> projections;
  std::vector<Aggregate> aggregates;
  std::vector<PathStep> from;  ///< into the documents of a JSON object
  std::string alias;           ///< of the table; may be empty
  std::optional<Expression> where;
  std::optional<std::uint64_t> limit;
};

/// `now` is what UTCNOW() gives. Throws ParseUnexpectedToken, LexerInvalidChar, UnsupportedFunction and so on, in S3's words.
Statement parse_statement(std::string_view sql, Moment now);

/// Finds what its paths mean where columns have these names: `names` is nullptr for JSON, where records tell only when they are
/// there. Throws EvaluatorBindingDoesNotExist for a column that is not there.
void bind(Statement& statement, const std::vector<std::string>* names);

}  // namespace lab::s3::select
