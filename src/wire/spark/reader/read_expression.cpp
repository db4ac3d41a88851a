#include <spark/connect/expressions.pb.h>
#include <spark/connect/relations.pb.h>

#include "sql/parser.h"
#include "types/type_text.h"
#include "wire/spark/conditions.h"
#include "wire/spark/reader/depth.h"

namespace lab::wire::spark {

using plan::ExpressionPtr;
using plan::make_expression;
using plan::Origin;

namespace {

Origin read_origin(const proto::Expression& message) {
  Origin origin;
  if (message.has_common() && message.common().has_origin() && message.common().origin().has_python_origin()) {
    origin.fragment = message.common().origin().python_origin().fragment();
    origin.call_site = message.common().origin().python_origin().call_site();
  }
  return origin;
}

/// Spark prints these as operators in the names it makes.
bool is_operator_name(std::string_view name) {
  constexpr std::string_view kOperators[] = {"+", "-", "*", "/", "%", "==", "=", "!=", "<=>", "<", "<=", ">", ">=", "and", "or", "not", "!",
                                             "&", "|", "^", "~", "in", "isnull", "isnotnull", "like", "rlike", "ilike", "between", "when"};
  for (const std::string_view op : kOperators)
    if (name == op) return true;
  return false;
}

plan::FrameBound read_bound(PlanReader& reader, const proto::Expression_Window_WindowFrame_FrameBoundary& message, bool is_lower) {
  using Kind = plan::FrameBound::Kind;
  switch (message.boundary_case()) {
    case proto::Expression_Window_WindowFrame_FrameBoundary::kCurrentRow: return {Kind::CurrentRow, nullptr};
    case proto::Expression_Window_WindowFrame_FrameBoundary::kUnbounded:
      return {is_lower ? Kind::UnboundedPreceding : Kind::UnboundedFollowing, nullptr};
    // A bare value: negative is before the current row. The resolver turns its sign into a side.
    case proto::Expression_Window_WindowFrame_FrameBoundary::kValue: return {Kind::Following, reader.read_expression(message.value())};
    default: throw Error(conditions::kInvalidPlanInput, {{"message", "window frame boundary is not set"}});
  }
}

/// `withField("a.b", v)`: the struct `a` in it is changed, and put back.
ExpressionPtr update_field(ExpressionPtr structure, const plan::NameParts& path, std::size_t at, ExpressionPtr value, const Origin& origin) {
  if (path.empty()) throw Error(conditions::kInvalidPlanInput, {{"message", "field without a name"}});
  if (at + 1 < path.size()) {
    ExpressionPtr inner = make_expression(plan::ExtractValue{structure, plan::make_literal(types::Literal::string(path[at]))}, origin);
    value = update_field(std::move(inner), path, at + 1, std::move(value), origin);
  }
  return make_expression(plan::UpdateField{std::move(structure), path[at], std::move(value)}, origin);
}

}  // namespace

plan::NameParts read_name(const std::string& unparsed) { return sql::parse_identifier_parts(unparsed); }
plan::NameParts read_table_name(const std::string& unparsed) { return sql::parse_table_name(unparsed); }

ExpressionPtr PlanReader::read_sort_order(const proto::Expression_SortOrder& message, Origin origin) {
  plan::SortOrder order{read_expression(message.child()), plan::Direction::Ascending, plan::NullOrder::Default};
  if (message.direction() == proto::Expression_SortOrder::SORT_DIRECTION_DESCENDING) order.direction = plan::Direction::Descending;
  if (message.null_ordering() == proto::Expression_SortOrder::SORT_NULLS_FIRST) order.nulls = plan::NullOrder::First;
  if (message.null_ordering() == proto::Expression_SortOrder::SORT_NULLS_LAST) order.nulls = plan::NullOrder::Last;
  return make_expression(std::move(order), std::move(origin));
}

ExpressionPtr PlanReader::read_window(const proto::Expression_Window& message, Origin origin) {
  plan::Window window;
  window.function = read_expression(message.window_function());
  window.spec.partition_by = read_all(message.partition_spec());
  for (const auto& order : message.order_spec()) window.spec.order_by.push_back(read_sort_order(order, {}));
  if (message.has_frame_spec()) {
    const auto& frame = message.frame_spec();
    if (frame.frame_type() == proto::Expression_Window_WindowFrame::FRAME_TYPE_UNDEFINED)
      throw Error(conditions::kInvalidPlanInput, {{"message", "window frame type is not set"}});
    window.spec.frame = plan::WindowFrame{frame.frame_type() == proto::Expression_Window_WindowFrame::FRAME_TYPE_ROW ? plan::WindowFrame::Unit::Rows
                                                                                                                 : plan::WindowFrame::Unit::Range,
                                          read_bound(*this, frame.lower(), true), read_bound(*this, frame.upper(), false)};
  }
  return make_expression(std::move(window), std::move(origin));
}

ExpressionPtr PlanReader::read_function(const proto::Expression_UnresolvedFunction& message, Origin origin) {
  plan::UnresolvedFunction function;
  function.name = {message.function_name()};
  // Functions of the client's own modules come as dotted names; operators and built-ins as they are.
  if (message.is_user_defined_function() && message.function_name().find('.') != std::string::npos) function.name = read_table_name(message.function_name());
  function.arguments = read_all(message.arguments());
  // 4.x tells it whether to keep the rows that it numbers, which changes no number.
  if (message.function_name() == "distributed_sequence_id") function.arguments.clear();
  function.is_distinct = message.is_distinct();
  function.is_operator = is_operator_name(message.function_name());
  return make_expression(std::move(function), std::move(origin));
}

ExpressionPtr PlanReader::read_udf(const proto::CommonInlineUserDefinedFunction& message, Origin origin) {
  const char* kind = message.has_python_udf() ? "Python" : message.has_java_udf() ? "Java" : "Scala";
  return make_expression(plan::UserDefinedFunction{message.function_name(), kind, read_all(message.arguments())}, std::move(origin));
}

ExpressionPtr PlanReader::read_expression(const proto::Expression& message) {
  const Depth depth(*this);
  Origin origin = read_origin(message);
  switch (message.expr_type_case()) {
    case proto::Expression::kLiteral: return plan::make_literal(read_literal(message.literal()), std::move(origin));
    case proto::Expression::kUnresolvedAttribute: {
      const auto& attribute = message.unresolved_attribute();
      plan::UnresolvedAttribute node{read_name(attribute.unparsed_identifier()), {}, attribute.is_metadata_column()};
      if (attribute.has_plan_id()) node.plan_id = attribute.plan_id();
      return make_expression(std::move(node), std::move(origin));
    }
    case proto::Expression::kUnresolvedFunction: return read_function(message.unresolved_function(), std::move(origin));
    case proto::Expression::kExpressionString: return sql::parse_expression(message.expression_string().expression(), parsing_);
    case proto::Expression::kUnresolvedStar: {
      const auto& star = message.unresolved_star();
      plan::UnresolvedStar node;
      if (star.has_unparsed_target() && !star.unparsed_target().empty()) {
        // The target ends in `.*`.
        std::string target = star.unparsed_target();
        if (target.ends_with(".*")) target.resize(target.size() - 2);
        node.target = read_name(target);
      }
      if (star.has_plan_id()) node.plan_id = star.plan_id();
      return make_expression(std::move(node), std::move(origin));
    }
    case proto::Expression::kAlias: {
      const auto& alias = message.alias();
      plan::Alias node{read_expression(alias.expr()), {alias.name().begin(), alias.name().end()}, {}};
      if (alias.has_metadata()) node.metadata = alias.metadata();
      return make_expression(std::move(node), std::move(origin));
    }
    case proto::Expression::kCast: {
      const auto& cast = message.cast();
      plan::Cast node{read_expression(cast.expr()), cast.has_type() ? read_type(cast.type()) : types::parse_type(cast.type_str()), plan::CastMode::Session};
      if (cast.eval_mode() == proto::Expression_Cast::EVAL_MODE_TRY) node.mode = plan::CastMode::Try;
      if (cast.eval_mode() == proto::Expression_Cast::EVAL_MODE_ANSI) node.mode = plan::CastMode::Ansi;
      return make_expression(std::move(node), std::move(origin));
    }
    case proto::Expression::kUnresolvedRegex: {
      plan::UnresolvedRegex node{message.unresolved_regex().col_name(), {}};
      if (message.unresolved_regex().has_plan_id()) node.plan_id = message.unresolved_regex().plan_id();
      return make_expression(std::move(node), std::move(origin));
    }
    case proto::Expression::kSortOrder: return read_sort_order(message.sort_order(), std::move(origin));
    case proto::Expression::kLambdaFunction: {
      plan::Lambda node{read_expression(message.lambda_function().function()), {}};
      for (const auto& argument : message.lambda_function().arguments()) {
        if (argument.name_parts_size() == 0) throw Error(conditions::kInvalidPlanInput, {{"message", "lambda variable without a name"}});
        node.parameters.push_back(argument.name_parts(argument.name_parts_size() - 1));
      }
      return make_expression(std::move(node), std::move(origin));
    }
    case proto::Expression::kUnresolvedNamedLambdaVariable: {
      const auto& variable = message.unresolved_named_lambda_variable();
      if (variable.name_parts_size() == 0) throw Error(conditions::kInvalidPlanInput, {{"message", "lambda variable without a name"}});
      if (variable.name_parts_size() == 1) return make_expression(plan::LambdaVariable{variable.name_parts(0)}, std::move(origin));
      return plan::make_attribute({variable.name_parts().begin(), variable.name_parts().end()}, std::move(origin));
    }
    case proto::Expression::kWindow: return read_window(message.window(), std::move(origin));
    case proto::Expression::kUnresolvedExtractValue:
      return make_expression(plan::ExtractValue{read_expression(message.unresolved_extract_value().child()),
                                                read_expression(message.unresolved_extract_value().extraction())},
                             std::move(origin));
    case proto::Expression::kUpdateFields: {
      const auto& update = message.update_fields();
      return update_field(read_expression(update.struct_expression()), read_name(update.field_name()), 0,
                          update.has_value_expression() ? read_expression(update.value_expression()) : nullptr, origin);
    }
    case proto::Expression::kCommonInlineUserDefinedFunction: return read_udf(message.common_inline_user_defined_function(), std::move(origin));
    case proto::Expression::kCallFunction: {
      plan::UnresolvedFunction function;
      function.name = read_table_name(message.call_function().function_name());
      function.arguments = read_all(message.call_function().arguments());
      return make_expression(std::move(function), std::move(origin));
    }
    case proto::Expression::kNamedArgumentExpression:
      return make_expression(plan::NamedArgument{message.named_argument_expression().key(), read_expression(message.named_argument_expression().value())},
                             std::move(origin));
    case proto::Expression::kSubqueryExpression: {
      const auto& subquery = message.subquery_expression();
      const auto found = references_.find(subquery.plan_id());
      if (found == references_.end())
        throw Error(conditions::kInvalidPlanInput, {{"message", "no plan with id " + std::to_string(subquery.plan_id()) + " for a subquery"}});
      plan::RelationPtr relation = read_relation(*found->second);
      switch (subquery.subquery_type()) {
        case proto::SubqueryExpression::SUBQUERY_TYPE_SCALAR: return make_expression(plan::ScalarSubquery{std::move(relation)}, std::move(origin));
        case proto::SubqueryExpression::SUBQUERY_TYPE_EXISTS: return make_expression(plan::Exists{std::move(relation)}, std::move(origin));
        case proto::SubqueryExpression::SUBQUERY_TYPE_IN:
          return make_expression(plan::InSubquery{read_all(subquery.in_subquery_values()), std::move(relation)}, std::move(origin));
        default: throw Error(conditions::kUnsupportedFeature, {{"feature", "table arguments"}, {"hint", ""}});
      }
    }
    // Which partition a row goes to says nothing about the row.
    case proto::Expression::kDirectShufflePartitionId: return read_expression(message.direct_shuffle_partition_id().child());
    case proto::Expression::EXPR_TYPE_NOT_SET: throw Error(conditions::kInvalidPlanInput, {{"message", "expression without a type"}});
    default:
      throw Error(conditions::kUnsupportedFeature,
                  {{"feature", "Spark Connect expression " + std::to_string(static_cast<int>(message.expr_type_case()))}, {"hint", ""}});
  }
}

}  // namespace lab::wire::spark
