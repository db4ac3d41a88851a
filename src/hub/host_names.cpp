#include "hub/host_names.h"

#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>

namespace lab::hub {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNssWrapper = "/usr/lib/x86_64-linux-gnu/libnss_wrapper.so";

enum class Role { Objects, Spark, Other };

struct HostName {
  const char* name;
  Role role = Role::Other;
};

constexpr HostName kHostNames[] = {
    {"minio", Role::Objects},    {"infrastructure-minio", Role::Objects},
    {"spark", Role::Spark},      {"spark-master", Role::Spark},
    {"spark-connect", Role::Spark},
    {"airflow"},                 {"consul"},
    {"grafana"},                 {"infrastructure-nessie"},
    {"jupyterhub"},              {"kafka"},
    {"mlflow"},                  {"mongo"},
    {"mongodb"},                 {"nessie"},
    {"nifi"},                    {"postgres"},
    {"prefect"},                 {"prometheus"},
    {"streamlit"},
};

/// `41234` of `http://localhost:41234/` or `localhost:15002`; empty without a port.
std::string port_of(std::string_view address) {
  while (address.ends_with('/')) address.remove_suffix(1);
  const std::size_t colon = address.rfind(':');
  if (colon == std::string_view::npos) return {};
  const std::string_view port = address.substr(colon + 1);
  return port.find_first_not_of("0123456789") == std::string_view::npos ? std::string(port) : std::string();
}

void write_if_new(const fs::path& path, const std::string& text) {
  std::ifstream file(path);
  if (file && std::string(std::istreambuf_iterator<char>(file), {}) == text) return;
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

}  // namespace

fs::path host_table(const fs::path& folder) { return folder / "hosts"; }

std::map<std::string, std::string> host_variables(const fs::path& folder, const std::string& objects_url, const std::string& spark_address) {
  std::string table = "127.0.0.1", hosts;
  const auto add = [&](const std::string& name, const std::string& place) { hosts += (hosts.empty() ? "" : " ") + name + "=127.0.0.1" + place; };
  for (const HostName& host : kHostNames) {
    table += std::string(" ") + host.name;
    add(host.name, "");
    const std::string port = host.role == Role::Objects ? port_of(objects_url) : host.role == Role::Spark ? port_of(spark_address) : std::string();
    if (!port.empty()) add(std::string(host.name) + (host.role == Role::Objects ? ":9000" : ":15002"), ":" + port);
  }
  write_if_new(host_table(folder), table + "\n");
  std::map<std::string, std::string> variables{{"DFLAB_HOSTS", hosts}};
  std::error_code ignored;
  if (fs::exists(kNssWrapper, ignored)) variables.insert({{"LD_PRELOAD", kNssWrapper}, {"NSS_WRAPPER_HOSTS", host_table(folder).string()}, {"GRPC_DNS_RESOLVER", "native"}});
  return variables;
}

}  // namespace lab::hub
