#pragma once

#include "wire/spark/hub.h"
#include "wire/spark/reader/plan_reader.h"

/// One function an RPC. The unary ones run on the statements pool and may block; each answers by its status.
namespace lab::wire::spark {

/// Reads messages as the session does.
inline PlanReader reader_of(const std::shared_ptr<session::Session>& session) {
  return {[session](const std::string& name) { return session->find_artifact(name); }, [session](const std::string& id) { return session->find_kept(id); },
          session->parser_options()};
}

/// The server session that the client believes to talk to, when it says so.
template <typename Request>
std::optional<std::string> observed(const Request& request) {
  if (!request.has_client_observed_server_side_session_id()) return std::nullopt;
  return request.client_observed_server_side_session_id();
}

void analyze_plan(Hub& hub, const access::Identity& identity, const proto::AnalyzePlanRequest& request, proto::AnalyzePlanResponse& response);
void config(Hub& hub, const access::Identity& identity, const proto::ConfigRequest& request, proto::ConfigResponse& response);
void artifact_status(Hub& hub, const access::Identity& identity, const proto::ArtifactStatusesRequest& request, proto::ArtifactStatusesResponse& response);
void interrupt(Hub& hub, const access::Identity& identity, const proto::InterruptRequest& request, proto::InterruptResponse& response);
void release_execute(Hub& hub, const access::Identity& identity, const proto::ReleaseExecuteRequest& request, proto::ReleaseExecuteResponse& response);
void release_session(Hub& hub, const access::Identity& identity, const proto::ReleaseSessionRequest& request, proto::ReleaseSessionResponse& response);
void fetch_error_details(Hub& hub, const access::Identity& identity, const proto::FetchErrorDetailsRequest& request, proto::FetchErrorDetailsResponse& response);
void clone_session(Hub& hub, const access::Identity& identity, const proto::CloneSessionRequest& request, proto::CloneSessionResponse& response);
void get_status(Hub& hub, const access::Identity& identity, const proto::GetStatusRequest& request, proto::GetStatusResponse& response);

/// Starts an ExecutePlan: its operation runs on the statements pool. Throws what is wrong with the request itself.
std::shared_ptr<Operation> start_execute(Hub& hub, const access::Identity& identity, const proto::ExecutePlanRequest& request);
/// The operation that a ReattachExecute means.
std::shared_ptr<Operation> find_reattached(Hub& hub, const access::Identity& identity, const proto::ReattachExecuteRequest& request);

/// Takes the messages of one AddArtifacts call; finish() gives the answer.
class ArtifactReceiver {
 public:
  ArtifactReceiver(Hub& hub, access::Identity identity) : hub_(hub), identity_(std::move(identity)) {}
  void take(const proto::AddArtifactsRequest& request);
  void finish(proto::AddArtifactsResponse& response);
  Hub::SessionKey session() const { return {identity_.user, session_id_}; }

 private:
  void keep(const std::string& name, std::string bytes, bool is_intact);

  Hub& hub_;
  access::Identity identity_;
  std::string session_id_;
  Hub::Client client_;
  std::string chunked_name_, chunked_bytes_;
  std::int64_t chunks_left_ = 0;
  bool chunked_intact_ = true;
  proto::AddArtifactsResponse response_;
};

}  // namespace lab::wire::spark
