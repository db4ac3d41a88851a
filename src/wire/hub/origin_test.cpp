#include "wire/hub/origin.h"

#include <gtest/gtest.h>

#include <set>

#include "wire/hub/routes.h"

namespace lab::wire::hub {
namespace {

net::Request request_with(net::Headers headers) {
  net::Request request;
  request.headers = std::move(headers);
  return request;
}

TEST(HubOrigin, only_this_machine_and_named_hosts_are_known) {
  const std::vector<std::string> hosts = {"lab.example"};
  for (const char* known : {"localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "lab.example", "lab.example:8443", "10.0.0.1"})
    EXPECT_TRUE(is_known_host(request_with({{"host", known}}), "10.0.0.1", hosts)) << known;
  for (const char* unknown : {"", "evil.example", "localhost.evil.example", "lab.example.evil", "127.0.0.1.nip.io:8000", "[::2]"})
    EXPECT_FALSE(is_known_host(request_with({{"host", unknown}}), "10.0.0.1", hosts)) << unknown;
  EXPECT_FALSE(is_known_host(request_with({}), "10.0.0.1", hosts));
}

TEST(HubOrigin, browsers_tell_of_other_sites) {
  const net::Headers::value_type host{"host", "localhost:8000"};
  EXPECT_FALSE(is_cross_site(request_with({host})));
  EXPECT_FALSE(is_cross_site(request_with({host, {"origin", "http://localhost:8000"}, {"sec-fetch-site", "same-origin"}})));
  EXPECT_TRUE(is_cross_site(request_with({host, {"origin", "http://localhost:9000"}})));
  EXPECT_TRUE(is_cross_site(request_with({host, {"origin", "null"}})));
  EXPECT_TRUE(is_cross_site(request_with({host, {"sec-fetch-site", "same-site"}})));
}

TEST(HubOrigin, a_log_in_goes_on_at_this_door_alone) {
  for (const char* good : {"/hub/token", "/user/ann/lab?reset", "/hub/spawn/ann"}) EXPECT_EQ(safe_next(good), good);
  for (const char* bad : {"", "/", "//evil.example", "/hub//evil.example", "/\\evil.example", "/hub/\\evil.example", "/hub/\tx", "/hub/a b", "https://evil.example/hub/", "hub/home", "/hubris"})
    EXPECT_EQ(safe_next(bad), "/hub/home") << bad;
}

TEST(HubRoutes, each_is_there_once_and_what_changes_something_is_guarded) {
  std::set<std::pair<net::Method, std::string_view>> seen;
  for (const auto& route : routes()) {
    EXPECT_TRUE(seen.emplace(route.method, route.pattern).second) << route.pattern;
    EXPECT_NE(route.handler.run, nullptr) << route.pattern;
    // Two operations bring their own proof: a client's secret, or a name and a password.
    const bool has_own_proof = route.pattern == "/hub/api/oauth2/token" || route.pattern == "/hub/api/users/{user}/tokens";
    if (!route.handler.is_checked_for_csrf) EXPECT_TRUE(has_own_proof) << route.pattern;
    if (route.pattern.starts_with("/hub/api/") && route.pattern.size() > 9 && !has_own_proof) EXPECT_NE(route.handler.needs, Needs::Nobody) << route.pattern;
  }
}

}  // namespace
}  // namespace lab::wire::hub
