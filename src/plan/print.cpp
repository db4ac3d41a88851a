#include "plan/print.h"

#include "plan/print_parts.h"
#include "types/type_text.h"

namespace lab::plan {

using types::TypeKind;

namespace {

std::string quoted_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    out += c;
  }
  return out + "'";
}

std::string hex_text(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out = "X'";
  for (const char c : bytes) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return out + "'";
}

std::string number_text(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.17g", value);
  for (int digits = 1; digits < 17; ++digits) {
    char shorter[32];
    std::snprintf(shorter, sizeof shorter, "%.*g", digits, value);
    if (std::strtod(shorter, nullptr) == value) return shorter;
  }
  return buffer;
}

std::string print_value(const types::Value& value) {
  struct Visitor {
    std::string operator()(std::monostate) const { return "null"; }
    std::string operator()(bool b) const { return b ? "true" : "false"; }
    std::string operator()(std::int64_t v) const { return std::to_string(v); }
    std::string operator()(double v) const { return number_text(v); }
    std::string operator()(const types::Decimal& v) const { return types::decimal_text(v.unscaled, v.scale); }
    std::string operator()(const std::string& v) const { return quoted_text(v); }
    std::string operator()(const types::Binary& v) const { return hex_text(v.bytes); }
    std::string operator()(const types::CalendarInterval& v) const {
      return std::to_string(v.months) + "m " + std::to_string(v.days) + "d " + std::to_string(v.microseconds) + "us";
    }
    std::string operator()(const types::Elements& v) const {
      std::string out = "[";
      if (v.items)
        for (const auto& item : *v.items) out += (out.size() > 1 ? ", " : "") + print_value(item);
      return out + "]";
    }
    std::string operator()(const types::MapEntries& v) const {
      std::string out = "{";
      if (v.keys && v.values)
        for (std::size_t i = 0; i < v.keys->size() && i < v.values->size(); ++i)
          out += (i > 0 ? ", " : "") + print_value((*v.keys)[i]) + ": " + print_value((*v.values)[i]);
      return out + "}";
    }
  };
  return std::visit(Visitor{}, value.data);
}

std::string print_literal(const types::Literal& literal) {
  const std::string text = print_value(literal.value);
  switch (literal.type.kind()) {
    case TypeKind::Null:
    case TypeKind::Boolean:
    case TypeKind::Int:
    case TypeKind::String:
    case TypeKind::Binary: return text;
    default: return text + ":" + types::catalog_string(literal.type);
  }
}

std::string print_bound(const FrameBound& bound) {
  switch (bound.kind) {
    case FrameBound::Kind::UnboundedPreceding: return "unbounded-preceding";
    case FrameBound::Kind::UnboundedFollowing: return "unbounded-following";
    case FrameBound::Kind::CurrentRow: return "current-row";
    case FrameBound::Kind::Preceding: return print_part(bound.offset) + " preceding";
    case FrameBound::Kind::Following: return print_part(bound.offset) + " following";
  }
  return {};
}

struct ExpressionPrinter {
  std::string operator()(const LiteralExpression& e) const { return print_literal(e.literal); }
  std::string operator()(const UnresolvedAttribute& e) const {
    return print_name(e.parts) + (e.plan_id ? "#" + std::to_string(*e.plan_id) : "") + (e.is_metadata_column ? "#metadata" : "");
  }
  std::string operator()(const UnresolvedStar& e) const {
    std::string out = e.target.empty() ? "*" : print_name(e.target) + ".*";
    if (!e.except.empty()) {
      out = "(" + out + " except";
      for (const auto& name : e.except) out += " " + print_name(name);
      out += ")";
    }
    return out;
  }
  std::string operator()(const UnresolvedRegex& e) const { return "(regex " + quoted_text(e.pattern) + ")"; }
  std::string operator()(const UnresolvedFunction& e) const {
    std::string out;
    if (e.is_operator && e.name.size() == 1) {
      out = "(" + e.name.front() + print_all(e.arguments) + ")";
    } else {
      out = print_name(e.name) + "(" + (e.is_distinct ? "distinct " : "") + print_list(e.arguments) + ")";
    }
    if (!e.within_group.empty()) out += " within-group[" + print_list(e.within_group) + "]";
    if (e.filter) out += " filter[" + print_part(e.filter) + "]";
    if (e.ignore_nulls) out += *e.ignore_nulls ? " ignore-nulls" : " respect-nulls";
    return out;
  }
  std::string operator()(const NamedArgument& e) const { return e.name + " => " + print_part(e.value); }
  std::string operator()(const Alias& e) const {
    std::string out = "(as " + print_part(e.child);
    for (const auto& name : e.names) out += " " + types::quote_if_needed(name);
    return out + (e.metadata ? " " + *e.metadata : "") + ")";
  }
  std::string operator()(const Cast& e) const {
    const char* word = e.mode == CastMode::Try ? "try_cast" : e.mode == CastMode::Ansi ? "ansi_cast" : "cast";
    return std::string("(") + word + " " + print_part(e.child) + " " + types::catalog_string(e.type) + ")";
  }
  std::string operator()(const SortOrder& e) const {
    std::string out = print_part(e.child) + (e.direction == Direction::Descending ? " desc" : " asc");
    if (e.nulls != NullOrder::Default) out += e.nulls == NullOrder::First ? " nulls-first" : " nulls-last";
    return "[" + out + "]";
  }
  std::string operator()(const Lambda& e) const {
    std::string out = "(lambda [";
    for (std::size_t i = 0; i < e.parameters.size(); ++i) out += (i > 0 ? " " : "") + e.parameters[i];
    return out + "] " + print_part(e.body) + ")";
  }
  std::string operator()(const LambdaVariable& e) const { return "$" + e.name; }
  std::string operator()(const Window& e) const {
    return "(over " + print_part(e.function) + " " + (e.name ? *e.name : print_window_spec(e.spec)) + ")";
  }
  std::string operator()(const ExtractValue& e) const { return print_part(e.child) + "[" + print_part(e.extraction) + "]"; }
  std::string operator()(const UpdateField& e) const {
    return "(update-field " + print_part(e.structure) + " " + e.field + " " + (e.value ? print_part(e.value) : "drop") + ")";
  }
  std::string operator()(const ScalarSubquery& e) const { return "(scalar " + print_part(e.plan) + ")"; }
  std::string operator()(const Exists& e) const { return "(exists " + print_part(e.plan) + ")"; }
  std::string operator()(const InSubquery& e) const { return "(in-subquery [" + print_list(e.values) + "] " + print_part(e.plan) + ")"; }
  std::string operator()(const NamedParameter& e) const { return ":" + e.name; }
  std::string operator()(const PositionalParameter& e) const { return "?" + std::to_string(e.position); }
  std::string operator()(const GroupingAnalytics& e) const {
    using Kind = GroupingAnalytics::Kind;
    std::string out = e.kind == Kind::Rollup ? "(rollup" : e.kind == Kind::Cube ? "(cube" : "(grouping-sets";
    if (!e.given.empty()) out += " of [" + print_list(e.given) + "]";
    for (const auto& set : e.sets) out += " [" + print_list(set) + "]";
    return out + ")";
  }
  std::string operator()(const UserDefinedFunction& e) const { return "(udf " + e.kind + " " + e.name + print_all(e.arguments) + ")"; }
};

}  // namespace

std::string print_name(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& part : parts) out += (out.empty() ? "" : ".") + types::quote_if_needed(part);
  return out;
}

std::string print_part(const ExpressionPtr& expression) { return expression ? print_expression(*expression) : "nothing"; }
std::string print_part(const RelationPtr& relation) { return relation ? print_relation(*relation) : "nothing"; }

std::string print_all(const Expressions& expressions) {
  std::string out;
  for (const auto& expression : expressions) out += " " + print_part(expression);
  return out;
}

std::string print_list(const Expressions& expressions) {
  std::string out;
  for (const auto& expression : expressions) out += (out.empty() ? "" : ", ") + print_part(expression);
  return out;
}

std::string print_quoted(std::string_view text) { return quoted_text(text); }

std::string print_window_spec(const WindowSpec& spec) {
  std::string out = "(window";
  if (!spec.partition_by.empty()) out += " partition[" + print_list(spec.partition_by) + "]";
  if (!spec.order_by.empty()) out += " order" + print_all(spec.order_by);
  if (spec.frame)
    out += std::string(spec.frame->unit == WindowFrame::Unit::Rows ? " rows[" : " range[") + print_bound(spec.frame->lower) + ", " + print_bound(spec.frame->upper) + "]";
  return out + ")";
}

std::string print_expression(const Expression& expression) { return std::visit(ExpressionPrinter{}, expression.node); }

}  // namespace lab::plan
