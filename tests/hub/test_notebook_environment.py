"""What the lab prepares for notebooks: kernels, SQL in cells, bars of progress, names of services, packages, extensions, git."""

from __future__ import annotations

import datetime
import decimal
import importlib.metadata
import pathlib
import shutil
import subprocess
import sys
import time

import pytest
import requests

from door import ENVIRONMENT, lab_module
from test_notebooks import Kernel

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))

import build_kernels  # noqa: E402


@pytest.fixture(scope="module")
def token(admin):
    return admin.make_token(note="environment")


@pytest.fixture(scope="module")
def running(hub, api):
    api.start("admin")
    yield hub
    api.stop("admin")


@pytest.fixture(scope="module")
def kernels(running, token):
    """One kernel of each name."""
    made = {}

    def kernel(name: str = "python3") -> Kernel:
        if name not in made:
            made[name] = Kernel(running, "admin", token, name)
            if name == "python3":
                made[name].run("from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()")
        return made[name]

    return kernel


def get(hub, token: str, path: str):
    answer = requests.get(f"{hub.url}/user/admin/{path}", headers={"Authorization": f"token {token}"}, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer.json()


# ---- SQL in cells, without a lab


def written(text: str, **values) -> str:
    from dflab import sql_text

    return sql_text.with_values(text, values.__getitem__)


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        (None, "NULL"),
        (True, "TRUE"),
        (7, "7"),
        (-7, "(-7)"),
        (0.5, "CAST('0.5' AS DOUBLE)"),
        (decimal.Decimal("-1.50"), "(-1.50BD)"),
        ("plain", "'plain'"),
        ("O'Neil", "CAST(X'4f274e65696c' AS STRING)"),
        ("a\\", "CAST(X'615c' AS STRING)"),
        ("${spark.secret}", "CAST(X'247b737061726b2e7365637265747d' AS STRING)"),
        (b"\x00\xff", "X'00ff'"),
        (datetime.date(2026, 5, 1), "DATE'2026-05-01'"),
        (datetime.datetime(2026, 5, 1, 12, 30), "TIMESTAMP_NTZ'2026-05-01 12:30:00'"),
        (datetime.datetime(2026, 5, 1, tzinfo=datetime.timezone.utc), "TIMESTAMP'2026-05-01 00:00:00+00:00'"),
        (["a", 1, None], "('a', 1, NULL)"),
    ],
)
def test_values_become_literals(value, literal):
    assert written("SELECT {{ v }}", v=value) == f"SELECT {literal}"


def test_numbers_and_arrays_of_numpy_become_literals():
    import numpy
    import pandas

    assert written("{{n}} {{f}} {{a}} {{s}}", n=numpy.int64(3), f=numpy.float64(0.5), a=numpy.array([1, 2]), s=pandas.Series(["x"])) == "3 CAST('0.5' AS DOUBLE) (1, 2) ('x')"


def test_values_are_written_by_the_place_they_stand_in():
    assert written("SELECT `{{c}}` FROM {{t | identifier}} WHERE day = '{{d}}' -- {{untouched}}", c="a`b", t="shop.sales", d="2026-05-01") == "SELECT `a``b` FROM `shop`.`sales` WHERE day = '2026-05-01' -- {{untouched}}"


@pytest.mark.parametrize(("text", "value"), [("'{{v}}'", "it's"), ("{{v | upper}}", "x"), ("{{v + 1}}", 1), ("{{v}}", []), ("{{v}}", object()), ("{{v | identifier}}", "a..b")])
def test_what_has_no_safe_form_is_refused(text, value):
    with pytest.raises(ValueError, match="."):
        written(text, v=value)


# What the classes of pyspark 4.2 write: operation `op`, stage 3 with 42 of 100 tasks and 2^40 bytes, done; one task runs.
TOLD_BY_4 = "0a017362026f706a01729201130a0f08031064182a2080808080802028011001"


def test_progress_is_read_by_a_client_that_has_no_field_for_it():
    from dflab import progress
    from pyspark.sql.connect.proto import ExecutePlanResponse

    response = ExecutePlanResponse.FromString(bytes.fromhex(TOLD_BY_4))
    assert response.operation_id == "op"
    assert list(progress.progress_of(response)) == [([(3, 100, 42, 1 << 40, True)], 1)]
    assert list(progress.progress_of(ExecutePlanResponse(session_id="s"))) == []


def test_a_bar_tells_the_share_only_when_there_is_one():
    from dflab import progress

    assert progress.bar(0, 100, 3.2)["text/plain"] == "Running, 3 s" and "value" not in progress.bar(0, 100, 3.2)["text/html"]
    assert progress.bar(42, 100, 3.2)["text/plain"] == "[########............] 42 %, 3 s" and "value='42'" in progress.bar(42, 100, 3.2)["text/html"]


def test_hosts_are_read_with_and_without_ports():
    from dflab import names

    hosts = names.read_hosts("minio:9000=127.0.0.1:41234 mlflow=127.0.0.1")
    assert names.find(hosts, "minio", 9000) == names.find(hosts, b"MINIO", "9000") == ("127.0.0.1", 41234)
    assert names.find(hosts, "minio", 9001) == ("127.0.0.1", 9001) and names.find(hosts, "minio", "http") == ("127.0.0.1", "http")
    assert names.find(hosts, "mlflow", None) == ("127.0.0.1", None)
    assert names.find(hosts, "example.org", 80) is None and names.find(hosts, None, 80) is None


def test_semicolons_part_statements_where_they_are_no_text():
    from dflab import sql_text

    assert sql_text.statements("SELECT ';'; -- one;\nSELECT `;` /* ; */;; \n") == ["SELECT ';'", "-- one;\nSELECT `;` /* ; */"]
    assert sql_text.statements(r"SELECT r'\'; SELECT 2") == [r"SELECT r'\'", "SELECT 2"]
    assert sql_text.statements("-- a script\nBEGIN\n SELECT 1;\nEND;") == ["-- a script\nBEGIN\n SELECT 1;\nEND"]
    assert sql_text.statements(" -- nothing\n ; ") == []
    assert sql_text.markers("SELECT :a, b::int, ':c', t.d -- :e\n, :f_1") == {"a", "f_1"}


# ---- in kernels


@pytest.mark.parametrize(("name", "version"), [("python3", "3.5.5"), ("pyspark", "3.5.5"), ("pyspark4", "4.2.0")])
def test_each_kernel_has_its_spark(kernels, name, version):
    assert kernels(name).run("from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\nprint(spark.version, spark.range(4).count())") == f"{version} 4\n"


def test_kernels_are_those_that_can_start(running, token):
    specs = get(running, token, "api/kernelspecs")["kernelspecs"]
    assert {"python3", "pyspark", "pyspark4"} <= set(specs)
    assert ("ir" in specs) == build_kernels.has_r_kernel()
    assert specs["pyspark4"]["spec"]["display_name"] == "PySpark 4"


@pytest.mark.skipif(not build_kernels.has_r_kernel(), reason="r-base and r-cran-irkernel are not installed")
def test_r_runs(kernels):
    assert kernels("ir").run("cat(sum(1:4))") == "10"


@pytest.mark.parametrize("name", ["python3", "pyspark4"])
def test_a_cell_of_sql_shows_its_rows(kernels, name):
    kernel = kernels(name)
    kernel.run("%%sql\nCREATE OR REPLACE TEMP VIEW shop AS SELECT id, concat('<', id, '>') AS label, id * CAST(1.5 AS DECIMAL(4, 1)) AS price FROM range(300);\nSELECT * FROM shop ORDER BY id")
    shown = kernel.shown[-1]
    assert shown["text/plain"].splitlines()[:3] == ["id  label  price", "--  -----  -----", "0   <0>    0.0"]
    assert "the first 100 rows" in shown["text/html"] and "&lt;99&gt;" in shown["text/html"] and "&lt;100&gt;" not in shown["text/html"] and "title='bigint'" in shown["text/html"]
    kernel.run("%sql -n 2 SELECT label FROM shop ORDER BY id DESC")
    assert kernel.shown[-1]["text/plain"].splitlines()[2:4] == ["<299>", "<298>"]
    assert kernel.run("%sql SELECT 1 AS a WHERE false") == "" and kernel.shown[-1]["text/plain"].startswith("a\n-\n0 rows")
    assert kernel.run("%sql CREATE DATABASE IF NOT EXISTS cells").startswith("Done, ")


@pytest.mark.parametrize("name", ["python3", "pyspark4"])
def test_variables_of_the_notebook_are_values_and_never_sql(kernels, name):
    kernel = kernels(name)
    kernel.run("""evil = "x' OR 1 = 1 -- \\\\"; ids = [1, 2]; least = 3; view = 'shop2'\nspark.createDataFrame([(1, evil), (2, 'x'), (5, 'y')], 'id long, name string').createOrReplaceTempView('shop2')""")
    assert kernel.run("%%sql -q -o found\nSELECT id FROM {{view | identifier}} WHERE name = {{evil}}") == ""
    assert kernel.run("print([row.id for row in found.collect()], type(found).__name__)") == "[1] DataFrame\n"
    kernel.run("%%sql -q -o found\nSELECT id FROM shop2 WHERE name = :evil OR id > :least ORDER BY id")
    assert kernel.run("print([row.id for row in found.collect()])") == "[1, 5]\n"
    kernel.run("%%sql -q -o frame --pandas\nSELECT id, ':least' AS text FROM {{found}} WHERE id NOT IN {{ids}}")
    assert kernel.run("print(type(frame).__module__, frame.values.tolist())") == "pandas.core.frame [[5, ':least']]\n"
    assert kernel.run("%sql SELECT count(*) AS n FROM {{frame}}") == "" and kernel.shown[-1]["text/plain"].splitlines()[2] == "1"
    kernel.run("text = \"it's\"")
    with pytest.raises(RuntimeError, match="TABLE_OR_VIEW_NOT_FOUND"):
        kernel.run("%sql SELECT * FROM nowhere_at_all")
    with pytest.raises(RuntimeError, match="UNBOUND_SQL_PARAMETER"):
        kernel.run("%sql SELECT :no_such_variable")


@pytest.mark.parametrize("name", ["python3", "pyspark4"])
def test_a_query_that_takes_its_time_shows_how_far_it_is(kernels, name):
    kernel = kernels(name)
    rows, bars, seconds = 120_000_000, [], 0.0
    # Short queries are over before there is anything to tell: a fast machine gets more rows.
    while not bars and seconds < 3:
        began = time.monotonic()
        kernel.run(f"found = spark.range(0, {rows}).selectExpr('sum(id * 3 % 7 + id % 11)').collect()")
        bars, rows, seconds = kernel.shown, rows * 4, time.monotonic() - began
    assert "<progress" in bars[0]["text/html"] and (bars[0]["text/plain"].startswith("Running, ") or "%" in bars[0]["text/plain"])
    assert bars[-1] == {"text/plain": "", "text/html": ""}


def test_handlers_of_progress_are_there_for_3_5_too(kernels):
    kernel = kernels("python3")
    kernel.run("told = []\nhandler = lambda stages, inflight_tasks, operation_id, done: told.append((len(list(stages)), operation_id, done))\nspark.registerProgressHandler(handler)")
    assert kernel.run("spark.range(3).collect(); print(told[-1][2])") == "True\n"
    assert kernel.run("spark.removeProgressHandler(handler); told.clear(); spark.range(3).collect(); print(told)") == "[]\n"


@pytest.mark.parametrize("name", ["python3", "pyspark4"])
def test_names_of_services_lead_to_this_machine(running, kernels, name):
    kernel = kernels(name)
    for host in ("minio", "mlflow", "mongodb", "spark-master", "postgres", "kafka"):
        assert kernel.run(f"import socket; print(socket.getaddrinfo({host!r}, 5000)[0][4])") == "('127.0.0.1', 5000)\n", host
    assert kernel.run("import asyncio; print((await asyncio.get_running_loop().getaddrinfo('minio', 9000))[0][4][1])") == f"{running.objects_port}\n"
    with pytest.raises(RuntimeError, match="gaierror"):
        kernel.run("socket.getaddrinfo('no-such-service', 5000)")
    cell = """
import boto3, os
from botocore.config import Config
s3 = boto3.client("s3", endpoint_url="http://minio:9000", config=Config(signature_version="s3v4"), region_name="us-east-1")
if "by-name" not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
    s3.create_bucket(Bucket="by-name")
s3.put_object(Bucket="by-name", Key="rows.csv", Body=b"1,a")
spark.conf.set("spark.hadoop.fs.s3a.endpoint", "http://minio:9000")
print(spark.read.csv("s3a://by-name/rows.csv").collect())
"""
    assert kernel.run(cell) == "[Row(_c0='1', _c1='a')]\n"


def test_cells_of_an_old_notebook_run_as_they_are(kernels):
    cell = """
from pyspark.sql import SparkSession
from delta import configure_spark_with_delta_pip
from delta.tables import DeltaTable
builder = SparkSession.builder.appName("old").master("local[*]").config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
spark = configure_spark_with_delta_pip(builder).getOrCreate()
spark.sparkContext.setLogLevel("ERROR")
spark.range(3).write.format("delta").mode("overwrite").save("s3a://bronze/old-notebook")
DeltaTable.forPath(spark, "s3a://bronze/old-notebook").delete("id = 1")
print(spark.read.format("delta").load("s3a://bronze/old-notebook").count())
"""
    assert kernels().run("import boto3, contextlib\ns3 = boto3.client('s3')\nwith contextlib.suppress(Exception):\n    s3.create_bucket(Bucket='bronze')") == ""
    assert "2" in kernels().run(cell).splitlines()  # besides pyspark's own warning of a static setting


def test_the_runner_of_tasks_that_prefect_no_longer_has_runs_one_after_another(kernels):
    cell = """
from prefect.task_runners import SequentialTaskRunner, ThreadPoolTaskRunner
runner = SequentialTaskRunner()
print(isinstance(runner, ThreadPoolTaskRunner), runner.duplicate()._max_workers)
"""
    assert kernels().run(cell) == "True 1\n"


# What 000, 003 and 004 name; versions where they name them and they go together.
LIBRARIES = {
    "pandas": "2.0.2", "numpy": "1.24.4", "matplotlib": "3.8.2", "seaborn": "0.13.0", "scikit-learn": "1.3.2", "delta-spark": "3.3.1", "pyspark": "3.5.5", "pyarrow": "19.0.1", "mlflow": "2.22.0",
    "prefect": "3.4.1", "boto3": "1.34.7", "plotly": "5.22.0", "streamlit": "1.45.0", "ipywidgets": "8.1.1", "kafka-python": "", "minio": "", "scipy": "", "psycopg2-binary": "", "pymongo": "",
    "python-dotenv": "", "papermill": "", "jupytext": "", "deltalake": "",
}
MODULES = ["pandas", "numpy", "matplotlib.pyplot", "seaborn", "sklearn.ensemble", "delta", "pyspark", "pyarrow", "mlflow", "prefect", "boto3", "plotly.express", "streamlit", "ipywidgets", "kafka", "minio",
           "scipy.stats", "psycopg2", "pymongo", "dotenv", "papermill", "jupytext", "deltalake"]


def test_the_libraries_are_there():
    found = {name: importlib.metadata.version(name) for name in LIBRARIES}
    assert {name: version for name, version in found.items() if LIBRARIES[name]} == {name: version for name, version in LIBRARIES.items() if version}


def test_the_libraries_import(kernels):
    assert kernels().run("import importlib\nfor name in " + repr(MODULES) + ":\n    importlib.import_module(name)") == ""


def test_extensions_are_there(running, token):
    installed = {each["name"] for each in get(running, token, "lab/api/extensions")}
    for part in ("jupyterlab-git", "jupyterlab-lsp", "variableinspector"):
        assert any(part in name for name in installed), (part, installed)
    specs = get(running, token, "lsp/status")
    assert "pylsp" in str(specs)
    debugger = get(running, token, "api/kernelspecs")["kernelspecs"]
    assert all(debugger[name]["spec"]["metadata"]["debugger"] for name in ("python3", "pyspark", "pyspark4"))


def test_git_clones_commits_and_pushes(running, kernels, token):
    kernel = kernels()
    cell = """
import subprocess, shutil, os
shutil.rmtree("work/git", ignore_errors=True)
os.makedirs("work/git")
def git(*words):
    done = subprocess.run(["git", "-c", "user.name=ann", "-c", "user.email=ann@example.org", *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout
git("init", "-q", "--bare", "-b", "main", "work/git/origin.git")
git("clone", "-q", "work/git/origin.git", "work/git/mine")
open("work/git/mine/a.py", "w").write("a = 1")
git("-C", "work/git/mine", "add", "a.py"); git("-C", "work/git/mine", "commit", "-q", "-m", "A file"); git("-C", "work/git/mine", "push", "-q", "origin", "HEAD:main")
print(git("-C", "work/git/origin.git", "log", "--format=%s", "main"))
"""
    assert kernel.run(cell).strip() == "A file"
    # The same repository as the extension sees it.
    answer = requests.post(f"{running.url}/user/admin/git/work/git/mine/log", headers={"Authorization": f"token {token}"}, json={"history_count": 5}, timeout=60)
    assert answer.status_code == 200 and "A file" in answer.text, answer.text


def make_package(folder: pathlib.Path, name: str, version: str, requires: str = "") -> pathlib.Path:
    """A wheel, without anybody's network."""
    source = folder / f"{name}-{version}"
    (source / name).mkdir(parents=True)
    (source / name / "__init__.py").write_text(f"version = {version!r}\ndef main():\n    print('hello from', version)\n")
    (source / "setup.py").write_text(f"from setuptools import setup\nsetup(name={name!r}, version={version!r}, packages=[{name!r}], install_requires={requires.split()!r}, entry_points={{'console_scripts': ['{name}={name}:main']}})\n")
    subprocess.run([sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder, source], check=True, timeout=120)
    return next(folder.glob(f"{name}-{version}-*.whl"))


def test_packages_that_people_install_survive_and_break_nothing(hub, api, ann, tmp_path):
    api.start(ann.name)
    token = ann.make_token()
    home = hub.folder / "data" / "homes" / ann.name
    for name, version in (("greeting", "1.0"), ("pandas", "99.0")):
        shutil.copy(make_package(tmp_path, name, version), home / "work")
    try:
        kernel = Kernel(hub, ann.name, token)
        install = "import subprocess; done = subprocess.run(['pip', 'install', '--no-index', '--no-deps', {!r}], capture_output=True, text=True); told = done.stdout + done.stderr; print(done.returncode, 'constraint' in told, told[-300:] if done.returncode and 'constraint' not in told else '')"
        assert kernel.run(install.format("work/greeting-1.0-py3-none-any.whl")).strip() == "0 False"
        # In the kernel that runs, and as a program.
        assert kernel.run("import greeting; print(greeting.version)") == "1.0\n"
        assert kernel.run("print(subprocess.run(['greeting'], capture_output=True, text=True).stdout)").strip() == "hello from 1.0"
        # The environment's own are everybody's: another version is refused, and they stay.
        assert kernel.run(install.format("work/pandas-99.0-py3-none-any.whl")).strip() == "1 True"
        assert kernel.run("import pandas; print(pandas.__version__)") == f"{importlib.metadata.version('pandas')}\n"
        # The other environment has its own.
        with pytest.raises(RuntimeError, match="ModuleNotFoundError"):
            Kernel(hub, ann.name, token, "pyspark4").run("import greeting")
        api.stop(ann.name)
        api.start(ann.name)
        assert Kernel(hub, ann.name, token).run("import greeting; print(greeting.version)") == "1.0\n"
    finally:
        api.stop(ann.name)
    assert not list((ENVIRONMENT / "lib").glob("python3*/site-packages/greeting"))


def wait_until_ready(api, user: str) -> dict:
    deadline = time.monotonic() + 120
    while not (model := api("GET", f"/users/{user}").json()["servers"].get("", {})).get("ready"):
        assert time.monotonic() < deadline, model
        time.sleep(0.2)
    return model


def test_a_start_chooses_its_size_and_the_next_one_has_it_again(hub, api, ann):
    refused = api("POST", f"/users/{ann.name}/server", {"size": "enormous"})
    assert refused.status_code == 400 and "standard, small" in refused.json()["message"]
    assert api("POST", f"/users/{ann.name}/server", {"size": 7}).status_code == 400
    assert "<option value='standard' selected>" in ann.get("/hub/home").text
    assert api("POST", f"/users/{ann.name}/server", {"size": "small"}).status_code in (201, 202)
    try:
        assert wait_until_ready(api, ann.name)["user_options"] == {"size": "small"}
        told = Kernel(hub, ann.name, ann.make_token()).run("import os; print(len(os.sched_getaffinity(0)), os.environ['MEM_LIMIT'], os.environ['CPU_LIMIT'])")
        assert told == f"1 {2 << 30} 1.0\n"
        assert "of 2.0 GiB a process" in ann.get("/hub/home").text
        api.stop(ann.name)
        assert "<option value='small' selected>" in ann.get("/hub/home").text
        api.start(ann.name)
        assert wait_until_ready(api, ann.name)["user_options"] == {"size": "small"}
    finally:
        api.stop(ann.name)


def test_sizes_that_are_none_are_refused_at_the_start(tmp_path):
    ports = [item for key in ("objects.port", "spark.port", "spark.ui_port") for item in ("--set", f"{key}={lab_module.free_port()}")]
    done = subprocess.run([lab_module.program(), "up", "--data", tmp_path / "data", *ports, "--set", "hub.sizes=small=1"], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and "hub.sizes" in done.stderr
