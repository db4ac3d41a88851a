#include "net/upstream.h"

#include <algorithm>
#include <cstring>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "base/error.h"
#include "net/conditions.h"

namespace lab::net {
namespace {

namespace http = boost::beast::http;
using boost::beast::string_view;
using boost::system::error_code;

constexpr std::size_t kUpstreamBuffer = 16 << 10;
constexpr std::uint32_t kMaxUpstreamHead = 64 << 10;

std::string lower_name(string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

Error cut_short() { return Error(conditions::kPeerGone, {{"reason", "its answer was cut short"}}); }

}  // namespace

/// Beast's parser; data of chunks goes where the reader wants it.
struct Upstream::Parser final : public http::basic_parser<false> {
  int status = 0;
  Headers headers;
  std::span<char> into;
  std::size_t filled = 0;

  std::size_t take(string_view data) {
    const std::size_t count = std::min(data.size(), into.size() - filled);
    std::memcpy(into.data() + filled, data.data(), count);
    filled += count;
    return count;
  }

  void on_request_impl(http::verb, string_view, string_view, int, error_code&) override {}
  void on_response_impl(int code, string_view, int, error_code&) override { status = code; }
  void on_field_impl(http::field, string_view name, string_view value, error_code&) override { headers.emplace_back(lower_name(name), std::string(value)); }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
  std::size_t on_body_impl(string_view data, error_code&) override { return take(data); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view data, error_code&) override { return take(data); }
  void on_finish_impl(error_code&) override {}
};

Upstream::Upstream(std::unique_ptr<Transport> transport) : transport_(std::move(transport)) {}
Upstream::~Upstream() = default;

int Upstream::status() const { return parser_->status; }
const Headers& Upstream::headers() const { return parser_->headers; }

std::optional<std::uint64_t> Upstream::length() const {
  if (parser_->chunked() || !parser_->content_length()) return std::nullopt;
  return *parser_->content_length();
}

awaitable<bool> Upstream::fill() {
  if (begin_ != 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) buffer_.resize(std::max(kUpstreamBuffer, buffer_.size() * 2));
  const std::size_t count = co_await transport_->read_some({buffer_.data() + end_, buffer_.size() - end_});
  end_ += count;
  co_return count != 0;
}

awaitable<void> Upstream::read_head(bool is_head_request) {
  parser_ = std::make_unique<Parser>();
  parser_->header_limit(kMaxUpstreamHead);
  parser_->body_limit(boost::none);
  parser_->skip(is_head_request);
  while (!parser_->is_header_done()) {
    if (begin_ == end_ && !co_await fill()) throw cut_short();
    error_code problem;
    const std::size_t used = parser_->put(boost::asio::const_buffer(buffer_.data() + begin_, end_ - begin_), problem);
    begin_ += used;
    if (problem && problem != http::error::need_more) throw Error(conditions::kBadHttp, {{"reason", problem.message()}});
    if (used == 0 && !parser_->is_header_done() && !co_await fill()) throw cut_short();
  }
  left_ = length().value_or(0);
}

awaitable<std::size_t> Upstream::read_body(std::span<char> into) {
  if (parser_->is_done()) co_return 0;
  if (parser_->chunked()) {
    parser_->into = into;
    parser_->filled = 0;
    while (parser_->filled == 0 && !parser_->is_done()) {
      if (begin_ == end_ && !co_await fill()) throw cut_short();
      error_code problem;
      const std::size_t used = parser_->put(boost::asio::const_buffer(buffer_.data() + begin_, end_ - begin_), problem);
      begin_ += used;
      if (problem && problem != http::error::need_more) throw Error(conditions::kBadHttp, {{"reason", problem.message()}});
      if (used == 0 && parser_->filled == 0 && !parser_->is_done() && !co_await fill()) throw cut_short();
    }
    co_return parser_->filled;
  }
  // Past the parser, straight to where the bytes are wanted.
  const bool has_length = length().has_value();
  if (has_length && left_ == 0) co_return 0;
  if (has_length) into = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left_)));
  std::size_t count = std::min(into.size(), end_ - begin_);
  if (count != 0) {
    std::memcpy(into.data(), buffer_.data() + begin_, count);
    begin_ += count;
  } else {
    count = co_await transport_->read_some(into);
  }
  if (has_length && count == 0) throw cut_short();
  left_ -= has_length ? count : 0;
  co_return count;
}

}  // namespace lab::net
