"""Port 8888: JupyterLab with a token and without a log-in, started by whoever comes first."""

from __future__ import annotations

import json
import re
import subprocess
import time

import pytest
import requests
import websocket

from door import HubLab, lab_module


def address_of(lab: HubLab) -> re.Match:
    """What the start prints: host with port, and the token if there is one."""
    deadline = time.monotonic() + 30
    while not (found := re.search(r"hub\.token\s+(http://127\.0\.0\.1:(\d+))/lab(?:\?token=(\w+))?", lab.tail())):
        assert time.monotonic() < deadline, lab.tail()
        time.sleep(0.05)
    return found


def run_cell(url: str, token: str, code: str) -> str:
    headers = {"Authorization": f"token {token}"}
    kernel = requests.post(f"{url}/api/kernels", headers=headers, json={}, timeout=60).json()["id"]
    socket = websocket.create_connection(f"{url.replace('http', 'ws')}/api/kernels/{kernel}/channels", header=[f"Authorization: token {token}"], timeout=60)
    header = {"msg_id": "m", "msg_type": "execute_request", "username": "", "session": "s", "version": "5.3", "date": ""}
    content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
    socket.send(json.dumps({"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell", "buffers": []}))
    printed = ""
    while True:
        answer = json.loads(socket.recv())
        if answer["parent_header"].get("msg_id") != "m":
            continue
        if answer["msg_type"] == "stream":
            printed += answer["content"]["text"]
        elif answer["msg_type"] == "error":
            raise RuntimeError("\n".join(answer["content"]["traceback"]))
        elif answer["msg_type"] == "status" and answer["content"]["execution_state"] == "idle":
            return printed


@pytest.fixture(scope="module")
def secure():
    lab = HubLab(profile="secure")
    try:
        yield lab.start()
    finally:
        lab.close()


def test_the_start_prints_an_address_with_a_token_that_opens_it(secure):
    url, _, token = address_of(secure).groups()
    assert re.fullmatch("[0-9a-f]{48}", token)
    for credentials in ({"params": {"token": token}}, {"headers": {"Authorization": f"token {token}"}}):
        answer = requests.get(f"{url}/api/status", timeout=60, **credentials)
        assert answer.status_code == 200 and "kernels" in answer.json()
    assert "jupyter-config-data" in requests.get(f"{url}/lab", params={"token": token}, timeout=60).text
    code = "import os\nfrom pyspark.sql import SparkSession\nprint(SparkSession.builder.getOrCreate().range(4).count(), os.environ['HOME'].endswith('/homes/admin'), 'JUPYTERHUB_API_URL' in os.environ)"
    assert run_cell(url, token, code) == "4 True False\n"


def test_saves_are_versions_there_too(secure):
    url, _, token = address_of(secure).groups()
    headers = {"Authorization": f"token {token}"}
    saved = requests.put(f"{url}/api/contents/work/a.txt", json={"type": "file", "format": "text", "content": "a"}, headers=headers, timeout=60)
    assert saved.status_code == 201 and saved.json()["dflab"]["version"] == 1
    records = requests.get(f"{url}/dflab/api/versions/history", params={"path": "work/a.txt"}, headers=headers, timeout=60).json()["records"]
    assert [(record["author"], record["action"]) for record in records] == [("admin", "save")]


def test_without_the_token_it_stays_shut(secure):
    url, port, token = address_of(secure).groups()
    for credentials in ({}, {"params": {"token": "wrong"}}, {"headers": {"Authorization": f"token {token[:-1]}"}}):
        assert requests.get(f"{url}/api/status", timeout=60, **credentials).status_code == 403
        assert requests.post(f"{url}/api/kernels", timeout=60, **credentials).status_code == 403
    with pytest.raises(websocket.WebSocketBadStatusException):
        websocket.create_connection(f"ws://127.0.0.1:{port}/api/kernels/00000000-0000-0000-0000-000000000000/channels", timeout=30)


def test_it_is_confined_as_all_notebook_servers_are(secure):
    from test_isolation import landlock_version

    if landlock_version() == 0:
        pytest.skip("this kernel has no Landlock")
    url, _, token = address_of(secure).groups()
    with pytest.raises(RuntimeError, match="PermissionError"):
        run_cell(url, token, f"open({str(secure.folder / 'data' / 'secrets.json')!r})")


def test_in_the_workshop_it_is_open_on_this_machine(hub):
    url, _, token = address_of(hub).groups()
    assert token is None
    assert requests.get(f"{url}/api/status", timeout=60).status_code == 200
    # Not to pages of other sites that have a name for this machine.
    assert requests.get(f"{url}/api/status", headers={"Host": "evil.example"}, timeout=60).status_code == 403


def test_it_starts_again_when_it_has_ended(hub):
    url = address_of(hub)[1]
    assert requests.get(f"{url}/api/status", timeout=60).status_code == 200
    pid = int((hub.folder / "data" / "run" / "token-server").read_text().split()[0])
    subprocess.run(["kill", "-TERM", str(pid)], check=True)
    deadline = time.monotonic() + 60
    while (hub.folder / "data" / "run" / "token-server").read_text().split()[:1] in ([], [str(pid)]):
        try:
            requests.get(f"{url}/api/status", timeout=60)
        except requests.RequestException:
            pass  # it was just ending
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert requests.get(f"{url}/api/status", timeout=60).status_code == 200


def test_a_taken_port_is_named(tmp_path):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ports = [item for key in ("objects.port", "spark.port", "spark.ui_port") for item in ("--set", f"{key}={lab_module.free_port()}")]
        answer = subprocess.run([lab_module.program(), "up", "--data", tmp_path / "data", *ports, "--set", f"hub.token_port={port}"], capture_output=True, text=True, timeout=60)
        assert answer.returncode == 1 and "--set hub.token_port=" in answer.stderr
