#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plan/bound.h"

/// The function table: a row is a function's documentation, its rule of types, and its way into DuckDB's SQL.
namespace lab::functions {

using types::DataType;

enum class FunctionKind : std::uint8_t { Scalar, Aggregate, Window, Generator };
enum class Status : std::uint8_t { Ready, NotYet };
/// When the result can be NULL: as soon as an argument can, always, or never.
enum class Nullability : std::uint8_t { AnyArgument, Always, Never };
/// Which sessions know the function or this row's behaviour.
enum class Since : std::uint8_t { All, Spark4Only, Spark3Only };

/// What a rule of types sees: the arguments as bound, before implicit casts.
struct CallShape {
  std::span<const plan::bound::ExpressionPtr> arguments;
  const plan::bound::Policy& policy;

  const DataType& type(std::size_t i) const { return arguments[i]->type; }
  /// The argument's constant value, or nullptr when it is not a literal.
  const types::Value* constant(std::size_t i) const;
};

/// Types of a call: what each argument is cast to (one an argument) and what comes out.
struct CallTypes {
  std::vector<DataType> arguments;
  DataType result;
  std::optional<bool> nullable;  ///< overrides the row's Nullability
};

/// What a lowering sees: SQL text of each argument (already of the bound type, safe to paste once), and the bound call.
struct LowerCall {
  std::span<const std::string> sql;
  std::span<const plan::bound::ExpressionPtr> arguments;
  const DataType& result;
  const plan::bound::Policy& policy;
  bool ansi = false;

  /// `'Europe/Paris'` as an SQL literal.
  std::string zone() const;
  const types::Value* constant(std::size_t i) const;
};

using TypeRule = CallTypes (*)(const CallShape&);
using Lowering = std::string (*)(const LowerCall&);

/// One example: an expression as in Spark's own documentation. Its value is recorded from a real Spark, never typed here.
using Examples = std::span<const std::string_view>;

struct FunctionRow {
  std::string_view name;  ///< lower case; operators by their symbol (`+`, `==`, `<=>`, `and`)
  /// `(str: string, pos: int, len?: int) -> string`, the rule of types in short form. Parameter types: any Spark type;
  /// the classes `any numeric integral fractional text datetime orderable struct`; `T`, `K`, `V` (all arguments
  /// of one letter are brought to their common type), `array<T>`, `map<K,V>`; `a|b` tries in order; `name: T...` repeats; `?`
  /// may be left out; `lambda(T[,int])->R`. A row whose types this cannot say has `.types`.
  std::string_view signature;
  FunctionKind kind = FunctionKind::Scalar;
  /// DuckDB SQL with `$1`…`$9` (each argument once at most) and `$*` (all, comma separated). Empty: `native` or `lower`.
  std::string_view sql = {};
  std::string_view native = {};  ///< kernel of engine/kernels: `native($1, …)`
  Lowering lower = nullptr;
  TypeRule types = nullptr;
  Nullability nullability = Nullability::AnyArgument;
  bool may_raise = false;       ///< lowering guards it against rows that were filtered out
  bool is_volatile = false;     ///< rand, uuid: never duplicated, merged or folded
  bool takes_ansi = false;      ///< a trailing boolean argument `ansi` goes to the kernel
  bool takes_zone = false;      ///< a trailing text argument with the session's time zone goes to the kernel
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

/// The SQL text of a call.
std::string lower_call(const FunctionRow& row, const LowerCall& call);

}  // namespace lab::functions
