#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plan/bound.h"
#include "plan/relation.h"

namespace lab::analyze {

class Context;

/// What a text of the catalog meant where it was written: its names and settings are those of that place and moment.
struct Surroundings {
  std::shared_ptr<const Context> context;
  plan::bound::Policy policy;
};

/// A function whose body is SQL, read and ready to be put where it is called.
struct SqlFunction {
  struct Parameter {
    std::string name;
    types::DataType type;
    plan::ExpressionPtr default_value;  ///< null: the call must give one
  };
  std::vector<std::string> qualified_name;  ///< as calls print
  std::vector<Parameter> parameters;
  bool is_table = false;
  std::optional<types::DataType> returns;       ///< of a scalar function; absent: what the body gives
  std::optional<types::Schema> return_columns;  ///< of a table function; absent: what the body gives
  plan::ExpressionPtr expression;               ///< the body, or
  plan::RelationPtr query;
  std::string body;  ///< its text
  Surroundings surroundings;

  const std::string& name() const { return qualified_name.back(); }
  std::string shown_name() const;
};

/// What a function's body turned out to give.
struct FunctionResult {
  types::DataType type;    ///< of a scalar function
  types::Schema columns;   ///< of a table function
  bool is_deterministic = true;
};

/// Reads the body as a call would. Throws what is wrong with it, CYCLIC_FUNCTION_REFERENCE and USER_DEFINED_FUNCTIONS.* among that.
FunctionResult analyze_function(const SqlFunction& function);

}  // namespace lab::analyze
