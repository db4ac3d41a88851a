"""Versions of notebooks on the disk, without a server: pieces, crashes, renames, limits, secrets, differences."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time

import pytest

from door import lab_module

PYTHON = lab_module.ROOT / "python" / "jupyter" / "python"
sys.path.insert(0, str(PYTHON))

from dflab_versions import retention, store as store_module  # noqa: E402
from dflab_versions.differences import compare  # noqa: E402
from dflab_versions.leaks import find_leaks  # noqa: E402
from dflab_versions.pieces import cut  # noqa: E402
from dflab_versions.store import Conflict, Gone, Limits, VersionStore, hash_of  # noqa: E402


def notebook(*sources: str, outputs=(), ids=True) -> bytes:
    cells = [{"cell_type": "code", "metadata": {}, "source": source, "outputs": list(outputs), "execution_count": None} | ({"id": f"cell-{at}"} if ids else {}) for at, source in enumerate(sources)]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5 if ids else 4}, indent=1).encode() + b"\n"


@pytest.fixture
def area(tmp_path):
    return VersionStore(tmp_path, Limits())


def size_of(area) -> int:
    return sum(file.stat().st_size for file in (area.folder / "objects").glob("*/*"))


def contents_of(area, path) -> list:
    return [area.read(record) for record in area.find_history(path).versions]


def test_a_save_is_a_version_and_the_bytes_come_back(area, tmp_path):
    path = tmp_path / "a.ipynb"
    saves = [notebook("1"), notebook("1", "2"), b"no newline at the end", b"", "é\r\n\u2028x\r".encode()]
    for data in saves:
        written = area.write(path, data, author="ann")
        assert path.read_bytes() == data and written.hash == hash_of(data)
    assert contents_of(area, path) == saves
    assert [record["version"] for record in area.find_history(path).versions] == [1, 2, 3, 4, 5]
    # The same once more is no version.
    area.write(path, saves[-1], author="ann")
    assert len(area.find_history(path).versions) == 5


def test_a_save_of_what_somebody_else_has_changed_is_refused(area, tmp_path):
    path = tmp_path / "a.txt"
    first = area.write(path, b"1\n", author="ann", base=None)
    second = area.write(path, b"2\n", author="ben", base=first.hash)
    with pytest.raises(Conflict) as refused:
        area.write(path, b"3\n", author="ann", base=first.hash)
    assert refused.value.found == second.hash and path.read_bytes() == b"2\n"
    with pytest.raises(Conflict):
        area.write(path, b"3\n", author="ann", base=None)
    path.unlink()
    with pytest.raises(Conflict) as refused:
        area.write(path, b"3\n", author="ann", base=second.hash)
    assert refused.value.found is None


def test_what_other_programs_wrote_is_a_version_before_it_is_overwritten(area, tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"before the first save\n")
    area.write(path, b"1\n", author="ann")
    path.write_bytes(b"by a program\n")
    area.write(path, b"2\n", author="ann")
    assert contents_of(area, path) == [b"before the first save\n", b"1\n", b"by a program\n", b"2\n"]
    assert [record["action"] for record in area.find_history(path).versions] == ["outside", "save", "outside", "save"]


def test_what_versions_share_is_kept_once(area, tmp_path):
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": random.Random(1).randbytes(300_000).hex()}}
    path = tmp_path / "a.ipynb"
    for number in range(10):
        area.write(path, notebook(*[f"x = {at}" for at in range(number)], outputs=[picture]), author="ann")
    assert size_of(area) < 400_000  # of a picture of 300,000 bytes, in ten versions with up to nine of it


@pytest.mark.parametrize("data", [b"", b"\n", b"a", b"x" * 10_000, b"a\r\nb\rc\n" * 5000, bytes(range(256)) * 300])
def test_pieces_are_the_file(data):
    assert b"".join(cut(data)) == data


def test_a_line_that_is_added_makes_few_new_pieces():
    lines = [f"line {number}\n".encode() for number in range(100_000)]
    old, new = cut(b"".join(lines)), cut(b"".join([b"new\n", *lines[:50_000], b"another\n", *lines[50_000:]]))
    assert len(old) > 50 and len(set(new) - set(old)) <= 4


def test_binary_and_very_large_files_are_saved_without_versions(tmp_path):
    area = VersionStore(tmp_path, Limits(file_bytes=100))
    for name, data in (("a.png", b"\x89PNG\0\xff"), ("a.txt", b"x" * 101)):
        assert area.write(tmp_path / name, data, author="ann").record == {}
        assert (tmp_path / name).read_bytes() == data and area.find_history(tmp_path / name) is None


def test_history_goes_with_files_and_folders(area, tmp_path):
    old, new = tmp_path / "work" / "a.ipynb", tmp_path / "done" / "b.ipynb"
    old.parent.mkdir()
    area.write(old, notebook("1"), author="ann")
    with area.moving(old, old.with_name("b.ipynb"), "ann"):
        old.rename(old.with_name("b.ipynb"))
    with area.moving(tmp_path / "work", tmp_path / "done", "ben"):
        (tmp_path / "work").rename(tmp_path / "done")
    area.write(new, notebook("2"), author="ann")
    records = area.find_history(new).records
    assert [(record["action"], record["path"]) for record in records] == [("save", "work/a.ipynb"), ("rename", "work/b.ipynb"), ("rename", "done/b.ipynb"), ("save", "done/b.ipynb")]
    assert area.find_history(old) is None and contents_of(area, new) == [notebook("1"), notebook("2")]
    # A file that comes to the old place begins anew.
    old.parent.mkdir()
    area.write(old, notebook("3"), author="ann")
    assert contents_of(area, old) == [notebook("3")]


def test_what_is_deleted_stays_in_its_history_with_its_last_bytes(area, tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    area.write(folder / "a.ipynb", notebook("1"), author="ann")
    (folder / "a.ipynb").write_bytes(notebook("by a program"))
    (folder / "never-saved-here.ipynb").write_bytes(notebook("2"))
    import shutil

    with area.deleting(folder, "ben"):
        shutil.rmtree(folder)
    assert contents_of(area, folder / "a.ipynb") == [notebook("1"), notebook("by a program")]
    assert contents_of(area, folder / "never-saved-here.ipynb") == [notebook("2")]
    assert area.find_history(folder / "a.ipynb").records[-1] | {"time": ""} == {"time": "", "author": "ben", "action": "delete", "path": "work/a.ipynb"}


def test_a_record_that_a_crash_cut_off_is_as_if_it_had_not_been(area, tmp_path):
    path = tmp_path / "a.txt"
    area.write(path, b"1\n", author="ann")
    file = area.find_history(path).file
    with file.open("ab") as out:
        out.write(b'{"time":"2026-01-01T00:00:00Z","hash":"')
    assert contents_of(area, path) == [b"1\n"]
    area.write(path, b"2\n", author="ann")
    assert contents_of(area, path) == [b"1\n", b"2\n"] and len(file.read_bytes().splitlines()) == 2


def test_a_version_that_the_disk_has_damaged_is_not_given_out(area, tmp_path):
    path = tmp_path / "a.txt"
    record = area.write(path, b"1\n", author="ann").record
    other = area.write(path, b"2\n", author="ann").record
    area.object_file(record["pieces"][0]).write_bytes(area.object_file(other["pieces"][0]).read_bytes())
    with pytest.raises(OSError, match="damaged"):
        area.read(record)


def test_old_versions_go_and_the_newest_stays(tmp_path):
    area = VersionStore(tmp_path, Limits(keep_seconds=0))
    for number in range(3):
        area.write(tmp_path / "a.txt", f"{number}\n".encode(), author="ann")
        area.write(tmp_path / "gone.txt", f"gone {number}\n".encode(), author="ann")
    with area.deleting(tmp_path / "gone.txt", "ann"):
        (tmp_path / "gone.txt").unlink()
    time.sleep(0.01)
    assert retention.tidy(area)
    assert contents_of(area, tmp_path / "a.txt") == [b"2\n"]
    assert area.find_history(tmp_path / "gone.txt") is None
    assert len(list((area.folder / "objects").glob("*/*"))) == 1 and len(list((area.folder / "history").iterdir())) == 1 and len(list((area.folder / "paths").iterdir())) == 1
    assert area.write(tmp_path / "a.txt", b"next\n", author="ann").record["version"] == 4


def test_what_is_set_aside_does_not_stand_for_the_file(tmp_path):
    area = VersionStore(tmp_path, Limits(keep_seconds=0, area_bytes=0))
    path = tmp_path / "a.txt"
    area.write(path, b"saved\n", author="ann")
    area.set_aside(path, b"given up\n", "ben")
    assert path.read_bytes() == b"saved\n" and area.find_history(path).head["version"] == 1
    time.sleep(0.01)
    assert retention.tidy(area)
    assert contents_of(area, path) == [b"saved\n"]
    assert area.write(path, b"next\n", author="ann").record["version"] == 2


def test_space_is_bounded_and_the_oldest_go_first(tmp_path):
    area = VersionStore(tmp_path, Limits(area_bytes=50_000))
    noise = random.Random(2)
    for number in range(20):
        area.write(tmp_path / f"{number % 2}.txt", noise.randbytes(5_000).hex().encode(), author="ann")
    assert retention.tidy(area) and size_of(area) <= 50_000
    assert [record["version"] for record in area.find_history(tmp_path / "0.txt").versions][-1] == 10
    assert [record["version"] for record in area.find_history(tmp_path / "1.txt").versions] == list(range(10 - len(area.find_history(tmp_path / "1.txt").versions) + 1, 11))
    for name in ("0.txt", "1.txt"):
        assert contents_of(area, tmp_path / name)[-1] == (tmp_path / name).read_bytes()


def test_tidying_waits_for_nobody_who_saves(area, tmp_path):
    area.write(tmp_path / "a.txt", b"1\n", author="ann")
    with area.writing(tmp_path / "a.txt"):
        assert not retention.tidy(area)
    assert retention.tidy(area)


def test_a_version_can_be_forgotten(area, tmp_path):
    path = tmp_path / "a.txt"
    secret = area.write(path, b"secret\n", author="ann").record
    area.write(path, b"clean\n", author="ann")
    area.forget(area.find_history(path), secret["version"])
    assert contents_of(area, path) == [b"clean\n"] and not area.object_file(secret["pieces"][0]).exists()
    with pytest.raises(Gone):
        area.forget(area.find_history(path), secret["version"])


SAVER = """
import pathlib, sys
sys.path.insert(0, sys.argv[1])
from dflab_versions.store import Conflict, Limits, VersionStore, hash_of
area, me = VersionStore(pathlib.Path(sys.argv[2]), Limits()), sys.argv[3]
path = area.area / "counter.txt"
for _ in range(20):
    while True:
        data = path.read_bytes()
        try:
            area.write(path, data + f"{me}\\n".encode(), author=me, base=hash_of(data))
            break
        except Conflict:
            pass
"""


def test_no_update_is_lost_between_processes(area, tmp_path):
    path = tmp_path / "counter.txt"
    area.write(path, b"", author="nobody")
    savers = [subprocess.Popen([sys.executable, "-c", SAVER, PYTHON, tmp_path, str(number)]) for number in range(4)]
    assert [saver.wait(120) for saver in savers] == [0] * 4
    lines = path.read_text().split()
    assert {each: lines.count(each) for each in lines} == {str(number): 20 for number in range(4)}
    assert len(area.find_history(path).versions) == 81


def test_of_many_threads_one_wins(area, tmp_path):
    path = tmp_path / "a.txt"
    base = area.write(path, b"base\n", author="ann").hash
    won, lost, ready = [], [], threading.Barrier(16)

    def save(number: int) -> None:
        ready.wait()
        try:
            won.append(area.write(path, f"{number}\n".encode(), author=str(number), base=base).hash)
        except Conflict as conflict:
            lost.append(conflict.found)

    savers = [threading.Thread(target=save, args=(number,)) for number in range(16)]
    for saver in savers:
        saver.start()
    for saver in savers:
        saver.join()
    assert len(won) == 1 and lost == won * 15 and hash_of(path.read_bytes()) == won[0]


SECRETS = [
    ("key = 'AKIA" + "ABCDEFGHIJKLMNOP'", "an AWS access key"),
    ("aws_secret_access_key = '" + "aB3/" * 10 + "'", "an AWS secret key"),
    ("token = 'dfl_" + "a1B2" * 10 + "'", "a token of the lab"),
    ("LAB" + "ABCDEFGHIJ1234567", "an access key of the lab"),
    ("-----BEGIN RSA PRIVATE " + "KEY-----", "a private key"),
    ("-----BEGIN PRIVATE " + "KEY-----", "a private key"),
    ("{'Authorization': 'Bearer " + "abcdefghijklmnopqrstuvwxyz'}", "a bearer token"),
    ("ghp_" + "a1B2" * 9, "a token of GitHub"),
]


@pytest.mark.parametrize("text, kind", SECRETS)
def test_secrets_are_found_in_source_and_output_and_not_told(text, kind):
    source = find_leaks(notebook("import os\n" + text), "a.ipynb")
    assert {"cell": 1, "where": "source", "line": 2, "kind": kind} in source
    output = find_leaks(notebook("1", "2", outputs=[{"output_type": "stream", "name": "stdout", "text": ["first\n", text + "\n"]}]), "a.ipynb")
    assert {"cell": 2, "where": "output", "line": 2, "kind": kind} in output
    assert {"where": "source", "line": 1, "kind": kind} in find_leaks(text.encode(), "a.py")
    assert text not in json.dumps(source + output)


def test_the_servers_own_secrets_are_known(monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "looks like nothing at all")
    assert [leak["kind"] for leak in find_leaks(b"x = 'looks like nothing at all'", "a.py")] == ["the secret key of your buckets"]


@pytest.mark.parametrize("text", ["AKIA", "os.environ['AWS_SECRET_ACCESS_KEY']", "headers = {'Authorization': f'Bearer {token}'}", "LABORATORY", "sha256 = '" + "ab" * 32 + "'", "-----BEGIN CERTIFICATE-----"])
def test_what_is_no_secret_is_left_alone(text):
    assert find_leaks(notebook(text), "a.ipynb") == []


def changes(old: bytes, new: bytes) -> list:
    return [(cell["change"], cell.get("old"), cell.get("new"), cell["outputs"]) for cell in compare(old, new, "a.ipynb")["cells"]]


@pytest.mark.parametrize("ids", [True, False])
def test_differences_are_of_cells(ids):
    old = notebook("a", "b", "c", ids=ids)
    assert changes(old, old) == []
    assert changes(old, notebook("a", "b2", "c", ids=ids)) == [("changed", 2, 2, False)]
    assert changes(old, notebook("a", "b", "c", "d", ids=ids)) == [("added", None, 4, False)]
    assert changes(old, notebook("a", "b", ids=ids)) == [("removed", 3, None, False)]
    assert changes(b"", old) == [("added", None, 1, False), ("added", None, 2, False), ("added", None, 3, False)]
    assert changes(old, notebook("a", "b", "c", outputs=[{"output_type": "stream", "name": "stdout", "text": "x"}], ids=ids)) == [("changed", 1, 1, True), ("changed", 2, 2, True), ("changed", 3, 3, True)]


def test_a_cell_that_moves_is_told_as_moved():
    old = json.loads(notebook("a", "b", "c"))
    new = old | {"cells": [old["cells"][2], old["cells"][0], old["cells"][1]]}
    assert changes(json.dumps(old).encode(), json.dumps(new).encode()) == [("moved", 3, 1, False)]


def test_lines_of_a_difference():
    assert compare(b"a\nb\nc\n", b"a\nB\nc\n", "a.txt") == {"lines": [["@", "line 1"], [" ", "a"], ["-", "b"], ["+", "B"], [" ", "c"]]}
    assert compare(b"not JSON", b"not JSON either", "a.ipynb") == {"lines": [["@", "line 1"], ["-", "not JSON"], ["+", "not JSON either"]]}
    assert compare(b"x\n" * 9000, b"y\n" * 9000, "a.txt")["lines"][0][0] == "@"


def test_locks_of_a_killed_writer_are_free(area, tmp_path):
    holder = subprocess.Popen([sys.executable, "-c", f"import sys; sys.path.insert(0, {str(PYTHON)!r})\nfrom dflab_versions.store import *\narea = VersionStore(pathlib.Path({str(tmp_path)!r}), Limits())\nwith area.writing(area.area / 'a.txt'):\n    print('held', flush=True)\n    import time; time.sleep(600)"], stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "held\n"
    holder.kill()
    holder.wait()
    assert area.write(tmp_path / "a.txt", b"1\n", author="ann").record["version"] == 1


def test_the_store_has_the_form_that_the_documentation_tells(area, tmp_path):
    area.write(tmp_path / "a.txt", b"1\n", author="ann")
    history = next((area.folder / "history").glob("*.jsonl"))
    record = json.loads(history.read_text())
    assert set(record) == {"time", "author", "action", "path", "hash", "size", "pieces", "version"}
    piece = record["pieces"][0]
    shell = subprocess.run(["sh", "-c", f"gzip -dc < {area.folder}/objects/{piece[:2]}/{piece[2:]}"], capture_output=True, check=True)
    assert shell.stdout == b"1\n" and piece == hash_of(b"1\n")
    assert (area.folder / "paths" / hash_of(b"a.txt")).read_text() == history.stem
    assert store_module.FOLDER == ".dflab"
