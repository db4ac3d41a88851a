#include "protocol/s3/request_head.h"

#include <gtest/gtest.h>

#include "protocol/s3/checksums.h"
#include "protocol/s3/conditionals.h"
#include "protocol/s3/errors.h"

namespace lab::s3 {
namespace {

Address address_of(std::string_view target, std::string host = "127.0.0.1:9000", std::string_view domain = {}) {
  RequestHead head;
  head.headers.emplace_back("host", std::move(host));
  set_target(head, target);
  return parse_address(head, domain);
}

std::pair<std::uint64_t, std::uint64_t> range_of(std::string_view header, std::uint64_t size) {
  const auto range = parse_range(header, size);
  return range ? std::pair(range->first, range->length) : std::pair<std::uint64_t, std::uint64_t>(0, 0);
}

}  // namespace

TEST(Address, splits_path_style_without_touching_the_key) {
  EXPECT_EQ(address_of("/").bucket, "");
  EXPECT_EQ(address_of("/b").bucket, "b");
  EXPECT_EQ(address_of("/b/").key, "");
  EXPECT_EQ(address_of("/b/a/../c//d%2Fe%20f+g").key, "a/../c//d/e f+g");
  EXPECT_EQ(address_of("http://h:1/b/k?x=1").key, "k");
}

TEST(Address, knows_virtual_hosts) {
  EXPECT_EQ(address_of("/k", "bkt.s3.amazonaws.com").bucket, "bkt");
  EXPECT_EQ(address_of("/k", "a.b.s3.eu-west-1.amazonaws.com").bucket, "a.b");
  EXPECT_EQ(address_of("/k", "bkt.localhost:9000").bucket, "bkt");
  EXPECT_EQ(address_of("/k", "bkt.lab.example:9000", "lab.example").bucket, "bkt");
  EXPECT_EQ(address_of("/k", "localhost:9000").bucket, "k");
  EXPECT_EQ(address_of("/k", "minio:9000").bucket, "k");
  EXPECT_EQ(address_of("/k", "s3.amazonaws.com").bucket, "k");
}

TEST(Address, refuses_keys_that_s3_refuses) {
  EXPECT_NO_THROW(address_of("/b/" + std::string(1024, 'k')));
  EXPECT_THROW(address_of("/b/" + std::string(1025, 'k')), Error);
  EXPECT_THROW(address_of("/b/%00"), Error);
  EXPECT_THROW(address_of("/b/%ff"), Error);
  EXPECT_THROW(address_of("/b/%zz"), Error);
  EXPECT_THROW(address_of("//k"), Error);
}

TEST(BucketName, follows_the_rules_of_general_purpose_buckets) {
  for (const std::string_view name : {"abc", "my-bucket", "a.b.c", "bucket-2024", "0ab"}) {
    EXPECT_TRUE(is_valid_bucket_name(name)) << name;
  }
  for (const std::string_view name : {"ab", "-ab", "ab-", "A-b", "a_b", "a..b", "a.-b", "a-.b", "192.168.1.1", "xn--abc",
                                      "abc-s3alias", ".ab", "ab."}) {
    EXPECT_FALSE(is_valid_bucket_name(name)) << name;
  }
  EXPECT_FALSE(is_valid_bucket_name(std::string(64, 'a')));
}

TEST(TextForms, percent_and_base64_go_both_ways) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(decode_uri(encode_uri(all, false)), all);
  EXPECT_EQ(encode_uri("a/b c~é", true), "a/b%20c~%C3%A9");
  for (std::size_t length = 0; length < 20; ++length) {
    EXPECT_EQ(decode_base64(encode_base64(all.substr(200, length))), all.substr(200, length));
  }
  EXPECT_FALSE(decode_base64("abc"));
  EXPECT_FALSE(decode_base64("a==="));
  EXPECT_FALSE(decode_base64("ab=c"));
  EXPECT_EQ(parse_query("a=1&b&c=%2B+"), (NameValues{{"a", "1"}, {"b", ""}, {"c", "+ "}}));
}

TEST(Range, follows_rfc_9110_for_one_range) {
  EXPECT_EQ(range_of("bytes=0-4", 10), std::pair(0ul, 5ul));
  EXPECT_EQ(range_of("bytes=5-", 10), std::pair(5ul, 5ul));
  EXPECT_EQ(range_of("bytes=-3", 10), std::pair(7ul, 3ul));
  EXPECT_EQ(range_of("bytes=-30", 10), std::pair(0ul, 10ul));
  EXPECT_EQ(range_of("bytes=5-500", 10), std::pair(5ul, 5ul));
  for (const std::string_view ignored : {"bytes=", "bytes=a-b", "bytes=5-2", "items=0-1", "bytes=0-1,3-4", ""}) {
    EXPECT_FALSE(parse_range(ignored, 10)) << ignored;
  }
  for (const std::string_view unsatisfiable : {"bytes=10-", "bytes=10-20", "bytes=-0"}) {
    EXPECT_THROW(parse_range(unsatisfiable, 10), Error) << unsatisfiable;
  }
  EXPECT_THROW(parse_range("bytes=0-", 0), Error);
  EXPECT_EQ(parse_copy_range("bytes=2-5", 10).length, 4u);
  EXPECT_THROW(parse_copy_range("bytes=2-10", 10), Error);
  EXPECT_THROW(parse_copy_range("bytes=2-", 10), Error);
}

TEST(Conditionals, follow_s3_precedence) {
  const std::chrono::sys_seconds modified{std::chrono::seconds(1'000'000'000)};  // Sun, 09 Sep 2001 01:46:40 GMT
  const auto outcome = [&](NameValues headers) { return check_conditionals(parse_conditionals(headers), "e", modified); };
  const std::string earlier = "Sun, 09 Sep 2001 01:46:39 GMT";
  const std::string same = "Sun, 09 Sep 2001 01:46:40 GMT";
  EXPECT_EQ(outcome({}), ConditionOutcome::Proceed);
  EXPECT_EQ(outcome({{"if-match", "\"e\""}}), ConditionOutcome::Proceed);
  EXPECT_EQ(outcome({{"if-match", "\"x\", \"e\""}}), ConditionOutcome::Proceed);
  EXPECT_EQ(outcome({{"if-match", "\"x\""}}), ConditionOutcome::PreconditionFailed);
  EXPECT_EQ(outcome({{"if-none-match", "*"}}), ConditionOutcome::NotModified);
  EXPECT_EQ(outcome({{"if-none-match", "\"x\""}}), ConditionOutcome::Proceed);
  EXPECT_EQ(outcome({{"if-modified-since", same}}), ConditionOutcome::NotModified);
  EXPECT_EQ(outcome({{"if-modified-since", earlier}}), ConditionOutcome::Proceed);
  EXPECT_EQ(outcome({{"if-unmodified-since", earlier}}), ConditionOutcome::PreconditionFailed);
  EXPECT_EQ(outcome({{"if-unmodified-since", same}}), ConditionOutcome::Proceed);
  // If-Match true and If-Unmodified-Since false: the object is given; the other way round for the second pair.
  EXPECT_EQ(outcome({{"if-match", "e"}, {"if-unmodified-since", earlier}}), ConditionOutcome::Proceed);
  EXPECT_EQ(outcome({{"if-none-match", "e"}, {"if-modified-since", earlier}}), ConditionOutcome::NotModified);
}

TEST(Checksums, are_found_in_headers) {
  EXPECT_FALSE(find_given_checksum({{"x-amz-checksum-mode", "ENABLED"}, {"x-amz-checksum-algorithm", "CRC32"}}));
  const auto given = find_given_checksum({{"x-amz-checksum-crc32", "AAAAAA=="}});
  ASSERT_TRUE(given);
  EXPECT_EQ(given->kind, ChecksumKind::Crc32);
  EXPECT_THROW(find_given_checksum({{"x-amz-checksum-crc32", "AAAA"}}), Error);
  EXPECT_THROW(find_given_checksum({{"x-amz-checksum-crc32", "AAAAAA=="}, {"x-amz-checksum-crc32c", "AAAAAA=="}}), Error);
  EXPECT_EQ(find_announced_checksum({{"x-amz-trailer", "x-amz-checksum-crc64nvme"}}), ChecksumKind::Crc64Nvme);
  EXPECT_EQ(find_named_checksum({{"x-amz-checksum-algorithm", "sha256"}}), ChecksumKind::Sha256);
  EXPECT_THROW(find_named_checksum({{"x-amz-checksum-algorithm", "crc7"}}), Error);
  EXPECT_EQ(find_content_md5({{"content-md5", "1B2M2Y8AsgTpgAmY7PhCfg=="}})->size(), 16u);
  EXPECT_THROW(find_content_md5({{"content-md5", "x"}}), Error);
}

}  // namespace lab::s3
