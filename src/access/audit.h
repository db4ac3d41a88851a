#pragma once

#include <chrono>
#include <compare>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "store/store.h"

namespace lab::access {

enum class AuditOutcome { Allowed, Refused };

/// `Allowed`, `Refused`.
std::string_view outcome_name(AuditOutcome outcome);

/// A decision: who wanted what, and what came of it.
struct AuditEvent {
  std::string user;        ///< empty: nobody that the lab knows
  std::string credential;  ///< what proved the user, or was brought as a proof; never a secret
  std::string protocol;    ///< `hub`, `s3`, `iam`, `spark`
  std::string action;      ///< LogIn, CreateToken, s3:GetObject, SELECT
  std::string object;      ///< what it was about
  AuditOutcome outcome = AuditOutcome::Allowed;
  std::string cause = {};  ///< of a refusal: the name of a condition

  friend auto operator<=>(const AuditEvent&, const AuditEvent&) = default;
};

/// A line of the trail: one decision, or several alike of a few seconds.
struct AuditLine {
  Timestamp time;  ///< of the first
  AuditEvent event;
  std::int64_t times = 1;
};

/// Which lines are wanted; what is not set is any.
struct AuditFilter {
  std::optional<std::string> user = {};
  std::optional<AuditOutcome> outcome = {};
  std::int64_t limit = INT64_MAX;  ///< the newest so many
};

/// How much is kept: lines of this age, and of each of the two kinds (recorded, counted) the newest so many.
struct AuditLimits {
  std::chrono::seconds keep = std::chrono::hours(24 * 90);
  std::uint64_t lines = 100'000;
};

/// The audit trail of the whole lab. Log-ins and what changes who may do what are recorded one by one; what happens all the time, and
/// what anybody can cause at will (refusals), is counted. The two are kept apart, so that a flood of the second never pushes the
/// first out. Texts are cut at 1 KiB. Thread-safe.
class AuditTrail {
 public:
  /// Has a thread, which writes what was counted and takes away what is too old. `store` must outlive it. Its end writes nothing: who
  /// stops in good order calls flush().
  AuditTrail(store::Store& store, AuditLimits limits);
  ~AuditTrail();

  /// Durable when it returns; blocks for disk.
  void record(const AuditEvent& event);
  /// The same as a part of a change: nothing of it happens without its line.
  void add_to(store::Change& change, const AuditEvent& event) const;
  /// Never blocks for disk: durable within ten seconds, or with flush(). Of more different decisions at a time than 4096 the rest
  /// loses credential and object, and of more than twice as many also user and action.
  void count(AuditEvent event);
  /// Writes what was counted so far; blocks for disk.
  void flush();

  /// Oldest first; what was counted up to now is among them. Blocks for disk.
  std::vector<AuditLine> read(const AuditFilter& filter = {});

  /// Takes away what the limits do not keep; the thread does so every hour.
  void trim();

 private:
  struct Counted {
    Timestamp first;
    std::int64_t times = 0;
  };
  void run(const std::stop_token& stop);
  bool has_outdated(const char* table) const;

  store::Store& store_;
  const AuditLimits limits_;
  std::mutex flushing_;  ///< held over the write, so that who reads finds what was taken out of `counted_`
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::map<AuditEvent, Counted> counted_;
  std::jthread thread_;  ///< the last member: it uses all others
};

}  // namespace lab::access
