#include "net/http.h"

#include <array>

namespace lab::net {
namespace {

constexpr std::pair<Method, std::string_view> kMethods[] = {
    {Method::Get, "GET"},       {Method::Head, "HEAD"},   {Method::Post, "POST"},       {Method::Put, "PUT"},
    {Method::Delete, "DELETE"}, {Method::Patch, "PATCH"}, {Method::Options, "OPTIONS"},
};

constexpr std::pair<int, std::string_view> kStatusTexts[] = {
    {100, "Continue"},
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {507, "Insufficient Storage"},
};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

Method find_method(std::string_view name) {
  for (const auto& [method, text] : kMethods) {
    if (text == name) return method;
  }
  return Method::Other;
}

std::string_view method_name(Method method) {
  for (const auto& [candidate, text] : kMethods) {
    if (candidate == method) return text;
  }
  return "OTHER";
}

std::optional<std::string_view> find_header(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (key == name) return std::string_view(value);
  }
  return std::nullopt;
}

std::string_view Request::raw_path() const {
  const std::string_view text = target;
  return text.substr(0, text.find('?'));
}

std::string_view Request::raw_query() const {
  const std::string_view text = target;
  const auto question = text.find('?');
  return question == std::string_view::npos ? std::string_view() : text.substr(question + 1);
}

Response text_response(int status, std::string content_type, std::string body) {
  Response response;
  response.status = status;
  response.set("Content-Type", std::move(content_type));
  response.body = std::move(body);
  return response;
}

std::string_view status_text(int status) {
  for (const auto& [number, text] : kStatusTexts) {
    if (number == status) return text;
  }
  return "Unknown";
}

std::optional<std::string> decode_percent(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    result += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return result;
}

Headers decode_query(std::string_view raw) {
  const auto decode = [](std::string_view text) {
    std::string spaced(text);
    for (char& c : spaced) {
      if (c == '+') c = ' ';
    }
    return decode_percent(spaced).value_or(std::string(text));
  };
  Headers result;
  while (!raw.empty()) {
    const auto end = raw.find('&');
    const std::string_view item = raw.substr(0, end);
    raw.remove_prefix(end == std::string_view::npos ? raw.size() : end + 1);
    if (item.empty()) continue;
    const auto equals = item.find('=');
    result.emplace_back(decode(item.substr(0, equals)),
                        equals == std::string_view::npos ? std::string() : decode(item.substr(equals + 1)));
  }
  return result;
}

}  // namespace lab::net
