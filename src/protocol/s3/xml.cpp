#include "protocol/s3/xml.h"

#include <charconv>

#include "protocol/s3/errors.h"

namespace lab::s3 {
namespace {

[[noreturn]] void malformed() { throw Error(conditions::kMalformedXml); }

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool is_name_char(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || c == ':';
}

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

/// A recursive reader over one text; depth and element count are bounded, so recursion is too.
class XmlReader {
 public:
  XmlReader(std::string_view text, const XmlLimits& limits) : text_(text), limits_(limits) {}

  XmlElement read_document() {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    skip_misc();
    XmlElement root = read_element(0);
    skip_misc();
    if (at_ != text_.size()) malformed();
    return root;
  }

 private:
  bool starts(std::string_view token) const { return text_.substr(at_).starts_with(token); }

  char peek() const {
    if (at_ >= text_.size()) malformed();
    return text_[at_];
  }

  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  void skip_past(std::string_view end) {
    const auto found = text_.find(end, at_);
    if (found == std::string_view::npos) malformed();
    at_ = found + end.size();
  }

  // Comments and processing instructions; a document type ends the reading as malformed.
  void skip_misc() {
    for (;;) {
      skip_space();
      if (starts("<?")) {
        skip_past("?>");
      } else if (starts("<!--")) {
        at_ += 4;
        skip_past("-->");
      } else {
        return;
      }
    }
  }

  std::string_view read_name() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_name_char(text_[at_])) ++at_;
    if (at_ == begin) malformed();
    const char first = text_[begin];
    if ((first >= '0' && first <= '9') || first == '-' || first == '.') malformed();
    return text_.substr(begin, at_ - begin);
  }

  static std::string local_name(std::string_view name) {
    const auto colon = name.rfind(':');
    return std::string(colon == std::string_view::npos ? name : name.substr(colon + 1));
  }

  void read_reference(std::string& out) {
    const auto end = text_.find(';', at_);
    if (end == std::string_view::npos || end - at_ > 12) malformed();
    const std::string_view name = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    if (name == "lt") {
      out += '<';
    } else if (name == "gt") {
      out += '>';
    } else if (name == "amp") {
      out += '&';
    } else if (name == "apos") {
      out += '\'';
    } else if (name == "quot") {
      out += '"';
    } else if (name.size() >= 2 && name[0] == '#') {
      const bool hex = name[1] == 'x';
      const std::string_view digits = name.substr(hex ? 2 : 1);
      std::uint32_t code = 0;
      const auto [stop, problem] =
          std::from_chars(digits.data(), digits.data() + digits.size(), code, hex ? 16 : 10);
      if (digits.empty() || problem != std::errc{} || stop != digits.data() + digits.size()) malformed();
      if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) malformed();
      append_utf8(out, code);
    } else {
      malformed();
    }
  }

  void read_attributes(XmlElement& element) {
    for (;;) {
      const bool spaced = is_space(peek());
      skip_space();
      if (peek() == '>' || peek() == '/') return;
      if (!spaced) malformed();
      const std::string name = local_name(read_name());
      skip_space();
      if (peek() != '=') malformed();
      ++at_;
      skip_space();
      const char quote = peek();
      if (quote != '"' && quote != '\'') malformed();
      ++at_;
      std::string value;
      while (peek() != quote) {
        if (peek() == '<') malformed();
        if (peek() == '&') {
          read_reference(value);
        } else {
          value += text_[at_++];
        }
      }
      ++at_;
      if (name == "type") element.type = std::move(value);
    }
  }

  XmlElement read_element(std::size_t depth) {
    if (depth >= limits_.max_depth || ++elements_ > limits_.max_elements) malformed();
    if (peek() != '<') malformed();
    ++at_;
    XmlElement element;
    const std::string_view tag = read_name();
    element.name = local_name(tag);
    read_attributes(element);
    if (peek() == '/') {
      ++at_;
      if (peek() != '>') malformed();
      ++at_;
      return element;
    }
    ++at_;
    read_content(element, tag, depth);
    return element;
  }

  void read_content(XmlElement& element, std::string_view tag, std::size_t depth) {
    for (;;) {
      const auto next = text_.find_first_of("<&", at_);
      if (next == std::string_view::npos) malformed();
      element.text.append(text_.substr(at_, next - at_));
      at_ = next;
      if (text_[at_] == '&') {
        read_reference(element.text);
      } else if (starts("</")) {
        at_ += 2;
        if (read_name() != tag) malformed();
        skip_space();
        if (peek() != '>') malformed();
        ++at_;
        return;
      } else if (starts("<!--")) {
        at_ += 4;
        skip_past("-->");
      } else if (starts("<![CDATA[")) {
        at_ += 9;
        const auto end = text_.find("]]>", at_);
        if (end == std::string_view::npos) malformed();
        element.text.append(text_.substr(at_, end - at_));
        at_ = end + 3;
      } else if (starts("<?")) {
        skip_past("?>");
      } else {
        element.children.push_back(read_element(depth + 1));
      }
    }
  }

  std::string_view text_;
  const XmlLimits& limits_;
  std::size_t at_ = 0;
  std::size_t elements_ = 0;
};

/// What stands for a character that cannot stand for itself; empty for all others.
std::string_view escape_of(char c) {
  switch (c) {
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '&': return "&amp;";
    case '"': return "&#34;";
    case '\'': return "&#39;";
    case '\t': return "&#x9;";
    case '\n': return "&#xA;";
    case '\r': return "&#xD;";
    default: return static_cast<unsigned char>(c) < 0x20 ? std::string_view("\xEF\xBF\xBD") : std::string_view();
  }
}

void append_escaped(std::string& out, std::string_view text) {
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::string_view escape = escape_of(text[at]);
    if (escape.empty()) continue;
    out.append(text, begin, at - begin);
    out += escape;
    begin = at + 1;
  }
  out.append(text, begin);
}

}  // namespace

const XmlElement* XmlElement::find(std::string_view child) const {
  for (const XmlElement& element : children) {
    if (element.name == child) return &element;
  }
  return nullptr;
}

std::string_view XmlElement::text_of(std::string_view child, std::string_view fallback) const {
  const XmlElement* element = find(child);
  return element == nullptr ? fallback : std::string_view(element->text);
}

XmlElement parse_xml(std::string_view text, const XmlLimits& limits) {
  if (text.size() > limits.max_bytes) malformed();
  return XmlReader(text, limits).read_document();
}

XmlWriter::XmlWriter() : text_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") {}

void XmlWriter::open(std::string_view name) {
  text_ += '<';
  text_ += name;
  text_ += '>';
  path_.emplace_back(name);
}

void XmlWriter::open_root(std::string_view name) {
  text_ += '<';
  text_ += name;
  text_ += " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
  path_.emplace_back(name);
}

void XmlWriter::close() {
  text_ += "</";
  text_ += path_.back();
  text_ += '>';
  path_.pop_back();
}

void XmlWriter::reserve(std::size_t bytes) { text_.reserve(text_.size() + bytes); }

void XmlWriter::quoted_element(std::string_view name, std::string_view text) {
  text_ += '<';
  text_ += name;
  text_ += ">&#34;";
  append_escaped(text_, text);
  text_ += "&#34;</";
  text_ += name;
  text_ += '>';
}

void XmlWriter::element(std::string_view name, std::string_view text) {
  text_ += '<';
  text_ += name;
  text_ += '>';
  append_escaped(text_, text);
  text_ += "</";
  text_ += name;
  text_ += '>';
}

void XmlWriter::element(std::string_view name, std::uint64_t number) { element(name, std::to_string(number)); }

void XmlWriter::flag(std::string_view name, bool value) {
  element(name, std::string_view(value ? "true" : "false"));
}

void XmlWriter::optional_element(std::string_view name, std::string_view text) {
  if (!text.empty()) element(name, text);
}

void XmlWriter::raw(std::string_view xml) { text_ += xml; }

std::string XmlWriter::finish() && {
  while (!path_.empty()) close();
  return std::move(text_);
}

}  // namespace lab::s3
