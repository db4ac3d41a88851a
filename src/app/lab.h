#pragma once

#include <memory>
#include <string>
#include <vector>

#include "access/access.h"
#include "app/roles.h"
#include "app/settings.h"

namespace lab::app {

struct RunningRole {
  std::string key, url;
  std::uint16_t port = 0;
};

/// The running lab: services built in order, references handed to constructors, stopped in the reverse order. Crash-only: stopping
/// is a courtesy to clients; what is acknowledged is durable already.
class Lab {
 public:
  /// Builds and starts the roles. Throws PORT_TAKEN with the port's owner, NOT_LOOPBACK, and the store's errors.
  static std::unique_ptr<Lab> start(const Settings& settings, const std::vector<const RoleRow*>& roles);
  virtual ~Lab() = default;

  virtual const std::vector<RunningRole>& roles() const = 0;
  /// Secrets that this start has made, once.
  virtual std::vector<access::FirstSecret> take_first_secrets() = 0;
  /// Where an administrator logs in for the first time; empty when one has a password, or the hub does not run.
  virtual std::string make_log_in_link() = 0;
  virtual const access::Access& access() const = 0;
  /// Refuses, interrupts, answers what is durable; at most 1.5 seconds.
  virtual void stop() = 0;
};

/// The store of a data folder whose lab does not run, with nothing in the background. Throws STORE_IN_USE.
std::unique_ptr<store::Store> open_idle_store(const Settings& settings, Disk& disk, const Clock& clock);

}  // namespace lab::app
