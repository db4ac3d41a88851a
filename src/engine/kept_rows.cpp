#include "engine/kept_rows.h"

#include <atomic>

#include "base/log.h"
#include "engine/duck_type.h"
#include "engine/statement_run.h"

namespace lab::engine {
namespace {

class KeptTable final : public KeptRows {
 public:
  KeptTable(duckdb::shared_ptr<duckdb::DuckDB> database, std::string table) : database_(std::move(database)), table_(std::move(table)) {}
  ~KeptTable() override {
    // Statements that still read the table see it to their end.
    try {
      duckdb::Connection connection(*database_);
      const auto result = connection.Query("DROP TABLE IF EXISTS " + table_);
      if (result->HasError()) log::warning("engine", "kept rows were not dropped: {}", result->GetError());
    } catch (const std::exception& failure) {
      log::warning("engine", "kept rows were not dropped: {}", failure.what());
    }
  }
  const std::string& table() const override { return table_; }

 private:
  const duckdb::shared_ptr<duckdb::DuckDB> database_;
  const std::string table_;
};

}  // namespace

std::unique_ptr<const KeptRows> keep_rows(duckdb::shared_ptr<duckdb::DuckDB> database, const Statement& statement, std::stop_token stop,
                                          std::function<void(const Progress&)> progress) {
  static std::atomic<std::uint64_t> next{0};
  LAB_CHECK(!statement.schema.empty(), "kept rows have a column");
  const std::string table = "kept_" + std::to_string(next++);
  std::string outputs, names;
  for (std::size_t i = 0; i < statement.schema.size(); ++i) {
    const std::string number = std::to_string(i), separator = i > 0 ? ", " : "";
    outputs += separator + "CAST(c" + number + " AS " + to_duck(statement.schema[i].type).ToString() + ") AS x" + number;
    names += separator + "c" + number;
  }
  const std::string before = "CREATE TABLE " + table + " AS SELECT " + outputs + " FROM (";
  StatementRun run(database, statement, std::move(stop), std::move(progress));
  const auto result = run.start(before + statement.sql + ") AS s(" + names + ")", before.size());
  while (run.fetch(*result)) {
  }
  return std::make_unique<const KeptTable>(std::move(database), table);
}

}  // namespace lab::engine
