#pragma once

#include "base/error.h"

namespace duckdb {
class ErrorData;
}

namespace lab::engine {

/// The Error that `error` stands for: a kernel's own, whole, by the extra-info map; DuckDB's by exception type.
Error rebuild(const duckdb::ErrorData& error);

}  // namespace lab::engine
