#include "apps/registry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "apps/command.h"
#include "base/error.h"
#include "base/ids.h"

namespace lab::apps {
namespace {

class RegistryTest : public testing::Test {
 protected:
  RegistryTest() : folder_(std::filesystem::temp_directory_path() / ("lab-apps-" + random_hex(8))) {
    std::filesystem::create_directories(folder_ / "data");
    open();
    for (const char* user : {"ann", "ben"}) access_->create_user(user, false, by_);
  }
  ~RegistryTest() override {
    registry_.reset();
    access_.reset();
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  void open() {
    registry_.reset();
    access_.reset();
    store_.reset();
    store::StoreOptions options;
    options.schemas = {access::access_schema(), apps_schema()};
    store_ = store::Store::open(folder_ / "data", options, disk_, clock_);
    access_ = access::Access::open(*store_, access::Profile::Secure);
    registry_ = std::make_unique<Registry>(*store_, *access_);
  }

  App app_of(const std::string& owner, const std::string& name = "sales") {
    return {.name = name, .owner = owner, .folder = "/somewhere", .command = {}, .entry = "app.py", .health = "/_stcore/health", .audience = {}, .deployed = {}};
  }

  std::string refusal(const std::function<void()>& what) {
    try {
      what();
    } catch (const Error& error) {
      return std::string(error.condition().name);
    }
    return {};
  }

  std::vector<std::string> audited() {
    std::vector<std::string> actions;
    for (const auto& line : access_->audit().read({.user = "ann"})) actions.push_back(line.event.action + " " + line.event.object);
    return actions;
  }

  const std::filesystem::path folder_;
  const store::Origin by_{.actor = "ann", .protocol = "hub", .request = "test"};
  RealDisk disk_;
  SystemClock clock_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<access::Access> access_;
  std::unique_ptr<Registry> registry_;
};

TEST_F(RegistryTest, apps_are_there_after_a_restart_as_they_were_deployed) {
  App app = app_of("ann");
  app.audience = parse_audience({"data-scientists", "user:ben"});
  app = registry_->deploy(app, by_);
  open();
  const auto found = registry_->find("sales");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->owner, "ann");
  EXPECT_EQ(found->folder, app.folder);
  EXPECT_EQ(found->entry, "app.py");
  EXPECT_EQ(found->health, "/_stcore/health");
  EXPECT_EQ(found->audience, app.audience);
  EXPECT_EQ(found->deployed, app.deployed);
  registry_->remove("sales", by_);
  open();
  EXPECT_FALSE(registry_->find("sales"));
}

TEST_F(RegistryTest, a_name_is_one_persons) {
  registry_->deploy(app_of("ann"), by_);
  EXPECT_EQ(refusal([&] { registry_->deploy(app_of("ben"), by_); }), "APP_NAME_TAKEN");
  EXPECT_EQ(refusal([&] { registry_->deploy(app_of("ann"), by_); }), "");
  EXPECT_EQ(registry_->list().size(), 1u);
}

TEST_F(RegistryTest, names_are_plain_and_not_of_the_hubs_paths) {
  for (const char* good : {"sales", "a", "cost-2026", "hubs"}) EXPECT_EQ(refusal([&] { check_app_name(good); }), "") << good;
  for (const char* bad : {"", "hub", "user", "services", "Sales", "1a", "-a", "a.b", "a/b", ".dflab", "a b", "\xc3\xa9t\xc3\xa9"}) EXPECT_EQ(refusal([&] { check_app_name(bad); }), "INVALID_APP_NAME") << bad;
  EXPECT_EQ(refusal([&] { check_app_name(std::string(41, 'a')); }), "INVALID_APP_NAME");
}

TEST_F(RegistryTest, an_app_is_open_to_its_owner_and_whom_it_is_opened_to) {
  App app = app_of("ann");
  EXPECT_TRUE(may_open(app, "ann", false, {}));
  EXPECT_TRUE(may_open(app, "admin", true, {}));
  EXPECT_FALSE(may_open(app, "ben", false, {"teachers"}));
  app.audience = parse_audience({"teachers"});
  EXPECT_TRUE(may_open(app, "ben", false, {"others", "teachers"}));
  EXPECT_FALSE(may_open(app, "ben", false, {"others"}));
  EXPECT_FALSE(may_open(app, "teachers", false, {}));
  app.audience = parse_audience({"user:ben"});
  EXPECT_TRUE(may_open(app, "ben", false, {}));
  EXPECT_FALSE(may_open(app, "cid", false, {"ben"}));
  app.audience = parse_audience({"everyone"});
  EXPECT_TRUE(may_open(app, "cid", false, {}));
}

TEST_F(RegistryTest, an_audience_must_be_there) {
  registry_->deploy(app_of("ann"), by_);
  EXPECT_EQ(refusal([&] { registry_->set_audience("sales", parse_audience({"no-such-group"}), by_); }), "INVALID_APP");
  EXPECT_EQ(refusal([&] { registry_->set_audience("sales", parse_audience({"user:nobody"}), by_); }), "INVALID_APP");
  EXPECT_EQ(refusal([&] { registry_->set_audience("other", parse_audience({"everyone"}), by_); }), "NO_SUCH_APP");
  EXPECT_EQ(print_audience(registry_->set_audience("sales", parse_audience({"user:ben", "everyone", "jupyterhub"}), by_).audience), (std::vector<std::string>{"everyone", "jupyterhub", "user:ben"}));
}

TEST_F(RegistryTest, nobody_has_more_apps_than_there_is_room_for) {
  for (int i = 0; i < 20; ++i) registry_->deploy(app_of("ann", "a" + std::to_string(i)), by_);
  EXPECT_EQ(refusal([&] { registry_->deploy(app_of("ann", "more"), by_); }), "TOO_MANY_APPS");
  EXPECT_EQ(refusal([&] { registry_->deploy(app_of("ann", "a3"), by_); }), "");
  EXPECT_EQ(refusal([&] { registry_->deploy(app_of("ben", "more"), by_); }), "");
  EXPECT_EQ(refusal([&] { registry_->deploy(app_of("nobody", "other"), by_); }), "NO_SUCH_USER");
}

TEST_F(RegistryTest, each_change_has_its_line_in_the_audit_trail) {
  registry_->deploy(app_of("ann"), by_);
  registry_->set_audience("sales", parse_audience({"everyone"}), by_);
  registry_->remove("sales", by_);
  const auto actions = audited();
  ASSERT_GE(actions.size(), 3u);
  EXPECT_EQ((std::vector<std::string>(actions.end() - 3, actions.end())), (std::vector<std::string>{"DeployApp sales", "ShareApp sales", "RemoveApp sales"}));
}

class CommandTest : public testing::Test {
 protected:
  CommandTest() : folder_(std::filesystem::temp_directory_path() / ("lab-app-" + random_hex(8))) {
    people_.homes = folder_ / "homes";
    people_.shared = folder_ / "shared";
    people_.run = folder_ / "run";
    people_.environment = folder_ / "environment";
    for (const char* each : {"homes/ann/work/sales", "homes/ben/work", "shared/notebooks/cost", "environment/bin", "elsewhere"}) std::filesystem::create_directories(folder_ / each);
    write("homes/ann/work/sales/app.py");
    write("shared/notebooks/cost/only.py");
  }
  ~CommandTest() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& path) {
    RealDisk disk;
    write_file_atomically(disk, folder_ / path, "print(1)");
  }

  App settled(const std::string& folder, const std::string& command = {}, const std::string& entry = {}, const std::string& health = {}) {
    return settle_app(people_, {.name = "sales", .owner = "ann", .folder = folder, .command = command, .entry = entry, .health = health, .audience = {}});
  }
  bool is_refused(const std::string& folder, const std::string& command = {}, const std::string& entry = {}, const std::string& health = {}) {
    try {
      settled(folder, command, entry, health);
      return false;
    } catch (const Error& error) {
      return error.condition().name == std::string_view("INVALID_APP");
    }
  }

  const std::filesystem::path folder_;
  hub::ServersOptions people_;
};

TEST_F(CommandTest, a_folder_is_one_of_the_owners_home_or_a_shared_one) {
  const auto home = std::filesystem::canonical(folder_ / "homes" / "ann");
  EXPECT_EQ(settled("work/sales").folder, home / "work" / "sales");
  EXPECT_EQ(settled((folder_ / "homes/ann/work/sales").string()).folder, home / "work" / "sales");
  EXPECT_EQ(settled("shared/notebooks/cost").entry, "only.py");
  for (const std::string& bad : {std::string("work/none"), std::string("../ben/work"), (folder_ / "homes/ben/work").string(), (folder_ / "elsewhere").string(), std::string("/"), std::string("work/sales/app.py")}) EXPECT_TRUE(is_refused(bad, "true")) << bad;
  std::filesystem::create_directory_symlink(folder_ / "elsewhere", folder_ / "homes/ann/work/link");
  EXPECT_TRUE(is_refused("work/link", "true"));
}

TEST_F(CommandTest, streamlit_runs_a_file_of_the_folder) {
  EXPECT_EQ(settled("work/sales").entry, "app.py");
  EXPECT_EQ(settled("work/sales").health, "/_stcore/health");
  EXPECT_TRUE(is_refused("work", "", ""));
  EXPECT_TRUE(is_refused("work/sales", "", "none.py"));
  EXPECT_TRUE(is_refused("work/sales", "", "../../../ben/x.py"));
  EXPECT_TRUE(is_refused("work/sales", "serve {port}", "app.py"));
  EXPECT_TRUE(is_refused("work/sales", "", "", "health"));
  EXPECT_TRUE(is_refused("work/sales", "", "", "/a b"));
  EXPECT_TRUE(is_refused("work/sales", std::string("a\0b", 3)));
}

TEST_F(CommandTest, a_command_is_told_its_port_and_its_prefix) {
  const App app = settled("work/sales", "serve {port} --also {port} --base {prefix}");
  EXPECT_EQ(app_command(people_, app, 4711), (std::vector<std::string>{"/bin/sh", "-c", "serve 4711 --also 4711 --base /sales/"}));
  EXPECT_TRUE(app.keeps_prefix());
  EXPECT_FALSE(settled("work/sales", "serve {port}").keeps_prefix());
  EXPECT_EQ(health_check(app).path, "/sales/");
  EXPECT_TRUE(health_check(app).takes_any_answer);
  EXPECT_EQ(health_check(settled("work/sales", "serve {port}", "", "/ready")).path, "/ready");
  EXPECT_EQ(health_check(settled("work/sales")).path, "/sales/_stcore/health");
  EXPECT_THROW(app_command(people_, settled("work/sales"), 4711), Error);
}

TEST_F(CommandTest, its_environment_knows_the_lab_and_no_hub) {
  people_.spark_address = "localhost:15002";
  people_.objects_url = "http://localhost:9000";
  const hub::ServerSecrets secrets{"token-1", {"key-1", "secret-1", {}}};
  const auto variables = app_environment(people_, settled("work/sales"), 4711, secrets, "proof-1");
  const auto has = [&](const std::string& wanted) { return std::ranges::find(variables, wanted) != variables.end(); };
  EXPECT_TRUE(has("PORT=4711"));
  EXPECT_TRUE(has("DFLAB_APP=sales"));
  EXPECT_TRUE(has("DFLAB_APP_SECRET=proof-1"));
  EXPECT_TRUE(has("SPARK_REMOTE=sc://localhost:15002/;authorization=Bearer%20token-1"));
  EXPECT_TRUE(has("AWS_ACCESS_KEY_ID=key-1"));
  EXPECT_TRUE(has("USER=ann"));
  for (const std::string& variable : variables) EXPECT_FALSE(variable.starts_with("JUPYTERHUB_") || variable.starts_with("JPY_")) << variable;
}

}  // namespace
}  // namespace lab::apps
