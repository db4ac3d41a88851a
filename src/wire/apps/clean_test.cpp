#include "wire/apps/clean.h"

#include <gtest/gtest.h>

namespace lab::wire::apps {
namespace {

const lab::apps::App kSales{.name = "sales", .owner = "ann", .folder = "/home", .command = {}, .entry = "app.py", .health = {}, .audience = {}, .deployed = {}};

lab::apps::App with_command(std::string command) {
  lab::apps::App app = kSales;
  app.command = std::move(command);
  return app;
}

net::Request cleaned(net::Headers headers, const lab::apps::App& app = kSales, std::string target = "/sales/a?b") {
  net::Request request;
  request.target = std::move(target);
  request.headers = std::move(headers);
  clean_request(request, app, {.user = "ben", .groups = {"teachers", "a,b"}}, "proof");
  return request;
}

std::vector<std::string> all_of(const net::Headers& headers, std::string_view wanted) {
  std::vector<std::string> values;
  for (const auto& [name, value] : headers)
    if (name == wanted) values.push_back(value);
  return values;
}

net::Headers answered(net::Headers headers, const lab::apps::App& app = kSales) {
  net::Response response;
  response.headers = std::move(headers);
  clean_response(response, app);
  return response.headers;
}

using Values = std::vector<std::string>;

TEST(AppClean, an_app_is_told_who_visits_by_the_door_alone) {
  const auto request = cleaned({{"host", "localhost:8501"}, {"x-dflab-user", "admin"}, {"x-forwarded-user", "admin"}, {"x_forwarded_user", "admin"}, {"x-dflab_groups", "all"}, {"remote_user", "admin"}, {"x-real-ip", "1.2.3.4"},
                                {"x-forwarded-for", "1.2.3.4"}, {"accept", "text/html"}});
  EXPECT_EQ(all_of(request.headers, "x-dflab-user"), Values{"ben"});
  EXPECT_EQ(all_of(request.headers, "x-forwarded-user"), Values{"ben"});
  EXPECT_EQ(all_of(request.headers, "x-dflab-groups"), Values{"teachers,a%2Cb"});
  EXPECT_EQ(all_of(request.headers, "x-dflab-secret"), Values{"proof"});
  EXPECT_EQ(all_of(request.headers, "accept"), Values{"text/html"});
  for (const char* gone : {"x_forwarded_user", "x-dflab_groups", "remote_user", "x-real-ip", "x-forwarded-for"}) EXPECT_TRUE(all_of(request.headers, gone).empty()) << gone;
}

TEST(AppClean, an_app_gets_no_credentials_of_the_lab) {
  const auto request = cleaned({{"authorization", "Bearer dfl_1"}, {"cookie", "dflab-apps=secret; theme=dark; jupyterhub-session-id=1; dflab-hub=x;a=b"}});
  EXPECT_TRUE(all_of(request.headers, "authorization").empty());
  EXPECT_EQ(all_of(request.headers, "cookie"), Values{"theme=dark; a=b"});
  EXPECT_TRUE(all_of(cleaned({{"cookie", "dflab-apps=secret"}}).headers, "cookie").empty());
}

TEST(AppClean, the_prefix_stays_for_those_who_know_it) {
  EXPECT_EQ(cleaned({}).target, "/sales/a?b");
  EXPECT_EQ(cleaned({}, with_command("serve --base {prefix} {port}")).target, "/sales/a?b");
  const auto request = cleaned({}, with_command("python3 -m http.server {port}"));
  EXPECT_EQ(request.target, "/a?b");
  EXPECT_EQ(all_of(request.headers, "x-forwarded-prefix"), Values{"/sales"});
  EXPECT_EQ(cleaned({}, with_command("serve"), "/sales/").target, "/");
}

TEST(AppClean, cookies_of_an_app_are_its_own) {
  EXPECT_EQ(answered({{"set-cookie", "a=b; Path=/; Domain=localhost; HttpOnly"}}), (net::Headers{{"set-cookie", "a=b; HttpOnly; Path=/sales/"}}));
  EXPECT_EQ(answered({{"set-cookie", "a=b; path=/sales/inner"}}), (net::Headers{{"set-cookie", "a=b; Path=/sales/inner"}}));
  EXPECT_EQ(answered({{"set-cookie", "a=b; Path=/salesman/"}}), (net::Headers{{"set-cookie", "a=b; Path=/sales/"}}));
  EXPECT_TRUE(answered({{"set-cookie", "dflab-hub=x; Path=/hub/"}, {"Set-Cookie", " dflab-apps=x"}, {"set-cookie", "jupyterhub-session-id=x"}}).empty());
}

TEST(AppClean, an_app_does_not_speak_for_the_door) {
  EXPECT_TRUE(answered({{"Clear-Site-Data", "\"*\""}, {"service-worker-allowed", "/"}}).empty());
  EXPECT_EQ(answered({{"location", "/a"}}), (net::Headers{{"location", "/a"}}));
  const auto plain = with_command("serve");
  EXPECT_EQ(answered({{"location", "/a"}}, plain), (net::Headers{{"location", "/sales/a"}}));
  for (const char* other : {"a", "//elsewhere/a", "https://elsewhere/"}) EXPECT_EQ(answered({{"location", other}}, plain), (net::Headers{{"location", other}}));
}

}  // namespace
}  // namespace lab::wire::apps
