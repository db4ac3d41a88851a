#include <sodium.h>

#include <algorithm>
#include <atomic>
#include <exception>

#include "access/access.h"
#include "access/conditions.h"
#include "access/names.h"
#include "base/ids.h"
#include "base/letter_case.h"

namespace lab::access {
namespace {

constexpr std::size_t kLeastPassword = 8, kMostPassword = 1024;
constexpr const char* kWorkshopUser = "admin";
constexpr const char* kWorkshopPassword = "admin";
// One at a time computes, these may wait: more would take the storage pool from everybody.
constexpr int kMostWaiting = 8;

std::string make_verifier(std::string_view password) {
  char verifier[crypto_pwhash_STRBYTES];
  const int failed = crypto_pwhash_str_alg(verifier, password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                           crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13);
  if (failed != 0) throw std::bad_alloc();
  return verifier;
}

/// Argon2id takes 64 MB: one at a time.
class Turn {
 public:
  Turn() {
    if (waiting().fetch_add(1) >= kMostWaiting) {
      waiting().fetch_sub(1);
      throw Error(conditions::kTooManyLogIns, {{"seconds", "1"}});
    }
    mutex().lock();
  }
  ~Turn() {
    mutex().unlock();
    waiting().fetch_sub(1);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  static std::atomic<int>& waiting() {
    static std::atomic<int> count{0};
    return count;
  }
  static std::mutex& mutex() {
    static std::mutex one;
    return one;
  }
};

}  // namespace

void Access::set_password(const std::string& user, std::string_view password, const store::Origin& by) {
  const std::size_t least = profile_ == Profile::Workshop ? 1 : kLeastPassword;
  if (password.size() < least || password.size() > kMostPassword) throw Error(conditions::kWeakPassword, {{"least", std::to_string(least)}});
  if (!find_user(user)) throw Error(conditions::kNoSuchUser, {{"user", user}});
  std::string verifier;
  {
    const Turn turn;
    verifier = make_verifier(password);
  }
  const std::lock_guard changing(changing_);
  if (!find_user(user)) throw Error(conditions::kNoSuchUser, {{"user", user}});
  store::Change change(by);
  change.put_row("passwords", {user, verifier, store_.clock().now().time_since_epoch().count()});
  note(change, by, "SetPassword", user);
  store_.apply(std::move(change));
  const std::lock_guard lock(mutex_);
  passwords_[user] = verifier;
}

bool Access::has_password(std::string_view user) const {
  const std::lock_guard lock(mutex_);
  return passwords_.contains(user);
}

void Access::expect_no_wait(const std::string& user, std::string_view peer) const {
  const std::lock_guard lock(mutex_);
  const auto wait = log_ins_.wait_time(user, peer, store_.clock().steady());
  if (wait.count() <= 0) return;
  // Counted, since whoever guesses may go on as fast as the network is.
  audit_->count({user, "password", "hub", "LogIn", std::string(peer), AuditOutcome::Refused, std::string(conditions::kTooManyLogIns.name)});
  throw Error(conditions::kTooManyLogIns, {{"seconds", std::to_string(wait.count())}});
}

void Access::count_attempt(const std::string& user, std::string_view peer, bool is_right) {
  const std::lock_guard lock(mutex_);
  if (is_right) {
    log_ins_.record_success(user, peer);
  } else {
    log_ins_.record_failure(user, peer, store_.clock().steady());
  }
}

std::optional<Identity> Access::check_password(const std::string& user, std::string_view password) {
  std::string verifier;
  bool is_admin = false;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = passwords_.find(user); found != passwords_.end()) verifier = found->second;
    if (const auto found = users_.find(user); found != users_.end()) is_admin = found->second.is_admin;
  }
  if (verifier.empty() && profile_ == Profile::Workshop && user == kWorkshopUser) {
    if (!equal_in_constant_time(password, kWorkshopPassword)) return std::nullopt;
    return Identity{user, is_admin, "password:workshop"};
  }
  const Turn turn;
  // A name that nobody has takes as long as one with a password: what is compared with can never be matched.
  static const std::string kNobody = make_verifier(random_hex(32));
  const bool has_verifier = !verifier.empty();
  const std::string& expected = has_verifier ? verifier : kNobody;
  const bool is_right = password.size() <= kMostPassword && crypto_pwhash_str_verify(expected.c_str(), password.data(), password.size()) == 0 && has_verifier;
  if (!is_right) return std::nullopt;
  return Identity{user, is_admin, "password"};
}

Identity Access::log_in(const std::string& user, std::string_view password, std::string_view peer) { return log_in_by({PasswordWay{}}, user, std::string(password), peer); }

Identity Access::log_in_by(const std::vector<PasswordWay>& ways, const std::string& user, const std::string& password, std::string_view peer) {
  const auto is_own = [](const PasswordWay& way) { return !way.prove; };
  const bool is_all_own = std::ranges::all_of(ways, is_own);
  // Other systems do not tell small letters from large ones: a name has one count of guesses, however it is written.
  const std::string counted = is_all_own ? user : lower_case(user);
  expect_no_wait(counted, peer);
  std::exception_ptr not_asked;
  bool is_tested = false;
  for (const PasswordWay& way : ways) {
    if (is_own(way)) {
      is_tested = true;
      const auto identity = check_password(user, password);
      if (!identity) continue;
      count_attempt(counted, peer, true);
      record_audit(*identity, "hub", "LogIn", peer, AuditOutcome::Allowed);
      return *identity;
    }
    // A directory takes a name without a password for nobody in particular, and says yes (RFC 4513 5.1.2).
    if (password.empty() || password.size() > kMostPassword || !is_user_name(user)) continue;
    std::optional<ProvenPerson> person;
    try {
      person = way.prove(user, password);
    } catch (const Error& error) {
      record_audit({user, false, way.rules.way}, "hub", "LogIn", peer, AuditOutcome::Refused, error.condition().name);
      not_asked = std::current_exception();
      continue;
    }
    is_tested = true;
    if (!person) continue;
    count_attempt(counted, peer, true);
    return enter(*person, way.rules, peer);
  }
  // Where nobody could look at the pair it was no guess.
  if (is_tested || !not_asked) count_attempt(counted, peer, false);
  if (not_asked) std::rethrow_exception(not_asked);
  record_audit({user, false, "password"}, "hub", "LogIn", peer, AuditOutcome::Refused, conditions::kWrongPassword.name);
  throw Error(conditions::kWrongPassword);
}

}  // namespace lab::access
