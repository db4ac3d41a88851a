#include <algorithm>

#include "analyze/conditions.h"
#include "analyze/outer_reference.h"
#include "analyze/pretty.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "plan/bound_tree.h"
#include "types/type_text.h"

// What a name means: a lambda's variable, a column, a field of a struct, an earlier alias, a column of the query around.
namespace lab::analyze {
namespace {

Typed attribute_of(const ScopeColumn& column, std::string name, const plan::Origin& origin) {
  Typed typed;
  typed.expression = bound::make_reference(column.column, origin);
  typed.sql = name;
  typed.name = std::move(name);
  typed.metadata = column.column.metadata;
  typed.is_attribute = true;
  return typed;
}

void find_instances(const std::shared_ptr<const Instance>& instance, std::int64_t plan_id, std::vector<const Instance*>& found) {
  if (!instance) return;
  if (instance->plan_id == plan_id) {
    found.push_back(instance.get());
    return;
  }
  for (const auto& input : instance->inputs) find_instances(input, plan_id, found);
}

std::string quoted_name(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ".") + types::quote_identifier(part);
  return text;
}

std::string name_as_sql(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ".") + types::quote_if_needed(part);
  return text;
}

}  // namespace

ExpressionPtr as_outer(const ExpressionPtr& expression) {
  if (const auto* reference = std::get_if<bound::ColumnRef>(&expression->node))
    return bound::make_expression(bound::ColumnRef{reference->column, true}, expression->type, expression->nullable, expression->origin);
  return bound::map_children(expression, &as_outer);
}

Typed Resolver::from_match(const NameMatch& match, const plan::Origin& origin) {
  Typed typed = attribute_of(*match.column, match.name, origin);
  for (const auto& field : match.nested) typed = field_of(std::move(typed), field, origin);
  if (!match.nested.empty()) typed.name = match.nested.back();
  return typed;
}

std::optional<Typed> Resolver::find_in_inputs(const std::vector<std::string>& parts, const Names& names, const plan::Origin& origin) {
  const auto typed = [&](const NameMatch& match) {
    Typed result = from_match(match, origin);
    if (!names.shows_source) return result;
    std::vector<std::string> path = match.column->qualifier;
    path.push_back(match.name);
    path.insert(path.end(), match.nested.begin(), match.nested.end());
    result.sql = name_as_sql(path);
    return result;
  };
  // All inputs make one scope: a name that two of them have is ambiguous.
  if (names.inputs.size() == 1) {
    if (auto match = find_name(names.inputs[0]->scope, parts, policy_.case_sensitive)) return typed(*match);
  } else if (!names.inputs.empty()) {
    Scope all;
    for (const auto* input : names.inputs) all.insert(all.end(), input->scope.begin(), input->scope.end());
    if (auto match = find_name(all, parts, policy_.case_sensitive)) return typed(*match);
  }
  for (const auto* input : names.inputs)
    if (auto match = find_name(input->hidden, parts, policy_.case_sensitive)) return typed(*match);
  for (const auto* input : names.inputs)
    if (input->time_window)
      if (auto match = find_name({input->time_window->column}, parts, policy_.case_sensitive)) {
        match->column = &input->time_window->column;
        return typed(*match);
      }
  return std::nullopt;
}

std::optional<Typed> Resolver::find_literal_function(const std::vector<std::string>& parts, Names& names, const plan::Origin& origin) {
  if (parts.size() != 1) return std::nullopt;
  const std::string name = lower_case(parts[0]);
  if (name == "grouping__id") {
    Typed typed = resolve_expression(plan::UnresolvedFunction{{"grouping_id"}, {}, false, {}, {}, {}, false}, plan::Expression{plan::UnresolvedAttribute{}, origin}, names);
    typed.name = "grouping__id";
    return typed;
  }
  static constexpr std::string_view kNames[] = {"current_date", "current_timestamp", "current_user", "user", "session_user", "localtimestamp", "current_time"};
  if (std::ranges::find(kNames, name) == std::end(kNames)) return std::nullopt;
  if (!policy_.is_spark4 && (name == "session_user" || name == "current_time" || name == "localtimestamp")) return std::nullopt;
  plan::UnresolvedFunction function;
  function.name = {name};
  Typed typed = resolve_expression(function, plan::Expression{function, origin}, names);
  typed.name = typed.sql;
  return typed;
}

void Resolver::note_outer(const Typed& found, const Names& names) const {
  if (!names.used_outer) return;
  bound::walk(found.expression, [&](const ExpressionPtr& part) {
    if (const auto* reference = std::get_if<bound::ColumnRef>(&part->node))
      // A field counts as its whole column.
      names.used_outer->push_back({depth_, reference->column, found.is_attribute ? found.sql : found.sql.substr(0, found.sql.find('.'))});
    return true;
  });
}

std::optional<Typed> Resolver::find_attribute(const std::vector<std::string>& parts, Names& names, const plan::Origin& origin) {
  for (auto frame = names.lambdas.rbegin(); frame != names.lambdas.rend(); ++frame)
    for (const auto& parameter : frame->parameters)
      if (same_name(parameter.name, parts[0], policy_.case_sensitive)) {
        Typed typed;
        typed.expression = bound::make_expression(bound::LambdaRef{parameter.id}, parameter.type, parameter.nullable, origin);
        typed.sql = frame->is_unbound ? parameter.name : "namedlambdavariable()";
        typed.name = parameter.name;
        for (std::size_t i = 1; i < parts.size(); ++i) typed = field_of(std::move(typed), parts[i], origin);
        return typed;
      }
  const auto in_aggregate_input = [&]() -> std::optional<Typed> {
    if (!names.aggregate) return std::nullopt;
    Names below;
    below.inputs = {names.aggregate->input.get()};
    below.shows_source = names.shows_source;
    auto found = find_in_inputs(parts, below, origin);
    if (found && names.written)
      bound::walk(found->expression, [&](const ExpressionPtr& part) {
        if (const auto* reference = std::get_if<bound::ColumnRef>(&part->node)) names.written->push_back({reference->column, parts, origin});
        return true;
      });
    return found;
  };
  if (names.aggregate && (names.aggregate_input_first || names.inside_aggregate)) {
    std::optional<Typed> found;
    try {
      found = in_aggregate_input();
    } catch (const Error&) {
      // Ambiguous below: Spark then asks the output.
    }
    if (found) {
      const auto* reference = std::get_if<bound::ColumnRef>(&found->expression->node);
      const bool undone = !names.inside_aggregate && reference && std::ranges::find(names.not_from_aggregate, reference->column) != names.not_from_aggregate.end();
      if (!undone) return found;
    }
  }
  if (!names.past_output)
    if (auto found = find_in_inputs(parts, names, origin)) return found;
  if (auto found = find_literal_function(parts, names, origin)) return found;
  if (names.aggregate)
    if (auto found = in_aggregate_input()) return found;
  if (names.may_expose && names.inputs.size() == 1) {
    for (auto below = names.inputs[0]->below; below; below = below->below) {
      Names at;
      at.inputs = {below.get()};
      try {
        if (auto found = find_in_inputs(parts, at, origin)) return found;
      } catch (const Error&) {
        if (!names.past_output) throw;  // Else as if it were not there.
      }
    }
  }
  if (names.lateral) {
    for (auto& alias : *names.lateral) {
      if (!same_name(alias.name, parts[0], policy_.case_sensitive)) continue;
      if (alias.count > 1)
        throw Error(conditions::kAmbiguousLateralColumnAlias, {{"name", types::quote_identifier(parts[0])}, {"n", std::to_string(alias.count)}}).at(plan::query_context(origin));
      Typed typed;
      typed.expression = bound::make_reference(alias.column, origin);
      typed.sql = alias.is_generated ? parts[0] : "lateralAliasReference(" + parts[0] + ")";
      typed.name = alias.name;
      for (std::size_t i = 1; i < parts.size(); ++i) typed = field_of(std::move(typed), parts[i], origin);
      if (parts.size() > 1) typed.name = parts.back();
      return typed;
    }
  }
  if (names.outer) {
    Names outer = *names.outer;
    const bool one_level = !policy_.is_spark4;
    if (one_level) outer.outer = nullptr;
    outer.lateral = nullptr;
    if (auto found = find_attribute(parts, outer, origin)) {
      note_outer(*found, *names.outer);
      // It prints with where it is from.
      outer.shows_source = true;
      outer.used_outer = nullptr;
      found->sql = "outer(" + find_attribute(parts, outer, origin)->sql + ")";
      found->expression = as_outer(found->expression);
      return found;
    }
  }
  return std::nullopt;
}

// A session variable, or a field of one: the longest name wins.
std::optional<Typed> Resolver::find_variable(const std::vector<std::string>& parts, const plan::Origin& origin) {
  for (std::size_t used = std::min<std::size_t>(parts.size(), 3); used > 0; --used) {
    auto value = context_.find_variable({parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(used)});
    if (!value) continue;
    Typed typed;
    typed.sql = "variablereference(system.session." + lower_case(parts[used - 1]) + "=" + exact_literal_sql(*value, policy_.time_zone) + ")";
    typed.expression = bound::make_literal(*std::move(value), origin);
    typed.name = parts[used - 1];
    for (std::size_t i = used; i < parts.size(); ++i) typed = field_of(std::move(typed), parts[i], origin);
    if (used < parts.size()) typed.name = parts.back();
    return typed;
  }
  return std::nullopt;
}

std::optional<Typed> Resolver::find_by_plan_id(const plan::UnresolvedAttribute& attribute, Names& names, const plan::Origin& origin) {
  const auto look = [&](const std::vector<const Resolved*>& inputs) -> std::optional<Typed> {
    std::optional<Typed> result;
    for (const auto* input : inputs) {
      std::vector<const Instance*> found;
      find_instances(input->instance, *attribute.plan_id, found);
      std::vector<Typed> candidates;
      for (const auto* instance : found) {
        auto match = find_name(instance->scope, attribute.parts, policy_.case_sensitive);
        if (!match) match = find_name(instance->hidden, attribute.parts, policy_.case_sensitive);
        if (!match) continue;
        // A column that does not reach the current input by itself may still be exposed (ORDER BY, WHERE, hidden by USING).
        const bool reaches = bound::find_column(input->relation->columns, match->column->column.id) != nullptr;
        Typed typed = from_match(*match, origin);
        if (reaches || names.may_expose || found.size() == 1) {
          if (const auto* column = bound::find_column(input->relation->columns, match->column->column.id); column && match->nested.empty())
            typed.expression = bound::make_reference(*column, origin);
          if (!reaches && !names.may_expose) continue;
          candidates.push_back(std::move(typed));
        }
      }
      for (auto& candidate : candidates) {
        if (result && !bound::same(result->expression, candidate.expression))
          throw Error(conditions::kAmbiguousColumnReference, {{"name", "\"" + name_as_sql(attribute.parts) + "\""}}).at(plan::query_context(origin));
        result = std::move(candidate);
      }
    }
    return result;
  };
  if (auto found = look(names.inputs)) return found;
  if (names.aggregate)
    if (auto found = look({names.aggregate->input.get()})) return found;
  if (names.outer) {
    Names outer = *names.outer;
    if (auto found = find_by_plan_id(attribute, outer, origin)) {
      note_outer(*found, *names.outer);
      found->expression = as_outer(found->expression);
      return found;
    }
  }
  return std::nullopt;
}

Typed Resolver::resolve_expression(const plan::UnresolvedAttribute& node, const plan::Expression& expr, Names& names) {
  try {
    if (node.plan_id) {
      if (auto found = find_by_plan_id(node, names, expr.origin)) return *found;
      // A column of a DataFrame that is not part of this plan: 3.5 still tries the bare name, 4.x refuses when the frame is not there
      // or has no such column.
      std::vector<const Instance*> known;
      for (const auto* input : names.inputs) find_instances(input->instance, *node.plan_id, known);
      const bool has_it = std::ranges::any_of(known, [&](const Instance* instance) {
        return find_name(instance->scope, node.parts, policy_.case_sensitive) || find_name(instance->hidden, node.parts, policy_.case_sensitive);
      });
      if (!has_it && policy_.is_spark4)
        throw Error(conditions::kCannotResolveDataframeColumn, {{"name", "\"" + name_as_sql(node.parts) + "\""}});
    }
    if (auto found = find_attribute(node.parts, names, expr.origin)) return *found;
    if (auto found = find_variable(node.parts, expr.origin)) return *found;
  } catch (Error& error) {
    if (!error.contexts().empty()) throw;
    throw Error(error).at(plan::query_context(expr.origin));
  }
  throw_unresolved(node.parts, names, expr.origin);
}

Typed Resolver::resolve_expression(const plan::LambdaVariable& node, const plan::Expression& expr, Names& names) {
  for (auto frame = names.lambdas.rbegin(); frame != names.lambdas.rend(); ++frame)
    for (const auto& parameter : frame->parameters)
      if (same_name(parameter.name, node.name, policy_.case_sensitive)) {
        Typed typed;
        typed.expression = bound::make_expression(bound::LambdaRef{parameter.id}, parameter.type, parameter.nullable, expr.origin);
        typed.sql = frame->is_unbound ? parameter.name : "namedlambdavariable()";
        typed.name = parameter.name;
        return typed;
      }
  throw_unresolved({node.name}, names, expr.origin);
}

void Resolver::throw_unresolved(const std::vector<std::string>& parts, const Names& names, const plan::Origin& origin) {
  std::vector<const Scope*> scopes;
  for (const auto* input : names.inputs) scopes.push_back(&input->scope);
  std::string proposal = suggest_names(scopes, parts);
  const auto context = plan::query_context(origin);
  if (proposal.empty()) throw Error(lab::conditions::kUnresolvedColumnWithoutSuggestion, {{"objectName", quoted_name(parts)}}).at(context);
  throw Error(lab::conditions::kUnresolvedColumnWithSuggestion, {{"objectName", quoted_name(parts)}, {"proposal", std::move(proposal)}}).at(context);
}

Typed Resolver::field_of(Typed structure, const std::string& field, const plan::Origin& origin) {
  Typed key;
  key.expression = bound::make_literal(types::Literal::string(field), origin);
  key.sql = field;
  return extract(std::move(structure), std::move(key), origin);
}

}  // namespace lab::analyze
