#pragma once

#include <chrono>
#include <filesystem>
#include <mutex>
#include <string>

#include "hub/servers.h"

namespace lab::hub {

/// The plain JupyterLab of one person, without the hub's log-in: a token opens it, and its paths have no prefix. Editors connect to
/// it by URL and token, and documents written for a single server expect it. Started when somebody comes; ends itself when
/// nobody uses it. Thread-safe; blocks for disk.
class TokenServer {
 public:
  /// `token` empty: open to whoever reaches it. What it is given must outlive it.
  TokenServer(Servers& servers, const Clock& clock, std::string user, std::string token);

  /// Ends what a lab that was killed has left.
  void begin();
  /// Starts nothing more, and asks the server to end; does not wait. May be called twice.
  void stop();

  /// Starts it unless it runs. Its port once it answers, 0 until then: ask again. Throws NOTEBOOKS_NOT_INSTALLED,
  /// CANNOT_START_PROCESS, TOKEN_SERVER_FAILED.
  std::uint16_t find_port();

 private:
  /// Under `mutex_`.
  void start_child();
  std::filesystem::path note() const { return servers_.options().run / "token-server"; }
  std::filesystem::path log() const { return servers_.options().run / "token-server.log"; }

  Servers& servers_;
  const Clock& clock_;
  const std::string user_, token_;
  std::mutex mutex_;
  proc::ChildId child_;
  std::uint16_t port_ = 0;
  std::chrono::steady_clock::time_point deadline_;
  bool is_ready_ = false, is_stopping_ = false;
};

}  // namespace lab::hub
