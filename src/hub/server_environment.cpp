#include "hub/server_environment.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "hub/host_names.h"

namespace lab::hub {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

void write_once(const fs::path& path, const std::string& text) {
  std::error_code ignored;
  if (fs::exists(path, ignored)) return;
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

/// A kernel that begins with a Spark session: `spark` is there, as in pyspark's own shell.
std::string pyspark_kernel(const ServersOptions& options) {
  const char* begin = "from pyspark.sql import SparkSession; spark = SparkSession.builder.getOrCreate()";
  return json{{"argv", {(options.environment / "bin" / "python").string(), "-m", "ipykernel_launcher", "-f", "{connection_file}", std::string("--IPKernelApp.exec_lines=") + begin}},
              {"display_name", "PySpark"},
              {"language", "python"},
              {"metadata", {{"debugger", true}}}}
             .dump(1) +
         "\n";
}

/// The Python that the environment was made with: another folder than the system's when people built their own.
fs::path python_of(const ServersOptions& options) {
  std::error_code ignored;
  return fs::canonical(options.environment / "bin" / "python", ignored).parent_path().parent_path();
}

fs::path kernels_of(const ServersOptions& options) { return options.run / "jupyter"; }
// Where programs look for a folder of temporary files, everybody's /tmp is closed.
fs::path temporary_of(const fs::path& home) { return home / ".cache" / "tmp"; }

}  // namespace

std::string escape_segment(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view("-._~@").find(c) != std::string_view::npos;
    char escaped[4];
    std::snprintf(escaped, sizeof escaped, "%%%02X", static_cast<unsigned char>(c));
    result += is_plain ? std::string(1, c) : std::string(escaped);
  }
  return result;
}

std::string server_prefix(std::string_view user, std::string_view server) {
  return "/user/" + escape_segment(user) + "/" + (server.empty() ? "" : escape_segment(server) + "/");
}

std::string server_client(std::string_view user, std::string_view server) {
  return "jupyterhub-user-" + escape_segment(user) + (server.empty() ? "" : "-" + escape_segment(server));
}

fs::path home_of(const ServersOptions& options, const std::string& user) {
  // `.` and `..` are names of users too, but not of folders.
  const bool is_plain = std::isalnum(static_cast<unsigned char>(user.front())) != 0;
  return options.homes / (is_plain ? user : "_" + user);
}

void prepare_home(const ServersOptions& options, const std::string& user) {
  const fs::path home = home_of(options, user);
  fs::create_directories(home / "work");
  fs::create_directories(temporary_of(home));
  fs::permissions(home, fs::perms::owner_all);
  for (const char* folder : {"datasets", "notebooks"}) fs::create_directories(options.shared / folder);
  std::error_code ignored;
  if (!fs::is_symlink(fs::symlink_status(home / "shared", ignored))) fs::create_directory_symlink(options.shared, home / "shared", ignored);
  if (fs::is_directory(options.examples, ignored) && !fs::exists(fs::symlink_status(home / "examples", ignored))) fs::copy(options.examples, home / "examples", fs::copy_options::recursive | fs::copy_options::skip_existing);
  write_once(kernels_of(options) / "kernels" / "pyspark" / "kernel.json", pyspark_kernel(options));
  fs::create_directories(options.run / "servers");
}

proc::Confinement server_confinement(const ServersOptions& options, const std::string& user) {
  proc::Confinement confinement{.readable = {options.environment, kernels_of(options), host_table(options.run)}, .writable = {home_of(options, user), options.shared}};
  if (const fs::path python = python_of(options); python.has_relative_path()) confinement.readable.push_back(python);
  confinement.readable.push_back(options.jupyter);
  return confinement;
}

std::vector<std::string> server_environment(const ServersOptions& options, const std::string& hub_url, const std::string& user, const std::string& server, std::uint16_t port,
                                            const ServerSecrets& secrets) {
  const fs::path home = home_of(options, user);
  const std::string prefix = server_prefix(user, server), api = hub_url + "/hub/api";
  const std::string access_scopes = json{"access:servers!server=" + user + "/" + server, "access:servers!user=" + user}.dump();
  const fs::path packages = home / ".local", pins = options.environment / "pins.txt";
  std::map<std::string, std::string> variables = options.variables;
  variables.insert({
      {"HOME", home.string()},
      {"USER", user},
      {"LOGNAME", user},
      {"SHELL", "/bin/bash"},
      {"LANG", "C.UTF-8"},
      {"TMPDIR", temporary_of(home).string()},
      {"PATH", (options.environment / "bin").string() + ":" + (packages / "bin").string() + ":/usr/local/bin:/usr/bin:/bin"},
      {"JUPYTER_PATH", kernels_of(options).string()},
      // Packages that people install are theirs, and survive: the environment itself is everybody's. python/dflab finds them.
      {"PIP_PREFIX", packages.string()},
      {"PIP_DISABLE_PIP_VERSION_CHECK", "1"},
      {"JUPYTERHUB_API_TOKEN", secrets.token},
      {"JPY_API_TOKEN", secrets.token},
      {"JUPYTER_CONFIG_PATH", (options.jupyter / "config").string()},
      {"JUPYTERHUB_API_URL", api},
      {"JUPYTERHUB_ACTIVITY_URL", api + "/users/" + escape_segment(user) + "/activity"},
      {"JUPYTERHUB_ACTIVITY_INTERVAL", std::to_string(options.cull_after.count() > 0 ? std::clamp<std::int64_t>(options.cull_after.count() / 4, 1, 300) : 300)},
      {"JUPYTERHUB_BASE_URL", "/"},
      {"JUPYTERHUB_HOST", ""},
      {"JUPYTERHUB_CLIENT_ID", server_client(user, server)},
      {"JUPYTERHUB_OAUTH_CALLBACK_URL", prefix + "oauth_callback"},
      {"JUPYTERHUB_OAUTH_SCOPES", access_scopes},
      {"JUPYTERHUB_OAUTH_ACCESS_SCOPES", access_scopes},
      {"JUPYTERHUB_OAUTH_CLIENT_ALLOWED_SCOPES", "[]"},
      {"JUPYTERHUB_USER", user},
      {"JUPYTERHUB_SERVER_NAME", server},
      {"JUPYTERHUB_SERVICE_PREFIX", prefix},
      {"JUPYTERHUB_SERVICE_URL", "http://127.0.0.1:" + std::to_string(port) + prefix},
      {"JUPYTERHUB_DEFAULT_URL", "/lab"},
      {"JUPYTERHUB_ROOT_DIR", home.string()},
      {"JUPYTERHUB_COOKIE_OPTIONS", R"({"samesite": "Lax"})"},
      {"MEM_LIMIT", std::to_string(options.limits.memory_bytes)},
      {"CPU_LIMIT", std::to_string(options.limits.cores) + ".0"},
  });
  if (!options.spark_address.empty()) {
    const std::string more = options.spark_parameters.empty() ? "" : ";" + options.spark_parameters;
    variables.insert({"SPARK_REMOTE", "sc://" + options.spark_address + "/;authorization=Bearer%20" + secrets.token + more});
  }
  if (!options.objects_url.empty())
    variables.insert({{"AWS_ENDPOINT_URL", options.objects_url},
                      {"AWS_ACCESS_KEY_ID", secrets.objects.access_key},
                      {"AWS_SECRET_ACCESS_KEY", secrets.objects.secret_key},
                      {"AWS_REGION", "us-east-1"},
                      {"AWS_DEFAULT_REGION", "us-east-1"},
                      {"AWS_ALLOW_HTTP", "true"}});
  // What is in the environment stays at the version that its other packages want; pip says so when somebody asks for another one.
  if (std::error_code ignored; fs::exists(pins, ignored)) variables.insert({"PIP_CONSTRAINT", pins.string()});
  variables.merge(host_variables(options.run, options.objects_url, options.spark_address));
  std::vector<std::string> list;
  for (const auto& [name, value] : variables) list.push_back(name + "=" + value);
  return list;
}

}  // namespace lab::hub
