#pragma once

#include <string>
#include <vector>

namespace lab::pam {

/// The machine's accounts by one service of PAM. Blocks; one question at a time, since modules of PAM are not all made for more. Thread-safe.
class Accounts {
 public:
  /// `service` is the name of a file in /etc/pam.d.
  explicit Accounts(std::string service) : service_(std::move(service)) {}

  /// Whether the password is the account's, and the account may be used now. An empty password is never right. Throws PAM_REFUSED
  /// for an account that is locked or wants a new password, and when PAM itself cannot say.
  bool is_right(const std::string& user, const std::string& password) const;
  /// By name; none for an unknown account.
  std::vector<std::string> groups_of(const std::string& user) const;

 private:
  const std::string service_;
};

}  // namespace lab::pam
