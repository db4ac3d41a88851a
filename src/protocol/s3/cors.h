#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lab::s3 {

/// A rule of a bucket's CORS configuration. `*` in an origin or a header stands for any run of characters, once.
struct CorsRule {
  std::string id;
  std::vector<std::string> origins;
  std::vector<std::string> methods;
  std::vector<std::string> allowed_headers;
  std::vector<std::string> expose_headers;
  std::optional<std::uint64_t> max_age_seconds;
};

/// `<CORSConfiguration>`: 1 to 100 rules. Throws MalformedXML, InvalidRequest for an unknown method or two wildcards.
std::vector<CorsRule> parse_cors(std::string_view xml);
std::string write_cors(const std::vector<CorsRule>& rules);

/// The first rule that lets `origin` send `method` with these request headers; nullptr when none does.
const CorsRule* find_cors_rule(const std::vector<CorsRule>& rules, std::string_view origin, std::string_view method,
                               const std::vector<std::string>& request_headers);

/// Whether `text` is `pattern`, in which one `*` stands for anything.
bool matches_wildcard(std::string_view pattern, std::string_view text);

}  // namespace lab::s3
