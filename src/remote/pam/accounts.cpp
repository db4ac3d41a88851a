#include "remote/pam/accounts.h"

#include <grp.h>
#include <pwd.h>
#include <security/pam_appl.h>

#include <cstdlib>
#include <cstring>
#include <mutex>

#include "base/error.h"
#include "remote/pam/conditions.h"

namespace lab::pam {
namespace {

std::mutex& asking() {
  static std::mutex one;
  return one;
}

/// What PAM asks is answered with the password where it must not be seen, otherwise with nothing. PAM frees the answers.
int answer_questions(int count, const pam_message** messages, pam_response** responses, void* password) {
  if (count <= 0 || count > PAM_MAX_NUM_MSG) return PAM_CONV_ERR;
  auto* answers = static_cast<pam_response*>(std::calloc(static_cast<std::size_t>(count), sizeof(pam_response)));
  if (answers == nullptr) return PAM_BUF_ERR;
  for (int i = 0; i < count; ++i)
    if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF) answers[i].resp = ::strdup(static_cast<const std::string*>(password)->c_str());
  *responses = answers;
  return PAM_SUCCESS;
}

/// Guesses are slowed down by the lab itself: a thread that sleeps here would be taken from everybody.
void do_not_wait(int, unsigned, void*) {}

Error accounts_refused(const std::string& user, std::string reason, std::string fix) {
  return Error(conditions::kAccountsRefused, {{"user", user}, {"reason", std::move(reason)}, {"fix", std::move(fix)}});
}

/// One question, from its start to its end.
class Question {
 public:
  Question(const std::string& service, const std::string& user, const std::string& password) : user_(user), password_(password), conversation_{&answer_questions, &password_} {
    if (const int code = pam_start(service.c_str(), user.c_str(), &conversation_, &handle_); code != PAM_SUCCESS)
      throw accounts_refused(user, pam_strerror(nullptr, code), "hub.pam.service names a file of /etc/pam.d.");
    pam_set_item(handle_, PAM_FAIL_DELAY, reinterpret_cast<const void*>(&do_not_wait));
  }
  ~Question() { pam_end(handle_, last_); }
  Question(const Question&) = delete;
  Question& operator=(const Question&) = delete;

  bool is_right() {
    last_ = pam_authenticate(handle_, PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK);
    if (last_ == PAM_AUTH_ERR || last_ == PAM_USER_UNKNOWN || last_ == PAM_MAXTRIES || last_ == PAM_PERM_DENIED) return false;
    if (last_ != PAM_SUCCESS) throw accounts_refused(user_, pam_strerror(handle_, last_), "The machine's own log says more; hub.pam.service names a file of /etc/pam.d.");
    last_ = pam_acct_mgmt(handle_, PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK);
    if (last_ != PAM_SUCCESS) throw accounts_refused(user_, pam_strerror(handle_, last_), "Whoever runs this machine can mend the account.");
    return true;
  }

 private:
  const std::string user_;
  std::string password_;
  const pam_conv conversation_;
  pam_handle_t* handle_ = nullptr;
  int last_ = PAM_SUCCESS;
};

}  // namespace

bool Accounts::is_right(const std::string& user, const std::string& password) const {
  const bool is_text = !user.empty() && !password.empty() && user.find('\0') == std::string::npos && password.find('\0') == std::string::npos;
  if (!is_text) return false;
  const std::lock_guard lock(asking());
  return Question(service_, user, password).is_right();
}

std::vector<std::string> Accounts::groups_of(const std::string& user) const {
  const std::lock_guard lock(asking());
  passwd account{};
  passwd* found = nullptr;
  std::vector<char> space(16 << 10);
  if (::getpwnam_r(user.c_str(), &account, space.data(), space.size(), &found) != 0 || found == nullptr) return {};
  int count = 64;
  std::vector<gid_t> ids(static_cast<std::size_t>(count));
  while (::getgrouplist(user.c_str(), account.pw_gid, ids.data(), &count) < 0 && count > static_cast<int>(ids.size())) ids.resize(static_cast<std::size_t>(count));
  ids.resize(static_cast<std::size_t>(count));
  std::vector<std::string> names;
  for (const gid_t id : ids) {
    group entry{};
    group* known = nullptr;
    std::vector<char> room(64 << 10);
    if (::getgrgid_r(id, &entry, room.data(), room.size(), &known) == 0 && known != nullptr) names.emplace_back(entry.gr_name);
  }
  return names;
}

}  // namespace lab::pam
