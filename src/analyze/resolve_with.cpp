#include <algorithm>
#include <charconv>

#include "analyze/conditions.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "functions/common_type.h"
#include "functions/function_row.h"
#include "plan/bound_build.h"
#include "plan/bound_walk.h"
#include "types/type_text.h"

// WITH: common tables, and recursive ones. A table that is dear or not the same twice is evaluated once for all who name it; the others
// are resolved anew at each place, where filters reach them.
namespace lab::analyze {
namespace {

constexpr std::int64_t kMostRounds = 100, kMostRows = 1'000'000;  // Spark's defaults

// -1 in a setting means without a limit.
std::optional<std::int64_t> limit_setting(const Context& context, const char* key, std::int64_t otherwise) {
  std::int64_t value = otherwise;
  if (const auto text = context.setting(key)) std::from_chars(text->data(), text->data() + text->size(), value);
  return value < 0 ? std::nullopt : std::optional(value);
}

bool names_recursion(const bound::RelationPtr& relation) {
  if (std::holds_alternative<bound::RecursionRef>(relation->node)) return true;
  // A recursion inside is finished; its references are its own.
  if (std::holds_alternative<bound::Recursion>(relation->node)) return false;
  return std::ranges::any_of(bound::inputs_of(*relation), &names_recursion);
}

bool is_cheap(const bound::Relation& relation) {
  const bool is_cheap_itself = std::visit(
      [](const auto& node) {
        using Node = std::decay_t<decltype(node)>;
        return !(std::is_same_v<Node, bound::Aggregate> || std::is_same_v<Node, bound::Join> || std::is_same_v<Node, bound::Window> || std::is_same_v<Node, bound::Deduplicate> ||
                 std::is_same_v<Node, bound::Sample> || std::is_same_v<Node, bound::Recursion> || std::is_same_v<Node, bound::Shared>);
      },
      relation.node);
  return is_cheap_itself && std::ranges::all_of(bound::inputs_of(relation), [](const bound::RelationPtr& input) { return is_cheap(*input); });
}

bool is_volatile(const bound::RelationPtr& relation) {
  bool result = false;
  bound::for_each_call(relation, [&](const bound::Call& call) { result = result || call.function->is_volatile; });
  return result;
}

}  // namespace

void Resolver::refuse_recursion(const bound::RelationPtr& input) const {
  if (recursion_ && recursion_->in_step && names_recursion(input)) throw Error(conditions::kInvalidRecursiveReference, {});
}

Resolved Resolver::with_tables(const plan::With& node, const plan::Relation& relation, const std::function<Resolved()>& resolve_body) {
  std::vector<std::unique_ptr<CommonTableScope>> scopes;
  const auto* saved = common_tables_;
  for (const auto& table : node.tables) {
    const std::string name = policy_.case_sensitive ? table.name : lower_case(table.name);
    for (const auto& scope : scopes)
      if (scope->tables.contains(name))
        throw Error(conditions::kDuplicateCte, {{"duplicateNames", types::quote_identifier(table.name)}}).at(plan::query_context(relation.origin));
    auto scope = std::make_unique<CommonTableScope>();
    scope->parent = common_tables_;
    scope->tables.emplace(name, table);
    scope->defined_in.emplace(name, common_tables_);
    scope->is_recursive = node.is_recursive;
    common_tables_ = scope.get();
    scopes.push_back(std::move(scope));
  }
  // A common table that nobody names must still make sense.
  const bool is_limited = std::exchange(recursion_is_limited_, false);
  for (const auto& scope : scopes) {
    const auto* windows = std::exchange(named_windows_, nullptr);
    Resolved table = common_table(*scope, scope->tables.begin()->second, relation);
    named_windows_ = windows;
    // A subquery's table may take columns of the query around it, a recursion's the rows of the round before.
    if (outer_ == nullptr && recursion_ == nullptr && !scope->is_recursive && (!is_cheap(*table.relation) || is_volatile(table.relation))) {
      table.relation = trimmed(table);
      scope->shared = std::make_shared<const Resolved>(std::move(table));
    }
  }
  recursion_is_limited_ = is_limited;
  Resolved result = resolve_body();
  common_tables_ = saved;
  return result;
}

Resolved Resolver::resolve_node(const plan::With& node, const plan::Relation& relation) {
  return with_tables(node, relation, [&] { return resolve(node.body); });
}

Resolved Resolver::common_table(const CommonTableScope& scope, const plan::CommonTable& table, const plan::Relation& relation) {
  for (auto* recursion = recursion_; recursion; recursion = recursion->parent)
    if (recursion->scope == &scope) return recursion_reference(*recursion);
  if (scope.shared) return shared_table(*scope.shared, table.name);
  const auto* windows = std::exchange(named_windows_, nullptr);
  const auto* saved = common_tables_;
  Resolved body;
  if (scope.is_recursive) {
    common_tables_ = &scope;
    RecursionScope recursion;
    recursion.scope = &scope;
    recursion.parent = recursion_;
    recursion.reference.most_rounds = table.most_rounds ? (*table.most_rounds < 0 ? std::nullopt : table.most_rounds) : limit_setting(context_, "spark.sql.cteRecursionLevelLimit", kMostRounds);
    if (!std::exchange(recursion_is_limited_, false)) recursion.reference.most_rows = limit_setting(context_, "spark.sql.cteRecursionRowLimit", kMostRows);
    recursion_ = &recursion;
    body = recursive_table(scope, table, table.plan, recursion, relation);
    recursion_ = recursion.parent;
  } else {
    // The body sees the common tables that were there before it.
    common_tables_ = scope.parent;
    body = resolve(table.plan);
  }
  common_tables_ = saved;
  named_windows_ = windows;
  if (!table.columns.empty()) body = alias_columns(std::move(body), table.columns, relation.origin);
  for (auto& column : body.scope) column.qualifier = {table.name};
  body.hidden.clear();
  body.below = nullptr;
  body.aggregate = nullptr;
  return body;
}

Resolved Resolver::shared_table(const Resolved& definition, const std::string& name) {
  bound::Columns columns = definition.relation->columns;
  for (auto& column : columns) column.id = fresh();
  return from_relation(bound::make_relation(bound::Shared{definition.relation}, std::move(columns)), {name});
}

Resolved Resolver::recursion_reference(RecursionScope& recursion) {
  if (!recursion.in_step) throw Error(conditions::kInvalidRecursiveCte, {});
  recursion.is_used = true;
  bound::Columns columns;
  for (const auto& column : recursion.anchor) {
    columns.push_back(column.column);
    columns.back().id = fresh();
  }
  return from_relation(bound::make_relation(recursion.reference, std::move(columns)), {recursion.scope->tables.begin()->second.name});
}

Resolved Resolver::recursive_table(const CommonTableScope& scope, const plan::CommonTable& table, const plan::RelationPtr& plan, RecursionScope& recursion,
                                   const plan::Relation& relation) {
  if (const auto* with = std::get_if<plan::With>(&plan->node))
    return with_tables(*with, *plan, [&] { return recursive_table(scope, table, with->body, recursion, relation); });
  const auto* both = std::get_if<plan::SetOperation>(&plan->node);
  if (!both || both->op != plan::SetOperator::Union || both->by_name) return resolve(plan);
  Resolved anchor = resolve(both->left);
  recursion.anchor = anchor.scope;
  for (auto& column : recursion.anchor) column.column.nullable = true;
  if (!table.columns.empty()) {
    // A wrong number of names is told where the table is named.
    if (table.columns.size() != anchor.scope.size()) return resolve(plan);
    for (std::size_t i = 0; i < table.columns.size(); ++i) recursion.anchor[i].column.name = table.columns[i];
  }
  recursion.reference.id = num_recursions_++;
  recursion.in_step = true;
  Resolved step = resolve(both->right);
  recursion.in_step = false;
  if (!recursion.is_used) return resolve(plan);
  if (!both->all) throw Error(conditions::kUnionInRecursion, {}).at(plan::query_context(relation.origin));
  if (step.scope.size() != anchor.scope.size())
    throw Error(conditions::kNumColumnsMismatch, {{"operator", "UNION"}, {"firstNumColumns", std::to_string(anchor.scope.size())}, {"invalidOrdinalNum", "second"}, {"invalidNumColumns", std::to_string(step.scope.size())}})
        .at(plan::query_context(plan->origin));
  std::vector<DataType> targets;
  bound::Columns columns;
  for (std::size_t i = 0; i < anchor.scope.size(); ++i) {
    const auto& column = anchor.scope[i].column;
    const DataType& other = step.scope[i].column.type;
    const auto common = types::same_shape(column.type, other) ? std::optional(column.type) : functions::wider_type(column.type, other, policy_);
    // The anchor decides; its rows are there before the step's types are looked at.
    if (!common || !types::same_shape(*common, column.type))
      throw Error(conditions::kCannotMergeTypes, {{"left", types::quoted_sql(column.type)}, {"right", types::quoted_sql(common.value_or(other))}});
    targets.push_back(column.type);
    columns.push_back({fresh(), column.name, column.type, true, column.metadata});
  }
  auto rows = bound::make_relation(bound::Recursion{recursion.reference.id, widen(anchor, targets), widen(step, targets)}, std::move(columns));
  return from_relation(std::move(rows));
}

}  // namespace lab::analyze
