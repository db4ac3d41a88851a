#include "engine/unreadable_file.h"

#include <cerrno>
#include <new>

#include "duckdb/common/error_data.hpp"
#include "engine/conditions.h"
#include "engine/kernels/raise.h"
#include "engine/kernels/wrapped_error.h"

namespace lab::engine {

std::string file_uri(const scan::DataFile& file) {
  if (!file.uri.empty()) return file.uri;
  return file.remote ? file.remote->uri() : "file://" + file.path;
}

void raise_unreadable(const scan::DataFile& file, bool is_spark4, const std::string& reason) {
  if (is_spark4) raise(conditions::kFailedReadFile, {{"path", file_uri(file)}});
  raise(conditions::kFailedReadFile35, {{"path", file_uri(file)}, {"message", reason}});
}

void rethrow_as_unreadable(const scan::DataFile& file, bool is_spark4) {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& failure) {
    using duckdb::ExceptionType;
    const duckdb::ErrorData error(failure);
    const auto& extra = error.ExtraInfo();
    if (extra.find(kConditionKey) != extra.end() || error.Type() == ExceptionType::INTERRUPT || error.Type() == ExceptionType::OUT_OF_MEMORY) throw;
    const auto code = extra.find("errno");
    if (code != extra.end() && code->second == std::to_string(ENOENT)) raise(conditions::kFileNotExist, {{"path", file_uri(file)}});
    raise_unreadable(file, is_spark4, error.RawMessage());
  }
}

}  // namespace lab::engine
