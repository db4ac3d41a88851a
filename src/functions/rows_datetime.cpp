#include <algorithm>
#include <array>
#include <cctype>

#include "functions/cast_rules.h"
#include "functions/common_type.h"
#include "functions/conditions.h"
#include "functions/duckdb_type.h"
#include "functions/misfit.h"
#include "functions/rows.h"

namespace lab::functions {

using types::TypeKind;

namespace {

std::string now_sql(const LowerCall& call) {
  return "make_timestamptz(" + std::to_string(call.policy.now_micros) + ")";
}

std::string lower_current_timestamp(const LowerCall& call) { return now_sql(call); }
std::string lower_current_date(const LowerCall& call) {
  return "lab_timestamp_to_date(" + now_sql(call) + ", " + call.zone() + ")";
}
std::string lower_local_timestamp(const LowerCall& call) {
  return "lab_to_ntz(" + now_sql(call) + ", " + call.zone() + ")";
}
std::string lower_current_timezone(const LowerCall& call) { return call.zone(); }

/// Clock fields take any datetime; a TIMESTAMP_NTZ has no zone.
CallTypes clock_types(const CallShape& shape) {
  const DataType& type = shape.type(0);
  if (type.is(TypeKind::TimestampNtz)) return {{type}, TypeKind::Int, {}};
  if (type.is_datetime() || type.is_text() || type.is(TypeKind::Null))
    return {{TypeKind::Timestamp}, TypeKind::Int, {}};
  throw Misfit{Misfit::Why::Input, 0, "\"TIMESTAMP\""};
}

std::string zone_of(const LowerCall& call, std::size_t i) {
  return call.type(i).is(TypeKind::TimestampNtz) ? "'UTC'" : call.zone();
}
std::string lower_hour(const LowerCall& call) { return "lab_hour(" + call.sql[0] + ", " + zone_of(call, 0) + ")"; }
std::string lower_minute(const LowerCall& call) { return "lab_minute(" + call.sql[0] + ", " + zone_of(call, 0) + ")"; }
std::string lower_second(const LowerCall& call) { return "lab_second(" + call.sql[0] + ", " + zone_of(call, 0) + ")"; }

/// `extract(field FROM x)` and date_part: the field is a constant and decides.
struct DateField {
  std::string_view names;  ///< separated by blanks
  std::string_view sql;    ///< of a date `$d` or an instant `$t` with zone `$z`
  bool of_date = true;
  bool decimal = false;
};
constexpr std::array<DateField, 14> kDateFields{{
    {" year y years yr yrs ", "CAST(year($d) AS INTEGER)"},
    {" yearofweek ", "CAST(isoyear($d) AS INTEGER)"},
    {" quarter qtr ", "CAST(quarter($d) AS INTEGER)"},
    {" month mon mons months ", "CAST(month($d) AS INTEGER)"},
    {" week w weeks ", "CAST(weekofyear($d) AS INTEGER)"},
    {" day d days ", "CAST(day($d) AS INTEGER)"},
    {" dayofweek dow ", "CAST(dayofweek($d) + 1 AS INTEGER)"},
    {" dayofweek_iso dow_iso ", "CAST(isodow($d) AS INTEGER)"},
    {" doy ", "CAST(dayofyear($d) AS INTEGER)"},
    {" dayofyear ", "CAST(dayofyear($d) AS INTEGER)"},
    {" hour h hours hr hrs ", "lab_hour($t, $z)", false},
    {" minute m min mins minutes ", "lab_minute($t, $z)", false},
    {" second s sec seconds secs ",
     "CAST(CAST(lab_second_micros($t, $z) AS DECIMAL(9,0)) * 0.000001::DECIMAL(7,6) AS DECIMAL(8,6))", false, true},
    {" timezone ", "", false},
}};

std::string lower_name(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

const DateField* find_field(const types::Value* value) {
  if (value == nullptr || value->is_null()) return nullptr;
  const std::string wanted = " " + lower_name(value->text()) + " ";
  const auto* found = std::ranges::find_if(
      kDateFields, [&](const DateField& field) { return field.names.find(wanted) != std::string_view::npos; });
  return found == kDateFields.end() || found->sql.empty() ? nullptr : found;
}

/// Fields that an interval has.
bool interval_has(const DataType& interval, const DateField& field) {
  const auto is = [&](std::string_view name) { return field.names.find(name) != std::string_view::npos; };
  const bool of_months = is(" year ") || is(" month "), of_day = is(" day ") || is(" hour ") || is(" minute ") || is(" second ");
  if (interval.is(TypeKind::YearMonthInterval)) return of_months;
  if (interval.is(TypeKind::DayTimeInterval)) return of_day;
  return of_months || of_day;
}

CallTypes date_part_types(const CallShape& shape) {
  const types::Value* name = shape.constant(0);
  const DataType& type = shape.type(1);
  if (name == nullptr) {
    if (!shape.policy.is_spark4) throw Misfit::named(conditions::kFieldNotFoldable3, {{"argName", "field"}, {"funcName", "date_part"}});
    throw Misfit::named(conditions::kNonFoldableArgument,
                        {{"funcName", "`date_part`"}, {"paramName", "`field`"}, {"paramType", "\"STRING\""}});
  }
  if (name->is_null()) return {{TypeKind::String, type}, TypeKind::Double, true};
  const DateField* field = find_field(name);
  if (field == nullptr || (type.is_interval() && !interval_has(type, *field))) {
    throw Misfit::named(conditions::kInvalidExtractField,
                        {{"field", "`" + name->text() + "`"}, {"expr", "\"" + shape.display(1) + "\""}});
  }
  const DataType result = field->decimal ? DataType::decimal(8, 6) : DataType(TypeKind::Int);
  if (type.is_interval()) {
    const bool small = field->names.find(" month ") != std::string_view::npos ||
                       field->names.find(" hour ") != std::string_view::npos ||
                       field->names.find(" minute ") != std::string_view::npos;
    return {{TypeKind::String, type}, small ? DataType(TypeKind::Byte) : result, {}};
  }
  if (field->of_date && type.is(TypeKind::Date)) return {{TypeKind::String, type}, result, {}};
  if (type.is(TypeKind::TimestampNtz)) return {{TypeKind::String, type}, result, {}};
  return {{TypeKind::String, TypeKind::Timestamp}, result, {}};
}

std::string lower_interval_part(const LowerCall& call, const DateField& field) {
  const DataType& type = call.type(1);
  const std::string name = "'" + std::string(field.names.substr(1, field.names.find(' ', 1) - 1)) + "'";
  if (type.is(TypeKind::YearMonthInterval)) {
    return "CAST(lab_interval_part_months(" + name + ", " + call.sql[1] + ") AS " + duckdb_type(call.result) + ")";
  }
  if (field.decimal) {
    const std::string micros =
        type.is(TypeKind::DayTimeInterval) ? call.sql[1] : "struct_extract(" + call.sql[1] + ", 'f2')";
    return "CAST(CAST(" + micros + " % 60000000 AS DECIMAL(9,0)) * 0.000001::DECIMAL(7,6) AS DECIMAL(8,6))";
  }
  return std::string(type.is(TypeKind::DayTimeInterval) ? "lab_interval_part_micros(" : "lab_interval_part(") + name +
         ", " + call.sql[1] + ")";
}

std::string lower_date_part(const LowerCall& call) {
  if (call.constant(0)->is_null()) return "CAST(NULL AS DOUBLE)";
  const DateField& field = *find_field(call.constant(0));
  if (call.type(1).is_interval()) return lower_interval_part(call, field);
  const std::string zone = zone_of(call, 1);
  std::string text(field.sql);
  const auto put = [&](std::string_view key, const std::string& value) {
    if (const auto at = text.find(key); at != std::string::npos) text.replace(at, key.size(), value);
  };
  const std::string date =
      call.type(1).is(TypeKind::Date) ? call.sql[1] : "lab_timestamp_to_date(" + call.sql[1] + ", " + zone + ")";
  put("$d", date);
  put("$t", call.sql[1]);
  put("$z", zone);
  return text;
}

/// Which parser reads and writes by a pattern, as a literal.
std::string parser(const LowerCall& call) { return text_literal(call.policy.time_parser); }

std::string lower_date_format(const LowerCall& call) {
  return "lab_date_format(" + call.sql[0] + ", " + call.sql[1] + ", " + call.zone() + ", " + parser(call) + ")";
}

/// to_date(x): a cast; to_date(x, format): a parse whose failure is NULL, or raises in ANSI mode.
CallTypes to_date_types(const CallShape& shape) {
  if (shape.size() == 1) {
    const DataType& type = shape.type(0);
    if (type.is_datetime() || type.is_text() || type.is(TypeKind::Null)) return {{TypeKind::Date}, TypeKind::Date, {}};
    // What is no text is read as the text that it prints as.
    if (!implicit_type(type, TypeKind::String, shape.policy))
      throw Misfit{Misfit::Why::Input, 0, "(\"STRING\" or \"DATE\" or \"TIMESTAMP\" or \"TIMESTAMP_NTZ\")"};
    return {{TypeKind::String}, TypeKind::Date, shape.policy.ansi ? std::nullopt : std::optional(true)};
  }
  const DataType from = shape.type(0).is_datetime() ? DataType(TypeKind::Date) : DataType(TypeKind::String);
  return {{from, TypeKind::String}, TypeKind::Date, shape.policy.ansi ? std::nullopt : std::optional(true)};
}

std::string lower_to_date_as(const LowerCall& call, bool raises) {
  if (call.type(0).is(TypeKind::Date)) return call.sql[0];
  if (call.size() == 1)
    return lower_cast(call.sql[0], TypeKind::String, TypeKind::Date, raises ? CastMode::Ansi : CastMode::Try,
                      call.policy.time_zone);
  return "lab_parse_date(" + call.sql[0] + ", " + call.sql[1] + ", " + (raises ? "true" : "false") + ", " + parser(call) + ")";
}
std::string lower_to_date(const LowerCall& call) { return lower_to_date_as(call, call.ansi); }
std::string lower_try_to_date(const LowerCall& call) { return lower_to_date_as(call, false); }

template <TypeKind Result>
CallTypes to_timestamp_types(const CallShape& shape) {
  const DataType& type = shape.type(0);
  if (shape.size() == 1) {
    if (!can_cast(type, Result, shape.policy.ansi ? CastMode::Ansi : CastMode::Legacy))
      throw Misfit{Misfit::Why::Input, 0, "(\"STRING\" or \"DATE\" or \"TIMESTAMP\")"};
    return {{Result}, Result, {}};
  }
  if (type.is_datetime()) return {{Result, TypeKind::String}, Result, {}};
  return {{TypeKind::String, TypeKind::String}, Result, shape.policy.ansi ? std::nullopt : std::optional(true)};
}

/// A try form takes the text as it is: its cast must not raise before.
CallTypes try_to_timestamp_types(const CallShape& shape) {
  if (shape.size() == 1 && shape.type(0).is_text()) return {{TypeKind::String}, TypeKind::Timestamp, true};
  return to_timestamp_types<TypeKind::Timestamp>(shape);
}

std::string parse_timestamp(const LowerCall& call, bool raises) {
  const bool ntz = call.result.is(TypeKind::TimestampNtz);
  const std::string zone = ntz ? "'UTC'" : call.zone();
  if (!call.type(0).is_text()) return call.sql[0];
  if (call.size() == 1)
    return lower_cast(call.sql[0], TypeKind::String, call.result, raises ? CastMode::Ansi : CastMode::Try,
                      call.policy.time_zone);
  return std::string(ntz ? "lab_parse_timestamp_ntz(" : "lab_parse_timestamp(") + call.sql[0] + ", " + call.sql[1] +
         ", " + zone + ", " + (raises ? "true" : "false") + ", " + parser(call) + ")";
}
std::string lower_to_timestamp(const LowerCall& call) { return parse_timestamp(call, call.ansi); }
std::string lower_try_to_timestamp(const LowerCall& call) { return parse_timestamp(call, false); }

/// unix_timestamp([x[, format]]): seconds of now, of a date or instant, or of a text.
CallTypes unix_timestamp_types(const CallShape& shape) {
  if (shape.size() == 0) return {{}, TypeKind::Long, false};
  const DataType& type = shape.type(0);
  const DataType from = type.is(TypeKind::TimestampNtz) ? type
                        : type.is_datetime()            ? DataType(TypeKind::Timestamp)
                                                        : DataType(TypeKind::String);
  CallTypes types{
      {from},
      TypeKind::Long,
      type.is_datetime() ? std::nullopt : std::optional(!shape.policy.ansi || shape.arguments[0]->nullable)};
  if (shape.size() == 2) types.arguments.push_back(TypeKind::String);
  return types;
}

std::string lower_unix_timestamp(const LowerCall& call) {
  if (call.size() == 0) return "CAST(" + std::to_string(call.policy.now_micros / 1000000) + " AS BIGINT)";
  std::string instant = call.sql[0];
  if (call.type(0).is_text()) {
    instant = "lab_parse_timestamp(" + call.sql[0] + ", " + (call.size() > 1 ? call.sql[1] : "'yyyy-MM-dd HH:mm:ss'") +
              ", " + call.zone() + ", " + (call.ansi ? "true" : "false") + ", " + parser(call) + ")";
  }
  return "lab_unix_seconds_cut(" + instant + ")";
}

std::string lower_from_unixtime(const LowerCall& call) {
  return "lab_date_format(lab_timestamp_seconds(" + call.sql[0] + "), " +
         (call.size() > 1 ? call.sql[1] : "'yyyy-MM-dd HH:mm:ss'") + ", " + call.zone() + ", " + parser(call) + ")";
}

CallTypes timestamp_seconds_types(const CallShape& shape) {
  const DataType& type = shape.type(0);
  if (type.is_integral()) return {{TypeKind::Long}, TypeKind::Timestamp, {}};
  if (type.is(TypeKind::Decimal)) return {{DataType::decimal(38, 6)}, TypeKind::Timestamp, {}};
  if (type.is_numeric() || type.is_text() || type.is(TypeKind::Null))
    return {{TypeKind::Double}, TypeKind::Timestamp, true};
  throw Misfit{Misfit::Why::Input, 0, "\"NUMERIC\""};
}

std::string lower_timestamp_seconds(const LowerCall& call) {
  if (call.type(0).is(TypeKind::Decimal))
    return "make_timestamptz(CAST(CAST(" + call.sql[0] + " AS DECIMAL(20,6)) * 1000000 AS BIGINT))";
  return "lab_timestamp_seconds(" + call.sql[0] + ")";
}

std::string lower_months_between(const LowerCall& call) {
  return "lab_months_between(" + call.sql[0] + ", " + call.sql[1] + ", " + (call.size() > 2 ? call.sql[2] : "true") +
         ", " + call.zone() + ")";
}

/// date_trunc(unit, instant).
CallTypes date_trunc_types(const CallShape& shape) {
  const DataType type = shape.type(1).is(TypeKind::TimestampNtz) ? shape.type(1) : DataType(TypeKind::Timestamp);
  return {{TypeKind::String, type}, type, true};
}
std::string lower_date_trunc(const LowerCall& call) {
  return "lab_date_trunc(" + call.sql[0] + ", " + call.sql[1] + ", " + zone_of(call, 1) + ")";
}

bool is_whole_number(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  return !text.empty() && text.size() < 11 &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

constexpr const char* kDayCount = "(\"INT\" or \"SMALLINT\" or \"TINYINT\")";

/// date_add and date_sub count days in whole numbers up to int; a constant text may be one.
CallTypes day_count_types(const CallShape& shape, std::string_view function) {
  const DataType &start = shape.type(0), &days = shape.type(1);
  if (!start.is_datetime() && !start.is_text() && !start.is(TypeKind::Null)) throw Misfit{Misfit::Why::Input, 0, "\"DATE\""};
  const bool is_count = days.is(TypeKind::Byte) || days.is(TypeKind::Short) || days.is(TypeKind::Int);
  const bool is_text = days.is_text() && (shape.policy.ansi || shape.is_foldable(1));
  if (!is_count && !is_text && !days.is(TypeKind::Null)) throw Misfit{Misfit::Why::Input, 1, kDayCount};
  if (is_text && !shape.policy.ansi) {
    const types::Value* text = shape.constant(1);
    if (text != nullptr && !text->is_null() && !is_whole_number(text->text()))
      throw Misfit::named(conditions::kSecondArgumentNotInteger, {{"functionName", std::string(function)}});
  }
  return {{TypeKind::Date, TypeKind::Int}, TypeKind::Date, {}};
}
CallTypes date_add_types(const CallShape& shape) { return day_count_types(shape, "date_add"); }
CallTypes date_sub_types(const CallShape& shape) { return day_count_types(shape, "date_sub"); }

/// timestampadd(unit, n, instant) and timestampdiff(unit, a, b): forms of the grammar, whose unit is a word.
CallTypes timestampadd_types(const CallShape& shape) {
  const DataType type = shape.type(2).is(TypeKind::TimestampNtz) ? shape.type(2) : DataType(TypeKind::Timestamp);
  return {{TypeKind::String, TypeKind::Int, type}, type, {}};
}
std::string lower_timestampadd(const LowerCall& call) {
  return "lab_timestamp_add_unit(" + call.sql[0] + ", CAST(" + call.sql[1] + " AS BIGINT), " + call.sql[2] + ", " +
         zone_of(call, 2) + ")";
}
CallTypes timestampdiff_types(const CallShape& shape) {
  const bool plain = shape.type(1).is(TypeKind::TimestampNtz) && shape.type(2).is(TypeKind::TimestampNtz);
  const DataType type = plain ? TypeKind::TimestampNtz : TypeKind::Timestamp;
  return {{TypeKind::String, type, type}, TypeKind::Long, {}};
}
std::string lower_timestampdiff(const LowerCall& call) {
  return "lab_timestamp_diff_unit(" + call.sql[0] + ", " + call.sql[1] + ", " + call.sql[2] + ", " + zone_of(call, 1) +
         ")";
}

std::string padded(std::string_view kernel, const LowerCall& call, std::initializer_list<std::string_view> defaults,
                   std::string_view tail = {}) {
  std::string text = std::string(kernel) + "(";
  std::size_t i = 0;
  for (const auto value : defaults) {
    std::string argument = i < call.size() ? call.sql[i] : std::string(value);
    // Seconds are decimals; kernels take microseconds.
    if (i < call.size() && call.type(i).is(TypeKind::Decimal)) argument = "CAST(CAST(" + argument + " AS DECIMAL(25,6)) * 1000000 AS BIGINT)";
    text += (i > 0 ? ", " : "") + argument;
    ++i;
  }
  return text + std::string(tail) + ")";
}

std::string lower_make_interval(const LowerCall& call) {
  return padded("lab_make_interval", call, {"0", "0", "0", "0", "0", "0", "0::BIGINT"},
                call.ansi ? ", true" : ", false");
}
std::string lower_try_make_interval(const LowerCall& call) {
  return padded("lab_make_interval", call, {"0", "0", "0", "0", "0", "0", "0::BIGINT"}, ", false");
}
std::string lower_make_dt_interval(const LowerCall& call) {
  return padded("lab_make_dt_interval", call, {"0", "0", "0", "0::BIGINT"});
}
std::string lower_make_ym_interval(const LowerCall& call) { return padded("lab_make_ym_interval", call, {"0", "0"}); }

std::string make_timestamp(const LowerCall& call, bool with_zone, bool raises) {
  std::string text = with_zone ? "lab_make_timestamp(" : "lab_make_timestamp_ntz(";
  for (std::size_t i = 0; i < 5; ++i) text += call.sql[i] + ", ";
  text += "CAST(" + call.sql[5] + " * 1000000 AS BIGINT), ";
  if (with_zone) text += (call.size() > 6 ? call.sql[6] : call.zone()) + ", ";
  return text + (raises ? "true" : "false") + ")";
}
std::string lower_make_timestamp(const LowerCall& call) { return make_timestamp(call, true, call.ansi); }
std::string lower_make_timestamp_ntz(const LowerCall& call) { return make_timestamp(call, false, call.ansi); }
std::string lower_try_make_timestamp(const LowerCall& call) { return make_timestamp(call, true, false); }
std::string lower_try_make_timestamp_ntz(const LowerCall& call) { return make_timestamp(call, false, false); }

std::string lower_convert_timezone(const LowerCall& call) {
  if (call.size() == 2) return "lab_convert_timezone(" + call.zone() + ", " + call.sql[0] + ", " + call.sql[1] + ")";
  return "lab_convert_timezone(" + call.sql[0] + ", " + call.sql[1] + ", " + call.sql[2] + ")";
}
CallTypes convert_timezone_types(const CallShape& shape) {
  std::vector<DataType> types(shape.size(), TypeKind::String);
  types.back() = TypeKind::TimestampNtz;
  return {types, TypeKind::TimestampNtz, {}};
}

constexpr FunctionRow kDatetimeTable[] = {
    {.name = "add_months",
     .signature = "(start: date, months: int) -> date",
     .native = "lab_date_add_months",
     .may_raise = true,
     .doc = "The date n months later."},
    {.name = "convert_timezone",
     .signature = "(source: string, target: any, value?: any) -> any",
     .lower = &lower_convert_timezone,
     .types = &convert_timezone_types,
     .may_raise = true,
     .doc = "Wall clock of one zone as that of another."},
    {.name = "curdate", .alias_of = "current_date"},
    {.name = "current_date",
     .signature = "() -> date",
     .lower = &lower_current_date,
     .nullability = Nullability::Never,
     .doc = "Today, one value in a query."},
    {.name = "current_timestamp",
     .signature = "() -> timestamp",
     .lower = &lower_current_timestamp,
     .nullability = Nullability::Never,
     .doc = "Now, one value in a query."},
    {.name = "current_timezone",
     .signature = "() -> string",
     .lower = &lower_current_timezone,
     .nullability = Nullability::Never,
     .doc = "The session's time zone."},
    {.name = "date_add",
     .signature = "(start: date, days: int) -> date",
     .native = "lab_date_add",
     .types = &date_add_types,
     .doc = "n days later."},
    {.name = "date_diff", .alias_of = "datediff"},
    {.name = "date_format",
     .signature = "(value: timestamp, format: string) -> string",
     .lower = &lower_date_format,
     .may_raise = true,
     .doc = "By a pattern of Java's DateTimeFormatter."},
    {.name = "date_from_unix_date",
     .signature = "(days: int) -> date",
     .sql = "DATE '1970-01-01' + $1",
     .doc = "Days since 1970-01-01."},
    {.name = "date_part",
     .signature = "(field: string, source: any) -> any",
     .lower = &lower_date_part,
     .types = &date_part_types,
     .doc = "A field of a date, instant or interval."},
    {.name = "date_sub",
     .signature = "(start: date, days: int) -> date",
     .native = "lab_date_sub",
     .types = &date_sub_types,
     .doc = "n days before."},
    {.name = "date_trunc",
     .signature = "(unit: string, value: any) -> any",
     .lower = &lower_date_trunc,
     .types = &date_trunc_types,
     .nullability = Nullability::Always,
     .doc = "Cut off below a unit."},
    {.name = "dateadd", .alias_of = "date_add"},
    {.name = "datediff",
     .signature = "(end: date, start: date) -> int",
     .sql = "CAST($1 - $2 AS INTEGER)",
     .doc = "Days from the second to the first."},
    {.name = "datepart", .alias_of = "date_part"},
    {.name = "day", .signature = "(value: date) -> int", .sql = "CAST(day($1) AS INTEGER)", .doc = "Day of the month."},
    {.name = "dayname",
     .signature = "(value: date) -> string",
     .sql = "substr(dayname($1), 1, 3)",
     .since_version = Since::Spark4Only,
     .doc = "Short name of the day."},
    {.name = "dayofmonth", .alias_of = "day"},
    {.name = "dayofweek",
     .signature = "(value: date) -> int",
     .sql = "CAST(dayofweek($1) + 1 AS INTEGER)",
     .doc = "Day of the week, 1 = Sunday."},
    {.name = "dayofyear",
     .signature = "(value: date) -> int",
     .sql = "CAST(dayofyear($1) AS INTEGER)",
     .doc = "Day of the year."},
    {.name = "extract", .alias_of = "date_part"},
    {.name = "from_unixtime",
     .signature = "(seconds: bigint, format?: string) -> string",
     .lower = &lower_from_unixtime,
     .may_raise = true,
     .doc = "Seconds since 1970 by a pattern."},
    {.name = "from_utc_timestamp",
     .signature = "(value: timestamp, zone: string) -> timestamp",
     .native = "lab_from_utc_timestamp",
     .may_raise = true,
     .doc = "UTC wall clock shown in a zone."},
    {.name = "hour", .signature = "(value: any) -> int", .lower = &lower_hour, .types = &clock_types, .doc = "Hour."},
    {.name = "last_day", .signature = "(value: date) -> date", .sql = "last_day($1)", .doc = "Last day of the month."},
    {.name = "localtimestamp",
     .signature = "() -> timestamp_ntz",
     .lower = &lower_local_timestamp,
     .nullability = Nullability::Never,
     .doc = "Wall clock of the session's zone."},
    {.name = "make_date",
     .signature = "(year: int, month: int, day: int) -> date",
     .native = "lab_make_date",
     .nullability = Nullability::Always,
     .may_raise = true,
     .takes_ansi = true,
     .doc = "A date of its fields."},
    {.name = "make_dt_interval",
     .signature = "(days?: int, hours?: int, minutes?: int, seconds?: decimal(18,6)) -> day_time",
     .lower = &lower_make_dt_interval,
     .may_raise = true,
     .doc = "A day-time interval of its fields."},
    {.name = "make_interval",
     .signature = "(years?: int, months?: int, weeks?: int, days?: int, hours?: int, minutes?: int, seconds?: "
                  "decimal(18,6)) -> calendar_interval",
     .lower = &lower_make_interval,
     .may_raise = true,
     .doc = "A calendar interval of its fields."},
    {.name = "make_timestamp",
     .signature =
         "(year: int, month: int, day: int, hour: int, minute: int, second: decimal(16,6), zone?: string) -> timestamp",
     .lower = &lower_make_timestamp,
     .nullability = Nullability::Always,
     .may_raise = true,
     .doc = "An instant of its fields."},
    {.name = "make_timestamp_ltz", .alias_of = "make_timestamp"},
    {.name = "make_timestamp_ntz",
     .signature = "(year: int, month: int, day: int, hour: int, minute: int, second: decimal(16,6)) -> timestamp_ntz",
     .lower = &lower_make_timestamp_ntz,
     .nullability = Nullability::Always,
     .may_raise = true,
     .doc = "A wall clock of its fields."},
    {.name = "make_ym_interval",
     .signature = "(years?: int, months?: int) -> year_month",
     .lower = &lower_make_ym_interval,
     .may_raise = true,
     .doc = "A year-month interval of its fields."},
    {.name = "minute",
     .signature = "(value: any) -> int",
     .lower = &lower_minute,
     .types = &clock_types,
     .doc = "Minute."},
    {.name = "month", .signature = "(value: date) -> int", .sql = "CAST(month($1) AS INTEGER)", .doc = "Month."},
    {.name = "monthname",
     .signature = "(value: date) -> string",
     .sql = "substr(monthname($1), 1, 3)",
     .since_version = Since::Spark4Only,
     .doc = "Short name of the month."},
    {.name = "months_between",
     .signature = "(a: timestamp, b: timestamp, round?: boolean) -> double",
     .lower = &lower_months_between,
     .doc = "Months between, with a fraction."},
    {.name = "next_day",
     .signature = "(value: date, day: string) -> date",
     .native = "lab_next_day",
     .nullability = Nullability::Always,
     .may_raise = true,
     .takes_ansi = true,
     .doc = "The next such day of the week."},
    {.name = "now", .alias_of = "current_timestamp"},
    {.name = "quarter", .signature = "(value: date) -> int", .sql = "CAST(quarter($1) AS INTEGER)", .doc = "Quarter."},
    {.name = "second",
     .signature = "(value: any) -> int",
     .lower = &lower_second,
     .types = &clock_types,
     .doc = "Second."},
    {.name = "timestamp_micros",
     .signature = "(value: bigint) -> timestamp",
     .sql = "make_timestamptz($1)",
     .doc = "Instant of microseconds since 1970."},
    {.name = "timestamp_millis",
     .signature = "(value: bigint) -> timestamp",
     .native = "lab_timestamp_millis",
     .may_raise = true,
     .doc = "Instant of milliseconds since 1970."},
    {.name = "timestamp_seconds",
     .signature = "(value: any) -> timestamp",
     .lower = &lower_timestamp_seconds,
     .types = &timestamp_seconds_types,
     .may_raise = true,
     .doc = "Instant of seconds since 1970."},
    {.name = "timestampadd",
     .signature = "(unit: any, n: any, value: any) -> any",
     .lower = &lower_timestampadd,
     .types = &timestampadd_types,
     .may_raise = true,
     .is_form = true,
     .doc = "n units later."},
    {.name = "timestampdiff",
     .signature = "(unit: any, start: any, end: any) -> any",
     .lower = &lower_timestampdiff,
     .types = &timestampdiff_types,
     .may_raise = true,
     .is_form = true,
     .doc = "Whole units between."},
    {.name = "to_date",
     .signature = "(value: any, format?: any) -> date",
     .lower = &lower_to_date,
     .types = &to_date_types,
     .may_raise = true,
     .doc = "A date of text, by a pattern if given."},
    {.name = "to_timestamp",
     .signature = "(value: any, format?: any) -> timestamp",
     .lower = &lower_to_timestamp,
     .types = &to_timestamp_types<TypeKind::Timestamp>,
     .may_raise = true,
     .doc = "An instant of text, by a pattern if given."},
    {.name = "to_timestamp_ltz",
     .signature = "(value: any, format?: any) -> timestamp",
     .lower = &lower_to_timestamp,
     .types = &to_timestamp_types<TypeKind::Timestamp>,
     .may_raise = true},
    {.name = "to_timestamp_ntz",
     .signature = "(value: any, format?: any) -> timestamp_ntz",
     .lower = &lower_to_timestamp,
     .types = &to_timestamp_types<TypeKind::TimestampNtz>,
     .may_raise = true},
    {.name = "to_unix_timestamp",
     .signature = "(value: any, format?: string) -> bigint",
     .lower = &lower_unix_timestamp,
     .types = &unix_timestamp_types,
     .may_raise = true,
     .doc = "Seconds since 1970."},
    {.name = "to_utc_timestamp",
     .signature = "(value: timestamp, zone: string) -> timestamp",
     .native = "lab_to_utc_timestamp",
     .may_raise = true,
     .doc = "A zone's wall clock as UTC."},
    {.name = "trunc",
     .signature = "(value: date, unit: string) -> date",
     .native = "lab_trunc_date",
     .nullability = Nullability::Always,
     .doc = "A date cut off below a unit."},
    {.name = "try_make_interval",
     .signature = "(years?: int, months?: int, weeks?: int, days?: int, hours?: int, minutes?: int, seconds?: "
                  "decimal(18,6)) -> calendar_interval",
     .lower = &lower_try_make_interval,
     .nullability = Nullability::Always,
     .since_version = Since::Spark4Only},
    {.name = "try_make_timestamp",
     .signature =
         "(year: int, month: int, day: int, hour: int, minute: int, second: decimal(16,6), zone?: string) -> timestamp",
     .lower = &lower_try_make_timestamp,
     .nullability = Nullability::Always,
     .since_version = Since::Spark4Only},
    {.name = "try_make_timestamp_ltz", .since_version = Since::Spark4Only, .alias_of = "try_make_timestamp"},
    {.name = "try_make_timestamp_ntz",
     .signature = "(year: int, month: int, day: int, hour: int, minute: int, second: decimal(16,6)) -> timestamp_ntz",
     .lower = &lower_try_make_timestamp_ntz,
     .nullability = Nullability::Always,
     .since_version = Since::Spark4Only},
    {.name = "try_to_date",
     .signature = "(value: any, format?: any) -> date",
     .lower = &lower_try_to_date,
     .types = &to_date_types,
     .nullability = Nullability::Always,
     .since_version = Since::Spark4Only},
    {.name = "try_to_timestamp",
     .signature = "(value: any, format?: any) -> timestamp",
     .lower = &lower_try_to_timestamp,
     .types = &try_to_timestamp_types,
     .nullability = Nullability::Always},
    {.name = "unix_date",
     .signature = "(value: date) -> int",
     .sql = "CAST($1 - DATE '1970-01-01' AS INTEGER)",
     .doc = "Days since 1970-01-01."},
    {.name = "unix_micros",
     .signature = "(value: timestamp) -> bigint",
     .native = "lab_unix_micros",
     .doc = "Microseconds since 1970."},
    {.name = "unix_millis",
     .signature = "(value: timestamp) -> bigint",
     .native = "lab_unix_millis",
     .doc = "Milliseconds since 1970."},
    {.name = "unix_seconds",
     .signature = "(value: timestamp) -> bigint",
     .native = "lab_unix_seconds",
     .doc = "Seconds since 1970."},
    {.name = "unix_timestamp",
     .signature = "(value?: any, format?: string) -> bigint",
     .lower = &lower_unix_timestamp,
     .types = &unix_timestamp_types,
     .may_raise = true,
     .doc = "Seconds since 1970."},
    {.name = "weekday",
     .signature = "(value: date) -> int",
     .sql = "CAST(isodow($1) - 1 AS INTEGER)",
     .doc = "Day of the week, 0 = Monday."},
    {.name = "weekofyear",
     .signature = "(value: date) -> int",
     .sql = "CAST(weekofyear($1) AS INTEGER)",
     .doc = "ISO week."},
    {.name = "year", .signature = "(value: date) -> int", .sql = "CAST(year($1) AS INTEGER)", .doc = "Year."},
};
static_assert(are_rows_in_order(kDatetimeTable));

}  // namespace

constinit const Rows kDateTimeRows = kDatetimeTable;

}  // namespace lab::functions
