#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <memory>

#include "app/cli/commands.h"
#include "app/cli/hub_api.h"
#include "app/conditions.h"
#include "base/error.h"

namespace lab::app::cli {
namespace {

using nlohmann::json;

struct PeopleOptions {
  std::string user, group, token, note;
  std::vector<std::string> scopes;
  std::int64_t days = 0;
  bool as_json = false;
};

void tell(const PeopleOptions& options, const json& document, const std::string& text) { std::printf("%s\n", options.as_json ? document.dump(2).c_str() : text.c_str()); }

/// From the terminal without showing it, or a line of what is piped in.
std::string read_password() {
  if (::isatty(STDIN_FILENO) != 0) {
    const char* typed = ::getpass("New password: ");
    return typed == nullptr ? "" : typed;
  }
  std::string line;
  std::getline(std::cin, line);
  return line;
}

int set_password(HubApi& hub, const PeopleOptions& options) {
  hub.call("PUT", "/users/" + options.user + "/password", {{"password", read_password()}});
  tell(options, {{"user", options.user}}, options.user + " has a new password; who was logged in by the old one is out");
  return 0;
}

int show_user(HubApi& hub, const PeopleOptions& options) {
  const json user = hub.call("GET", "/users/" + options.user);
  const json log_in = user.value("log_in", json::object());
  const std::string from = log_in.value("from", "lab");
  std::string text = options.user + (user.value("admin", false) ? " (administrator)" : "") + "\n  from      " + (from == "lab" ? "this lab" : from + ", " + log_in.value("subject", ""));
  text += std::string("\n  password  ") + (log_in.value("password", false) ? "yes" : "none") + "\n  groups    ";
  std::string groups;
  for (const json& group : user.value("groups", json::array())) groups += (groups.empty() ? "" : ", ") + group.get<std::string>();
  tell(options, user, text + (groups.empty() ? "none" : groups));
  return 0;
}

int list_groups(HubApi& hub, const PeopleOptions& options) {
  const json groups = hub.call("GET", "/groups");
  std::string text;
  for (const json& group : groups) {
    std::string members;
    for (const json& user : group.at("users")) members += (members.empty() ? "" : ", ") + user.get<std::string>();
    text += (text.empty() ? "" : "\n") + group.at("name").get<std::string>() + (members.empty() ? "" : ": " + members);
  }
  tell(options, groups, text);
  return 0;
}

int add_group(HubApi& hub, const PeopleOptions& options) {
  hub.call("POST", "/groups/" + options.group);
  tell(options, {{"group", options.group}}, options.group + " is a group; `dflab group join " + options.group + " USER` puts people in");
  return 0;
}

int remove_group(HubApi& hub, const PeopleOptions& options) {
  hub.call("DELETE", "/groups/" + options.group);
  tell(options, {{"removed", options.group}}, options.group + " is no group any more");
  return 0;
}

int join_group(HubApi& hub, const PeopleOptions& options) {
  tell(options, hub.call("POST", "/groups/" + options.group + "/users", {{"users", {options.user}}}), options.user + " is in " + options.group);
  return 0;
}

int leave_group(HubApi& hub, const PeopleOptions& options) {
  tell(options, hub.call("DELETE", "/groups/" + options.group + "/users", {{"users", {options.user}}}), options.user + " is not in " + options.group + " any more");
  return 0;
}

int list_tokens(HubApi& hub, const PeopleOptions& options) {
  const json tokens = hub.call("GET", "/users/" + options.user + "/tokens").at("api_tokens");
  std::string text;
  for (const json& token : tokens)
    text += (text.empty() ? "" : "\n") + token.at("id").get<std::string>() + "  ends " + (token.at("expires_at").is_null() ? "never" : token.at("expires_at").get<std::string>()) + "  " + token.at("note").get<std::string>();
  tell(options, tokens, text.empty() ? options.user + " has no tokens" : text);
  return 0;
}

int add_token(HubApi& hub, const PeopleOptions& options) {
  json wish{{"note", options.note.empty() ? "made by dflab token add" : options.note}};
  if (!options.scopes.empty()) wish["scopes"] = options.scopes;
  if (options.days > 0) wish["expires_in"] = options.days * 86400;
  const json made = hub.call("POST", "/users/" + options.user + "/tokens", wish);
  tell(options, made, made.at("token").get<std::string>() + "\nIt is shown once. For the hub, and with the scope `spark` for Spark Connect.");
  return 0;
}

int remove_token(HubApi& hub, const PeopleOptions& options) {
  hub.call("DELETE", "/users/" + options.user + "/tokens/" + options.token);
  tell(options, {{"removed", options.token}}, options.token + " opens nothing any more");
  return 0;
}

struct PeopleCommand {
  const char *group, *name, *help, *example;
  int (*run)(HubApi& hub, const PeopleOptions& options);
  const char* takes;  ///< arguments in their order: `u` a user, `g` a group, `t` a token's id; `+`: options of a new token
};

constexpr PeopleCommand kPeopleCommands[] = {
    {"user", "show", "a user: where from, whether with a password, in which groups", "  dflab user show ann", &show_user, "u"},
    {"user", "passwd", "give a user a password, read from the terminal or a pipe", "  dflab user passwd ann\n  echo \"$NEW\" | dflab user passwd ann", &set_password, "u"},
    {"group", "list", "all groups and who is in them", "  dflab group list --json", &list_groups, ""},
    {"group", "add", "make a group", "  dflab group add teachers", &add_group, "g"},
    {"group", "remove", "remove a group; its people stay", "  dflab group remove teachers", &remove_group, "g"},
    {"group", "join", "put a user into a group", "  dflab group join teachers ann", &join_group, "gu"},
    {"group", "leave", "take a user out of a group", "  dflab group leave teachers ann", &leave_group, "gu"},
    {"token", "list", "a user's tokens, without their texts", "  dflab token list ann", &list_tokens, "u"},
    {"token", "add", "make a token; it is shown once", "  dflab token add ann --days 30 --scope spark --scope 'read:users!user'", &add_token, "u+"},
    {"token", "remove", "end a token", "  dflab token remove ann a0123456789abcdef", &remove_token, "ut"},
};

constexpr std::pair<const char*, const char*> kNewGroups[] = {{"group", "groups of the running lab's users"}, {"token", "tokens of users, for the hub and for Spark"}};

}  // namespace

void add_people_commands(CLI::App& program, Chosen& chosen) {
  auto options = std::make_shared<PeopleOptions>();
  for (const auto& [name, help] : kNewGroups) program.add_subcommand(name, help)->require_subcommand(1);
  for (const PeopleCommand& row : kPeopleCommands) {
    CLI::App* command = program.get_subcommand(row.group)->add_subcommand(row.name, row.help);
    command->add_flag("--json", options->as_json, "for programs");
    for (const char take : std::string(row.takes)) {
      if (take == 'u') command->add_option("user", options->user, "user name")->required();
      if (take == 'g') command->add_option("group", options->group, "group name")->required();
      if (take == 't') command->add_option("token", options->token, "the token's id")->required();
      if (take != '+') continue;
      command->add_option("--scope", options->scopes, "what it may; may be repeated (all that the user may)");
      command->add_option("--days", options->days, "it ends after so many days (never)");
      command->add_option("--note", options->note, "what it is for");
    }
    command->footer(std::string("Examples:\n") + row.example);
    command->callback(over_hub(chosen, options, row.run));
  }
}

}  // namespace lab::app::cli
