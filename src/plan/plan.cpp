#include <algorithm>

#include "plan/command.h"

namespace lab::plan {
namespace {

/// Spark counts characters, an Origin bytes.
int code_points_before(const std::string& text, int bytes) {
  const auto end = text.begin() + std::clamp<std::ptrdiff_t>(bytes, 0, std::ssize(text));
  return static_cast<int>(std::count_if(text.begin(), end, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

QueryContext query_context(const Origin& origin) {
  QueryContext context;
  context.object_type = origin.object_type;
  context.object_name = origin.object_name;
  context.start_index = origin.start;
  context.stop_index = origin.stop;
  context.line = origin.line;
  context.column = origin.column;
  context.call_site = origin.call_site;
  context.fragment = origin.fragment;
  if (context.fragment.empty() && origin.sql_text && origin.start >= 0 && origin.stop >= origin.start)
    context.fragment = origin.sql_text->substr(static_cast<std::size_t>(origin.start), static_cast<std::size_t>(origin.stop - origin.start + 1));
  if (origin.sql_text && origin.start >= 0) {
    context.start_index = code_points_before(*origin.sql_text, origin.start);
    context.stop_index = code_points_before(*origin.sql_text, origin.stop + 1) - 1;
  }
  return context;
}

ExpressionPtr make_literal(types::Literal literal, Origin origin) { return make_expression(LiteralExpression{std::move(literal)}, std::move(origin)); }

ExpressionPtr make_attribute(std::vector<std::string> parts, Origin origin) {
  return make_expression(UnresolvedAttribute{std::move(parts), {}, false}, std::move(origin));
}

ExpressionPtr make_call(std::string name, Expressions arguments, Origin origin) {
  UnresolvedFunction function;
  function.name = {std::move(name)};
  function.arguments = std::move(arguments);
  return make_expression(std::move(function), std::move(origin));
}

ExpressionPtr make_operator(std::string name, Expressions arguments, Origin origin) {
  UnresolvedFunction function;
  function.name = {std::move(name)};
  function.arguments = std::move(arguments);
  function.is_operator = true;
  return make_expression(std::move(function), std::move(origin));
}

}  // namespace lab::plan
