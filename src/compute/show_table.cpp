#include "compute/show_table.h"

#include <algorithm>

#include "base/html_text.h"

namespace lab::compute {
namespace {

/// Length in bytes of the UTF-8 character at `i`; broken bytes count one each.
std::size_t character_bytes(const std::string& text, std::size_t i) {
  const auto lead = static_cast<unsigned char>(text[i]);
  const std::size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return std::min(length, text.size() - i);
}

char32_t character_at(const std::string& text, std::size_t i, std::size_t length) {
  const auto byte = [&](std::size_t k) { return static_cast<char32_t>(static_cast<unsigned char>(text[i + k])); };
  if (length == 1) return byte(0);
  if (length == 2) return (byte(0) & 0x1f) << 6 | (byte(1) & 0x3f);
  if (length == 3) return (byte(0) & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f);
  return (byte(0) & 0x07) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 | (byte(3) & 0x3f);
}

/// Spark's Utils.fullWidthRegex.
bool is_full_width(char32_t c) {
  return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0xFE10 && c <= 0xFE19) || (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) || (c >= 0xFFE0 && c <= 0xFFE6);
}

/// Java counts UTF-16 units.
std::size_t java_length(const std::string& text) {
  std::size_t units = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = character_bytes(text, i);
    units += length == 4 ? 2 : 1;
    i += length;
  }
  return units;
}

/// How wide the text stands in a terminal: its Java length, and one more for each full-width character.
std::size_t display_width(const std::string& text) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = character_bytes(text, i);
    width += length == 4 ? 2 : 1;
    if (is_full_width(character_at(text, i, length))) ++width;
    i += length;
  }
  return width;
}

/// The first `units` UTF-16 units.
std::string java_prefix(const std::string& text, std::size_t units) {
  std::size_t seen = 0, i = 0;
  while (i < text.size()) {
    const std::size_t length = character_bytes(text, i);
    seen += length == 4 ? 2 : 1;
    if (seen > units) break;
    i += length;
  }
  return text.substr(0, i);
}

/// SchemaUtils.escapeMetaCharacters.
std::string escape(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '\n': result += "\\n"; break;
      case '\r': result += "\\r"; break;
      case '\t': result += "\\t"; break;
      case '\f': result += "\\f"; break;
      case '\b': result += "\\b"; break;
      case '\v': result += "\\v"; break;
      case '\a': result += "\\a"; break;
      default: result += c;
    }
  }
  return result;
}

std::string cut(const std::string& text, int truncate) {
  if (truncate <= 0 || java_length(text) <= static_cast<std::size_t>(truncate)) return text;
  const auto limit = static_cast<std::size_t>(truncate);
  return limit < 4 ? java_prefix(text, limit) : java_prefix(text, limit - 3) + "...";
}

using Lines = std::vector<std::vector<std::string>>;

/// The header, then the rows; all escaped, and the rows cut.
Lines prepare(const ShownTable& table, int truncate) {
  Lines lines;
  auto& header = lines.emplace_back();
  for (const std::string& name : table.header) header.push_back(escape(name));
  for (const auto& row : table.rows) {
    auto& line = lines.emplace_back();
    for (const auto& cell : row) line.push_back(cut(cell ? escape(*cell) : "NULL", truncate));
  }
  return lines;
}

std::string pad(const std::string& text, std::size_t width, bool to_the_right) {
  const std::size_t has = display_width(text);
  const std::string spaces(width > has ? width - has : 0, ' ');
  return to_the_right ? spaces + text : text + spaces;
}

std::string footer(const ShownTable& table) {
  if (!table.has_more) return "";
  const std::size_t shown = table.rows.size();
  return "only showing top " + std::to_string(shown) + (shown == 1 ? " row" : " rows") + "\n";
}

}  // namespace

std::string binary_cell(const std::string& bytes) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string text = "[";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0) text += ' ';
    const auto byte = static_cast<unsigned char>(bytes[i]);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text + "]";
}

std::string show_grid(const ShownTable& table, int truncate) {
  constexpr std::size_t kLeastWidth = 3;
  const Lines lines = prepare(table, truncate);
  std::vector<std::size_t> widths(table.header.size(), kLeastWidth);
  for (const auto& line : lines)
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], display_width(line[i]));
  std::string rule = "+";
  for (const std::size_t width : widths) rule += std::string(width, '-') + "+";
  if (widths.empty()) rule = "++";
  rule += "\n";
  std::string text = rule;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    text += "|";
    for (std::size_t k = 0; k < lines[i].size(); ++k) text += pad(lines[i][k], widths[k], truncate > 0) + "|";
    if (lines[i].empty()) text += "|";
    text += "\n";
    if (i == 0) text += rule;
  }
  return text + rule + footer(table);
}

std::string show_vertical(const ShownTable& table, int truncate) {
  constexpr std::size_t kLeastWidth = 3;
  const Lines lines = prepare(table, truncate);
  std::size_t name_width = kLeastWidth, data_width = kLeastWidth;
  for (std::size_t i = 0; i < lines.size(); ++i)
    for (const std::string& cell : lines[i]) (i == 0 ? name_width : data_width) = std::max(i == 0 ? name_width : data_width, display_width(cell));
  std::string text;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    std::string rule = "-RECORD " + std::to_string(i - 1);
    // As wide as a line of name, bar and value.
    const std::size_t width = name_width + data_width + 5;
    if (rule.size() < width) rule += std::string(width - rule.size(), '-');
    text += rule + "\n";
    for (std::size_t k = 0; k < lines[i].size(); ++k) text += " " + pad(lines[0][k], name_width, false) + " | " + pad(lines[i][k], data_width, false) + " \n";
  }
  if (lines.size() == 1) text += "(0 rows)\n";
  return text + footer(table);
}

std::string show_html(const ShownTable& table, int truncate) {
  const Lines lines = prepare(table, truncate);
  std::string text = "<table border='1'>\n";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const char* tag = i == 0 ? "th" : "td";
    text += "<tr>";
    for (const std::string& cell : lines[i]) text += std::string("<") + tag + ">" + escape_html(cell) + "</" + tag + ">";
    text += "</tr>\n";
  }
  text += "</table>\n";
  return text + footer(table);
}

}  // namespace lab::compute
