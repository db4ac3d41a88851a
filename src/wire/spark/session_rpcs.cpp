#include "base/ids.h"
#include "wire/spark/conditions.h"
#include "wire/spark/errors.h"
#include "wire/spark/rpcs.h"

/// RPCs about operations and sessions themselves.
namespace lab::wire::spark {
void interrupt(Hub& hub, const access::Identity& identity, const proto::InterruptRequest& request, proto::InterruptResponse& response) {
  const Hub::Client client = hub.open(identity, request.session_id(), request.client_type(), observed(request));
  response.set_session_id(request.session_id());
  response.set_server_side_session_id(client.server_session_id);
  for (const auto& operation : hub.operations_of(client.key())) {
    if (operation->is_ended()) continue;
    const auto& header = operation->header();
    bool wanted = false;
    switch (request.interrupt_type()) {
      case proto::InterruptRequest::INTERRUPT_TYPE_ALL: wanted = true; break;
      case proto::InterruptRequest::INTERRUPT_TYPE_TAG: wanted = header.tags.contains(request.operation_tag()); break;
      case proto::InterruptRequest::INTERRUPT_TYPE_OPERATION_ID: wanted = header.operation_id == request.operation_id(); break;
      default: throw Error(conditions::kInvalidPlanInput, {{"message", "interrupt type is not set"}});
    }
    if (!wanted) continue;
    operation->stop().request_stop();
    response.add_interrupted_ids(header.operation_id);
  }
}

void release_execute(Hub& hub, const access::Identity& identity, const proto::ReleaseExecuteRequest& request, proto::ReleaseExecuteResponse& response) {
  const Hub::Client client = hub.find_open(identity, request.session_id(), request.client_type(), observed(request));
  response.set_session_id(request.session_id());
  response.set_server_side_session_id(client.server_session_id);
  const auto operation = hub.find(client.key(), request.operation_id());
  if (!operation) return;  // released already: not an error
  response.set_operation_id(request.operation_id());
  if (request.has_release_until()) {
    operation->release_until(request.release_until().response_id());
  } else {
    hub.forget(operation);
  }
}

void release_session(Hub& hub, const access::Identity& identity, const proto::ReleaseSessionRequest& request, proto::ReleaseSessionResponse& response) {
  if (!is_uuid(request.session_id())) throw Error(conditions::kInvalidHandleFormat, {{"handle", request.session_id()}});
  hub.release_session(identity, request.session_id(), request.allow_reconnect());
  response.set_session_id(request.session_id());
}

void fetch_error_details(Hub& hub, const access::Identity& identity, const proto::FetchErrorDetailsRequest& request, proto::FetchErrorDetailsResponse& response) {
  const Hub::Client client = hub.find_open(identity, request.session_id(), request.client_type(), observed(request));
  response.set_session_id(request.session_id());
  response.set_server_side_session_id(client.server_session_id);
  if (const auto error = hub.find_error(client.key(), request.error_id())) describe(*error, response);
}

void clone_session(Hub& hub, const access::Identity& identity, const proto::CloneSessionRequest& request, proto::CloneSessionResponse& response) {
  const Hub::Client from = hub.open(identity, request.session_id(), request.client_type(), observed(request));
  const std::string new_id = request.has_new_session_id() ? request.new_session_id() : random_uuid();
  if (!is_uuid(new_id)) throw Error(conditions::kCloneTargetFormat, {{"targetSessionId", new_id}});
  if (hub.is_open({identity.user, new_id})) throw Error(conditions::kCloneTargetExists, {{"targetSessionId", new_id}});
  Hub::Client to;
  try {
    to = hub.open(identity, new_id, request.client_type(), {});
  } catch (const Error& error) {
    if (error.condition().name != conditions::kSessionClosed.name) throw;
    throw Error(conditions::kCloneTargetClosed, {{"targetSessionId", new_id}});
  }
  from.session->copy_to(*to.session);
  response.set_session_id(request.session_id());
  response.set_server_side_session_id(from.server_session_id);
  response.set_new_session_id(new_id);
  response.set_new_server_side_session_id(to.server_session_id);
}

void get_status(Hub& hub, const access::Identity& identity, const proto::GetStatusRequest& request, proto::GetStatusResponse& response) {
  const Hub::Client client = hub.open(identity, request.session_id(), request.client_type(), observed(request));
  response.set_session_id(request.session_id());
  response.set_server_side_session_id(client.server_session_id);
  using Status = proto::GetStatusResponse_OperationStatus;
  const auto add = [&](const std::string& id, Status::OperationState state) {
    auto* status = response.add_operation_statuses();
    status->set_operation_id(id);
    status->set_state(state);
  };
  const auto state_of = [](const Operation& operation) {
    return operation.is_ended() ? Status::OPERATION_STATE_SUCCEEDED : Status::OPERATION_STATE_RUNNING;
  };
  if (request.has_operation_status() && request.operation_status().operation_ids_size() > 0) {
    for (const std::string& id : request.operation_status().operation_ids()) {
      const auto operation = hub.find(client.key(), id);
      add(id, operation ? state_of(*operation) : Status::OPERATION_STATE_UNKNOWN);
    }
    return;
  }
  for (const auto& operation : hub.operations_of(client.key())) add(operation->header().operation_id, state_of(*operation));
}

}  // namespace lab::wire::spark
