#include "protocol/s3/aws_chunked.h"

#include <gtest/gtest.h>

#include "protocol/s3/errors.h"

namespace lab::s3 {
namespace {

const CredentialScope kScope{"AKIAIOSFODNN7EXAMPLE", "20130524", "us-east-1", "s3"};

ChunkSigning example_signing(std::string seed) {
  return {derive_signing_key("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", kScope), "20130524T000000Z", kScope.text(),
          std::move(seed)};
}

// AWS's published chunked upload: 64 KiB, 1 KiB, end.
std::string published_body() {
  return "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n" +
         std::string(65536, 'a') +
         "\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n" +
         std::string(1024, 'a') +
         "\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n";
}

const std::string kPublishedSeed = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";

struct Decoded {
  std::string data;
  NameValues trailers;
};

Decoded decode(AwsChunkedDecoder decoder, const std::vector<std::string_view>& pieces) {
  Decoded result;
  const auto sink = [&](std::string_view bytes) { result.data += bytes; };
  for (const auto piece : pieces) decoder.feed(piece, sink);
  decoder.finish();
  result.trailers = decoder.trailers();
  return result;
}

const Condition* failure_of(PayloadKind kind, std::string_view body, std::optional<ChunkSigning> signing = {}) {
  try {
    decode(AwsChunkedDecoder(kind, std::move(signing)), {body});
  } catch (const Error& error) {
    return &error.condition();
  }
  return nullptr;
}

}  // namespace

TEST(AwsChunked, accepts_the_published_signed_chunks) {
  const std::string body = published_body();
  const auto decoded = decode(AwsChunkedDecoder(PayloadKind::SignedChunks, example_signing(kPublishedSeed)), {body});
  EXPECT_EQ(decoded.data, std::string(66560, 'a'));
}

TEST(AwsChunked, accepts_the_published_signed_trailer) {
  const std::string body =
      "10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n" +
      std::string(65536, 'a') +
      "\r\n400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n" +
      std::string(1024, 'a') +
      "\r\n0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n"
      "x-amz-checksum-crc32c:sOO8/Q==\n"
      "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n";
  const auto decoded =
      decode(AwsChunkedDecoder(PayloadKind::SignedChunksWithTrailer,
                               example_signing("106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e")),
             {body});
  EXPECT_EQ(decoded.data.size(), 66560u);
  EXPECT_EQ(find_value(decoded.trailers, "x-amz-checksum-crc32c"), "sOO8/Q==");
}

TEST(AwsChunked, decodes_the_same_however_the_bytes_are_cut) {
  const std::string body = "5\r\nhello\r\n7;x=y\r\n, world\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n";
  for (std::size_t first = 0; first <= body.size(); ++first) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{3}, body.size()}) {
      std::vector<std::string_view> pieces{std::string_view(body).substr(0, first)};
      for (std::size_t at = first; at < body.size(); at += step) pieces.push_back(std::string_view(body).substr(at, step));
      const auto decoded = decode(AwsChunkedDecoder(PayloadKind::ChunksWithTrailer, {}), pieces);
      ASSERT_EQ(decoded.data, "hello, world") << first << " " << step;
      ASSERT_EQ(find_value(decoded.trailers, "x-amz-checksum-crc32"), "AAAAAA==");
    }
  }
}

TEST(AwsChunked, checks_signatures_however_the_bytes_are_cut) {
  const std::string body = published_body();
  for (std::size_t cut = 0; cut < body.size(); cut += cut < 120 || cut > 65600 ? 1 : 8000) {
    const std::string_view text = body;
    const auto decoded = decode(AwsChunkedDecoder(PayloadKind::SignedChunks, example_signing(kPublishedSeed)),
                                {text.substr(0, cut), text.substr(cut)});
    ASSERT_EQ(decoded.data.size(), 66560u) << cut;
  }
}

TEST(AwsChunked, refuses_changed_data_and_changed_signatures) {
  std::string body = published_body();
  body[100] = 'b';
  EXPECT_EQ(failure_of(PayloadKind::SignedChunks, body, example_signing(kPublishedSeed)),
            &conditions::kSignatureDoesNotMatch);
  body = published_body();
  body[30] = body[30] == '0' ? '1' : '0';
  EXPECT_EQ(failure_of(PayloadKind::SignedChunks, body, example_signing(kPublishedSeed)),
            &conditions::kSignatureDoesNotMatch);
}

TEST(AwsChunked, refuses_bodies_that_end_early_or_are_no_chunks) {
  for (const std::string_view body : {"", "5\r\nhel", "5\r\nhello", "5\r\nhello\r\n", "5\r\nhello\r\n0\r\n", "zz\r\n", "\r\n",
                                      "5\r\nhelloXX\r\n", "-1\r\n", "ffffffffffffffffff\r\n"}) {
    EXPECT_EQ(failure_of(PayloadKind::ChunksWithTrailer, body), &conditions::kIncompleteBody) << body;
  }
  EXPECT_EQ(failure_of(PayloadKind::ChunksWithTrailer, "0\r\nno colon\r\n\r\n"), &conditions::kMalformedTrailer);
  EXPECT_EQ(failure_of(PayloadKind::ChunksWithTrailer, std::string(100'000, '0')), &conditions::kIncompleteBody);
  EXPECT_EQ(failure_of(PayloadKind::ChunksWithTrailer, "0\r\n\r\nmore"), &conditions::kIncompleteBody);
}

}  // namespace lab::s3
