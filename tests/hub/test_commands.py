"""`dflab user passwd`, `group` and `token` against a running lab with a hub."""

from __future__ import annotations

import json
import subprocess
import uuid

from door import Api, Person, lab_module


def dflab(hub, *arguments: str, typed: str = "") -> subprocess.CompletedProcess:
    return subprocess.run([lab_module.program(), *arguments, "--data", str(hub.folder / "data")], input=typed, capture_output=True, text=True, timeout=60)


def test_people_are_managed_in_a_shell(hub):
    name, group = f"cli-{uuid.uuid4().hex[:6]}", f"group-{uuid.uuid4().hex[:6]}"
    assert dflab(hub, "user", "add", name).returncode == 0
    done = dflab(hub, "user", "passwd", name, typed="correct horse\n")
    assert done.returncode == 0, done.stderr
    Person(hub, name, "correct horse")
    assert dflab(hub, "group", "add", group).returncode == 0
    assert dflab(hub, "group", "join", group, name).returncode == 0
    assert f"{group}: {name}" in dflab(hub, "group", "list").stdout.splitlines()
    made = json.loads(dflab(hub, "token", "add", name, "--days", "1", "--scope", "read:users!user", "--json").stdout)
    program = Api(hub, made["token"])
    assert program("GET", "/user").json()["groups"] == [group]
    assert made["id"] in dflab(hub, "token", "list", name).stdout
    assert dflab(hub, "token", "remove", name, made["id"]).returncode == 0
    assert program("GET", "/user").status_code == 403
    assert dflab(hub, "group", "leave", group, name).returncode == 0
    assert dflab(hub, "group", "remove", group).returncode == 0


def test_what_goes_wrong_is_said(hub):
    done = dflab(hub, "user", "passwd", "nobody-there", typed="correct horse\n")
    assert done.returncode == 1 and "No such user" in done.stderr
    done = dflab(hub, "token", "add", "admin", "--scope", "no:such")
    assert done.returncode == 1 and "no:such" in done.stderr


def test_the_environment_names_the_hub(hub):
    found = json.loads(dflab(hub, "env", "--json").stdout)
    assert found["JUPYTERHUB_API_URL"] == f"{hub.url}/hub/api"
    assert Api(hub, found["JUPYTERHUB_API_TOKEN"])("GET", "/user").json()["name"] == "admin"
