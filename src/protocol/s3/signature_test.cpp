#include "protocol/s3/signature.h"

#include <gtest/gtest.h>

#include "protocol/s3/errors.h"
#include "protocol/s3/http_date.h"
#include "protocol/s3/signature_v2.h"

namespace lab::s3 {
namespace {

// The examples that AWS publishes with the description of Signature Version 4 for S3.
constexpr std::string_view kExampleSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
constexpr std::string_view kExampleCredential = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request";
constexpr std::string_view kEmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

RequestHead example_head(std::string method, std::string_view target, NameValues headers) {
  RequestHead head;
  head.method = std::move(method);
  head.headers = std::move(headers);
  if (!head.header("host")) head.headers.emplace_back("host", "examplebucket.s3.amazonaws.com");
  set_target(head, target);
  return head;
}

RequestHead signed_head(std::string method, std::string_view target, NameValues headers, std::string_view signed_headers,
                        std::string_view signature) {
  RequestHead head = example_head(std::move(method), target, std::move(headers));
  head.headers.emplace_back("x-amz-date", "20130524T000000Z");
  head.headers.emplace_back("authorization", "AWS4-HMAC-SHA256 Credential=" + std::string(kExampleCredential) +
                                                 ",SignedHeaders=" + std::string(signed_headers) +
                                                 ",Signature=" + std::string(signature));
  return head;
}

void expect_valid(const RequestHead& head) {
  const auto authentication = parse_authentication(head);
  ASSERT_TRUE(authentication.has_value());
  EXPECT_NO_THROW(verify_signature(head, *authentication, derive_signing_key(kExampleSecret, authentication->scope)));
  EXPECT_THROW(verify_signature(head, *authentication, derive_signing_key("other", authentication->scope)), Error);
}

const Condition* condition_of(const auto& action) {
  try {
    action();
  } catch (const Error& error) {
    return &error.condition();
  }
  return nullptr;
}

}  // namespace

TEST(Signature, accepts_the_published_get_object) {
  expect_valid(signed_head("GET", "/test.txt", {{"range", "bytes=0-9"}, {"x-amz-content-sha256", std::string(kEmptyHash)}},
                           "host;range;x-amz-content-sha256;x-amz-date",
                           "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"));
}

TEST(Signature, accepts_the_published_put_object) {
  expect_valid(signed_head(
      "PUT", "/test$file.text",
      {{"date", "Fri, 24 May 2013 00:00:00 GMT"},
       {"x-amz-storage-class", "REDUCED_REDUNDANCY"},
       {"x-amz-content-sha256", "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"}},
      "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
      "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"));
}

TEST(Signature, accepts_the_published_sub_resource_and_listing) {
  expect_valid(signed_head("GET", "/?lifecycle", {{"x-amz-content-sha256", std::string(kEmptyHash)}},
                           "host;x-amz-content-sha256;x-amz-date",
                           "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"));
  expect_valid(signed_head("GET", "/?max-keys=2&prefix=J", {{"x-amz-content-sha256", std::string(kEmptyHash)}},
                           "host;x-amz-content-sha256;x-amz-date",
                           "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"));
}

TEST(Signature, writes_and_accepts_the_published_presigned_url) {
  RequestHead head = example_head("GET", "/test.txt", {});
  const CredentialScope scope{"AKIAIOSFODNN7EXAMPLE", "20130524", "us-east-1", "s3"};
  const std::string url = presign(head, scope, kExampleSecret, "20130524T000000Z", std::chrono::seconds(86400));
  EXPECT_TRUE(url.ends_with("&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")) << url;
  head = example_head("GET", url, {});
  expect_valid(head);
  const auto authentication = parse_authentication(head);
  EXPECT_TRUE(authentication->is_presigned);
  EXPECT_NO_THROW(check_time(*authentication, authentication->time + std::chrono::hours(23)));
  EXPECT_EQ(condition_of([&] { check_time(*authentication, authentication->time + std::chrono::hours(24)); }),
            &conditions::kExpiredPresignRequest);
}

TEST(Signature, allows_fifteen_minutes_of_clock_skew) {
  const RequestHead head = signed_head("GET", "/k", {{"x-amz-content-sha256", "UNSIGNED-PAYLOAD"}}, "host", "00");
  const auto authentication = parse_authentication(head);
  ASSERT_TRUE(authentication);
  EXPECT_NO_THROW(check_time(*authentication, authentication->time + std::chrono::minutes(15)));
  EXPECT_NO_THROW(check_time(*authentication, authentication->time - std::chrono::minutes(15)));
  EXPECT_EQ(condition_of([&] { check_time(*authentication, authentication->time + std::chrono::seconds(901)); }),
            &conditions::kRequestTimeTooSkewed);
}

TEST(Signature, tells_anonymous_from_malformed) {
  EXPECT_FALSE(parse_authentication(example_head("GET", "/k", {})).has_value());
  const auto with_authorization = [](std::string value) {
    return condition_of([&] { parse_authentication(example_head("GET", "/k", {{"authorization", value}})); });
  };
  EXPECT_EQ(with_authorization("Basic abc"), &conditions::kInvalidRequest);
  EXPECT_EQ(with_authorization("AWS4-HMAC-SHA256 nonsense"), &conditions::kAuthorizationHeaderMalformed);
  EXPECT_EQ(with_authorization("AWS4-HMAC-SHA256 Credential=a/b/c,SignedHeaders=host,Signature=00"),
            &conditions::kAuthorizationHeaderMalformed);
  EXPECT_EQ(with_authorization("AWS4-HMAC-SHA256 Credential=" + std::string(kExampleCredential) +
                               ",SignedHeaders=date,Signature=00"),
            &conditions::kAuthorizationHeaderMalformed);
  EXPECT_EQ(condition_of([] { parse_authentication(example_head("GET", "/k?X-Amz-Algorithm=AWS4-HMAC-SHA256", {})); }),
            &conditions::kAuthorizationQueryParametersError);
}

TEST(Signature, names_what_it_compared_when_it_refuses) {
  const RequestHead head = signed_head("GET", "/k", {{"x-amz-content-sha256", "UNSIGNED-PAYLOAD"}},
                                       "host;x-amz-content-sha256;x-amz-date", std::string(64, '0'));
  const auto authentication = parse_authentication(head);
  try {
    verify_signature(head, *authentication, derive_signing_key(kExampleSecret, authentication->scope));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(&error.condition(), &conditions::kSignatureDoesNotMatch);
    EXPECT_TRUE(error.parameters().contains("StringToSign"));
  }
}

TEST(SignatureV2, accepts_the_published_get_object) {
  const auto expect_valid_v2 = [](RequestHead head, std::string_view bucket) {
    const auto authentication = parse_authentication_v2(head);
    ASSERT_TRUE(authentication);
    EXPECT_NO_THROW(verify_signature_v2(head, *authentication, bucket, kExampleSecret));
    EXPECT_THROW(verify_signature_v2(head, *authentication, bucket, "other"), Error);
  };
  expect_valid_v2(example_head("GET", "/photos/puppy.jpg",
                               {{"date", "Tue, 27 Mar 2007 19:36:42 +0000"},
                                {"authorization", "AWS AKIAIOSFODNN7EXAMPLE:qgk2+6Sv9/oM7G3qLEjTH1a1l1g="}}),
                  "awsexamplebucket1");
}

TEST(HttpDate, reads_all_three_forms_and_writes_the_first) {
  const auto time = parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT");
  ASSERT_TRUE(time);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"), time);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994"), time);
  EXPECT_EQ(print_http_date(*time), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(print_basic_time(*time), "19941106T084937Z");
  EXPECT_EQ(print_iso_time(*time), "1994-11-06T08:49:37.000Z");
  EXPECT_FALSE(parse_http_date("yesterday"));
  for (const std::string_view whole : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"})
    for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(parse_http_date(whole.substr(0, size))) << size;
  EXPECT_FALSE(parse_http_date("Sun, 31 Feb 1994 08:49:37 GMT"));
}

}  // namespace lab::s3
