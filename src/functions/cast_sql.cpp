#include "functions/cast_rules.h"
#include "functions/duckdb_type.h"
#include "types/type_text.h"

namespace lab::functions {

using types::DataType;
using types::TypeKind;

namespace {

/// One cast: SQL in, SQL out.
struct CastText {
  CastMode mode;
  const std::string& zone;
  bool pretty = false;  ///< as show() prints: `NULL` inside nested values, binary as `[61 62]`

  bool raises() const { return mode == CastMode::Ansi; }
  std::string flag() const { return raises() ? "true" : "false"; }
  std::string zone_literal() const { return text_literal(zone); }

  std::string write(const std::string& sql, const DataType& from, const DataType& to) const;
  std::string to_text(const std::string& sql, const DataType& from) const;

 private:
  std::string interval_to(const std::string& name, const std::string& sql, const DataType& from) const;
  std::string to_number(const std::string& sql, const DataType& from, const DataType& to) const;
  std::string to_decimal(const std::string& sql, const DataType& from, const DataType& to) const;
  std::string to_datetime(const std::string& sql, const DataType& from, const DataType& to) const;
  std::string to_interval(const std::string& sql, const DataType& from, const DataType& to) const;
  std::string nested(const std::string& sql, const DataType& from, const DataType& to) const;
  std::string from_variant(const std::string& sql, const DataType& to) const;
};

std::string builtin(const std::string& sql, const DataType& to) {
  return "CAST(" + sql + " AS " + duckdb_type(to) + ")";
}
std::string call(std::string_view name, std::initializer_list<std::string> arguments) {
  std::string text = std::string(name) + "(";
  for (const auto& argument : arguments) text += (text.back() == '(' ? "" : ", ") + argument;
  return text + ")";
}

/// Names `value` once for a body that needs it several times.
std::string let(const std::string& name, const std::string& value, const std::string& body) {
  return "list_transform([" + value + "], lambda " + name + ": " + body + ")[1]";
}

std::string_view number_name(TypeKind kind) {
  switch (kind) {
    case TypeKind::Byte:
      return "tinyint";
    case TypeKind::Short:
      return "smallint";
    case TypeKind::Int:
      return "int";
    case TypeKind::Long:
      return "bigint";
    case TypeKind::Float:
      return "float";
    default:
      return "double";
  }
}

int width(TypeKind kind) {
  switch (kind) {
    case TypeKind::Byte:
      return 1;
    case TypeKind::Short:
      return 2;
    case TypeKind::Int:
      return 4;
    default:
      return 8;
  }
}

/// The kernel that counts the last field of an interval; what does not fit raises in either mode, but not in a try cast.
std::string CastText::interval_to(const std::string& name, const std::string& sql, const DataType& from) const {
  const bool day_time = from.is(TypeKind::DayTimeInterval);
  const int first = day_time ? static_cast<int>(from.day_time_from()) : static_cast<int>(from.year_month_from());
  const int last = day_time ? static_cast<int>(from.day_time_to()) : static_cast<int>(from.year_month_to());
  return call((day_time ? "lab_day_time_to_" : "lab_year_month_to_") + name,
              {sql, std::to_string(first), std::to_string(last), mode == CastMode::Try ? "false" : "true"});
}

std::string CastText::to_number(const std::string& sql, const DataType& from, const DataType& to) const {
  const std::string name(number_name(to.kind()));
  const std::string suffix = mode == CastMode::Ansi ? "" : mode == CastMode::Try ? "_try" : "_legacy";
  if (from.is_text())
    return call("lab_parse_" + name + (to.is_fractional() && mode == CastMode::Legacy ? "_try" : suffix), {sql});
  if (from.is(TypeKind::Boolean)) return builtin(sql, to);
  if (from.is(TypeKind::Date)) return "CAST(NULL AS " + duckdb_type(to) + ")";
  if (from.is(TypeKind::Timestamp)) {
    if (to.is_fractional()) return "CAST(lab_timestamp_to_double(" + sql + ") AS " + duckdb_type(to) + ")";
    const std::string seconds = "lab_unix_seconds(" + sql + ")";
    return to.is(TypeKind::Long) ? seconds
           : raises() ? call("lab_to_" + name + "_from_timestamp", {sql, zone_literal()})
                      : call("lab_to_" + name + suffix, {seconds});
  }
  if (from.is_interval()) return interval_to(name, sql, from);
  if (to.is_fractional()) return builtin(sql, to);
  if (from.is_integral() && width(from.kind()) <= width(to.kind())) return builtin(sql, to);
  return call("lab_to_" + name + suffix, {sql});
}

std::string CastText::to_decimal(const std::string& sql, const DataType& from, const DataType& to) const {
  const std::string p = std::to_string(to.precision()), s = std::to_string(to.scale());
  // What an interval counts raises in either mode.
  const std::string interval_flag = mode == CastMode::Try ? "false" : "true";
  if (from.is_text()) return call("lab_parse_decimal", {sql, p, s, flag()});
  if (from.is_fractional()) return call("lab_double_to_decimal", {sql, p, s, flag()});
  if (can_up_cast(from, to)) return builtin(sql, to);
  if (from.is(TypeKind::Date)) return "CAST(NULL AS " + duckdb_type(to) + ")";
  if (from.is(TypeKind::Boolean))
    return call("lab_decimal_cast", {"CAST(CAST(" + sql + " AS INTEGER) AS DECIMAL(20,0))", p, s, flag()});
  if (from.is(TypeKind::Timestamp))
    return call("lab_decimal_cast", {"lab_decimal_multiply(CAST(epoch_us(" + sql +
                                         ") AS DECIMAL(20,0)), 0.000001::DECIMAL(7,6), 38, 6, false)",
                                     p, s, flag()});
  if (from.is(TypeKind::DayTimeInterval) && from.day_time_to() == types::DayTimeField::Second)
    return call("lab_decimal_cast", {"lab_decimal_multiply(CAST(" + sql + " AS DECIMAL(20,0)), 0.000001::DECIMAL(7,6), 38, 6, false)", p, s, interval_flag});
  if (from.is_interval())
    return call("lab_decimal_cast", {"CAST(" + interval_to("bigint", sql, from) + " AS DECIMAL(20,0))", p, s, interval_flag});
  if (from.is_integral()) return call("lab_decimal_cast", {"CAST(" + sql + " AS DECIMAL(20,0))", p, s, flag()});
  return call("lab_decimal_cast", {sql, p, s, flag()});
}

std::string CastText::to_datetime(const std::string& sql, const DataType& from, const DataType& to) const {
  const std::string suffix = raises() ? "" : "_try";
  if (to.is(TypeKind::Date)) {
    if (from.is_text()) return call("lab_cast_date" + suffix, {sql});
    return from.is(TypeKind::Timestamp) ? call("lab_timestamp_to_date", {sql, zone_literal()}) : builtin(sql, to);
  }
  if (to.is(TypeKind::TimestampNtz)) {
    if (from.is_text()) return call("lab_cast_timestamp_ntz" + suffix, {sql});
    return from.is(TypeKind::Timestamp) ? call("lab_to_ntz", {sql, zone_literal()}) : builtin(sql, to);
  }
  if (from.is_text()) return call("lab_cast_timestamp" + suffix, {sql, zone_literal()});
  if (from.is(TypeKind::Date)) return call("lab_date_to_timestamp", {sql, zone_literal()});
  if (from.is(TypeKind::TimestampNtz)) return call("lab_from_ntz", {sql, zone_literal()});
  if (from.is(TypeKind::Boolean)) return "make_timestamptz(CAST(" + sql + " AS BIGINT))";
  if (from.is(TypeKind::Decimal))
    return "make_timestamptz(lab_to_bigint_legacy(lab_decimal_multiply(" + sql + ", 1000000::DECIMAL(7,0), 38, " +
           std::to_string(from.scale()) + ", false)))";
  if (from.is_integral()) return call("lab_timestamp_seconds_wrap", {"CAST(" + sql + " AS BIGINT)"});
  const std::string kind = mode == CastMode::Ansi ? "exact" : mode == CastMode::Try ? "try" : "wrap";
  return call("lab_timestamp_seconds_" + kind, {"CAST(" + sql + " AS DOUBLE)"});
}

std::string CastText::to_interval(const std::string& sql, const DataType& from, const DataType& to) const {
  const std::string suffix =
      mode == CastMode::Try || (to.is(TypeKind::CalendarInterval) && mode == CastMode::Legacy) ? "_try" : "";
  if (to.is(TypeKind::CalendarInterval)) return call("lab_parse_interval" + suffix, {sql});
  const bool day_time = to.is(TypeKind::DayTimeInterval);
  const std::string first =
      std::to_string(day_time ? static_cast<int>(to.day_time_from()) : static_cast<int>(to.year_month_from()));
  const std::string last =
      std::to_string(day_time ? static_cast<int>(to.day_time_to()) : static_cast<int>(to.year_month_to()));
  if (from.is_text())
    return call((day_time ? "lab_parse_day_time" : "lab_parse_year_month") + suffix, {sql, first, last});
  if (from.is(TypeKind::Decimal)) {
    static constexpr std::string_view kMicros[] = {"86400000000", "3600000000", "60000000", "1000000"};
    const std::string unit(day_time ? kMicros[static_cast<std::size_t>(to.day_time_to())]
                                    : to.year_month_to() == types::YearMonthField::Year ? "12" : "1");
    const std::string product = call("lab_decimal_multiply", {sql, "CAST(" + unit + " AS DECIMAL(11,0))", "38",
                                                              std::to_string(from.scale()), "true"});
    return call(day_time ? "lab_to_bigint" : "lab_to_int",
                {call("lab_decimal_round", {product, "0", "38", "0", "'half_up'", "true"})});
  }
  if (from.is_integral())
    return call(day_time ? "lab_to_day_time" : "lab_to_year_month",
                {"CAST(" + sql + " AS BIGINT)", first, last, from.is(TypeKind::Long) ? "true" : "false", mode == CastMode::Try ? "false" : "true"});
  return call(day_time ? "lab_cut_day_time" : "lab_cut_year_month", {sql, last});
}

std::string CastText::nested(const std::string& sql, const DataType& from, const DataType& to) const {
  if (from.is(TypeKind::Array)) {
    const std::string item = write("item", from.element(), to.element());
    return item == "item" ? sql : "list_transform(" + sql + ", lambda item: " + item + ")";
  }
  if (from.is(TypeKind::Map)) {
    const std::string key = write("item", from.key(), to.key()), value = write("item", from.value(), to.value());
    if (key == "item" && value == "item") return sql;
    return let("mapping", sql,
               "lab_map_from_lists(list_transform(map_keys(mapping), lambda item: " + key +
                   "), list_transform(map_values(mapping), lambda item: " + value + "))");
  }
  if (same_shape(from, to) || duckdb_type(from) == duckdb_type(to)) return sql;
  std::string fields;
  for (std::size_t i = 0; i < to.fields().size(); ++i) {
    const std::string name = "f" + std::to_string(i);
    fields += (i > 0 ? ", '" : "'") + name +
              "': " + write("struct_extract(record, '" + name + "')", from.fields()[i].type, to.fields()[i].type);
  }
  return let("record", sql, "CASE WHEN record IS NULL THEN NULL ELSE {" + fields + "} END");
}

std::string CastText::to_text(const std::string& sql, const DataType& from) const {
  const std::string null_text = pretty ? "'NULL'" : "'null'";
  switch (from.kind()) {
    case TypeKind::String:
    case TypeKind::Char:
    case TypeKind::Varchar:
      return sql;
    case TypeKind::Float:
      return call("lab_float_text", {sql});
    case TypeKind::Double:
      return call("lab_double_text", {sql});
    case TypeKind::Decimal:
      return from.scale() > 6 && !raises() && !pretty ? call("lab_decimal_text", {sql})
             : from.scale() == from.precision()       ? call("lab_decimal_plain", {sql})
                                                      : "CAST(" + sql + " AS VARCHAR)";
    case TypeKind::Date:
      return call("lab_date_text", {sql});
    case TypeKind::Timestamp:
      return call("lab_timestamp_text", {sql, zone_literal()});
    case TypeKind::TimestampNtz:
      return call("lab_timestamp_text", {sql, "'UTC'"});
    case TypeKind::Binary:
      return call(pretty ? "lab_binary_pretty" : "lab_binary_text", {sql});
    case TypeKind::DayTimeInterval:
      return call("lab_day_time_text", {sql, std::to_string(static_cast<int>(from.day_time_from())),
                                        std::to_string(static_cast<int>(from.day_time_to()))});
    case TypeKind::YearMonthInterval:
      return call("lab_year_month_text", {sql, std::to_string(static_cast<int>(from.year_month_from())),
                                          std::to_string(static_cast<int>(from.year_month_to()))});
    case TypeKind::CalendarInterval:
      return call("lab_interval_text", {sql});
    case TypeKind::Array:
      return "('[' || lab_array_join(list_transform(" + sql + ", lambda item: " + to_text("item", from.element()) +
             "), ', ', " + null_text + ") || ']')";
    case TypeKind::Map: {
      const std::string entry = to_text("struct_extract(item, 'key')", from.key()) + " || ' -> ' || coalesce(" +
                                to_text("struct_extract(item, 'value')", from.value()) + ", " + null_text + ")";
      return "('{' || lab_array_join(list_transform(map_entries(" + sql + "), lambda item: " + entry +
             "), ', ') || '}')";
    }
    case TypeKind::Struct: {
      std::string fields;
      for (std::size_t i = 0; i < from.fields().size(); ++i) {
        fields += (i > 0 ? " || ', ' || coalesce(" : " || coalesce(") +
                  to_text("struct_extract(record, 'f" + std::to_string(i) + "')", from.fields()[i].type) + ", " +
                  null_text + ")";
      }
      return let("record", sql, "CASE WHEN record IS NULL THEN NULL ELSE '{'" + fields + " || '}' END");
    }
    case TypeKind::Variant:
      return pretty ? call("lab_variant_json", {sql, zone_literal()}) : from_variant(sql, TypeKind::String);
    default:
      return "CAST(" + sql + " AS VARCHAR)";
  }
}

/// Only a try cast gives NULL for what does not fit, in either mode.
std::string CastText::from_variant(const std::string& sql, const DataType& to) const {
  return call("lab_variant_get", {sql, "'$'", text_literal(types::to_json(to)), zone_literal(), mode == CastMode::Try ? "false" : "true"});
}

std::string CastText::write(const std::string& sql, const DataType& from, const DataType& to) const {
  if (from == to) return sql;
  if (from.is(TypeKind::Null)) return builtin(sql, to);
  if (to.is(TypeKind::Variant)) return call("lab_to_variant", {sql, text_literal(types::to_json(from))});
  if (from.is(TypeKind::Variant)) return from_variant(sql, to);
  if (to.is(TypeKind::Char) || to.is(TypeKind::Varchar) || to.is(TypeKind::String)) return to_text(sql, from);
  if (to.is(TypeKind::Decimal)) return to_decimal(sql, from, to);
  if (to.is_numeric()) return to_number(sql, from, to);
  if (to.is_datetime()) return to_datetime(sql, from, to);
  if (to.is_interval()) return to_interval(sql, from, to);
  if (to.is_nested()) return nested(sql, from, to);
  if (to.is(TypeKind::Boolean)) {
    if (from.is_text()) return call(raises() ? "lab_parse_boolean" : "lab_parse_boolean_try", {sql});
    if (from.is(TypeKind::Timestamp)) return "(epoch_us(" + sql + ") <> 0)";
    if (from.is(TypeKind::Date)) return "CAST(NULL AS BOOLEAN)";
    return "(" + sql + " <> 0)";
  }
  if (to.is(TypeKind::Binary)) return from.is_text() ? "encode(" + sql + ")" : call("lab_integer_bytes", {sql});
  return builtin(sql, to);
}

}  // namespace

std::string lower_cast(const std::string& sql, const DataType& from, const DataType& to, CastMode mode,
                       const std::string& time_zone) {
  return CastText{mode, time_zone}.write(sql, from, to);
}

std::string lower_pretty_text(const std::string& sql, const DataType& from, const std::string& time_zone) {
  return CastText{CastMode::Legacy, time_zone, true}.to_text(sql, from);
}

}  // namespace lab::functions
