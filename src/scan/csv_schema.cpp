#include "scan/csv_schema.h"

#include <algorithm>
#include <future>
#include <map>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/letter_case.h"
#include "scan/csv_record.h"
#include "scan/csv_values.h"
#include "scan/text_lines.h"
#include "scan/text_pieces.h"

namespace lab::scan {

namespace {

using types::DataType;
using types::TypeKind;

constexpr Condition kUnreadableCsv{"", "", Kind::Corruption, "<message>"};

/// The tightest type so far of one column; Null: nothing seen.
class ColumnGuess {
 public:
  ColumnGuess(const CsvOptions& options, const CsvValues& values) : options_(options), values_(values) {}

  void see(std::string_view text) {
    if (type_.is(TypeKind::String) || text.empty() || text == options_.null_value) return;
    type_ = merged(type_, type_of(text));
  }
  const DataType& seen() const { return type_; }
  /// With what another reader has seen of the same column.
  void join(const DataType& seen) { type_ = merged(type_, seen); }
  DataType type() const { return type_.is(TypeKind::Null) ? DataType(TypeKind::String) : type_; }

 private:
  // Spark tries the ladder from the rung of the type so far.
  DataType type_of(std::string_view text) const {
    switch (type_.kind()) {
      case TypeKind::Null:
      case TypeKind::Int:
        if (CsvValues::integer(text, INT32_MIN, INT32_MAX)) return TypeKind::Int;
        [[fallthrough]];
      case TypeKind::Long:
        if (CsvValues::integer(text, INT64_MIN, INT64_MAX)) return TypeKind::Long;
        [[fallthrough]];
      case TypeKind::Decimal:
        if (const int digits = whole_digits(text); digits > 0 && digits <= DataType::kMaxDecimalPrecision) return DataType::decimal(digits, 0);
        [[fallthrough]];
      case TypeKind::Double:
        if (values_.real(text)) return TypeKind::Double;
        [[fallthrough]];
      case TypeKind::Date:
        if (options_.prefers_date && values_.is_plain_date(text)) return TypeKind::Date;
        [[fallthrough]];
      case TypeKind::Timestamp:
        if (values_.timestamp(text)) return TypeKind::Timestamp;
        [[fallthrough]];
      default: return CsvValues::boolean(text) ? TypeKind::Boolean : TypeKind::String;
    }
  }

  // Digits of a whole number (BigDecimal of scale 0: `1.` too), 0 for anything else.
  static int whole_digits(std::string_view text) {
    if (!text.empty() && (text[0] == '+' || text[0] == '-')) text.remove_prefix(1);
    if (text.size() > 1 && text.back() == '.') text.remove_suffix(1);
    while (text.size() > 1 && text[0] == '0') text.remove_prefix(1);
    const bool digits = !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    return digits ? static_cast<int>(std::min<std::size_t>(text.size(), 1000)) : 0;
  }

  static int digits_of(const DataType& type) {
    return type.is(TypeKind::Int) ? 10 : type.is(TypeKind::Long) ? 20 : type.precision();
  }

  DataType merged(const DataType& a, const DataType& b) const {
    if (a.is(TypeKind::Null)) return b;
    if (b.is(TypeKind::Null)) return a;
    if (a == b) return a;
    if (a.is(TypeKind::String) || b.is(TypeKind::String)) return TypeKind::String;
    const bool a_exact = a.is_integral() || a.is(TypeKind::Decimal), b_exact = b.is_integral() || b.is(TypeKind::Decimal);
    if (a_exact && b_exact) {
      if (a.is_integral() && b.is_integral()) return TypeKind::Long;
      return DataType::decimal(std::max(digits_of(a), digits_of(b)), 0);
    }
    if ((a_exact || a.is(TypeKind::Double)) && (b_exact || b.is(TypeKind::Double))) return TypeKind::Double;
    // A date of the default form is an instant too; one of a pattern of its own is not.
    if ((a.is(TypeKind::Date) && b.is(TypeKind::Timestamp)) || (a.is(TypeKind::Timestamp) && b.is(TypeKind::Date))) {
      return options_.clocks.date ? DataType(TypeKind::String) : DataType(TypeKind::Timestamp);
    }
    return TypeKind::String;
  }

  const CsvOptions& options_;
  const CsvValues& values_;
  DataType type_;
};

bool is_skipped(std::string_view line, const CsvOptions& options) {
  return is_blank_line(line) || (options.comment != 0 && line[0] == options.comment);
}

// Calls `see` with the fields of each record that begins in a part of a file and is no comment and not blank, until it answers false.
template <typename See>
void for_each_record(std::string_view text, std::size_t begin, std::size_t end, const CsvOptions& options, See see) {
  CsvRecordReader reader(options);
  const auto seen = [&](const std::vector<CsvField>& fields) {
    if (const std::string problem = reader.problem(); !problem.empty()) throw Error(kUnreadableCsv, {{"message", problem}});
    return see(fields);
  };
  for (std::size_t at = begin; at < end;) {
    if (options.is_multi_line) {
      const std::string separator = options.line_separator.empty() ? detected_separator(text) : options.line_separator;
      std::size_t line_end = at;
      const std::string_view line = next_line(text, line_end, separator);
      if (is_skipped(line, options)) {
        at = line_end;
        continue;
      }
      if (!seen(reader.split_multi_line(text, at, separator))) return;
      continue;
    }
    const std::string_view line = next_line(text, at, options.line_separator);
    if (is_skipped(line, options)) continue;
    if (!seen(reader.split(line))) return;
  }
}

std::string_view meaning(const CsvField& field, const CsvOptions& options) {
  if (!field.text.empty()) return field.text;
  return field.is_quoted ? std::string_view(options.empty_value) : std::string_view(options.null_value);
}

}  // namespace

std::vector<std::string> csv_column_names(const std::vector<std::string>& header, const CsvOptions& options) {
  std::map<std::string, int> count;
  for (const auto& name : header) ++count[lower_case(name)];
  std::vector<std::string> names;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const std::string& name = header[i];
    if (name.empty() || name == options.null_value) {
      names.push_back("_c" + std::to_string(i));
    } else {
      names.push_back(count[lower_case(name)] > 1 ? name + std::to_string(i) : name);
    }
  }
  return names;
}

namespace {

std::vector<std::string> names_of_first_record(std::string_view text, const CsvOptions& options) {
  std::vector<std::string> names;
  std::string storage;
  for_each_record(text, 0, text.size(), options, [&](const std::vector<CsvField>& fields) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      names.push_back(options.has_header ? std::string(valid_utf8(meaning(fields[i], options), storage)) : "_c" + std::to_string(i));
    }
    return false;
  });
  return options.has_header ? csv_column_names(names, options) : names;
}

/// Sees the records of one file. Of a large one each thread sees a part, as Spark's tasks do.
void see_records(std::string_view text, const CsvOptions& options, const TextReading& reading, std::vector<ColumnGuess>& guesses) {
  constexpr std::size_t kBytesAThread = 4U << 20U;
  const std::size_t num_parts =
      options.is_multi_line ? 1 : std::clamp<std::size_t>(text.size() / kBytesAThread, 1, std::max(1U, std::thread::hardware_concurrency()));
  const auto begin_of = [&](std::size_t part) {
    return part == num_parts ? text.size() : line_start_from(text, text.size() / num_parts * part, options.line_separator);
  };
  const auto see_part = [&](std::size_t part, std::vector<ColumnGuess>& seen) {
    bool is_header = part == 0 && options.has_header;
    for_each_record(text, part == 0 ? 0 : begin_of(part), begin_of(part + 1), options, [&](const std::vector<CsvField>& fields) {
      if (!std::exchange(is_header, false)) {
        for (std::size_t i = 0; i < std::min(fields.size(), seen.size()); ++i) seen[i].see(meaning(fields[i], options));
      }
      return true;
    });
  };
  std::vector<std::future<std::vector<DataType>>> others;
  for (std::size_t part = 1; part < num_parts; ++part) {
    others.push_back(std::async(std::launch::async, [&, part] {
      // Values keep what they looked up: one for each thread.
      const CsvValues values(options, reading.time_zone);
      std::vector<ColumnGuess> seen(guesses.size(), ColumnGuess(options, values));
      see_part(part, seen);
      std::vector<DataType> types;
      for (const ColumnGuess& guess : seen) types.push_back(guess.seen());
      return types;
    }));
  }
  see_part(0, guesses);
  for (auto& other : others) {
    const auto seen = other.get();
    for (std::size_t i = 0; i < guesses.size(); ++i) guesses[i].join(seen[i]);
  }
}

}  // namespace

types::Schema infer_csv_schema(const TextScan& scan, const TextReading& reading) {
  const CsvOptions options = CsvOptions::parse(scan.options);
  const CsvValues values(options, reading.time_zone);
  std::vector<std::string> names;
  std::vector<ColumnGuess> guesses;
  for (std::size_t i = 0; i < scan.files.size(); ++i) {
    const auto file = open_to_infer(scan, i);
    if (!file) continue;
    if (names.empty()) {
      names = names_of_first_record(file->text(), options);
      guesses = std::vector<ColumnGuess>(names.size(), ColumnGuess(options, values));
    }
    if (options.infers_schema) see_records(file->text(), options, reading, guesses);
    if (!names.empty() && !options.infers_schema) break;
  }
  types::Schema schema;
  for (std::size_t i = 0; i < names.size(); ++i) {
    schema.push_back({names[i], options.infers_schema ? guesses[i].type() : DataType(TypeKind::String), true, {}});
  }
  return schema;
}

}  // namespace lab::scan
