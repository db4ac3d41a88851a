#pragma once

#include <map>
#include <memory>
#include <string>

#include "duckdb/main/client_context_state.hpp"
#include "engine/engine.h"

namespace lab::engine {

struct RowsInput;

/// What the statement of one connection reads, by name. Table functions find it on their ClientContext; lives as long as the
/// connection.
struct StatementInputs : duckdb::ClientContextState {
  static constexpr const char* kKey = "lab.inputs";

  std::map<std::string, std::shared_ptr<const scan::TableSource>> sources;
  std::map<std::string, std::shared_ptr<const RemoteFile>> remote_files;  ///< of the sources, by the name in their scans
  std::string time_zone = "UTC";
  bool is_spark4 = false;
  std::map<std::string, std::shared_ptr<const RowsInput>> rows;  ///< of the sources with Arrow rows, once decoded

  /// Throws when the statement has no such input (our own mistake).
  static std::shared_ptr<const scan::TableSource> find(duckdb::ClientContext& context, const std::string& name);
  static std::string zone_of(duckdb::ClientContext& context);
  static bool is_of_spark4(duckdb::ClientContext& context);
};

}  // namespace lab::engine
