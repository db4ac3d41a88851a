#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lab::s3 {

/// Where a website sends a request instead of answering it. What is absent stays as it was asked for.
struct WebsiteRedirect {
  std::optional<std::string> protocol;
  std::optional<std::string> host;
  std::optional<std::string> key;
  std::optional<std::string> key_prefix;  ///< instead of the prefix that the rule asks for
  int status = 301;
};

/// A routing rule: both conditions must hold.
struct WebsiteRule {
  std::string key_prefix;         ///< empty: any key
  std::optional<int> error_code;  ///< absent: asked before the object is looked for
  WebsiteRedirect redirect;
};

/// `<WebsiteConfiguration>`: either everything goes elsewhere or there is an index.
struct Website {
  std::optional<WebsiteRedirect> redirect_all;
  std::string index_suffix;
  std::string error_key;
  std::vector<WebsiteRule> rules;
};

/// Throws MalformedXML, InvalidArgument, InvalidRequest.
Website parse_website(std::string_view xml);
std::string write_website(const Website& website);

/// The first rule for this key and outcome; nullptr when none fits.
const WebsiteRule* find_website_rule(const Website& website, std::string_view key, std::optional<int> error_code);
/// The address that `key` goes to; `host` and `protocol` are those of the request, `prefix` what the rule asks for.
std::string print_redirect(const WebsiteRedirect& redirect, std::string_view protocol, std::string_view host, std::string_view prefix, std::string_view key);

}  // namespace lab::s3
