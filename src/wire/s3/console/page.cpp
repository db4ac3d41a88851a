#include "wire/s3/console/files.h"

namespace lab::s3::console {

const std::string_view kPage = R"html(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>DataFlow Lab: objects</title>
<link rel="stylesheet" href="/-/console.css">
<header>
  <a class="home" href="#/">DataFlow Lab</a>
  <nav id="nav" hidden><a href="#/">Buckets</a><a href="#/users">Users</a><span id="who"></span><button type="button" id="leave" class="quiet">Log out</button></nav>
</header>
<p id="told" role="status"></p>
<main id="main"></main>
<noscript><p>This page signs its requests in the browser and needs JavaScript.</p></noscript>
<script src="/-/console.js"></script>
</html>
)html";

const std::string_view kStyle = R"css(:root { color-scheme: light dark; --line: #8884; --accent: #1f6feb; --soft: #8881; }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 68rem; margin: 0 auto; padding: 0 1.25rem 4rem; }
header { display: flex; align-items: center; gap: 2rem; padding: 1rem 0; border-bottom: 1px solid var(--line); }
nav { display: flex; gap: 1.25rem; align-items: center; flex: 1; }
nav[hidden] { display: none; }
#who { margin-left: auto; opacity: .7; }
.home { font-weight: 650; color: inherit; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
h1 { font-size: 1.3rem; font-weight: 600; margin: 1.5rem 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1rem; margin: 2rem 0 .5rem; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 600; opacity: .7; font-size: .9em; }
th, td { padding: .4rem 1rem .4rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
td:last-child { text-align: right; padding-right: 0; }
.n { font-variant-numeric: tabular-nums; white-space: nowrap; }
.empty { opacity: .65; }
button { font: inherit; padding: .3rem .8rem; border-radius: .4rem; border: 1px solid var(--accent); background: var(--accent); color: #fff; cursor: pointer; }
button.quiet { background: none; color: inherit; border-color: var(--line); font-size: .9em; }
input, textarea { font: inherit; padding: .35rem .6rem; border: 1px solid var(--line); border-radius: .4rem; background: Field; color: FieldText; }
input[type=file] { border: 0; padding: 0; background: none; color: inherit; }
textarea { width: 100%; font: 13px/1.45 ui-monospace, monospace; }
code, pre { font: 13px/1.45 ui-monospace, monospace; overflow-wrap: anywhere; }
pre.preview { background: var(--soft); padding: .8rem 1rem; border-radius: .4rem; max-height: 32rem; overflow: auto; white-space: pre-wrap; }
img.preview { max-width: 100%; max-height: 32rem; border-radius: .4rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.5rem; }
dt { opacity: .7; } dd { margin: 0; overflow-wrap: anywhere; }
.line { display: flex; gap: .5rem; margin-top: 1rem; }
.login { max-width: 20rem; margin: 4rem auto; display: grid; gap: .5rem; }
.login button { margin-top: .75rem; }
.secret { background: var(--soft); padding: .6rem 1rem; border-radius: .4rem; }
#told { min-height: 1.5em; margin: .5rem 0 0; }
#told.bad { color: #c0392b; }
)css";

}  // namespace lab::s3::console
