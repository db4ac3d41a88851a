#include "compute/csv_text.h"

#include "base/conditions.h"
#include "base/error.h"
#include "compute/datetime_text.h"
#include "compute/number_text.h"
#include "compute/text.h"

namespace lab::compute {

namespace {

bool is_blank(char c) { return static_cast<unsigned char>(c) <= ' '; }

}  // namespace

std::vector<std::optional<std::string>> csv_fields(std::string_view line, const CsvForm& form) {
  std::vector<std::optional<std::string>> fields;
  std::size_t i = 0;
  for (;;) {
    std::string field;
    bool quoted = false;
    if (form.skips_leading_blanks)
      while (i < line.size() && line[i] != form.separator && is_blank(line[i])) ++i;
    if (i < line.size() && line[i] == form.quote) {
      quoted = true;
      for (++i; i < line.size() && line[i] != form.quote; ++i) {
        if (line[i] == '\\' && i + 1 < line.size() && (line[i + 1] == form.quote || line[i + 1] == '\\')) ++i;
        field += line[i];
      }
      ++i;
    }
    while (i < line.size() && line[i] != form.separator) field += line[i++];
    if (form.skips_trailing_blanks && !quoted)
      while (!field.empty() && is_blank(field.back())) field.pop_back();
    fields.push_back(field.empty() && !quoted ? std::nullopt : std::optional(field));
    if (i >= line.size()) break;
    ++i;
  }
  return fields;
}

std::string schema_of_csv(std::string_view line, std::string_view separator) {
  // Spark's parser gives no row here, which its inference does not expect.
  if (line.empty())
    throw Error(lab::conditions::kInternalError,
                {{"message",
                  "The Spark SQL phase optimization failed with an internal error. You hit a bug in Spark or the Spark plugins you use. "
                  "Please, report this bug to the corresponding communities or vendors, and provide the full stack trace."}});
  std::string text = "STRUCT<";
  std::size_t i = 0;
  for (const auto& field : csv_fields(line, {.separator = separator.empty() ? ',' : separator[0]})) {
    std::string_view type = "STRING";
    if (field) {
      if (parse_integer<std::int32_t>(*field, false))
        type = "INT";
      else if (parse_integer<std::int64_t>(*field, false))
        type = "BIGINT";
      else if (parse_double(*field))
        type = "DOUBLE";
      else if (field->size() >= 10 && field->find(':') == std::string::npos && parse_date(*field))
        type = "DATE";
      else if (field->size() >= 10 && parse_wall_clock(*field))
        type = "TIMESTAMP";
      else if (lower(*field) == "true" || lower(*field) == "false")
        type = "BOOLEAN";
    }
    text += (i > 0 ? ", _c" : "_c") + std::to_string(i) + ": " + std::string(type);
    ++i;
  }
  return text + ">";
}

}  // namespace lab::compute
