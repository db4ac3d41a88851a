#include <array>
#include <charconv>

#include "functions/common_type.h"
#include "functions/decimal_types.h"
#include "functions/duckdb_type.h"
#include "functions/misfit.h"
#include "functions/nested_order.h"
#include "functions/rows.h"

namespace lab::functions {

using types::TypeKind;

namespace {

DataType summable(const CallShape& shape) {
  const DataType& type = shape.type(0);
  if (type.is_numeric() || type.is(TypeKind::DayTimeInterval) || type.is(TypeKind::YearMonthInterval)) return type;
  if (type.is_text() || type.is(TypeKind::Null)) return TypeKind::Double;
  throw Misfit{Misfit::Why::Input, 0, "\"NUMERIC\" or \"ANSI INTERVAL\""};
}

DataType whole_interval(const DataType& type) {
  return type.is(TypeKind::DayTimeInterval) ? DataType::day_time() : DataType::year_month();
}

CallTypes sum_types(const CallShape& shape) {
  const DataType type = summable(shape);
  if (type.is(TypeKind::Decimal)) return {{type}, bounded_decimal(type.precision() + 10, type.scale()), true};
  if (type.is_interval()) return {{type}, type, true};
  if (type.is_integral()) return {{type}, TypeKind::Long, true};
  return {{TypeKind::Double}, TypeKind::Double, true};
}

CallTypes avg_types(const CallShape& shape) {
  // The mean of instants is one of their seconds.
  const DataType type = shape.type(0).is(TypeKind::Timestamp) ? DataType(TypeKind::Double) : summable(shape);
  if (type.is(TypeKind::Decimal)) return {{type}, bounded_decimal(type.precision() + 4, type.scale() + 4), true};
  if (type.is_interval()) return {{type}, whole_interval(type), true};
  return {{TypeKind::Double}, TypeKind::Double, true};
}

enum class OnOverflow : std::uint8_t { Wrap, Raise, Null };

std::string aggregate(std::string_view name, const LowerCall& call, std::string_view tail = {}) {
  return std::string(name) + "(" + call.distinct + call.sql[0] + std::string(tail) + ")" + call.suffix();
}

/// DuckDB's own sum of 64 bits is quick, that of 128 is not.
std::string_view decimal_sum(const DataType& type) { return type.precision() <= 18 ? "sum" : "lab_sum_decimal"; }

/// 10^10 rows cannot overflow a sum with ten more digits, nor 2^31 of them a sum of ints: nothing to check there.
std::string sum(const LowerCall& call, OnOverflow mode) {
  const DataType& type = call.type(0);
  const std::string result = duckdb_type(call.result);
  if (type.is(TypeKind::Decimal)) {
    if (type.precision() <= 28) return "CAST(" + aggregate(decimal_sum(type), call) + " AS " + result + ")";
    return "lab_decimal_checked(" + aggregate("lab_sum_decimal", call) + ", " +
           std::to_string(call.result.precision()) + ", " + std::to_string(call.result.scale()) + ", " +
           (mode == OnOverflow::Raise ? "true" : "false") + ")";
  }
  if (type.is_fractional()) return aggregate("sum", call);
  if (type.is(TypeKind::YearMonthInterval)) return "CAST(" + aggregate("sum", call) + " AS INTEGER)";
  if (type.is(TypeKind::Long) || type.is_interval()) {
    if (type.is_interval()) return aggregate("lab_sum_long", call);
    return aggregate(mode == OnOverflow::Raise  ? "lab_sum_long"
                     : mode == OnOverflow::Wrap ? "lab_sum_long_wrap"
                                                : "lab_sum_long_try",
                     call);
  }
  return "CAST(" + aggregate("sum", call) + " AS BIGINT)";
}
std::string lower_sum(const LowerCall& call) { return sum(call, call.ansi ? OnOverflow::Raise : OnOverflow::Wrap); }
std::string lower_try_sum(const LowerCall& call) { return sum(call, OnOverflow::Null); }

std::string avg(const LowerCall& call, bool raises) {
  const DataType& type = call.type(0);
  if (type.is(TypeKind::Decimal)) {
    return "lab_decimal_average(" + aggregate(decimal_sum(type), call) + ", " +
           aggregate("count", call) + ", " + std::to_string(type.scale()) + ", " +
           std::to_string(call.result.precision()) + ", " + std::to_string(call.result.scale()) + ", " +
           (raises ? "true" : "false") + ")";
  }
  if (type.is_interval()) {
    const std::string sum = "CAST(" + aggregate("sum", call) + " AS BIGINT)";
    return "CAST(lab_divide_half_up(" + sum + ", " + aggregate("count", call) + ") AS " + duckdb_type(call.result) +
           ")";
  }
  return aggregate("avg", call);
}
std::string lower_avg(const LowerCall& call) { return avg(call, call.ansi); }
std::string lower_try_avg(const LowerCall& call) { return avg(call, false); }

CallTypes count_types(const CallShape& shape) {
  CallTypes types{{}, TypeKind::Long, false};
  for (std::size_t i = 0; i < shape.size(); ++i) types.arguments.push_back(shape.type(i));
  return types;
}

/// Several arguments: rows where none is NULL.
std::string lower_count(const LowerCall& call) {
  if (call.size() == 1) return aggregate("count", call);
  std::string row = "row(", none_null;
  for (std::size_t i = 0; i < call.size(); ++i) {
    row += (i > 0 ? ", " : "") + call.sql[i];
    none_null += (i > 0 ? " AND " : "") + call.sql[i] + " IS NOT NULL";
  }
  return "count(" + call.distinct + row + "))" + call.suffix(none_null);
}

/// first/last(x[, ignoreNulls]).
std::string edge(std::string_view name, const LowerCall& call) {
  const types::Value* flag = call.constant(1);
  const bool ignore = call.ignore_nulls || (flag != nullptr && !flag->is_null() && flag->boolean());
  if (call.over)
    return std::string(name == "first" ? "first_value(" : "last_value(") + call.sql[0] +
           (ignore ? " IGNORE NULLS)" : ")") + call.suffix();
  return std::string(name) + "(" + call.sql[0] + ")" + call.suffix(ignore ? call.sql[0] + " IS NOT NULL" : "");
}
std::string lower_first(const LowerCall& call) { return edge("first", call); }
std::string lower_last(const LowerCall& call) { return edge("last", call); }

CallTypes same_nullable(const CallShape& shape) {
  CallTypes types{{shape.type(0)}, shape.type(0), true};
  for (std::size_t i = 1; i < shape.size(); ++i) types.arguments.push_back(TypeKind::Boolean);
  return types;
}

bool has_order(const DataType& type) {
  return !type.is(TypeKind::Map) && !type.is(TypeKind::CalendarInterval) && !type.is(TypeKind::Variant);
}

CallTypes extreme_types(const CallShape& shape) {
  if (!has_order(shape.type(0))) throw Misfit{Misfit::Why::Ordering, 0};
  return {{shape.type(0)}, shape.type(0), true};
}

std::string extreme_sql(std::string_view name, const LowerCall& call) {
  if (!call.type(0).is_nested()) return std::string(name) + "(" + call.sql[0] + ")" + call.suffix();
  return "arg_" + std::string(name) + "(" + call.sql[0] + ", " + order_key(call.sql[0], call.type(0)) + ")" +
         call.suffix(call.sql[0] + " IS NOT NULL");
}
std::string lower_max(const LowerCall& call) { return extreme_sql("max", call); }
std::string lower_min(const LowerCall& call) { return extreme_sql("min", call); }

CallTypes extreme_by_types(const CallShape& shape) {
  if (!has_order(shape.type(1))) throw Misfit{Misfit::Why::Ordering, 1};
  if (shape.size() == 2) return {{shape.type(0), shape.type(1)}, shape.type(0), true};
  if (!shape.policy.is_spark4) throw Misfit{Misfit::Why::NumArguments, 0, "2"};
  if (!shape.is_foldable(2)) throw Misfit::not_foldable(shape, 2, "k");
  const auto count = shape.number(2);
  if (count && (*count <= 0 || *count > 100000))
    throw Misfit::out_of_range(shape.policy.is_spark4 ? "`k`" : "k", "[1, 100000]", std::to_string(static_cast<std::int64_t>(*count)));
  return {{shape.type(0), shape.type(1), TypeKind::Int}, DataType::array(shape.type(0), true), true};
}

/// With k: the values of the k rows in front, an array.
std::string extreme_by(std::string_view end, const LowerCall& call) {
  if (call.size() == 2)
    return "lab_" + std::string(end) + "_by(" + call.distinct + call.sql[0] + ", " +
           order_key(call.sql[1], call.type(1)) + ")" + call.suffix();
  const std::string order = end == "max" ? " DESC" : " ASC";
  return "list_slice(list(" + call.sql[0] + " ORDER BY " + order_key(call.sql[1], call.type(1)) + order + ")" +
         call.suffix(call.sql[1] + " IS NOT NULL") + ", 1, " + call.sql[2] + ")";
}
std::string lower_max_by(const LowerCall& call) { return extreme_by("max", call); }
std::string lower_min_by(const LowerCall& call) { return extreme_by("min", call); }

CallTypes collect_types(const CallShape& shape) {
  return {{shape.type(0)}, DataType::array(shape.type(0), false), false};
}

std::string empty_list(const LowerCall& call) { return "CAST([] AS " + duckdb_type(call.result) + ")"; }
std::string lower_collect_list(const LowerCall& call) {
  if (!call.over) {
    const std::string order = call.order_by.empty() ? "" : " " + call.order_by;
    return "coalesce(list(" + call.distinct + call.sql[0] + order + ")" + call.suffix(call.sql[0] + " IS NOT NULL") +
           ", " + empty_list(call) + ")";
  }
  return "coalesce(list_filter(list(" + call.sql[0] + ")" + call.suffix() + ", lambda item: item IS NOT NULL), " +
         empty_list(call) + ")";
}
std::string lower_collect_set(const LowerCall& call) {
  if (!call.over)
    return "coalesce(list(DISTINCT " + call.sql[0] + ")" + call.suffix(call.sql[0] + " IS NOT NULL") + ", " +
           empty_list(call) + ")";
  return "coalesce(list_distinct(list(" + call.sql[0] + ")" + call.suffix() + "), " + empty_list(call) + ")";
}

std::string real_text(double value) {
  std::array<char, 40> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  std::string shown(text.data(), end);
  return shown.find_first_of(".en") == std::string::npos ? shown + ".0" : shown;
}

/// The parts asked for are constants between 0 and 1.
void check_percentages(const CallShape& shape, std::size_t i) {
  const bool many = shape.type(i).is(TypeKind::Array);
  const types::Value* value = shape.constant(i);
  if (!shape.is_foldable(i)) {
    Misfit misfit = Misfit::not_foldable(shape, i, "percentage");
    misfit.actual = many ? DataType::array(TypeKind::Double, shape.type(i).contains_null()) : DataType(TypeKind::Double);
    throw misfit;
  }
  if (value != nullptr && value->is_null()) throw Misfit{Misfit::Why::IsNull, i, "percentage"};
  const auto check = [](const CallShape& parts, std::size_t at) {
    const auto part = parts.number(at);
    if (part && !(*part >= 0 && *part <= 1))
      throw Misfit::out_of_range("percentage", "[0.0, 1.0]", real_text(*part) + "D");
  };
  check(shape, i);
  if (const auto* array = std::get_if<plan::bound::Call>(&shape.arguments[i]->node)) {
    for (std::size_t at = 0; many && at < array->arguments.size(); ++at) check({array->arguments, shape.policy}, at);
  }
}

bool is_percentile_value(const DataType& type) {
  return type.is_numeric() || type.is_text() || type.is(TypeKind::DayTimeInterval) ||
         type.is(TypeKind::YearMonthInterval) || type.is(TypeKind::Null);
}

/// percentile(x, p[, frequency]) with one p or an array of them.
CallTypes percentile_types(const CallShape& shape) {
  const DataType& type = shape.type(0);
  if (!is_percentile_value(type))
    throw Misfit{Misfit::Why::Input, 0, "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\")"};
  const DataType value = type.is_interval() ? type : DataType(TypeKind::Double);
  const bool many = shape.size() > 1 && shape.type(1).is(TypeKind::Array);
  const DataType out = type.is_interval() ? whole_interval(type) : value;
  CallTypes types{{value}, many ? DataType::array(out, false) : out, true};
  if (shape.size() > 1) {
    if (!many && !shape.type(1).is_numeric() && !shape.type(1).is_text() && !shape.type(1).is(TypeKind::Null))
      throw Misfit{Misfit::Why::Input, 1, "(\"DOUBLE\" or \"ARRAY<DOUBLE>\")"};
    check_percentages(shape, 1);
    types.arguments.push_back(many ? DataType::array(TypeKind::Double, false) : DataType(TypeKind::Double));
  }
  if (shape.size() > 2) {
    if (!shape.type(2).is_integral()) throw Misfit{Misfit::Why::Input, 2, "\"INTEGRAL\""};
    types.arguments.push_back(TypeKind::Long);
  }
  return types;
}

/// In falling order the part is counted from the other end.
std::string part_from_end(const LowerCall& call) {
  if (!call.is_descending) return call.sql[1];
  return call.type(1).is(TypeKind::Array) ? "list_transform(" + call.sql[1] + ", lambda part: 1.0::DOUBLE - part)"
                                          : "(1.0::DOUBLE - " + call.sql[1] + ")";
}

std::string quantile(const LowerCall& call, const std::string& p) {
  const bool interval = call.type(0).is_interval();
  const std::string value = interval ? "CAST(" + call.sql[0] + " AS DOUBLE)" : call.sql[0];
  std::string text;
  if (call.size() > 2) {
    text = "lab_weighted_percentile(list({'f0': " + value + ", 'f1': " + call.sql[2] + "})" +
           call.suffix(call.sql[0] + " IS NOT NULL AND " + call.sql[2] + " IS NOT NULL") + ", " + p + ")";
  } else {
    text = "quantile_cont(" + call.distinct + value + ", " + p + ")" + call.suffix();
  }
  return interval ? "CAST(" + text + " AS " + duckdb_type(call.result) + ")" : text;
}
std::string lower_percentile(const LowerCall& call) { return quantile(call, part_from_end(call)); }
std::string lower_median(const LowerCall& call) { return quantile(call, "0.5"); }

/// A value that occurs is not found by counting from the other end: a part below zero tells DuckDB to count in falling order, and
/// nothing of it is the first value.
std::string lower_percentile_disc(const LowerCall& call) {
  const auto falling = [](const std::string& part) { return "-greatest(" + part + ", 1e-300::DOUBLE)"; };
  std::string part = call.sql[1];
  if (call.is_descending) part = call.type(1).is(TypeKind::Array) ? "list_transform(" + part + ", lambda part: " + falling("part") + ")" : "(" + falling(part) + ")";
  return "quantile_disc(" + call.distinct + call.sql[0] + ", " + part + ")" + call.suffix();
}

/// approx_percentile(x, p[, accuracy]) keeps the type of x and answers with a value that occurs.
CallTypes approx_percentile_types(const CallShape& shape) {
  DataType type = shape.type(0);
  if (type.is_text() || type.is(TypeKind::Null)) type = TypeKind::Double;
  if (!type.is_numeric() && !type.is_datetime() && !type.is_interval())
    throw Misfit{Misfit::Why::Input, 0,
                 "(\"NUMERIC\" or \"DATE\" or \"TIMESTAMP\" or \"TIMESTAMP_NTZ\" or \"INTERVAL YEAR TO MONTH\" or "
                 "\"INTERVAL DAY TO SECOND\")"};
  const bool many = shape.type(1).is(TypeKind::Array);
  check_percentages(shape, 1);
  CallTypes types{{type, many ? DataType::array(TypeKind::Double, false) : DataType(TypeKind::Double)},
                  many ? DataType::array(type, false) : type,
                  true};
  if (shape.size() > 2) {
    const types::Value* accuracy = shape.constant(2);
    if (!shape.is_foldable(2)) {
      Misfit misfit = Misfit::not_foldable(shape, 2, "accuracy");
      misfit.actual = TypeKind::Long;
      throw misfit;
    }
    if (accuracy != nullptr && accuracy->is_null()) throw Misfit{Misfit::Why::IsNull, 2, "accuracy"};
    const auto number = shape.number(2);
    if (number && (*number <= 0 || *number > 2147483647))
      throw Misfit::out_of_range("accuracy", "(0, 2147483647]", std::to_string(static_cast<std::int64_t>(*number)) + "L");
    types.arguments.push_back(TypeKind::Long);
  }
  return types;
}

CallTypes bits_types(const CallShape& shape) {
  if (!shape.type(0).is_integral()) throw Misfit{Misfit::Why::Input, 0, "\"INTEGRAL\""};
  return {{shape.type(0)}, shape.type(0), true};
}

/// mode(x), mode(x, true) for the least of the most frequent, mode() WITHIN GROUP (ORDER BY x) for the first of them.
CallTypes mode_types(const CallShape& shape) {
  if (shape.size() == 1) return {{shape.type(0)}, shape.type(0), true};
  if (!shape.policy.is_spark4) throw Misfit{Misfit::Why::NumArguments, 0, "1"};
  if (!shape.type(1).is(TypeKind::Boolean)) throw Misfit{Misfit::Why::Input, 1, "\"BOOLEAN\""};
  if (!shape.is_foldable(1)) throw Misfit::not_foldable(shape, 1, "deterministic");
  return {{shape.type(0), TypeKind::Boolean}, shape.type(0), true};
}

std::string lower_mode(const LowerCall& call) {
  const types::Value* deterministic = call.constant(1);
  const bool is_ordered = !call.order_by.empty() || (deterministic != nullptr && !deterministic->is_null() && deterministic->boolean());
  if (!is_ordered) return "lab_most_frequent(histogram(" + call.distinct + call.sql[0] + ")" + call.suffix() + ")";
  const std::string top = "list_max(list_transform(entries, lambda entry: entry.value))";
  const std::string most = "list_transform(list_filter(entries, lambda entry: entry.value = top), lambda entry: entry.key)";
  return "list_transform([map_entries(histogram(" + call.distinct + call.sql[0] + ")" + call.suffix() +
         ")], lambda entries: list_transform([" + top + "], lambda top: " +
         (call.is_descending ? "list_max(" : "list_min(") + most + "))[1])[1]";
}

CallTypes listagg_types(const CallShape& shape) {
  const DataType type = shape.type(0).is(TypeKind::Binary) ? DataType(TypeKind::Binary) : DataType(TypeKind::String);
  const auto is_nested = [](const DataType& given) { return given.is(TypeKind::Array) || given.is(TypeKind::Map) || given.is(TypeKind::Struct); };
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (is_nested(shape.type(i))) throw Misfit{Misfit::Why::Input, i, "(\"STRING\" or \"BINARY\")"};
  const bool joins_binary_with_text = shape.size() > 1 && !shape.type(1).is(TypeKind::Null) && !shape.type(0).is(TypeKind::Null) &&
                                      shape.type(0).is(TypeKind::Binary) != shape.type(1).is(TypeKind::Binary);
  if (joins_binary_with_text) throw Misfit{.why = Misfit::Why::DifferentTypes, .promoted = {shape.type(0), shape.type(1)}};
  if (shape.size() > 1 && !shape.is_foldable(1)) throw Misfit::not_foldable(shape, 1, "delimiter");
  return {std::vector<DataType>(shape.size(), type), type, true};
}
std::string lower_listagg(const LowerCall& call) {
  // NULL separates as nothing does.
  const bool binary = call.result.is(TypeKind::Binary);
  const std::string nothing = binary ? "''::BLOB" : "''";
  const std::string separator = call.size() > 1 ? "coalesce(" + call.sql[1] + ", " + nothing + ")" : nothing;
  const std::string order = call.order_by.empty() ? "" : " " + call.order_by;
  const std::string values = "list(" + call.sql[0] + order + ")" + call.suffix(call.sql[0] + " IS NOT NULL");
  if (!binary && call.distinct.empty()) return "string_agg(" + call.sql[0] + ", " + separator + order + ")" + call.suffix();
  // Of equal values the first stays where it stands; DuckDB would order distinct ones by themselves alone.
  const std::string kept = call.distinct.empty() ? values
                                                 : "list_transform([" + values + "], lambda items: list_select(items, lab_distinct_indices(items)))[1]";
  return "list_reduce(" + kept + ", lambda joined, item: joined || " + separator + " || item)";
}

CallTypes grouping_types(const CallShape& shape) { return {{shape.type(0)}, TypeKind::Byte, false}; }
CallTypes grouping_id_types(const CallShape& shape) {
  CallTypes types{{}, TypeKind::Long, false};
  for (std::size_t i = 0; i < shape.size(); ++i) types.arguments.push_back(shape.type(i));
  return types;
}

constexpr auto kAggregate = FunctionKind::Aggregate;
constexpr auto kAlways = Nullability::Always;
constexpr auto kNever = Nullability::Never;

constexpr FunctionRow kAggregateTable[] = {
    {.name = "any", .alias_of = "bool_or"},
    {.name = "any_value",
     .signature = "(value: any, ignore_nulls?: boolean) -> any",
     .kind = kAggregate,
     .lower = &lower_first,
     .types = &same_nullable,
     .doc = "Some value."},
    {.name = "approx_count_distinct",
     .signature = "(value: any, error?: double) -> bigint",
     .kind = kAggregate,
     .sql = "coalesce(approx_count_distinct($1)$f, 0)",
     .nullability = kNever,
     .doc = "Estimated number of distinct values."},
    {.name = "approx_percentile",
     .signature = "(value: any, percentage: any, accuracy?: any) -> any",
     .kind = kAggregate,
     .sql = "quantile_disc($d$1, $2)$f",
     .types = &approx_percentile_types,
     .doc = "A value below which that part of the values lies."},
    {.name = "array_agg", .alias_of = "collect_list"},
    {.name = "avg",
     .signature = "(value: any) -> any",
     .kind = kAggregate,
     .lower = &lower_avg,
     .types = &avg_types,
     .nullability = kAlways,
     .doc = "Mean."},
    {.name = "bit_and",
     .signature = "(value: any) -> any",
     .kind = kAggregate,
     .sql = "bit_and($d$1)$f",
     .types = &bits_types,
     .nullability = kAlways,
     .doc = "Bitwise and of all."},
    {.name = "bit_or",
     .signature = "(value: any) -> any",
     .kind = kAggregate,
     .sql = "bit_or($d$1)$f",
     .types = &bits_types,
     .nullability = kAlways,
     .doc = "Bitwise or of all."},
    {.name = "bit_xor",
     .signature = "(value: any) -> any",
     .kind = kAggregate,
     .sql = "bit_xor($d$1)$f",
     .types = &bits_types,
     .nullability = kAlways,
     .doc = "Bitwise exclusive or of all."},
    {.name = "bool_and",
     .signature = "(value: boolean) -> boolean",
     .kind = kAggregate,
     .sql = "bool_and($1)$f",
     .nullability = kAlways,
     .doc = "All are true."},
    {.name = "bool_or",
     .signature = "(value: boolean) -> boolean",
     .kind = kAggregate,
     .sql = "bool_or($1)$f",
     .nullability = kAlways,
     .doc = "One is true."},
    {.name = "collect_list",
     .signature = "(value: any) -> any",
     .kind = kAggregate,
     .lower = &lower_collect_list,
     .types = &collect_types,
     .nullability = kNever,
     .doc = "All values that are not NULL."},
    {.name = "collect_set",
     .signature = "(value: any) -> any",
     .kind = kAggregate,
     .lower = &lower_collect_set,
     .types = &collect_types,
     .nullability = kNever,
     .doc = "The distinct values that are not NULL."},
    {.name = "corr",
     .signature = "(a: double, b: double) -> double",
     .kind = kAggregate,
     .sql = "lab_corr($1, $2)$f",
     .nullability = kAlways,
     .doc = "Pearson's correlation."},
    {.name = "count",
     .signature = "(values: any...) -> bigint",
     .kind = kAggregate,
     .lower = &lower_count,
     .types = &count_types,
     .nullability = kNever,
     .doc = "Rows where no argument is NULL."},
    {.name = "count_if",
     .signature = "(condition: boolean) -> bigint",
     .kind = kAggregate,
     .sql = "CAST(coalesce(count_if($d$1)$f, 0) AS BIGINT)",
     .nullability = kNever,
     .doc = "Rows where the condition holds."},
    {.name = "covar_pop",
     .signature = "(a: double, b: double) -> double",
     .kind = kAggregate,
     .sql = "lab_covar_pop($1, $2)$f",
     .nullability = kAlways,
     .doc = "Population covariance."},
    {.name = "covar_samp",
     .signature = "(a: double, b: double) -> double",
     .kind = kAggregate,
     .sql = "lab_covar_samp($1, $2)$f",
     .nullability = kAlways,
     .doc = "Sample covariance."},
    {.name = "every", .alias_of = "bool_and"},
    {.name = "first",
     .signature = "(value: any, ignore_nulls?: boolean) -> any",
     .kind = kAggregate,
     .lower = &lower_first,
     .types = &same_nullable,
     .doc = "First value."},
    {.name = "first_value", .alias_of = "first"},
    {.name = "grouping",
     .signature = "(column: any) -> tinyint",
     .kind = kAggregate,
     .sql = "$1",
     .types = &grouping_types,
     .nullability = kNever,
     .doc = "1 where the grouping set leaves the column out."},
    {.name = "grouping_id",
     .signature = "(columns: any...?) -> bigint",
     .kind = kAggregate,
     .sql = "$*",
     .types = &grouping_id_types,
     .nullability = kNever,
     .doc = "Bits of the columns that the grouping set leaves out."},
    {.name = "kurtosis",
     .signature = "(value: double) -> double",
     .kind = kAggregate,
     .native = "lab_kurtosis",
     .nullability = kAlways,
     .doc = "Excess kurtosis of the population."},
    {.name = "last",
     .signature = "(value: any, ignore_nulls?: boolean) -> any",
     .kind = kAggregate,
     .lower = &lower_last,
     .types = &same_nullable,
     .doc = "Last value."},
    {.name = "last_value", .alias_of = "last"},
    {.name = "listagg",
     .signature = "(value: any, separator?: any) -> any",
     .kind = kAggregate,
     .lower = &lower_listagg,
     .types = &listagg_types,
     .nullability = kAlways,
     .within_group = WithinGroup::Order,
     .since_version = Since::Spark4Only,
     .doc = "Values joined by a separator."},
    {.name = "max",
     .signature = "(value: any) -> any",
     .kind = kAggregate,
     .lower = &lower_max,
     .types = &extreme_types,
     .nullability = kAlways,
     .doc = "Greatest value."},
    {.name = "max_by",
     .signature = "(value: any, by: any, k?: int) -> any",
     .kind = kAggregate,
     .lower = &lower_max_by,
     .types = &extreme_by_types,
     .nullability = kAlways,
     .doc = "Value of the row with the greatest second argument."},
    {.name = "mean", .alias_of = "avg"},
    {.name = "median",
     .signature = "(value: any) -> any",
     .kind = kAggregate,
     .lower = &lower_median,
     .types = &percentile_types,
     .nullability = kAlways,
     .doc = "Median."},
    {.name = "min",
     .signature = "(value: any) -> any",
     .kind = kAggregate,
     .lower = &lower_min,
     .types = &extreme_types,
     .nullability = kAlways,
     .doc = "Least value."},
    {.name = "min_by",
     .signature = "(value: any, by: any, k?: int) -> any",
     .kind = kAggregate,
     .lower = &lower_min_by,
     .types = &extreme_by_types,
     .nullability = kAlways,
     .doc = "Value of the row with the least second argument."},
    {.name = "mode",
     .signature = "(value: any, deterministic?: boolean) -> any",
     .kind = kAggregate,
     .lower = &lower_mode,
     .types = &mode_types,
     .nullability = kAlways,
     .within_group = WithinGroup::Value,
     .doc = "Most frequent value."},
    {.name = "percentile",
     .signature = "(value: any, percentage: any, frequency?: any) -> any",
     .kind = kAggregate,
     .lower = &lower_percentile,
     .types = &percentile_types,
     .nullability = kAlways,
     .doc = "Exact percentile, interpolated."},
    {.name = "percentile_approx", .alias_of = "approx_percentile"},
    {.name = "percentile_cont",
     .signature = "(value: any, percentage: any) -> any",
     .kind = kAggregate,
     .lower = &lower_percentile,
     .types = &percentile_types,
     .nullability = kAlways,
     .within_group = WithinGroup::Value,
     .doc = "Exact percentile, interpolated."},
    {.name = "percentile_disc",
     .signature = "(value: any, percentage: any) -> any",
     .kind = kAggregate,
     .lower = &lower_percentile_disc,
     .types = &percentile_types,
     .nullability = kAlways,
     .within_group = WithinGroup::Value,
     .doc = "Exact percentile that occurs."},
    {.name = "regr_avgx",
     .signature = "(y: double, x: double) -> double",
     .kind = kAggregate,
     .sql = "regr_avgx($1, $2)$f",
     .nullability = kAlways,
     .doc = "Mean of x."},
    {.name = "regr_avgy",
     .signature = "(y: double, x: double) -> double",
     .kind = kAggregate,
     .sql = "regr_avgy($1, $2)$f",
     .nullability = kAlways,
     .doc = "Mean of y."},
    {.name = "regr_count",
     .signature = "(y: double, x: double) -> bigint",
     .kind = kAggregate,
     .sql = "CAST(regr_count($1, $2)$f AS BIGINT)",
     .nullability = kNever,
     .doc = "Pairs without NULL."},
    {.name = "regr_intercept",
     .signature = "(y: double, x: double) -> double",
     .kind = kAggregate,
     .sql = "regr_intercept($1, $2)$f",
     .nullability = kAlways,
     .doc = "Intercept of the line of best fit."},
    {.name = "regr_r2",
     .signature = "(y: double, x: double) -> double",
     .kind = kAggregate,
     .sql = "regr_r2($1, $2)$f",
     .nullability = kAlways,
     .doc = "Coefficient of determination."},
    {.name = "regr_slope",
     .signature = "(y: double, x: double) -> double",
     .kind = kAggregate,
     .sql = "regr_slope($1, $2)$f",
     .nullability = kAlways,
     .doc = "Slope of the line of best fit."},
    {.name = "regr_sxx",
     .signature = "(y: double, x: double) -> double",
     .kind = kAggregate,
     .sql = "regr_sxx($1, $2)$f",
     .nullability = kAlways,
     .doc = "Sum of squares of x."},
    {.name = "regr_sxy",
     .signature = "(y: double, x: double) -> double",
     .kind = kAggregate,
     .sql = "regr_sxy($1, $2)$f",
     .nullability = kAlways,
     .doc = "Sum of products."},
    {.name = "regr_syy",
     .signature = "(y: double, x: double) -> double",
     .kind = kAggregate,
     .sql = "regr_syy($1, $2)$f",
     .nullability = kAlways,
     .doc = "Sum of squares of y."},
    {.name = "skewness",
     .signature = "(value: double) -> double",
     .kind = kAggregate,
     .native = "lab_skewness",
     .nullability = kAlways,
     .doc = "Skewness of the population."},
    {.name = "some", .alias_of = "bool_or"},
    {.name = "std", .alias_of = "stddev"},
    {.name = "stddev",
     .signature = "(value: double) -> double",
     .kind = kAggregate,
     .sql = "lab_stddev_samp($d$1)$f",
     .nullability = kAlways,
     .doc = "Sample standard deviation."},
    {.name = "stddev_pop",
     .signature = "(value: double) -> double",
     .kind = kAggregate,
     .sql = "lab_stddev_pop($d$1)$f",
     .nullability = kAlways,
     .doc = "Population standard deviation."},
    {.name = "stddev_samp", .alias_of = "stddev"},
    {.name = "string_agg", .since_version = Since::Spark4Only, .alias_of = "listagg"},
    {.name = "sum",
     .signature = "(value: any) -> any",
     .kind = kAggregate,
     .lower = &lower_sum,
     .types = &sum_types,
     .nullability = kAlways,
     .doc = "Sum."},
    {.name = "try_avg",
     .signature = "(value: any) -> any",
     .kind = kAggregate,
     .lower = &lower_try_avg,
     .types = &avg_types,
     .nullability = kAlways,
     .doc = "Mean, NULL on overflow."},
    {.name = "try_sum",
     .signature = "(value: any) -> any",
     .kind = kAggregate,
     .lower = &lower_try_sum,
     .types = &sum_types,
     .nullability = kAlways,
     .doc = "Sum, NULL on overflow."},
    {.name = "var_pop",
     .signature = "(value: double) -> double",
     .kind = kAggregate,
     .sql = "lab_var_pop($d$1)$f",
     .nullability = kAlways,
     .doc = "Population variance."},
    {.name = "var_samp",
     .signature = "(value: double) -> double",
     .kind = kAggregate,
     .sql = "lab_var_samp($d$1)$f",
     .nullability = kAlways,
     .doc = "Sample variance."},
    {.name = "variance", .alias_of = "var_samp"},
};
static_assert(are_rows_in_order(kAggregateTable));

}  // namespace

constinit const Rows kAggregateRows = kAggregateTable;

}  // namespace lab::functions
