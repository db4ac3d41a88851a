#include <gtest/gtest.h>

#include "analyze/memory_context_test.h"

namespace lab::analyze::testing {
namespace {

plan::RelationPtr named(const std::string& name) { return plan::make_relation(plan::NamedTable{{name}, {}, {}, {}}); }

plan::ExpressionPtr above_one(const std::string& column) {
  return plan::make_operator(">", {plan::make_attribute({column}), plan::make_literal(types::Literal::integer(1))});
}

/// Its views are such as govern tables.
class GuardingContext final : public MemoryContext {
 public:
  GuardingContext() {
    add_table("staff", "level INT, salary INT");
    add_view("seen", plan::make_relation(plan::Filter{named("staff"), above_one("level")}));
  }
  ResolvedTable resolve_table(const plan::NamedTable& table) const override {
    ResolvedTable resolved = MemoryContext::resolve_table(table);
    resolved.is_guarded = resolved.view != nullptr;
    return resolved;
  }
  bool is_group_member(const std::string& group) const override { return group == "readers"; }
};

plan::bound::Query run_guarded(const plan::RelationPtr& relation) {
  const GuardingContext context;
  return analyze(relation, context, plan::bound::Policy{});
}

TEST(GuardedView, has_a_limit_between_itself_and_the_query) {
  const std::string tree = printed(run_guarded(plan::make_relation(plan::Filter{named("seen"), above_one("salary")})));
  const auto outer = tree.find("Filter"), limit = tree.find("Limit"), inner = tree.rfind("Filter");
  ASSERT_NE(limit, std::string::npos) << tree;
  EXPECT_LT(outer, limit) << tree;
  EXPECT_LT(limit, inner) << tree;
  const std::string plain = printed(run_guarded(plan::make_relation(plan::Filter{named("staff"), above_one("salary")})));
  EXPECT_EQ(plain.find("Limit"), std::string::npos) << plain;
}

TEST(GuardedView, may_ask_for_groups_by_constant_names_only) {
  const auto asks = [](plan::ExpressionPtr group) {
    return plan::make_relation(plan::Project{named("staff"), {plan::make_call("is_member", {std::move(group)})}});
  };
  EXPECT_EQ(columns_text(run_guarded(asks(plan::make_literal(types::Literal::string("readers"))))), "is_member(readers) boolean");
  try {
    run_guarded(asks(plan::make_attribute({"salary"})));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.condition().name, "NON_FOLDABLE_ARGUMENT");
  }
}

}  // namespace
}  // namespace lab::analyze::testing
