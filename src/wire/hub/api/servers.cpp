#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>

#include "base/error.h"
#include "net/flow.h"
#include "wire/hub/api/models.h"
#include "wire/hub/conditions.h"
#include "wire/hub/operations.h"

namespace lab::wire::hub::api {
namespace {

using lab::hub::ServerInfo;
using lab::hub::ServerState;
using nlohmann::json;

json progress_event(const ServerInfo& server, const lab::hub::ProgressEvent& event) {
  json body{{"progress", event.percent}, {"message", event.message}};
  if (event.failed) body["failed"] = true;
  if (event.percent == 100 && !event.failed) {
    const std::string url = lab::hub::server_prefix(server.user, server.name);
    body.update({{"ready", true}, {"url", url}, {"message", "Server ready at " + url}});
  }
  return body;
}

/// A start as it goes, one event a step, until it is ready or has failed. What follows waits on a timer and holds no thread.
class ProgressSource final : public net::FlowSource {
 public:
  ProgressSource(const Service& service, std::string user, std::string name) : service_(service), user_(std::move(user)), name_(std::move(name)) {}

  net::awaitable<std::size_t> read(std::span<char> into) override {
    while (pending_.empty() && !is_done_) {
      take_news();
      if (!pending_.empty() || is_done_) break;
      boost::asio::steady_timer pause(co_await boost::asio::this_coro::executor, std::chrono::milliseconds(100));
      boost::system::error_code ignored;
      co_await pause.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
      // Something now and then, so that a browser that has gone is noticed.
      if (++quiet_rounds_ % 80 == 0) pending_ = "\n\n";
    }
    const std::size_t count = std::min(pending_.size(), into.size());
    std::memcpy(into.data(), pending_.data(), count);
    pending_.erase(0, count);
    co_return count;
  }

 private:
  void take_news() {
    const auto server = service_.servers.find(user_, name_);
    if (!server) {
      is_done_ = true;
      return;
    }
    for (; num_seen_ < server->progress.size(); ++num_seen_) pending_ += "data: " + progress_event(*server, server->progress[num_seen_]).dump(-1, ' ', false, json::error_handler_t::replace) + "\n\n";
    is_done_ = server->state != ServerState::Starting && num_seen_ >= server->progress.size();
  }

  const Service& service_;
  const std::string user_, name_;
  std::size_t num_seen_ = 0, quiet_rounds_ = 0;
  std::string pending_;
  bool is_done_ = false;
};

/// `2026-01-31T12:00:00.123456Z`, also with an offset. Throws BAD_REQUEST_BODY.
Timestamp parse_time(const json& value, Timestamp now) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, used = 0;
  double second = 0;
  const std::string text = value.is_string() ? value.get<std::string>() : "";
  const auto bad = [&] { return Error(conditions::kBadBody, {{"reason", "Not a valid timestamp: " + value.dump()}}); };
  if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%lf%n", &year, &month, &day, &hour, &minute, &second, &used) != 6) throw bad();
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)), std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || second < 0 || second >= 61) throw bad();
  Timestamp time = std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::microseconds(static_cast<std::int64_t>(second * 1e6));
  const std::string zone = text.substr(static_cast<std::size_t>(used));
  if (int zone_hour = 0, zone_minute = 0; std::sscanf(zone.c_str(), "%3d:%2d", &zone_hour, &zone_minute) == 2) {
    time -= std::chrono::hours(zone_hour) + std::chrono::minutes(zone.front() == '-' ? -zone_minute : zone_minute);
  } else if (!zone.empty() && zone != "Z") {
    throw bad();
  }
  if (time - now > std::chrono::minutes(59)) throw Error(conditions::kBadBody, {{"reason", "Rejecting activity from more than an hour in the future: " + text}});
  return time;
}

}  // namespace

net::Response start_server(Service& service, Call& call) {
  const std::string user = call.parameter("user"), name = call.parameter("server");
  require_server(call, "servers", user, name);
  get_known_user(service, user);
  // What JupyterHub calls the options of a user; those of other spawners mean nothing here.
  const json options = call.json();
  const json size = options.value("size", json(""));
  if (!size.is_string()) throw Error(conditions::kBadBody, {{"reason", "size must be a text"}});
  const auto outcome = service.servers.start(user, name, call.who().origin("start server"), size.get<std::string>());
  if (outcome == lab::hub::StartOutcome::Running) throw Error(conditions::kBadBody, {{"reason", lab::hub::server_prefix(user, name) + " is already running"}});
  if (outcome == lab::hub::StartOutcome::Started) service.access.record_audit(call.who().identity(), "hub", "StartServer", user + "/" + name, access::AuditOutcome::Allowed);
  return empty_response(202);
}

net::Response stop_server(Service& service, Call& call) {
  const std::string user = call.parameter("user"), name = call.parameter("server");
  require_server(call, "delete:servers", user, name);
  get_known_user(service, user);
  const bool is_removed = call.json().value("remove", json(false)) == json(true);
  if (is_removed && name.empty()) throw Error(conditions::kBadBody, {{"reason", "Cannot delete the default server"}});
  if (!name.empty() && !service.servers.find(user, name)) throw Error(conditions::kNotFound, {{"what", user + " has no server named '" + name + "'"}});
  const auto outcome = service.servers.request_stop(user, name, "stopped by " + call.who().user, call.who().origin("stop server"));
  if (outcome == lab::hub::StopOutcome::NotRunning) {
    if (is_removed) service.servers.forget(user, name);
    return empty_response(204);
  }
  service.access.record_audit(call.who().identity(), "hub", "StopServer", user + "/" + name, access::AuditOutcome::Allowed);
  return empty_response(202);
}

net::Response server_progress(Service& service, Call& call) {
  const std::string user = call.parameter("user"), name = call.parameter("server");
  require_server(call, "read:servers", user, name);
  const auto server = service.servers.find(user, name);
  if (!server) throw Error(conditions::kNotFound, {{"what", user + " has no server named '" + name + "'"}});
  const bool has_failed = !server->progress.empty() && server->progress.back().failed;
  if (server->state == ServerState::Stopped && !has_failed) throw Error(conditions::kBadBody, {{"reason", lab::hub::server_prefix(user, name) + " is not starting..."}});
  net::Response response;
  response.set("Content-Type", "text/event-stream");
  response.set("Cache-Control", "no-cache");
  response.set("X-Accel-Buffering", "no");
  response.body = net::FlowingBody{std::make_shared<ProgressSource>(service, user, name)};
  return response;
}

net::Response note_activity(Service& service, Call& call) {
  const std::string user = call.parameter("user");
  require(call, "users:activity", user);
  get_known_user(service, user);
  const json body = call.json();
  const json servers = body.value("servers", json::object());
  const auto now = service.clock.now();
  if (!servers.is_object()) throw Error(conditions::kBadBody, {{"reason", "servers must be a dict of the form {server_name: {last_activity: timestamp}}"}});
  if (servers.empty() && !body.contains("last_activity")) throw Error(conditions::kBadBody, {{"reason", "body must contain at least one of `last_activity` or `servers`"}});
  // All is looked at before anything is noted.
  if (body.contains("last_activity")) parse_time(body["last_activity"], now);
  std::vector<std::pair<std::string, Timestamp>> seen;
  for (const auto& [name, each] : servers.items()) {
    if (!service.servers.find(user, name)) throw Error(conditions::kBadBody, {{"reason", "No such server '" + name + "' for user " + user}});
    if (!each.is_object() || !each.contains("last_activity")) throw Error(conditions::kBadBody, {{"reason", "servers must be a dict of the form {server_name: {last_activity: timestamp}}"}});
    if (!each["last_activity"].is_null()) seen.emplace_back(name, parse_time(each["last_activity"], now));
  }
  for (const auto& [name, time] : seen) service.servers.note_activity(user, name, time);
  return empty_response(200);
}

}  // namespace lab::wire::hub::api
