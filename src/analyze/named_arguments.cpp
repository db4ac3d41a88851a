#include "analyze/named_arguments.h"

#include <algorithm>
#include <map>

#include "analyze/conditions.h"
#include "analyze/names.h"
#include "base/error.h"
#include "plan/bound_tree.h"
#include "types/type_text.h"

namespace lab::analyze {
namespace {

const plan::NamedArgument* as_named(const plan::ExpressionPtr& argument) { return std::get_if<plan::NamedArgument>(&argument->node); }

std::string proposal(const std::vector<RoutineParameter>& parameters, const std::string& wanted) {
  std::vector<std::string> names;
  for (const RoutineParameter& parameter : parameters) names.push_back(parameter.name);
  std::string text;
  const auto ordered = order_by_likeness(std::move(names), wanted);
  for (std::size_t i = 0; i < std::min<std::size_t>(ordered.size(), 3); ++i) text += (i > 0 ? " " : "") + types::quote_identifier(ordered[i]);
  return text;
}

}  // namespace

bool has_named_arguments(const plan::Expressions& arguments) { return std::ranges::any_of(arguments, [](const auto& argument) { return as_named(argument) != nullptr; }); }

plan::Expressions arrange_arguments(const std::string& routine, const std::vector<RoutineParameter>& parameters, const plan::Expressions& arguments, const plan::Origin& origin) {
  const auto fail = [&](const Condition& condition, Error::Parameters details) {
    details.emplace("routineName", routine);
    throw Error(condition, std::move(details)).at(plan::query_context(origin));
  };
  const auto first_named = std::ranges::find_if(arguments, [](const auto& argument) { return as_named(argument) != nullptr; });
  const auto num_positional = static_cast<std::size_t>(first_named - arguments.begin());
  for (auto at = first_named; at != arguments.end(); ++at)
    if (!as_named(*at)) fail(conditions::kUnexpectedPositionalArgument, {{"parameterName", types::quote_identifier(as_named(*(at - 1))->name)}});
  plan::Expressions arranged(parameters.size());
  if (num_positional > parameters.size())
    throw Error(conditions::kWrongNumArgsWithoutSuggestion, {{"functionName", routine}, {"expectedNum", std::to_string(parameters.size())}, {"actualNum", std::to_string(arguments.size())}, {"docroot", "https://spark.apache.org/docs/latest"}})
        .at(plan::query_context(origin));
  std::copy(arguments.begin(), first_named, arranged.begin());
  for (auto at = first_named; at != arguments.end(); ++at) {
    const plan::NamedArgument& named = *as_named(*at);
    const auto found = std::ranges::find_if(parameters, [&](const RoutineParameter& parameter) { return same_name(parameter.name, named.name, false); });
    if (found == parameters.end()) fail(conditions::kUnrecognizedParameterName, {{"argumentName", types::quote_identifier(named.name)}, {"proposal", proposal(parameters, named.name)}});
    const auto place = static_cast<std::size_t>(found - parameters.begin());
    if (place < num_positional) fail(conditions::kBothPositionalAndNamed, {{"parameterName", types::quote_identifier(named.name)}});
    if (arranged[place]) fail(conditions::kDoubleNamedArgument, {{"parameterName", types::quote_identifier(named.name)}});
    arranged[place] = named.value;
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (arranged[i]) continue;
    arranged[i] = parameters[i].default_value;
    if (arranged[i]) continue;
    if (first_named == arguments.end())
      throw Error(conditions::kWrongNumArgsWithoutSuggestion, {{"functionName", routine}, {"expectedNum", std::to_string(parameters.size())}, {"actualNum", std::to_string(arguments.size())}, {"docroot", "https://spark.apache.org/docs/latest"}})
          .at(plan::query_context(origin));
    fail(conditions::kRequiredParameterNotFound, {{"parameterName", types::quote_identifier(parameters[i].name)}, {"index", std::to_string(i)}});
  }
  return arranged;
}

const std::vector<RoutineParameter>* named_parameters(const std::string& function) {
  const auto text = [](const char* value) { return plan::make_literal(types::Literal::string(value)); };
  static const std::vector<RoutineParameter> collection{{"collection", nullptr}}, input{{"input", nullptr}};
  static const std::map<std::string, std::vector<RoutineParameter>> known{
      {"count_min_sketch", {{"column", nullptr}, {"epsilon", nullptr}, {"confidence", nullptr}, {"seed", nullptr}}},
      {"explode", collection},
      {"explode_outer", collection},
      {"inline", input},
      {"inline_outer", input},
      {"mask", {{"str", nullptr}, {"upperChar", text("X")}, {"lowerChar", text("x")}, {"digitChar", text("n")}, {"otherChar", plan::make_literal(types::Literal::null(types::TypeKind::String))}}},
      {"posexplode", collection},
      {"posexplode_outer", collection},
      {"variant_explode", input},
      {"variant_explode_outer", input},
  };
  const auto found = known.find(function);
  return found == known.end() ? nullptr : &found->second;
}

}  // namespace lab::analyze
