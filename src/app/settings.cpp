#include "app/settings.h"

#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "app/conditions.h"
#include "base/error.h"

namespace lab::app {
namespace {

constexpr SettingRow kSettings[] = {
    {"apps.address", "embedded", "reserved; only `embedded` is served"},
    {"apps.cores", "1", "cores that one app runs on; 0: all", SettingKind::Threads},
    {"apps.environment", "", "Python environment with streamlit; default: that of the notebooks, hub.environment"},
    {"apps.idle_after", "30m", "apps unused for this long are stopped, and begin again with their next visitor; 0: never", SettingKind::Seconds},
    {"apps.listen", "127.0.0.1", "address the door of apps listens on"},
    {"apps.memory", "2GiB", "memory of one process of an app", SettingKind::Bytes},
    {"apps.port", "8501", "port of people's apps, each at /NAME/; with another objects.port than 9000, and none said: any free one", SettingKind::Port},
    {"apps.start_timeout", "2m", "an app that does not answer in this time has failed", SettingKind::Seconds},
    {"apps.tls_certificate", "", "PEM file of the certificate of the door of apps and its chain; with the key it speaks HTTPS"},
    {"apps.tls_key", "", "PEM file of the key of the door of apps"},
    {"audit.keep", "90d", "how long lines of the audit trail are kept; of each kind 100,000 at most", SettingKind::Seconds},
    {"data", "", "data folder; default ~/.local/share/dflab"},
    {"history.keep", "7d", "how long overwritten and deleted versions are kept", SettingKind::Seconds},
    {"hub.address", "embedded", "`embedded`, or the URL of a real JupyterHub"},
    {"hub.auth", "password", "ways to log in, in the order of the log-in page: `password`, `oidc`, `ldap`, `pam`"},
    {"hub.cores", "2", "cores that one notebook server runs on; 0: all", SettingKind::Threads},
    {"hub.cull_after", "1h", "notebook servers unused for this long are stopped; 0: never", SettingKind::Seconds},
    {"hub.environment", "", "Python environment with jupyterhub-singleuser; default ~/.cache/dflab/clients/hub"},
    {"hub.examples", "", "folder of the notebooks that each home gets as `examples`; default share/dflab/examples of the environment"},
    {"hub.file_size", "10GiB", "size of a file that a notebook may write", SettingKind::Bytes},
    {"hub.homes", "", "folder of people's homes; default `homes` in the data folder"},
    {"hub.hosts", "", "names, separated by commas, under which browsers may reach the hub besides this machine's own"},
    {"hub.jupyter", "", "folder of what the lab adds to people's JupyterLab (python/jupyter of the sources); default share/dflab/jupyter of the environment"},
    {"hub.keep_servers", "false", "`true`: notebook servers run on when the lab stops, and are found again"},
    {"hub.ldap.admin_groups", "", "groups of the directory whose members are administrators, and nobody else who comes by it"},
    {"hub.ldap.admin_users", "", "people of the directory who are administrators, and nobody else who comes by it"},
    {"hub.ldap.allowed_groups", "", "groups of the directory whose members may use the lab; `*`: everybody whom it knows"},
    {"hub.ldap.allowed_users", "", "people of the directory who may use the lab; with no list at all: who is a user already"},
    {"hub.ldap.base", "", "where people are searched, as ou=people,dc=example,dc=org"},
    {"hub.ldap.bind_dn", "", "account that searches; empty: anonymous"},
    {"hub.ldap.bind_password", "", "its password, better in DFLAB_HUB_LDAP_BIND_PASSWORD or a file", SettingKind::Secret},
    {"hub.ldap.bind_password_file", "", "file that holds its password"},
    {"hub.ldap.certificates", "", "PEM file of the authorities that the directory's certificate may be of; default: the machine's"},
    {"hub.ldap.group_attribute", "cn", "what groups are called"},
    {"hub.ldap.group_base", "", "where groups are searched; empty: nobody has any"},
    {"hub.ldap.group_filter", "", "finds the groups of a person by `{dn}` and `{user}`; default: by member, uniqueMember and memberUid"},
    {"hub.ldap.groups", "", "groups that each log-in sets: `THEIRS=OURS`, separated by commas; `*`: all, by their own names; empty: none"},
    {"hub.ldap.tls", "start", "`start`: StartTLS on ldap:// addresses; `none`: only for a directory on this machine"},
    {"hub.ldap.url", "", "the directory: ldap://host or ldaps://host"},
    {"hub.ldap.user_attribute", "uid", "what people are called; sAMAccountName in Active Directory"},
    {"hub.ldap.user_dn", "", "people's names without a search, as uid={user},ou=people,dc=example,dc=org"},
    {"hub.ldap.user_filter", "(uid={user})", "finds a person; (sAMAccountName={user}) in Active Directory"},
    {"hub.link_users", "", "users who may also come by `oidc`, `ldap` or `pam` although they have a password or are administrators; names, separated by commas"},
    {"hub.listen", "127.0.0.1", "address the hub listens on"},
    {"hub.memory", "4GiB", "memory of one process of a notebook server", SettingKind::Bytes},
    {"hub.oidc.admin_groups", "", "groups of the provider whose members are administrators, and nobody else who comes by it"},
    {"hub.oidc.admin_users", "", "people of the provider who are administrators, and nobody else who comes by it"},
    {"hub.oidc.allowed_groups", "", "groups of the provider whose members may use the lab; `*`: everybody whom it knows"},
    {"hub.oidc.allowed_users", "", "people of the provider who may use the lab; with no list at all: who is a user already"},
    {"hub.oidc.callback", "", "address that the provider sends browsers back to, as it is registered there; default: /hub/oauth_callback where the browser reached the lab"},
    {"hub.oidc.client_id", "", "what the lab is called at the provider"},
    {"hub.oidc.client_secret", "", "the client's secret, better in DFLAB_HUB_OIDC_CLIENT_SECRET or a file; empty for a public client", SettingKind::Secret},
    {"hub.oidc.client_secret_file", "", "file that holds the client's secret"},
    {"hub.oidc.groups", "", "groups that each log-in sets: `THEIRS=OURS`, separated by commas; `*`: all, by their own names; empty: none"},
    {"hub.oidc.groups_claim", "groups", "claim that lists the groups; `a.b` for one inside of another"},
    {"hub.oidc.issuer", "", "the OpenID Connect provider, by the name that it gives itself (https, or on this machine)"},
    {"hub.oidc.log_out", "false", "`true`: a log-out offers to log out at the provider too"},
    {"hub.oidc.name", "your organisation", "what the button of the log-in page calls the provider"},
    {"hub.oidc.scopes", "openid profile email", "what is asked of the provider; `openid` must be among it"},
    {"hub.oidc.user_claim", "preferred_username", "claim that names the user; `email` and `sub` are others"},
    {"hub.pam.admin_groups", "", "groups of the machine whose members are administrators, and nobody else who comes by it"},
    {"hub.pam.admin_users", "", "accounts of the machine that are administrators, and no others that come by it"},
    {"hub.pam.allowed_groups", "", "groups of the machine whose members may use the lab; `*`: every account"},
    {"hub.pam.allowed_users", "", "accounts of the machine that may use the lab; with no list at all: who is a user already"},
    {"hub.pam.groups", "", "groups that each log-in sets: `THEIRS=OURS`, separated by commas; `*`: all, by their own names; empty: none"},
    {"hub.pam.service", "login", "file of /etc/pam.d that says how accounts are asked; the lab must run as root"},
    {"hub.port", "8000", "port of the hub: pages, JupyterHub's API, notebooks; with another objects.port than 9000, and none said: any free one", SettingKind::Port},
    {"hub.sizes", "small=1/2GiB", "sizes that the start of a notebook server may choose besides `standard`, which is hub.cores and hub.memory: `NAME=CORES/MEMORY`, separated by commas"},
    {"hub.start_timeout", "3m", "a notebook server that does not answer in this time has failed", SettingKind::Seconds},
    {"hub.tls_certificate", "", "PEM file of the hub's certificate and its chain; with the key the hub speaks HTTPS"},
    {"hub.tls_key", "", "PEM file of the hub's key"},
    {"hub.token_port", "8888", "port of the token server, an administrator's JupyterLab without log-in; with another objects.port than 9000, and none said: any free one", SettingKind::Port},
    {"hub.versions_keep", "90d", "how long older versions of a notebook or text are kept, and all of a deleted one", SettingKind::Seconds},
    {"hub.versions_space", "2GiB", "space of the versions in one home, and of those in the shared folder; the oldest go first", SettingKind::Bytes},
    {"objects.address", "embedded", "`embedded`, or the URL of a real S3"},
    {"objects.console_port", "9001", "port of the admin page; with another objects.port than 9000, and none said: any free one", SettingKind::Port},
    {"objects.domain", "", "buckets are also found as `<bucket>.<domain>`; empty: below localhost and S3's own domains only"},
    {"objects.lifecycle_day", "1d", "what lifecycle rules call a day; shorter for trying them out", SettingKind::Seconds},
    {"objects.listen", "127.0.0.1", "address the S3 role listens on"},
    {"objects.log_interval", "5s", "how long requests wait before the access log of their bucket is written", SettingKind::Seconds},
    {"objects.port", "9000", "S3 port", SettingKind::Port},
    {"objects.tls_certificate", "", "PEM file of the S3 role's certificate and its chain; with the key the role speaks HTTPS"},
    {"objects.tls_key", "", "PEM file of the S3 role's key"},
    {"objects.webhooks", "", "whom notifications of buckets can be sent to: `NAME=URL`, separated by commas; a bucket names one as `arn:minio:sqs::NAME:webhook`"},
    {"profile", "secure", "`secure`, or `workshop` (well-known keys, loopback only)", SettingKind::Profile},
    {"spark.address", "embedded", "`embedded`, or the sc:// address of a real Spark Connect server"},
    {"spark.listen", "127.0.0.1", "address the Spark role listens on"},
    {"spark.memory", "0", "memory limit of one session's engine; 0: half of the machine's", SettingKind::Bytes},
    {"spark.memory_total", "0", "memory of all sessions' engines together, shared by those that run; 0: seven tenths of the machine's", SettingKind::Bytes},
    {"spark.port", "15002", "Spark Connect port", SettingKind::Port},
    {"spark.session_timeout", "1h", "sessions unused for this long end", SettingKind::Seconds},
    {"spark.threads", "0", "threads of one session's engine; 0: one a core", SettingKind::Threads},
    {"spark.tls_certificate", "", "PEM file of the Spark role's certificate and its chain; with the key the role speaks TLS"},
    {"spark.tls_key", "", "PEM file of the Spark role's key"},
    {"spark.ui_port", "4040", "port of the page of sessions and queries", SettingKind::Port},
};

const SettingRow* find_row(std::string_view key) {
  for (const SettingRow& row : kSettings)
    if (row.key == key) return &row;
  return nullptr;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

Error unknown(const std::string& key) {
  const SettingRow* nearest = &kSettings[0];
  for (const SettingRow& row : kSettings)
    if (edit_distance(row.key, key) < edit_distance(nearest->key, key)) nearest = &row;
  const bool is_near = edit_distance(nearest->key, key) <= std::max<std::size_t>(2, key.size() / 3);
  return Error(conditions::kUnknownSetting, {{"key", key}, {"suggestion", is_near ? " Did you mean " + std::string(nearest->key) + "?" : " `dflab config show` lists them."}});
}

Error invalid(const std::string& key, const std::string& value, const std::string& reason) {
  return Error(conditions::kInvalidSetting, {{"key", key}, {"value", value}, {"reason", reason}});
}

void take_table(Settings& settings, const toml::table& table, const std::string& prefix, const std::string& origin) {
  for (const auto& [name, node] : table) {
    const std::string key = prefix + std::string(name.str());
    if (const auto* inner = node.as_table()) {
      take_table(settings, *inner, key + ".", origin);
    } else if (const auto text = node.value<std::string>()) {
      settings.set(key, *text, origin);
    } else if (const auto number = node.value<std::int64_t>()) {
      settings.set(key, std::to_string(*number), origin);
    } else if (const auto flag = node.value<bool>()) {
      settings.set(key, *flag ? "true" : "false", origin);
    } else {
      throw invalid(key, "…", "a text or a number is expected");
    }
  }
}

struct Unit {
  std::string_view suffix;
  std::int64_t factor;
};
constexpr Unit kTimes[] = {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
constexpr Unit kSizes[] = {{"KB", 1000}, {"MB", 1000'000}, {"GB", 1000'000'000}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"k", 1 << 10}, {"m", 1 << 20}, {"g", 1 << 30}};

}  // namespace

std::span<const SettingRow> all_settings() { return kSettings; }

Settings::Settings() {
  for (const SettingRow& row : kSettings) values_.emplace(row.key, Value{std::string(row.default_value), "default"});
  const char* home = std::getenv("HOME");
  values_.at("data").text = (std::filesystem::path(home == nullptr ? "." : home) / ".local" / "share" / "dflab").string();
}

void Settings::set(const std::string& key, std::string text, std::string origin) {
  const SettingRow* row = find_row(key);
  if (row == nullptr) throw unknown(key);
  values_.insert_or_assign(key, Value{std::move(text), std::move(origin)});
  check(*row);
}

void Settings::read_file(const std::filesystem::path& path) {
  try {
    take_table(*this, toml::parse_file(path.string()), "", "file " + path.string());
  } catch (const toml::parse_error& failure) {
    const auto line = failure.source().begin.line;  // 0: there is no such file
    throw Error(conditions::kConfigInvalid,
                {{"path", path.string()}, {"reason", std::string(failure.description()) + (line > 0 ? " (line " + std::to_string(line) + ")" : "")}});
  }
}

void Settings::read_environment(char** environment) {
  constexpr std::string_view kPrefix = "DFLAB_";
  for (char** entry = environment; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (!text.starts_with(kPrefix) || equals == std::string_view::npos) continue;
    const std::string name(text.substr(0, equals));
    // Those that ./dev sets for its own programs are no settings of the lab.
    constexpr std::string_view kOthers[] = {"DFLAB_CONFIG", "DFLAB_CACHE", "DFLAB_PRESET", "DFLAB_ROOT", "DFLAB_THIRD", "DFLAB_BUILD"};
    if (std::ranges::find(kOthers, name) != std::end(kOthers)) continue;
    // `_` stands for the dot and for itself: the key that fits is looked for.
    std::string wanted = name.substr(kPrefix.size());
    std::transform(wanted.begin(), wanted.end(), wanted.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    const auto row = std::find_if(std::begin(kSettings), std::end(kSettings), [&](const SettingRow& candidate) {
      std::string key(candidate.key);
      std::replace(key.begin(), key.end(), '.', '_');
      return key == wanted;
    });
    if (row == std::end(kSettings)) {
      std::string key = wanted;
      if (const std::size_t first = key.find('_'); first != std::string::npos) key[first] = '.';
      throw unknown(key);
    }
    set(std::string(row->key), std::string(text.substr(equals + 1)), "environment " + name);
  }
}

void Settings::set_flag(const std::string& assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string::npos) throw invalid(assignment, "", "KEY=VALUE is expected");
  set(assignment.substr(0, equals), assignment.substr(equals + 1), "flag");
}

void Settings::check(const SettingRow& row) const {
  const std::string key(row.key);
  constexpr std::int64_t kMostThreads = 1024, kLeastMemory = 32 << 20;
  switch (row.kind) {
    case SettingKind::Text:
    case SettingKind::Secret: return;
    case SettingKind::Profile:
      if (text(key) != "secure" && text(key) != "workshop") throw invalid(key, text(key), "`secure` or `workshop` is expected");
      return;
    case SettingKind::Port: (void)port(key); return;
    case SettingKind::Threads:
      if (const std::int64_t value = number(key); value < 0 || value > kMostThreads) throw invalid(key, text(key), "threads go from 0 (one a core) to 1024");
      return;
    case SettingKind::Bytes:
      if (const std::int64_t value = bytes(key); value > 0 && value < kLeastMemory) throw invalid(key, text(key), "an engine needs 32MiB or more");
      return;
    case SettingKind::Seconds: (void)seconds(key); return;
  }
}

const std::string& Settings::text(const std::string& key) const { return values_.at(key).text; }

std::int64_t Settings::number(const std::string& key) const {
  const std::string& value = text(key);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc{} || end != value.data() + value.size()) throw invalid(key, value, "a whole number is expected");
  return number;
}

std::uint16_t Settings::port(const std::string& key) const {
  const std::int64_t value = number(key);
  if (value < 0 || value > 65535) throw invalid(key, text(key), "ports go from 0 (any) to 65535");
  return static_cast<std::uint16_t>(value);
}

std::uint16_t Settings::port_out_of_the_way(const std::string& key) const {
  const bool is_named = values_.at(key).origin != "default";
  return is_named || port("objects.port") == 9000 ? port(key) : 0;
}

namespace {

std::int64_t with_unit(const std::string& key, const std::string& value, std::span<const Unit> units, const char* example) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error == std::errc{} && number >= 0) {
    const std::string_view suffix(end, static_cast<std::size_t>(value.data() + value.size() - end));
    if (suffix.empty()) return number;
    for (const Unit& unit : units)
      if (std::int64_t product = 0; unit.suffix == suffix && !__builtin_mul_overflow(number, unit.factor, &product)) return product;
  }
  throw invalid(key, value, std::string("something like ") + example + " is expected");
}

}  // namespace

std::int64_t Settings::bytes(const std::string& key) const { return with_unit(key, text(key), kSizes, "512MB or 2GiB"); }
std::int64_t Settings::seconds(const std::string& key) const { return with_unit(key, text(key), kTimes, "90s, 10m, 2h or 7d"); }

}  // namespace lab::app
