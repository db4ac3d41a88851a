#include "catalog/remote_settings.h"

#include <gtest/gtest.h>

#include <map>

#include "base/error.h"

namespace lab::catalog {
namespace {

std::optional<RemoteStore> store_of(const std::string& bucket, const std::map<std::string, std::string>& settings) {
  return find_remote_store(
      bucket,
      [&](const std::string& key) -> std::optional<std::string> {
        const auto found = settings.find(key);
        return found == settings.end() ? std::nullopt : std::optional(found->second);
      },
      {.host = "127.0.0.1", .port = 9000});
}

TEST(RemoteSettings, without_an_endpoint_everything_is_the_labs_own) {
  EXPECT_FALSE(store_of("b", {{"spark.hadoop.fs.s3a.access.key", "k"}}));
}

TEST(RemoteSettings, the_lab_is_known_by_its_addresses_and_by_the_names_of_notebooks) {
  for (const char* endpoint : {"http://minio:9000", "http://localhost:9000", "127.0.0.1:9000", "http://infrastructure-minio:9000/", "http://[::1]:9000"})
    EXPECT_FALSE(store_of("b", {{"spark.hadoop.fs.s3a.endpoint", endpoint}})) << endpoint;
  EXPECT_TRUE(store_of("b", {{"spark.hadoop.fs.s3a.endpoint", "http://localhost:9001"}}));
}

TEST(RemoteSettings, reads_keys_and_style) {
  const auto store = store_of("b", {{"spark.hadoop.fs.s3a.endpoint", "http://s3.example.org:8333/"},
                                    {"spark.hadoop.fs.s3a.access.key", " key "},
                                    {"fs.s3a.secret.key", "secret"},
                                    {"spark.hadoop.fs.s3a.session.token", "token"},
                                    {"spark.hadoop.fs.s3a.path.style.access", "true"},
                                    {"spark.hadoop.fs.s3a.endpoint.region", "eu-north-1"}});
  ASSERT_TRUE(store);
  EXPECT_EQ(store->host, "s3.example.org");
  EXPECT_EQ(store->port, 8333);
  EXPECT_FALSE(store->has_tls);
  EXPECT_TRUE(store->is_path_style);
  EXPECT_EQ(store->region, "eu-north-1");
  EXPECT_EQ(store->access_key, "key");
  EXPECT_EQ(store->secret_key, "secret");
  EXPECT_EQ(store->session_token, "token");
}

TEST(RemoteSettings, a_buckets_own_settings_win) {
  const std::map<std::string, std::string> settings = {{"spark.hadoop.fs.s3a.endpoint", "http://a:1"},
                                                       {"spark.hadoop.fs.s3a.access.key", "common"},
                                                       {"spark.hadoop.fs.s3a.bucket.special.endpoint", "https://b"},
                                                       {"spark.hadoop.fs.s3a.bucket.special.access.key", "own"}};
  const auto common = store_of("other", settings);
  const auto special = store_of("special", settings);
  ASSERT_TRUE(common && special);
  EXPECT_EQ(common->host + common->access_key, "acommon");
  EXPECT_EQ(special->host + special->access_key, "bown");
  EXPECT_EQ(special->port, 443);
}

TEST(RemoteSettings, a_bucket_can_be_sent_back_to_the_lab) {
  EXPECT_FALSE(store_of("mine", {{"spark.hadoop.fs.s3a.endpoint", "http://other:1"}, {"spark.hadoop.fs.s3a.bucket.mine.endpoint", "http://minio:9000"}}));
}

TEST(RemoteSettings, the_region_of_amazon_stands_in_its_host) {
  const auto store = store_of("b", {{"spark.hadoop.fs.s3a.endpoint", "s3.eu-central-1.amazonaws.com"}});
  ASSERT_TRUE(store);
  EXPECT_EQ(store->region, "eu-central-1");
  EXPECT_TRUE(store->has_tls);
  EXPECT_FALSE(store->is_path_style);
}

TEST(RemoteSettings, tls_can_be_switched_off_for_a_bare_host) {
  const auto store = store_of("b", {{"spark.hadoop.fs.s3a.endpoint", "store:80"}, {"spark.hadoop.fs.s3a.connection.ssl.enabled", "false"}});
  ASSERT_TRUE(store);
  EXPECT_FALSE(store->has_tls);
}

TEST(RemoteSettings, managed_tables_stay_in_the_lab) { EXPECT_FALSE(store_of("warehouse", {{"spark.hadoop.fs.s3a.endpoint", "http://other:1"}})); }

TEST(RemoteSettings, what_is_no_endpoint_is_refused) {
  for (const char* endpoint : {"ftp://x", "http://", "http://x:0", "http://x:99999", "http://x:12a", "http://u@x", "http://x/path", "[::1"})
    EXPECT_THROW(store_of("b", {{"spark.hadoop.fs.s3a.endpoint", endpoint}}), Error) << endpoint;
}

}  // namespace
}  // namespace lab::catalog
