#include "wire/spark/server.h"

#include <google/protobuf/io/coded_stream.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_buffer_reader.h>
#include <spark/connect/base.grpc.pb.h>

#include <condition_variable>
#include <thread>

#include "base/log.h"
#include "wire/spark/conditions.h"
#include "wire/spark/rpcs.h"

namespace lab::wire::spark {
namespace {

/// Requests are read by hand, because plans of long DataFrame chains nest deeper than protobuf's default limit.
constexpr int kMaxNesting = 10'000;

template <typename Message>
void parse(const grpc::ByteBuffer& bytes, Message& message) {
  grpc::ByteBuffer copy(bytes);
  grpc::ProtoBufferReader reader(&copy);
  google::protobuf::io::CodedInputStream input(&reader);
  input.SetRecursionLimit(kMaxNesting);
  input.SetTotalBytesLimit(INT_MAX);
  if (!message.ParseFromCodedStream(&input) || !input.ConsumedEntireMessage())
    throw Error(conditions::kInvalidPlanInput, {{"message", "the request is no valid protobuf message"}});
}

template <typename Message>
grpc::ByteBuffer serialize(const Message& message) {
  const std::size_t size = message.ByteSizeLong();
  grpc::Slice slice(size);
  message.SerializeWithCachedSizesToArray(const_cast<std::uint8_t*>(slice.begin()));
  return grpc::ByteBuffer(&slice, 1);
}

/// Sends an operation's responses as they come. Lives until gRPC is done with the call.
class StreamReactor final : public grpc::ServerWriteReactor<grpc::ByteBuffer>, public std::enable_shared_from_this<StreamReactor> {
 public:
  explicit StreamReactor(Hub& hub) : hub_(hub) {}

  void start(std::shared_ptr<Operation> operation, const std::string& last_response_id) {
    reading_ = operation->attach(last_response_id);
    {
      const std::lock_guard lock(mutex_);
      operation_ = std::move(operation);
    }
    advance();
  }

  void finish(const grpc::Status& status) {
    {
      const std::lock_guard lock(mutex_);
      if (finished_) return;
      finished_ = true;
    }
    Finish(status);
  }

  void OnWriteDone(bool ok) override {
    if (ok) {
      advance();
    } else {
      finish(grpc::Status(grpc::StatusCode::UNAVAILABLE, "the client went away"));
    }
  }

  void OnCancel() override {
    std::shared_ptr<Operation> operation;
    {
      const std::lock_guard lock(mutex_);
      operation = operation_;
    }
    // A client that cannot attach again will not come back.
    if (operation && !operation->header().is_reattachable) hub_.forget(operation);
    finish(grpc::Status::CANCELLED);
  }

  void OnDone() override {
    if (operation_) {
      operation_->detach(reading_);
      if (!operation_->header().is_reattachable) hub_.forget(operation_);
    }
    self_.reset();
  }

  /// gRPC calls back until OnDone: until then the reactor keeps itself.
  void keep_alive() { self_ = shared_from_this(); }

 private:
  void advance() {
    const std::weak_ptr<StreamReactor> weak = weak_from_this();
    Operation::Next next = operation_->next(reading_, [weak] {
      if (const auto reactor = weak.lock()) reactor->advance();
    });
    if (next.response) {
      const std::lock_guard lock(mutex_);
      if (finished_) return;
      current_ = *std::move(next.response);
      StartWrite(&current_);
    } else if (next.end) {
      finish(*next.end);
    }
  }

  Hub& hub_;
  std::mutex mutex_;
  std::shared_ptr<Operation> operation_;
  std::uint64_t reading_ = 0;
  grpc::ByteBuffer current_;
  bool finished_ = false;
  std::shared_ptr<StreamReactor> self_;
};

/// Takes an AddArtifacts stream.
class ArtifactReactor final : public grpc::ServerReadReactor<grpc::ByteBuffer> {
 public:
  ArtifactReactor(Hub& hub, access::Identity identity, grpc::ByteBuffer* response) : hub_(hub), receiver_(hub, std::move(identity)), response_(response) { StartRead(&message_); }

  void OnReadDone(bool ok) override {
    const grpc::Status status = guard_rpc(hub_, receiver_.session(), [&] {
      if (ok) {
        proto::AddArtifactsRequest request;
        parse(message_, request);
        receiver_.take(request);
      } else {
        proto::AddArtifactsResponse response;
        receiver_.finish(response);
        *response_ = serialize(response);
      }
    });
    if (ok && status.ok()) {
      StartRead(&message_);
    } else {
      Finish(status);
    }
  }
  void OnDone() override { delete this; }

 private:
  Hub& hub_;
  ArtifactReceiver receiver_;
  grpc::ByteBuffer* response_;
  grpc::ByteBuffer message_;
};

using Service = proto::SparkConnectService;
using RawService = Service::WithRawCallbackMethod_ExecutePlan<Service::WithRawCallbackMethod_AnalyzePlan<Service::WithRawCallbackMethod_Config<
    Service::WithRawCallbackMethod_AddArtifacts<Service::WithRawCallbackMethod_ArtifactStatus<Service::WithRawCallbackMethod_Interrupt<
        Service::WithRawCallbackMethod_ReattachExecute<Service::WithRawCallbackMethod_ReleaseExecute<Service::WithRawCallbackMethod_ReleaseSession<
            Service::WithRawCallbackMethod_FetchErrorDetails<Service::WithRawCallbackMethod_CloneSession<Service::WithRawCallbackMethod_GetStatus<Service::Service>>>>>>>>>>>>;

class ConnectService final : public RawService {
 public:
  explicit ConnectService(Hub& hub) : hub_(hub) {}

  grpc::ServerWriteReactor<grpc::ByteBuffer>* ExecutePlan(grpc::CallbackServerContext* context, const grpc::ByteBuffer* bytes) override {
    return stream<proto::ExecutePlanRequest>(context, bytes, [this](const access::Identity& identity, const proto::ExecutePlanRequest& request, StreamReactor& reactor) {
      reactor.start(start_execute(hub_, identity, request), "");
    });
  }
  grpc::ServerWriteReactor<grpc::ByteBuffer>* ReattachExecute(grpc::CallbackServerContext* context, const grpc::ByteBuffer* bytes) override {
    return stream<proto::ReattachExecuteRequest>(context, bytes, [this](const access::Identity& identity, const proto::ReattachExecuteRequest& request, StreamReactor& reactor) {
      reactor.start(find_reattached(hub_, identity, request), request.last_response_id());
    });
  }
  grpc::ServerReadReactor<grpc::ByteBuffer>* AddArtifacts(grpc::CallbackServerContext* context, grpc::ByteBuffer* response) override {
    access::Identity identity;
    const grpc::Status status = guard_rpc(hub_, {}, [&] { identity = hub_.authenticate(*context); });
    if (!status.ok()) {
      struct Refused final : grpc::ServerReadReactor<grpc::ByteBuffer> {
        explicit Refused(const grpc::Status& why) { Finish(why); }
        void OnDone() override { delete this; }
      };
      return new Refused(status);
    }
    return new ArtifactReactor(hub_, std::move(identity), response);
  }

  grpc::ServerUnaryReactor* AnalyzePlan(grpc::CallbackServerContext* c, const grpc::ByteBuffer* in, grpc::ByteBuffer* out) override { return unary(c, in, out, &analyze_plan); }
  grpc::ServerUnaryReactor* Config(grpc::CallbackServerContext* c, const grpc::ByteBuffer* in, grpc::ByteBuffer* out) override { return unary(c, in, out, &config); }
  grpc::ServerUnaryReactor* ArtifactStatus(grpc::CallbackServerContext* c, const grpc::ByteBuffer* in, grpc::ByteBuffer* out) override { return unary(c, in, out, &artifact_status); }
  grpc::ServerUnaryReactor* Interrupt(grpc::CallbackServerContext* c, const grpc::ByteBuffer* in, grpc::ByteBuffer* out) override { return unary(c, in, out, &interrupt); }
  grpc::ServerUnaryReactor* ReleaseExecute(grpc::CallbackServerContext* c, const grpc::ByteBuffer* in, grpc::ByteBuffer* out) override { return unary(c, in, out, &release_execute); }
  grpc::ServerUnaryReactor* ReleaseSession(grpc::CallbackServerContext* c, const grpc::ByteBuffer* in, grpc::ByteBuffer* out) override { return unary(c, in, out, &release_session); }
  grpc::ServerUnaryReactor* FetchErrorDetails(grpc::CallbackServerContext* c, const grpc::ByteBuffer* in, grpc::ByteBuffer* out) override { return unary(c, in, out, &fetch_error_details); }
  grpc::ServerUnaryReactor* CloneSession(grpc::CallbackServerContext* c, const grpc::ByteBuffer* in, grpc::ByteBuffer* out) override { return unary(c, in, out, &clone_session); }
  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* c, const grpc::ByteBuffer* in, grpc::ByteBuffer* out) override { return unary(c, in, out, &get_status); }

 private:
  /// Runs a unary RPC on the statements pool.
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* unary(grpc::CallbackServerContext* context, const grpc::ByteBuffer* bytes, grpc::ByteBuffer* out,
                                  void (*handle)(Hub&, const access::Identity&, const Request&, Response&)) {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    auto job = [this, context, bytes, out, handle, reactor] {
      Request request;
      const grpc::Status status = guard_rpc(hub_, {}, [&] { parse(*bytes, request); });
      if (!status.ok()) return reactor->Finish(status);
      Hub::SessionKey session{{}, request.session_id()};
      reactor->Finish(guard_rpc(hub_, session, [&] {
        Response response;
        const access::Identity identity = hub_.authenticate(*context);
        session.user = identity.user;
        handle(hub_, identity, request, response);
        *out = serialize(response);
      }));
    };
    const grpc::Status posted = guard_rpc(hub_, {}, [&] { hub_.statements().post(std::move(job)); });
    if (!posted.ok()) reactor->Finish(posted);
    return reactor;
  }

  template <typename Request, typename Start>
  grpc::ServerWriteReactor<grpc::ByteBuffer>* stream(grpc::CallbackServerContext* context, const grpc::ByteBuffer* bytes, Start start) {
    auto reactor = std::make_shared<StreamReactor>(hub_);
    reactor->keep_alive();
    auto request = std::make_shared<Request>();
    grpc::Status status = guard_rpc(hub_, {}, [&] { parse(*bytes, *request); });
    if (status.ok()) {
      Hub::SessionKey session{{}, request->session_id()};
      status = guard_rpc(hub_, session, [&] {
        const access::Identity identity = hub_.authenticate(*context);
        session.user = identity.user;
        start(identity, *request, *reactor);
      });
    }
    if (!status.ok()) reactor->finish(status);
    return reactor.get();
  }

  Hub& hub_;
};

class GrpcServer final : public SparkServer {
 public:
  GrpcServer(ServerOptions options, session::SessionManager& sessions, const access::Access& access, ThreadPool& statements, FairQueue& admission)
      : options_(std::move(options)), hub_(sessions, access, statements, admission), service_(hub_) {
    constexpr int kMaxMessage = 512 << 20;
    grpc::ServerBuilder builder;
    std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials();
    if (options_.certificate_pem && options_.key_pem) {
      grpc::SslServerCredentialsOptions tls;
      tls.pem_key_cert_pairs.push_back({*options_.key_pem, *options_.certificate_pem});
      credentials = grpc::SslServerCredentials(tls);
    }
    const std::string address = options_.listen + ":" + std::to_string(options_.port);
    builder.AddListeningPort(address, credentials, &port_);
    builder.SetMaxReceiveMessageSize(kMaxMessage);
    builder.SetMaxSendMessageSize(kMaxMessage);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    if (!server_ || port_ == 0) throw Error(conditions::kAddressInUse, {{"address", address}});
    keeper_ = std::jthread([this](const std::stop_token& stop) { keep_house(stop); });
  }

  ~GrpcServer() override { stop(); }
  int port() const override { return port_; }

  void stop() override {
    if (!server_) return;
    keeper_.request_stop();
    for (const auto& operation : hub_.all_operations()) hub_.forget(operation);
    server_->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(500));
    server_->Wait();
    server_.reset();
  }

 private:
  void keep_house(const std::stop_token& stop) {
    constexpr std::chrono::seconds kEvery{5}, kAbandoned{300};
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    while (!wake.wait_for(lock, stop, kEvery, [] { return false; }) && !stop.stop_requested()) {
      hub_.drop_abandoned(kAbandoned);
      hub_.sessions().expire(options_.session_timeout);
    }
  }

  const ServerOptions options_;
  Hub hub_;
  ConnectService service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  std::jthread keeper_;
};

}  // namespace

std::unique_ptr<SparkServer> SparkServer::start(ServerOptions options, session::SessionManager& sessions, const access::Access& access, ThreadPool& statements,
                                                FairQueue& admission) {
  return std::make_unique<GrpcServer>(std::move(options), sessions, access, statements, admission);
}

}  // namespace lab::wire::spark
