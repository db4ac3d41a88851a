#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace lab::s3 {

/// `GOVERNANCE` may be bypassed by who has the right to, `COMPLIANCE` by nobody.
enum class LockMode { Governance, Compliance };
std::string_view show_lock_mode(LockMode mode);
std::optional<LockMode> find_lock_mode(std::string_view text);

/// How long new versions of a bucket are kept when they do not say so themselves.
struct DefaultRetention {
  LockMode mode = LockMode::Governance;
  std::chrono::days length{0};  ///< a year is 365 days
  bool in_years = false;        ///< as it was written
};

/// `<ObjectLockConfiguration>`: enabled, with or without a default. Throws MalformedXML, InvalidRetentionPeriod.
std::optional<DefaultRetention> parse_lock_configuration(std::string_view xml);
std::string write_lock_configuration(const std::optional<DefaultRetention>& retention);

/// `<Retention>`; both absent for an empty one, which takes a retention away.
struct Retention {
  std::optional<LockMode> mode;
  std::chrono::sys_time<std::chrono::milliseconds> until;
};
Retention parse_retention(std::string_view xml);
std::string write_retention(const Retention& retention);

/// `<LegalHold>`: on or off.
bool parse_legal_hold(std::string_view xml);
std::string write_legal_hold(bool is_on);

}  // namespace lab::s3
