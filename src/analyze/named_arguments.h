#pragma once

#include <string>
#include <vector>

#include "plan/expression.h"

/// Calls whose arguments have names (`f(1, width => 2)`).
namespace lab::analyze {

struct RoutineParameter {
  std::string name;
  plan::ExpressionPtr default_value;  ///< null: the call must give one
};

bool has_named_arguments(const plan::Expressions& arguments);

/// One argument a parameter, in their order: those given by place, those given by name, then defaults. `routine` is its name as errors
/// quote it. Throws Spark's UNEXPECTED_POSITIONAL_ARGUMENT, DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.*, UNRECOGNIZED_PARAMETER_NAME,
/// REQUIRED_PARAMETER_NOT_FOUND, WRONG_NUM_ARGS.
plan::Expressions arrange_arguments(const std::string& routine, const std::vector<RoutineParameter>& parameters, const plan::Expressions& arguments, const plan::Origin& origin);

/// The parameters of a built-in function that may be named; nullptr: NAMED_PARAMETERS_NOT_SUPPORTED.
const std::vector<RoutineParameter>* named_parameters(const std::string& function);

}  // namespace lab::analyze
