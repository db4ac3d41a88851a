#include "wire/s3/console/files.h"

namespace lab::s3::console {

// Signs its requests in the browser (version 4, by WebCrypto), so that the secret never leaves it and what a user may is decided where it
// is for every other client.
const std::string_view kScript = R"js("use strict";

const encoder = new TextEncoder();
const hex = bytes => [...new Uint8Array(bytes)].map(b => b.toString(16).padStart(2, "0")).join("");
const sha256 = async data => hex(await crypto.subtle.digest("SHA-256", typeof data === "string" ? encoder.encode(data) : data));
const encode = text => encodeURIComponent(text).replace(/[!'()*]/g, c => "%" + c.charCodeAt(0).toString(16).toUpperCase());
const encodePath = text => text.split("/").map(encode).join("/");
const PART = 16 << 20, PREVIEW = 256 << 10;

async function hmac(key, text) {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return crypto.subtle.sign("HMAC", imported, encoder.encode(text));
}

let session = JSON.parse(sessionStorage.getItem("session") || "null");

async function signature(service, time, canonical) {
  const scope = `${time.slice(0, 8)}/us-east-1/${service}/aws4_request`;
  let key = encoder.encode("AWS4" + session.secret);
  for (const part of scope.split("/")) key = await hmac(key, part);
  return { scope, value: hex(await hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${await sha256(canonical)}`)) };
}

const now = () => new Date().toISOString().replace(/[-:]|\.\d+/g, "");
const queryText = query => Object.entries(query).map(([k, v]) => [encode(k), encode(v)]).sort((a, b) => a[0] < b[0] ? -1 : 1).map(p => p.join("=")).join("&");

class Refusal extends Error {}

/** One signed request; throws Refusal with the store's own words. */
async function ask(method, path, { query = {}, body = "", headers = {}, service = "s3" } = {}) {
  const time = now(), target = encodePath(path), text = queryText(query);
  const payload = typeof body === "string" ? await sha256(body) : "UNSIGNED-PAYLOAD";
  const signed = { host: location.host, "x-amz-content-sha256": payload, "x-amz-date": time };
  for (const [name, value] of Object.entries(headers)) if (name.startsWith("x-amz-")) signed[name] = value;
  const names = Object.keys(signed).sort();
  const canonical = [method, target, text, ...names.map(n => `${n}:${signed[n]}`), "", names.join(";"), payload].join("\n");
  const { scope, value } = await signature(service, time, canonical);
  const sent = { ...headers, ...signed, Authorization: `AWS4-HMAC-SHA256 Credential=${session.key}/${scope}, SignedHeaders=${names.join(";")}, Signature=${value}` };
  delete sent.host;
  const answer = await fetch(target + (text ? "?" + text : ""), { method, headers: sent, body: method === "GET" || method === "HEAD" ? undefined : body });
  if (!answer.ok) throw new Refusal(reasonOf(await answer.text()) || `${method} ${path}: ${answer.status}`);
  return answer;
}

const parse = text => new DOMParser().parseFromString(text, "text/xml");
const all = (node, name) => [...node.getElementsByTagNameNS("*", name)];
const text = (node, name) => all(node, name)[0]?.textContent ?? "";
const reasonOf = body => { const told = parse(body); return text(told, "Message") ? `${text(told, "Code")}: ${text(told, "Message")}` : ""; };
const askXml = async (...given) => parse(await (await ask(...given)).text());
const askIam = (action, form = {}) =>
  askXml("POST", "/", { body: new URLSearchParams({ Action: action, Version: "2010-05-08", ...form }).toString(), headers: { "content-type": "application/x-www-form-urlencoded" }, service: "iam" });

/** A link that works for ten minutes without the keys. */
async function link(bucket, key, extra = {}) {
  const time = now(), scope = `${time.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const query = { "X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": `${session.key}/${scope}`, "X-Amz-Date": time, "X-Amz-Expires": "600", "X-Amz-SignedHeaders": "host", ...extra };
  const path = encodePath(`/${bucket}/${key}`);
  const { value } = await signature("s3", time, ["GET", path, queryText(query), `host:${location.host}`, "", "host", "UNSIGNED-PAYLOAD"].join("\n"));
  return `${path}?${queryText(query)}&X-Amz-Signature=${value}`;
}

async function listAll(bucket, query, names) {
  const found = [];
  for (let more = {}; more;) {
    const page = await askXml("GET", `/${bucket}`, { query: { ...query, ...more } });
    for (const name of names) for (const node of all(page, name)) if (node.parentNode === page.documentElement) found.push(node);
    more = null;
    if (text(page, "IsTruncated") === "true" && found.length < 5000)
      more = "versions" in query ? { "key-marker": text(page, "NextKeyMarker"), "version-id-marker": text(page, "NextVersionIdMarker") } : { "continuation-token": text(page, "NextContinuationToken") };
  }
  return found;
}

async function upload(bucket, key, file, tell) {
  const headers = { "content-type": file.type || "application/octet-stream" };
  if (file.size <= PART) return ask("PUT", `/${bucket}/${key}`, { body: file, headers });
  const path = `/${bucket}/${key}`, id = text(await askXml("POST", path, { query: { uploads: "" }, headers }), "UploadId");
  try {
    let parts = "";
    for (let number = 1, at = 0; at < file.size; ++number, at += PART) {
      tell(`${key}: ${Math.round(at / file.size * 100)} %`);
      const answer = await ask("PUT", path, { query: { partNumber: String(number), uploadId: id }, body: file.slice(at, at + PART) });
      parts += `<Part><PartNumber>${number}</PartNumber><ETag>${answer.headers.get("etag")}</ETag></Part>`;
    }
    return await ask("POST", path, { query: { uploadId: id }, body: `<CompleteMultipartUpload>${parts}</CompleteMultipartUpload>` });
  } catch (failure) {
    await ask("DELETE", path, { query: { uploadId: id } });
    throw failure;
  }
}

// The page.

function h(tag, given = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) name.startsWith("on") ? node.addEventListener(name.slice(2), value) : node.setAttribute(name, value);
  node.append(...children.flat().filter(child => child !== null));
  return node;
}
const main = document.getElementById("main"), told = document.getElementById("told");
const show = (...nodes) => main.replaceChildren(...nodes.flat());
function tell(words, isBad = false) { told.textContent = words; told.className = isBad ? "bad" : ""; }
/** Runs what a button or a page does; its failure is shown and not lost. */
const doing = work => async (...given) => {
  given[0]?.preventDefault?.();
  tell("");
  try { await work(...given); } catch (failure) {
    if (!(failure instanceof Refusal)) console.error(failure);
    tell(failure.message, true);
  }
};
const button = (label, work, kind = "") => h("button", { type: "button", class: kind, onclick: doing(work) }, label);
const anchor = (label, ...parts) => h("a", { href: "#/" + parts.map(encode).join("/") }, label);
const size = bytes => { let n = Number(bytes), unit = 0; while (n >= 1000 && unit < 4) { n /= 1000; ++unit; } return `${unit ? n.toFixed(1) : n} ${["B", "kB", "MB", "GB", "TB"][unit]}`; };
const time = iso => iso.replace("T", " ").slice(0, 19);
const table = (heads, rows, empty) => rows.length ? h("table", {}, h("thead", {}, h("tr", {}, heads.map(name => h("th", {}, name)))), h("tbody", {}, rows)) : h("p", { class: "empty" }, empty);
const row = (...cells) => h("tr", {}, cells.map(cell => h("td", {}, cell)));
function form(label, action, work) {
  const field = h("input", { "aria-label": label, placeholder: label, required: "" });
  return h("form", { class: "line", onsubmit: doing(async () => { await work(field.value.trim()); field.value = ""; }) }, field, h("button", {}, action));
}

async function showBuckets() {
  const buckets = all(await askXml("GET", "/"), "Bucket");
  show(h("h1", {}, "Buckets"),
    table(["Bucket", "Made", ""], buckets.map(bucket => {
      const name = text(bucket, "Name");
      return row(anchor(name, "browse", name, ""), time(text(bucket, "CreationDate")), [anchor("Settings", "settings", name), " ",
        button("Remove", async () => { if (confirm(`Remove the bucket ${name}? It must be empty.`)) { await ask("DELETE", `/${name}`); await route(); } }, "quiet")]);
    }), "No buckets yet."),
    form("New bucket", "Make", async name => { await ask("PUT", `/${name}`); await route(); }));
}

function crumbs(bucket, prefix) {
  const parts = prefix.split("/").filter(part => part), nodes = [anchor("Buckets", ""), " / ", anchor(bucket, "browse", bucket, "")];
  parts.forEach((part, i) => nodes.push(" / ", anchor(part, "browse", bucket, parts.slice(0, i + 1).join("/") + "/")));
  return h("h1", {}, nodes);
}

async function showFolder(bucket, prefix) {
  const found = await listAll(bucket, { "list-type": "2", delimiter: "/", prefix }, ["CommonPrefixes", "Contents"]);
  const put = async files => {
    const chosen = [...files];
    for (const file of chosen) { tell(`Uploading ${file.name}…`); await upload(bucket, prefix + file.name, file, tell); }
    await route();
    tell(`${chosen.length} uploaded.`);
  };
  const picker = h("input", { type: "file", multiple: "", "aria-label": "Files to upload", onchange: doing(event => put(event.target.files)) });
  const rows = found.map(node => {
    const folder = text(node, "Prefix");
    if (folder) return row(anchor(folder.slice(prefix.length), "browse", bucket, folder), "", "", "");
    const key = text(node, "Key");
    return row(anchor(key.slice(prefix.length) || key, "object", bucket, key), h("span", { class: "n" }, size(text(node, "Size"))), time(text(node, "LastModified")),
      button("Remove", async () => { if (confirm(`Remove ${key}?`)) { await ask("DELETE", `/${bucket}/${key}`); await route(); } }, "quiet"));
  });
  const place = h("section", { class: "drop", ondragover: event => event.preventDefault(), ondrop: doing(event => put(event.dataTransfer.files)) },
    table(["Name", "Size", "Changed (UTC)", ""], rows, "Nothing here yet."), h("p", {}, "Upload: ", picker, " or drop files here."));
  show(crumbs(bucket, prefix), h("p", {}, anchor("Settings of this bucket", "settings", bucket)), place, found.length >= 5000 ? h("p", { class: "empty" }, "The first 5,000 are shown.") : "");
}

async function preview(bucket, key, head) {
  const type = head.headers.get("content-type") || "", length = Number(head.headers.get("content-length"));
  if (type.startsWith("image/") && length <= PART) {
    const bytes = await (await ask("GET", `/${bucket}/${key}`)).blob();
    return h("img", { class: "preview", alt: key, src: URL.createObjectURL(bytes) });
  }
  const isText = /^text\/|json|xml|csv|yaml|javascript/.test(type) || /\.(txt|csv|json|md|sql|py|log|ya?ml|xml|toml)$/i.test(key);
  if (!isText) return h("p", { class: "empty" }, "No preview of this kind of file.");
  if (length === 0) return h("p", { class: "empty" }, "It is empty.");
  const shown = await (await ask("GET", `/${bucket}/${key}`, { headers: { range: `bytes=0-${PREVIEW - 1}` } })).text();
  return [h("pre", { class: "preview" }, shown), length > PREVIEW ? h("p", { class: "empty" }, `The first ${size(PREVIEW)} of ${size(length)}.`) : null];
}

async function showObject(bucket, key) {
  const versions = (await listAll(bucket, { versions: "", prefix: key }, ["Version", "DeleteMarker"])).filter(node => text(node, "Key") === key);
  const name = key.split("/").pop() || key, path = `/${bucket}/${key}`;
  const download = extra => async () => { location.assign(await link(bucket, key, { "response-content-disposition": `attachment; filename="${name.replace(/["\\]/g, "_")}"`, ...extra })); };
  const nodes = [crumbs(bucket, key)];
  if (versions[0] && versions[0].localName === "Version") {
    const head = await ask("HEAD", path);
    const facts = ["content-type", "content-length", "etag", "last-modified", ...[...head.headers.keys()].filter(header => header.startsWith("x-amz-meta-"))];
    nodes.push(h("p", {}, button("Download", download({})), " ", button("Copy a link for ten minutes", async () => { await navigator.clipboard.writeText(location.origin + await link(bucket, key)); tell("Copied."); }, "quiet")),
      h("dl", {}, facts.filter(fact => head.headers.get(fact)).map(fact => [h("dt", {}, fact), h("dd", {}, head.headers.get(fact))]).flat()),
      h("h2", {}, "Preview"), await preview(bucket, key, head));
  }
  const rows = versions.map(node => {
    const id = text(node, "VersionId"), isMarker = node.localName === "DeleteMarker", isLatest = text(node, "IsLatest") === "true";
    return row(time(text(node, "LastModified")), h("code", {}, id), isMarker ? "deleted" : h("span", { class: "n" }, size(text(node, "Size"))), isLatest ? "latest" : "", [
      isMarker ? null : button("Download", download({ versionId: id }), "quiet"), " ",
      isMarker || isLatest ? null : button("Bring back", async () => { await ask("PUT", path, { headers: { "x-amz-copy-source": encodePath(path) + "?versionId=" + encode(id) } }); await route(); }, "quiet"), " ",
      button("Remove for good", async () => { if (confirm("Remove this version for good?")) { await ask("DELETE", path, { query: { versionId: id } }); versions.length > 1 ? await route() : location.hash = `#/browse/${encode(bucket)}/`; } }, "quiet")].filter(Boolean));
  });
  show(nodes.flat().filter(Boolean), h("h2", {}, "Versions"), table(["Made (UTC)", "Version", "Size", "", ""], rows, "This key has no versions."));
}

async function settingOf(bucket, name, fallback) {
  try { return await (await ask("GET", `/${bucket}`, { query: { [name]: "" } })).text(); } catch (failure) {
    if (/^NoSuch/.test(failure.message)) return fallback;
    throw failure;
  }
}

async function showSettings(bucket) {
  const policy = await settingOf(bucket, "policy", ""), status = text(parse(await settingOf(bucket, "versioning", "<a/>")), "Status");
  let shown = policy;
  try { shown = policy && JSON.stringify(JSON.parse(policy), null, 2); } catch { /* shown as it is */ }
  const field = h("textarea", { "aria-label": "Policy", rows: "16", spellcheck: "false", placeholder: "No policy: only the owner and its access lists." }, shown);
  const setVersioning = wanted => async () => { await ask("PUT", `/${bucket}`, { query: { versioning: "" }, body: `<VersioningConfiguration><Status>${wanted}</Status></VersioningConfiguration>` }); await route(); };
  show(crumbs(bucket, ""), h("h2", {}, "Versions"), h("p", {}, status === "Enabled" ? "Versions are kept. " : status === "Suspended" ? "New versions are not kept. " : "Versions are not kept. ",
      status === "Enabled" ? button("Keep no new ones", setVersioning("Suspended"), "quiet") : button("Keep versions", setVersioning("Enabled"))),
    h("h2", {}, "Policy"), field,
    h("p", {}, button("Save the policy", async () => { await ask("PUT", `/${bucket}`, { query: { policy: "" }, body: field.value }); tell("The policy is set."); }), " ",
      button("Remove it", async () => { await ask("DELETE", `/${bucket}`, { query: { policy: "" } }); await route(); }, "quiet")));
}

async function showUsers() {
  const names = all(await askIam("ListUsers"), "UserName").map(node => node.textContent);
  show(h("h1", {}, "Users"), table(["User"], names.map(name => row(anchor(name, "user", name))), "No users."),
    form("New user", "Add", async name => { await askIam("CreateUser", { UserName: name }); location.hash = `#/user/${encode(name)}`; }));
}

async function showUser(user, secret = null) {
  const keys = all(await askIam("ListAccessKeys", { UserName: user }), "AccessKeyId").map(node => node.textContent);
  const policies = all(await askIam("ListUserPolicies", { UserName: user }), "member").map(node => node.textContent);
  const document_ = async name => decodeURIComponent(text(await askIam("GetUserPolicy", { UserName: user, PolicyName: name }), "PolicyDocument"));
  const field = h("textarea", { "aria-label": "Policy", rows: "12", spellcheck: "false" }), name = h("input", { "aria-label": "Name of the policy", value: policies[0] || "access" });
  if (policies[0]) field.value = await document_(policies[0]);
  show(h("h1", {}, anchor("Users", "users"), " / ", user),
    secret ? h("p", { class: "secret" }, "The secret is shown once. Key ", h("code", {}, secret.key), ", secret ", h("code", {}, secret.secret)) : "",
    h("h2", {}, "Keys"), table(["Key", ""], keys.map(key => row(h("code", {}, key), button("Remove", async () => { if (confirm(`Remove the key ${key}?`)) { await askIam("DeleteAccessKey", { UserName: user, AccessKeyId: key }); await route(); } }, "quiet"))), "No keys."),
    h("p", {}, button("New key", async () => { const made = await askIam("CreateAccessKey", { UserName: user }); await showUser(user, { key: text(made, "AccessKeyId"), secret: text(made, "SecretAccessKey") }); })),
    h("h2", {}, "Policies"), policies.length ? h("p", {}, policies.map(each => [button(each, async () => { name.value = each; field.value = await document_(each); }, "quiet"), " "]).flat()) : "",
    h("p", {}, name), field,
    h("p", {}, button("Save the policy", async () => { await askIam("PutUserPolicy", { UserName: user, PolicyName: name.value, PolicyDocument: field.value }); await route(); tell("The policy is set."); }), " ",
      button("Remove it", async () => { await askIam("DeleteUserPolicy", { UserName: user, PolicyName: name.value }); await route(); }, "quiet")),
    h("h2", {}, "Remove"), h("p", {}, button("Remove this user with keys and policies", async () => {
      if (!confirm(`Remove the user ${user}?`)) return;
      for (const key of keys) await askIam("DeleteAccessKey", { UserName: user, AccessKeyId: key });
      for (const policy of policies) await askIam("DeleteUserPolicy", { UserName: user, PolicyName: policy });
      await askIam("DeleteUser", { UserName: user });
      location.hash = "#/users";
    }, "quiet")));
}

function showLogin() {
  const key = h("input", { id: "key", autocomplete: "username", required: "" }), secret = h("input", { id: "secret", type: "password", autocomplete: "current-password", required: "" });
  show(h("form", { class: "login", onsubmit: doing(async () => {
    session = { key: key.value.trim(), secret: secret.value.trim() };
    try { session.user = text(await askIam("GetUser"), "UserName"); } catch (failure) { session = null; throw failure; }
    sessionStorage.setItem("session", JSON.stringify(session));
    await route();
  }) }, h("h1", {}, "DataFlow Lab"), h("label", { for: "key" }, "Access key"), key, h("label", { for: "secret" }, "Secret key"), secret, h("button", {}, "Log in")));
}

const PAGES = { "": showBuckets, browse: showFolder, object: showObject, settings: showSettings, users: showUsers, user: name => showUser(name) };

async function route() {
  document.getElementById("nav").hidden = !session;
  document.getElementById("who").textContent = session?.user ?? "";
  if (!session) return showLogin();
  const [page, ...given] = location.hash.replace(/^#\//, "").split("/").map(decodeURIComponent);
  await (PAGES[page] ?? showBuckets)(...given);
}

document.getElementById("leave").addEventListener("click", doing(async () => { session = null; sessionStorage.removeItem("session"); location.hash = ""; await route(); }));
addEventListener("hashchange", doing(route));
doing(route)();
)js";

}  // namespace lab::s3::console
