#include "access/audit.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "access/access.h"
#include "base/disk.h"
#include "base/ids.h"

namespace lab::access {
namespace {

using std::chrono::hours;

class AuditTest : public testing::Test {
 protected:
  AuditTest() : folder_(std::filesystem::temp_directory_path() / ("lab-audit-" + random_hex(8))) { std::filesystem::create_directories(folder_); }
  ~AuditTest() override {
    access_.reset();
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  void open_store(store::SchemaSpec schema = access_schema()) {
    access_.reset();
    store_.reset();
    store::StoreOptions options;
    options.schemas = {std::move(schema)};
    store_ = store::Store::open(folder_, options, disk_, clock_);
  }

  void open(AuditLimits limits = {}) {
    open_store();
    access_ = Access::open(*store_, Profile::Secure, limits);
  }

  AuditTrail& trail() { return access_->audit(); }

  std::vector<std::string> actions() {
    std::vector<std::string> names;
    for (const AuditLine& line : trail().read()) names.push_back(line.event.action);
    return names;
  }

  const std::filesystem::path folder_;
  const store::Origin by_{.actor = "admin", .protocol = "hub", .request = "test", .credential = "session:a1"};
  const AuditEvent use_{"ann", "s3:K", "s3", "s3:GetObject", "bucket"};
  RealDisk disk_;
  ManualClock clock_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Access> access_;
};

TEST_F(AuditTest, what_changes_rights_has_its_line) {
  open();
  access_->create_user("ann", false, by_);
  access_->set_admin("ann", true, by_);
  access_->set_admin("ann", true, by_);
  access_->create_group("teachers", by_);
  access_->add_to_group("teachers", "ann", by_);
  access_->put_user_policy("ann", {"reads", "{}"}, by_);
  const auto key = access_->create_s3_key("ann", {}, by_);
  access_->set_s3_key_active("ann", key.access_key, false, by_);
  const auto token = access_->create_token({.user = "ann", .scopes = {"inherit"}}, by_);
  access_->delete_tokens("ann", [](const TokenInfo&) { return true; }, by_);
  access_->delete_user("ann", by_);
  EXPECT_EQ(actions(), (std::vector<std::string>{"CreateUser", "MakeAdmin", "CreateGroup", "AddToGroup", "PutPolicy", "CreateKey", "DeactivateKey", "CreateToken", "RevokeToken", "DeleteUser"}));
  for (const AuditLine& line : trail().read()) {
    EXPECT_EQ(line.event.user, "admin");
    EXPECT_EQ(line.event.credential, "session:a1");
    EXPECT_EQ(line.event.protocol, "hub");
    EXPECT_EQ(line.event.outcome, AuditOutcome::Allowed);
    // What opens something is told by its public name alone.
    EXPECT_EQ(line.event.object.find(token.text), std::string::npos);
    EXPECT_EQ(line.event.object.find(key.secret_key), std::string::npos);
  }
}

TEST_F(AuditTest, what_is_refused_changes_nothing_and_has_no_line_of_a_change) {
  open();
  EXPECT_THROW(access_->create_user("admin", false, by_), Error);
  EXPECT_THROW(access_->set_admin("admin", false, by_), Error);
  EXPECT_TRUE(actions().empty());
}

TEST_F(AuditTest, like_decisions_are_one_line_with_their_number) {
  open();
  AuditEvent refused = use_;
  refused.outcome = AuditOutcome::Refused;
  refused.cause = "AccessDenied";
  for (int i = 0; i < 3; ++i) trail().count(use_);
  trail().count(refused);
  const auto lines = trail().read();
  ASSERT_EQ(lines.size(), 2u);
  const auto allowed = std::ranges::find(lines, AuditOutcome::Allowed, [](const AuditLine& line) { return line.event.outcome; });
  ASSERT_NE(allowed, lines.end());
  EXPECT_EQ(allowed->times, 3);
  EXPECT_EQ(allowed->event, use_);
  ASSERT_EQ(trail().read({.outcome = AuditOutcome::Refused}).size(), 1u);
  EXPECT_EQ(trail().read({.outcome = AuditOutcome::Refused}).front().event, refused);
  EXPECT_TRUE(trail().read({.user = "bob"}).empty());
  // Counted again after it was written: another line.
  clock_.advance(std::chrono::minutes(1));
  trail().count(use_);
  EXPECT_EQ(trail().read().size(), 3u);
  EXPECT_EQ(trail().read({.limit = 1}).front().time, clock_.now());
}

TEST_F(AuditTest, what_was_read_or_flushed_is_there_after_a_restart) {
  open();
  trail().count(use_);
  trail().flush();
  open();
  ASSERT_EQ(trail().read().size(), 1u);
  EXPECT_EQ(trail().read().front().event, use_);
}

TEST_F(AuditTest, many_different_decisions_take_bounded_memory) {
  open();
  for (int i = 0; i < 6000; ++i) {
    AuditEvent event = use_;
    event.object = "bucket/" + std::to_string(i);
    trail().count(std::move(event));
  }
  const auto lines = trail().read();
  EXPECT_LE(lines.size(), 4097u);
  std::int64_t times = 0;
  for (const AuditLine& line : lines) times += line.times;
  EXPECT_EQ(times, 6000);
}

TEST_F(AuditTest, names_that_are_typed_take_bounded_memory) {
  open();
  for (int i = 0; i < 10'000; ++i) {
    AuditEvent event = use_;
    event.user = std::string(100'000, 'x').replace(0, 5, std::to_string(10'000 + i));
    trail().count(std::move(event));
  }
  const auto lines = trail().read();
  EXPECT_LE(lines.size(), 8193u);
  EXPECT_LE(lines.front().event.user.size(), 1024u);
  std::int64_t times = 0;
  for (const AuditLine& line : lines) times += line.times;
  EXPECT_EQ(times, 10'000);
}

TEST_F(AuditTest, what_is_counted_pushes_out_nothing_that_is_recorded) {
  open({.lines = 10});
  access_->create_user("ann", false, by_);
  for (int i = 0; i < 50; ++i) {
    AuditEvent event = use_;
    event.object = "bucket/" + std::to_string(i);
    trail().count(std::move(event));
  }
  trail().flush();
  trail().trim();
  const auto lines = trail().read();
  EXPECT_EQ(lines.size(), 11u);
  EXPECT_TRUE(std::ranges::any_of(lines, [](const AuditLine& line) { return line.event.action == "CreateUser"; }));
}

TEST_F(AuditTest, goes_by_age_and_by_number) {
  open({.keep = hours(24), .lines = 3});
  for (const char* name : {"ann", "bob", "cid", "dan", "eve"}) access_->create_group(name, by_);
  trail().trim();
  ASSERT_EQ(trail().read().size(), 3u);
  EXPECT_EQ(trail().read().front().event.object, "cid");
  EXPECT_EQ(store_->snapshot().scan_rows("audit").size(), 3u);
  clock_.advance(hours(25));
  // Too old to be shown, also before it is taken away.
  EXPECT_TRUE(trail().read().empty());
  access_->create_group("fay", by_);
  trail().trim();
  EXPECT_EQ(store_->snapshot().scan_rows("audit").size(), 1u);
}

TEST_F(AuditTest, texts_are_cut_and_are_text) {
  open();
  AuditEvent event = use_;
  event.object = std::string(5000, 'x');
  event.user = "ann\xff";
  trail().count(event);
  const auto lines = trail().read();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].event.object, std::string(1024, 'x'));
  EXPECT_EQ(lines[0].event.user, "ann\xef\xbf\xbd");
}

TEST_F(AuditTest, tokens_that_open_nothing_are_told_apart) {
  open();
  TokenInfo info{.user = "admin", .purpose = TokenPurpose::Api, .scopes = {"read:users"}};
  info.expires = clock_.now() + hours(1);
  const auto token = access_->create_token(info, by_);
  const auto causes = [&] {
    std::vector<std::pair<std::string, std::string>> found;
    for (const AuditLine& line : trail().read({.outcome = AuditOutcome::Refused})) found.emplace_back(line.event.user, line.event.cause);
    return found;
  };
  access_->count_refused_token(token.text, "spark", "ipv4:127.0.0.1");
  EXPECT_EQ(causes().back(), std::pair(std::string("admin"), std::string("TOKEN_FOR_ANOTHER_PURPOSE")));
  clock_.advance(hours(2));
  access_->count_refused_token(token.text, "hub", "127.0.0.1");
  EXPECT_EQ(causes().back(), std::pair(std::string("admin"), std::string("EXPIRED_TOKEN")));
  clock_.advance(hours(1));
  access_->count_refused_token("dfl_guessed", "hub", "127.0.0.1");
  EXPECT_EQ(causes().back(), std::pair(std::string(), std::string("UNKNOWN_TOKEN")));
  clock_.advance(hours(1));
  access_->count_refused_token("", "spark", "ipv4:127.0.0.1");
  EXPECT_EQ(causes().back(), std::pair(std::string(), std::string("NO_TOKEN")));
}

TEST_F(AuditTest, log_ins_are_in_it_with_their_cause) {
  open();
  access_->set_password("admin", "correct horse", by_);
  EXPECT_THROW(access_->log_in("admin", "wrong horse", "10.0.0.1"), Error);
  access_->log_in("admin", "correct horse", "10.0.0.1");
  const auto lines = trail().read();
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[1].event, (AuditEvent{"admin", "password", "hub", "LogIn", "10.0.0.1", AuditOutcome::Refused, "WRONG_PASSWORD"}));
  EXPECT_EQ(lines[2].event, (AuditEvent{"admin", "password", "hub", "LogIn", "10.0.0.1"}));
}

TEST_F(AuditTest, a_trail_without_causes_gets_them) {
  store::SchemaSpec old = access_schema();
  old.version = 4;
  old.migrations.clear();
  std::erase_if(old.tables, [](const store::TableSpec& table) { return table.name == "audit_counts"; });
  auto& audit = *std::ranges::find(old.tables, "audit", &store::TableSpec::name);
  audit.columns.pop_back();
  open_store(old);
  const auto put = [&](const char* action, const char* outcome) {
    store::Change change(by_);
    change.put_row("audit", {clock_.now().time_since_epoch().count(), std::string("ann"), std::string("password"), std::string("hub"), std::string(action), std::string("it"), std::string(outcome)});
    store_->apply(std::move(change));
  };
  put("LogIn", "Allowed");
  put("LogIn", "WrongPassword");
  put("SetAdmin", "true");
  open();
  const auto lines = trail().read();
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0].event, (AuditEvent{"ann", "password", "hub", "LogIn", "it"}));
  EXPECT_EQ(lines[1].event, (AuditEvent{"ann", "password", "hub", "LogIn", "it", AuditOutcome::Refused, "WrongPassword"}));
  EXPECT_EQ(lines[2].event, (AuditEvent{"ann", "password", "hub", "SetAdmin", "it", AuditOutcome::Allowed, "true"}));
}

}  // namespace
}  // namespace lab::access
