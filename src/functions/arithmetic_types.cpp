#include "functions/arithmetic.h"
#include "functions/common_type.h"
#include "functions/decimal_types.h"
#include "functions/element_types.h"
#include "functions/misfit.h"

namespace lab::functions {

using types::DayTimeField;
using types::TypeKind;

namespace {

using Types = std::optional<CallTypes>;

bool is_standard_interval(const DataType& type) {
  return type.is(TypeKind::DayTimeInterval) || type.is(TypeKind::YearMonthInterval);
}
bool is_instant(const DataType& type) { return type.is(TypeKind::Timestamp) || type.is(TypeKind::TimestampNtz); }
bool is_days_only(const DataType& type) {
  return type.day_time_from() == DayTimeField::Day && type.day_time_to() == DayTimeField::Day;
}
bool is_day_count(const DataType& type) {
  return type.is(TypeKind::Byte) || type.is(TypeKind::Short) || type.is(TypeKind::Int);
}

/// A moment and a span: `date|timestamp|text ± interval`. Text and NULL are moments whose result is cast back.
Types moment_and_span(const DataType& moment, const DataType& span, bool span_first) {
  if (!span.is_interval()) return {};
  DataType from = moment, result = moment;
  if (moment.is(TypeKind::Date)) {
    const bool stays = !span.is(TypeKind::DayTimeInterval) || is_days_only(span);
    if (!stays) from = result = TypeKind::Timestamp;
  } else if (moment.is_text() && !span.is(TypeKind::YearMonthInterval)) {
    from = TypeKind::Timestamp;
    result = TypeKind::String;
  } else if (moment.is(TypeKind::Null)) {
    from = result = TypeKind::Timestamp;
  } else if (!is_instant(moment)) {
    return {};
  }
  return span_first ? CallTypes{{span, from}, result, {}} : CallTypes{{from, span}, result, {}};
}

/// `date ± NULL`: Spark takes the NULL for a span of days and seconds.
Types moment_and_null(const DataType& moment, const DataType& null, bool null_first) {
  if (!moment.is_datetime() || !null.is(TypeKind::Null)) return {};
  return moment_and_span(moment, DataType::day_time(), null_first);
}

/// Whatever else is beside a span of days and seconds, or an old interval, was to be a timestamp.
void refuse_moment(const CallShape& shape, bool subtracts) {
  const auto spans = [&](std::size_t i) {
    return shape.type(i).is(TypeKind::DayTimeInterval) || shape.type(i).is(TypeKind::CalendarInterval);
  };
  if (!spans(1) && (subtracts || !spans(0))) return;
  const std::size_t span = spans(1) ? 1 : 0, moment = 1 - span;
  Misfit misfit{Misfit::Why::Input, moment, "\"(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)\""};
  misfit.argument_index = 0;
  misfit.shown = shape.display(moment) + " + " + (subtracts ? "(- " + shape.display(span) + ")" : shape.display(span));
  throw misfit;
}

Types same_intervals(const DataType& left, const DataType& right, const Policy& policy) {
  if (left.is(TypeKind::CalendarInterval) && right.is(TypeKind::CalendarInterval))
    return CallTypes{{left, right}, left, {}};
  if (is_standard_interval(left) && right.is(TypeKind::Null)) return CallTypes{{left, left}, left, {}};
  if (is_standard_interval(right) && left.is(TypeKind::Null)) return CallTypes{{right, right}, right, {}};
  if (!is_standard_interval(left) || left.kind() != right.kind()) return {};
  const DataType common = *tightest_common_type(left, right, policy);
  return CallTypes{{common, common}, common, {}};
}

/// The numeric type of an operand beside `other`: text becomes a number.
DataType promoted(const DataType& type, const DataType& other, const Policy& policy) {
  if (!type.is_text()) return type;
  if (policy.ansi) {
    if (const auto number = promoted_string(other); number && number->is_numeric()) return *number;
  }
  return TypeKind::Double;
}

std::string required_operand(char op) {
  switch (op) {
    case '/':
      return "(\"DOUBLE\" or \"DECIMAL\")";
    case 'd':
      return "(\"BIGINT\" or \"DECIMAL\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL DAY TO SECOND\")";
    case '+':
    case '-':
      return "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL\")";
    default:
      return "\"NUMERIC\"";
  }
}

[[noreturn]] void refuse_operand(char op, std::size_t argument, std::optional<DataType> actual = {}) {
  Misfit misfit{Misfit::Why::BinaryWrongType, argument, required_operand(op)};
  misfit.actual = std::move(actual);
  throw misfit;
}

CallTypes numeric_types(const CallShape& shape, char op) {
  const DataType &l = shape.type(0), &r = shape.type(1);
  const auto fits = [](const DataType& t) { return t.is_numeric() || t.is_text() || t.is(TypeKind::Null); };
  if (!fits(l) || !fits(r)) refuse_operands(shape, required_operand(op));
  // In ANSI mode text becomes a number only beside one.
  const bool no_number = !l.is_numeric() && !r.is_numeric() && (l.is_text() || r.is_text());
  if (shape.policy.ansi && no_number) refuse_operand(op, l.is_text() ? 0 : 1);
  DataType left = promoted(l, r, shape.policy), right = promoted(r, l, shape.policy);
  if (op == '/' && (left.is(TypeKind::Null) || right.is(TypeKind::Null))) left = right = TypeKind::Double;
  if (left.is(TypeKind::Null) && right.is(TypeKind::Null)) left = right = TypeKind::Double;
  if (left.is(TypeKind::Null)) left = right;
  if (right.is(TypeKind::Null)) right = left;
  if (op == 'd' && (left.is_fractional() || right.is_fractional())) {
    if (shape.policy.ansi && (l.is_text() || r.is_text())) refuse_operands(shape, required_operand(op));
    // Whole numbers are bigints by now, and a decimal beside a fractional a double; no wider type is looked for.
    const auto divided = [](const DataType& type, const DataType& other) {
      if (type.is_integral()) return DataType(TypeKind::Long);
      return type.is(TypeKind::Decimal) && other.is_fractional() ? DataType(TypeKind::Double) : type;
    };
    const DataType a = divided(left, right), b = divided(right, left);
    if (a == b) refuse_operand(op, 0, a);
    Misfit misfit{Misfit::Why::BinaryTypes};
    misfit.promoted = {a, b};
    throw misfit;
  }
  if ((left.is(TypeKind::Decimal) && right.is_fractional()) || (right.is(TypeKind::Decimal) && left.is_fractional())) {
    left = right = TypeKind::Double;
  }
  if (left.is(TypeKind::Decimal) || right.is(TypeKind::Decimal)) {
    const DataType a = left.is(TypeKind::Decimal) ? left : decimal_operand(*shape.arguments[0]);
    const DataType b = right.is(TypeKind::Decimal) ? right : decimal_operand(*shape.arguments[1]);
    const DataType result = op == 'd' ? DataType(TypeKind::Long) : decimal_result(op, a, b, shape.policy.allow_precision_loss);
    return {{a, b}, result, {}};
  }
  if (op == '/') return {{TypeKind::Double, TypeKind::Double}, TypeKind::Double, {}};
  if (op == 'd') return {{TypeKind::Long, TypeKind::Long}, TypeKind::Long, {}};
  const DataType common = *tightest_common_type(left, right, shape.policy);
  return {{common, common}, common, {}};
}

/// What a date cannot be moved by: Spark makes date_add of the sum before it looks at the types.
[[noreturn]] void refuse_day_count(const CallShape& shape, std::string_view function, std::size_t argument) {
  Misfit misfit{Misfit::Why::Input, argument, "(\"INT\" or \"SMALLINT\" or \"TINYINT\")"};
  if (shape.type(argument).is_text()) misfit.actual = shape.policy.ansi ? TypeKind::Date : TypeKind::Double;
  misfit.argument_index = 1;
  misfit.shown = std::string(function) + "(" + shape.display(1 - argument) + ", " + shape.display(argument) + ")";
  throw misfit;
}

bool moves_no_date(const DataType& type) { return type.is_numeric() || type.is_text(); }

}  // namespace

Operands promoted_operands(const CallShape& shape) {
  const DataType &l = shape.type(0), &r = shape.type(1);
  if (l.is_text() != r.is_text()) {
    const DataType& other = l.is_text() ? r : l;
    if (shape.policy.ansi) {
      if (const auto both = promoted_string(other)) return {*both, *both};
    } else if (!other.is(TypeKind::CalendarInterval)) {
      return l.is_text() ? Operands{TypeKind::Double, r} : Operands{l, TypeKind::Double};
    }
    return {l, r};
  }
  if (l.is_text() && !shape.policy.ansi) return {TypeKind::Double, TypeKind::Double};
  if (l.is(TypeKind::Decimal) != r.is(TypeKind::Decimal)) {
    if (l.is_fractional()) return {l, TypeKind::Double};
    if (r.is_fractional()) return {TypeKind::Double, r};
    if (l.is_integral()) return {decimal_operand(*shape.arguments[0]), r};
    if (r.is_integral()) return {l, decimal_operand(*shape.arguments[1])};
  }
  return {l, r};
}

void refuse_operands(const CallShape& shape, std::string required) {
  Misfit misfit{Misfit::Why::BinaryWrongType, 0, std::move(required)};
  const auto [left, right] = promoted_operands(shape);
  misfit.actual = left;
  if (!same_shape(left, right)) {
    misfit.why = Misfit::Why::BinaryTypes;
    misfit.promoted = {left, right};
  }
  throw misfit;
}

CallTypes add_types(const CallShape& shape) {
  const DataType &l = shape.type(0), &r = shape.type(1);
  if (auto types = same_intervals(l, r, shape.policy)) return *types;
  if (auto types = moment_and_span(l, r, false)) return *types;
  if (auto types = moment_and_span(r, l, true)) return *types;
  if (auto types = moment_and_null(l, r, false)) return *types;
  if (auto types = moment_and_null(r, l, true)) return *types;
  refuse_moment(shape, false);
  if (l.is(TypeKind::Date) && is_day_count(r)) return {{l, TypeKind::Int}, l, {}};
  if (r.is(TypeKind::Date) && is_day_count(l)) return {{TypeKind::Int, r}, r, {}};
  if (l.is(TypeKind::Date) && moves_no_date(r)) refuse_day_count(shape, "date_add", 1);
  if (r.is(TypeKind::Date) && moves_no_date(l)) refuse_day_count(shape, "date_add", 0);
  return numeric_types(shape, '+');
}

CallTypes subtract_types(const CallShape& shape) {
  const DataType &l = shape.type(0), &r = shape.type(1);
  if (auto types = same_intervals(l, r, shape.policy)) return *types;
  if (auto types = moment_and_span(l, r, false)) return *types;
  refuse_moment(shape, true);
  const auto datelike = [](const DataType& t) { return t.is(TypeKind::Date) || t.is_text() || t.is(TypeKind::Null); };
  if (l.is(TypeKind::Date) && is_day_count(r)) return {{l, TypeKind::Int}, l, {}};
  if (l.is(TypeKind::Date) && (r.is_numeric() || (r.is_text() && !shape.policy.ansi))) refuse_day_count(shape, "date_sub", 1);
  if ((l.is(TypeKind::Date) && datelike(r)) || (r.is(TypeKind::Date) && datelike(l))) {
    return {{TypeKind::Date, TypeKind::Date}, DataType::day_time(DayTimeField::Day, DayTimeField::Day), {}};
  }
  const auto instantlike = [](const DataType& t) { return t.is_datetime() || t.is_text() || t.is(TypeKind::Null); };
  if ((is_instant(l) && instantlike(r)) || (is_instant(r) && instantlike(l))) {
    const bool plain = l.is(TypeKind::TimestampNtz) && r.is(TypeKind::TimestampNtz);
    const DataType common = plain ? TypeKind::TimestampNtz : TypeKind::Timestamp;
    return {{common, common}, DataType::day_time(), {}};
  }
  return numeric_types(shape, '-');
}

CallTypes multiply_types(const CallShape& shape) {
  const DataType &l = shape.type(0), &r = shape.type(1);
  const auto number = [](const DataType& t) { return t.is_numeric() || t.is_text() || t.is(TypeKind::Null); };
  const auto span = [](const DataType& t) {
    return t.is(TypeKind::DayTimeInterval)     ? DataType::day_time()
           : t.is(TypeKind::YearMonthInterval) ? DataType::year_month()
                                               : t;
  };
  if (l.is_interval() && number(r)) return {{l, TypeKind::Double}, span(l), {}};
  if (r.is_interval() && number(l)) return {{TypeKind::Double, r}, span(r), {}};
  return numeric_types(shape, '*');
}

CallTypes divide_types(const CallShape& shape) {
  const DataType &l = shape.type(0), &r = shape.type(1);
  if (l.is_interval() && (r.is_numeric() || r.is_text() || r.is(TypeKind::Null))) {
    const DataType result = l.is(TypeKind::DayTimeInterval)     ? DataType::day_time()
                            : l.is(TypeKind::YearMonthInterval) ? DataType::year_month()
                                                                : l;
    return {{l, TypeKind::Double}, result, true};
  }
  CallTypes types = numeric_types(shape, '/');
  types.nullable = shape.policy.ansi ? std::nullopt : std::optional(true);
  return types;
}

CallTypes remainder_types(const CallShape& shape) {
  CallTypes types = numeric_types(shape, '%');
  types.nullable = shape.policy.ansi ? std::nullopt : std::optional(true);
  return types;
}

CallTypes integral_divide_types(const CallShape& shape) {
  const DataType &l = shape.type(0), &r = shape.type(1);
  if (is_standard_interval(l) && l.kind() == r.kind()) return {{l, r}, TypeKind::Long, true};
  CallTypes types = numeric_types(shape, 'd');
  types.nullable = shape.policy.ansi ? std::nullopt : std::optional(true);
  return types;
}

CallTypes comparison_types(const CallShape& shape) {
  const auto common = comparison_type(shape.type(0), shape.type(1), shape.policy);
  if (!common) {
    Misfit misfit{Misfit::Why::BinaryTypes};
    const auto [left, right] = promoted_operands(shape);
    misfit.promoted = {left, right};
    throw misfit;
  }
  check_orderable(*common);
  return {{*common, *common}, TypeKind::Boolean, {}};
}

}  // namespace lab::functions
