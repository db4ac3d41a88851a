"""The door as browsers and JupyterHub's API clients use it, and a lab that has one."""

from __future__ import annotations

import json
import pathlib
import re
import sys
import time

import requests

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1]), str(pathlib.Path(__file__).resolve().parents[2] / "tools")]

import build_examples  # noqa: E402
import lab as lab_module  # noqa: E402

ENVIRONMENT = pathlib.Path(sys.prefix)


class HubLab(lab_module.Lab):
    def __init__(self, **settings):
        self.hub_port = lab_module.free_port()
        super().__init__(**{"hub.port": self.hub_port, "hub.environment": ENVIRONMENT} | settings)
        self.settings.setdefault("hub.examples", self.folder / "examples")
        self.settings.setdefault("hub.jupyter", lab_module.ROOT / "python" / "jupyter")

    @property
    def url(self) -> str:
        return f"http://localhost:{self.hub_port}"

    def start(self, wait_seconds: float = 90):
        build_examples.build(self.folder / "examples")
        super().start(wait_seconds)
        deadline = time.monotonic() + wait_seconds
        while True:
            try:
                requests.get(f"{self.url}/hub/health", timeout=5).raise_for_status()
                return self
            except requests.ConnectionError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def close(self) -> None:
        """Notebook servers outlive a lab that is killed, so this one is told to stop them."""
        if self.process is not None and self.process.poll() is None:
            self.stop()
        super().close()


class Person:
    """A browser, more or less: cookies and CSRF tokens as the pages give them."""

    def __init__(self, lab: HubLab, name: str = "", password: str = ""):
        self.lab, self.http = lab, requests.Session()
        if name:
            answer = self.log_in(name, password)
            assert answer.status_code == 302, answer.text

    def url(self, path: str) -> str:
        return self.lab.url + path

    def get(self, path: str, **more):
        return self.http.get(self.url(path), timeout=60, **more)

    @property
    def csrf(self) -> str:
        return next((cookie.value for cookie in self.http.cookies if cookie.name == "_xsrf" and cookie.path == "/hub/"), "")

    def post(self, path: str, data: dict | None = None, **more):
        return self.http.post(self.url(path), data={"_xsrf": self.csrf} | (data or {}), timeout=60, allow_redirects=False, **more)

    def log_in(self, name: str, password: str, next_page: str = ""):
        self.get("/hub/login")
        return self.post("/hub/login" + (f"?next={next_page}" if next_page else ""), {"username": name, "password": password})

    def make_token(self, **fields) -> str:
        answer = self.post("/hub/token", {"life": "1d"} | fields)
        assert answer.status_code == 200, answer.text
        return re.search(r"id=new-token>([^<]+)<", answer.text).group(1)


class Api:
    """A program with a token."""

    def __init__(self, lab: HubLab, token: str):
        self.lab, self.headers = lab, {"Authorization": f"token {token}"}

    def __call__(self, method: str, path: str, body=None, **more):
        return requests.request(method, f"{self.lab.url}/hub/api{path}", headers=self.headers, data=None if body is None else json.dumps(body), timeout=60, **more)

    def start(self, user: str, name: str = "") -> None:
        """Starts a server and follows its progress to the end."""
        place = f"/users/{user}/servers/{name}" if name else f"/users/{user}/server"
        answer = self("POST", place)
        assert answer.status_code in (201, 202), answer.text
        events = self("GET", f"{place}/progress", stream=True)
        assert events.headers["content-type"] == "text/event-stream"
        last = {}
        for line in events.iter_lines(decode_unicode=True):
            if line.startswith("data: "):
                last = json.loads(line[6:])
        assert last.get("ready"), last

    def stop(self, user: str, name: str = "") -> None:
        place = f"/users/{user}/servers/{name}" if name else f"/users/{user}/server"
        assert self("DELETE", place).status_code in (202, 204)
        deadline = time.monotonic() + 30
        while name in self("GET", f"/users/{user}").json()["servers"]:
            assert time.monotonic() < deadline
            time.sleep(0.1)
