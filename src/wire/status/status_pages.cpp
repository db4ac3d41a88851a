#include "wire/status/status_pages.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "base/html_text.h"
#include "base/utc_text.h"

namespace lab::wire::status {
namespace {

std::string seconds_text(std::int64_t micros) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f s", static_cast<double>(micros) / 1e6);
  return text;
}

std::string iso_time(std::int64_t micros) {
  char millis[16];
  std::snprintf(millis, sizeof millis, ".%03dGMT", static_cast<int>(micros / 1000 % 1000));
  return utc_text(micros, "%Y-%m-%dT%H:%M:%S") + millis;
}

constexpr const char* kStyle = R"(<style>
:root{color-scheme:light dark;--line:#8884}body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.3rem;font-weight:600}h2{font-size:1rem;margin-top:2rem}table{border-collapse:collapse;width:100%}
th{text-align:left;font-weight:600;opacity:.75}th,td{padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top}
td.n{font-variant-numeric:tabular-nums;white-space:nowrap}code{font:13px/1.45 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
.s{border-radius:1rem;padding:.05rem .55rem;font-size:.85em;border:1px solid var(--line)}.FAILED{color:#c0392b}.RUNNING{color:#1f6feb}
p.empty{opacity:.7}</style>)";

}  // namespace

class StatusPages::Handler final : public net::HttpHandler {
 public:
  explicit Handler(session::SessionManager& sessions) : sessions_(sessions) {}

  net::awaitable<net::Response> handle(net::Request request, net::RequestBody&) override {
    const std::string path(request.raw_path());
    if (request.method != net::Method::Get && request.method != net::Method::Head) co_return net::text_response(405, "text/plain", "GET only\n");
    if (path == "/" || path == "/jobs/" || path == "/jobs" || path == "/SQL/" || path == "/SQL") {
      net::Response response = net::text_response(200, "text/html; charset=utf-8", page());
      response.set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
      co_return response;
    }
    if (path == "/api/v1/applications" || path == "/api/v1/applications/") co_return net::text_response(200, "application/json", applications());
    if (path.starts_with("/api/v1/applications/") && (path.ends_with("/jobs") || path.ends_with("/sql")))
      co_return net::text_response(200, "application/json", jobs(path.substr(21, path.rfind('/') - 21)));
    co_return net::text_response(404, "text/plain", "No such page. The page of sessions and queries is /\n");
  }

 private:
  std::string page() const {
    const auto open = sessions_.sessions();
    auto statements = sessions_.statements();
    std::reverse(statements.begin(), statements.end());
    std::string html = "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width,initial-scale=1'><title>DataFlow Lab: queries</title>";
    html += kStyle;
    html += "<h1>Sessions and queries</h1>";
    html += "<h2>" + std::to_string(open.size()) + (open.size() == 1 ? " open session" : " open sessions") + "</h2>";
    if (!open.empty()) {
      html += "<table><tr><th>Session<th>User<th>Spark<th>Application</tr>";
      for (const auto& session : open)
        html += "<tr><td class=n>" + escape_html(session->id()) + "<td>" + escape_html(session->user()) + "<td class=n>" + session->spark_version() + "<td>" +
                escape_html(session->setting("spark.app.name").value_or("")) + "</tr>";
      html += "</table>";
    } else {
      html += "<p class=empty>Nobody is connected.</p>";
    }
    html += "<h2>Statements, newest first</h2>";
    if (statements.empty()) html += "<p class=empty>None yet.</p></html>";
    if (statements.empty()) return html;
    html += "<table><tr><th>Began (UTC)<th>Took<th>State<th>User<th>Statement</tr>";
    for (const auto& statement : statements) {
      const bool is_done = statement.finished_micros > 0;
      html += "<tr><td class=n>" + utc_text(statement.started_micros, "%H:%M:%S") + "<td class=n>" +
              (is_done ? seconds_text(statement.finished_micros - statement.started_micros) : "…") + "<td><span class='s " + escape_html(statement.state) + "'>" +
              escape_html(statement.state) + "</span><td>" + escape_html(statement.user) + "<td><code>" + escape_html(statement.text) + "</code>";
      if (!statement.error.empty()) html += "<br><code class=FAILED>" + escape_html(statement.error) + "</code>";
      html += "</tr>";
    }
    return html + "</table></html>";
  }

  std::string applications() const {
    nlohmann::json list = nlohmann::json::array();
    for (const auto& session : sessions_.sessions())
      list.push_back({{"id", session->id()},
                      {"name", session->setting("spark.app.name").value_or("")},
                      {"attempts", {{{"sparkUser", session->user()}, {"completed", false}, {"appSparkVersion", session->spark_version()}}}}});
    return list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }

  std::string jobs(const std::string& session_id) const {
    nlohmann::json list = nlohmann::json::array();
    int id = 0;
    for (const auto& statement : sessions_.statements()) {
      if (statement.session_id != session_id) continue;
      const char* status = statement.state == "FINISHED" ? "SUCCEEDED" : statement.state == "RUNNING" ? "RUNNING" : "FAILED";
      nlohmann::json job{{"jobId", id++}, {"name", statement.text}, {"submissionTime", iso_time(statement.started_micros)}, {"status", status}};
      if (statement.finished_micros > 0) job["completionTime"] = iso_time(statement.finished_micros);
      list.push_back(std::move(job));
    }
    return list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }

  session::SessionManager& sessions_;
};

StatusPages::StatusPages(net::IoRuntime& runtime, ThreadPool& pool, session::SessionManager& sessions, StatusOptions options)
    : handler_(std::make_unique<Handler>(sessions)) {
  net::HttpServerOptions http;
  http.address = options.address;
  http.port = options.port;
  server_ = std::make_unique<net::HttpServer>(runtime, pool, *handler_, http);
}

StatusPages::~StatusPages() = default;
void StatusPages::start() { server_->start(); }
std::uint16_t StatusPages::port() const { return server_->port(); }
void StatusPages::stop() { server_->stop(std::chrono::milliseconds(200)); }

}  // namespace lab::wire::status
