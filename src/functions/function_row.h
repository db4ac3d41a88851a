#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plan/bound.h"

/// The function table: a row is a function's documentation, its rule of types, and its way into DuckDB's SQL.
namespace lab::functions {

using types::DataType;

enum class FunctionKind : std::uint8_t { Scalar, Aggregate, Window, Generator, Table };  ///< Table: only in FROM
/// NoTimeType: gives a TIME, a type that Spark 4.2 has behind a setting that is off, and that we have not.
enum class Status : std::uint8_t { Ready, NotYet, NoTimeType };
/// When the result can be NULL: as soon as an argument can, always, or never.
enum class Nullability : std::uint8_t { AnyArgument, Always, Never };
/// Which sessions know the function or this row's behaviour.
enum class Since : std::uint8_t { All, Spark4Only, Spark3Only };

/// What WITHIN GROUP (ORDER BY …) is to an aggregate: not allowed, the order of its values, or the value itself.
enum class WithinGroup : std::uint8_t { Refused, Order, Value };

/// What a rule of types sees: the arguments as bound, before implicit casts.
struct CallShape {
  std::span<const plan::bound::ExpressionPtr> arguments;
  const plan::bound::Policy& policy;
  /// How each argument prints in errors (`a`, `(b + 1)`), without quotes; empty when the caller does not know.
  std::span<const std::string> displays = {};

  std::size_t size() const { return arguments.size(); }
  const DataType& type(std::size_t i) const { return arguments[i]->type; }
  std::string display(std::size_t i) const { return i < displays.size() ? displays[i] : "?"; }
  /// The argument's constant value, or nullptr when it is not a literal.
  const types::Value* constant(std::size_t i) const;
  /// The constant as a number, whatever numeric type it has.
  std::optional<double> number(std::size_t i) const;
  /// The argument has one value in the whole query: it needs no row and is the same each time.
  bool is_foldable(std::size_t i) const;
};

/// Types of a call: what each argument is cast to (one an argument) and what comes out.
struct CallTypes {
  std::vector<DataType> arguments;
  DataType result;
  std::optional<bool> nullable;  ///< overrides the row's Nullability
};

/// What a lowering sees: SQL text of each argument (already of the bound type, safe to paste once), and the bound call.
/// The text of a lambda argument is its body alone; its parameters are spelled `p<id>` (see lambda()).
struct LowerCall {
  std::span<const std::string> sql;
  std::span<const plan::bound::ExpressionPtr> arguments;
  const DataType& result;
  const plan::bound::Policy& policy;
  bool ansi = false;
  /// Aggregates and window functions: `DISTINCT ` or nothing; the condition of FILTER and the text inside OVER's
  /// parentheses when there are such; WITHIN GROUP's keys as an `ORDER BY …` text; IGNORE NULLS.
  std::string distinct = {};
  std::optional<std::string> filter = {};
  std::optional<std::string> over = {};
  std::string order_by = {};
  bool is_descending = false;  ///< of WITHIN GROUP's first key
  bool ignore_nulls = false;

  /// What stands behind an aggregate: ` FILTER (WHERE …) OVER (…)`; `condition` is added to the filter.
  std::string suffix(const std::string& condition = {}) const;
  /// `'Europe/Paris'` as an SQL literal.
  std::string zone() const;
  const types::Value* constant(std::size_t i) const;
  const DataType& type(std::size_t i) const { return arguments[i]->type; }
  std::size_t size() const { return arguments.size(); }
  /// `lambda p7, p8: body` of argument i.
  std::string lambda(std::size_t i) const;
  /// Name of the lambda's n-th parameter.
  std::string lambda_parameter(std::size_t i, std::size_t n) const;
  std::size_t num_lambda_parameters(std::size_t i) const;
};

using TypeRule = CallTypes (*)(const CallShape&);
using Lowering = std::string (*)(const LowerCall&);
/// What a call must keep besides its types (constants, ranges); throws a Misfit.
using CallCheck = void (*)(const CallShape&);

struct FunctionRow {
  std::string_view name;  ///< lower case; operators by their symbol (`+`, `==`, `<=>`, `and`)
  /// `(str: string, pos: int, len?: int) -> string`, the rule of types in short form. Parameter types: any Spark type;
  /// the classes `any numeric integral fractional text datetime orderable struct interval`; one capital letter is a
  /// variable: all arguments of one letter are brought to their common type (`N` only numbers, `O` only what has an
  /// order); `array<T>`, `map<K,V>`; `a|b` tries in order; `name: T...` repeats (at least once; `...?` may be absent);
  /// `len?: int` may be left out; `lambda(T[,int])->R`. A row whose types this cannot say has `.types`; its signature
  /// still says how many arguments.
  std::string_view signature = {};
  FunctionKind kind = FunctionKind::Scalar;
  /// DuckDB SQL with `$1`…`$9` (each argument once at most), `$*` (all, comma separated), `$r` (the result's DuckDB
  /// type), `$z` (the time zone as literal), `$a` (`true` in ANSI mode). In aggregates and window functions `$d` stands
  /// in front of the arguments and `$f` behind the closing parenthesis of each aggregate in it: `sum($d$1)$f`. Empty:
  /// `native` or `lower`.
  std::string_view sql = {};
  std::string_view native = {};  ///< kernel of engine/kernels: `native($*)`, aggregates `native($d$*)$f`
  Lowering lower = nullptr;
  TypeRule types = nullptr;
  CallCheck check = nullptr;  ///< after the types fit
  Nullability nullability = Nullability::AnyArgument;
  /// Of a row whose value is WITHIN GROUP's key, that key is the first argument.
  WithinGroup within_group = WithinGroup::Refused;
  bool may_raise = false;    ///< lowering guards it against rows that were filtered out
  bool is_volatile = false;  ///< rand, uuid: never duplicated, merged or folded
  bool takes_ansi = false;   ///< a trailing boolean argument `ansi` goes to the kernel
  /// Written with a word of the grammar as its first argument (`timestampadd(DAY, …)`), which arrives as a text constant;
  /// called with anything else there is no such function.
  bool is_form = false;
  bool takes_zone = false;   ///< a trailing text argument with the session's time zone goes to the kernel
  Since since_version = Since::All;
  Status status = Status::Ready;
  std::string_view since = {};
  std::string_view doc = {};
  std::string_view alias_of = {};  ///< another row's name: same function, prints under its own name
};

/// Finds by name, any case; nullptr when Spark has no such function. Rows that are NotYet are found too.
const FunctionRow* find_function(std::string_view name, bool is_spark4);

/// All rows, by name (SHOW FUNCTIONS, suggestions, tests).
std::span<const FunctionRow* const> all_functions();

/// Binds argument and result types by the row's rule. Throws WRONG_NUM_ARGS.* or DATATYPE_MISMATCH.* as Spark does;
/// `display_name` is how the call prints in those errors.
CallTypes bind_types(const FunctionRow& row, const CallShape& shape, std::string_view display_sql);

/// Types of the parameters of the lambda at `argument` when it has `count` of them. Arguments that are lambdas not
/// bound yet are null in the shape. Throws INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH.
std::vector<DataType> lambda_parameter_types(const FunctionRow& row, const CallShape& shape, std::size_t argument,
                                             std::size_t count, std::string_view display_sql);

/// How many parameters a lambda has at least that stands as argument `i` of the row; nothing when none stands there.
std::optional<std::size_t> lambda_arity(const FunctionRow& row, std::size_t i);

/// A map of two lists, by the session's policy for keys that repeat.
std::string map_of_lists(const LowerCall& call, const std::string& keys, const std::string& values);

/// The SQL text of a call: scalar, aggregate or window function. Generators are the caller's (see generator_columns in
/// types of the row).
std::string lower_call(const FunctionRow& row, const LowerCall& call);

}  // namespace lab::functions
