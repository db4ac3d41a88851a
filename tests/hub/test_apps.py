"""Apps: a small server and real Streamlit behind the door of port 8501, with its log-in, headers, WebSockets, idleness, failures and restarts."""

from __future__ import annotations

import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import time
import urllib.parse
import uuid

import pytest
import requests
import websocket

from door import Api, HubLab, Person, build_examples, lab_module

# Answers with what it was asked, and speaks just enough WebSocket (RFC 6455) to send back what it gets.
ECHO = '''
import base64, hashlib, http.server, json, os, sys

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.headers.get("Upgrade", "").lower() == "websocket":
            return self.echo()
        if self.path == "/crash":
            print("it fell over: secret-of-the-owner", flush=True)
            os._exit(3)
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = json.dumps({"path": self.path, "headers": [[k.lower(), v] for k, v in self.headers.items()], "pid": os.getpid(), "env": sorted(os.environ), "secret": os.environ["DFLAB_APP_SECRET"]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Set-Cookie", "mine=1; Path=/; Domain=localhost")
        self.send_header("Set-Cookie", "dflab-hub=stolen; Path=/hub/")
        self.send_header("Clear-Site-Data", '"cookies"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def echo(self):
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
        self.end_headers()
        self.close_connection = True
        while True:
            head = self.rfile.read(2)
            if len(head) < 2:
                return
            mask, data = self.rfile.read(4), self.rfile.read(head[1] & 0x7f)
            opcode = {0x89: 0x8a}.get(head[0], head[0])
            self.wfile.write(bytes([opcode, len(data)]) + bytes(byte ^ mask[i % 4] for i, byte in enumerate(data)))

print("listening on", sys.argv[1], flush=True)
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
'''
COMMAND = "python3 echo.py {port}"


class AppsLab(HubLab):
    def __init__(self, **settings):
        self.apps_port = lab_module.free_port()
        super().__init__(**{"apps.port": self.apps_port} | settings)

    @property
    def apps_url(self) -> str:
        return f"http://localhost:{self.apps_port}"

    def start(self, wait_seconds: float = 90):
        super().start(wait_seconds)
        deadline = time.monotonic() + wait_seconds
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.apps_port), 1).close()
                return self
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.02)

    def home(self, user: str) -> pathlib.Path:
        return self.folder / "data" / "homes" / user


def write_app(lab: AppsLab, user: str, folder: str, **files: str) -> str:
    place = lab.home(user) / "work" / folder
    place.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (place / f"{name}.py").write_text(text)
    return f"work/{folder}"


def deploy(api: Api, name: str, **wish) -> dict:
    answer = api("PUT", f"/apps/{name}", wish)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def wait_for(what, seconds: float = 30):
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.1)
    return found


def has_gone(pid: int) -> bool:
    """Also when nobody has waited for it, as in containers without an init."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def state(api: Api, name: str) -> str:
    return api("GET", f"/apps/{name}").json()["state"]


@pytest.fixture(scope="module")
def lab():
    running = AppsLab()
    try:
        yield running.start()
    finally:
        running.close()


@pytest.fixture(scope="module")
def hub(lab):
    return lab


@pytest.fixture(scope="module")
def admin(lab):
    return Person(lab, "admin", "admin")


@pytest.fixture(scope="module")
def api(lab, admin):
    return Api(lab, admin.make_token(note="tests of apps"))


@pytest.fixture
def echo(lab, ann):
    """An app of Ann's, that nobody else may open, with a name of its own."""
    name = f"echo-{uuid.uuid4().hex[:6]}"
    deploy(ann.api, name, folder=write_app(lab, ann.name, name, echo=ECHO), command=COMMAND)
    yield name
    ann.api("DELETE", f"/apps/{name}")


def visit(lab: AppsLab, person, path: str, page: bool = False, **more) -> requests.Response:
    headers = {"Accept": "text/html"} if page else {}
    return person.http.get(lab.apps_url + path, headers=headers | more.pop("headers", {}), timeout=60, **more)


def log_in_at_the_door(lab: AppsLab, person, name: str) -> requests.Response:
    """As a browser does: the page leads to the hub and back."""
    return visit(lab, person, f"/{name}/", page=True)


def headers_of(answer: requests.Response, name: str) -> list[str]:
    return [value for key, value in answer.json()["headers"] if key == name]


def test_a_stranger_is_led_to_the_log_in_and_back(lab, ann, echo):
    stranger = Person(lab)
    answer = visit(lab, stranger, f"/{echo}/deep?x=1", page=True, allow_redirects=False)
    assert answer.status_code == 302
    target = urllib.parse.urlsplit(answer.headers["Location"])
    assert target.port == lab.hub_port and target.path == "/hub/api/oauth2/authorize"
    shown = visit(lab, stranger, f"/{echo}/deep?x=1", page=True)
    assert "name=username" in shown.text and f"http://localhost:{lab.apps_port}" in shown.headers["Content-Security-Policy"]
    stranger.http.post(shown.url.split("#")[0], data={"_xsrf": stranger.csrf, "username": ann.name, "password": "correct horse"}, timeout=60)
    # Back at the app, which has begun meanwhile.
    answer = wait_for(lambda: (got := visit(lab, stranger, f"/{echo}/deep?x=1")).status_code == 200 and got)
    assert answer.json()["path"] == "/deep?x=1"
    # A program is told, not led.
    assert visit(lab, Person(lab), f"/{echo}/").status_code == 403


def test_the_first_visit_starts_it_and_shows_how_far_it_is(lab, ann, echo):
    assert state(ann.api, echo) == "stopped"
    page = log_in_at_the_door(lab, ann, echo)
    assert page.status_code == 503 and page.headers["Retry-After"] and f"/.dflab/progress/{echo}" in page.text
    events = visit(lab, ann, f"/.dflab/progress/{echo}", stream=True)
    seen = [json.loads(line[6:]) for line in events.iter_lines(decode_unicode=True) if line.startswith("data: ")]
    assert seen[-1].get("ready") and [event["progress"] for event in seen] == sorted(event["progress"] for event in seen)
    assert state(ann.api, echo) == "running"
    assert visit(lab, ann, f"/{echo}/", page=True).json()["path"] == "/"
    told = ann.api("GET", f"/apps/{echo}").json()
    assert told["url"] == f"http://localhost:{lab.apps_port}/{echo}/" and told["healthy"] and told["owner"] == ann.name
    assert ann.api("GET", f"/apps/{echo}/logs").json()["lines"][0].startswith("listening on")


def test_a_request_waits_until_the_app_is_there(lab, ann, echo):
    token = {"Authorization": f"Bearer {ann.make_token()}"}
    answer = requests.get(f"{lab.apps_url}/{echo}/at?once", headers=token, timeout=60)
    assert answer.status_code == 200 and answer.json()["path"] == "/at?once"
    assert requests.post(f"{lab.apps_url}/{echo}/", headers=token, data=b"x" * 200_000, timeout=60).content == b"x" * 200_000


def test_it_is_told_who_visits_and_nobody_else_can_say_so(lab, ann, echo, api):
    group = f"readers-{uuid.uuid4().hex[:6]}"
    assert api("POST", f"/groups/{group}", {"users": [ann.name]}).status_code == 201
    log_in_at_the_door(lab, ann, echo)
    spoof = {"X-Dflab-User": "admin", "X-Forwarded-User": "admin", "X_Forwarded_User": "admin", "Remote-User": "admin", "X-Dflab-Groups": "all", "X-Dflab-Secret": "guess", "X-Real-Ip": "1.2.3.4"}
    answer = visit(lab, ann, f"/{echo}/", headers=spoof)
    assert headers_of(answer, "x-dflab-user") == headers_of(answer, "x-forwarded-user") == [ann.name]
    assert group in headers_of(answer, "x-dflab-groups")[0].split(",") and "all" not in headers_of(answer, "x-dflab-groups")[0].split(",")
    assert headers_of(answer, "x-dflab-secret") == [answer.json()["secret"]]
    assert headers_of(answer, "x-forwarded-prefix") == [f"/{echo}"]
    for gone in ("x_forwarded_user", "remote-user", "x-real-ip"):
        assert not headers_of(answer, gone)


def test_it_gets_no_credentials_and_sets_none(lab, ann, echo):
    token = ann.make_token()
    answer = requests.get(f"{lab.apps_url}/{echo}/", headers={"Authorization": f"Bearer {token}", "Cookie": "theme=dark; jupyterhub-session-id=x"}, timeout=60)
    assert not headers_of(answer, "authorization") and headers_of(answer, "cookie") == ["theme=dark"]
    cookies = answer.raw.headers.getlist("Set-Cookie")
    assert cookies == [f"mine=1; Path=/{echo}/"]
    assert "Clear-Site-Data" not in answer.headers
    log_in_at_the_door(lab, ann, echo)
    assert not any(name.startswith(("dflab", "jupyterhub")) for value in headers_of(visit(lab, ann, f"/{echo}/"), "cookie") for name in re.split(r"; ?", value))
    away = visit(lab, ann, f"/{echo}/away", allow_redirects=False)
    assert away.headers["Location"] == f"/{echo}/elsewhere"


def test_it_has_the_keys_of_its_owner_and_knows_no_hub(lab, ann, echo):
    log_in_at_the_door(lab, ann, echo)
    names = set(visit(lab, ann, f"/{echo}/").json()["env"])
    assert {"SPARK_REMOTE", "AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL", "PORT", "DFLAB_APP"} <= names
    assert not any(name.startswith(("JUPYTERHUB", "JPY")) for name in names)


def test_whom_it_is_open_to_is_its_owners_to_say(lab, ann, echo, api):
    name = f"ben-{uuid.uuid4().hex[:8]}"
    assert api("POST", f"/users/{name}").status_code == 201
    assert api("PUT", f"/users/{name}/password", {"password": "battery staple"}).status_code == 204
    ben = Person(lab, name, "battery staple")
    ben.api = Api(lab, ben.make_token())
    refused = log_in_at_the_door(lab, ben, echo)
    assert refused.status_code == 403 and echo in refused.text
    assert visit(lab, ben, f"/{echo}/").status_code == 403 and visit(lab, ben, f"/.dflab/progress/{echo}").status_code == 403
    assert state(ann.api, echo) == "stopped"
    # What is not open to somebody is not there for them.
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/logs"), ("POST", "/stop"), ("PATCH", "")):
        assert ben.api(method, f"/apps/{echo}{path}", {"public_to": ["everyone"]} if method == "PATCH" else None).status_code in (403, 404), path
    assert echo not in [app["name"] for app in ben.api("GET", "/apps").json()]
    assert ben.api("PUT", f"/apps/{echo}", {"folder": "work", "command": "true"}).status_code == 409

    assert ann.api("PATCH", f"/apps/{echo}", {"public_to": [f"user:{name}"]}).status_code == 200
    wait_for(lambda: visit(lab, ben, f"/{echo}/").status_code == 200)
    seen = ben.api("GET", f"/apps/{echo}").json()
    assert seen["state"] == "running" and "folder" not in seen and "reason" not in seen
    for method, path in (("DELETE", ""), ("GET", "/logs"), ("POST", "/stop")):
        assert ben.api(method, f"/apps/{echo}{path}").status_code == 403, path
    assert ann.api("PATCH", f"/apps/{echo}", {"public_to": []}).status_code == 200
    assert visit(lab, ben, f"/{echo}/").status_code == 403
    lines = [(line["action"], line["user"], line["object"], line["outcome"]) for line in api("GET", "/audit?limit=1000").json()]
    for expected in (("DeployApp", ann.name, echo, "Allowed"), ("ShareApp", ann.name, echo, "Allowed"), ("StartApp", name, echo, "Allowed"), ("VisitApp", name, echo, "Refused")):
        assert expected in lines


def test_a_session_ends_with_the_hubs(lab, ann, echo):
    log_in_at_the_door(lab, ann, echo)
    assert visit(lab, ann, f"/{echo}/").status_code == 200
    ann.post("/hub/logout")
    assert visit(lab, ann, f"/{echo}/").status_code == 403


def test_codes_and_addresses_of_others_open_nothing(lab, ann, echo):
    begun = visit(lab, ann, f"/{echo}/", page=True, allow_redirects=False).headers["Location"]
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(begun).query))
    for change in ({"redirect_uri": "http://evil.example/.dflab/callback"}, {"redirect_uri": f"http://localhost:{lab.hub_port}/.dflab/callback"}, {"code_challenge": ""}):
        assert ann.get("/hub/api/oauth2/authorize", params=query | change, allow_redirects=False).status_code in (400, 403), change
    back = ann.http.get(begun, allow_redirects=False, timeout=60).headers["Location"]
    # Another browser cannot use the code, whether it was on its way itself or not.
    assert Person(lab).http.get(back, timeout=60).status_code == 403
    thief = Person(lab)
    visit(lab, thief, f"/{echo}/", page=True, allow_redirects=False)
    assert thief.http.get(back, timeout=60).status_code == 403
    assert ann.http.get(back, timeout=60, allow_redirects=False).status_code == 302
    assert ann.http.get(back, timeout=60, allow_redirects=False).status_code == 403


def test_a_token_needs_its_scope(lab, ann, echo):
    def status(scopes):
        token = ann.api("POST", f"/users/{ann.name}/tokens", {"scopes": scopes}).json()["token"]
        return requests.get(f"{lab.apps_url}/{echo}/", headers={"Authorization": f"token {token}"}, timeout=60).status_code

    assert status(["access:apps!user"]) == 200
    assert status(["read:users!user"]) == 403 and status(["spark"]) == 403
    token = ann.api("POST", f"/users/{ann.name}/tokens", {"scopes": ["read:apps!user"]}).json()["token"]
    reader = Api(lab, token)
    assert echo in [app["name"] for app in reader("GET", "/apps").json()]
    assert reader("POST", f"/apps/{echo}/stop").status_code == 403 and reader("DELETE", f"/apps/{echo}").status_code == 403


def test_pages_of_elsewhere_do_not_act_in_a_visitors_name(lab, ann, echo):
    log_in_at_the_door(lab, ann, echo)
    assert visit(lab, ann, f"/{echo}/").status_code == 200
    assert ann.http.post(f"{lab.apps_url}/{echo}/", data="x", headers={"Origin": lab.url}, timeout=60).status_code == 403
    assert ann.http.post(f"{lab.apps_url}/{echo}/", data="x", headers={"Origin": lab.apps_url}, timeout=60).status_code == 200
    assert visit(lab, ann, f"/{echo}/", headers={"Host": "evil.example"}).status_code == 403
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in ann.http.cookies if cookie.name == "dflab-apps")
    with pytest.raises(websocket.WebSocketBadStatusException):
        websocket.create_connection(f"ws://localhost:{lab.apps_port}/{echo}/", origin="http://localhost:1", cookie=cookies, timeout=20)
    websocket.create_connection(f"ws://localhost:{lab.apps_port}/{echo}/", origin=lab.apps_url, cookie=cookies, timeout=20).close()


def test_a_websocket_goes_both_ways_until_the_right_to_it_ends(lab, ann, echo):
    token = ann.api("POST", f"/users/{ann.name}/tokens", {"scopes": ["access:apps!user"]}).json()
    channel = websocket.create_connection(f"ws://localhost:{lab.apps_port}/{echo}/", header=[f"Authorization: token {token['token']}"], timeout=60)
    for text in ("a", "b" * 100):
        channel.send(text)
        assert channel.recv() == text
    assert ann.api("DELETE", f"/users/{ann.name}/tokens/{token['id']}").status_code == 204

    def is_shut():
        try:
            channel.send("still here?")
            return channel.recv() == ""
        except (websocket.WebSocketException, OSError):
            return True

    wait_for(is_shut)


def test_a_failure_is_told_to_the_owner_alone_and_it_rests_before_it_begins_again(lab, ann, echo, admin):
    log_in_at_the_door(lab, ann, echo)
    wait_for(lambda: visit(lab, ann, f"/{echo}/").status_code == 200)
    assert ann.api("PATCH", f"/apps/{echo}", {"public_to": ["everyone"]}).status_code == 200
    ben_name = f"ben-{uuid.uuid4().hex[:8]}"
    Api(lab, admin.make_token())("POST", f"/users/{ben_name}")
    Api(lab, admin.make_token())("PUT", f"/users/{ben_name}/password", {"password": "battery staple"})
    ben = Person(lab, ben_name, "battery staple")
    log_in_at_the_door(lab, ben, echo)
    # It falls over again and again, so that it rests long enough to be looked at.
    for failure in range(3):
        visit(lab, ann, f"/{echo}/crash")
        wait_for(lambda: state(ann.api, echo) == "stopped")
        last = ann.api("GET", f"/apps/{echo}").json()
        assert last["failed"] and "it fell over" in last["reason"]
        shown, neutral = visit(lab, ann, f"/{echo}/", page=True), visit(lab, ben, f"/{echo}/", page=True)
        if failure == 2:
            assert shown.status_code == 503 and "secret-of-the-owner" in shown.text
            assert neutral.status_code == 503 and "secret-of-the-owner" not in neutral.text and ann.name in neutral.text
            waiting = visit(lab, ben, f"/{echo}/")
            assert waiting.status_code == 503 and "secret-of-the-owner" not in waiting.text
        wait_for(lambda: visit(lab, ann, f"/{echo}/").status_code == 200)
    assert ann.api("POST", f"/apps/{echo}/restart").status_code == 202
    wait_for(lambda: visit(lab, ann, f"/{echo}/").status_code == 200)


def test_what_cannot_be_deployed_is_said(lab, ann, admin):
    write_app(lab, ann.name, "some", app="import streamlit")
    for name, wish, status in (("Sales", {"folder": "work/some"}, 400), ("hub", {"folder": "work/some"}, 400), ("fine", {"folder": "work/none"}, 400), ("fine", {"folder": "../admin", "command": "true"}, 400),
                               ("fine", {"folder": "/etc", "command": "true"}, 400), ("fine", {}, 400), ("fine", {"folder": "work/some", "public_to": ["no-such"]}, 400), ("fine", {"folder": "work/some", "public_to": "x"}, 400),
                               ("fine", {"folder": "work/some", "owner": "admin"}, 404)):
        answer = ann.api("PUT", f"/apps/{name}", wish)
        assert answer.status_code == status and answer.json()["message"], (name, wish, answer.text)
    assert "fine" not in [app["name"] for app in ann.api("GET", "/apps").json()]


def test_apps_are_managed_on_pages(lab, ann, echo):
    home = ann.get("/hub/home").text
    assert f"http://localhost:{lab.apps_port}/{echo}/" in home
    assert "Open to" in ann.get(f"/hub/apps/{echo}").text
    assert ann.post(f"/hub/apps/{echo}", {"action": "share", "public_to": f"everyone, user:{ann.name}"}).status_code == 302
    assert ann.api("GET", f"/apps/{echo}").json()["public_to"] == ["everyone", f"user:{ann.name}"]
    assert ann.post(f"/hub/apps/{echo}", {"action": "remove", "_xsrf": "wrong"}).status_code == 403
    assert ann.post(f"/hub/apps/{echo}", {"action": "remove"}).headers["Location"] == "/hub/apps"
    assert ann.get(f"/hub/apps/{echo}").status_code == 404


def test_apps_are_managed_in_a_shell(lab):
    def dflab(*arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run([lab_module.program(), "app", *arguments, "--data", str(lab.folder / "data")], capture_output=True, text=True, timeout=60)

    name, folder = f"shell-{uuid.uuid4().hex[:6]}", lab.home("admin") / "work" / "shell"
    write_app(lab, "admin", "shell", echo=ECHO)
    done = dflab("deploy", name, "--folder", str(folder), "--command", COMMAND, "--public-to", "data-scientists")
    assert done.returncode == 0 and f"{lab.apps_url}/{name}/" in done.stdout, done.stderr
    listed = {app["name"]: app for app in json.loads(dflab("list", "--json").stdout)}
    assert listed[name]["public_to"] == ["data-scientists"] and listed[name]["state"] == "stopped"
    assert f"{name}  stopped  admin" in dflab("list").stdout
    assert "everyone" in dflab("rights", name, "--public-to", "everyone").stdout
    assert json.loads(dflab("rights", name, "--private", "--json").stdout)["public_to"] == []
    assert dflab("restart", name).returncode == 0
    wait_for(lambda: "listening on" in dflab("logs", name).stdout)
    assert dflab("stop", name).returncode == 0
    assert dflab("remove", name).returncode == 0
    assert dflab("remove", name).returncode == 1 and folder.is_dir()


def test_idle_apps_end_and_websockets_that_say_something_are_use(tmp_path):
    lab = AppsLab(**{"apps.idle_after": "3s"})
    try:
        lab.start()
        admin = Person(lab, "admin", "admin")
        api = Api(lab, admin.make_token())
        token = {"Authorization": f"token {admin.make_token()}"}
        deploy(api, "echo", folder=write_app(lab, "admin", "echo", echo=ECHO), command=COMMAND)
        assert requests.get(f"{lab.apps_url}/echo/", headers=token, timeout=60).status_code == 200
        channel = websocket.create_connection(f"ws://localhost:{lab.apps_port}/echo/", header=[f"Authorization: {token['Authorization']}"], timeout=60)
        for _ in range(14):
            channel.send("still here")
            assert channel.recv() == "still here"
            time.sleep(0.5)
        assert state(api, "echo") == "running"

        # Heart-beats alone are no use.
        def has_ended():
            try:
                channel.ping()
            except (websocket.WebSocketException, OSError):
                pass
            return state(api, "echo") == "stopped"

        wait_for(has_ended)
        assert api("GET", "/apps/echo").json()["reason"] == "nobody used it for 3 s" and not api("GET", "/apps/echo").json()["failed"]
        assert requests.get(f"{lab.apps_url}/echo/", headers=token, timeout=60).status_code == 200
    finally:
        lab.close()


def test_apps_are_there_after_a_crash_and_after_a_stop_of_the_lab():
    lab = AppsLab()
    try:
        lab.start()
        admin = Person(lab, "admin", "admin")
        api = Api(lab, admin.make_token())
        token = {"Authorization": f"token {admin.make_token()}"}
        deploy(api, "echo", folder=write_app(lab, "admin", "echo", echo=ECHO), command=COMMAND, public_to=["everyone"])
        first = requests.get(f"{lab.apps_url}/echo/", headers=token, timeout=60).json()
        lab.kill()
        lab.start()
        again = requests.get(f"{lab.apps_url}/echo/", headers=token, timeout=60).json()
        assert again["pid"] == first["pid"], "a running app is found again"
        assert dict(map(tuple, again["headers"]))["x-dflab-secret"] == again["secret"]
        assert api("GET", "/apps/echo").json()["public_to"] == ["everyone"]
        lab.stop()
        wait_for(lambda: has_gone(first["pid"]))
        lab.start()
        assert state(api, "echo") == "stopped"
        assert requests.get(f"{lab.apps_url}/echo/", headers=token, timeout=60).json()["pid"] != first["pid"]
    finally:
        lab.close()


STREAMLIT = '''
import streamlit as st
st.title("Hello " + st.context.headers["X-Dflab-User"])
if st.button("Press"):
    st.write("pressed")
'''


def test_streamlit_runs_below_its_address(lab, ann):
    name = f"hello-{uuid.uuid4().hex[:6]}"
    assert deploy(ann.api, name, folder=write_app(lab, ann.name, name, app=STREAMLIT))["entry"] == "app.py"
    token = {"Authorization": f"token {ann.make_token()}"}
    assert requests.get(f"{lab.apps_url}/{name}/_stcore/health", headers=token, timeout=180).text == "ok"
    assert "<title>" in requests.get(f"{lab.apps_url}/{name}/", headers=token, timeout=60).text
    channel = websocket.create_connection(f"ws://localhost:{lab.apps_port}/{name}/_stcore/stream", header=[f"Authorization: {token['Authorization']}"], origin=lab.apps_url, timeout=60)
    channel.close()
    ann.api("DELETE", f"/apps/{name}")


def test_a_visitor_uses_the_sales_dashboard_in_a_browser(lab, api):
    from playwright.sync_api import expect, sync_playwright

    from test_notebooks import Kernel

    expect.set_options(timeout=180_000)
    # The notebooks make the gold tables; then the example is deployed as it lies in the home.
    api.start("admin")
    token = Person(lab, "admin", "admin").make_token(note="gold")
    for name in ("bronze_ingestion", "silver_processing", "gold_aggregations"):
        kernel = Kernel(lab, "admin", token)
        for cell in build_examples.notebook((build_examples.EXAMPLES / "medallion" / f"{name}.py").read_text())["cells"]:
            if cell["cell_type"] == "code":
                kernel.run("".join(cell["source"]))
    api.stop("admin")
    deploy(api, "sales", folder="examples/apps/sales", public_to=["everyone"])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        page.goto(f"{lab.apps_url}/sales/")
        page.get_by_label("User name").fill("admin")
        page.get_by_label("Password").fill("admin")
        page.keyboard.press("Enter")
        # Through the log-in to the page that waits, and on to the app when it is there.
        page.wait_for_url(f"{lab.apps_url}/sales/", timeout=60_000)
        expect(page.get_by_role("heading", name="Sales", exact=True)).to_be_visible()
        expect(page.get_by_text("Hello, admin")).to_be_visible()
        expect(page.get_by_text("By month, all regions")).to_be_visible()
        expect(page.get_by_text("There are no gold tables yet")).to_have_count(0)
        if folder := os.environ.get("LAB_TEST_SCREENSHOTS"):
            pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
            page.wait_for_timeout(2000)
            page.screenshot(path=f"{folder}/sales.png", full_page=True)
        browser.close()
