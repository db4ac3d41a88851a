#include "wire/apps/pages.h"

#include "base/html_text.h"

namespace lab::wire::apps::pages {
namespace {

constexpr const char* kPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

constexpr const char* kStyle = R"CSS(:root{color-scheme:light dark;--paper:#fbfbfc;--card:#fff;--ink:#1a1d23;--soft:#5b6270;--line:#dfe2e8;--accent:#0b5fc0;--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--paper:#14161a;--card:#1c1f25;--ink:#e8eaee;--soft:#a3abba;--line:#343944;--accent:#79b4ff;--bad:#ff8a80}}
*{box-sizing:border-box}body{margin:0;font:16px/1.55 system-ui,sans-serif;background:var(--paper);color:var(--ink)}a{color:var(--accent)}
main{max-width:44rem;margin:10vh auto 0;padding:1.5rem}section{background:var(--card);border:1px solid var(--line);border-radius:.9rem;padding:1.25rem 1.5rem}
h1{font-size:1.5rem;line-height:1.2;margin:.2rem 0 1rem}.soft{color:var(--soft)}progress{width:100%;height:.6rem;accent-color:var(--accent)}ol{margin:1rem 0 0;padding-left:1.2rem;color:var(--soft)}
.note{border-left:4px solid var(--accent);padding:.4rem .9rem}.bad{border-color:var(--bad)}pre{overflow:auto;max-height:50vh;font:.85em/1.5 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
)CSS";

constexpr const char* kScript = R"JS('use strict';
// A start as it goes: each event is a line; ready or failed, the address shows what there is then.
const start = document.querySelector('[data-progress]');
if (start) {
  const bar = start.querySelector('progress'), log = start.querySelector('ol'), source = new EventSource(start.dataset.progress);
  const again = () => { source.close(); setTimeout(() => location.reload(), 500); };
  source.onmessage = (message) => {
    const event = JSON.parse(message.data);
    bar.value = event.progress;
    const line = document.createElement('li');
    line.textContent = event.message;
    log.append(line);
    if (event.ready || event.failed) again();
  };
  source.onerror = again;
}
)JS";

net::Response asset(const char* type, const char* text) {
  net::Response response = net::text_response(200, type, text);
  response.set("Cache-Control", "no-cache");
  response.set("X-Content-Type-Options", "nosniff");
  return response;
}

net::Response page(int status, std::string_view title, const std::string& content) {
  net::Response response = net::text_response(status, "text/html; charset=utf-8",
                                              "<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport content='width=device-width,initial-scale=1'><title>" + escape_html(title) +
                                                  " · DataFlow Lab</title><link rel=icon href='data:,'><link rel=stylesheet href='/.dflab/door.css'><script defer src='/.dflab/door.js'></script></head><body><main>" + content +
                                                  "</main></body></html>");
  response.set("Content-Security-Policy", kPolicy);
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Referrer-Policy", "same-origin");
  response.set("Cache-Control", "no-store");
  return response;
}

}  // namespace

net::Response style() { return asset("text/css; charset=utf-8", kStyle); }
net::Response script() { return asset("text/javascript; charset=utf-8", kScript); }

net::Response message(int status, std::string_view title, std::string_view text, const std::string& hub) {
  return page(status, title, "<section><h1>" + escape_html(title) + "</h1><p class='note" + (status >= 400 ? " bad" : "") + "'>" + escape_html(text) + "</p><p><a href='" + escape_html(hub) + "/hub/apps'>Your apps</a></p></section>");
}

net::Response starting(const lab::apps::App& app) {
  // Not there yet, and to be asked for again: whoever looks at statuses and not at pages is told so too.
  net::Response response = page(503, app.name + " is starting", "<section data-progress='/.dflab/progress/" + app.name + "'><h1>" + escape_html(app.name) +
                                                                     " is starting</h1><progress max=100 value=0 aria-label='How far the start is'></progress><ol aria-live=polite></ol>"
                                                                     "<noscript><p><a href='" + app.prefix() + "'>Open it when it is ready</a></p></noscript></section>");
  response.set("Retry-After", "2");
  return response;
}

net::Response failed(const lab::apps::App& app, std::string_view text, std::string_view cause, const std::vector<std::string>& lines, const std::string& hub) {
  std::string content = "<section><h1>" + escape_html(app.name) + " does not run</h1><p class='note bad'>" + escape_html(text) + "</p>";
  if (!cause.empty()) content += "<p>" + escape_html(cause) + "</p>";
  if (!lines.empty()) {
    content += "<p class=soft>The end of its log; visitors do not see it.</p><pre>";
    for (const std::string& line : lines) content += escape_html(line) + "\n";
    content += "</pre>";
  }
  return page(503, app.name, content + "<p><a href='" + app.prefix() + "'>Try again</a> · <a href='" + escape_html(hub) + "/hub/apps'>Your apps</a></p></section>");
}

}  // namespace lab::wire::apps::pages
