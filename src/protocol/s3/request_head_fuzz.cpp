// The first lines of a request, before anybody is known: target, address, signature, chunked body, XML body. Whatever
// comes, it must end in a value or in Error. The input is a head of lines, an empty line, and a body.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "protocol/s3/aws_chunked.h"
#include "protocol/s3/request_head.h"
#include "protocol/s3/signature.h"
#include "protocol/s3/xml.h"

namespace {

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

template <typename Call>
void tolerate_error(const Call& call) {
  try {
    call();
  } catch (const lab::Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  lab::s3::RequestHead head;
  head.method = "PUT";
  const std::string_view target = take_line(text);
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.empty()) break;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    head.headers.emplace_back(std::string(line.substr(0, colon)), std::string(line.substr(colon + 1)));
  }
  tolerate_error([&] {
    lab::s3::set_target(head, target);
    tolerate_error([&] { (void)lab::s3::parse_address(head, "s3.example.com"); });
    const auto authentication = lab::s3::parse_authentication(head);
    if (authentication) lab::s3::verify_signature(head, *authentication, std::string(32, 'k'));
  });
  tolerate_error([&] { (void)lab::s3::parse_xml(text); });
  tolerate_error([&] {
    lab::s3::AwsChunkedDecoder decoder(lab::s3::PayloadKind::ChunksWithTrailer, std::nullopt);
    // In two parts, so that lines and data are cut anywhere.
    const auto ignore = [](std::string_view) {};
    decoder.feed(text.substr(0, text.size() / 2), ignore);
    decoder.feed(text.substr(text.size() / 2), ignore);
    decoder.finish();
  });
  return 0;
}
