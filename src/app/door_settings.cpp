#include "app/door_settings.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>

#include "access/names.h"
#include "app/conditions.h"
#include "base/error.h"
#include "base/letter_case.h"
#include "remote/pam/accounts.h"

namespace lab::app {
namespace {

Error wrong_door(const std::string& key, const std::string& value, const std::string& reason) {
  return Error(conditions::kInvalidSetting, {{"key", key}, {"value", value}, {"reason", reason}});
}

/// Separated by commas, spaces around them do not count. Groups of directories have spaces inside.
std::vector<std::string> listed_names(const std::string& text) {
  std::vector<std::string> names;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    const std::string each = text.substr(start, end - start);
    const std::size_t first = each.find_first_not_of(" \t"), last = each.find_last_not_of(" \t");
    if (first != std::string::npos) names.push_back(each.substr(first, last - first + 1));
    start = end + 1;
  }
  return names;
}

std::vector<access::GroupRule> group_rules(const std::string& key, const std::string& text) {
  std::vector<access::GroupRule> rules;
  for (const std::string& each : listed_names(text)) {
    const std::size_t equals = each.rfind('=');
    const access::GroupRule rule{each.substr(0, equals), equals == std::string::npos ? each : each.substr(equals + 1)};
    if (rule.theirs.empty()) throw wrong_door(key, text, "THEIRS=OURS is expected");
    if (each != "*" && !access::is_user_name(rule.ours)) throw wrong_door(key, text, rule.ours + " is no name of a group of the lab; write THEIRS=OURS");
    rules.push_back(rule);
  }
  return rules;
}

/// Of the setting itself, or the file that `<key>_file` names.
std::string read_door_secret(const Settings& settings, const std::string& key) {
  const std::string &text = settings.text(key), &path = settings.text(key + "_file");
  if (path.empty()) return text;
  if (!text.empty()) throw wrong_door(key + "_file", path, key + " is set too");
  std::ifstream file(path, std::ios::binary);
  std::string secret((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  while (secret.ends_with('\n') || secret.ends_with('\r')) secret.pop_back();
  if (secret.empty()) throw wrong_door(key + "_file", path, "it cannot be read, or is empty");
  return secret;
}

access::EntryRules read_rules(const Settings& settings, const std::string& way) {
  const auto list = [&](const char* name) { return listed_names(settings.text("hub." + way + "." + name)); };
  const std::string groups = "hub." + way + ".groups";
  return {.way = way,
          .allowed_users = list("allowed_users"),
          .allowed_groups = list("allowed_groups"),
          .admin_users = list("admin_users"),
          .admin_groups = list("admin_groups"),
          .groups = group_rules(groups, settings.text(groups)),
          .linked_users = listed_names(settings.text("hub.link_users"))};
}

bool read_truth(const Settings& settings, const std::string& key) {
  const std::string& text = settings.text(key);
  if (text != "true" && text != "false") throw wrong_door(key, text, "`true` or `false` is expected");
  return text == "true";
}

wire::hub::OidcDoorOptions read_oidc(const Settings& settings) {
  const auto text = [&](const char* name) { return settings.text(std::string("hub.oidc.") + name); };
  wire::hub::OidcDoorOptions options;
  options.provider = {.issuer = text("issuer"), .client_id = text("client_id"), .client_secret = read_door_secret(settings, "hub.oidc.client_secret")};
  oidc::check_issuer(options.provider.issuer);
  if (options.provider.client_id.empty()) throw wrong_door("hub.oidc.client_id", "", "it is the client that the provider registered for this lab");
  options.name = text("name");
  options.scopes = text("scopes");
  if ((" " + options.scopes + " ").find(" openid ") == std::string::npos) throw wrong_door("hub.oidc.scopes", options.scopes, "`openid` must be among the scopes");
  options.user_claim = text("user_claim");
  if (options.user_claim.empty()) throw wrong_door("hub.oidc.user_claim", "", "it says which claim names the user");
  options.groups_claim = text("groups_claim");
  options.callback = text("callback");
  if (!options.callback.empty() && !options.callback.ends_with("/hub/oauth_callback")) throw wrong_door("hub.oidc.callback", options.callback, "it ends with /hub/oauth_callback");
  options.ends_session = read_truth(settings, "hub.oidc.log_out");
  options.rules = read_rules(settings, "oidc");
  return options;
}

}  // namespace

ldap::DirectoryOptions read_directory_settings(const Settings& settings) {
  const auto text = [&](const char* name) { return settings.text(std::string("hub.ldap.") + name); };
  const std::string tls = text("tls");
  if (tls != "start" && tls != "none") throw wrong_door("hub.ldap.tls", tls, "`start` or `none` is expected");
  ldap::DirectoryOptions options{.url = text("url"),
                                 .starts_tls = tls == "start",
                                 .certificates = text("certificates"),
                                 .user_name = text("user_dn"),
                                 .base = text("base"),
                                 .user_filter = text("user_filter"),
                                 .bind_name = text("bind_dn"),
                                 .bind_password = read_door_secret(settings, "hub.ldap.bind_password"),
                                 .user_attribute = text("user_attribute"),
                                 .group_base = text("group_base"),
                                 .group_attribute = text("group_attribute")};
  if (const std::string filter = text("group_filter"); !filter.empty()) options.group_filter = filter;
  ldap::check_directory_options(options);
  if (!options.user_name.empty() && options.user_name.find("{user}") == std::string::npos) throw wrong_door("hub.ldap.user_dn", options.user_name, "{user} must be in it");
  if (options.user_name.empty() && options.user_filter.find("{user}") == std::string::npos) throw wrong_door("hub.ldap.user_filter", options.user_filter, "{user} must be in it");
  if (options.user_attribute.empty()) throw wrong_door("hub.ldap.user_attribute", "", "it says what people are called");
  if (options.group_attribute.empty()) throw wrong_door("hub.ldap.group_attribute", "", "it says what groups are called");
  return options;
}

namespace {

/// The directory's names are its own to give: the name is the subject too.
access::PasswordWay way_of_directory(const Settings& settings) {
  const auto directory = std::make_shared<const ldap::Directory>(read_directory_settings(settings));
  const auto prove = [directory](const std::string& user, const std::string& password) -> std::optional<access::ProvenPerson> {
    const auto person = directory->find_person(user, password);
    if (!person) return std::nullopt;
    return access::ProvenPerson{.name = person->name, .subject = lower_case(person->name), .groups = person->groups};
  };
  return {read_rules(settings, "ldap"), prove};
}

/// Accounts whose names differ in small and large letters only are two.
access::PasswordWay way_of_accounts(const Settings& settings) {
  if (::geteuid() != 0) throw wrong_door("hub.auth", settings.text("hub.auth"), "`pam` asks for passwords of the machine's accounts, which only root may: run the lab as root, or take `ldap` or `oidc`");
  const std::string& service = settings.text("hub.pam.service");
  if (service.empty() || service.find('/') != std::string::npos || ::access(("/etc/pam.d/" + service).c_str(), R_OK) != 0)
    throw wrong_door("hub.pam.service", service, "there is no such file in /etc/pam.d");
  const auto accounts = std::make_shared<const pam::Accounts>(service);
  const auto prove = [accounts](const std::string& user, const std::string& password) -> std::optional<access::ProvenPerson> {
    if (!accounts->is_right(user, password)) return std::nullopt;
    return access::ProvenPerson{.name = user, .subject = user, .groups = accounts->groups_of(user)};
  };
  return {read_rules(settings, "pam"), prove};
}

}  // namespace

std::vector<std::string> read_door_names(const Settings& settings) {
  const std::string& text = settings.text("hub.auth");
  std::vector<std::string> ways = listed_names(text);
  if (ways.empty()) throw wrong_door("hub.auth", text, "there must be a way to log in: `password`, `oidc`, `ldap`, `pam`");
  for (const std::string& way : ways)
    if (way != "password" && way != "oidc" && way != "ldap" && way != "pam") throw wrong_door("hub.auth", text, "ways to log in are `password`, `oidc`, `ldap` and `pam`");
  return ways;
}

void read_door_settings(const Settings& settings, wire::hub::HubOptions& options) {
  const std::vector<std::string> ways = read_door_names(settings);
  options.password_ways.clear();
  options.is_oidc_first = ways.front() == "oidc";
  for (const std::string& way : ways) {
    if (way == "password") options.password_ways.emplace_back();
    if (way == "oidc") options.oidc = read_oidc(settings);
    if (way == "ldap") options.password_ways.push_back(way_of_directory(settings));
    if (way == "pam") options.password_ways.push_back(way_of_accounts(settings));
  }
}

}  // namespace lab::app
