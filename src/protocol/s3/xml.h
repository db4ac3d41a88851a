#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lab::s3 {

/// One element of a small XML document. Prefixes are taken off names, attributes are dropped (S3's requests need
/// none but `xsi:type`, which is kept), character data of an element is concatenated.
struct XmlElement {
  std::string name;
  std::string text;
  std::string type;  ///< xsi:type
  std::vector<XmlElement> children;

  /// The first child of that name; nullptr when there is none.
  const XmlElement* find(std::string_view child) const;
  /// Text of the first child of that name, `fallback` when there is none.
  std::string_view text_of(std::string_view child, std::string_view fallback = {}) const;
};

/// Bounds on what parse_xml() takes.
struct XmlLimits {
  std::size_t max_bytes = 8 << 20;
  std::size_t max_depth = 16;
  std::size_t max_elements = 100'000;
};

/// Reads one document. Throws MalformedXML on anything that is not well-formed, on a document type declaration (no
/// entity but the five of XML and character references is known, so nothing can expand) and beyond the limits.
XmlElement parse_xml(std::string_view text, const XmlLimits& limits = {});

/// Writes a document of nested elements. Text is escaped; what XML 1.0 cannot carry becomes U+FFFD.
class XmlWriter {
 public:
  XmlWriter();

  /// Room for so much more, for who knows.
  void reserve(std::size_t bytes);
  void open(std::string_view name);
  /// Opens the outermost element of an answer, in S3's namespace.
  void open_root(std::string_view name);
  void close();
  void element(std::string_view name, std::string_view text);
  void element(std::string_view name, std::uint64_t number);
  /// The text between double quotes.
  void quoted_element(std::string_view name, std::string_view text);
  void flag(std::string_view name, bool value);
  /// The element only when `text` is not empty.
  void optional_element(std::string_view name, std::string_view text);
  /// Already written XML, put in as it is.
  void raw(std::string_view xml);

  std::string finish() &&;

 private:
  std::string text_;
  std::vector<std::string> path_;
};

}  // namespace lab::s3
