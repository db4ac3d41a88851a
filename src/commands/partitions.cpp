#include "commands/partitions.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/error.h"
#include "base/letter_case.h"
#include "commands/conditions.h"
#include "lake/delta/table.h"
#include "scan/csv_values.h"
#include "types/type_text.h"

namespace lab::commands {
namespace {

using types::TypeKind;

constexpr std::string_view kNullPartition = "__HIVE_DEFAULT_PARTITION__";

struct Folder {
  std::string name, value;
};

struct FilePlace {
  std::vector<Folder> folders;  ///< outermost first
  std::string base;             ///< the folder in which they begin
};

/// From the file upwards: the `k=v` folders, up to the first other one above them.
FilePlace place_of_file(const std::string& path) {
  FilePlace place;
  std::size_t end = path.rfind('/');
  while (end != std::string::npos && end > 0) {
    const std::size_t slash = path.rfind('/', end - 1);
    const std::size_t start = slash == std::string::npos ? 0 : slash + 1;
    const std::string part = path.substr(start, end - start);
    const std::size_t equals = part.find('=');
    if (equals != std::string::npos && equals > 0) {
      place.folders.insert(place.folders.begin(), {unescape_path(part.substr(0, equals)), unescape_path(part.substr(equals + 1))});
    } else if (!place.folders.empty()) {
      place.base = path.substr(0, end);
      return place;
    }
    end = slash;
  }
  return place;
}

template <typename Number>
bool reads_as(const std::string& text) {
  return scan::CsvValues::integer(text, std::numeric_limits<Number>::min(), std::numeric_limits<Number>::max()).has_value();
}

int whole_digits(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  const bool digits = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits ? static_cast<int>(std::min<std::size_t>(text.size(), 100)) : 0;
}

/// What one value looks like; times are of the forms `yyyy-MM-dd HH:mm:ss[.S]` and `yyyy-MM-dd`.
types::DataType infer_one(const std::string& text, const scan::CsvValues& values) {
  if (text == kNullPartition) return TypeKind::Null;
  if (reads_as<std::int32_t>(text)) return TypeKind::Int;
  if (reads_as<std::int64_t>(text)) return TypeKind::Long;
  if (const int digits = whole_digits(text); digits > 0 && digits <= types::DataType::kMaxDecimalPrecision) return types::DataType::decimal(digits, 0);
  if (values.real(text)) return TypeKind::Double;
  if (text.size() >= 19 && text[10] == ' ' && values.timestamp(text)) return TypeKind::Timestamp;
  if (values.is_plain_date(text)) return TypeKind::Date;
  return TypeKind::String;
}

types::DataType wider(const types::DataType& left, const types::DataType& right) {
  if (left == right || right.is(TypeKind::Null)) return left;
  if (left.is(TypeKind::Null)) return right;
  const auto is_whole = [](const types::DataType& type) { return type.is_integral() || type.is(TypeKind::Decimal); };
  const auto digits = [](const types::DataType& type) { return type.is(TypeKind::Int) ? 10 : type.is(TypeKind::Long) ? 20 : type.precision(); };
  if (is_whole(left) && is_whole(right)) {
    if (left.is_integral() && right.is_integral()) return TypeKind::Long;
    return types::DataType::decimal(std::min(std::max(digits(left), digits(right)), types::DataType::kMaxDecimalPrecision), 0);
  }
  const auto pair = [&](TypeKind a, TypeKind b) { return (left.is(a) && right.is(b)) || (left.is(b) && right.is(a)); };
  if (pair(TypeKind::Int, TypeKind::Double)) return TypeKind::Double;
  if (pair(TypeKind::Date, TypeKind::Timestamp)) return TypeKind::Timestamp;
  // A bigint or decimal would lose digits as a double.
  return TypeKind::String;
}

types::Value partition_value(const std::string& text, const types::DataType& type, const scan::CsvValues& values) {
  if (text == kNullPartition) return {};
  if (type.is(TypeKind::Timestamp)) {
    const auto micros = values.timestamp(text);
    return micros ? types::Value{*micros} : types::Value{};
  }
  return lake::delta::parse_partition_value(text, type);
}

}  // namespace

std::string unescape_path(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned code = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, code, 16).ptr == text.data() + i + 3) {
      result += static_cast<char>(code);
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

Partitions discover_partitions(const std::vector<std::string>& paths, bool infer_types, const types::Schema* schema, const std::string& time_zone) {
  Partitions result;
  std::vector<FilePlace> places;
  const FilePlace* first = nullptr;
  for (const std::string& path : paths) places.push_back(place_of_file(path));
  for (const FilePlace& place : places)
    if (first == nullptr && !place.folders.empty()) first = &place;
  if (first == nullptr) {
    for (std::size_t i = 0; i < paths.size(); ++i)
      if (paths[i].find('/') == std::string::npos) result.kept.push_back(i);
    result.values.resize(result.kept.size());
    return result;
  }
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const auto& folders = places[i].folders;
    if (folders.empty()) continue;
    if (places[i].base != first->base) throw Error(conditions::kConflictingDirectories, {{"discoveredBasePaths", first->base + "\n" + places[i].base}});
    const bool same = folders.size() == first->folders.size() &&
                      std::equal(folders.begin(), folders.end(), first->folders.begin(), [](const Folder& a, const Folder& b) { return a.name == b.name; });
    if (!same) throw Error(conditions::kConflictingPartitions, {{"distinctPartColLists", paths[i]}});
    result.kept.push_back(i);
  }
  const scan::CsvOptions plain;
  const scan::CsvValues values(plain, time_zone);
  for (std::size_t column = 0; column < first->folders.size(); ++column) {
    const std::string& name = first->folders[column].name;
    types::Field field{name, TypeKind::String, true, {}};
    const types::Field* declared = nullptr;
    for (std::size_t i = 0; schema != nullptr && i < schema->size(); ++i)
      if (lower_case((*schema)[i].name) == lower_case(name)) declared = &(*schema)[i];
    if (declared != nullptr) {
      field.name = declared->name;
      field.type = declared->type;
    } else if (infer_types) {
      types::DataType type;
      for (const std::size_t i : result.kept) type = wider(type, infer_one(places[i].folders[column].value, values));
      if (!type.is(TypeKind::Null)) field.type = type;
    }
    result.columns.push_back(std::move(field));
  }
  for (const std::size_t i : result.kept) {
    std::vector<types::Value> of_file;
    for (std::size_t column = 0; column < result.columns.size(); ++column)
      of_file.push_back(partition_value(places[i].folders[column].value, result.columns[column].type, values));
    result.values.push_back(std::move(of_file));
  }
  return result;
}

}  // namespace lab::commands
