#include "wire/s3/website.h"

#include <algorithm>

#include "protocol/s3/errors.h"
#include "protocol/s3/website.h"
#include "store/conditions.h"
#include "wire/s3/authorize.h"
#include "wire/s3/bucket_settings.h"
#include "wire/s3/errors.h"
#include "wire/s3/object_headers.h"
#include "wire/s3/operation_table.h"
#include "wire/s3/operations/operations.h"

namespace lab::s3 {
namespace {

constexpr std::string_view kRedirectHeader = "x-amz-website-redirect-location";

net::Response redirect_to(int status, std::string location) {
  net::Response response = empty_response(status);
  response.set("Location", std::move(location));
  return response;
}

net::Response redirect_by(const Call& call, const WebsiteRedirect& redirect, std::string_view prefix) {
  return redirect_to(redirect.status, print_redirect(redirect, call.is_secure ? "https" : "http", call.host, prefix, call.address.key));
}

net::Response error_page(const Error& error, int status) {
  const std::string title = std::to_string(status) + " " + std::string(net::status_text(status));
  const std::string code(error.condition().name);
  return net::text_response(status, "text/html; charset=utf-8",
                            "<html><head><title>" + title + "</title></head><body><h1>" + title + "</h1><ul><li>Code: " + code + "</li></ul></body></html>\n");
}

Website website_of(const Call& call) {
  const auto snapshot = call.service.store.snapshot();
  const auto bucket = store::find_bucket(snapshot, call.address.bucket);
  if (!bucket) throw Error(store::conditions::kNoSuchBucket, {{"bucket", call.address.bucket}});
  const auto document = find_setting(snapshot, *bucket, "website");
  if (!document) throw Error(conditions::kNoSuchWebsiteConfiguration, {{"BucketName", call.address.bucket}});
  return parse_website(*document);
}

/// The object as S3 itself would answer it to nobody in particular; one that says where it went is a redirect.
net::Response serve_object(Call& call, const std::string& key) {
  const std::string asked = std::exchange(call.address.key, key);
  net::Response response;
  try {
    authorize(call, *call.operation);
    response = call.operation->handler(call);
  } catch (...) {
    call.address.key = asked;
    throw;
  }
  call.address.key = asked;
  const auto moved = std::ranges::find(response.headers, kRedirectHeader, [](const auto& header) { return std::string_view(header.first); });
  return moved == response.headers.end() ? std::move(response) : redirect_to(301, moved->second);
}

net::Response answer_failure(Call& call, const Website& website, const Error& error, int status) {
  const std::string& key = call.address.key;
  if (status == 404 && !key.empty() && !key.ends_with('/')) {
    const std::string index = key + "/" + website.index_suffix;
    if (call.objects().find(call.address.bucket, index)) return redirect_to(302, "/" + encode_uri(key, true) + "/");
  }
  if (const WebsiteRule* rule = find_website_rule(website, key, status)) return redirect_by(call, rule->redirect, rule->key_prefix);
  if (website.error_key.empty()) return error_page(error, status);
  try {
    net::Response response = serve_object(call, website.error_key);
    response.status = status;
    return response;
  } catch (const Error&) {
    return error_page(error, status);
  }
}

net::Response answer_from(Call& call, const Website& website) {
  if (website.redirect_all) return redirect_by(call, *website.redirect_all, {});
  const std::string& key = call.address.key;
  if (const WebsiteRule* rule = find_website_rule(website, key, std::nullopt)) return redirect_by(call, rule->redirect, rule->key_prefix);
  try {
    return serve_object(call, key.empty() || key.ends_with('/') ? key + website.index_suffix : key);
  } catch (const Error& error) {
    const Error translated = translate_error(error);
    const int status = find_error_row(translated.condition())->status;
    if (status != 403 && status != 404) throw;
    return answer_failure(call, website, translated, status);
  }
}

}  // namespace

std::string read_website_setting(const Call&, std::string_view document) { return write_website(parse_website(document)); }

net::Response answer_website(Call& call) {
  try {
    call.head.query.clear();
    call.operation = find_operation(call.head, Scope::Object);
    const bool reads = call.operation != nullptr && (call.head.method == "GET" || call.head.method == "HEAD");
    if (!reads) throw Error(conditions::kMethodNotAllowed, {{"Method", call.head.method}, {"ResourceType", "OBJECT"}});
    return answer_from(call, website_of(call));
  } catch (const Error& error) {
    const Error translated = translate_error(error);
    return error_page(translated, find_error_row(translated.condition())->status);
  }
}

}  // namespace lab::s3
