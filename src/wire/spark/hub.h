#pragma once

#include <grpcpp/grpcpp.h>
#include <spark/connect/base.pb.h>

#include <deque>
#include <map>
#include <mutex>

#include "access/access.h"
#include "base/fair_queue.h"
#include "base/out_of_memory.h"
#include "base/pool.h"
#include "session/session.h"
#include "wire/spark/operation.h"

namespace lab::wire::spark {

namespace proto = ::spark::connect;

/// What the RPCs share: sessions, running operations, remembered errors. Thread-safe.
class Hub {
 public:
  Hub(session::SessionManager& sessions, const access::Access& access, ThreadPool& statements, FairQueue& admission)
      : sessions_(sessions), access_(access), statements_(statements), admission_(admission) {}

  /// The user of a call by its `authorization` metadata. Throws UNAUTHENTICATED.
  access::Identity authenticate(const grpc::CallbackServerContext& context) const;

  using SessionKey = Operation::SessionKey;

  struct Client {
    std::shared_ptr<session::Session> session;
    std::string server_session_id;
    access::Identity identity;
    bool hears_progress = false;  ///< clients of 4.x, and those of 3.5 that say so of themselves (python/dflab)
    SessionKey key() const { return {identity.user, session->id()}; }
  };
  /// Opens the session that a request names. `observed` is the server-side id that the client saw before, if any: another one means
  /// that the lab restarted (INVALID_HANDLE.SESSION_CHANGED).
  Client open(const access::Identity& identity, const std::string& session_id, const std::string& client_type, const std::optional<std::string>& observed);
  /// The same for calls about what a session did: throws INVALID_HANDLE.SESSION_NOT_FOUND when this user has no such session.
  Client find_open(const access::Identity& identity, const std::string& session_id, const std::string& client_type, const std::optional<std::string>& observed);
  bool is_open(const SessionKey& key) const;
  /// `may_return`: the client may open a session of the same id again; else that is refused from now on.
  void release_session(const access::Identity& identity, const std::string& session_id, bool may_return);

  std::shared_ptr<Operation> start(Operation::Header header);
  /// Operations of one user's session; those of another user are not there.
  std::shared_ptr<Operation> find(const SessionKey& session, const std::string& operation_id) const;
  /// Throws OPERATION_NOT_FOUND.
  std::shared_ptr<Operation> get(const SessionKey& session, const std::string& operation_id) const;
  void forget(const std::shared_ptr<Operation>& operation);
  std::vector<std::shared_ptr<Operation>> operations_of(const SessionKey& session) const;
  std::vector<std::shared_ptr<Operation>> all_operations() const;
  /// Drops operations that nobody reads any more.
  void drop_abandoned(std::chrono::seconds after);

  /// Remembers an error for FetchErrorDetails and makes its status.
  grpc::Status fail(const SessionKey& session, const Error& error);
  std::optional<Error> find_error(const SessionKey& session, const std::string& error_id) const;

  session::SessionManager& sessions() { return sessions_; }
  /// Where short calls run.
  ThreadPool& statements() { return statements_; }
  /// Runs a turn of a statement of `user` when it is admitted.
  void admit(const std::string& user, ThreadPool::Job turn) { admission_.post(user, std::move(turn)); }

 private:
  using Key = std::pair<SessionKey, std::string>;
  session::SessionManager& sessions_;
  const access::Access& access_;
  ThreadPool& statements_;
  FairQueue& admission_;
  mutable std::mutex mutex_;
  std::map<SessionKey, std::string> server_ids_;
  std::map<Key, std::shared_ptr<Operation>> operations_;
  std::map<SessionKey, std::weak_ptr<HeldAnswers>> held_;
  std::deque<std::pair<Key, Error>> errors_;
};

/// Runs `body` and turns what it throws into a status that the client understands. `session`, whose user `body` may fill in, is who may
/// ask for the details.
template <typename Body>
grpc::Status guard_rpc(Hub& hub, const Hub::SessionKey& session, Body&& body) {
  try {
    body();
    return grpc::Status::OK;
  } catch (const Error& error) {
    return hub.fail(session, error);
  } catch (const std::bad_alloc&) {
    return hub.fail(session, Error(conditions::kOutOfMemory, {{"message", "The process has no more memory."}}));
  } catch (const std::exception& failure) {
    return hub.fail(session, Error(conditions::kInternalError, {{"message", failure.what()}}));
  }
}

}  // namespace lab::wire::spark
