#pragma once

#include <limits>
#include <string>
#include <vector>

#include "types/data_type.h"

/// The mini-language of FunctionRow::signature, parsed.
namespace lab::functions {

enum class TypeClass : std::uint8_t {
  Any,
  Numeric,
  Integral,
  Fractional,
  Text,
  Decimal,
  Datetime,
  Orderable,
  AnyStruct,
  Interval
};

struct Pattern {
  enum class Kind : std::uint8_t { Exact, Class, Variable, Array, Map, Struct, Lambda };
  Kind kind = Kind::Exact;
  types::DataType exact;
  TypeClass type_class = TypeClass::Any;
  char variable = 0;
  /// Array: element. Map: key, value. Struct: fields. Lambda: parameters and, last, the result.
  std::vector<Pattern> children;
  std::vector<std::string> names;  ///< Struct
  std::size_t num_required = 0;    ///< Lambda: parameters that are always there
};

struct Parameter {
  std::string name;
  std::vector<Pattern> alternatives;
  bool optional = false;
  bool repeated = false;
};

struct Signature {
  std::vector<Parameter> parameters;
  Pattern result;

  static constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();
  std::size_t minimum() const;
  std::size_t maximum() const;
  /// The parameter that argument i belongs to.
  const Parameter& parameter(std::size_t i) const;
};

/// Throws INTERNAL_ERROR for a text that is none: signatures are ours.
Signature parse_signature(std::string_view text);

/// `"INT"`, `("STRING" or "BINARY")`, `"NUMERIC"`: as errors name what is wanted.
std::string required_type(const Parameter& parameter);

}  // namespace lab::functions
