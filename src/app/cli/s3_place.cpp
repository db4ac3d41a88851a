#include "app/cli/s3_place.h"

#include <algorithm>
#include <cstdlib>

#include "app/conditions.h"
#include "app/run_file.h"
#include "base/disk.h"
#include "base/error.h"
#include "remote/s3/upload.h"

namespace lab::app::cli {
namespace {

constexpr std::uint64_t kRange = 16 << 20;

Error wrong(std::string value, std::string reason) { return Error(conditions::kWrongArgument, {{"value", std::move(value)}, {"reason", std::move(reason)}}); }

RemoteStore parse_endpoint(std::string_view url) {
  RemoteStore store{.has_tls = url.starts_with("https://"), .is_path_style = true};
  if (!store.has_tls && !url.starts_with("http://")) throw wrong(std::string(url), "an endpoint is http://host:port or https://host:port");
  std::string_view rest = url.substr(store.has_tls ? 8 : 7);
  rest = rest.substr(0, rest.find('/'));
  const auto colon = rest.rfind(':');
  store.host = std::string(rest.substr(0, colon));
  store.port = store.has_tls ? 443 : 80;
  if (colon != std::string_view::npos) {
    const auto port = lab::s3::parse_number(rest.substr(colon + 1));
    if (!port || *port == 0 || *port > 65535 || store.host.empty()) throw wrong(std::string(url), "it has no port between 1 and 65535");
    store.port = static_cast<std::uint16_t>(*port);
  }
  return store;
}

std::string unescape(std::string_view text) {
  std::string plain(text);
  std::ranges::replace(plain, '+', ' ');
  return lab::s3::decode_uri(plain).value_or(plain);
}

/// The words of an error document; of IAM's too, which has them one level deeper.
std::string reason_of(const net::ClientResponse& response) {
  try {
    const auto document = lab::s3::parse_xml(response.body);
    const auto* error = document.find("Error");
    const auto& told = error == nullptr ? document : *error;
    if (!told.text_of("Code").empty()) return std::string(told.text_of("Code")) + ": " + std::string(told.text_of("Message"));
  } catch (const Error&) {
    // No document: the status has to do.
  }
  return response.status == 404 ? "it does not exist" : "HTTP " + std::to_string(response.status);
}

}  // namespace

bool is_s3_place(std::string_view text) { return text.starts_with("s3://") || text.starts_with("s3a://"); }

S3Place parse_s3_place(std::string_view text) {
  const std::string given(text);
  if (is_s3_place(text)) text.remove_prefix(text.find("//") + 2);
  const auto slash = text.find('/');
  S3Place place{std::string(text.substr(0, slash)), slash == std::string_view::npos ? "" : std::string(text.substr(slash + 1))};
  if (place.bucket.empty()) throw wrong(given, "a place is s3://bucket/key");
  return place;
}

S3Session::S3Session(RemoteStore store) : client_(std::move(store), clock_) {}

std::unique_ptr<S3Session> S3Session::of_lab(const Settings& settings) {
  const RunFile run = get_run_file(settings.text("data"));
  const auto& environment = run.environment;
  const auto url = environment.find("AWS_ENDPOINT_URL");
  if (url == environment.end()) throw Error(conditions::kRoleNotRunning, {{"role", "objects"}});
  RemoteStore store = parse_endpoint(url->second);
  store.access_key = environment.at("AWS_ACCESS_KEY_ID");
  store.secret_key = environment.at("AWS_SECRET_ACCESS_KEY");
  return std::make_unique<S3Session>(std::move(store));
}

std::unique_ptr<S3Session> S3Session::of_endpoint(const std::string& url) {
  RemoteStore store = parse_endpoint(url);
  const auto variable = [](const char* name) { return std::string(std::getenv(name) == nullptr ? "" : std::getenv(name)); };
  store.access_key = variable("AWS_ACCESS_KEY_ID");
  store.secret_key = variable("AWS_SECRET_ACCESS_KEY");
  store.session_token = variable("AWS_SESSION_TOKEN");
  if (const auto region = variable("AWS_REGION"); !region.empty()) store.region = region;
  return std::make_unique<S3Session>(std::move(store));
}

net::ClientResponse S3Session::send(const remote::s3::Call& call) {
  auto response = client_.send(call).response;
  if (response.status / 100 == 2) return response;
  const S3Place place{call.bucket, call.key};
  throw Error(conditions::kObjectsRefused, {{"operation", call.operation}, {"place", place.bucket.empty() ? client_.url() : place.text()}, {"reason", reason_of(response)}});
}

lab::s3::XmlElement S3Session::ask_iam(const std::string& action, lab::s3::NameValues parameters) {
  std::string form = "Action=" + action + "&Version=2010-05-08";
  for (const auto& [name, value] : parameters) form += "&" + std::string(name) + "=" + lab::s3::encode_uri(value, false);
  const auto response = send({.method = "POST", .headers = {{"content-type", "application/x-www-form-urlencoded"}}, .body = form, .operation = action});
  auto document = lab::s3::parse_xml(response.body);
  if (const auto* result = document.find(action + "Result")) return *result;
  return document;
}

std::vector<std::string> S3Session::list_buckets() {
  const auto response = send({.method = "GET", .operation = "listing buckets"});
  const auto document = lab::s3::parse_xml(response.body);
  std::vector<std::string> names;
  if (const auto* buckets = document.find("Buckets"))
    for (const auto& bucket : buckets->children) names.emplace_back(bucket.text_of("Name"));
  return names;
}

void S3Session::list(const S3Place& place, std::string_view delimiter, const std::function<void(const ListedObject&)>& each) {
  std::string token;
  do {
    remote::s3::Call call{.method = "GET", .bucket = place.bucket, .query = {{"list-type", "2"}, {"prefix", place.key}, {"encoding-type", "url"}}, .operation = "listing"};
    if (!delimiter.empty()) call.query.emplace_back("delimiter", delimiter);
    if (!token.empty()) call.query.emplace_back("continuation-token", token);
    const auto page = lab::s3::parse_xml(send(call).body);
    for (const auto& entry : page.children) {
      if (entry.name == "CommonPrefixes") each({.key = unescape(entry.text_of("Prefix")), .is_prefix = true});
      if (entry.name != "Contents") continue;
      std::string etag(entry.text_of("ETag"));
      std::erase(etag, '"');
      each({unescape(entry.text_of("Key")), lab::s3::parse_number(entry.text_of("Size")).value_or(0), std::string(entry.text_of("LastModified")), etag});
    }
    token = page.text_of("IsTruncated") == "true" ? std::string(page.text_of("NextContinuationToken")) : "";
  } while (!token.empty());
}

void S3Session::download(const S3Place& from, const std::filesystem::path& to, const std::function<void(std::uint64_t)>& progress) {
  RealDisk disk;
  const auto head = send({.method = "HEAD", .bucket = from.bucket, .key = from.key, .operation = "reading"});
  const auto size = lab::s3::parse_number(head.header("content-length")).value_or(0);
  if (to.has_parent_path()) std::filesystem::create_directories(to.parent_path());
  auto fresh = to;
  fresh += ".part";
  disk.remove(fresh);
  {
    const auto file = disk.create(fresh);
    for (std::uint64_t at = 0; at < size;) {
      const auto end = std::min(at + kRange, size) - 1;
      // If-Match: one version of it, or none.
      const auto range = "bytes=" + std::to_string(at) + "-" + std::to_string(end);
      const auto part = send({.method = "GET", .bucket = from.bucket, .key = from.key, .headers = {{"range", range}, {"if-match", std::string(head.header("etag"))}}, .operation = "reading"});
      file->write(at, part.body);
      at += part.body.size();
      progress(part.body.size());
      if (part.body.empty()) break;
    }
    file->sync();
  }
  disk.rename(fresh, to);
}

void S3Session::upload(const std::filesystem::path& from, const S3Place& to) { remote::s3::upload_file(client_, to.bucket, to.key, from); }

void S3Session::copy(const S3Place& from, const S3Place& to) {
  const auto source = "/" + lab::s3::encode_uri(from.bucket, true) + "/" + lab::s3::encode_uri(from.key, true);
  send({.method = "PUT", .bucket = to.bucket, .key = to.key, .headers = {{"x-amz-copy-source", source}}, .operation = "copying"});
}

void S3Session::remove(const S3Place& place, const std::string& version) {
  remote::s3::Call call{.method = "DELETE", .bucket = place.bucket, .key = place.key, .operation = "removing"};
  if (!version.empty()) call.query.emplace_back("versionId", version);
  send(call);
}

}  // namespace lab::app::cli
