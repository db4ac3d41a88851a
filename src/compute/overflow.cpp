#include "compute/overflow.h"

#include "compute/conditions.h"

namespace lab::compute {

void throw_overflow(std::string_view message, std::string_view tolerant) {
  std::string alternative;
  if (!tolerant.empty()) alternative = " Use '" + std::string(tolerant) + "' to tolerate overflow and return NULL instead.";
  throw Error(conditions::kArithmeticOverflow,
              {{"message", std::string(message)}, {"alternative", alternative}, {"config", std::string(kAnsiConfig)}});
}

void throw_divide_by_zero() { throw Error(conditions::kDivideByZero, {{"config", std::string(kAnsiConfig)}}); }
void throw_remainder_by_zero() { throw Error(conditions::kRemainderByZero, {{"config", std::string(kAnsiConfig)}}); }

void throw_cast_overflow(std::string value, std::string_view from, std::string_view to) {
  throw Error(conditions::kCastOverflow, {{"value", std::move(value)},
                                          {"sourceType", "\"" + std::string(from) + "\""},
                                          {"targetType", "\"" + std::string(to) + "\""},
                                          {"ansiConfig", std::string(kAnsiConfig)}});
}

void throw_cast_invalid(std::string_view text, std::string_view to) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  throw Error(conditions::kCastInvalidInput, {{"expression", quoted + "'"},
                                              {"sourceType", "\"STRING\""},
                                              {"targetType", "\"" + std::string(to) + "\""},
                                              {"ansiConfig", std::string(kAnsiConfig)}});
}

void throw_decimal_range(std::string value, int precision, int scale) {
  throw Error(conditions::kNumericOutOfRange, {{"value", std::move(value)},
                                               {"precision", std::to_string(precision)},
                                               {"scale", std::to_string(scale)},
                                               {"config", std::string(kAnsiConfig)}});
}

}  // namespace lab::compute
