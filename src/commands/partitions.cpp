#include "commands/partitions.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/letter_case.h"
#include "commands/conditions.h"
#include "compute/datetime_text.h"
#include "compute/decimal.h"
#include "compute/zone.h"
#include "lake/delta/table.h"
#include "scan/csv_values.h"
#include "types/type_text.h"

namespace lab::commands {
namespace {

using types::TypeKind;

constexpr std::string_view kNullPartition = "__HIVE_DEFAULT_PARTITION__";

struct Folder {
  std::string name, value;  ///< the value as it stands in the path, escaped
};

/// A folder with files, and what the `k=v` parts of its path say.
struct Leaf {
  std::string path;
  std::vector<Folder> folders;      ///< outermost first
  std::optional<std::string> base;  ///< the folder in which they begin; nothing: left over from a job that failed
};

std::string parent_of(const std::string& path, std::size_t store_length) {
  const std::size_t slash = path.rfind('/');
  return path.substr(0, slash == std::string::npos || slash < store_length ? store_length : slash);
}

/// From the leaf upwards: the `k=v` parts, up to a base path or the first other part above them.
Leaf read_leaf(const LeafFolder& folder, const std::set<std::string>& base_paths) {
  Leaf leaf{folder.path, {}, {}};
  std::string current = folder.path;
  while (current.size() > folder.store_length) {
    const std::string part = current.substr(std::max(current.rfind('/') + 1, folder.store_length));
    if (lower_case(part) == "_temporary") return {folder.path, {}, {}};
    if (base_paths.contains(current)) break;
    const std::size_t equals = part.find('=');
    if (equals == std::string::npos) {
      if (!leaf.folders.empty()) break;
    } else {
      if (equals == 0) throw Error(conditions::kEmptyFolderName, {{"columnSpec", part}});
      if (equals + 1 == part.size()) throw Error(conditions::kEmptyFolderValue, {{"columnSpec", part}});
      leaf.folders.insert(leaf.folders.begin(), {unescape_path(part.substr(0, equals)), part.substr(equals + 1)});
    }
    current = parent_of(current, folder.store_length);
  }
  leaf.base = leaf.folders.empty() ? folder.path : current;
  return leaf;
}

template <typename Number>
std::optional<std::int64_t> read_integer(const std::string& text) {
  return scan::CsvValues::integer(text, std::numeric_limits<Number>::min(), std::numeric_limits<Number>::max());
}

/// The type of a number without decimals as Java's BigDecimal reads it: `1e3` is decimal(4,0), `1.50` none.
std::optional<types::DataType> whole_decimal(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  const std::size_t e = text.find_first_of("eE");
  std::int64_t scale = 0;
  if (e != std::string_view::npos) {
    const auto exponent = scan::CsvValues::integer(text.substr(e + 1), -1000, 1000);
    if (!exponent) return std::nullopt;
    scale = -*exponent;
    text = text.substr(0, e);
  }
  std::string digits(text);
  if (const std::size_t point = digits.find('.'); point != std::string::npos) {
    scale += static_cast<std::int64_t>(digits.size() - point - 1);
    digits.erase(point, 1);
  }
  if (digits.empty() || scale > 0 || !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size() - 1);
  const std::int64_t precision = static_cast<std::int64_t>(digits.size() - first) - scale;
  if (precision > types::DataType::kMaxDecimalPrecision) return std::nullopt;
  return types::DataType::decimal(static_cast<int>(precision), 0);
}

/// What one value looks like; times are of the forms `yyyy-MM-dd HH:mm:ss[.S]` and `yyyy-MM-dd`.
types::DataType infer_one(const std::string& text, bool infers_types, const scan::CsvValues& values) {
  if (text == kNullPartition) return TypeKind::Null;
  if (!infers_types) return TypeKind::String;
  if (read_integer<std::int32_t>(text)) return TypeKind::Int;
  if (read_integer<std::int64_t>(text)) return TypeKind::Long;
  if (const auto decimal = whole_decimal(text)) return *decimal;
  if (values.real(text)) return TypeKind::Double;
  if (const std::string plain = unescape_path(text); plain.size() >= 19 && plain[10] == ' ' && values.timestamp(plain)) return TypeKind::Timestamp;
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

template <typename Result>
std::optional<types::Value> value_if(const std::optional<Result>& result) {
  if (!result) return std::nullopt;
  return types::Value{*result};
}

std::optional<types::Value> decimal_value(const std::string& text, const types::DataType& type) {
  // Java's BigDecimal takes no blanks.
  if (static_cast<unsigned char>(text.front()) <= ' ' || static_cast<unsigned char>(text.back()) <= ' ') return std::nullopt;
  bool malformed = false;
  const auto unscaled = compute::parse_decimal(text, {type.precision(), type.scale()}, malformed);
  if (malformed) return std::nullopt;
  return unscaled ? types::Value{types::Decimal{*unscaled, type.scale()}} : types::Value{};
}

/// What a folder's text means in a type, by Java's parsers and Spark's casts; nothing for what does not fit.
std::optional<types::Value> read_value(const std::string& text, const types::DataType& type, const scan::CsvValues& values, const compute::Zone& zone) {
  switch (type.kind()) {
    case TypeKind::String:
    case TypeKind::Char:
    case TypeKind::Varchar: return types::Value{unescape_path(text)};
    case TypeKind::Byte: {
      const auto number = read_integer<std::int32_t>(text);
      return number ? std::optional(types::Value{static_cast<std::int64_t>(static_cast<std::int8_t>(*number))}) : std::nullopt;
    }
    case TypeKind::Short: {
      const auto number = read_integer<std::int32_t>(text);
      return number ? std::optional(types::Value{static_cast<std::int64_t>(static_cast<std::int16_t>(*number))}) : std::nullopt;
    }
    case TypeKind::Int: return value_if(read_integer<std::int32_t>(text));
    case TypeKind::Long: return value_if(read_integer<std::int64_t>(text));
    case TypeKind::Float: {
      const auto number = values.real(text);
      return number ? std::optional(types::Value{static_cast<double>(static_cast<float>(*number))}) : std::nullopt;
    }
    case TypeKind::Double: return value_if(values.real(text));
    case TypeKind::Decimal: return decimal_value(text, type);
    case TypeKind::Boolean: return value_if(scan::CsvValues::boolean(text));
    case TypeKind::Binary: return types::Value{types::Binary{text}};
    case TypeKind::Date: {
      const auto date = compute::parse_date(text);
      return date ? std::optional(types::Value{static_cast<std::int64_t>(date->days)}) : std::nullopt;
    }
    case TypeKind::Timestamp: {
      const auto instant = compute::parse_timestamp(unescape_path(text), zone);
      return instant ? std::optional(types::Value{instant->micros}) : std::nullopt;
    }
    case TypeKind::TimestampNtz: {
      const auto clock = compute::parse_wall_clock(unescape_path(text));
      return clock ? std::optional(types::Value{clock->micros}) : std::nullopt;
    }
    default: return lake::delta::parse_partition_value(unescape_path(text), type);
  }
}

types::Value partition_value(const std::string& text, const types::Field& column, const PartitionRules& rules, const scan::CsvValues& values, const compute::Zone& zone) {
  if (text == kNullPartition || column.type.is(TypeKind::Null)) return {};
  if (auto value = read_value(text, column.type, values, zone)) return std::move(*value);
  const bool is_clock = column.type.is(TypeKind::Date) || column.type.is(TypeKind::Timestamp) || column.type.is(TypeKind::TimestampNtz);
  if (!rules.validates || (is_clock && !rules.is_ansi)) return {};
  throw Error(conditions::kInvalidPartitionValue, {{"value", "'" + text + "'"}, {"dataType", types::quoted_sql(column.type)}, {"columnName", types::quote_identifier(column.name)}});
}

std::vector<std::string> names_of(const Leaf& leaf, bool is_case_sensitive) {
  std::vector<std::string> names;
  for (const Folder& folder : leaf.folders) names.push_back(is_case_sensitive ? folder.name : lower_case(folder.name));
  return names;
}

std::string listed(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += "\n\t" + line;
  return text;
}

void check_bases(const std::vector<Leaf>& leaves) {
  std::vector<std::string> bases;
  for (const Leaf& leaf : leaves)
    if (leaf.base && std::ranges::find(bases, lower_case(*leaf.base)) == bases.end()) bases.push_back(lower_case(*leaf.base));
  if (bases.size() > 1) throw Error(conditions::kConflictingDirectories, {{"discoveredBasePaths", listed(bases) + "\n"}});
}

void check_names(const std::vector<Leaf>& leaves, bool is_case_sensitive) {
  std::set<std::vector<std::string>> compared;
  for (const Leaf& leaf : leaves)
    if (!leaf.folders.empty()) compared.insert(names_of(leaf, is_case_sensitive));
  if (compared.size() <= 1) return;
  std::vector<std::vector<std::string>> distinct;
  std::vector<std::string> lists;
  for (const Leaf& leaf : leaves) {
    const std::vector<std::string> names = names_of(leaf, true);
    if (names.empty() || std::ranges::find(distinct, names) != distinct.end()) continue;
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
    lists.push_back("Partition column name list #" + std::to_string(distinct.size()) + ": " + list);
    distinct.push_back(names);
  }
  // Folders above others are the likelier mistake.
  std::vector<std::pair<std::size_t, std::size_t>> order;
  for (std::size_t i = 0; i < distinct.size(); ++i) order.emplace_back(distinct[i].size(), i);
  std::ranges::sort(order);
  std::vector<std::string> suspicious;
  for (const auto& [depth, i] : order)
    for (const Leaf& leaf : leaves)
      if (names_of(leaf, true) == distinct[i]) suspicious.push_back(leaf.path);
  throw Error(conditions::kConflictingPartitions, {{"distinctPartColLists", listed(lists) + "\n"}, {"suspiciousPaths", listed(suspicious)}});
}

std::vector<types::Field> columns_of(const std::vector<Leaf>& leaves, const PartitionRules& rules, const scan::CsvValues& values) {
  const Leaf& first = *std::ranges::find_if(leaves, [](const Leaf& leaf) { return !leaf.folders.empty(); });
  std::vector<types::Field> columns;
  for (std::size_t i = 0; i < first.folders.size(); ++i) {
    types::Field field{first.folders[i].name, TypeKind::Null, true, {}};
    const types::Field* declared = nullptr;
    for (std::size_t k = 0; rules.schema != nullptr && k < rules.schema->size(); ++k)
      if (rules.is_case_sensitive ? (*rules.schema)[k].name == field.name : equal_ignoring_case((*rules.schema)[k].name, field.name)) declared = &(*rules.schema)[k];
    if (declared != nullptr) {
      field.name = declared->name;
      field.type = declared->type;
    } else {
      for (const Leaf& leaf : leaves)
        if (!leaf.folders.empty()) field.type = wider(field.type, infer_one(leaf.folders[i].value, rules.infers_types, values));
    }
    columns.push_back(std::move(field));
  }
  return columns;
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

Partitions discover_partitions(const std::vector<LeafFolder>& folders, const std::set<std::string>& base_paths, const PartitionRules& rules) {
  std::vector<Leaf> leaves;
  std::map<std::string, std::size_t> known;
  std::vector<std::size_t> leaf_of_file;
  for (const LeafFolder& folder : folders) {
    const auto [found, is_new] = known.try_emplace(folder.path, leaves.size());
    if (is_new) leaves.push_back(read_leaf(folder, base_paths));
    leaf_of_file.push_back(found->second);
  }
  Partitions result;
  if (std::ranges::all_of(leaves, [](const Leaf& leaf) { return leaf.folders.empty(); })) {
    for (std::size_t i = 0; i < folders.size(); ++i)
      if (folders[i].is_root) result.kept.push_back(i);
    result.values.resize(result.kept.size());
    return result;
  }
  check_bases(leaves);
  check_names(leaves, rules.is_case_sensitive);
  // What Java's Double.parseDouble takes for infinite.
  scan::CsvOptions plain;
  plain.positive_infinity = "Infinity";
  plain.negative_infinity = "-Infinity";
  const scan::CsvValues values(plain, rules.time_zone);
  const compute::Zone& zone = compute::Zone::find(rules.time_zone);
  result.columns = columns_of(leaves, rules, values);
  std::vector<std::vector<types::Value>> of_leaf;
  for (const Leaf& leaf : leaves) {
    of_leaf.emplace_back();
    for (std::size_t i = 0; i < leaf.folders.size(); ++i) of_leaf.back().push_back(partition_value(leaf.folders[i].value, result.columns[i], rules, values, zone));
  }
  for (std::size_t i = 0; i < folders.size(); ++i) {
    if (leaves[leaf_of_file[i]].folders.empty()) continue;
    result.kept.push_back(i);
    result.values.push_back(of_leaf[leaf_of_file[i]]);
  }
  return result;
}

}  // namespace lab::commands
