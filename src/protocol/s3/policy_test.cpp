#include "protocol/s3/policy.h"

#include <gtest/gtest.h>

#include "protocol/s3/errors.h"
#include "protocol/s3/policy_conditions.h"

namespace lab::s3 {
namespace {

PolicyEffect decide_on(const std::string& statements, PolicyRequest request) {
  return evaluate(parse_policy(R"({"Version":"2012-10-17","Statement":[)" + statements + "]}", "bkt"), request);
}

PolicyRequest get_by(std::optional<std::string> user) {
  return {.user = std::move(user), .action = "s3:GetObject", .resource = "arn:aws:s3:::bkt/a/k", .context = {{"aws:sourceip", {"10.1.2.3"}}, {"aws:username", {"ann"}}}};
}

const std::string kAllowAll = R"({"Effect":"Allow","Principal":"*","Action":"s3:Get*","Resource":"arn:aws:s3:::bkt/*"})";

TEST(Policy, lets_a_denial_win) {
  EXPECT_EQ(decide_on(kAllowAll, get_by("ann")), PolicyEffect::Allow);
  EXPECT_EQ(decide_on(kAllowAll, get_by(std::nullopt)), PolicyEffect::Allow);
  const std::string deny = R"({"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::1:user/ann"},"Action":"s3:getobject","Resource":"arn:aws:s3:::bkt/a/*"})";
  EXPECT_EQ(decide_on(kAllowAll + "," + deny, get_by("ann")), PolicyEffect::Deny);
  EXPECT_EQ(decide_on(kAllowAll + "," + deny, get_by("bob")), PolicyEffect::Allow);
}

TEST(Policy, names_what_it_is_about_also_by_exclusion) {
  auto put = get_by("ann");
  put.action = "s3:PutObject";
  EXPECT_EQ(decide_on(kAllowAll, put), PolicyEffect::None);
  const std::string others = R"({"Effect":"Deny","NotPrincipal":{"AWS":["ann"]},"NotAction":"s3:GetObject","NotResource":"arn:aws:s3:::bkt/b/*"})";
  EXPECT_EQ(decide_on(others, put), PolicyEffect::None);
  put.user = "bob";
  EXPECT_EQ(decide_on(others, put), PolicyEffect::Deny);
  EXPECT_EQ(decide_on(others, get_by("bob")), PolicyEffect::None);
}

TEST(Policy, holds_by_conditions) {
  const auto with = [](const std::string& condition) {
    return decide_on(R"({"Effect":"Allow","Principal":"*","Action":"*","Resource":"arn:aws:s3:::bkt/*","Condition":)" + condition + "}", get_by("ann"));
  };
  EXPECT_EQ(with(R"({"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}})"), PolicyEffect::Allow);
  EXPECT_EQ(with(R"({"NotIpAddress":{"aws:SourceIp":["10.0.0.0/8"]}})"), PolicyEffect::None);
  EXPECT_EQ(with(R"({"StringEquals":{"s3:prefix":"x"}})"), PolicyEffect::None);
  EXPECT_EQ(with(R"({"StringEqualsIfExists":{"s3:prefix":"x"}})"), PolicyEffect::Allow);
  EXPECT_EQ(with(R"({"StringNotEquals":{"s3:prefix":"x"}})"), PolicyEffect::Allow);
  EXPECT_EQ(with(R"({"Null":{"s3:prefix":"true"}})"), PolicyEffect::Allow);
  EXPECT_EQ(with(R"({"StringLike":{"aws:username":"a?n"},"Bool":{"aws:SecureTransport":"true"}})"), PolicyEffect::None);
}

TEST(Policy, fills_variables_in) {
  EXPECT_EQ(decide_on(R"({"Effect":"Allow","Principal":"*","Action":"*","Resource":"arn:aws:s3:::bkt/${aws:username}*"})", get_by("ann")), PolicyEffect::None);
  auto home = get_by("ann");
  home.resource = "arn:aws:s3:::bkt/ann/file";
  EXPECT_EQ(decide_on(R"({"Effect":"Allow","Principal":"*","Action":"*","Resource":"arn:aws:s3:::bkt/${aws:username}/*"})", home), PolicyEffect::Allow);
}

TEST(Policy, is_public_when_everybody_may_from_anywhere) {
  const auto is_open = [](const std::string& statement) { return is_public(parse_policy(R"({"Statement":)" + statement + "}", "bkt")); };
  EXPECT_TRUE(is_open(kAllowAll));
  EXPECT_FALSE(is_open(R"({"Effect":"Deny","Principal":"*","Action":"*","Resource":"arn:aws:s3:::bkt"})"));
  EXPECT_FALSE(is_open(R"({"Effect":"Allow","Principal":{"AWS":"ann"},"Action":"*","Resource":"arn:aws:s3:::bkt"})"));
  EXPECT_FALSE(is_open(R"({"Effect":"Allow","Principal":"*","Action":"*","Resource":"arn:aws:s3:::bkt","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}})"));
}

TEST(Policy, refuses_what_is_none) {
  for (const char* text : {"", "[]", "{}", R"({"Statement":[]})", R"({"Version":"1","Statement":[]})",
                           R"({"Statement":{"Effect":"Maybe","Principal":"*","Action":"*","Resource":"arn:aws:s3:::bkt"}})",
                           R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"arn:aws:s3:::other"}})",
                           R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::bkt"}})",
                           R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"arn:aws:s3:::bkt","Condition":{"Odd":{"a":"b"}}}})"})
    EXPECT_THROW(parse_policy(text, "bkt"), Error) << text;
}

TEST(Policy, of_a_role_names_who_may_assume_it) {
  const Policy policy = parse_trust_policy(R"({"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam:::user/team/ann"},"Action":"sts:AssumeRole"}})");
  EXPECT_EQ(evaluate(policy, {.user = "ann", .action = "sts:AssumeRole", .resource = "r"}), PolicyEffect::Allow);
  EXPECT_EQ(evaluate(policy, {.user = "bob", .action = "sts:AssumeRole", .resource = "r"}), PolicyEffect::None);
  EXPECT_EQ(evaluate(policy, {.user = "role/ann", .action = "sts:AssumeRole", .resource = "r"}), PolicyEffect::None);
  EXPECT_THROW(parse_trust_policy(R"({"Statement":{"Effect":"Allow","Action":"sts:AssumeRole"}})"), Error);
  EXPECT_THROW(parse_trust_policy(R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}})"), Error);
}

TEST(Policy, names_a_service_and_everybody_is_none) {
  const auto effect_on_service = [](const std::string& principal) {
    const Policy policy = parse_policy(R"({"Statement":{"Effect":"Allow","Principal":)" + principal + R"(,"Action":"s3:PutObject","Resource":"arn:aws:s3:::bkt/*"}})", "bkt");
    return evaluate(policy, {.user = "service:logging.s3.amazonaws.com", .action = "s3:PutObject", .resource = "arn:aws:s3:::bkt/log/"});
  };
  EXPECT_EQ(effect_on_service(R"({"Service":"logging.s3.amazonaws.com"})"), PolicyEffect::Allow);
  EXPECT_EQ(effect_on_service(R"({"Service":"other.amazonaws.com"})"), PolicyEffect::None);
  EXPECT_EQ(effect_on_service(R"({"AWS":"*"})"), PolicyEffect::None);
  EXPECT_EQ(effect_on_service(R"("*")"), PolicyEffect::None);
}

TEST(Policy, names_a_role_by_its_arn_or_a_sessions) {
  for (const char* arn : {"arn:aws:iam:::role/team/reader", "arn:aws:sts:::assumed-role/reader/job"}) {
    const Policy policy = parse_policy(R"({"Statement":{"Effect":"Allow","Principal":{"AWS":")" + std::string(arn) + R"("},"Action":"s3:*","Resource":"arn:aws:s3:::bkt"}})", "bkt");
    EXPECT_EQ(evaluate(policy, {.user = "role/reader", .action = "s3:ListBucket", .resource = "arn:aws:s3:::bkt"}), PolicyEffect::Allow);
    EXPECT_EQ(evaluate(policy, {.user = "reader", .action = "s3:ListBucket", .resource = "arn:aws:s3:::bkt"}), PolicyEffect::None);
  }
}

TEST(Pattern, stands_for_runs_and_single_characters) {
  EXPECT_TRUE(matches_pattern("a*c?e*", "abbcde"));
  EXPECT_TRUE(matches_pattern("*", ""));
  EXPECT_FALSE(matches_pattern("a?", "a"));
  EXPECT_FALSE(matches_pattern("a*b", "acbd"));
}

}  // namespace
}  // namespace lab::s3
