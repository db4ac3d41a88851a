#pragma once

#include <cstdint>
#include <optional>

#include "plan/bound.h"

namespace lab::analyze {

/// The value of `CAST('epoch' AS DATE)` and its kind: constant texts `epoch`, `now`, `today`, `yesterday` and `tomorrow`, of an
/// instant with a zone behind them (`today Europe/Paris`). Texts of columns have no such meaning.
std::optional<std::int64_t> special_moment(const plan::bound::ExpressionPtr& text, const types::DataType& type, const plan::bound::Policy& policy);

}  // namespace lab::analyze
