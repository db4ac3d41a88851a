#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "access/audit.h"
#include "access/entry.h"
#include "access/grants.h"
#include "access/log_in_guard.h"
#include "base/clock.h"
#include "store/store.h"

namespace lab::access {

enum class Profile {
  Secure,    ///< every protocol wants a key or token that the lab made
  Workshop,  ///< loopback only: the well-known keys of old notebooks are aliases of the user admin
};

/// Who a request comes from, on whatever protocol.
struct Identity {
  std::string user;
  bool is_admin = false;
  std::string credential;  ///< which key or alias proved it; never the secret
};

struct S3Secret {
  std::string access_key;
  std::string secret_key;
  Identity identity;
};

struct UserInfo {
  std::string name;
  bool is_admin = false;
  Timestamp created;
};

/// An S3 key of a user, without its secret.
struct S3Key {
  std::string access_key;
  std::string user;
  bool is_active = true;             ///< an inactive one opens nothing
  std::optional<Timestamp> created;  ///< absent for keys of labs that did not keep it
};

/// A policy of a user's own in IAM's language, kept as it was written.
struct UserPolicy {
  std::string name;
  std::string document;
};

struct GroupInfo {
  std::string name;
  std::vector<std::string> members;  ///< by name
};

/// What a token is for; one cannot be used for another's purpose.
enum class TokenPurpose {
  Api,      ///< made by people for their programs
  Session,  ///< a browser's log-in, in a cookie
  Server,   ///< of a user's notebook server, to talk to the hub
  OAuth,    ///< of a browser at a notebook server
  Link,     ///< one log-in without a password
};

/// A token without its text, of which only a hash is kept.
struct TokenInfo {
  std::string id;    ///< public: tells tokens apart, opens nothing
  std::string user;
  TokenPurpose purpose = TokenPurpose::Api;
  std::vector<std::string> scopes;  ///< in JupyterHub's language; `inherit`: whatever the user may
  std::string note;
  std::string client;   ///< OAuth: whom it was issued to
  std::string session;  ///< OAuth: id of the log-in that it ends with
  Timestamp created;
  std::optional<Timestamp> expires;
};

struct CreatedToken {
  std::string text;  ///< shown once
  TokenInfo info;
};

/// Adds to a change of Access what another module keeps of the same user or group, so that both happen or neither.
using Beside = std::function<void(store::Change&)>;

/// A secret that the first start made, to be shown once.
struct FirstSecret {
  std::string what;  ///< `user`, `S3 access key`, `S3 secret key`, `Spark token`
  std::string value;
};

/// The tables of this module, for StoreOptions::schemas.
store::SchemaSpec access_schema();

/// Users and their keys on every protocol. The secrets lie in `secrets.json` in the data folder (mode 0600), who they
/// belong to in the store. Every change that `by` somebody is made here has its line in the audit trail. Thread-safe.
class Access {
 public:
  /// Makes user `admin` with an S3 key pair and a Spark token at the first start; take_first_secrets() gives them then.
  /// `store` must outlive it.
  static std::unique_ptr<Access> open(store::Store& store, Profile profile, AuditLimits audit = {});

  Profile profile() const { return profile_; }
  /// What this start has made, once; empty at later starts.
  std::vector<FirstSecret> take_first_secrets();

  /// Throws USER_ALREADY_EXISTS, INVALID_USER_NAME (1 to 64 of letters, digits and `+=,.@_-`).
  UserInfo create_user(const std::string& name, bool is_admin, const store::Origin& by,
                       const std::function<void(store::Change&, const UserInfo&)>& beside = {});
  /// With its keys and policies; what it owns stays its. Throws NO_SUCH_USER, LAST_ADMIN.
  void delete_user(const std::string& name, const store::Origin& by, const Beside& beside = {});
  /// Throws NO_SUCH_USER, LAST_ADMIN.
  void set_admin(const std::string& name, bool is_admin, const store::Origin& by);
  /// Keys, policies, groups, tokens and password go with it; buckets and objects stay the old name's. Throws NO_SUCH_USER,
  /// USER_ALREADY_EXISTS, INVALID_USER_NAME.
  void rename_user(const std::string& name, const std::string& new_name, const store::Origin& by, const Beside& beside = {});
  std::optional<UserInfo> find_user(std::string_view name) const;
  /// By name.
  std::vector<UserInfo> list_users() const;

  /// Kept as an Argon2id verifier. Throws NO_SUCH_USER, and WEAK_PASSWORD below 8 bytes (1 in the workshop) or above 1024.
  void set_password(const std::string& user, std::string_view password, const store::Origin& by);
  bool has_password(std::string_view user) const;
  /// Who a name and a password are; audited. Takes about 0.1 s of CPU and 64 MB, one at a time. In the workshop `admin`
  /// has the password `admin` until it is given one. Throws WRONG_PASSWORD, and TOO_MANY_LOG_INS after failures.
  Identity log_in(const std::string& user, std::string_view password, std::string_view peer);
  /// The same by several ways, one after another until one knows the pair. What cannot be asked is passed over, and thrown when no
  /// other way knows the pair. Throws what log_in() and enter() throw.
  Identity log_in_by(const std::vector<PasswordWay>& ways, const std::string& user, const std::string& password, std::string_view peer);
  /// Lets somebody in whom another system has proved, as the user they were before or as a new one, with the groups and rights that
  /// the rules say; audited. Throws NOT_ALLOWED_IN, USER_NAME_TAKEN, INVALID_USER_NAME.
  Identity enter(const ProvenPerson& person, const EntryRules& rules, std::string_view peer);
  /// Of the limit on guesses, for proofs that others look at. Throws TOO_MANY_LOG_INS.
  void expect_no_wait(const std::string& user, std::string_view peer) const;
  /// Forgives or counts an attempt.
  void count_attempt(const std::string& user, std::string_view peer, bool is_right);
  /// Absent for users who were made here.
  std::optional<UserOrigin> origin_of(std::string_view user) const;

  /// By name. Four groups are there from the first start: jupyterhub, data-scientists, ml-engineers, analytics-engineers.
  std::vector<GroupInfo> list_groups() const;
  std::optional<GroupInfo> find_group(std::string_view name) const;
  std::vector<std::string> groups_of(std::string_view user) const;
  /// Throws GROUP_ALREADY_EXISTS, INVALID_USER_NAME.
  void create_group(const std::string& name, const store::Origin& by, const Beside& beside = {});
  /// Throws NO_SUCH_GROUP.
  void delete_group(const std::string& name, const store::Origin& by, const Beside& beside = {});
  /// With its members and policies. Throws NO_SUCH_GROUP, GROUP_ALREADY_EXISTS, INVALID_USER_NAME.
  void rename_group(const std::string& name, const std::string& new_name, const store::Origin& by, const Beside& beside = {});
  /// Being in it already is no error. Throws NO_SUCH_GROUP, NO_SUCH_USER.
  void add_to_group(const std::string& group, const std::string& user, const store::Origin& by);
  /// Not being in it is no error. Throws NO_SUCH_GROUP.
  void remove_from_group(const std::string& group, const std::string& user, const store::Origin& by);

  /// `info` without id and time of creation, which are made here. Throws NO_SUCH_USER.
  CreatedToken create_token(TokenInfo info, const store::Origin& by);
  /// Absent when unknown, expired, or for something else.
  std::optional<TokenInfo> find_token(std::string_view text, TokenPurpose purpose) const;
  /// In the order of their making, expired ones left out.
  std::vector<TokenInfo> list_tokens(std::string_view user) const;
  /// Deletes those of a user that `chosen` picks; answers how many.
  std::size_t delete_tokens(std::string_view user, const std::function<bool(const TokenInfo&)>& chosen, const store::Origin& by);
  /// Whom a one-time link logs in; the link is used up with it.
  std::optional<Identity> take_log_in_link(std::string_view text, const store::Origin& by);
  /// When the token was last of use, in this run of the lab.
  std::optional<Timestamp> last_use(std::string_view token_id) const;

  /// Makes a pair for a user, or takes the given one. Throws NO_SUCH_USER, KEY_ALREADY_EXISTS.
  S3Secret create_s3_key(const std::string& user, std::optional<std::pair<std::string, std::string>> pair, const store::Origin& by);
  /// Throws NO_SUCH_KEY_OF_USER.
  void delete_s3_key(const std::string& user, const std::string& access_key, const store::Origin& by);
  /// Throws NO_SUCH_KEY_OF_USER.
  void set_s3_key_active(const std::string& user, const std::string& access_key, bool is_active, const store::Origin& by);
  std::vector<S3Key> list_s3_keys(std::string_view user) const;

  /// The document is the caller's to check. Throws NO_SUCH_USER.
  void put_user_policy(const std::string& user, const UserPolicy& policy, const store::Origin& by);
  /// False when there is none of that name.
  bool delete_user_policy(const std::string& user, const std::string& name, const store::Origin& by);
  /// By name; none for an unknown user.
  std::vector<UserPolicy> policies_of(std::string_view user) const;
  /// As with users. Throws NO_SUCH_GROUP.
  void put_group_policy(const std::string& group, const UserPolicy& policy, const store::Origin& by);
  bool delete_group_policy(const std::string& group, const std::string& name, const store::Origin& by);
  std::vector<UserPolicy> policies_of_group(std::string_view group) const;
  /// All that decide over a user: its own and those of its groups.
  std::vector<UserPolicy> effective_policies(std::string_view user) const;

  /// The pair to check a signature with; absent for an unknown or inactive key. In the workshop profile `admin` has `admin123`.
  std::optional<S3Secret> find_s3_secret(std::string_view access_key) const;
  /// The pair that `dflab env` prints: the first of an administrator that is active.
  S3Secret default_s3_secret() const;

  /// Who a Spark bearer token belongs to; absent when nobody. Tokens with the scope `inherit` or `spark` are taken too. In
  /// the workshop profile no token (an empty text) is the user admin.
  std::optional<Identity> authenticate_bearer(std::string_view token) const;
  std::string default_bearer_token() const;

  /// Every decision of the lab, for all protocols to tell theirs.
  AuditTrail& audit() const { return *audit_; }
  /// Who may do what with databases and tables.
  Grants& grants() const { return *grants_; }
  /// audit().record() of what somebody did; durable when it returns.
  void record_audit(const Identity& identity, std::string_view protocol, std::string_view action, std::string_view object, AuditOutcome outcome, std::string_view cause = {});
  /// audit().count() of a token or session that opened nothing on `protocol`, and why, as far as the lab knows of it.
  void count_refused_token(std::string_view text, std::string_view protocol, std::string_view object) const;

 private:
  struct Credential {
    std::string kind;  ///< `s3` or `bearer`
    std::string id;    ///< S3 access key; for a token the hex of its SHA-256
    std::string secret;
    std::string user;
    bool is_active = true;
    std::optional<Timestamp> created = {};
  };

  Access(store::Store& store, Profile profile, AuditLimits audit);
  /// The line of a change, as a part of it.
  void note(store::Change& change, const store::Origin& by, std::string action, std::string object) const;
  /// Of the lab's own; absent for a wrong one.
  std::optional<Identity> check_password(const std::string& user, std::string_view password);
  /// The user that somebody is, made or claimed when need be. Under `entering_`.
  UserInfo user_of(const ProvenPerson& person, const std::string& name, const EntryRules& rules, bool is_admin);
  void set_groups_of(const std::string& user, const std::vector<std::string>& theirs, const EntryRules& rules, const store::Origin& by);
  void make_first_user();
  void make_first_groups();
  void load();
  /// Writes all secrets anew, `more` among them: before the row that makes them count. Under `changing_`.
  void write_secrets(const Credential* more);
  Identity identity_of(const Credential& credential) const;
  /// Under `changing_`. A holder is a user, or a group by its holder name.
  void put_policy(const std::string& holder, const UserPolicy& policy, const store::Origin& by);
  bool erase_policy(const std::string& holder, const std::string& name, const store::Origin& by);
  void load_people(const store::Rows& rows);
  /// Under `mutex_`.
  bool is_expired(const TokenInfo& token) const { return token.expires && *token.expires <= store_.clock().now(); }

  store::Store& store_;
  const Profile profile_;
  const std::unique_ptr<AuditTrail> audit_;
  const std::unique_ptr<Grants> grants_;
  std::mutex entering_;  ///< one person from elsewhere at a time; taken before `changing_`
  std::mutex changing_;  ///< one change of users and keys at a time, held over its writes
  mutable std::mutex mutex_;
  std::map<std::string, UserInfo, std::less<>> users_;
  std::map<std::string, std::map<std::string, std::string>, std::less<>> policies_;  ///< by holder, then name
  std::map<std::string, Credential, std::less<>> s3_;
  std::map<std::string, Credential, std::less<>> bearers_;
  std::map<std::string, std::string, std::less<>> passwords_;             ///< verifiers by user
  std::map<std::string, std::set<std::string>, std::less<>> groups_;      ///< members by group
  std::map<std::string, TokenInfo, std::less<>> tokens_;                  ///< by hash
  mutable std::map<std::string, Timestamp, std::less<>> last_uses_;       ///< by token id
  std::map<std::string, UserOrigin, std::less<>> origins_;                ///< by user
  LogInGuard log_ins_;
  std::string default_s3_;      ///< access key
  std::string default_bearer_;  ///< id
  std::vector<FirstSecret> first_;
};

}  // namespace lab::access
