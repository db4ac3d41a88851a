#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/s3_place.h"

namespace lab::app::cli {
namespace {

struct UserOptions {
  std::string user, key;
  bool as_json = false;
};

using lab::s3::XmlElement;

void show(const UserOptions& options, const nlohmann::json& document, const std::string& text) {
  std::printf("%s\n", options.as_json ? document.dump(2).c_str() : text.c_str());
}

std::vector<const XmlElement*> members_of(const XmlElement& result, std::string_view list) {
  std::vector<const XmlElement*> members;
  if (const auto* found = result.find(list))
    for (const auto& each : found->children) members.push_back(&each);
  return members;
}

int list_names(const UserOptions& options, const XmlElement& result, std::string_view list, std::string_view element, const char* what) {
  auto names = nlohmann::json::array();
  for (const auto* member : members_of(result, list)) {
    names.push_back(std::string(member->text_of(element)));
    if (!options.as_json) std::printf("%s\n", names.back().get<std::string>().c_str());
  }
  if (options.as_json) show(options, {{what, names}}, "");
  return 0;
}

int list_users(S3Session& lab, const UserOptions& options) { return list_names(options, lab.ask_iam("ListUsers", {}), "Users", "UserName", "users"); }

int add_user(S3Session& lab, const UserOptions& options) {
  lab.ask_iam("CreateUser", {{"UserName", options.user}});
  show(options, {{"user", options.user}}, options.user + " is a user; `dflab key add " + options.user + "` makes a key for S3");
  return 0;
}

int remove_user(S3Session& lab, const UserOptions& options) {
  lab.ask_iam("DeleteUser", {{"UserName", options.user}});
  show(options, {{"removed", options.user}}, options.user + " is no user any more");
  return 0;
}

int list_keys(S3Session& lab, const UserOptions& options) {
  return list_names(options, lab.ask_iam("ListAccessKeys", {{"UserName", options.user}}), "AccessKeyMetadata", "AccessKeyId", "keys");
}

int add_key(S3Session& lab, const UserOptions& options) {
  const auto result = lab.ask_iam("CreateAccessKey", {{"UserName", options.user}});
  const auto* key = result.find("AccessKey");
  const std::string id(key == nullptr ? "" : key->text_of("AccessKeyId")), secret(key == nullptr ? "" : key->text_of("SecretAccessKey"));
  show(options, {{"user", options.user}, {"access_key", id}, {"secret_key", secret}},
       "AWS_ACCESS_KEY_ID=" + id + "\nAWS_SECRET_ACCESS_KEY=" + secret + "\nThe secret is shown once.");
  return 0;
}

int remove_key(S3Session& lab, const UserOptions& options) {
  lab.ask_iam("DeleteAccessKey", {{"UserName", options.user}, {"AccessKeyId", options.key}});
  show(options, {{"removed", options.key}}, options.key + " opens nothing any more");
  return 0;
}

struct UserCommand {
  const char *group, *name, *help, *example;
  int (*run)(S3Session& lab, const UserOptions& options);
  bool takes_user, takes_key;
};

constexpr UserCommand kUserCommands[] = {
    {"user", "list", "all users", "  dflab user list --json", &list_users, false, false},
    {"user", "add", "make a user", "  dflab user add ann", &add_user, true, false},
    {"user", "remove", "remove a user, whose keys must be gone", "  dflab user remove ann", &remove_user, true, false},
    {"key", "list", "a user's keys for S3", "  dflab key list ann", &list_keys, true, false},
    {"key", "add", "make a key for S3; its secret is shown once", "  dflab key add ann", &add_key, true, false},
    {"key", "remove", "take a key away", "  dflab key remove ann AKIAEXAMPLE", &remove_key, true, true},
};

}  // namespace

void add_user_commands(CLI::App& program, Chosen& chosen) {
  auto options = std::make_shared<UserOptions>();
  for (const auto& [name, help] : {std::pair("user", "users of the running lab"), std::pair("key", "keys for S3 of the running lab")}) {
    CLI::App* group = program.add_subcommand(name, help);
    group->require_subcommand(1);
    for (const UserCommand& row : kUserCommands) {
      if (std::string_view(row.group) != name) continue;
      CLI::App* command = group->add_subcommand(row.name, row.help);
      command->add_flag("--json", options->as_json, "for programs");
      if (row.takes_user) command->add_option("user", options->user, "user name")->required();
      if (row.takes_key) command->add_option("key", options->key, "the key's id")->required();
      command->footer(std::string("Examples:\n") + row.example);
      command->callback([&chosen, options, run = row.run] {
        chosen = [options, run](const Settings& settings) { return run(*S3Session::of_lab(settings), *options); };
      });
    }
  }
}

}  // namespace lab::app::cli
