#include "protocol/s3/website.h"

#include <algorithm>

#include "protocol/s3/errors.h"
#include "protocol/s3/text_forms.h"
#include "protocol/s3/xml.h"

namespace lab::s3 {
namespace {

constexpr std::size_t kMaxRules = 50;

std::optional<std::string> find_text(const XmlElement& element, std::string_view name) {
  const XmlElement* found = element.find(name);
  if (found == nullptr) return std::nullopt;
  return std::string(trim_spaces(found->text));
}

int read_code(std::string_view text, std::uint64_t least, std::uint64_t most, const char* name) {
  const auto number = parse_number(text);
  if (!number || *number < least || *number > most) throw invalid_request(std::string("The provided HTTP code (") + std::string(text) + ") is not valid for " + name + ".");
  return static_cast<int>(*number);
}

WebsiteRedirect read_redirect(const XmlElement& element) {
  WebsiteRedirect redirect{find_text(element, "Protocol"), find_text(element, "HostName"), find_text(element, "ReplaceKeyWith"), find_text(element, "ReplaceKeyPrefixWith")};
  if (redirect.protocol && *redirect.protocol != "http" && *redirect.protocol != "https") throw invalid_request("Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically.");
  if (redirect.key && redirect.key_prefix) throw invalid_request("You can only define ReplaceKeyPrefix or ReplaceKey but not both.");
  if (const auto code = find_text(element, "HttpRedirectCode")) redirect.status = read_code(*code, 301, 399, "HttpRedirectCode");
  return redirect;
}

WebsiteRule read_routing_rule(const XmlElement& element) {
  const XmlElement* redirect = element.find("Redirect");
  if (element.name != "RoutingRule" || redirect == nullptr) throw Error(conditions::kMalformedXml);
  WebsiteRule rule{.redirect = read_redirect(*redirect)};
  if (const XmlElement* condition = element.find("Condition")) {
    rule.key_prefix = find_text(*condition, "KeyPrefixEquals").value_or("");
    if (const auto code = find_text(*condition, "HttpErrorCodeReturnedEquals")) rule.error_code = read_code(*code, 400, 599, "HttpErrorCodeReturnedEquals");
    if (rule.key_prefix.empty() && !rule.error_code) throw invalid_request("Condition cannot be empty. To redirect all requests without a condition, the condition element shouldn't be present.");
  }
  return rule;
}

void write_redirect(XmlWriter& xml, const WebsiteRedirect& redirect) {
  xml.optional_element("Protocol", redirect.protocol.value_or(""));
  xml.optional_element("HostName", redirect.host.value_or(""));
  if (redirect.key) xml.element("ReplaceKeyWith", *redirect.key);
  if (redirect.key_prefix) xml.element("ReplaceKeyPrefixWith", *redirect.key_prefix);
}

void write_routing_rule(XmlWriter& xml, const WebsiteRule& rule) {
  xml.open("RoutingRule");
  if (!rule.key_prefix.empty() || rule.error_code) {
    xml.open("Condition");
    xml.optional_element("KeyPrefixEquals", rule.key_prefix);
    if (rule.error_code) xml.element("HttpErrorCodeReturnedEquals", static_cast<std::uint64_t>(*rule.error_code));
    xml.close();
  }
  xml.open("Redirect");
  write_redirect(xml, rule.redirect);
  if (rule.redirect.status != 301) xml.element("HttpRedirectCode", static_cast<std::uint64_t>(rule.redirect.status));
  xml.close();
  xml.close();
}

}  // namespace

Website parse_website(std::string_view text) {
  const XmlElement root = parse_xml(text);
  if (root.name != "WebsiteConfiguration") throw Error(conditions::kMalformedXml);
  Website website;
  if (const XmlElement* all = root.find("RedirectAllRequestsTo")) {
    if (root.children.size() != 1) throw invalid_request("RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.");
    website.redirect_all = read_redirect(*all);
    if (!website.redirect_all->host || website.redirect_all->host->empty()) throw Error(conditions::kMalformedXml);
    return website;
  }
  const XmlElement* index = root.find("IndexDocument");
  if (index == nullptr) throw invalid_argument("A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty", "IndexDocument", "null");
  website.index_suffix = find_text(*index, "Suffix").value_or("");
  if (website.index_suffix.empty() || website.index_suffix.find('/') != std::string::npos) throw invalid_argument("The IndexDocument Suffix is not well formed", "IndexDocument", website.index_suffix);
  if (const XmlElement* error = root.find("ErrorDocument")) {
    website.error_key = find_text(*error, "Key").value_or("");
    if (website.error_key.empty()) throw invalid_argument("The ErrorDocument Key is not well formed", "ErrorDocument", "");
  }
  if (const XmlElement* rules = root.find("RoutingRules"))
    for (const XmlElement& each : rules->children) website.rules.push_back(read_routing_rule(each));
  if (website.rules.size() > kMaxRules) throw invalid_request("The number of routing rules must not exceed the allowed limit of 50 rules.");
  return website;
}

std::string write_website(const Website& website) {
  XmlWriter xml;
  xml.open_root("WebsiteConfiguration");
  if (website.redirect_all) {
    xml.open("RedirectAllRequestsTo");
    write_redirect(xml, *website.redirect_all);
    return std::move(xml).finish();
  }
  xml.open("IndexDocument");
  xml.element("Suffix", website.index_suffix);
  xml.close();
  if (!website.error_key.empty()) {
    xml.open("ErrorDocument");
    xml.element("Key", website.error_key);
    xml.close();
  }
  if (!website.rules.empty()) {
    xml.open("RoutingRules");
    for (const WebsiteRule& rule : website.rules) write_routing_rule(xml, rule);
    xml.close();
  }
  return std::move(xml).finish();
}

const WebsiteRule* find_website_rule(const Website& website, std::string_view key, std::optional<int> error_code) {
  const auto found = std::ranges::find_if(website.rules, [&](const WebsiteRule& rule) { return rule.error_code == error_code && key.starts_with(rule.key_prefix); });
  return found == website.rules.end() ? nullptr : &*found;
}

std::string print_redirect(const WebsiteRedirect& redirect, std::string_view protocol, std::string_view host, std::string_view prefix, std::string_view key) {
  std::string to(key);
  if (redirect.key)
    to = *redirect.key;
  else if (redirect.key_prefix)
    to = *redirect.key_prefix + std::string(key.substr(prefix.size()));
  return redirect.protocol.value_or(std::string(protocol)) + "://" + redirect.host.value_or(std::string(host)) + "/" + encode_uri(to, true);
}

}  // namespace lab::s3
