#include "catalog/remote_settings.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/letter_case.h"
#include "catalog/catalog.h"
#include "catalog/conditions.h"

namespace lab::catalog {
namespace {

/// Names that the mission's notebooks have for the lab's own S3.
constexpr std::string_view kOwnNames[] = {"minio", "infrastructure-minio"};
constexpr std::string_view kThisMachine[] = {"localhost", "127.0.0.1", "::1"};

template <typename Names>
bool is_one_of(const std::string& host, const Names& names) {
  return std::find(std::begin(names), std::end(names), host) != std::end(names);
}

bool is_ip_address(const std::string& host) {
  return host.find(':') != std::string::npos || host.find_first_not_of("0123456789.") == std::string::npos;
}

[[noreturn]] void refuse_endpoint(const std::string& text, const std::string& reason) {
  throw Error(conditions::kInvalidRemoteEndpoint, {{"confName", "spark.hadoop.fs.s3a.endpoint"}, {"confValue", text}, {"reason", reason}});
}

void read_endpoint(const std::string& text, bool has_tls, RemoteStore& store) {
  std::string rest = text;
  store.has_tls = has_tls;
  if (const std::size_t scheme = rest.find("://"); scheme != std::string::npos) {
    const std::string name = lower_case(rest.substr(0, scheme));
    if (name != "http" && name != "https") refuse_endpoint(text, "http:// or https:// is expected");
    store.has_tls = name == "https";
    rest.erase(0, scheme + 3);
  }
  while (rest.ends_with('/')) rest.pop_back();
  if (rest.find_first_of("/?#@ ") != std::string::npos) refuse_endpoint(text, "a host with an optional port is expected");
  store.port = store.has_tls ? 443 : 80;
  std::size_t host_end = rest.size();
  if (rest.starts_with('[')) {
    host_end = rest.find(']');
    if (host_end == std::string::npos) refuse_endpoint(text, "the bracket of the address is not closed");
    store.host = rest.substr(1, host_end - 1);
    ++host_end;
  } else {
    host_end = std::min(rest.find(':'), rest.size());
    store.host = lower_case(rest.substr(0, host_end));
  }
  if (store.host.empty()) refuse_endpoint(text, "the host is missing");
  if (host_end == rest.size()) return;
  const char* begin = rest.data() + host_end + 1;
  const char* end = rest.data() + rest.size();
  const auto [stop, error] = std::from_chars(begin, end, store.port);
  if (rest[host_end] != ':' || error != std::errc{} || stop != end || store.port == 0) refuse_endpoint(text, "the port is no number from 1 to 65535");
}

/// `eu-west-1` of `s3.eu-west-1.amazonaws.com`; empty for other hosts.
std::string region_of_host(const std::string& host) {
  constexpr std::string_view kDomain = ".amazonaws.com";
  const std::size_t domain = host.find(kDomain);
  if (domain == std::string::npos) return {};
  for (const std::string_view head : {"s3.dualstack.", "s3.", "s3-"})
    if (host.starts_with(head) && domain > head.size()) return host.substr(head.size(), domain - head.size());
  return {};
}

}  // namespace

std::optional<RemoteStore> find_remote_store(const std::string& bucket, const SettingLookup& setting, const OwnEndpoint& own) {
  const auto of_bucket = [&](const std::string& name) -> std::optional<std::string> {
    for (const char* head : {"spark.hadoop.", ""})
      if (auto value = setting(head + ("fs.s3a.bucket." + bucket + "." + name))) return value;
    return std::nullopt;
  };
  const auto find = [&](const std::string& name) -> std::optional<std::string> {
    auto value = of_bucket(name);
    for (const char* head : {"spark.hadoop.", ""})
      if (!value) value = setting(head + ("fs.s3a." + name));
    if (!value) return std::nullopt;
    const std::size_t first = value->find_first_not_of(" \t\r\n");
    if (first == std::string::npos) return std::nullopt;
    return value->substr(first, value->find_last_not_of(" \t\r\n") - first + 1);
  };
  const auto flag = [&](const std::string& name, bool otherwise) {
    const auto value = find(name);
    return value ? lower_case(*value) == "true" : otherwise;
  };
  const auto endpoint = find("endpoint");
  if (!endpoint) return std::nullopt;
  // Managed tables stay the lab's, whatever the session reads beside them.
  if (bucket == kWarehouseBucket && !of_bucket("endpoint")) return std::nullopt;

  RemoteStore store;
  read_endpoint(*endpoint, flag("connection.ssl.enabled", true), store);
  if (is_one_of(store.host, kOwnNames)) return std::nullopt;
  if (store.port == own.port && (store.host == own.host || is_one_of(store.host, kThisMachine))) return std::nullopt;

  // A bucket's name cannot stand before an address of digits or a bare name.
  store.is_path_style = flag("path.style.access", false) || is_ip_address(store.host) || store.host.find('.') == std::string::npos;
  store.region = find("endpoint.region").value_or(region_of_host(store.host));
  if (store.region.empty()) store.region = "us-east-1";
  store.access_key = find("access.key").value_or("");
  store.secret_key = find("secret.key").value_or("");
  store.session_token = find("session.token").value_or("");
  const std::string provider = find("aws.credentials.provider").value_or("");
  store.is_anonymous = provider.find("AnonymousAWSCredentialsProvider") != std::string::npos && store.access_key.empty();
  return store;
}

}  // namespace lab::catalog
