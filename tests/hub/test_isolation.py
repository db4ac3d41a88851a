"""A notebook server opens its owner's home and the shared folders, and nothing else of the lab's (Landlock)."""

from __future__ import annotations

import ctypes
import json
import os

import pytest
import requests

from door import Person
from test_notebooks import Kernel

LANDLOCK_CREATE_RULESET, VERSION_FLAG = 444, 1


def landlock_version() -> int:
    return max(0, ctypes.CDLL(None, use_errno=True).syscall(LANDLOCK_CREATE_RULESET, None, 0, VERSION_FLAG))


needs_landlock = pytest.mark.skipif(landlock_version() == 0, reason="this kernel has no Landlock: the home page says so")


@pytest.fixture(scope="module")
def kernel(hub, admin, api):
    api.start("admin")
    yield Kernel(hub, "admin", admin.make_token(note="isolation"))
    api.stop("admin")


def attempt(kernel, expression: str) -> str:
    """What an expression gives in the notebook: `ok`, or the name of the exception."""
    return kernel.run(f"try:\n    {expression}\n    print('ok')\nexcept Exception as problem:\n    print(type(problem).__name__)").strip()


@needs_landlock
def test_a_notebook_opens_neither_the_labs_data_nor_another_home(hub, kernel):
    data = hub.folder / "data"
    other = data / "homes" / "somebody-else"
    other.mkdir(parents=True, exist_ok=True)
    (other / "diary.txt").write_text("dear diary")
    for path in (data / "secrets.json", data / "lab.db", other / "diary.txt"):
        assert path.exists()
        for mode in ("rb", "r+b"):
            assert attempt(kernel, f"open({str(path)!r}, {mode!r})") == "PermissionError", path
    for folder in (data, data / "homes", other, data / "blobs", data / "run" / "servers"):
        assert attempt(kernel, f"__import__('os').listdir({str(folder)!r})") == "PermissionError", folder
    assert attempt(kernel, f"open({str(other / 'new')!r}, 'w')") == "PermissionError"
    # A link of one's own leads no further, and a program that the notebook starts gets no further.
    assert attempt(kernel, f"import os; os.path.lexists('link') or os.symlink({str(data)!r}, 'link'); open('link/secrets.json')") == "PermissionError"
    assert kernel.run(f"import subprocess; print(subprocess.run(['cat', {str(data / 'secrets.json')!r}], capture_output=True).returncode)") == "1\n"


@needs_landlock
def test_a_notebook_changes_nothing_of_the_system(hub, kernel):
    environment = kernel.run("import sys; print(sys.prefix)").strip()
    assert attempt(kernel, f"open({environment + '/new'!r}, 'w')") == "PermissionError"
    assert attempt(kernel, "open('/etc/new', 'w')") == "PermissionError"
    assert attempt(kernel, f"open({os.path.join(os.path.dirname(hub.folder), 'new')!r}, 'w')") == "PermissionError"


@needs_landlock
def test_a_notebook_sees_into_no_process_of_others(hub, kernel):
    assert attempt(kernel, f"open('/proc/{hub.process.pid}/environ').read()") == "PermissionError"
    assert attempt(kernel, f"open('/proc/{hub.process.pid}/mem', 'rb')") == "PermissionError"
    if landlock_version() >= 6:
        assert attempt(kernel, f"__import__('os').kill({hub.process.pid}, 0)") == "PermissionError"


def test_home_shared_and_temporary_files_are_the_notebooks(hub, kernel):
    assert attempt(kernel, "open('work/mine.txt', 'w').write('x')") == "ok"
    assert attempt(kernel, "open('shared/datasets/ours.csv', 'w').write('a,b')") == "ok"
    assert attempt(kernel, "import tempfile; tempfile.NamedTemporaryFile().write(b'x')") == "ok"
    assert attempt(kernel, "import multiprocessing; multiprocessing.Pool(1).map(abs, [-1])") == "ok"
    assert kernel.run("import subprocess, sys; print(subprocess.run([sys.executable, '-c', 'print(1)'], capture_output=True, text=True).stdout)").strip() == "1"


def test_a_terminal_opens(hub, admin, kernel):
    answer = requests.post(f"{hub.url}/user/admin/api/terminals", headers={"Authorization": f"token {admin.make_token()}"}, timeout=30)
    assert answer.status_code == 200, answer.text


def test_spark_does_not_read_for_a_notebook_what_it_may_not(hub, kernel):
    kernel.run("from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()")
    with pytest.raises(RuntimeError, match="PATH_NOT_ALLOWED"):
        kernel.run(f"spark.read.text({json.dumps(str(hub.folder / 'data' / 'secrets.json'))}).collect()")
    assert kernel.run("import os; open('work/t.csv', 'w').write('1'); print(spark.read.csv(os.path.abspath('work/t.csv')).count())") == "1\n"


def test_the_home_page_says_what_holds(hub):
    text = Person(hub, "admin", "admin").get("/hub/home").text
    assert ("opens the home of its owner and the shared folders" in text) == (landlock_version() >= 6)
    assert ("has no Landlock" in text) == (landlock_version() == 0)
