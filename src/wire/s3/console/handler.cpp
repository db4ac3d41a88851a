#include "wire/s3/console/handler.h"

#include <algorithm>

#include "wire/s3/console/files.h"

namespace lab::s3::console {
namespace {

struct FileRow {
  std::string_view path, type;
  const std::string_view& content;
};

// No bucket is named `-`.
constexpr FileRow kFiles[] = {
    {"/", "text/html; charset=utf-8", kPage},
    {"/-/console.css", "text/css; charset=utf-8", kStyle},
    {"/-/console.js", "text/javascript; charset=utf-8", kScript},
};

constexpr const char* kPageRules =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
// Objects come from the page's own origin here: none of them may run as a part of it.
constexpr const char* kObjectRules = "sandbox; default-src 'none'";

/// A signed or anonymous S3 request for `/` lists buckets; a browser's has no signature and wants a page.
const FileRow* find_file(const net::Request& request) {
  if (request.method != net::Method::Get && request.method != net::Method::Head) return nullptr;
  if (!request.raw_query().empty() || request.header("authorization")) return nullptr;
  const auto* found = std::ranges::find(kFiles, request.raw_path(), &FileRow::path);
  return found == std::end(kFiles) ? nullptr : found;
}

}  // namespace

net::awaitable<net::Response> ConsoleHandler::handle(net::Request request, net::RequestBody& body) {
  const auto* file = find_file(request);
  net::Response response;
  if (file != nullptr) {
    response = net::text_response(200, std::string(file->type), std::string(file->content));
    response.set("Cache-Control", "no-cache");
    response.set("Referrer-Policy", "no-referrer");
  } else {
    response = co_await s3_.handle(std::move(request), body);
  }
  response.set("Content-Security-Policy", file != nullptr ? kPageRules : kObjectRules);
  response.set("X-Content-Type-Options", "nosniff");
  co_return response;
}

}  // namespace lab::s3::console
