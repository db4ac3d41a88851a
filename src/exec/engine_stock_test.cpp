#include "exec/engine_stock.h"

#include <gtest/gtest.h>

#include <arrow/record_batch.h>

#include <set>

namespace lab::exec {
namespace {

const engine::InstanceOptions kOptions{.memory_limit_bytes = 256ULL << 20, .threads = 2};

std::int64_t num_rows(engine::Instance& engine) {
  const auto rows = engine.run({.sql = "SELECT CAST(range AS BIGINT) FROM range(3)", .schema = {{"id", types::TypeKind::Long, false, {}}}}, {});
  std::int64_t result = 0;
  while (const auto batch = rows->next(1 << 20)) result += batch->num_rows();
  return result;
}

TEST(EngineStock, gives_each_asker_an_engine_of_its_own) {
  for (const std::size_t num_ready : {0, 1, 3}) {
    EngineStock stock(kOptions, num_ready);
    std::vector<std::unique_ptr<engine::Instance>> taken;
    std::set<const engine::Instance*> different;
    for (int i = 0; i < 5; ++i) {
      taken.push_back(stock.take());
      different.insert(taken.back().get());
      EXPECT_EQ(num_rows(*taken.back()), 3);
    }
    EXPECT_EQ(different.size(), taken.size());
  }
}

TEST(EngineStock, gives_engines_to_many_threads_at_once) {
  EngineStock stock(kOptions, 2);
  std::vector<std::jthread> askers;
  for (int i = 0; i < 4; ++i) askers.emplace_back([&] { EXPECT_EQ(num_rows(*stock.take()), 3); });
}

TEST(EngineStock, ends_while_it_opens_one) {
  for (int i = 0; i < 3; ++i) EngineStock stock(kOptions, 4);
}

}  // namespace
}  // namespace lab::exec
