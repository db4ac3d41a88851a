#include "wire/hub/pages/layout.h"

#include "wire/hub/pages/assets.h"

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

std::string document(std::string_view title, std::string_view bar, std::string_view content) {
  std::string html = "<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport content='width=device-width,initial-scale=1'><title>";
  html += escape_html(title) + " · DataFlow Lab</title><link rel=icon href='data:,'><link rel=stylesheet href='/hub/static/style.css?" + assets_version();
  html += "'><script defer src='/hub/static/hub.js?" + assets_version() + "'></script></head><body><a class=skip href='#main'>Skip to content</a>";
  html.append(bar);
  html += "<main id=main>";
  html.append(content);
  return html + "</main></body></html>";
}

std::string bar_of(const Call& call) {
  std::string bar = "<header><a class=brand href='/hub/home'><span class=mark aria-hidden=true></span>DataFlow Lab</a>";
  if (call.visitor) {
    bar += "<nav aria-label=Main>";
    const auto link = [&](std::string_view address, std::string_view name) {
      const bool is_here = call.request.raw_path() == address;
      bar += "<a href='" + std::string(address) + "'" + (is_here ? " aria-current=page" : "") + ">" + std::string(name) + "</a>";
    };
    link("/hub/home", "Home");
    link("/hub/token", "Tokens");
    if (call.visitor->is_admin) link("/hub/admin", "Admin");
    link("/hub/password", escape_html(call.visitor->user));
    bar += "<form method=post action='/hub/logout'>" + csrf_field(call) + "<button class=plain>Log out</button></form></nav>";
  }
  return bar + "</header>";
}

}  // namespace

std::string csrf_field(const Call& call) { return "<input type=hidden name=_xsrf value='" + escape_html(call.visitor ? call.visitor->csrf : call.csrf_cookie) + "'>"; }

std::string note(std::string_view text, bool is_bad) {
  return text.empty() ? "" : "<p class='note" + std::string(is_bad ? " bad" : "") + "' role=" + (is_bad ? "alert" : "status") + ">" + escape_html(text) + "</p>";
}

net::Response page(const Call& call, std::string_view title, std::string content, int status) {
  return html_response(status, document(title, bar_of(call), content));
}

net::Response message_page(int status, std::string_view title, std::string_view message) {
  const std::string content = "<section class=narrow><h1>" + escape_html(title) + "</h1>" + note(message, status >= 400) + "<p><a href='/hub/home'>Home</a></p></section>";
  return html_response(status, document(title, "<header><a class=brand href='/hub/home'><span class=mark aria-hidden=true></span>DataFlow Lab</a></header>", content));
}

net::Response confirm_access_page(const Call& call, const lab::hub::ServerInfo& server) {
  const std::string content = "<section class=narrow><h1>Open somebody else's server?</h1><p>You are about to enter the server of <b>" + escape_html(server.user) +
                              "</b>. What runs there can act with what you allow here: your name and groups.</p><form method=post action='" + escape_html(call.request.target) + "'>" +
                              csrf_field(call) + "<button>Open it</button> <a href='/hub/home'>Back</a></form></section>";
  return page(call, "Open a server", content);
}

}  // namespace lab::wire::hub::pages
