#include "plan/print_bound.h"

#include <type_traits>

#include "types/type_text.h"

namespace lab::plan::bound {
namespace {

constexpr const char* kJoinNames[] = {"Inner", "Cross", "LeftOuter", "RightOuter", "FullOuter", "LeftSemi", "LeftAnti"};
constexpr const char* kSetNames[] = {"Union", "Intersect", "Except"};
constexpr const char* kCastNames[] = {"cast", "ansi_cast", "try_cast"};
constexpr const char* kBoundNames[] = {"unbounded preceding", "preceding", "current row", "following", "unbounded following"};

std::string id_text(ColumnId id) { return "c" + std::to_string(static_cast<std::uint32_t>(id)); }

std::string value_text(const types::Value& value) {
  return std::visit(
      [](const auto& data) -> std::string {
        using Data = std::decay_t<decltype(data)>;
        if constexpr (std::is_same_v<Data, std::monostate>) return "NULL";
        else if constexpr (std::is_same_v<Data, bool>) return data ? "true" : "false";
        else if constexpr (std::is_same_v<Data, std::int64_t> || std::is_same_v<Data, double>) return std::to_string(data);
        else if constexpr (std::is_same_v<Data, types::Decimal>) return types::decimal_text(data.unscaled, data.scale);
        else if constexpr (std::is_same_v<Data, std::string>) return "'" + data + "'";
        else if constexpr (std::is_same_v<Data, types::Elements>) {
          std::string text = "[";
          for (std::size_t i = 0; i < data.items->size(); ++i) text += (i ? ", " : "") + value_text((*data.items)[i]);
          return text + "]";
        } else return "…";
      },
      value.data);
}

struct Printer {
  const BoundNames& names;
  std::string text;

  std::string list(const Expressions& expressions) {
    std::string result;
    for (const auto& expression : expressions) result += (result.empty() ? "" : ", ") + print(expression);
    return result;
  }
  std::string keys(const std::vector<SortKey>& keys) {
    std::string result;
    for (const auto& key : keys)
      result += (result.empty() ? "" : ", ") + print(key.expression) + (key.descending ? " desc" : " asc") + (key.nulls_first ? " nulls first" : " nulls last");
    return result;
  }
  std::string call(const AggregateCall& node) {
    std::string result = names.function(*node.function) + "(" + (node.is_distinct ? "distinct " : "") + list(node.arguments) + ")";
    if (node.ignore_nulls) result += " ignore nulls";
    if (!node.within_group.empty()) result += " within group (" + keys(node.within_group) + ")";
    if (node.filter) result += " filter (" + print(node.filter) + ")";
    return result;
  }
  std::string frame_bound(const FrameBound& bound) {
    return (bound.offset ? print(bound.offset) + " " : "") + kBoundNames[static_cast<int>(bound.kind)];
  }
  std::string subquery(const RelationPtr& plan) {
    Printer inner{names, {}};
    inner.relation(plan, 0);
    std::string flat;
    for (const char c : inner.text) flat += c == '\n' ? ';' : c;
    return "{" + flat + "}";
  }

  std::string print(const ExpressionPtr& expression) {
    return std::visit(
        [&](const auto& node) -> std::string {
          using Node = std::decay_t<decltype(node)>;
          if constexpr (std::is_same_v<Node, LiteralNode>) return value_text(node.value) + ":" + types::simple_string(expression->type);
          else if constexpr (std::is_same_v<Node, ColumnRef>) return (node.is_outer ? "outer " : "") + id_text(node.column);
          else if constexpr (std::is_same_v<Node, Call>) return names.function(*node.function) + "(" + list(node.arguments) + ")";
          else if constexpr (std::is_same_v<Node, Cast>) return std::string(kCastNames[static_cast<int>(node.mode)]) + "(" + print(node.child) + " as " + types::simple_string(expression->type) + ")";
          else if constexpr (std::is_same_v<Node, Case>) {
            std::string result = "case";
            for (const auto& [condition, value] : node.branches) result += " when " + print(condition) + " then " + print(value);
            return result + (node.otherwise ? " else " + print(node.otherwise) : "") + " end";
          } else if constexpr (std::is_same_v<Node, FieldAccess>) return print(node.child) + ".f" + std::to_string(node.index);
          else if constexpr (std::is_same_v<Node, Lambda>) {
            std::string parameters;
            for (const auto id : node.parameters) parameters += (parameters.empty() ? "" : ", ") + id_text(id);
            return "(" + parameters + ") -> " + print(node.body);
          } else if constexpr (std::is_same_v<Node, LambdaRef>) return id_text(node.parameter);
          else if constexpr (std::is_same_v<Node, AggregateCall>) return call(node);
          else if constexpr (std::is_same_v<Node, WindowCall>) {
            std::string over;
            if (!node.partition_by.empty()) over += "partition by " + list(node.partition_by);
            if (!node.order_by.empty()) over += (over.empty() ? "order by " : " order by ") + keys(node.order_by);
            if (node.frame) over += (over.empty() ? "" : " ") + std::string(node.frame->is_rows ? "rows" : "range") + " between " + frame_bound(node.frame->lower) + " and " + frame_bound(node.frame->upper);
            return call(node.call) + " over (" + over + ")";
          } else if constexpr (std::is_same_v<Node, ScalarSubquery>) return "scalar " + subquery(node.plan);
          else if constexpr (std::is_same_v<Node, Exists>) return "exists " + subquery(node.plan);
          else return "(" + list(node.values) + ") in " + subquery(node.plan);
        },
        expression->node);
  }

  std::string outputs(const Outputs& list) {
    std::string result;
    for (const auto& output : list) {
      const auto* reference = std::get_if<ColumnRef>(&output.expression->node);
      const bool passes = reference && reference->column == output.column && !reference->is_outer;
      result += (result.empty() ? "" : ", ") + id_text(output.column) + (passes ? "" : " = " + print(output.expression));
    }
    return result;
  }

  std::string head(const Relation& relation) {
    return std::visit(
        [&](const auto& node) -> std::string {
          using Node = std::decay_t<decltype(node)>;
          if constexpr (std::is_same_v<Node, OneRow>) return "OneRow";
          else if constexpr (std::is_same_v<Node, Scan>) {
            std::string columns;
            for (const int index : node.source_columns) columns += (columns.empty() ? "" : ",") + std::to_string(index);
            return "Scan " + names.source(*node.source) + " [" + columns + "]";
          } else if constexpr (std::is_same_v<Node, LocalData>) return "LocalData";
          else if constexpr (std::is_same_v<Node, Values>) {
            std::string rows;
            for (const auto& row : node.rows) rows += (rows.empty() ? "(" : ", (") + list(row) + ")";
            return "Values " + rows;
          } else if constexpr (std::is_same_v<Node, Range>) return "Range " + std::to_string(node.start) + " " + std::to_string(node.end) + " " + std::to_string(node.step);
          else if constexpr (std::is_same_v<Node, Project>) return "Project " + outputs(node.outputs);
          else if constexpr (std::is_same_v<Node, Filter>) return "Filter " + print(node.condition);
          else if constexpr (std::is_same_v<Node, Join>) return std::string("Join ") + (node.is_lateral ? "Lateral" : "") + kJoinNames[static_cast<int>(node.type)] + (node.condition ? " on " + print(node.condition) : "");
          else if constexpr (std::is_same_v<Node, Aggregate>) {
            std::string result = "Aggregate by " + outputs(node.groups);
            if (node.grouping_sets) {
              result += " sets";
              for (const auto& set : *node.grouping_sets) {
                result += " (";
                for (std::size_t i = 0; i < set.size(); ++i) result += (i ? "," : "") + std::to_string(set[i]);
                result += ")";
              }
              if (node.grouping_id) result += " id " + id_text(*node.grouping_id);
            }
            return result + " give " + outputs(node.outputs);
          } else if constexpr (std::is_same_v<Node, Window>) return "Window " + outputs(node.outputs);
          else if constexpr (std::is_same_v<Node, Sort>) return "Sort " + keys(node.keys);
          else if constexpr (std::is_same_v<Node, Limit>) return "Limit " + (node.count ? std::to_string(*node.count) : "all") + (node.offset ? " offset " + std::to_string(node.offset) : "");
          else if constexpr (std::is_same_v<Node, Tail>) return "Tail " + std::to_string(node.count);
          else if constexpr (std::is_same_v<Node, SetOperation>) return std::string(kSetNames[static_cast<int>(node.op)]) + (node.all ? " all" : "");
          else if constexpr (std::is_same_v<Node, Deduplicate>) {
            std::string ids;
            for (const auto id : node.keys) ids += (ids.empty() ? "" : ", ") + id_text(id);
            return "Deduplicate " + ids;
          } else if constexpr (std::is_same_v<Node, Generate>) {
            std::string ids;
            for (const auto id : node.generated) ids += (ids.empty() ? "" : ", ") + id_text(id);
            return "Generate " + ids + " = " + names.function(*node.generator.function) + "(" + list(node.generator.arguments) + ")" + (node.is_outer ? " outer" : "");
          } else if constexpr (std::is_same_v<Node, Sample>) return "Sample " + std::to_string(node.lower) + " " + std::to_string(node.upper) + " seed " + std::to_string(node.seed) + (node.with_replacement ? " with replacement" : "");
          else if constexpr (std::is_same_v<Node, RowNumber>) return "RowNumber " + id_text(node.number);
          else if constexpr (std::is_same_v<Node, Recursion>) return "Recursion r" + std::to_string(node.id);
          else if constexpr (std::is_same_v<Node, RecursionRef>) return "RecursionRef r" + std::to_string(node.id);
          else return "Shared";
        },
        relation.node);
  }

  void relation(const RelationPtr& node, int depth) {
    text += std::string(static_cast<std::size_t>(depth) * 2, ' ') + head(*node) + "  [";
    for (std::size_t i = 0; i < node->columns.size(); ++i) {
      const auto& column = node->columns[i];
      text += (i ? ", " : "") + id_text(column.id) + (column.name.empty() ? "" : " " + column.name) + ": " + types::simple_string(column.type) + (column.nullable ? "" : "!");
    }
    text += "]\n";
    std::visit(
        [&](const auto& n) {
          using Node = std::decay_t<decltype(n)>;
          if constexpr (std::is_same_v<Node, Join>) {
            relation(n.left, depth + 1);
            relation(n.right, depth + 1);
          } else if constexpr (std::is_same_v<Node, SetOperation>) {
            for (const auto& input : n.inputs) relation(input, depth + 1);
          } else if constexpr (std::is_same_v<Node, Recursion>) {
            relation(n.anchor, depth + 1);
            relation(n.step, depth + 1);
          } else if constexpr (std::is_same_v<Node, Shared>) {
            relation(n.definition, depth + 1);
          } else if constexpr (requires { n.input; }) {
            relation(n.input, depth + 1);
          }
        },
        node->node);
  }
};

}  // namespace

std::string print_bound(const RelationPtr& relation, const BoundNames& names) {
  Printer printer{names, {}};
  printer.relation(relation, 0);
  return std::move(printer.text);
}

std::string print_bound(const ExpressionPtr& expression, const BoundNames& names) { return Printer{names, {}}.print(expression); }

}  // namespace lab::plan::bound
