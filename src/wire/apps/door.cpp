#include "wire/apps/door.h"

#include <atomic>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "apps/conditions.h"
#include "base/error.h"
#include "net/conditions.h"
#include "net/offload.h"
#include "net/origin.h"
#include "net/reverse_proxy.h"
#include "wire/apps/clean.h"
#include "wire/apps/conditions.h"
#include "wire/apps/log_in.h"
#include "wire/apps/pages.h"
#include "wire/apps/progress.h"
#include "wire/apps/watched_tunnel.h"

namespace lab::wire::apps {
namespace {

using lab::apps::App;
using lab::apps::AppState;
using lab::apps::AppStatus;

constexpr std::string_view kOwn = "/.dflab/";
constexpr std::string_view kProgress = "/.dflab/progress/";
constexpr std::size_t kShownLines = 40;
constexpr std::chrono::milliseconds kPause{100};

bool wants_a_page(const net::Request& request) {
  return request.method == net::Method::Get && request.header("accept").value_or("").find("text/html") != std::string_view::npos && !request.header("upgrade");
}

bool may_change_something(const net::Request& request) {
  return (request.method != net::Method::Get && request.method != net::Method::Head && request.method != net::Method::Options) || request.header("upgrade");
}

/// `sales` of `/sales/a/b`.
std::string app_name_of(std::string_view raw_path) {
  raw_path.remove_prefix(1);
  return std::string(raw_path.substr(0, raw_path.find('/')));
}

}  // namespace

class AppsDoor::Handler final : public net::HttpHandler {
 public:
  Handler(net::IoRuntime& runtime, ThreadPool& pool, access::Access& access, lab::apps::Apps& apps, lab::hub::Authorizations& authorizations, const Clock& clock, DoorOptions options)
      : options_(std::move(options)), pool_(pool), access_(access), apps_(apps), clock_(clock), log_in_(access, authorizations, clock), proxy_(runtime) {}

  net::awaitable<net::Response> handle(net::Request request, net::RequestBody& body) override {
    if (!net::is_known_host(request, options_.address, options_.hosts)) {
      count_refused({}, "", "UNKNOWN_HOST");
      throw forbidden("This door is not known under that name; the setting hub.hosts adds names");
    }
    if (!request.raw_path().starts_with('/')) throw Error(conditions::kNothingHere, {{"path", request.target}});
    Decision decision;
    auto decide_job = [&] { return decide(request); };
    decision = co_await net::offload(pool_, std::move(decide_job));
    if (decision.answer) co_return std::move(*decision.answer);
    const bool is_page = wants_a_page(request);
    const auto deadline = clock_.steady() + apps_.options().start_timeout;
    for (;;) {
      auto visit_job = [&] { return visit(decision, is_page, request); };
      Step step = co_await net::offload(pool_, std::move(visit_job));
      if (step.answer) co_return std::move(*step.answer);
      if (step.status.state == AppState::Ready) {
        decision.status = std::move(step.status);
        break;
      }
      if (is_stopping_ || clock_.steady() > deadline) throw Error(conditions::kStartsSlowly, {{"name", decision.app.name}});
      boost::asio::steady_timer pause(co_await boost::asio::this_coro::executor, kPause);
      boost::system::error_code ignored;
      co_await pause.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    }
    co_return co_await hand_on(std::move(request), body, std::move(decision), is_page);
  }

  net::Response answer_error(const net::Request* request, const Error& error) override {
    const int status = error.kind() == Kind::Unauthenticated ? 403 : net::default_status(error.kind());
    net::Response response = pages::message(status, std::string(net::status_text(status)), error.message(), request == nullptr ? std::string() : hub_origin(*request));
    if (error.kind() == Kind::Unavailable) response.set("Retry-After", "2");
    return response;
  }

  void stop() {
    is_stopping_ = true;
    proxy_.stop();
  }

 private:
  /// What came of looking at a request: an answer, or who visits which app.
  struct Decision {
    std::optional<net::Response> answer;
    Visitor visitor;
    Identity identity;
    App app;
    AppStatus status;
  };
  struct Step {
    std::optional<net::Response> answer;
    AppStatus status;
  };

  static Error forbidden(std::string reason) { return Error(conditions::kForbidden, {{"reason", std::move(reason)}}); }

  // With their ports always: what both sides of OAuth build must be the same.
  std::string hub_origin(const net::Request& request) const { return (options_.hub_has_tls ? "https://" : "http://") + std::string(net::host_name(request)) + ":" + std::to_string(options_.hub_port); }
  std::string own_origin(const net::Request& request) const {
    const auto door = apps_.door();
    return (request.is_tls ? "https://" : "http://") + std::string(net::host_name(request)) + ":" + std::to_string(door ? door->port : options_.port);
  }

  void count_refused(const Visitor& visitor, const std::string& app, std::string_view cause) {
    access_.audit().count({visitor.user, visitor.credential, "apps", "VisitApp", app, access::AuditOutcome::Refused, std::string(cause)});
  }

  /// On the pool.
  Decision decide(const net::Request& request) {
    Decision decision;
    const std::string_view path = request.raw_path();
    const auto answered = [&](net::Response response) {
      decision.answer = std::move(response);
      return std::move(decision);
    };
    if (path == "/.dflab/door.css") return answered(pages::style());
    if (path == "/.dflab/door.js") return answered(pages::script());
    if (path == lab::apps::kDoorCallback) return answered(log_in_.end(request, own_origin(request)));
    const auto visitor = log_in_.find_visitor(request);
    if (!visitor) {
      if (wants_a_page(request) && !request.header("authorization")) return answered(log_in_.begin(request, hub_origin(request), own_origin(request)));
      throw forbidden("Log in first, or send a token of the hub with the scope access:apps");
    }
    decision.visitor = *visitor;
    if (path == "/") return answered(redirect_to(hub_origin(request) + "/hub/apps"));
    // A page of elsewhere must not act in the visitor's name; it cannot know a token.
    if (may_change_something(request) && !request.header("authorization") && net::is_cross_site(request)) {
      count_refused(*visitor, app_name_of(path), "CROSS_SITE");
      throw forbidden("This request comes from a page of another site");
    }
    const bool is_progress = path.starts_with(kProgress);
    if (path.starts_with(kOwn) && !is_progress) throw Error(conditions::kNothingHere, {{"path", std::string(path)}});
    const std::string name = is_progress ? std::string(path.substr(kProgress.size())) : app_name_of(path);
    const auto app = apps_.registry().find(name);
    if (!app) throw Error(lab::apps::conditions::kNoSuchApp, {{"name", name}});
    decision.app = *app;
    decision.identity = {visitor->user, access_.groups_of(visitor->user)};
    if (!lab::apps::may_open(*app, visitor->user, visitor->is_admin, decision.identity.groups)) {
      count_refused(*visitor, name, conditions::kNotOpen.name);
      throw Error(conditions::kNotOpen, {{"name", name}, {"user", visitor->user}, {"owner", app->owner}});
    }
    if (is_progress) {
      net::Response response;
      response.set("Content-Type", "text/event-stream");
      response.set("Cache-Control", "no-cache");
      response.body = net::FlowingBody{create_progress_source(apps_, name, is_stopping_)};
      return answered(std::move(response));
    }
    // `/sales` is where people come by hand; the app itself begins at `/sales/`.
    if (path.size() + 1 == app->prefix().size()) return answered(redirect_to(app->prefix() + (request.raw_query().empty() ? "" : "?" + std::string(request.raw_query()))));
    return decision;
  }

  /// On the pool: starts the app unless it runs, and says what a visitor sees meanwhile.
  Step visit(const Decision& decision, bool is_page, const net::Request& request) {
    Step step;
    try {
      step.status = apps_.visit(decision.app.name, decision.visitor.origin("visit"));
    } catch (const Error& error) {
      if (is_page) {
        step.answer = failed_page(decision, error.message(), request);
        return step;
      }
      // What is wrong with it is its owner's to know.
      if (is_owner(decision)) throw;
      throw Error(conditions::kFailed, {{"name", decision.app.name}});
    }
    if (step.status.state != AppState::Ready && is_page) step.answer = pages::starting(decision.app);
    return step;
  }

  static bool is_owner(const Decision& decision) { return decision.visitor.is_admin || decision.visitor.user == decision.app.owner; }

  net::Response failed_page(const Decision& decision, const std::string& text, const net::Request& request) {
    const bool sees_why = is_owner(decision);
    const auto lines = sees_why ? apps_.last_lines(decision.app.name, kShownLines) : std::vector<std::string>();
    // Causes may name paths and values of the owner's.
    return pages::failed(decision.app, sees_why ? text : "The app " + decision.app.name + " has ended unexpectedly. Its owner, " + decision.app.owner + ", can see why.", sees_why ? apps_.status(decision.app.name).reason : std::string(), lines,
                         hub_origin(request));
  }

  net::awaitable<net::Response> hand_on(net::Request request, net::RequestBody& body, Decision decision, bool is_page) {
    const std::string name = decision.app.name;
    auto busy = std::make_shared<lab::apps::Apps::Busy>(apps_, name);
    clean_request(request, decision.app, decision.identity, decision.status.secret);
    std::optional<Error> unreachable;
    net::Response response;
    try {
      response = co_await proxy_.forward(std::move(request), body, decision.status.port);
    } catch (const Error& error) {
      // Its words for it are about sockets; a visitor is told of the app.
      if (error.condition().name == net::conditions::kPeerGone.name) throw Error(conditions::kCutShort, {{"name", name}});
      if (error.condition().name != net::conditions::kPeerUnreachable.name) throw;
      unreachable = error;
    }
    if (unreachable) {
      // It has just ended; the watch will notice in a moment.
      if (is_page) co_return pages::starting(decision.app);
      throw Error(conditions::kStartsSlowly, {{"name", name}});
    }
    clean_response(response, decision.app);
    if (response.tunnel) {
      // A WebSocket is not busy while nobody says anything.
      auto on_use = [&apps = apps_, name] { apps.note_activity(name); };
      auto may_stay = [this, name, visitor = decision.visitor, port = decision.status.port] { return may_still_visit(visitor, name, port); };
      response.tunnel = create_watched_tunnel(std::move(response.tunnel), std::move(on_use), std::move(may_stay));
    } else if (auto* flowing = std::get_if<net::FlowingBody>(&response.body)) {
      flowing->source = create_kept_source(std::move(flowing->source), std::move(busy));
    }
    co_return response;
  }

  bool may_still_visit(const Visitor& visitor, const std::string& name, std::uint16_t port) const {
    const auto app = apps_.registry().find(name);
    const auto user = access_.find_user(visitor.user);
    return app && user && log_in_.is_good(visitor) && lab::apps::may_open(*app, visitor.user, user->is_admin, access_.groups_of(visitor.user)) && apps_.status(name).port == port;
  }

  const DoorOptions options_;
  ThreadPool& pool_;
  access::Access& access_;
  lab::apps::Apps& apps_;
  const Clock& clock_;
  LogIn log_in_;
  net::ReverseProxy proxy_;
  std::atomic<bool> is_stopping_{false};  ///< whoever waits waits no longer
};

AppsDoor::AppsDoor(net::IoRuntime& runtime, ThreadPool& pool, access::Access& access, lab::apps::Apps& apps, lab::hub::Authorizations& authorizations, const Clock& clock, DoorOptions options,
                   std::shared_ptr<net::TlsContext> tls) {
  net::HttpServerOptions http;
  http.address = options.address;
  http.port = options.port;
  http.tls = std::move(tls);
  handler_ = std::make_unique<Handler>(runtime, pool, access, apps, authorizations, clock, std::move(options));
  server_ = std::make_unique<net::HttpServer>(runtime, pool, *handler_, http);
}

AppsDoor::~AppsDoor() { stop(); }
void AppsDoor::start() { server_->start(); }
std::uint16_t AppsDoor::port() const { return server_->port(); }

void AppsDoor::stop() {
  handler_->stop();
  server_->stop(std::chrono::milliseconds(200));
}

}  // namespace lab::wire::apps
