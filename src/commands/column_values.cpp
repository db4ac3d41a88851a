#include "commands/column_values.h"

#include <algorithm>

#include "base/letter_case.h"
#include "commands/bound_rows.h"
#include "commands/conditions.h"
#include "functions/function_row.h"
#include "lake/delta/column_rules.h"
#include "plan/bound_tree.h"
#include "sql/parser.h"
#include "types/type_text.h"

namespace lab::commands {

namespace delta = lake::delta;
namespace bound = plan::bound;

namespace {

constexpr const char* kNumber = "__dflab_number";

plan::ExpressionPtr cast_to(plan::ExpressionPtr value, const types::DataType& type) {
  return plan::make_expression(plan::Cast{std::move(value), type, plan::CastMode::Ansi});
}

plan::ExpressionPtr column_named(const std::string& name) { return plan::make_attribute({name}); }

/// A number for each row: `next + step * number`.
plan::ExpressionPtr identity_value(const delta::Identity& identity, const types::DataType& type) {
  const auto long_literal = [](std::int64_t value) { return plan::make_literal(types::Literal::bigint(value)); };
  return cast_to(plan::make_operator("+", {long_literal(identity.next()), plan::make_operator("*", {long_literal(identity.step), column_named(kNumber)})}), type);
}

/// A CHAR(n) is filled up with spaces as it is stored.
plan::ExpressionPtr padded(const plan::ExpressionPtr& value, int length) {
  const auto wanted = plan::make_literal(types::Literal::integer(length));
  const auto is_short = plan::make_operator("<", {plan::make_call("length", {value}), wanted});
  return plan::make_operator("when", {is_short, plan::make_call("rpad", {value, wanted, plan::make_literal(types::Literal::string(" "))}), value});
}

bound::Query numbered(bound::Query rows) {
  const bound::ColumnId id{rows.next_id++};
  bound::Columns columns = rows.root->columns;
  columns.push_back({id, kNumber, types::TypeKind::Long, false, {}});
  rows.root = bound::make_relation(bound::RowNumber{rows.root, id}, std::move(columns));
  return rows;
}

bool has_subquery(const bound::ExpressionPtr& expression) {
  return bound::contains(expression, [](const bound::Expression& part) {
    return std::holds_alternative<bound::ScalarSubquery>(part.node) || std::holds_alternative<bound::Exists>(part.node) ||
           std::holds_alternative<bound::InSubquery>(part.node);
  });
}

bool is_volatile_call(const bound::Expression& part) {
  const auto* call = std::get_if<bound::Call>(&part.node);
  return call != nullptr && call->function->is_volatile;
}

/// Rows of a table that does not exist yet, for the analysis of its columns' expressions.
class NoRowsYet final : public scan::TableSource {
 public:
  explicit NoRowsYet(types::Schema schema) : schema_(std::move(schema)) {}
  const types::Schema& schema() const override { return schema_; }
  std::string name() const override { return "columns"; }

 private:
  types::Schema schema_;
};

void check_generated(const types::Field& field, const std::string& text, const types::Schema& plain, Statement& context) {
  const plan::ExpressionPtr expression = sql::parse_expression(text);
  const auto scan = plan::make_relation(plan::SourceScan{std::make_shared<const NoRowsYet>(plain), {}, false});
  bound::Query query;
  try {
    query = context.analyze(plan::make_relation(plan::Project{scan, {expression}}));
  } catch (const Error& failure) {
    if (failure.condition().name.starts_with("UNRESOLVED_COLUMN")) throw Error(conditions::kGeneratedReferences);
    throw;
  }
  const auto* project = std::get_if<bound::Project>(&query.root->node);
  const std::string shown = query.root->columns[0].name;
  if (!project) throw Error(conditions::kGeneratedAggregate, {{"sqlExpr", shown}});
  const bound::ExpressionPtr value = project->outputs[0].expression;
  if (std::holds_alternative<bound::Aggregate>(project->input->node)) throw Error(conditions::kGeneratedAggregate, {{"sqlExpr", shown}});
  if (has_subquery(value) || !std::holds_alternative<bound::Scan>(project->input->node))
    throw Error(conditions::kGeneratedUnsupported, {{"expression", shown}});
  if (bound::contains(value, is_volatile_call)) throw Error(conditions::kGeneratedVolatile, {{"expr", shown}});
  if (!types::same_shape(value->type, field.type))
    throw Error(conditions::kGeneratedType,
                {{"columnName", field.name}, {"expressionType", types::sql_string(value->type)}, {"columnType", types::sql_string(field.type)}});
}

}  // namespace

plan::ExpressionPtr default_value(const types::Field& field) {
  const auto text = delta::current_default(field);
  return cast_to(text ? sql::parse_expression(*text) : plan::make_literal(types::Literal::null()), field.type);
}

bool is_default_keyword(const plan::ExpressionPtr& expression) {
  if (!expression) return false;
  const auto* attribute = std::get_if<plan::UnresolvedAttribute>(&expression->node);
  return attribute != nullptr && attribute->parts.size() == 1 && equal_ignoring_case(attribute->parts[0], "default");
}

plan::ExpressionPtr generated_value(const types::Field& field) {
  const auto text = delta::generation_expression(field);
  return text ? cast_to(sql::parse_expression(*text), field.type) : nullptr;
}

bool has_generated_columns(const types::Schema& schema) {
  return std::any_of(schema.begin(), schema.end(), [](const types::Field& field) { return delta::generation_expression(field).has_value(); });
}

bool numbers_rows(const types::Schema& schema, const std::vector<bool>& given) {
  for (std::size_t i = 0; i < schema.size(); ++i)
    if (!given[i] && delta::identity_of(schema[i])) return true;
  return false;
}

void advance_identity(delta::Metadata& metadata, const std::vector<bool>& given, std::int64_t num_rows) {
  if (num_rows <= 0) return;
  for (std::size_t i = 0; i < metadata.schema.size(); ++i) {
    const auto identity = delta::identity_of(metadata.schema[i]);
    if (identity && !given[i]) delta::set_identity_mark(metadata.schema[i], identity->next() + identity->step * (num_rows - 1));
  }
}

bound::Query fill_columns(bound::Query rows, const types::Schema& schema, const std::vector<bool>& given, Statement& context) {
  bool fills = false;
  for (std::size_t i = 0; i < schema.size(); ++i) {
    const auto identity = delta::identity_of(schema[i]);
    if (identity && given[i] && !identity->allows_explicit) throw Error(conditions::kIdentityExplicit, {{"colName", schema[i].name}});
    fills = fills || schema[i].type.is(types::TypeKind::Char) || (!given[i] && (identity || delta::current_default(schema[i]) || delta::generation_expression(schema[i])));
  }
  if (!fills) return rows;
  if (numbers_rows(schema, given)) rows = numbered(std::move(rows));
  // Defaults and numbers first: generated columns are made of them, too.
  const auto build = [&](const plan::RelationPtr& scan) {
    plan::Expressions first, second;
    for (std::size_t i = 0; i < schema.size(); ++i) {
      const types::Field& field = schema[i];
      plan::ExpressionPtr value = column_named(field.name);
      if (const auto identity = delta::identity_of(field); identity && !given[i]) value = identity_value(*identity, field.type);
      else if (!given[i] && delta::current_default(field)) value = default_value(field);
      if (field.type.is(types::TypeKind::Char)) value = padded(std::move(value), field.type.length());
      first.push_back(plan::make_expression(plan::Alias{std::move(value), {field.name}, {}}));
      plan::ExpressionPtr generated = given[i] ? nullptr : generated_value(field);
      second.push_back(plan::make_expression(plan::Alias{generated ? std::move(generated) : column_named(field.name), {field.name}, {}}));
    }
    return plan::make_relation(plan::Project{plan::make_relation(plan::Project{scan, std::move(first)}), std::move(second)});
  };
  return over_rows(rows, build, context);
}

void check_generated_columns(const types::Schema& schema, Statement& context) {
  types::Schema plain;
  for (const types::Field& field : schema)
    if (!delta::generation_expression(field)) plain.push_back({field.name, field.type, field.nullable, {}});
  for (const types::Field& field : schema)
    if (const auto text = delta::generation_expression(field)) check_generated(field, *text, plain, context);
}

}  // namespace lab::commands
