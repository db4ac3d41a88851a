// A Spark Connect plan arrives from any client. Whatever its bytes are, it must end in an analyzed plan or in Error, within bounded
// stack and time. The first byte chooses: a plan against an empty catalog, or the Arrow stream of a local relation, whose rows are read.
#include <cstdint>
#include <memory>
#include <string>

#include "analyze/analyzer.h"
#include "base/error.h"
#include "catalog/conditions.h"
#include "exec/executor.h"
#include "plan/relation.h"
#include "wire/spark/reader/plan_reader.h"

namespace {

/// Nothing is there, and nothing can be run.
class EmptyWorld final : public lab::analyze::Context {
 public:
  lab::analyze::ResolvedTable resolve_table(const lab::plan::NamedTable& table) const override {
    throw lab::Error(lab::conditions::kTableOrViewNotFound, {{"relationName", table.name.empty() ? "" : table.name.back()}});
  }
  std::shared_ptr<const lab::scan::TableSource> open_source(const lab::plan::DataSource&) const override { nothing(); }
  std::shared_ptr<const lab::scan::TableSource> run_catalog_call(const lab::plan::CatalogCall&) const override { nothing(); }
  std::shared_ptr<const lab::scan::TableSource> run_statement(const lab::plan::Statement&) const override { nothing(); }
  std::optional<std::string> setting(const std::string&) const override { return std::nullopt; }
  std::vector<std::vector<lab::types::Value>> evaluate(const lab::plan::bound::Query&) const override { nothing(); }
  std::string current_user() const override { return "ada"; }
  std::string current_catalog() const override { return "spark_catalog"; }
  std::string current_database() const override { return "default"; }

 private:
  [[noreturn]] static void nothing() { throw lab::Error(lab::conditions::kPathNotFound, {{"path", "anything"}}); }
};

lab::plan::bound::Query analyzed(const lab::plan::RelationPtr& relation) {
  const EmptyWorld world;
  return lab::analyze::analyze(relation, world, lab::analyze::policy_of(world, true, 1'700'000'000'000'000));
}

void read_plan(const std::uint8_t* data, std::size_t size) {
  const auto nothing_kept = [](const std::string& id) -> lab::plan::RelationPtr { throw lab::Error(lab::conditions::kPathNotFound, {{"path", id}}); };
  lab::wire::spark::PlanReader reader([](const std::string&) { return nullptr; }, nothing_kept, {});
  const lab::plan::Statement statement = reader.read_plan(std::string_view(reinterpret_cast<const char*>(data), size));
  if (const auto* relation = std::get_if<lab::plan::RelationPtr>(&statement.node)) (void)analyzed(*relation);
}

void read_rows(const std::uint8_t* data, std::size_t size) {
  static const auto executor = lab::exec::Executor::create(std::make_shared<lab::exec::EngineStock>(lab::engine::InstanceOptions{.memory_limit_bytes = 256 << 20, .threads = 1}, 0));
  lab::plan::LocalRelation local;
  local.arrow_stream = std::make_shared<const std::string>(reinterpret_cast<const char*>(data), size);
  const auto rows = executor->run(analyzed(lab::plan::make_relation(std::move(local))), {});
  constexpr std::size_t kBatchBytes = 1 << 20;
  while (rows->next(kBatchBytes)) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  try {
    data[0] % 2 == 0 ? read_plan(data + 1, size - 1) : read_rows(data + 1, size - 1);
  } catch (const lab::Error&) {
  }
  return 0;
}
