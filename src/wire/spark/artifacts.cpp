#include "base/checksum.h"
#include "wire/spark/conditions.h"
#include "wire/spark/rpcs.h"

namespace lab::wire::spark {
namespace {

/// Of one artifact; a local relation above it would not fit a session's memory anyway.
constexpr std::size_t kMaxArtifact = std::size_t{2} << 30;

bool is_intact(const proto::AddArtifactsRequest_ArtifactChunk& chunk) {
  const std::string raw = checksum(ChecksumKind::Crc32, chunk.data());
  std::int64_t crc = 0;
  for (const char byte : raw) crc = crc << 8 | static_cast<unsigned char>(byte);
  return crc == chunk.crc();
}

/// Names are keys and never files of this machine; what would leave its folder in a real Spark is refused all the same.
void check_artifact_name(const std::string& name) {
  bool is_inside = !name.empty() && !name.starts_with('/') && name.find('\\') == std::string::npos && name.find('\0') == std::string::npos;
  std::size_t start = 0;
  while (is_inside && start <= name.size()) {
    const std::size_t end = std::min(name.find('/', start), name.size());
    const std::string part = name.substr(start, end - start);
    is_inside = !part.empty() && part != "." && part != "..";
    start = end + 1;
  }
  constexpr std::size_t kMaxName = 1024;
  if (!is_inside || name.size() > kMaxName) throw Error(conditions::kInvalidArtifactPath, {{"name", name.substr(0, kMaxName)}});
}

}  // namespace

void ArtifactReceiver::keep(const std::string& name, std::string bytes, bool intact) {
  auto* summary = response_.add_artifacts();
  summary->set_name(name);
  summary->set_is_crc_successful(intact);
  if (!intact) return;
  // Only cached data may come again under its name: that is its hash. Files and Python archives are kept for whoever asks.
  const auto known = name.starts_with("cache/") ? nullptr : client_.session->find_artifact(name);
  if (known && *known != bytes) throw Error(conditions::kArtifactExists, {{"normalizedRemoteRelativePath", name}});
  client_.session->put_artifact(name, std::make_shared<const std::string>(std::move(bytes)));
}

void ArtifactReceiver::take(const proto::AddArtifactsRequest& request) {
  if (session_id_.empty()) {
    session_id_ = request.session_id();
    const std::optional<std::string> seen =
        request.has_client_observed_server_side_session_id() ? std::optional(request.client_observed_server_side_session_id()) : std::nullopt;
    client_ = hub_.open(identity_, session_id_, request.client_type(), seen);
  }
  switch (request.payload_case()) {
    case proto::AddArtifactsRequest::kBatch:
      for (const auto& artifact : request.batch().artifacts()) check_artifact_name(artifact.name());
      for (const auto& artifact : request.batch().artifacts()) keep(artifact.name(), artifact.data().data(), is_intact(artifact.data()));
      return;
    case proto::AddArtifactsRequest::kBeginChunk: {
      const auto& begin = request.begin_chunk();
      if (begin.total_bytes() < 0 || static_cast<std::size_t>(begin.total_bytes()) > kMaxArtifact) throw Error(conditions::kInvalidPlanInput, {{"message", "the artifact is too large"}});
      check_artifact_name(begin.name());
      if (chunks_left_ > 0 || begin.num_chunks() < 1) throw Error(conditions::kInvalidPlanInput, {{"message", "an artifact begins inside another, or has no chunks"}});
      chunked_name_ = begin.name();
      chunks_left_ = begin.num_chunks() - 1;
      chunked_bytes_ = begin.initial_chunk().data();
      chunked_intact_ = is_intact(begin.initial_chunk());
      break;
    }
    case proto::AddArtifactsRequest::kChunk:
      if (chunks_left_ <= 0) throw Error(conditions::kInvalidPlanInput, {{"message", "an artifact chunk without a beginning"}});
      --chunks_left_;
      chunked_intact_ = chunked_intact_ && is_intact(request.chunk());
      if (chunked_bytes_.size() + request.chunk().data().size() > kMaxArtifact) throw Error(conditions::kInvalidPlanInput, {{"message", "the artifact is too large"}});
      chunked_bytes_ += request.chunk().data();
      break;
    default: throw Error(conditions::kInvalidPlanInput, {{"message", "artifact message without a payload"}});
  }
  if (chunks_left_ == 0) keep(chunked_name_, std::exchange(chunked_bytes_, {}), chunked_intact_);
}

void ArtifactReceiver::finish(proto::AddArtifactsResponse& response) {
  if (chunks_left_ > 0) throw Error(conditions::kInvalidPlanInput, {{"message", "an artifact ended early"}});
  response = std::move(response_);
  response.set_session_id(session_id_);
  response.set_server_side_session_id(client_.server_session_id);
}

void artifact_status(Hub& hub, const access::Identity& identity, const proto::ArtifactStatusesRequest& request, proto::ArtifactStatusesResponse& response) {
  const std::optional<std::string> seen =
      request.has_client_observed_server_side_session_id() ? std::optional(request.client_observed_server_side_session_id()) : std::nullopt;
  const Hub::Client client = hub.open(identity, request.session_id(), request.client_type(), seen);
  response.set_session_id(request.session_id());
  response.set_server_side_session_id(client.server_session_id);
  for (const std::string& name : request.names()) (*response.mutable_statuses())[name].set_exists(client.session->find_artifact(name) != nullptr);
}

}  // namespace lab::wire::spark
