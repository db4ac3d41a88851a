#include "compute/xpath.h"

#include <libxml/parser.h>
#include <libxml/xpath.h>

#include <memory>

#include "base/error.h"
#include "compute/conditions.h"

namespace lab::compute {

namespace {

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using Document = std::unique_ptr<xmlDoc, Freed<&xmlFreeDoc>>;
using Context = std::unique_ptr<xmlXPathContext, Freed<&xmlXPathFreeContext>>;
using Result = std::unique_ptr<xmlXPathObject, Freed<&xmlXPathFreeObject>>;
using Text = std::unique_ptr<xmlChar, void (*)(void*)>;

void be_silent(void*, xmlErrorPtr) {}

std::string text_of(xmlChar* text) {
  const Text owned(text, xmlFree);
  return text == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(text));
}

/// The result of the path over the document, which must live as long.
struct Evaluation {
  Document document;
  Context context;
  Result result;
};

Evaluation evaluate(std::string_view xml, std::string_view path) {
  static const bool prepared = [] {
    xmlInitParser();
    return true;
  }();
  (void)prepared;
  Evaluation made;
  constexpr int kOptions = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
  made.document.reset(xmlReadMemory(xml.data(), static_cast<int>(xml.size()), nullptr, nullptr, kOptions));
  // A document type is where entities come from.
  if (!made.document || made.document->intSubset != nullptr)
    throw Error(conditions::kInvalidXml, {{"xml", std::string(xml)}});
  made.context.reset(xmlXPathNewContext(made.document.get()));
  const std::string expression(path);
  if (made.context) {
    made.context->error = &be_silent;
    // A path without a slash begins at the document.
    made.context->node = reinterpret_cast<xmlNode*>(made.document.get());
    made.result.reset(xmlXPathEvalExpression(reinterpret_cast<const xmlChar*>(expression.c_str()), made.context.get()));
  }
  if (!made.result) throw Error(conditions::kInvalidXpath, {{"path", expression}});
  return made;
}

}  // namespace

std::optional<bool> xpath_boolean(std::string_view xml, std::string_view path) {
  if (xml.empty() || path.empty()) return {};
  const auto made = evaluate(xml, path);
  return xmlXPathCastToBoolean(made.result.get()) != 0;
}

std::optional<std::string> xpath_string(std::string_view xml, std::string_view path) {
  if (xml.empty() || path.empty()) return {};
  const auto made = evaluate(xml, path);
  return text_of(xmlXPathCastToString(made.result.get()));
}

std::optional<double> xpath_number(std::string_view xml, std::string_view path) {
  if (xml.empty() || path.empty()) return {};
  const auto made = evaluate(xml, path);
  return xmlXPathCastToNumber(made.result.get());
}

std::optional<std::vector<std::optional<std::string>>> xpath_nodes(std::string_view xml, std::string_view path) {
  if (xml.empty() || path.empty()) return {};
  const auto made = evaluate(xml, path);
  if (made.result->type != XPATH_NODESET) throw Error(conditions::kInvalidXpath, {{"path", std::string(path)}});
  std::vector<std::optional<std::string>> values;
  const auto* nodes = made.result->nodesetval;
  for (int i = 0; nodes != nullptr && i < nodes->nodeNr; ++i) {
    auto* node = nodes->nodeTab[i];
    const bool has_value = node->type == XML_ATTRIBUTE_NODE || node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE ||
                           node->type == XML_COMMENT_NODE || node->type == XML_PI_NODE;
    values.push_back(has_value ? std::optional(text_of(xmlNodeGetContent(node))) : std::nullopt);
  }
  return values;
}

}  // namespace lab::compute
