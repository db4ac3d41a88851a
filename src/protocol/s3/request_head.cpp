#include "protocol/s3/request_head.h"

#include <algorithm>

#include "protocol/s3/errors.h"

namespace lab::s3 {
namespace {

bool is_name_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool looks_like_ip_address(std::string_view name) {
  return std::count(name.begin(), name.end(), '.') == 3 &&
         name.find_first_not_of("0123456789.") == std::string_view::npos;
}

/// `<bucket>` out of `<bucket>.domain`; empty for other hosts.
std::string_view bucket_of_host(std::string_view host, std::string_view domain) {
  if (host.starts_with('[')) return {};
  host = host.substr(0, host.find(':'));
  if (looks_like_ip_address(host)) return {};
  const auto before = [&](std::string_view suffix) -> std::string_view {
    if (suffix.empty() || host.size() <= suffix.size() + 1 || !host.ends_with(suffix)) return {};
    const std::string_view rest = host.substr(0, host.size() - suffix.size());
    return rest.ends_with('.') ? rest.substr(0, rest.size() - 1) : std::string_view();
  };
  if (const auto bucket = before(domain); !bucket.empty()) return bucket;
  if (const auto bucket = before("localhost"); !bucket.empty()) return bucket;
  // s3.amazonaws.com, s3.<region>.amazonaws.com, s3-<region>.amazonaws.com.
  if (host.ends_with(".amazonaws.com")) {
    const auto at = host.rfind(".s3");
    if (at != std::string_view::npos && at != 0) return host.substr(0, at);
  }
  return {};
}

}  // namespace

void set_target(RequestHead& head, std::string_view target) {
  if (const auto scheme = target.find("://"); scheme != std::string_view::npos && !target.starts_with('/')) {
    const auto slash = target.find('/', scheme + 3);
    target = slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
  }
  const auto question = target.find('?');
  head.raw_path = std::string(target.substr(0, question));
  if (!head.raw_path.starts_with('/')) throw Error(conditions::kInvalidUri);
  auto path = decode_uri(head.raw_path);
  if (!path) throw Error(conditions::kInvalidUri);
  head.path = std::move(*path);
  head.query.clear();
  if (question != std::string_view::npos) head.query = parse_query(target.substr(question + 1));
}

Address parse_address(const RequestHead& head, std::string_view domain) {
  Address address;
  std::string_view rest = std::string_view(head.path).substr(1);
  const std::string_view host_bucket = bucket_of_host(head.header("host").value_or(""), domain);
  if (!host_bucket.empty()) {
    address.is_virtual_host = true;
    const std::string_view host = head.header("host").value_or("");
    const auto website = host.find(".s3-website");
    address.is_website = website != std::string_view::npos;
    address.bucket = std::string(address.is_website ? host.substr(0, website) : host_bucket);
    address.key = std::string(rest);
  } else {
    const auto slash = rest.find('/');
    address.bucket = std::string(rest.substr(0, slash));
    // `:bucket` is a bucket of no tenant, for clients that always name one.
    if (address.bucket.starts_with(':')) address.bucket.erase(0, 1);
    if (slash != std::string_view::npos) address.key = std::string(rest.substr(slash + 1));
    if (address.bucket.empty() && !address.key.empty()) throw Error(conditions::kInvalidBucketName);
  }
  if (address.key.size() > kMaxKeyLength) {
    throw Error(conditions::kKeyTooLong,
                {{"Size", std::to_string(address.key.size())}, {"MaxSizeAllowed", std::to_string(kMaxKeyLength)}});
  }
  if (!is_valid_utf8(address.key) || address.key.find('\0') != std::string::npos) throw Error(conditions::kInvalidUri);
  return address;
}

bool is_valid_bucket_name(std::string_view name) {
  if (name.size() < 3 || name.size() > 63) return false;
  if (!is_name_letter(name.front()) || !is_name_letter(name.back())) return false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (!is_name_letter(c) && c != '-' && c != '.') return false;
    if (c == '.' && (name[i + 1] == '.' || name[i + 1] == '-' || name[i - 1] == '-')) return false;
  }
  if (looks_like_ip_address(name)) return false;
  constexpr std::string_view kPrefixes[] = {"xn--", "sthree-", "amzn-s3-demo-"};
  constexpr std::string_view kSuffixes[] = {"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"};
  return std::ranges::none_of(kPrefixes, [&](auto prefix) { return name.starts_with(prefix); }) &&
         std::ranges::none_of(kSuffixes, [&](auto suffix) { return name.ends_with(suffix); });
}

}  // namespace lab::s3
