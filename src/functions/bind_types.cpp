#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include "base/error.h"
#include "functions/constant_in.h"
#include "functions/cast_rules.h"
#include "functions/common_type.h"
#include "functions/conditions.h"
#include "functions/decimal_types.h"
#include "functions/element_types.h"
#include "functions/function_row.h"
#include "functions/misfit.h"
#include "functions/signature.h"
#include "functions/type_errors.h"
#include "plan/bound_tree.h"
#include "types/type_text.h"

namespace lab::functions {

using types::TypeKind;

namespace {

/// Signatures are parsed at first use and kept: rows are constants.
const Signature& signature_of(const FunctionRow& row) {
  static std::shared_mutex mutex;
  static std::unordered_map<const FunctionRow*, std::unique_ptr<const Signature>> parsed;
  {
    const std::shared_lock lock(mutex);
    if (const auto found = parsed.find(&row); found != parsed.end()) return *found->second;
  }
  auto signature = std::make_unique<const Signature>(parse_signature(row.signature));
  const std::unique_lock lock(mutex);
  return *parsed.emplace(&row, std::move(signature)).first->second;
}

bool in_class(TypeClass wanted, const DataType& type) {
  switch (wanted) {
    case TypeClass::Any:
      return true;
    case TypeClass::Numeric:
      return type.is_numeric();
    case TypeClass::Integral:
      return type.is_integral();
    case TypeClass::Fractional:
      return type.is_fractional() || type.is(TypeKind::Decimal);
    case TypeClass::Text:
      return type.is_text();
    case TypeClass::Decimal:
      return type.is(TypeKind::Decimal);
    case TypeClass::Datetime:
      return type.is_datetime();
    case TypeClass::Orderable:
      return is_orderable(type);
    case TypeClass::AnyStruct:
      return type.is(TypeKind::Struct);
    case TypeClass::Interval:
      return type.is_interval();
  }
  return false;
}

std::optional<DataType> class_default(TypeClass wanted) {
  switch (wanted) {
    case TypeClass::Numeric:
    case TypeClass::Fractional:
      return DataType(TypeKind::Double);
    case TypeClass::Integral:
      return DataType(TypeKind::Long);
    case TypeClass::Text:
      return DataType(TypeKind::String);
    case TypeClass::Decimal:
      return DataType::decimal(38, 18);
    case TypeClass::Datetime:
      return DataType(TypeKind::Timestamp);
    case TypeClass::Interval:
      return DataType::day_time();
    default:
      return {};
  }
}

std::optional<DataType> implicit_class(TypeClass wanted, const DataType& from, const Policy& policy) {
  if (in_class(wanted, from)) {
    if (from.is(TypeKind::Null) && wanted != TypeClass::Any && wanted != TypeClass::Orderable)
      return class_default(wanted);
    return from;
  }
  const auto target = class_default(wanted);
  if (!target) return {};
  if (from.is(TypeKind::Null)) return target;
  if (wanted == TypeClass::Decimal && from.is_numeric()) return decimal_for(from);
  // An abstract INTEGRAL takes no other number by itself, in either mode, nor (legacy) text.
  if (wanted == TypeClass::Integral && !(policy.ansi && from.is_text())) return {};
  if (wanted == TypeClass::Fractional && from.is_integral()) return target;
  if (wanted == TypeClass::Numeric && !from.is_text()) return {};
  return implicit_type(from, *target, policy);
}

TypeClass variable_class(char variable) {
  return variable == 'N' ? TypeClass::Numeric : variable == 'O' ? TypeClass::Orderable : TypeClass::Any;
}

/// What an argument of type `from` becomes under `pattern` before variables are known; variables leave it as it is.
std::optional<DataType> fit(const Pattern& pattern, const DataType& from, const Policy& policy, bool exactly) {
  switch (pattern.kind) {
    case Pattern::Kind::Exact: {
      if (exactly) {
        const bool both_text = pattern.exact.is(TypeKind::String) && from.is(TypeKind::String);
        const bool same_kind = pattern.exact.kind() == from.kind() && from.is_interval();
        return both_text || same_kind || same_shape(pattern.exact, from) ? std::optional(from) : std::nullopt;
      }
      return implicit_type(from, pattern.exact, policy);
    }
    case Pattern::Kind::Class:
      if (exactly)
        return in_class(pattern.type_class, from) && (!from.is(TypeKind::Null) || pattern.type_class == TypeClass::Any)
                   ? std::optional(from)
                   : std::nullopt;
      return implicit_class(pattern.type_class, from, policy);
    case Pattern::Kind::Variable:
      if (exactly)
        return in_class(variable_class(pattern.variable), from) && !(from.is(TypeKind::Null) && pattern.variable == 'N')
                   ? std::optional(from)
                   : std::nullopt;
      return implicit_class(variable_class(pattern.variable), from, policy);
    case Pattern::Kind::Array: {
      if (from.is(TypeKind::Null)) return exactly ? std::nullopt : std::optional(from);
      if (!from.is(TypeKind::Array)) return {};
      const auto element = fit(pattern.children[0], from.element(), policy, exactly);
      if (!element) return {};
      return *element == from.element() ? from : DataType::array(*element, true);
    }
    case Pattern::Kind::Map: {
      if (from.is(TypeKind::Null)) return exactly ? std::nullopt : std::optional(from);
      if (!from.is(TypeKind::Map)) return {};
      const auto key = fit(pattern.children[0], from.key(), policy, exactly),
                 value = fit(pattern.children[1], from.value(), policy, exactly);
      if (!key || !value) return {};
      return *key == from.key() && *value == from.value() ? from : DataType::map(*key, *value, true);
    }
    case Pattern::Kind::Struct:
      return from.is(TypeKind::Struct) ? std::optional(from) : std::nullopt;
    case Pattern::Kind::Lambda:
      return from;
  }
  return {};
}

struct Occurrences {
  std::vector<DataType> types;
  bool nested = false;
};
using Variables = std::map<char, Occurrences>;

void collect(const Pattern& pattern, const DataType& type, bool nested, Variables& variables) {
  switch (pattern.kind) {
    case Pattern::Kind::Variable: {
      Occurrences& found = variables[pattern.variable];
      found.types.push_back(type);
      found.nested = found.nested || nested;
      return;
    }
    case Pattern::Kind::Array:
      if (type.is(TypeKind::Array)) collect(pattern.children[0], type.element(), true, variables);
      return;
    case Pattern::Kind::Map:
      if (!type.is(TypeKind::Map)) return;
      collect(pattern.children[0], type.key(), true, variables);
      collect(pattern.children[1], type.value(), true, variables);
      return;
    case Pattern::Kind::Lambda:
      collect(pattern.children.back(), type, false, variables);
      return;
    default:
      return;
  }
}

using Solved = std::map<char, DataType>;

struct Nulls {
  bool elements = false;  ///< some array or map that came in, or a lone value, may hold NULL
};

DataType substitute(const Pattern& pattern, const Solved& solved, const Nulls& nulls) {
  switch (pattern.kind) {
    case Pattern::Kind::Exact:
      return pattern.exact;
    case Pattern::Kind::Class:
      return class_default(pattern.type_class).value_or(DataType());
    case Pattern::Kind::Variable: {
      const auto found = solved.find(pattern.variable);
      return found == solved.end() ? DataType() : found->second;
    }
    case Pattern::Kind::Array:
      return DataType::array(substitute(pattern.children[0], solved, nulls), nulls.elements);
    case Pattern::Kind::Map:
      return DataType::map(substitute(pattern.children[0], solved, nulls),
                           substitute(pattern.children[1], solved, nulls), nulls.elements);
    case Pattern::Kind::Struct: {
      std::vector<types::Field> fields;
      for (std::size_t i = 0; i < pattern.children.size(); ++i)
        fields.push_back({pattern.names[i], substitute(pattern.children[i], solved, nulls), true, {}});
      return DataType::structure(std::move(fields));
    }
    case Pattern::Kind::Lambda:
      return substitute(pattern.children.back(), solved, nulls);
  }
  return {};
}

/// The argument's type once variables are known: its own when only nullability differs, so that no cast is written.
DataType settled(const Pattern& pattern, const DataType& fitted, const Solved& solved) {
  switch (pattern.kind) {
    case Pattern::Kind::Variable:
      return solved.at(pattern.variable);
    case Pattern::Kind::Array: {
      if (!fitted.is(TypeKind::Array)) return substitute(pattern, solved, {true});
      const DataType element = settled(pattern.children[0], fitted.element(), solved);
      return same_shape(element, fitted.element()) ? fitted : DataType::array(element, true);
    }
    case Pattern::Kind::Map: {
      if (!fitted.is(TypeKind::Map)) return substitute(pattern, solved, {true});
      const DataType key = settled(pattern.children[0], fitted.key(), solved),
                     value = settled(pattern.children[1], fitted.value(), solved);
      return same_shape(key, fitted.key()) && same_shape(value, fitted.value()) ? fitted
                                                                                : DataType::map(key, value, true);
    }
    default:
      return fitted;
  }
}

void check_number(const FunctionRow& row, const Signature& signature, std::size_t actual) {
  const std::size_t least = signature.minimum(), most = signature.maximum();
  if (actual >= least && actual <= most) return;
  std::string expected;
  if (most == Signature::kUnlimited) {
    expected = "> " + std::to_string(least - (least > 0 ? 1 : 0));
  } else if (least == most) {
    expected = std::to_string(least);
  } else {
    expected = "[";
    for (std::size_t n = least; n <= most; ++n) expected += (n > least ? ", " : "") + std::to_string(n);
    expected += "]";
  }
  throw_wrong_number(row.name, expected, actual);
}

const Pattern* choose(const Parameter& parameter, const DataType& type, const Policy& policy) {
  for (const Pattern& pattern : parameter.alternatives) {
    if (fit(pattern, type, policy, true)) return &pattern;
  }
  for (const Pattern& pattern : parameter.alternatives) {
    if (fit(pattern, type, policy, false)) return &pattern;
  }
  return nullptr;
}

bool takes_lambda(const Signature& signature) {
  return std::ranges::any_of(signature.parameters, [](const Parameter& parameter) {
    return parameter.alternatives[0].kind == Pattern::Kind::Lambda && !parameter.optional;
  });
}

struct Binding {
  std::vector<const Pattern*> patterns;  ///< by argument
  std::vector<DataType> fitted;
  Solved solved;
  Nulls nulls;
};

Binding match(const FunctionRow& row, const Signature& signature, const CallShape& shape, std::string_view display) {
  Binding binding;
  Variables variables;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const Parameter& parameter = signature.parameter(i);
    if (shape.arguments[i] == nullptr || parameter.alternatives[0].kind == Pattern::Kind::Lambda) {
      binding.patterns.push_back(&parameter.alternatives[0]);
      binding.fitted.push_back(shape.arguments[i] == nullptr ? DataType() : shape.type(i));
      if (shape.arguments[i] != nullptr) collect(parameter.alternatives[0], shape.type(i), false, variables);
      continue;
    }
    const Pattern* pattern = choose(parameter, shape.type(i), shape.policy);
    // A function over a collection and a lambda wants to know what it goes over.
    if (takes_lambda(signature) && shape.type(i).is(TypeKind::Null) && pattern != nullptr &&
        (pattern->kind == Pattern::Kind::Array || pattern->kind == Pattern::Kind::Map))
      pattern = nullptr;
    if (pattern == nullptr) throw_unexpected_input(shape, display, i, required_type(parameter));
    binding.patterns.push_back(pattern);
    // An interval of other fields fits exactly, but there is no cast that would be written for it.
    binding.fitted.push_back(fit(*pattern, shape.type(i), shape.policy, false).value_or(shape.type(i)));
    collect(*pattern, binding.fitted.back(), false, variables);
    const DataType& type = shape.type(i);
    if (type.is(TypeKind::Array) || type.is(TypeKind::Map)) binding.nulls.elements |= type.contains_null();
    if (pattern->kind == Pattern::Kind::Variable) binding.nulls.elements |= shape.arguments[i]->nullable;
    if (pattern->kind == Pattern::Kind::Lambda) binding.nulls.elements = true;
  }
  for (auto& [variable, found] : variables) {
    const bool strings = !found.nested && variable != 'O';
    const auto common =
        strings ? wider_common_type(found.types, shape.policy) : wider_without_strings(found.types, shape.policy);
    if (!common) throw_different_types(shape, row.name, display);
    binding.solved[variable] = *common;
  }
  return binding;
}

}  // namespace

const types::Value* CallShape::constant(std::size_t i) const {
  return i < arguments.size() && arguments[i] != nullptr ? constant_in(*arguments[i]) : nullptr;
}

std::optional<double> CallShape::number(std::size_t i) const {
  const types::Value* value = constant(i);
  if (value == nullptr) return {};
  if (const auto* whole = std::get_if<std::int64_t>(&value->data)) return static_cast<double>(*whole);
  if (const auto* real = std::get_if<double>(&value->data)) return *real;
  if (const auto* decimal = std::get_if<types::Decimal>(&value->data))
    return std::strtod(types::decimal_text(decimal->unscaled, decimal->scale).c_str(), nullptr);
  return {};
}

bool CallShape::is_foldable(std::size_t i) const {
  namespace bound = plan::bound;
  return i < arguments.size() && arguments[i] != nullptr &&
         !bound::contains(arguments[i], [](const bound::Expression& node) {
           if (const auto* call = std::get_if<bound::Call>(&node.node)) return call->function->is_volatile;
           return !std::holds_alternative<bound::LiteralNode>(node.node) &&
                  !std::holds_alternative<bound::Cast>(node.node) && !std::holds_alternative<bound::Case>(node.node) &&
                  !std::holds_alternative<bound::FieldAccess>(node.node);
         });
}

CallTypes bind_types(const FunctionRow& row, const CallShape& shape, std::string_view display_sql) {
  if (row.status == Status::NotYet) {
    throw Error(lab::conditions::kUnsupportedFeature, {{"feature", "the function `" + std::string(row.name) + "`"},
                                                       {"hint", "It is known but not built yet."}});
  }
  if (row.status == Status::NoTimeType) throw Error(conditions::kUnsupportedTimeType, {});
  const Signature& signature = signature_of(row);
  check_number(row, signature, shape.size());
  CallTypes types;
  if (row.types == nullptr) {
    const Binding binding = match(row, signature, shape, display_sql);
    for (std::size_t i = 0; i < shape.size(); ++i)
      types.arguments.push_back(settled(*binding.patterns[i], binding.fitted[i], binding.solved));
    types.result = substitute(signature.result, binding.solved, binding.nulls);
  }
  try {
    if (row.types != nullptr) types = row.types(shape);
    // A rule that looks at some arguments only still gets none that cannot become what it asks for.
    const CastMode mode = shape.policy.ansi ? CastMode::Ansi : CastMode::Legacy;
    for (std::size_t i = 0; row.types != nullptr && i < std::min(types.arguments.size(), shape.size()); ++i) {
      if (shape.arguments[i] == nullptr || std::holds_alternative<plan::bound::Lambda>(shape.arguments[i]->node)) continue;
      if (!can_cast(shape.type(i), types.arguments[i], mode))
        throw Misfit{Misfit::Why::Input, i, types::quoted_sql(types.arguments[i])};
    }
    if (row.check != nullptr) row.check(shape);
  } catch (const Misfit& misfit) {
    misfit.raise(row, shape, display_sql);
  }
  return types;
}

std::optional<std::size_t> lambda_arity(const FunctionRow& row, std::size_t i) {
  if (row.signature.find("lambda") == std::string_view::npos) return {};
  const Signature signature = parse_signature(row.signature);
  if (i >= signature.maximum()) return {};
  for (const Pattern& pattern : signature.parameter(i).alternatives)
    if (pattern.kind == Pattern::Kind::Lambda) return pattern.num_required;
  return {};
}

std::vector<DataType> lambda_parameter_types(const FunctionRow& row, const CallShape& shape, std::size_t argument,
                                             std::size_t count, std::string_view display_sql) {
  const Signature& signature = signature_of(row);
  check_number(row, signature, shape.size());
  const Binding binding = match(row, signature, shape, display_sql);
  const Pattern& lambda = *binding.patterns[argument];
  const std::size_t most = lambda.children.size() - 1;
  if (lambda.kind != Pattern::Kind::Lambda || count < lambda.num_required || count > most) {
    throw Error(conditions::kLambdaArguments,
                {{"expectedNumArgs", std::to_string(count)}, {"actualNumArgs", std::to_string(lambda.num_required)}});
  }
  std::vector<DataType> types;
  for (std::size_t i = 0; i < count; ++i) types.push_back(substitute(lambda.children[i], binding.solved, {true}));
  return types;
}

}  // namespace lab::functions
