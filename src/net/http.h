#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace lab::net {

enum class Method { Get, Head, Post, Put, Delete, Patch, Options, Other };

Method find_method(std::string_view name);
std::string_view method_name(Method method);

/// In the order in which they came. Names of a request's headers are lower-case, values without outer spaces.
using Headers = std::vector<std::pair<std::string, std::string>>;

/// The first value of that (lower-case) name.
std::optional<std::string_view> find_header(const Headers& headers, std::string_view name);

/// A request before its body.
struct Request {
  Method method = Method::Get;
  std::string method_text;  ///< as sent
  std::string target;       ///< as sent: path and query, still encoded
  Headers headers;
  int minor_version = 1;  ///< of HTTP/1
  std::string peer;       ///< address of the client
  bool is_tls = false;

  std::optional<std::string_view> header(std::string_view name) const { return find_header(headers, name); }
  /// The target's part before the query, still encoded.
  std::string_view raw_path() const;
  std::string_view raw_query() const;
};

/// A run of bytes of an open file; `owner` keeps the descriptor open.
struct FileRange {
  int descriptor = -1;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::shared_ptr<const void> owner;
};

/// Bytes that are made while they are sent. read() runs on the server's pool, one call at a time, and may block for
/// disk, never for the client: each call is a turn, the next is posted when the client has taken the last.
class BodySource {
 public:
  virtual ~BodySource() = default;
  /// Fills up to into.size() bytes; 0 at the end. An exception cuts the connection.
  virtual std::size_t read(std::span<char> into) = 0;
};

struct StreamedBody {
  std::unique_ptr<BodySource> source;
  std::optional<std::uint64_t> length;  ///< sent chunked without
};

class FlowSource;
class Tunnel;

/// Bytes that come from elsewhere while they are sent on (net/flow.h). Shared only because the source is incomplete here.
struct FlowingBody {
  std::shared_ptr<FlowSource> source;
  std::optional<std::uint64_t> length = {};  ///< sent chunked without
};

using ResponseBody = std::variant<std::string, std::vector<FileRange>, StreamedBody, FlowingBody>;

struct Response {
  int status = 200;
  Headers headers;  ///< without Content-Length, Transfer-Encoding, Connection and Date: the server writes those
  ResponseBody body;
  /// Content-Length of an answer to HEAD (or 304), whose body is never sent; otherwise the body's own length.
  std::optional<std::uint64_t> announced_length;
  bool close = false;  ///< end the connection behind this answer
  /// Of an answer 101: what the connection is from then on (net/flow.h). Shared only because it is incomplete here.
  std::shared_ptr<Tunnel> tunnel = {};

  void set(std::string name, std::string value) { headers.emplace_back(std::move(name), std::move(value)); }
};

/// A short answer with a Content-Type.
Response text_response(int status, std::string content_type, std::string body);

/// `OK`, `Not Found`, …
std::string_view status_text(int status);

/// Undoes percent-encoding; absent when a `%` is not followed by two hex digits. `+` stays, nothing is normalised.
std::optional<std::string> decode_percent(std::string_view text);
/// A raw query's parameters, decoded (`+` is a space). Badly encoded ones are left as they are.
Headers decode_query(std::string_view raw);

}  // namespace lab::net
