#include "wire/spark/hub.h"

#include "base/ids.h"
#include "wire/spark/conditions.h"
#include "wire/spark/errors.h"

namespace lab::wire::spark {
namespace {

/// `_SPARK_CONNECT_PYTHON spark/3.5.5 os/linux python/3.11.2`: the line of versions that the client belongs to. Unknown clients get
/// the newest.
session::ClientVersion version_of(const std::string& client_type) {
  const std::size_t at = client_type.find("spark/");
  if (at != std::string::npos && client_type.compare(at + 6, 2, "3.") == 0) return session::ClientVersion::Spark3;
  // 3.4 and 3.5.0 clients name no version.
  if (at == std::string::npos && client_type.starts_with("_SPARK_CONNECT_PYTHON")) return session::ClientVersion::Spark3;
  return session::ClientVersion::Spark4;
}

/// In the protocol of 3.5 there is no progress: its clients have to say that they know it nonetheless.
constexpr const char* kHearsProgress = "dflab-progress/1";

}  // namespace

access::Identity Hub::authenticate(const grpc::CallbackServerContext& context) const {
  std::string token;
  const auto& metadata = context.client_metadata();
  if (const auto found = metadata.find("authorization"); found != metadata.end()) {
    token.assign(found->second.data(), found->second.size());
    constexpr std::string_view kBearer = "Bearer ";
    if (token.starts_with(kBearer)) token.erase(0, kBearer.size());
  }
  const auto identity = access_.authenticate_bearer(token);
  if (!identity) {
    // Without its port, which is another one for each connection.
    const std::string peer = context.peer();
    access_.count_refused_token(token, "spark", std::string_view(peer).substr(0, peer.rfind(':')));
    throw Error(conditions::kUnauthenticated, {});
  }
  return *identity;
}

Hub::Client Hub::open(const access::Identity& identity, const std::string& session_id, const std::string& client_type, const std::optional<std::string>& observed) {
  if (!is_uuid(session_id)) throw Error(conditions::kInvalidHandleFormat, {{"handle", session_id}});
  Client client;
  client.identity = identity;
  client.session = sessions_.open(identity.user, session_id, version_of(client_type));
  client.hears_progress = client.session->version() == session::ClientVersion::Spark4 || client_type.find(kHearsProgress) != std::string::npos;
  const std::lock_guard lock(mutex_);
  auto& server_id = server_ids_[client.key()];
  if (server_id.empty()) {
    server_id = random_uuid();
    access_.audit().count({identity.user, identity.credential, "spark", "OpenSession", session_id, access::AuditOutcome::Allowed});
  }
  client.server_session_id = server_id;
  if (observed && !observed->empty() && *observed != server_id) throw Error(conditions::kSessionChanged, {{"handle", session_id}});
  return client;
}

Hub::Client Hub::find_open(const access::Identity& identity, const std::string& session_id, const std::string& client_type, const std::optional<std::string>& observed) {
  if (!is_uuid(session_id)) throw Error(conditions::kInvalidHandleFormat, {{"handle", session_id}});
  // A session that was closed says so, when it is opened.
  if (!is_open({identity.user, session_id}) && !sessions_.was_closed(identity.user, session_id)) throw Error(conditions::kSessionNotFound, {{"handle", session_id}});
  return open(identity, session_id, client_type, observed);
}

bool Hub::is_open(const SessionKey& key) const {
  for (const auto& session : sessions_.sessions())
    if (session->id() == key.id && session->user() == key.user) return true;
  return false;
}

void Hub::release_session(const access::Identity& identity, const std::string& session_id, bool may_return) {
  for (const auto& operation : operations_of({identity.user, session_id})) forget(operation);
  sessions_.release(identity.user, session_id, may_return);
  const std::lock_guard lock(mutex_);
  server_ids_.erase({identity.user, session_id});
}

std::shared_ptr<Operation> Hub::start(Operation::Header header) {
  constexpr std::size_t kManyHeldBytes = 32 << 20;
  const Hub::SessionKey session = header.session();
  const Key key{session, header.operation_id};
  const std::lock_guard lock(mutex_);
  if (operations_.contains(key)) throw Error(conditions::kOperationAlreadyExists, {{"handle", header.operation_id}});
  std::erase_if(held_, [](const auto& entry) { return entry.second.expired(); });
  auto& known = held_[session];
  auto held = known.lock();
  if (!held) known = held = std::make_shared<HeldAnswers>();
  // A client that never releases what it has read does not make the process grow.
  if (held->num_bytes > kManyHeldBytes)
    for (auto other = operations_.lower_bound({session, ""}); other != operations_.end() && other->first.first == session; ++other)
      other->second->forget_when_done();
  auto operation = std::make_shared<Operation>(std::move(header), std::move(held));
  operations_.emplace(key, operation);
  return operation;
}

std::shared_ptr<Operation> Hub::find(const SessionKey& session, const std::string& operation_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = operations_.find({session, operation_id});
  return found == operations_.end() ? nullptr : found->second;
}

std::shared_ptr<Operation> Hub::get(const SessionKey& session, const std::string& operation_id) const {
  auto operation = find(session, operation_id);
  if (!operation) throw Error(conditions::kOperationNotFound, {{"handle", operation_id}});
  return operation;
}

void Hub::forget(const std::shared_ptr<Operation>& operation) {
  {
    const std::lock_guard lock(mutex_);
    operations_.erase({operation->header().session(), operation->header().operation_id});
  }
  operation->release();
}

std::vector<std::shared_ptr<Operation>> Hub::operations_of(const SessionKey& session) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Operation>> result;
  for (const auto& [key, operation] : operations_)
    if (key.first == session) result.push_back(operation);
  return result;
}

std::vector<std::shared_ptr<Operation>> Hub::all_operations() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Operation>> result;
  for (const auto& [key, operation] : operations_) result.push_back(operation);
  return result;
}

void Hub::drop_abandoned(std::chrono::seconds after) {
  const auto now = std::chrono::steady_clock::now();
  for (const auto& operation : all_operations()) {
    const auto since = operation->abandoned_since();
    if (since && now - *since > after) forget(operation);
  }
}

grpc::Status Hub::fail(const SessionKey& session, const Error& error) {
  constexpr std::size_t kMaxErrors = 200;
  const std::string error_id = random_uuid();
  if (error.kind() == Kind::PermissionDenied) {
    // What was refused is the one parameter of such conditions.
    const std::string object = error.parameters().empty() ? "" : error.parameters().begin()->second;
    access_.audit().count({session.user, "", "spark", "Statement", object, access::AuditOutcome::Refused, std::string(error.condition().name)});
  }
  {
    const std::lock_guard lock(mutex_);
    errors_.emplace_back(Key{session, error_id}, error);
    if (errors_.size() > kMaxErrors) errors_.pop_front();
  }
  return to_status(error, error_id);
}

std::optional<Error> Hub::find_error(const SessionKey& session, const std::string& error_id) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [key, error] : errors_)
    if (key.first == session && key.second == error_id) return error;
  return std::nullopt;
}

}  // namespace lab::wire::spark
