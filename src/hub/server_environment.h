#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "access/access.h"
#include "hub/server_sizes.h"
#include "proc/child.h"

namespace lab::hub {

/// Where things of people's servers are, and what the servers are told of the lab.
struct ServersOptions {
  std::filesystem::path program;      ///< this `dflab`, which helps to start children
  std::filesystem::path environment;  ///< Python environment with jupyterhub-singleuser
  std::filesystem::path homes;        ///< a folder for each user
  std::filesystem::path examples;     ///< notebooks that each home gets a copy of, where there are any
  std::filesystem::path jupyter;      ///< what the lab adds to JupyterLab: `config`, `labextensions`, `python`
  std::filesystem::path shared;       ///< `datasets` and `notebooks`, everybody's
  std::filesystem::path run;          ///< logs of servers, kernels, the table of names
  std::string objects_url, spark_address;  ///< `http://localhost:9000`, `localhost:15002`; empty when the role does not run
  std::string spark_parameters;       ///< added to SPARK_REMOTE: `use_ssl=true`
  std::map<std::string, std::string> variables;  ///< more of them, the same for everybody
  proc::ChildLimits limits{.memory_bytes = 4ULL << 30U, .file_bytes = 10ULL << 30U, .cores = 2};  ///< of the size `standard`
  std::vector<ServerSize> sizes;  ///< what a start may choose instead
  std::chrono::seconds cull_after = std::chrono::hours(1);  ///< zero: never
  std::chrono::seconds start_timeout = std::chrono::minutes(3);
  std::size_t most_named_servers = 5;  ///< of one user, besides the default one
};

/// `ann` for the default server's prefix `/user/ann/`, with what a path needs escaped.
std::string escape_segment(std::string_view text);
/// `/user/ann/` or `/user/ann/second/`.
std::string server_prefix(std::string_view user, std::string_view server);
/// The OAuth client that a server is: `jupyterhub-user-ann`, `jupyterhub-user-ann-second`.
std::string server_client(std::string_view user, std::string_view server);

/// A user's home: the user's name where that is a plain folder name.
std::filesystem::path home_of(const ServersOptions& options, const std::string& user);

/// Makes home (`work`, `shared`, `examples`), the shared folders, kernels and the table of the lab's host names, where they are missing. Examples
/// are copied once: what people change or delete stays so.
void prepare_home(const ServersOptions& options, const std::string& user);

/// What a user's servers may open: their home and the shared folders; to read, their environment and what the lab tells them.
proc::Confinement server_confinement(const ServersOptions& options, const std::string& user);

struct ServerSecrets {
  std::string token;         ///< the server's own, for the hub and for Spark
  access::S3Secret objects;  ///< the user's pair
};

/// All variables of a server's process.
std::vector<std::string> server_environment(const ServersOptions& options, const std::string& hub_url, const std::string& user, const std::string& server, std::uint16_t port,
                                            const ServerSecrets& secrets);

}  // namespace lab::hub
