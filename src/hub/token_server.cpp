#include "hub/token_server.h"

#include <signal.h>
#include <unistd.h>

#include <fstream>

#include "base/log.h"
#include "hub/conditions.h"
#include "hub/probe.h"

namespace lab::hub {
namespace {

// Names its token among those of the user's servers.
constexpr const char* kTokenServerName = "token-server";
const store::Origin kByTokenServer{.actor = "system", .protocol = "hub", .request = "token server"};

}  // namespace

TokenServer::TokenServer(Servers& servers, const Clock& clock, std::string user, std::string token) : servers_(servers), clock_(clock), user_(std::move(user)), token_(std::move(token)) {}

void TokenServer::begin() {
  proc::ChildId left;
  if (std::ifstream file(note()); file >> left.pid >> left.started) proc::signal_child(left, SIGTERM);
}

void TokenServer::stop() {
  const std::lock_guard lock(mutex_);
  is_stopping_ = true;
  proc::signal_child(child_, SIGTERM);
}

std::uint16_t TokenServer::find_port() {
  const std::lock_guard lock(mutex_);
  if (is_stopping_) throw Error(conditions::kTokenServerFailed, {{"reason", "the lab is stopping"}});
  if (!proc::is_running(child_)) {
    // A start that has failed is told once, to those who wait for it; whoever comes next tries anew.
    const bool has_failed = child_.pid != 0 && !is_ready_;
    child_ = {};
    if (has_failed) throw Error(conditions::kTokenServerFailed, {{"reason", "its process has ended; " + log().string() + " says why"}});
    start_child();
    return 0;
  }
  if (!is_ready_) is_ready_ = answers_http(port_, "/api");
  if (is_ready_) return port_;
  if (clock_.steady() > deadline_) {
    proc::signal_child(child_, SIGKILL);
    throw Error(conditions::kTokenServerFailed, {{"reason", "it did not answer in time"}});
  }
  return 0;
}

void TokenServer::start_child() {
  const ServersOptions& options = servers_.options();
  const auto program = options.environment / "bin" / "jupyter-lab";
  if (::access(program.c_str(), X_OK) != 0) throw Error(conditions::kNoEnvironment, {{"path", options.environment.string()}});
  prepare_home(options, user_);
  port_ = free_port();
  is_ready_ = false;
  deadline_ = clock_.steady() + options.start_timeout;
  const std::string idle = std::to_string(options.cull_after.count());
  proc::ChildOptions child;
  child.helper = options.program;
  // Kernels that nobody uses end, and with the last of them the server.
  child.command = {program.string(), "--no-browser", "--ip=127.0.0.1", "--port=" + std::to_string(port_), "--ServerApp.port_retries=0", "--MappingKernelManager.cull_idle_timeout=" + idle,
                   "--ServerApp.shutdown_no_activity_timeout=" + idle};
  if (::geteuid() == 0) child.command.emplace_back("--allow-root");
  child.environment = server_environment(options, "", user_, kTokenServerName, port_, servers_.make_secrets(user_, kTokenServerName, kByTokenServer));
  // It knows of no hub.
  std::erase_if(child.environment, [](const std::string& variable) { return variable.starts_with("JUPYTERHUB_") || variable.starts_with("JPY_"); });
  if (token_.empty()) {
    child.command.emplace_back("--IdentityProvider.token=");
  } else {
    child.environment.push_back("JUPYTER_TOKEN=" + token_);
  }
  child.directory = home_of(options, user_);
  child.log = log();
  child.limits = options.limits;
  child.confinement = server_confinement(options, user_);
  child_ = proc::start_child(child);
  std::ofstream(note()) << child_.pid << ' ' << child_.started << '\n';
  log::info("hub", "the token server starts (process {})", child_.pid);
}

}  // namespace lab::hub
