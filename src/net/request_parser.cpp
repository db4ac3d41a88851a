#include "net/request_parser.h"

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

constexpr std::size_t kMaxHeaders = 200;

Error bad_http(std::string reason) { return Error(conditions::kBadHttp, {{"reason", std::move(reason)}}); }

std::string to_lower(string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

/// Beast's parser with nothing of its own: fields go into a Request, chunks into a string.
class Callbacks final : public http::basic_parser<true> {
 public:
  Request request;
  std::string* chunk_data = nullptr;
  std::size_t num_hosts = 0;
  std::size_t num_lengths = 0;
  bool has_transfer_encoding = false;

 private:
  void on_request_impl(http::verb, string_view method, string_view target, int version, error_code&) override {
    request.method_text = std::string(method);
    request.method = find_method(request.method_text);
    request.target = std::string(target);
    request.minor_version = version % 10;
  }
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_field_impl(http::field field, string_view name, string_view value, error_code& problem) override {
    if (request.headers.size() >= kMaxHeaders) {
      problem = http::error::header_limit;
      return;
    }
    if (field == http::field::host) ++num_hosts;
    if (field == http::field::content_length) ++num_lengths;
    if (field == http::field::transfer_encoding) has_transfer_encoding = true;
    request.headers.emplace_back(to_lower(name), std::string(value));
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
    if (chunk_data != nullptr) chunk_data->append(body.data(), body.size());
    return body.size();
  }
  void on_finish_impl(error_code&) override {}
};

}  // namespace

struct RequestParser::State {
  Callbacks parser;
};

RequestParser::RequestParser(std::size_t max_head_bytes) : state_(std::make_unique<State>()) {
  state_->parser.header_limit(static_cast<std::uint32_t>(max_head_bytes));
  state_->parser.body_limit(boost::none);
}

RequestParser::~RequestParser() = default;

std::size_t RequestParser::parse_head(std::string_view bytes) {
  std::size_t used = 0;
  while (!has_head() && used < bytes.size()) {
    error_code problem;
    const std::size_t step =
        state_->parser.put(boost::asio::const_buffer(bytes.data() + used, bytes.size() - used), problem);
    used += step;
    if (problem == http::error::need_more) break;
    if (problem == http::error::header_limit) throw Error(conditions::kHeadTooLarge);
    if (problem) throw bad_http(problem.message());
    if (step == 0) break;
  }
  if (has_head()) check_framing();
  return used;
}

bool RequestParser::has_head() const { return state_->parser.is_header_done(); }

void RequestParser::check_framing() {
  const Callbacks& parser = state_->parser;
  if (parser.has_transfer_encoding && (parser.num_lengths != 0 || !parser.chunked())) {
    throw bad_http("Transfer-Encoding may only be 'chunked', without Content-Length");
  }
  if (parser.num_lengths > 1) throw bad_http("more than one Content-Length");
  if (parser.num_hosts > 1) throw bad_http("more than one Host");
  if (parser.num_hosts == 0 && parser.request.minor_version >= 1) throw bad_http("missing Host");
  keep_alive_ = parser.keep_alive();
  chunked_ = parser.chunked();
  content_length_.reset();
  if (const auto length = parser.content_length(); length && !chunked_ && *length != 0) content_length_ = *length;
}

Request RequestParser::take_request() { return std::move(state_->parser.request); }

std::size_t RequestParser::parse_chunks(std::string_view bytes, std::string& data) {
  state_->parser.chunk_data = &data;
  std::size_t used = 0;
  while (!is_body_done() && used < bytes.size()) {
    error_code problem;
    const std::size_t step =
        state_->parser.put(boost::asio::const_buffer(bytes.data() + used, bytes.size() - used), problem);
    used += step;
    if (problem == http::error::need_more) break;
    if (problem) throw bad_http(problem.message());
    if (step == 0) break;
  }
  state_->parser.chunk_data = nullptr;
  return used;
}

bool RequestParser::is_body_done() const { return !chunked_ || state_->parser.is_done(); }

}  // namespace lab::net
