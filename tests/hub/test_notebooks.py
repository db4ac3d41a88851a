"""The stock jupyterhub-singleuser with JupyterLab behind the door: a real kernel, sessions, limits, idleness, restarts."""

from __future__ import annotations

import json
import subprocess
import time
import uuid

import pytest
import requests
import websocket

from door import Api, HubLab, Person, lab_module


class Kernel:
    """A kernel over the WebSocket that the door passes on."""

    def __init__(self, lab: HubLab, user: str, token: str, name: str = "python3"):
        self.base, self.headers = f"{lab.url}/user/{user}/api/kernels", {"Authorization": f"token {token}"}
        answer = requests.post(self.base, headers=self.headers, json={"name": name}, timeout=60)
        assert answer.status_code == 201, answer.text
        self.id = answer.json()["id"]
        self.connect(lab, user, token)

    def connect(self, lab: HubLab, user: str, token: str) -> None:
        self.socket = websocket.create_connection(f"ws://localhost:{lab.hub_port}/user/{user}/api/kernels/{self.id}/channels", header=[f"Authorization: token {token}"], timeout=120)

    def run(self, code: str) -> str:
        """What a cell prints; raises with what it raised. What it shows besides is in `shown`, one after another."""
        self.shown = []
        message = uuid.uuid4().hex
        header = {"msg_id": message, "msg_type": "execute_request", "username": "", "session": "test", "version": "5.3", "date": ""}
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False, "stop_on_error": True}
        self.socket.send(json.dumps({"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell", "buffers": []}))
        printed, failure, is_idle, is_answered = "", None, False, False
        while not (is_idle and is_answered):
            answer = json.loads(self.socket.recv())
            if answer["parent_header"].get("msg_id") != message:
                continue
            kind = answer["msg_type"]
            if kind == "stream":
                printed += answer["content"]["text"]
            elif kind in ("display_data", "update_display_data", "execute_result"):
                self.shown.append(answer["content"]["data"])
            elif kind == "error":
                failure = RuntimeError("\n".join(answer["content"]["traceback"]))
            elif kind == "execute_reply":
                is_answered = True
            elif kind == "status" and answer["content"]["execution_state"] == "idle":
                is_idle = True
        # Not before the kernel is done with it: what is asked meanwhile is thrown away with the cell that failed.
        if failure is not None:
            raise failure
        return printed


@pytest.fixture(scope="module")
def token(admin):
    return admin.make_token(note="kernels")


@pytest.fixture(scope="module")
def running(hub, api):
    api.start("admin")
    yield hub
    api.stop("admin")


def test_a_cell_runs_in_a_real_kernel(running, token):
    kernel = Kernel(running, "admin", token)
    assert kernel.run("print(6 * 7)") == "42\n"
    # More than any buffer on the way holds, both ways (Jupyter itself stops at 3 MB of output in 3 s).
    assert kernel.run("print(len('" + "x" * 3_000_000 + "'))") == "3000000\n"
    assert len(kernel.run("print('y' * 2_000_000)")) == 2_000_001
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        kernel.run("1 / 0")


def test_the_kernel_finds_the_lab(running, token):
    kernel = Kernel(running, "admin", token)
    kernel.run("from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()")
    assert kernel.run("print(spark.version, spark.range(5).count())") == "3.5.5 5\n"
    assert kernel.run("import os, boto3; s3 = boto3.client('s3', endpoint_url=os.environ['AWS_ENDPOINT_URL']); s3.create_bucket(Bucket='from-a-notebook'); print('from-a-notebook' in [b['Name'] for b in s3.list_buckets()['Buckets']])") == "True\n"
    assert kernel.run("import os; print(os.environ['HOME'].endswith('/homes/admin'), os.getcwd() == os.environ['HOME'], sorted(os.listdir()))").startswith("True True [")


def test_the_kernel_of_pyspark_begins_with_a_session(running, token):
    names = requests.get(f"{running.url}/user/admin/api/kernelspecs", headers={"Authorization": f"token {token}"}, timeout=30).json()["kernelspecs"]
    assert {"python3", "pyspark"} <= set(names)
    assert Kernel(running, "admin", token, "pyspark").run("print(spark.range(3).count())") == "3\n"


def test_a_browser_gets_in_by_its_log_in_and_out_with_it(running):
    person = Person(running, "admin", "admin")
    lab = person.get("/user/admin/lab")
    assert lab.status_code == 200 and "jupyter-config-data" in lab.text
    assert person.get("/user/admin/api/contents/work").json()["type"] == "directory"
    person.post("/hub/logout")
    assert person.get("/user/admin/api/contents/work").status_code == 403
    assert "name=username" in person.get("/user/admin/lab").text


def test_files_stream_both_ways(running, token):
    headers = {"Authorization": f"token {token}"}
    text = "0123456789abcdef" * (1 << 18)  # 4 MB
    answer = requests.put(f"{running.url}/user/admin/api/contents/work/big.txt", headers=headers, json={"type": "file", "format": "text", "content": text}, timeout=60)
    assert answer.status_code == 201, answer.text
    assert requests.get(f"{running.url}/user/admin/files/work/big.txt", headers=headers, timeout=60).text == text
    head = requests.head(f"{running.url}/user/admin/files/work/big.txt", headers=headers, timeout=60)
    assert head.status_code == 200


def test_somebody_else_stays_out(running, ann, token):
    other = ann.make_token()
    assert requests.get(f"{running.url}/user/admin/api/contents", headers={"Authorization": f"token {other}"}, timeout=30).status_code == 403
    assert requests.get(f"{running.url}/user/admin/api/contents", timeout=30).status_code == 403
    assert ann.get("/user/admin/lab").status_code == 403
    with pytest.raises(websocket.WebSocketBadStatusException):
        websocket.create_connection(f"ws://localhost:{running.hub_port}/user/admin/api/kernels/{uuid.uuid4()}/channels", header=[f"Authorization: token {other}"], timeout=30)


def test_limits_hold(running, token):
    kernel = Kernel(running, "admin", token)
    assert kernel.run("import os; print(len(os.sched_getaffinity(0)) <= 2, os.environ['MEM_LIMIT'], os.environ['CPU_LIMIT'])") == "True 4294967296 2.0\n"
    with pytest.raises(RuntimeError, match="MemoryError"):
        kernel.run("block = bytearray(5 << 30)")


def test_oauth_goes_nowhere_else(running):
    person = Person(running, "admin", "admin")
    ask = "/hub/api/oauth2/authorize?response_type=code&state=s&client_id="
    assert person.get(ask + "jupyterhub-user-admin&redirect_uri=https%3A%2F%2Fevil.example%2F").status_code == 403
    assert person.get(ask + "jupyterhub-user-admin&redirect_uri=%2Fuser%2Feve%2Foauth_callback").status_code == 403
    assert person.get(ask + "jupyterhub-user-nobody&redirect_uri=%2Fuser%2Fnobody%2Foauth_callback").status_code == 403
    for form in ({"client_id": "jupyterhub-user-admin", "client_secret": "wrong"}, {}):
        answer = requests.post(f"{running.url}/hub/api/oauth2/token", data=form | {"grant_type": "authorization_code", "code": "x"}, timeout=10)
        assert answer.status_code == 401 and answer.json()["error"] == "invalid_client"


def test_named_servers(hub, api):
    api.start("admin", "second")
    model = api("GET", "/users/admin").json()["servers"]["second"]
    assert model["ready"] and model["url"] == "/user/admin/second/"
    assert api("POST", "/users/admin/servers/second").status_code == 400
    assert requests.get(f"{hub.url}/user/admin/second/api/status", headers=api.headers, timeout=30).status_code == 200
    api.stop("admin", "second")
    assert api("DELETE", "/users/admin/servers/second", {"remove": True}).status_code == 204
    assert api("POST", "/users/admin/servers/..").status_code in (400, 404)


def test_idle_servers_are_culled_and_say_why():
    lab = HubLab(**{"hub.cull_after": "3s"})
    try:
        lab.start()
        person = Person(lab, "admin", "admin")
        api = Api(lab, person.make_token())
        api.start("admin")
        deadline = time.monotonic() + 60
        while api("GET", "/users/admin").json()["server"]:
            assert time.monotonic() < deadline
            time.sleep(0.5)
        assert "nobody used it for 3 s" in person.get("/hub/home").text
    finally:
        lab.close()


def test_kernels_outlive_the_lab():
    lab = HubLab()
    try:
        lab.start()
        token = Person(lab, "admin", "admin").make_token()
        Api(lab, token).start("admin")
        kernel = Kernel(lab, "admin", token)
        kernel.run("kept = 'still here'")
        lab.kill()
        lab.start()
        deadline = time.monotonic() + 30
        while not (Api(lab, token)("GET", "/users/admin").json()["servers"].get("") or {}).get("ready"):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        kernel.connect(lab, "admin", token)
        assert kernel.run("print(kept)") == "still here\n"
        Api(lab, token).stop("admin")
    finally:
        lab.close()


def test_a_lab_without_the_environment_says_what_is_missing(tmp_path):
    lab = HubLab(**{"hub.environment": str(tmp_path)})
    try:
        lab.start()
        api = Api(lab, Person(lab, "admin", "admin").make_token())
        answer = api("POST", "/users/admin/server")
        assert answer.status_code == 503 and "clients_setup hub" in answer.json()["message"]
    finally:
        lab.close()


def test_in_the_workshop_everybodys_notebooks_reach_all_buckets(hub, api, ann, running, token):
    Kernel(hub, "admin", token).run("import boto3; boto3.client('s3').create_bucket(Bucket='of-admin'); boto3.client('s3').put_object(Bucket='of-admin', Key='k', Body=b'x')")
    api.start(ann.name)
    try:
        hers = Kernel(hub, ann.name, ann.make_token())
        assert hers.run("import boto3; s3 = boto3.client('s3'); print(s3.get_object(Bucket='of-admin', Key='k')['Body'].read())") == "b'x'\n"
        assert hers.run(f"s3.create_bucket(Bucket='of-{ann.name}'); print([b['Name'] for b in s3.list_buckets()['Buckets']])") == f"['of-{ann.name}']\n"
    finally:
        api.stop(ann.name)


def test_in_the_secure_profile_people_own_their_buckets_and_no_others():
    lab = HubLab(profile="secure")
    try:
        lab.start()
        data = ["--data", str(lab.folder / "data")]
        words = subprocess.run([lab_module.program(), "env", "--json", *data], capture_output=True, text=True, check=True).stdout
        admin = Api(lab, json.loads(words)["JUPYTERHUB_API_TOKEN"])
        for name in ("ann", "ben"):
            assert admin("POST", f"/users/{name}").status_code == 201
            assert admin("PUT", f"/users/{name}/password", {"password": "correct horse"}).status_code == 204
            admin.start(name)
        ann, ben = (Kernel(lab, name, Person(lab, name, "correct horse").make_token()) for name in ("ann", "ben"))
        ann.run("import boto3; s3 = boto3.client('s3'); s3.create_bucket(Bucket='anns'); s3.put_object(Bucket='anns', Key='k', Body=b'hers')")
        with pytest.raises(RuntimeError, match="AccessDenied"):
            ben.run("import boto3; boto3.client('s3').get_object(Bucket='anns', Key='k')")
        for name in ("ann", "ben"):
            admin.stop(name)
    finally:
        lab.close()
