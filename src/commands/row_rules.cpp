#include "commands/row_rules.h"

#include <algorithm>

#include "commands/conditions.h"
#include "lake/delta/column_rules.h"
#include "plan/bound_tree.h"
#include "sql/parser.h"
#include "types/type_text.h"

namespace lab::commands {

namespace delta = lake::delta;
namespace bound = plan::bound;

namespace {

/// One rule as it is analyzed over rows: how Spark prints it, and which columns it speaks of.
struct Rule {
  std::string name;
  plan::ExpressionPtr holds;
  std::string shown = {};
  std::vector<std::string> columns = {};
};

plan::RelationPtr scan_of_written(const delta::Metadata& metadata, const WrittenData& data) {
  return plan::make_relation(plan::SourceScan{delta::source_of_staged(metadata, data.actions, data.files), {}, false});
}

void describe(Rule& rule, const plan::RelationPtr& rows, Statement& context) {
  const bound::Query query = context.analyze(plan::make_relation(plan::Project{rows, {rule.holds}}));
  rule.shown = query.root->columns[0].name;
  const auto* project = std::get_if<bound::Project>(&query.root->node);
  if (!project) return;
  bound::walk(project->outputs[0].expression, [&](const bound::ExpressionPtr& part) {
    const auto* reference = std::get_if<bound::ColumnRef>(&part->node);
    const bound::Column* column = reference ? bound::find_column(project->input->columns, reference->column) : nullptr;
    if (column && std::find(rule.columns.begin(), rule.columns.end(), column->name) == rule.columns.end()) rule.columns.push_back(column->name);
    return true;
  });
  std::sort(rule.columns.begin(), rule.columns.end());
}

std::string value_text(const types::Value& value) {
  if (value.is_null()) return "null";
  if (std::holds_alternative<std::string>(value.data)) return value.text();
  if (std::holds_alternative<std::int64_t>(value.data)) return std::to_string(value.integer());
  if (std::holds_alternative<bool>(value.data)) return value.boolean() ? "true" : "false";
  return {};
}

/// ` - column : value` of each column that the rule speaks of.
std::string row_text(const Rule& rule, const types::Values& row) {
  std::string text;
  for (std::size_t i = 0; i < rule.columns.size(); ++i)
    text += (i > 0 ? "\n" : "") + std::string(" - ") + rule.columns[i] + " : " + value_text(row[i]);
  return text;
}

/// The row by which the rule is broken, as text; nothing when all rows meet it. NULL is not enough.
std::optional<std::string> find_broken(Rule& rule, const plan::RelationPtr& rows, Statement& context) {
  const auto yes_or_no = plan::make_call("coalesce", {rule.holds, plan::make_literal(types::Literal::boolean(false))});
  plan::RelationPtr broken = plan::make_relation(plan::Filter{rows, plan::make_operator("not", {yes_or_no})});
  broken = plan::make_relation(plan::Limit{broken, plan::make_literal(types::Literal::integer(1))});
  if (context.collect(context.analyze(plan::make_relation(plan::Project{broken, {plan::make_literal(types::Literal::integer(1))}}))).empty()) return std::nullopt;
  describe(rule, rows, context);
  plan::Expressions columns;
  for (const std::string& name : rule.columns) columns.push_back(plan::make_attribute({name}));
  if (columns.empty()) return std::string();
  // Doubles, decimals and nested values as Spark prints them; dates and times as the numbers they are inside.
  plan::Expressions shown;
  const types::Schema schema = context.analyze(plan::make_relation(plan::Project{rows, columns})).schema();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const bool is_plain = schema[i].type.is(types::TypeKind::Date) || schema[i].type.is(types::TypeKind::Timestamp) || schema[i].type.is(types::TypeKind::TimestampNtz);
    shown.push_back(is_plain ? columns[i] : plan::make_expression(plan::Cast{columns[i], types::TypeKind::String, plan::CastMode::Session}));
  }
  const auto found = context.collect(context.analyze(plan::make_relation(plan::Project{broken, std::move(shown)})));
  return found.empty() ? std::string() : row_text(rule, found.front());
}

std::vector<Rule> rules_of(const delta::Metadata& metadata) {
  std::vector<Rule> rules;
  for (const auto& [name, expression] : delta::check_constraints(metadata)) rules.push_back({name, sql::parse_expression(expression)});
  for (const types::Field& field : metadata.schema)
    if (const auto expression = delta::generation_expression(field))
      rules.push_back({"Generated Column", plan::make_operator("<=>", {plan::make_attribute({field.name}), sql::parse_expression(*expression)})});
  return rules;
}

/// Columns inside structs that may not be NULL (as Delta has it, also where the whole struct is); top-level columns of nested types, too.
/// Others are counted as they are written.
void check_nested_nulls(const std::vector<std::string>& parent, const std::vector<types::Field>& fields, const plan::RelationPtr& rows, Statement& context) {
  for (const types::Field& field : fields) {
    std::vector<std::string> path = parent;
    path.push_back(field.name);
    if (!field.nullable && (!parent.empty() || field.type.is_nested())) {
      const plan::ExpressionPtr missing = plan::make_operator("isnull", {plan::make_attribute(path)});
      const auto one = plan::make_relation(plan::Limit{plan::make_relation(plan::Filter{rows, missing}), plan::make_literal(types::Literal::integer(1))});
      if (!context.collect(context.analyze(plan::make_relation(plan::Project{one, {plan::make_literal(types::Literal::integer(1))}}))).empty()) {
        std::string name;
        for (const std::string& part : path) name += (name.empty() ? "" : ".") + part;
        throw Error(conditions::kNotNullViolated, {{"columnName", name}});
      }
    }
    if (field.type.is(types::TypeKind::Struct)) check_nested_nulls(path, field.type.fields(), rows, context);
  }
}

/// Texts of CHAR(n) and VARCHAR(n) columns have n characters at most.
void check_lengths(const types::Schema& schema, const plan::RelationPtr& rows, Statement& context) {
  for (const types::Field& field : schema) {
    if (!field.type.is(types::TypeKind::Char) && !field.type.is(types::TypeKind::Varchar)) continue;
    const plan::ExpressionPtr column = plan::make_attribute({field.name});
    const auto limit = plan::make_literal(types::Literal::integer(field.type.length()));
    const auto too_long = plan::make_operator(">", {plan::make_call("length", {column}), limit});
    const auto one = plan::make_relation(plan::Limit{plan::make_relation(plan::Filter{rows, too_long}), plan::make_literal(types::Literal::integer(1))});
    const auto found = context.collect(context.analyze(plan::make_relation(plan::Project{one, {column}})));
    if (!found.empty())
      throw Error(conditions::kTextTooLong, {{"value", found[0][0].text()},
                                             {"expr", "((" + field.name + " IS NULL) OR (length(" + field.name + ") <= " + std::to_string(field.type.length()) + "))"}});
  }
}

}  // namespace

void check_written_rows(const delta::Metadata& metadata, const WrittenData& data, Statement& context) {
  if (data.files.empty()) return;
  const plan::RelationPtr rows = scan_of_written(metadata, data);
  check_nested_nulls({}, metadata.schema, rows, context);
  check_lengths(metadata.schema, rows, context);
  for (Rule& rule : rules_of(metadata))
    if (const auto row = find_broken(rule, rows, context))
      throw Error(conditions::kConstraintViolated, {{"constraintName", rule.name}, {"expression", rule.shown}, {"values", *row}});
}

void check_replace_condition(const delta::Metadata& metadata, const WrittenData& data, const plan::ExpressionPtr& condition, const std::string& shown,
                             Statement& context) {
  if (data.files.empty()) return;
  Rule rule{"EXPRESSION(" + shown + ")", condition};
  const plan::RelationPtr rows = scan_of_written(metadata, data);
  if (const auto row = find_broken(rule, rows, context)) {
    // Delta names the rule by the predicate before it was resolved.
    const std::string name = rule.shown.starts_with("(") ? "('" + rule.shown.substr(1) : rule.shown;
    const Error inner(conditions::kConstraintViolated, {{"constraintName", "EXPRESSION(" + name + ")"}, {"expression", "(" + shown + ")"}, {"values", *row}});
    throw Error(conditions::kReplaceWhereMismatch,
                {{"replaceWhere", shown}, {"message", "[" + std::string(inner.condition().name) + "] " + inner.message()}});
  }
}

void refuse_subqueries(const plan::RelationPtr& rows, const plan::ExpressionPtr& condition, const std::string& operation, Statement& context) {
  if (!condition) return;
  const bound::Query query = context.analyze(plan::make_relation(plan::Project{rows, {condition}}));
  const auto* project = std::get_if<bound::Project>(&query.root->node);
  const bool has_one = project && bound::contains(project->outputs[0].expression, [](const bound::Expression& part) {
    return std::holds_alternative<bound::ScalarSubquery>(part.node) || std::holds_alternative<bound::Exists>(part.node) ||
           std::holds_alternative<bound::InSubquery>(part.node);
  });
  if (has_one) throw Error(conditions::kDeltaSubquery, {{"operation", operation}, {"cond", query.root->columns[0].name}});
}

}  // namespace lab::commands
