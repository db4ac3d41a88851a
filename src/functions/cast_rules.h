#pragma once

#include "plan/bound.h"

/// Which casts exist, and which of them are made without being asked for.
namespace lab::functions {

using plan::bound::CastMode;

/// Spark's Cast.canCast, canAnsiCast and canTryCast.
bool can_cast(const types::DataType& from, const types::DataType& to, CastMode mode);
/// The cast may give NULL for a value that is not (Spark's forceNullable).
bool cast_forces_null(const types::DataType& from, const types::DataType& to, CastMode mode);
/// The cast may raise.
bool cast_may_raise(const types::DataType& from, const types::DataType& to, CastMode mode);
/// Without loss (Spark's canUpCast).
bool can_up_cast(const types::DataType& from, const types::DataType& to);
/// Spark's canANSIStoreAssign: what INSERT does by itself, and calls in ANSI mode.
bool can_store_assign(const types::DataType& from, const types::DataType& to);

/// What `cast` is in DuckDB SQL: kernels where errors or semantics are Spark's own. `sql` is pasted once.
std::string lower_cast(const std::string& sql, const types::DataType& from, const types::DataType& to, CastMode mode,
                       const std::string& time_zone);

/// The text that show() prints of a value (Spark's ToPrettyString): as a cast to string, but NULL inside nested values
/// is `NULL` and binary is `[61 62]`.
std::string lower_pretty_text(const std::string& sql, const types::DataType& from, const std::string& time_zone);

}  // namespace lab::functions
