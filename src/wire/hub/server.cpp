#include "wire/hub/server.h"

#include "base/error.h"
#include "net/conditions.h"
#include "net/offload.h"
#include "net/reverse_proxy.h"
#include "net/router.h"
#include "wire/hub/call.h"
#include "wire/hub/conditions.h"
#include "wire/hub/errors.h"
#include "wire/hub/origin.h"
#include "wire/hub/pages/layout.h"
#include "wire/hub/routes.h"
#include "wire/hub/visitor.h"

namespace lab::wire::hub {
namespace {

constexpr std::size_t kMostBody = 1 << 20;

bool changes_something(net::Method method) { return method != net::Method::Get && method != net::Method::Head && method != net::Method::Options; }

Error forbidden(std::string reason) { return Error(conditions::kForbidden, {{"reason", std::move(reason)}}); }

bool wants_a_page(const net::Request& request) {
  return request.method == net::Method::Get && request.header("accept").value_or("").find("text/html") != std::string_view::npos;
}

/// Which server a path under `/user/` is for.
struct ServerPath {
  std::string user, first;  ///< the segments behind `/user/`, decoded
};

std::optional<ServerPath> parse_server_path(std::string_view raw_path) {
  raw_path.remove_prefix(std::string_view("/user/").size());
  const std::size_t end = std::min(raw_path.find('/'), raw_path.size());
  const auto user = net::decode_percent(raw_path.substr(0, end));
  std::string_view rest = raw_path.substr(std::min(end + 1, raw_path.size()));
  const auto first = net::decode_percent(rest.substr(0, rest.find('/')));
  if (!user || user->empty() || !first) return std::nullopt;
  return ServerPath{*user, *first};
}

/// The door of the configured provider, which operations find in the service; none without.
std::unique_ptr<OidcDoor> make_oidc_door(Service& service) {
  if (!service.options.oidc) return nullptr;
  auto door = std::make_unique<OidcDoor>(*service.options.oidc, service.access, service.clock);
  service.oidc = door.get();
  return door;
}

}  // namespace

class HubServer::Handler final : public net::HttpHandler {
 public:
  Handler(net::IoRuntime& runtime, ThreadPool& pool, access::Access& access, lab::hub::Servers& servers, lab::apps::Apps& apps, lab::hub::Authorizations& authorizations, const Clock& clock,
          HubOptions options)
      : options_(std::move(options)), pool_(pool), service_{access, servers, apps, authorizations, clock, options_}, router_(routes()), proxy_(runtime) {}

  net::awaitable<net::Response> handle(net::Request request, net::RequestBody& body) override {
    if (!is_known_host(request, options_.address, options_.hosts)) {
      count_refused({}, request, "UNKNOWN_HOST");
      throw forbidden("This door is not known under that name; the setting hub.hosts adds names");
    }
    if (request.raw_path().starts_with("/user/")) co_return co_await hand_on(std::move(request), body);
    Call call;
    const auto match = router_.match(request.method, request.raw_path());
    if (!match) throw Error(conditions::kNotFound, {{"what", "There is nothing at " + std::string(request.raw_path())}});
    if (match->route == nullptr) co_return net::text_response(405, "text/plain", "Method not allowed\n");
    call.parameters = match->parameters;
    call.query = net::decode_query(request.raw_query());
    call.body = co_await body.read_all(kMostBody);
    if (request.header("content-type").value_or("").starts_with("application/x-www-form-urlencoded")) call.form = net::decode_query(call.body);
    call.request = std::move(request);
    const Action& action = match->route->handler;
    auto job = [&] { return run(action, call); };
    co_return co_await net::offload(pool_, std::move(job));
  }

  net::Response answer_error(const net::Request* request, const Error& error) override {
    return error_response(error, request == nullptr ? std::string_view() : request->raw_path());
  }

  void stop() { proxy_.stop(); }

 private:
  net::Response run(const Action& action, Call& call) {
    try {
      return answer(action, call);
    } catch (const Error& error) {
      if (error.kind() == Kind::PermissionDenied) count_refused(call.visitor ? call.visitor->identity() : access::Identity(), call.request, error.condition().name);
      throw;
    }
  }

  void count_refused(const access::Identity& who, const net::Request& request, std::string_view cause) {
    service_.access.audit().count({who.user, who.credential, "hub", request.method_text, std::string(request.raw_path()), access::AuditOutcome::Refused, std::string(cause)});
  }

  net::Response answer(const Action& action, Call& call) {
    call.visitor = find_visitor(service_, call.request, call.query);
    call.csrf_cookie = find_cookie(call.request, "_xsrf");
    const bool is_by_token = call.visitor && call.visitor->session.empty();
    if (action.needs == Needs::Person && !call.visitor) {
      if (changes_something(call.request.method)) throw forbidden("Log in first");
      return redirect("/hub/login?next=" + lab::hub::escape_segment(call.request.target));
    }
    if (action.needs == Needs::Caller && !call.visitor) throw forbidden("Missing or invalid credentials.");
    if (changes_something(call.request.method) && action.is_checked_for_csrf && !is_by_token) {
      if (is_cross_site(call.request)) throw forbidden("This request comes from a page of another site");
      if (!has_csrf(call)) throw forbidden("'_xsrf' argument missing or wrong. Load the page anew and try again.");
    }
    return action.run(service_, call);
  }

  net::awaitable<net::Response> hand_on(net::Request request, net::RequestBody& body) {
    const auto path = parse_server_path(request.raw_path());
    if (!path) throw Error(conditions::kNotFound, {{"what", "There is nothing at " + std::string(request.raw_path())}});
    auto server = path->first.empty() ? std::nullopt : service_.servers.find(path->user, path->first);
    if (!server) server = service_.servers.find(path->user, "");
    const std::string name = server ? server->name : "";
    if (server && server->state == lab::hub::ServerState::Ready) {
      const std::string prefix = lab::hub::server_prefix(path->user, name);
      // `/user/ann` is where people come by hand; the server itself begins at `/user/ann/`.
      if (request.raw_path().size() + 1 == prefix.size()) co_return redirect(prefix);
      std::optional<Error> unreachable;
      try {
        co_return co_await proxy_.forward(std::move(request), body, server->port);
      } catch (const Error& error) {
        if (error.condition().name != net::conditions::kPeerUnreachable.name) throw;
        unreachable = error;
      }
      co_return json_response(503, {{"status", 503}, {"message", "The server has just ended: " + unreachable->message()}});
    }
    const std::string place = lab::hub::escape_segment(path->user) + (name.empty() ? "" : "/" + lab::hub::escape_segment(name));
    if (wants_a_page(request)) co_return redirect("/hub/spawn/" + place);
    co_return json_response(424, {{"status", 424}, {"message", "The server " + lab::hub::server_prefix(path->user, name) + " is not running"}});
  }

  const HubOptions options_;
  ThreadPool& pool_;
  Service service_;
  net::Router<Action> router_;
  net::ReverseProxy proxy_;
  const std::unique_ptr<OidcDoor> oidc_ = make_oidc_door(service_);
};

HubServer::HubServer(net::IoRuntime& runtime, ThreadPool& pool, access::Access& access, lab::hub::Servers& servers, lab::apps::Apps& apps, lab::hub::Authorizations& authorizations, const Clock& clock,
                     HubOptions options, std::shared_ptr<net::TlsContext> tls)
    : handler_(nullptr) {
  net::HttpServerOptions http;
  http.address = options.address;
  http.port = options.port;
  http.tls = std::move(tls);
  handler_ = std::make_unique<Handler>(runtime, pool, access, servers, apps, authorizations, clock, std::move(options));
  server_ = std::make_unique<net::HttpServer>(runtime, pool, *handler_, http);
}

HubServer::~HubServer() { stop(); }
void HubServer::start() { server_->start(); }
std::uint16_t HubServer::port() const { return server_->port(); }

void HubServer::stop() {
  handler_->stop();
  server_->stop(std::chrono::milliseconds(200));
}

}  // namespace lab::wire::hub
