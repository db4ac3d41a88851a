#include "remote/ldap/directory.h"

#include <ldap.h>
#include <sys/time.h>

#include <cstdlib>
#include <memory>
#include <semaphore>

#include "base/error.h"
#include "remote/ldap/conditions.h"
#include "remote/ldap/escapes.h"

namespace lab::ldap {
namespace {

constexpr int kSeconds = 5;
constexpr int kMostGroups = 1000;
constexpr int kMostAtOnce = 8;
constexpr const char* kMachinesAuthorities = "/etc/ssl/certs/ca-certificates.crt";

Error directory_unreachable(std::string reason, std::string fix) { return Error(conditions::kDirectoryUnreachable, {{"reason", std::move(reason)}, {"fix", std::move(fix)}}); }
Error directory_refused(std::string reason, std::string fix) { return Error(conditions::kDirectoryRefused, {{"reason", std::move(reason)}, {"fix", std::move(fix)}}); }

std::string host_of(const std::string& url) {
  const std::size_t start = url.find("://") + 3;
  if (url.compare(start, 1, "[") == 0) return url.substr(start + 1, url.find(']', start) - start - 1);
  return url.substr(start, url.find_first_of(":/", start) - start);
}

struct FreeMessage {
  void operator()(LDAPMessage* message) const { ldap_msgfree(message); }
};
using Message = std::unique_ptr<LDAPMessage, FreeMessage>;

/// What the library calls the failure, with what the server says of it.
std::string words_of(LDAP* handle, int code) {
  std::string words = ldap_err2string(code);
  char* more = nullptr;
  if (ldap_get_option(handle, LDAP_OPT_DIAGNOSTIC_MESSAGE, &more) == LDAP_OPT_SUCCESS && more != nullptr) {
    if (*more != '\0') words += std::string(" (") + more + ")";
    ldap_memfree(more);
  }
  return words;
}

bool is_lost(int code) { return code == LDAP_SERVER_DOWN || code == LDAP_TIMEOUT || code == LDAP_CONNECT_ERROR || code == LDAP_UNAVAILABLE || code == LDAP_BUSY; }

struct Entry {
  std::string name;  ///< distinguished
  std::vector<std::string> values;
};

/// One connection, with TLS when it is to have it.
class Connection {
 public:
  explicit Connection(const DirectoryOptions& options) : options_(options) {
    if (const int code = ldap_initialize(&handle_, options.url.c_str()); code != LDAP_SUCCESS) throw directory_unreachable(ldap_err2string(code), "hub.ldap.url is ldap://host or ldaps://host.");
    const timeval limit{.tv_sec = kSeconds, .tv_usec = 0};
    const int version = LDAP_VERSION3, demand = LDAP_OPT_X_TLS_DEMAND, oldest = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2, as_client = 0;
    const char* named = std::getenv("SSL_CERT_FILE");
    const std::string authorities = !options.certificates.empty() ? options.certificates : named != nullptr ? named : kMachinesAuthorities;
    set(LDAP_OPT_PROTOCOL_VERSION, &version);
    set(LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
    set(LDAP_OPT_NETWORK_TIMEOUT, &limit);
    set(LDAP_OPT_TIMEOUT, &limit);
    set(LDAP_OPT_TIMELIMIT, &kSeconds);
    set(LDAP_OPT_X_TLS_REQUIRE_CERT, &demand);
    set(LDAP_OPT_X_TLS_PROTOCOL_MIN, &oldest);
    set(LDAP_OPT_X_TLS_CACERTFILE, authorities.c_str());
    set(LDAP_OPT_X_TLS_NEWCTX, &as_client);
    if (!options.starts_tls || options.url.starts_with("ldaps://")) return;
    if (const int code = ldap_start_tls_s(handle_, nullptr, nullptr); code != LDAP_SUCCESS) {
      const std::string words = words_of(handle_, code);
      const Error gone = lost(code);
      close();
      if (code == LDAP_SERVER_DOWN || code == LDAP_TIMEOUT) throw gone;
      throw directory_unreachable("no TLS with " + options.url + ": " + words, "Does it know StartTLS, is its certificate for that name, and do hub.ldap.certificates name its authority?");
    }
  }
  ~Connection() { close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// The library's code: LDAP_SUCCESS for a right password.
  int bind(const std::string& name, const std::string& password) {
    std::string secret = password;
    berval credentials{.bv_len = secret.size(), .bv_val = secret.data()};
    return ldap_sasl_bind_s(handle_, name.c_str(), LDAP_SASL_SIMPLE, &credentials, nullptr, nullptr, nullptr);
  }

  /// As the account that searches; anonymous without one.
  void bind_as_searcher() {
    if (options_.bind_name.empty()) return;
    const int code = bind(options_.bind_name, options_.bind_password);
    if (code == LDAP_SUCCESS) return;
    if (is_lost(code)) throw lost(code);
    throw directory_refused("it does not let " + options_.bind_name + " in: " + words_of(handle_, code), "Check hub.ldap.bind_dn and hub.ldap.bind_password.");
  }

  std::vector<Entry> search(const std::string& base, const std::string& filter, const std::string& attribute, int most) {
    std::string wanted = attribute;
    char* attributes[] = {wanted.data(), nullptr};
    timeval limit{.tv_sec = kSeconds, .tv_usec = 0};
    LDAPMessage* answer = nullptr;
    const int code = ldap_search_ext_s(handle_, base.c_str(), LDAP_SCOPE_SUBTREE, filter.c_str(), attributes, 0, nullptr, nullptr, &limit, most, &answer);
    const Message owned(answer);
    if (is_lost(code)) throw lost(code);
    // Beyond the limit there are more than were wanted, which the caller sees by their number.
    if (code != LDAP_SUCCESS && code != LDAP_SIZELIMIT_EXCEEDED)
      throw directory_refused("the search of " + filter + " below " + base + " fails: " + words_of(handle_, code), "Check the base and the filter, and whether hub.ldap.bind_dn may search there.");
    std::vector<Entry> entries;
    for (LDAPMessage* each = ldap_first_entry(handle_, answer); each != nullptr; each = ldap_next_entry(handle_, each)) {
      char* name = ldap_get_dn(handle_, each);
      Entry entry{name == nullptr ? "" : name, {}};
      ldap_memfree(name);
      if (berval** values = ldap_get_values_len(handle_, each, wanted.c_str()); values != nullptr) {
        for (berval** value = values; *value != nullptr; ++value) entry.values.emplace_back((*value)->bv_val, (*value)->bv_len);
        ldap_value_free_len(values);
      }
      entries.push_back(std::move(entry));
    }
    return entries;
  }

  Error lost(int code) const { return directory_unreachable(options_.url + ": " + words_of(handle_, code), "Is it up, and can this machine reach it?"); }
  std::string words(int code) const { return words_of(handle_, code); }

 private:
  void set(int option, const void* value) {
    if (ldap_set_option(handle_, option, value) == LDAP_OPT_SUCCESS) return;
    close();
    throw directory_unreachable("the library does not take option " + std::to_string(option), "Do hub.ldap.certificates name a PEM file that can be read?");
  }
  void close() {
    if (handle_ != nullptr) ldap_unbind_ext_s(handle_, nullptr, nullptr);
    handle_ = nullptr;
  }

  const DirectoryOptions& options_;
  LDAP* handle_ = nullptr;
};

/// A place among the few that ask at once: more would take the pool from everybody when the directory is slow.
class DirectoryTurn {
 public:
  DirectoryTurn() {
    if (!places().try_acquire_for(std::chrono::seconds(kSeconds))) throw directory_unreachable("too many ask it now", "Try again in a moment.");
  }
  ~DirectoryTurn() { places().release(); }
  DirectoryTurn(const DirectoryTurn&) = delete;
  DirectoryTurn& operator=(const DirectoryTurn&) = delete;

 private:
  static std::counting_semaphore<kMostAtOnce>& places() {
    static std::counting_semaphore<kMostAtOnce> all(kMostAtOnce);
    return all;
  }
};

/// The person of that name; nothing for nobody, and for several.
std::optional<Entry> find_entry(Connection& connection, const DirectoryOptions& options, const std::string& user) {
  if (!options.user_name.empty()) return Entry{fill_template(options.user_name, {{"user", escape_in_name(user)}}), {user}};
  connection.bind_as_searcher();
  auto found = connection.search(options.base, fill_template(options.user_filter, {{"user", escape_in_filter(user)}}), options.user_attribute, 2);
  if (found.size() != 1 || found.front().name.empty()) return std::nullopt;
  if (found.front().values.empty()) throw directory_refused(found.front().name + " has no " + options.user_attribute, "hub.ldap.user_attribute must be one that people have.");
  return std::move(found.front());
}

}  // namespace

void check_directory_options(const DirectoryOptions& options) {
  const bool is_secure = options.url.starts_with("ldaps://"), is_plain = options.url.starts_with("ldap://");
  const std::string host = is_secure || is_plain ? host_of(options.url) : "";
  if (host.empty()) throw directory_unreachable("hub.ldap.url is " + (options.url.empty() ? "empty" : options.url + ", which is no address"), "Give ldap://host or ldaps://host.");
  const bool is_here = host == "localhost" || host.starts_with("127.") || host == "::1";
  if (is_plain && !options.starts_tls && !is_here) throw directory_unreachable("without TLS everybody on the way reads the passwords", "Set hub.ldap.tls to start, or take an ldaps:// address.");
  if (options.user_name.empty() && options.base.empty()) throw directory_unreachable("it is not said where people are", "Set hub.ldap.user_dn, or hub.ldap.base.");
  if (!options.bind_name.empty() && options.bind_password.empty()) throw directory_unreachable("hub.ldap.bind_dn has no password", "Set hub.ldap.bind_password or hub.ldap.bind_password_file.");
}

std::optional<DirectoryPerson> Directory::find_person(const std::string& user, const std::string& password) const {
  // A bind without a password succeeds and proves nothing (RFC 4513 5.1.2).
  if (user.empty() || password.empty() || password.find('\0') != std::string::npos) return std::nullopt;
  check_directory_options(options_);
  const DirectoryTurn turn;
  Connection connection(options_);
  const auto entry = find_entry(connection, options_, user);
  if (!entry) return std::nullopt;
  const int code = connection.bind(entry->name, password);
  if (is_lost(code)) throw connection.lost(code);
  const bool is_wrong = code == LDAP_INVALID_CREDENTIALS || code == LDAP_NO_SUCH_OBJECT || code == LDAP_INVALID_DN_SYNTAX || code == LDAP_INAPPROPRIATE_AUTH;
  if (is_wrong) return std::nullopt;
  if (code != LDAP_SUCCESS) throw directory_refused("it does not let " + entry->name + " log in: " + connection.words(code), "Ask whoever runs the directory.");
  DirectoryPerson person{entry->values.front(), {}};
  if (options_.group_base.empty()) return person;
  connection.bind_as_searcher();
  const std::string filter = fill_template(options_.group_filter, {{"dn", escape_in_filter(entry->name)}, {"user", escape_in_filter(person.name)}});
  for (const Entry& group : connection.search(options_.group_base, filter, options_.group_attribute, kMostGroups))
    if (!group.values.empty()) person.groups.push_back(group.values.front());
  return person;
}

void Directory::check() const {
  check_directory_options(options_);
  const DirectoryTurn turn;
  Connection connection(options_);
  if (!options_.user_name.empty() && options_.bind_name.empty()) {
    // Nobody searches: that it answers is all that can be known.
    if (const int code = connection.bind("", ""); is_lost(code)) throw connection.lost(code);
    return;
  }
  connection.bind_as_searcher();
  if (!options_.base.empty()) connection.search(options_.base, "(objectClass=*)", "1.1", 1);
  if (!options_.group_base.empty()) connection.search(options_.group_base, "(objectClass=*)", "1.1", 1);
}

}  // namespace lab::ldap
