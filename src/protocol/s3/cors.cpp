#include "protocol/s3/cors.h"

#include <algorithm>

#include "protocol/s3/errors.h"
#include "protocol/s3/text_forms.h"
#include "protocol/s3/xml.h"

namespace lab::s3 {
namespace {

constexpr std::string_view kCorsMethods[] = {"GET", "PUT", "POST", "DELETE", "HEAD"};
constexpr std::size_t kMaxCorsRules = 100;

void check_wildcards(const std::string& text, const char* element) {
  if (std::ranges::count(text, '*') > 1)
    throw invalid_request(std::string(element) + " \"" + text + "\" can not have more than one wildcard.");
}

CorsRule read_cors_rule(const XmlElement& element) {
  CorsRule rule;
  for (const XmlElement& child : element.children) {
    const std::string text(trim_spaces(child.text));
    if (child.name == "ID") {
      rule.id = text;
    } else if (child.name == "AllowedOrigin") {
      check_wildcards(text, "AllowedOrigin");
      rule.origins.push_back(text);
    } else if (child.name == "AllowedMethod") {
      if (std::ranges::find(kCorsMethods, text) == std::end(kCorsMethods))
        throw invalid_request("Found unsupported HTTP method in CORS config. Unsupported method is " + text);
      rule.methods.push_back(text);
    } else if (child.name == "AllowedHeader") {
      check_wildcards(text, "AllowedHeader");
      rule.allowed_headers.push_back(text);
    } else if (child.name == "ExposeHeader") {
      if (text.find('*') != std::string::npos)
        throw invalid_request("ExposeHeader \"" + text + "\" contains wildcard. We currently do not support wildcard for ExposeHeader.");
      rule.expose_headers.push_back(text);
    } else if (child.name == "MaxAgeSeconds") {
      rule.max_age_seconds = parse_number(text);
      if (!rule.max_age_seconds) throw Error(conditions::kMalformedXml);
    } else {
      throw Error(conditions::kMalformedXml);
    }
  }
  if (rule.origins.empty() || rule.methods.empty()) throw Error(conditions::kMalformedXml);
  return rule;
}

}  // namespace

bool matches_wildcard(std::string_view pattern, std::string_view text) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  const auto head = pattern.substr(0, star), tail = pattern.substr(star + 1);
  return text.size() >= head.size() + tail.size() && text.starts_with(head) && text.ends_with(tail);
}

std::vector<CorsRule> parse_cors(std::string_view xml) {
  const XmlElement root = parse_xml(xml);
  if (root.name != "CORSConfiguration") throw Error(conditions::kMalformedXml);
  std::vector<CorsRule> rules;
  for (const XmlElement& child : root.children) {
    if (child.name != "CORSRule") throw Error(conditions::kMalformedXml);
    rules.push_back(read_cors_rule(child));
  }
  if (rules.empty()) throw Error(conditions::kMalformedXml);
  if (rules.size() > kMaxCorsRules) throw invalid_request("The number of CORS rules should not exceed allowed limit of 100 rules.");
  return rules;
}

std::string write_cors(const std::vector<CorsRule>& rules) {
  XmlWriter xml;
  xml.open_root("CORSConfiguration");
  for (const CorsRule& rule : rules) {
    xml.open("CORSRule");
    xml.optional_element("ID", rule.id);
    for (const std::string& each : rule.origins) xml.element("AllowedOrigin", each);
    for (const std::string& each : rule.methods) xml.element("AllowedMethod", each);
    for (const std::string& each : rule.allowed_headers) xml.element("AllowedHeader", each);
    for (const std::string& each : rule.expose_headers) xml.element("ExposeHeader", each);
    if (rule.max_age_seconds) xml.element("MaxAgeSeconds", *rule.max_age_seconds);
    xml.close();
  }
  return std::move(xml).finish();
}

const CorsRule* find_cors_rule(const std::vector<CorsRule>& rules, std::string_view origin, std::string_view method,
                               const std::vector<std::string>& request_headers) {
  for (const CorsRule& rule : rules) {
    const auto allows = [&](const std::string& header) {
      return std::ranges::any_of(rule.allowed_headers, [&](const std::string& pattern) {
        return matches_wildcard(to_lower_ascii(pattern), to_lower_ascii(header));
      });
    };
    if (std::ranges::none_of(rule.origins, [&](const std::string& pattern) { return matches_wildcard(pattern, origin); })) continue;
    if (std::ranges::find(rule.methods, method) == rule.methods.end()) continue;
    if (!std::ranges::all_of(request_headers, allows)) continue;
    return &rule;
  }
  return nullptr;
}

}  // namespace lab::s3
