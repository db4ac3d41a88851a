#include <filesystem>

#include "duckdb.hpp"
#include "base/ids.h"
#include "duckdb/main/extension/extension_loader.hpp"
#include "duckdb/storage/buffer_manager.hpp"
#include "engine/arrow_result.h"
#include "engine/conditions.h"
#include "engine/engine.h"
#include "engine/engine_error.h"
#include "engine/kept_rows.h"
#include "engine/kernels/registry.h"
#include "engine/lowering_kernels.h"
#include "engine/projection_steps.h"
#include "engine/remote_file_system.h"
#include "engine/retype.h"
#include "engine/statement_run.h"
#include "engine/table_functions.h"
#include "engine/write_parquet.h"

namespace lab::engine {
namespace {

constexpr const char* kPinnedVersion = "v1.5.6";

void configure(duckdb::DBConfig& config, const InstanceOptions& options, const std::filesystem::path& spill) {
  const auto set = [&](const char* name, duckdb::Value value) { config.SetOptionByName(name, value); };
  if (options.memory_limit_bytes > 0) config.options.maximum_memory = options.memory_limit_bytes;
  set("threads", duckdb::Value::BIGINT(options.threads));
  if (!spill.empty()) set("temp_directory", duckdb::Value(spill.string()));
  set("autoload_known_extensions", duckdb::Value::BOOLEAN(false));
  set("autoinstall_known_extensions", duckdb::Value::BOOLEAN(false));
  // Spark's scans, limits and collects give the rows of a file in their order.
  set("preserve_insertion_order", duckdb::Value::BOOLEAN(true));
}

void register_kernels(duckdb::DuckDB& database) {
  static const KernelRegistry kernels = [] {
    KernelRegistry registry;
    register_all_kernels(registry);
    register_retype(registry);
    register_lowering_kernels(registry);
    return registry;
  }();
  duckdb::ExtensionLoader loader(*database.instance, "lab");
  for (const auto& [name, set] : kernels.scalars()) loader.RegisterFunction(set);
  for (const auto& [name, set] : kernels.aggregates()) loader.RegisterFunction(set);
}

class DuckInstance : public Instance {
 public:
  explicit DuckInstance(const InstanceOptions& options) {
    // A folder for each: DuckDB's files have the same names in every instance, and an ending one removes them all.
    const std::filesystem::path spill = options.spill_directory.empty() ? std::filesystem::path() : options.spill_directory / random_hex(8);
    duckdb::DBConfig config;
    configure(config, options, spill);
    database_ = duckdb::make_shared_ptr<duckdb::DuckDB>(nullptr, &config);
    register_remote_files(*database_);
    register_rows_scan(*database_);
    register_lake_scan(*database_);
    register_text_scan(*database_);
    register_input_scan(*database_);
    register_kernels(*database_);
    register_projection_steps(*database_);
    duckdb::Connection connection(*database_);
    for (const char* setting : {"SET GLOBAL TimeZone = 'UTC'", "SET GLOBAL lambda_syntax = 'DISABLE_SINGLE_ARROW'",
                                // Footers are read once for planning and reading; a changed file is noticed by its time.
                                "SET GLOBAL parquet_metadata_cache = true",
                                // Lowering has a bound of its own, and counts other levels than this one.
                                "SET GLOBAL max_expression_depth = 100000"}) {
      const auto result = connection.Query(setting);
      if (result->HasError()) throw rebuild(result->GetErrorObject());
    }
  }

  std::unique_ptr<ResultStream> run(const Statement& statement, std::stop_token stop,
                                    std::function<void(const Progress&)> progress) override {
    return open_arrow_result(std::make_unique<StatementRun>(database_, statement, std::move(stop), std::move(progress)), statement);
  }

  std::vector<WrittenFile> write_parquet(const Statement& statement, const WriteSpec& spec, std::stop_token stop,
                                         std::function<void(const Progress&)> progress) override {
    StatementRun run(database_, statement, std::move(stop), std::move(progress));
    return engine::write_parquet(run, statement, spec);
  }

  std::unique_ptr<const KeptRows> keep(const Statement& statement, std::stop_token stop, std::function<void(const Progress&)> progress) override {
    return keep_rows(database_, statement, std::move(stop), std::move(progress));
  }

  void set_memory_limit(std::uint64_t bytes) override {
    try {
      duckdb::BufferManager::GetBufferManager(*database_->instance).SetMemoryLimit(bytes);
    } catch (const std::exception& failure) {
      throw rebuild(duckdb::ErrorData(failure));
    }
  }

 private:
  // Shared with the results that are still being read.
  duckdb::shared_ptr<duckdb::DuckDB> database_;
};

}  // namespace

std::unique_ptr<Instance> Instance::open(const InstanceOptions& options) {
  try {
    return std::make_unique<DuckInstance>(options);
  } catch (const std::exception& exception) {
    if (dynamic_cast<const Error*>(&exception)) throw;
    throw rebuild(duckdb::ErrorData(exception));
  }
}

void check_library_version() {
  const std::string found = duckdb::DuckDB::LibraryVersion();
  LAB_CHECK(found == kPinnedVersion, "libduckdb is " + found + ", the pin is " + kPinnedVersion);
}

}  // namespace lab::engine
