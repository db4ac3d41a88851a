#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include "base/error.h"
#include "types/conditions.h"
#include "types/field_comment.h"
#include "types/type_names.h"
#include "types/type_text.h"

namespace lab::types {
namespace {

enum class DdlKind { Word, Quoted, Number, Text, Symbol, End };

struct DdlToken {
  DdlKind kind = DdlKind::End;
  std::string text;  ///< unescaped for Quoted and Text
  std::size_t start = 0;
  std::size_t stop = 0;  ///< behind the last byte
};

bool is_word_byte(char c) {
  const auto u = static_cast<unsigned char>(c);
  return std::isalnum(u) || c == '_' || u >= 0x80;
}

/// Reads Spark's DDL: lists of columns and single types.
class DdlReader {
 public:
  explicit DdlReader(std::string_view text) : text_(text) { advance(); }

  Schema columns() {
    Schema schema;
    do {
      schema.push_back(column(true));
    } while (accept(","));
    expect_end();
    return schema;
  }

  DataType type() {
    DataType result = data_type(0);
    expect_end();
    return result;
  }

 private:
  Field column(bool colon_allowed, int depth = 0) {
    Field field;
    if (token_.kind != DdlKind::Word && token_.kind != DdlKind::Quoted) fail();
    field.name = token_.text;
    advance();
    if (colon_allowed) accept(":");
    field.type = data_type(depth);
    if (accept_word("NOT")) {
      if (!accept_word("NULL")) fail();
      field.nullable = false;
    }
    if (accept_word("COMMENT")) {
      if (token_.kind != DdlKind::Text) fail();
      field.metadata = with_metadata_entry("", "comment", token_.text);
      advance();
    }
    return field;
  }

  DataType data_type(int depth) {
    if (depth > kMaxTypeDepth) throw Error(conditions::kTypeTooDeep, {{"limit", std::to_string(kMaxTypeDepth)}});
    if (token_.kind != DdlKind::Word && token_.kind != DdlKind::Quoted) fail();
    const bool quoted = token_.kind == DdlKind::Quoted;
    const std::string name = token_.text;
    advance();
    if (!quoted) {
      if (is_word(name, "ARRAY") && accept("<")) {
        DataType element = data_type(depth + 1);
        expect(">");
        return DataType::array(std::move(element));
      }
      if (is_word(name, "MAP") && accept("<")) {
        DataType key = data_type(depth + 1);
        expect(",");
        DataType value = data_type(depth + 1);
        expect(">");
        return DataType::map(std::move(key), std::move(value));
      }
      if (is_word(name, "STRUCT") && accept("<")) return structure(depth);
      if (is_word(name, "INTERVAL") && token_.kind == DdlKind::Word) {
        if (auto interval = interval_fields()) return *interval;
      }
    }
    std::string collation;
    if (is_word(name, "STRING") && accept_word("COLLATE")) {
      if (token_.kind != DdlKind::Word && token_.kind != DdlKind::Quoted) fail();
      collation = token_.text;
      advance();
    }
    const auto numbers = parameters();
    try {
      return named_type(name, numbers, std::move(collation));
    } catch (const Error& error) {
      // A syntax error behind an unknown type comes first, as from Spark's parser, which reads the whole text before it looks at types.
      if (!unknown_type_) unknown_type_ = error;
      return {};
    }
  }

  DataType structure(int depth) {
    std::vector<Field> fields;
    if (accept(">")) return DataType::structure(std::move(fields));
    do {
      fields.push_back(column(true, depth + 1));
    } while (accept(","));
    expect(">");
    return DataType::structure(std::move(fields));
  }

  std::optional<DataType> interval_fields() {
    const std::string from = token_.text;
    if (!interval_type(from, {})) return std::nullopt;
    advance();
    std::string to;
    if (accept_word("TO")) {
      to = token_.text;
      if (token_.kind != DdlKind::Word) fail();
      advance();
    }
    auto result = interval_type(from, to);
    if (!result) throw Error(conditions::kFromToIntervalUnsupported, {{"from", from}, {"to", to}});
    return result;
  }

  std::vector<int> parameters() {
    std::vector<int> numbers;
    if (!accept("(")) return numbers;
    do {
      int value = 0;
      const auto* end = token_.text.data() + token_.text.size();
      if (token_.kind != DdlKind::Number || std::from_chars(token_.text.data(), end, value).ptr != end) fail();
      numbers.push_back(value);
      advance();
    } while (accept(","));
    expect(")");
    return numbers;
  }

  static bool is_word(std::string_view text, std::string_view word) {
    return std::equal(text.begin(), text.end(), word.begin(), word.end(), [](char a, char b) { return std::toupper(static_cast<unsigned char>(a)) == b; });
  }
  bool accept_word(std::string_view word) {
    if (token_.kind != DdlKind::Word || !is_word(token_.text, word)) return false;
    advance();
    return true;
  }
  bool accept(std::string_view symbol) {
    if (token_.kind != DdlKind::Symbol || token_.text != symbol) return false;
    advance();
    return true;
  }
  void expect(std::string_view symbol) {
    if (!accept(symbol)) fail();
  }
  void expect_end() {
    if (token_.kind != DdlKind::End) fail();
    if (unknown_type_) throw *unknown_type_;
  }

  [[noreturn]] void fail() const {
    const std::string found =
        token_.kind == DdlKind::End ? "end of input" : "'" + std::string(text_.substr(token_.start, token_.stop - token_.start)) + "'";
    QueryContext context;
    context.line = 1 + static_cast<int>(std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(token_.start), '\n'));
    const auto line_start = text_.substr(0, token_.start).rfind('\n');
    context.column = static_cast<int>(line_start == std::string_view::npos ? token_.start : token_.start - line_start - 1);
    context.sql_text = std::string(text_);
    throw Error(conditions::kParseSyntaxError, {{"error", found}, {"hint", ""}}).at(std::move(context));
  }

  void skip_space() {
    while (position_ < text_.size()) {
      if (std::isspace(static_cast<unsigned char>(text_[position_]))) {
        ++position_;
      } else if (text_.compare(position_, 2, "--") == 0) {
        position_ = std::min(text_.find('\n', position_), text_.size());
      } else {
        return;
      }
    }
  }

  void advance() {
    skip_space();
    token_ = {};
    token_.start = token_.stop = position_;
    if (position_ >= text_.size()) return;
    const char c = text_[position_];
    if (c == '`') {
      read_enclosed('`', DdlKind::Quoted);
    } else if (c == '\'' || c == '"') {
      read_enclosed(c, DdlKind::Text);
    } else if (is_word_byte(c)) {
      while (position_ < text_.size() && is_word_byte(text_[position_])) ++position_;
      token_.text = text_.substr(token_.start, position_ - token_.start);
      const bool digits = std::all_of(token_.text.begin(), token_.text.end(), [](unsigned char d) { return std::isdigit(d); });
      token_.kind = digits ? DdlKind::Number : DdlKind::Word;
    } else {
      token_.kind = DdlKind::Symbol;
      token_.text = c;
      ++position_;
    }
    token_.stop = position_;
  }

  void read_enclosed(char quote, DdlKind kind) {
    ++position_;
    while (position_ < text_.size()) {
      const char c = text_[position_++];
      if (c == quote) {
        if (quote == '`' && position_ < text_.size() && text_[position_] == '`') {
          ++position_;
        } else {
          token_.kind = kind;
          return;
        }
      } else if (c == '\\' && quote != '`' && position_ < text_.size()) {
        token_.text += text_[position_++];
        continue;
      }
      token_.text += c;
    }
    token_.kind = DdlKind::Symbol;
    token_.stop = position_;
    fail();
  }

  std::string_view text_;
  std::size_t position_ = 0;
  DdlToken token_;
  std::optional<Error> unknown_type_;
};

}  // namespace

DataType parse_type(std::string_view text) { return DdlReader(text).type(); }

Schema parse_schema(std::string_view text) {
  // As Spark does: a column list, else a type, else the inside of a struct.
  try {
    return DdlReader(text).columns();
  } catch (const Error&) {
    try {
      DataType type = DdlReader(text).type();
      return type.is(TypeKind::Struct) ? type.fields() : Schema{{"value", std::move(type), true, {}}};
    } catch (const Error&) {
    }
    throw;
  }
}

}  // namespace lab::types
