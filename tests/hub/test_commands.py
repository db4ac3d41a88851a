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


def test_a_notebook_runs_without_a_browser(hub, tmp_path):
    import nbformat

    new = nbformat.v4
    cells = [new.new_code_cell("limit, name = 10, ''", metadata={"tags": ["parameters"]}), new.new_code_cell("from pyspark.sql import SparkSession\nprint(name, SparkSession.builder.getOrCreate().range(limit).count())")]
    source = tmp_path / "report.ipynb"
    nbformat.write(new.new_notebook(cells=cells), source)
    before = source.read_bytes()
    done = dflab(hub, "notebook", "run", str(source), "-p", "limit=3", "-p", "name=may", "--set", f"hub.environment={hub.settings['hub.environment']}")
    assert done.returncode == 0, done.stderr
    result = nbformat.read(done.stdout.strip(), 4)
    assert result.cells[-1].outputs[0].text == "may 3\n"
    assert source.read_bytes() == before

    nbformat.write(new.new_notebook(cells=[new.new_code_cell("print('so far')"), new.new_code_cell("1 / 0")]), source)
    kept = tmp_path / "kept.ipynb"
    done = dflab(hub, "notebook", "run", str(source), "-o", str(kept), "--set", f"hub.environment={hub.settings['hub.environment']}")
    assert done.returncode == 1 and "ZeroDivisionError" in done.stderr
    assert [output.output_type for cell in nbformat.read(kept, 4).cells for output in cell.outputs] == ["stream", "error"]

    done = dflab(hub, "notebook", "run", str(source), "--set", f"hub.environment={hub.settings['hub.environment']}")
    assert done.returncode == 1
    listed = json.loads(dflab(hub, "notebook", "results", str(source), "--json").stdout)
    assert [(each["parameters"], each["exception"]) for each in listed] == [({"limit": 3, "name": "may"}, False), ({}, True)]
    shown = dflab(hub, "notebook", "results", str(source)).stdout.splitlines()
    assert len(shown) == 2 and shown[0].endswith("  ok") and "ZeroDivisionError" in shown[1]

    for wrong in ("1=2", "limit", "a-b=1"):
        assert dflab(hub, "notebook", "run", str(source), "-p", wrong).returncode == 2
    assert dflab(hub, "notebook", "run", str(tmp_path / "absent.ipynb")).returncode == 2


def test_a_backup_says_that_homes_are_not_in_it(hub, tmp_path):
    (hub.folder / "data" / "homes").mkdir(exist_ok=True)
    done = dflab(hub, "backup", str(tmp_path / "backup"))
    assert done.returncode == 0, done.stderr
    assert str(hub.folder / "data" / "homes") in done.stdout and not (tmp_path / "backup" / "homes").exists()
