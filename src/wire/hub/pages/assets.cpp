#include "wire/hub/pages/assets.h"

#include "base/checksum.h"
#include "base/ids.h"
#include "wire/hub/operations.h"

namespace lab::wire::hub::pages {
namespace {

constexpr const char* kStyle = R"CSS(:root{color-scheme:light dark;--paper:#fbfbfc;--card:#fff;--ink:#1a1d23;--soft:#5b6270;--line:#dfe2e8;--accent:#0b5fc0;--on-accent:#fff;--good:#177245;--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--paper:#14161a;--card:#1c1f25;--ink:#e8eaee;--soft:#a3abba;--line:#343944;--accent:#79b4ff;--on-accent:#0c1420;--good:#66cf9a;--bad:#ff8a80}}
*{box-sizing:border-box}body{margin:0;font:16px/1.55 system-ui,sans-serif;background:var(--paper);color:var(--ink)}
a{color:var(--accent)}:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:4px}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem}
header{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;align-items:center;padding:.75rem 1.5rem;background:var(--card);border-bottom:1px solid var(--line)}
.brand{display:flex;gap:.6rem;align-items:center;font-weight:650;color:var(--ink);text-decoration:none;margin-right:auto}
.mark{width:1.1rem;height:1.1rem;border-radius:.3rem;background:linear-gradient(135deg,var(--accent),var(--good))}
footer{max-width:66rem;margin:0 auto;padding:0 1.5rem 2rem;font-size:.9rem}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;align-items:center}nav a{color:var(--soft);text-decoration:none}nav a:hover,nav a[aria-current]{color:var(--ink)}nav a[aria-current]{font-weight:600}
main{max-width:66rem;margin:0 auto;padding:1.75rem 1.5rem 4rem}h1{font-size:1.6rem;line-height:1.2;margin:.2rem 0 1.2rem;letter-spacing:-.01em}h2{font-size:1.05rem;margin:0 0 .75rem}
section{background:var(--card);border:1px solid var(--line);border-radius:.9rem;padding:1.25rem 1.5rem;margin-bottom:1.25rem}
.narrow{max-width:26rem;margin:8vh auto 0}form{margin:0}label{display:block;font-weight:550;margin:.9rem 0 .25rem}
input,select{font:inherit;width:100%;padding:.55rem .7rem;border:1px solid var(--soft);border-radius:.5rem;background:var(--paper);color:var(--ink)}input[type=checkbox]{width:auto}
button,.button{font:inherit;font-weight:600;padding:.5rem 1.1rem;border:1px solid var(--accent);border-radius:.5rem;background:var(--accent);color:var(--on-accent);cursor:pointer;text-decoration:none;display:inline-block}
button.quiet,.button.quiet{background:transparent;color:var(--accent)}button.plain{background:none;border:0;color:var(--soft);padding:0;font-weight:400}button.plain:hover{color:var(--ink)}button:disabled{opacity:.55;cursor:default}
.narrow button:not(.quiet){margin-top:1.2rem}.row{display:flex;flex-wrap:wrap;gap:.6rem 1rem;align-items:center}.row>.grow{flex:1;min-width:12rem}.row select{width:auto;max-width:100%}td .row{flex-wrap:nowrap}td select{padding:.2rem .4rem;font-size:.9rem}.narrow select{margin-top:1.2rem}
.table{overflow-x:auto}.table+.row{margin-top:1rem}table{border-collapse:collapse;width:100%}th{text-align:left;color:var(--soft);font-weight:550;font-size:.9rem}th,td{padding:.5rem 1rem .5rem 0;border-bottom:1px solid var(--line);vertical-align:middle}tr:last-child td{border-bottom:0}
td form{display:inline-block;margin-right:.4rem}td button,td .button{padding:.2rem .7rem;font-size:.9rem;white-space:nowrap}td>code,td>a.mono{white-space:nowrap}code,.mono{font:.92em/1.5 ui-monospace,monospace;overflow-wrap:anywhere}
.state{display:inline-flex;gap:.45rem;align-items:center;white-space:nowrap}.state::before{content:'';width:.6rem;height:.6rem;border-radius:50%;background:var(--line);border:1px solid var(--soft)}.state.up::before{background:var(--good);border-color:var(--good)}.state.busy::before{background:var(--accent);border-color:var(--accent)}
.note{border-left:4px solid var(--accent);background:color-mix(in srgb,var(--accent) 9%,transparent);padding:.6rem .9rem;border-radius:.3rem}.note.bad{border-color:var(--bad);background:color-mix(in srgb,var(--bad) 10%,transparent)}
.soft{color:var(--soft)}progress{width:100%;height:.6rem;accent-color:var(--accent)}ol.log{margin:1rem 0 0;padding-left:1.2rem;color:var(--soft)}
pre{white-space:pre-wrap}@media (max-width:34rem){.cards tr{display:flex;flex-wrap:wrap;gap:.4rem 1rem;padding:.6rem 0;border-bottom:1px solid var(--line)}.cards tr:first-child{display:none}.cards tr:last-child,.cards td{border:0}.cards td{padding:0;min-width:0;max-width:100%}.cards td .row{max-width:100%}.cards td:empty{display:none}main{padding:1rem .75rem 3rem}header{padding:.6rem .9rem}section{padding:1rem}}
@media (prefers-reduced-motion:no-preference){button,.button{transition:opacity .1s}}
)CSS";

constexpr const char* kScript = R"JS('use strict';
// A start as it goes: each event of the hub is a line, and the browser goes on when the server is ready.
const start = document.querySelector('[data-progress]');
if (start) {
  const bar = start.querySelector('progress'), log = start.querySelector('ol'), source = new EventSource(start.dataset.progress);
  source.onmessage = (message) => {
    const event = JSON.parse(message.data);
    bar.value = event.progress;
    const line = document.createElement('li');
    line.textContent = event.message;
    log.append(line);
    if (event.ready) { source.close(); location.replace(start.dataset.next); }
    if (event.failed) { source.close(); start.querySelector('.again').hidden = false; bar.hidden = true; }
  };
  source.onerror = () => { source.close(); setTimeout(() => location.reload(), 1500); };
}
// What cannot be taken back is asked for twice.
for (const form of document.querySelectorAll('form[data-confirm]'))
  form.addEventListener('submit', (event) => { if (!confirm(form.dataset.confirm)) event.preventDefault(); });
// Servers that are starting or stopping change soon.
if (document.querySelector('.state.busy') && !start) setTimeout(() => location.reload(), 2000);
)JS";

net::Response asset(const char* type, const char* text) {
  net::Response response = net::text_response(200, type, text);
  response.set("Cache-Control", "public, max-age=31536000, immutable");
  response.set("X-Content-Type-Options", "nosniff");
  return response;
}

}  // namespace

const std::string& assets_version() {
  static const std::string version = to_hex(checksum(ChecksumKind::Sha256, std::string(kStyle) + kScript)).substr(0, 12);
  return version;
}

net::Response style(Service&, Call&) { return asset("text/css; charset=utf-8", kStyle); }
net::Response script(Service&, Call&) { return asset("text/javascript; charset=utf-8", kScript); }

}  // namespace lab::wire::hub::pages
