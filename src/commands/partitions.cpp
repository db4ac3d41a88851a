#include "commands/partitions.h"

#include <algorithm>
#include <charconv>

#include "commands/conditions.h"
#include "lake/delta/table.h"
#include "types/type_text.h"

namespace lab::commands {
namespace {

using types::TypeKind;

constexpr std::string_view kNullPartition = "__HIVE_DEFAULT_PARTITION__";

struct Folder {
  std::string name, value;
};

/// The `k=v` folders of a path, in order; the file's own name is none.
std::vector<Folder> folders_of(const std::string& path) {
  std::vector<Folder> folders;
  std::size_t start = 0;
  for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', start)) {
    const std::string part = path.substr(start, slash - start);
    const std::size_t equals = part.find('=');
    if (equals != std::string::npos && equals > 0) folders.push_back({unescape_path(part.substr(0, equals)), unescape_path(part.substr(equals + 1))});
    start = slash + 1;
  }
  return folders;
}

template <typename Number>
bool reads_as(const std::string& text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_date(const std::string& text) {
  return text.size() == 10 && text[4] == '-' && text[7] == '-' && is_digits(text.substr(0, 4)) && is_digits(text.substr(5, 2)) && is_digits(text.substr(8));
}

bool is_timestamp(const std::string& text) {
  return text.size() >= 19 && is_date(text.substr(0, 10)) && (text[10] == ' ' || text[10] == 'T') && text[13] == ':' && text[16] == ':';
}

TypeKind infer_one(const std::string& text) {
  if (text == kNullPartition) return TypeKind::Null;
  if (reads_as<std::int32_t>(text)) return TypeKind::Int;
  if (reads_as<std::int64_t>(text)) return TypeKind::Long;
  if (reads_as<double>(text)) return TypeKind::Double;
  if (is_date(text)) return TypeKind::Date;
  if (is_timestamp(text)) return TypeKind::Timestamp;
  return TypeKind::String;
}

TypeKind wider(TypeKind left, TypeKind right) {
  if (left == right || right == TypeKind::Null) return left;
  if (left == TypeKind::Null) return right;
  const auto is_number = [](TypeKind kind) { return kind == TypeKind::Int || kind == TypeKind::Long || kind == TypeKind::Double; };
  if (is_number(left) && is_number(right)) return std::max(left, right);
  if (std::min(left, right) == TypeKind::Date && std::max(left, right) == TypeKind::Timestamp) return TypeKind::Timestamp;
  return TypeKind::String;
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

Partitions discover_partitions(const std::vector<catalog::FoundFile>& files, bool infer_types, const types::Schema* schema) {
  Partitions result;
  if (files.empty()) return result;
  std::vector<std::vector<Folder>> folders;
  for (const catalog::FoundFile& file : files) folders.push_back(folders_of(file.path));
  const std::vector<Folder>& first = folders.front();
  for (const auto& others : folders) {
    const bool same = others.size() == first.size() &&
                      std::equal(others.begin(), others.end(), first.begin(), [](const Folder& a, const Folder& b) { return a.name == b.name; });
    if (!same) throw Error(conditions::kConflictingPartitions, {{"distinctPartColLists", files.front().path}});
  }
  for (std::size_t column = 0; column < first.size(); ++column) {
    types::DataType type = TypeKind::String;
    const auto declared = schema == nullptr ? nullptr : [&]() -> const types::Field* {
      for (const types::Field& field : *schema)
        if (field.name == first[column].name) return &field;
      return nullptr;
    }();
    if (declared != nullptr) {
      type = declared->type;
    } else if (infer_types) {
      TypeKind kind = TypeKind::Null;
      for (const auto& of_file : folders) kind = wider(kind, infer_one(of_file[column].value));
      type = kind == TypeKind::Null ? TypeKind::String : kind;
    }
    result.columns.push_back({first[column].name, type, true, {}});
  }
  for (const auto& of_file : folders) {
    std::vector<types::Value> values;
    for (std::size_t column = 0; column < of_file.size(); ++column) {
      const std::string& text = of_file[column].value;
      values.push_back(text == kNullPartition ? types::Value{} : lake::delta::parse_partition_value(text, result.columns[column].type));
    }
    result.values.push_back(std::move(values));
  }
  return result;
}

}  // namespace lab::commands
