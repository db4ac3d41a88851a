#include <gtest/gtest.h>

#include "access/conditions.h"
#include "access/test_access.h"
#include "base/error.h"

namespace lab::access {
namespace {

using std::chrono::seconds;

class PeopleTest : public TestAccess {
 protected:
  const Condition* refusal(const std::string& user, const std::string& password, const std::string& peer = "127.0.0.1") {
    return store::condition_of([&] { access_->log_in(user, password, peer); });
  }

  CreatedToken make_token(TokenPurpose purpose, std::optional<seconds> life = {}, std::vector<std::string> scopes = {"inherit"}) {
    TokenInfo info{.user = "admin", .purpose = purpose, .scopes = std::move(scopes)};
    if (life) info.expires = clock_.now() + *life;
    return access_->create_token(info, by_);
  }
};

TEST_F(PeopleTest, a_password_logs_in_also_after_a_restart_and_is_nowhere_on_disk) {
  access_->create_user("ann", false, by_);
  access_->set_password("ann", "correct horse", by_);
  EXPECT_FALSE(access_->log_in("ann", "correct horse", "127.0.0.1").is_admin);
  EXPECT_EQ(refusal("ann", "wrong horse"), &conditions::kWrongPassword);
  EXPECT_EQ(refusal("nobody", "correct horse"), &conditions::kWrongPassword);
  EXPECT_EQ(refusal("admin", "admin"), &conditions::kWrongPassword);
  open(Profile::Secure);
  EXPECT_EQ(access_->log_in("ann", "correct horse", "127.0.0.1").user, "ann");
  const auto journal = read_file(disk_, folder_.path() / "lab.db") + read_file(disk_, folder_.path() / "lab.db-wal");
  EXPECT_EQ(journal.find("correct horse"), std::string::npos);
  EXPECT_NE(journal.find("$argon2id$"), std::string::npos);
}

TEST_F(PeopleTest, the_well_known_password_holds_in_the_workshop_until_there_is_another) {
  open(Profile::Workshop);
  EXPECT_TRUE(access_->log_in("admin", "admin", "127.0.0.1").is_admin);
  access_->set_password("admin", "mine", by_);
  EXPECT_EQ(refusal("admin", "admin"), &conditions::kWrongPassword);
  EXPECT_TRUE(access_->log_in("admin", "mine", "127.0.0.1").is_admin);
}

TEST_F(PeopleTest, weak_passwords_are_refused) {
  EXPECT_THROW(access_->set_password("admin", "short", by_), Error);
  EXPECT_THROW(access_->set_password("admin", std::string(1025, 'x'), by_), Error);
  EXPECT_THROW(access_->set_password("nobody", "long enough", by_), Error);
}

TEST_F(PeopleTest, guessing_is_slowed_down_for_the_guesser_alone) {
  access_->set_password("admin", "correct horse", by_);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(refusal("admin", "guess"), &conditions::kWrongPassword);
  EXPECT_EQ(refusal("admin", "correct horse"), &conditions::kTooManyLogIns);
  EXPECT_EQ(refusal("admin", "correct horse", "127.0.0.2"), nullptr);
  clock_.advance(seconds(2));
  EXPECT_EQ(refusal("admin", "correct horse"), nullptr);
}

TEST(LogInGuard, waits_double_up_to_a_bound) {
  LogInGuard guard;
  LogInGuard::Time now{};
  seconds last{0};
  for (int i = 0; i < 40; ++i) {
    guard.record_failure("ann", "here", now);
    const auto wait = guard.wait_time("ann", "here", now);
    EXPECT_GE(wait, last);
    last = wait;
    now += wait;
  }
  EXPECT_EQ(last, std::chrono::minutes(15));
  EXPECT_EQ(guard.wait_time("ben", "here", now).count(), 0);
}

TEST_F(PeopleTest, a_token_opens_what_it_is_for_until_it_expires) {
  const auto made = make_token(TokenPurpose::Api, seconds(60));
  EXPECT_EQ(access_->find_token(made.text, TokenPurpose::Api)->user, "admin");
  EXPECT_FALSE(access_->find_token(made.text, TokenPurpose::Session));
  EXPECT_FALSE(access_->find_token(made.info.id, TokenPurpose::Api));
  open(Profile::Secure);
  EXPECT_EQ(access_->find_token(made.text, TokenPurpose::Api)->scopes, std::vector<std::string>{"inherit"});
  clock_.advance(seconds(60));
  EXPECT_FALSE(access_->find_token(made.text, TokenPurpose::Api));
  EXPECT_TRUE(access_->list_tokens("admin").empty());
  const auto journal = read_file(disk_, folder_.path() / "lab.db") + read_file(disk_, folder_.path() / "lab.db-wal");
  EXPECT_EQ(journal.find(made.text), std::string::npos);
}

TEST_F(PeopleTest, a_token_with_its_scope_is_a_spark_token_too) {
  EXPECT_EQ(access_->authenticate_bearer(make_token(TokenPurpose::Api).text)->user, "admin");
  EXPECT_TRUE(access_->authenticate_bearer(make_token(TokenPurpose::Server, {}, {"spark"}).text));
  EXPECT_FALSE(access_->authenticate_bearer(make_token(TokenPurpose::Api, {}, {"read:users"}).text));
  EXPECT_FALSE(access_->authenticate_bearer(make_token(TokenPurpose::Session).text));
  const auto short_lived = make_token(TokenPurpose::Api, seconds(1));
  clock_.advance(seconds(1));
  EXPECT_FALSE(access_->authenticate_bearer(short_lived.text));
}

TEST_F(PeopleTest, a_link_logs_in_once) {
  const auto link = make_token(TokenPurpose::Link, seconds(60));
  EXPECT_EQ(access_->take_log_in_link(link.text, by_)->user, "admin");
  EXPECT_FALSE(access_->take_log_in_link(link.text, by_));
}

TEST_F(PeopleTest, what_a_user_had_goes_with_it) {
  access_->create_user("ann", false, by_);
  access_->set_password("ann", "correct horse", by_);
  access_->add_to_group("data-scientists", "ann", by_);
  TokenInfo info{.user = "ann"};
  const auto token = access_->create_token(info, by_);
  access_->delete_user("ann", by_);
  access_->create_user("ann", false, by_);
  open(Profile::Secure);
  EXPECT_FALSE(access_->has_password("ann"));
  EXPECT_TRUE(access_->groups_of("ann").empty());
  EXPECT_FALSE(access_->find_token(token.text, TokenPurpose::Api));
}

TEST_F(PeopleTest, groups_are_kept) {
  access_->create_group("teachers", by_);
  EXPECT_THROW(access_->create_group("teachers", by_), Error);
  EXPECT_THROW(access_->add_to_group("nowhere", "admin", by_), Error);
  EXPECT_THROW(access_->add_to_group("teachers", "nobody", by_), Error);
  access_->add_to_group("teachers", "admin", by_);
  open(Profile::Secure);
  EXPECT_EQ(access_->groups_of("admin"), std::vector<std::string>{"teachers"});
  access_->remove_from_group("teachers", "admin", by_);
  access_->delete_group("teachers", by_);
  open(Profile::Secure);
  EXPECT_EQ(access_->list_groups().size(), 4u);
}

TEST_F(PeopleTest, a_change_and_what_another_module_keeps_beside_it_happen_both_or_neither) {
  const auto fail = [](store::Change& change) { change.step([](store::Transaction&) { throw Error(conditions::kNoSuchUser, {{"user", "somebody"}}); }); };
  EXPECT_THROW(access_->create_user("ann", false, by_, [&](store::Change& change, const UserInfo&) { fail(change); }), Error);
  EXPECT_FALSE(access_->find_user("ann"));
  access_->create_user("ann", false, by_);
  access_->create_group("teachers", by_);
  EXPECT_THROW(access_->rename_user("ann", "bob", by_, fail), Error);
  EXPECT_THROW(access_->rename_group("teachers", "pupils", by_, fail), Error);
  EXPECT_THROW(access_->delete_user("ann", by_, fail), Error);
  EXPECT_THROW(access_->delete_group("teachers", by_, fail), Error);
  open(Profile::Secure);
  EXPECT_TRUE(access_->find_user("ann"));
  EXPECT_FALSE(access_->find_user("bob"));
  EXPECT_TRUE(access_->find_group("teachers"));
  EXPECT_FALSE(access_->find_group("pupils"));
}

TEST_F(PeopleTest, the_last_administrator_stays_one) {
  access_->create_user("ann", true, by_);
  access_->set_admin("admin", false, by_);
  EXPECT_THROW(access_->set_admin("ann", false, by_), Error);
  EXPECT_TRUE(access_->find_user("ann")->is_admin);
}

}  // namespace
}  // namespace lab::access
