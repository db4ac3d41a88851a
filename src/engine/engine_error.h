#pragma once

#include <cstddef>
#include <functional>
#include <optional>

#include "base/error.h"

namespace duckdb {
class ErrorData;
}

namespace lab::engine {

using Locate = std::function<std::optional<QueryContext>(std::size_t position)>;

/// The Error that `error` stands for: a kernel's own, whole, by the extra-info map; DuckDB's by exception type. `locate`
/// gives the context of a kernel's error.
Error rebuild(const duckdb::ErrorData& error, const Locate& locate = {});

}  // namespace lab::engine
