#include "compute/url.h"

#include <cctype>

#include "base/error.h"
#include "compute/conditions.h"
#include "compute/text.h"

namespace lab::compute {

std::string url_encode(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || std::string_view(".-*_").find(c) != std::string_view::npos) {
      result += c;
    } else if (c == ' ') {
      result += '+';
    } else {
      result += '%';
      result += "0123456789ABCDEF"[byte >> 4];
      result += "0123456789ABCDEF"[byte & 15];
    }
  }
  return result;
}

std::optional<std::string> url_decode(std::string_view text) {
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      result += ' ';
    } else if (text[i] == '%') {
      if (i + 2 >= text.size() || digit(text[i + 1]) < 0 || digit(text[i + 2]) < 0) return {};
      result += static_cast<char>(digit(text[i + 1]) << 4 | digit(text[i + 2]));
      i += 2;
    } else {
      result += text[i];
    }
  }
  return repaired_utf8(result);
}

namespace {

struct UrlParts {
  std::optional<std::string_view> scheme, authority, query, fragment;
  std::string_view path;
};

UrlParts split_url(std::string_view url) {
  UrlParts parts;
  if (const auto hash = url.find('#'); hash != std::string_view::npos) {
    parts.fragment = url.substr(hash + 1);
    url = url.substr(0, hash);
  }
  const auto colon = url.find_first_of(":/?");
  if (colon != std::string_view::npos && url[colon] == ':' && colon > 0) {
    parts.scheme = url.substr(0, colon);
    url.remove_prefix(colon + 1);
  }
  if (const auto mark = url.find('?'); mark != std::string_view::npos) {
    parts.query = url.substr(mark + 1);
    url = url.substr(0, mark);
  }
  if (url.starts_with("//")) {
    const auto slash = url.find('/', 2);
    parts.authority = url.substr(2, slash == std::string_view::npos ? slash : slash - 2);
    url = slash == std::string_view::npos ? std::string_view() : url.substr(slash);
  }
  parts.path = url;
  return parts;
}

bool is_uri(std::string_view url) {
  for (std::size_t i = 0; i < url.size(); ++i) {
    const auto byte = static_cast<unsigned char>(url[i]);
    if (byte <= 0x20 || byte == 0x7F || std::string_view("\"<>\\^`{|}").find(url[i]) != std::string_view::npos)
      return false;
    if (url[i] == '%' && (i + 2 >= url.size() || !std::isxdigit(static_cast<unsigned char>(url[i + 1])) ||
                          !std::isxdigit(static_cast<unsigned char>(url[i + 2]))))
      return false;
  }
  return true;
}

std::optional<std::string> text_of(std::optional<std::string_view> part) {
  return part ? std::optional(std::string(*part)) : std::nullopt;
}

}  // namespace

std::optional<std::string> parse_url(std::string_view url, std::string_view part, std::optional<std::string_view> key,
                                     bool raises) {
  if (!is_uri(url)) {
    if (raises) throw Error(conditions::kUrl, {{"url", std::string(url)}});
    return {};
  }
  const UrlParts parts = split_url(url);
  if (key) {
    if (part != "QUERY" || !parts.query) return {};
    for (std::size_t begin = 0; begin <= parts.query->size();) {
      const auto end = std::min(parts.query->find('&', begin), parts.query->size());
      const std::string_view pair = parts.query->substr(begin, end - begin);
      if (pair.size() > key->size() && pair.starts_with(*key) && pair[key->size()] == '=')
        return std::string(pair.substr(key->size() + 1));
      begin = end + 1;
    }
    return {};
  }
  const auto at = parts.authority ? parts.authority->rfind('@') : std::string_view::npos;
  if (part == "HOST") {
    if (!parts.authority) return {};
    std::string_view host = at == std::string_view::npos ? *parts.authority : parts.authority->substr(at + 1);
    const auto bracket = host.find(']');
    const auto colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
    host = host.substr(0, colon);
    if (host.empty() || host.find('_') != std::string_view::npos) return {};
    return std::string(host);
  }
  if (part == "PATH") return std::string(parts.path);
  if (part == "QUERY") return text_of(parts.query);
  if (part == "REF") return text_of(parts.fragment);
  if (part == "PROTOCOL") return text_of(parts.scheme);
  if (part == "AUTHORITY") return text_of(parts.authority);
  if (part == "FILE") return std::string(parts.path) + (parts.query ? "?" + std::string(*parts.query) : "");
  if (part == "USERINFO" && at != std::string_view::npos) return std::string(parts.authority->substr(0, at));
  return {};
}

}  // namespace lab::compute
