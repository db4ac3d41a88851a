#include "wire/hub/pages/layout.h"

#include "wire/hub/pages/assets.h"
#include "wire/hub/pages/texts.h"

namespace lab::wire::hub::pages {
namespace {

constexpr const char* kPolicy =
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

net::Response html_response(int status, std::string html) {
  net::Response response = net::text_response(status, "text/html; charset=utf-8", std::move(html));
  response.set("Content-Security-Policy", kPolicy);
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Referrer-Policy", "same-origin");
  response.set("Cache-Control", "no-store");
  return response;
}

std::string document(std::string_view title, Language language, std::string_view bar, std::string_view content, std::string_view foot) {
  std::string html = "<!doctype html><html lang=" + std::string(row_of(language).tag) + "><head><meta charset=utf-8><meta name=viewport content='width=device-width,initial-scale=1'><title>";
  html += escape_html(title) + " · DataFlow Lab</title><link rel=icon href='data:,'><link rel=stylesheet href='/hub/static/style.css?" + assets_version();
  html += "'><script defer src='/hub/static/hub.js?" + assets_version() + "'></script></head><body><a class=skip href='#main'>";
  html.append(Text("Skip to content").in(language)).append("</a>");
  html.append(bar);
  html += "<main id=main>";
  html.append(content);
  html += "</main>";
  html.append(foot);
  return html + "</body></html>";
}

std::string bar_of(const Call& call) {
  std::string bar = "<header><a class=brand href='/hub/home'><span class=mark aria-hidden=true></span>DataFlow Lab</a>";
  if (call.visitor) {
    bar += "<nav aria-label='" + say(call, "Main") + "'>";
    const auto link = [&](std::string_view address, std::string_view name) {
      const bool is_here = call.request.raw_path() == address;
      bar += "<a href='" + std::string(address) + "'" + (is_here ? " aria-current=page" : "") + ">" + std::string(name) + "</a>";
    };
    link("/hub/home", say(call, "Home"));
    link("/hub/apps", say(call, "Apps"));
    link("/hub/token", say(call, "Tokens"));
    if (call.visitor->is_admin) link("/hub/admin", say(call, "Admin"));
    link("/hub/password", escape_html(call.visitor->user));
    bar += "<form method=post action='/hub/logout'>" + csrf_field(call) + "<button class=plain>" + say(call, "Log out") + "</button></form></nav>";
  }
  return bar + "</header>";
}

/// The choice of the language; the page is shown again in the chosen one.
std::string foot_of(const Call& call) {
  const Language spoken = language_of(call.request);
  std::string foot = "<footer><nav aria-label='" + say(call, "Language") + "'>";
  for (const LanguageRow& row : kLanguages) {
    const std::string tag(row.tag);
    foot += "<a lang=" + tag + " hreflang=" + tag + (row.tag == row_of(spoken).tag ? " aria-current=true" : "") + " href='/hub/language?to=" + tag + "&amp;next=" + lab::hub::escape_segment(call.request.target) + "'>" +
            std::string(row.name) + "</a>";
  }
  return foot + "</nav></footer>";
}

}  // namespace

void allow_form_target(net::Response& response, const std::string& origin) {
  constexpr std::string_view kFormAction = "form-action 'self'";
  for (auto& [name, value] : response.headers)
    if (const std::size_t at = name == "Content-Security-Policy" ? value.find(kFormAction) : std::string::npos; at != std::string::npos) value.insert(at + kFormAction.size(), " " + origin);
}

std::string csrf_field(const Call& call) { return "<input type=hidden name=_xsrf value='" + escape_html(call.visitor ? call.visitor->csrf : call.csrf_cookie) + "'>"; }

std::string note(std::string_view text, bool is_bad) {
  return text.empty() ? "" : "<p class='note" + std::string(is_bad ? " bad" : "") + "' role=" + (is_bad ? "alert" : "status") + ">" + escape_html(text) + "</p>";
}

net::Response page(const Call& call, std::string_view title, std::string content, int status) {
  return html_response(status, document(title, language_of(call.request), bar_of(call), content, foot_of(call)));
}

net::Response message_page(int status, std::string_view title, std::string_view message) {
  const std::string content = "<section class=narrow><h1>" + escape_html(title) + "</h1>" + note(message, status >= 400) + "<p><a href='/hub/home'>Home</a></p></section>";
  return html_response(status, document(title, Language::English, "<header><a class=brand href='/hub/home'><span class=mark aria-hidden=true></span>DataFlow Lab</a></header>", content, ""));
}

net::Response confirm_access_page(const Call& call, const lab::hub::ServerInfo& server) {
  const std::string content = "<section class=narrow><h1>" + say(call, "Open somebody else’s server?") + "</h1><p>" +
                              say(call, "You are about to enter the server of {0}. What runs there can act with what you allow here: your name and groups.", {"<b>" + escape_html(server.user) + "</b>"}) +
                              "</p><form method=post action='" + escape_html(call.request.target) + "'>" + csrf_field(call) + "<button>" + say(call, "Open it") + "</button> <a href='/hub/home'>" + say(call, "Back") +
                              "</a></form></section>";
  return page(call, say(call, "Open a server"), content);
}

}  // namespace lab::wire::hub::pages
