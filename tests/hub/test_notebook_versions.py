"""Work in notebooks is never lost: versions by the REST API of people's servers, two servers over the shared folder, a server that is killed,
and the story of two people in a real Chromium. LAB_TEST_SCREENSHOTS names a folder for pictures."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import signal
import subprocess
import threading
import time
import uuid

import pytest
import requests
from playwright.sync_api import expect, sync_playwright

from door import Person, lab_module

expect.set_options(timeout=60_000)
CHROMIUM = shutil.which("chromium")
PICTURES = os.environ.get("LAB_TEST_SCREENSHOTS")
KEY = "AKIA" + "QWERTYUIOPASDFGH"  # nobody's; in two parts, so that nobody finds it here


def notebook(*sources: str) -> dict:
    cells = [{"cell_type": "code", "id": f"cell-{at}", "metadata": {}, "source": source, "outputs": [], "execution_count": None} for at, source in enumerate(sources)]
    return {"cells": cells, "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}, "nbformat": 4, "nbformat_minor": 5}


class Owner:
    """Somebody with a running server, and what their programs ask of it."""

    def __init__(self, hub, admin_api, name: str):
        self.hub, self.admin_api, self.name = hub, admin_api, f"{name}-{uuid.uuid4().hex[:6]}"
        assert admin_api("POST", f"/users/{self.name}").status_code == 201
        assert admin_api("PUT", f"/users/{self.name}/password", {"password": "correct horse"}).status_code == 204
        self.token = Person(hub, self.name, "correct horse").make_token()
        self.start()

    def start(self) -> None:
        self.admin_api.start(self.name)

    def ask(self, method: str, path: str, **more) -> requests.Response:
        return requests.request(method, f"{self.hub.url}/user/{self.name}/{path}", headers={"Authorization": f"token {self.token}"}, timeout=60, **more)

    def save(self, path: str, *sources: str, **more) -> requests.Response:
        return self.ask("PUT", f"api/contents/{path}", json={"type": "notebook", "content": notebook(*sources)} | more)

    def sources(self, path: str) -> list[str]:
        answer = self.ask("GET", f"api/contents/{path}")
        assert answer.status_code == 200, answer.text
        return [cell["source"] for cell in answer.json()["content"]["cells"]]

    def versions(self, name: str, method: str = "GET", **more) -> requests.Response:
        return self.ask(method, f"dflab/api/versions/{name}", **more)

    def records(self, path: str) -> list[dict]:
        """The oldest first."""
        answer = self.versions("history", params={"path": path})
        assert answer.status_code == 200, answer.text
        return answer.json()["records"][::-1]

    def process(self) -> int:
        """Of the server that the lab started."""
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
                if any(word.endswith(b"jupyterhub-singleuser") for word in words) and f"JUPYTERHUB_USER={self.name}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                    return int(folder.name)
            except OSError:
                continue
        raise LookupError(self.name)


@pytest.fixture(scope="module")
def people(hub, api):
    """Two with a server each."""
    ann, ben = Owner(hub, api, "ann"), Owner(hub, api, "ben")
    yield ann, ben
    for each in (ann, ben):
        api.stop(each.name)


@pytest.fixture(scope="module")
def ann(people) -> Owner:
    return people[0]


@pytest.fixture(scope="module")
def ben(people) -> Owner:
    return people[1]


def test_every_save_is_a_version_with_time_author_and_size(ann):
    assert ann.save("work/a.ipynb", "1").status_code == 201
    assert ann.save("work/a.ipynb", "1", "2").status_code == 200
    # The same once more is none.
    assert ann.save("work/a.ipynb", "1", "2").json()["dflab"]["version"] == 2
    records = ann.records("work/a.ipynb")
    assert [(record["version"], record["author"], record["action"]) for record in records] == [(1, ann.name, "save"), (2, ann.name, "save")]
    model = ann.ask("GET", "api/contents/work/a.ipynb", params={"content": 0, "hash": 1}).json()
    assert records[1]["size"] == model["size"] and records[1]["hash"] == model["hash"]
    assert abs(time.time() - time.mktime(time.strptime(records[1]["time"][:19], "%Y-%m-%dT%H:%M:%S")) + time.timezone) < 600
    bytes_of = ann.versions("version", params={"path": "work/a.ipynb", "version": 2})
    assert bytes_of.content == ann.ask("GET", "files/work/a.ipynb").content and bytes_of.headers["content-disposition"] == "attachment"
    difference = ann.versions("difference", params={"path": "work/a.ipynb", "from": 1}).json()
    assert difference == {"cells": [{"change": "added", "new": 2, "type": "code", "lines": [["+", "2"]], "outputs": False}]}
    text = {"type": "file", "format": "text", "content": "a\n"}
    assert ann.ask("PUT", "api/contents/work/a.txt", json=text).json()["dflab"]["version"] == 1


def test_a_save_of_what_was_changed_meanwhile_is_refused(ann):
    first = ann.save("work/b.ipynb", "1", base_hash=None).json()["hash"]
    second = ann.save("work/b.ipynb", "2", base_hash=first)
    assert second.status_code == 200
    refused = ann.save("work/b.ipynb", "3", base_hash=first)
    assert refused.status_code == 409 and refused.json()["reason"] == "version conflict"
    assert ann.save("work/b.ipynb", "3", base_hash=None).status_code == 409
    assert ann.save("work/b.ipynb", "3", base_hash=7).status_code == 400
    assert ann.sources("work/b.ipynb") == ["2"]
    # Who says nothing saves, as ever, and what was there is a version.
    assert ann.save("work/b.ipynb", "3").status_code == 200
    assert len(ann.records("work/b.ipynb")) == 3


def test_a_version_is_restored_and_that_is_a_save(ann):
    for source in ("1", "2"):
        saved = ann.save("work/c.ipynb", source).json()
    body = {"path": "work/c.ipynb", "version": 1}
    assert ann.versions("restore", "POST", json=body | {"base_hash": "0" * 64}).status_code == 409
    assert ann.versions("restore", "POST", json=body | {"base_hash": saved["hash"]}).status_code == 200
    assert ann.sources("work/c.ipynb") == ["1"]
    assert [(record["version"], record["action"], record.get("of")) for record in ann.records("work/c.ipynb")] == [(1, "save", None), (2, "save", None), (3, "restore", 1)]
    for wrong in ({"version": 9}, {"version": "x"}, {"path": "work/none.ipynb"}):
        assert ann.versions("restore", "POST", json=body | wrong).status_code == 404


def test_histories_go_with_renames_and_outlive_deletions(ann):
    ann.save("work/d.ipynb", "1")
    assert ann.ask("PATCH", "api/contents/work/d.ipynb", json={"path": "work/e.ipynb"}).status_code == 200
    ann.save("work/e.ipynb", "2")
    assert [record["action"] for record in ann.records("work/e.ipynb")] == ["save", "rename", "save"]
    assert ann.ask("DELETE", "api/contents/work/e.ipynb").status_code == 204
    gone = next(each for each in ann.versions("gone").json() if each["path"] == "work/e.ipynb")
    assert gone["record"]["action"] == "delete" and gone["record"]["author"] == ann.name
    assert ann.versions("restore", "POST", json={"path": gone["path"], "id": gone["id"], "version": gone["version"]}).status_code == 200
    assert ann.sources("work/e.ipynb") == ["2"]
    assert not [each for each in ann.versions("gone").json() if each["path"] == "work/e.ipynb"]


def test_what_is_given_up_is_set_aside(ann):
    ann.save("work/f.ipynb", "saved")
    assert ann.versions("aside", "POST", json={"path": "work/f.ipynb", "type": "notebook", "content": notebook("given up")}).status_code == 200
    assert ann.sources("work/f.ipynb") == ["saved"] and [record["action"] for record in ann.records("work/f.ipynb")] == ["save", "aside"]
    assert ann.versions("aside", "POST", json={"path": "work/f.ipynb"}).status_code == 400


def test_histories_are_closed_to_others_and_to_paths_outside(ann, ben):
    other = {"Authorization": f"token {ben.token}"}
    for name in ("history", "version", "difference", "gone"):
        assert requests.get(f"{ann.hub.url}/user/{ann.name}/dflab/api/versions/{name}", params={"path": "work/a.ipynb", "version": 1, "from": 1}, headers=other, timeout=30).status_code == 403
        assert requests.get(f"{ann.hub.url}/user/{ann.name}/dflab/api/versions/{name}", params={"path": "work/a.ipynb"}, timeout=30).status_code == 403
    for path in ("../x.ipynb", "/etc/passwd", "work/../../x", ""):
        assert ann.versions("history", params={"path": path}).status_code == 404
    assert ann.versions("history", params={"path": "work/a.ipynb", "id": "../../x"}).status_code == 404
    assert ann.ask("GET", "api/contents/.dflab").status_code == 404


def test_of_sixteen_savers_on_two_servers_one_wins(ann, ben):
    path = f"shared/notebooks/race-{uuid.uuid4().hex[:6]}.ipynb"
    base = ann.save(path, "0", base_hash=None).json()["hash"]
    for turn in range(3):
        answers, ready = {}, threading.Barrier(16)

        def save(number: int) -> None:
            ready.wait()
            answers[number] = (ann, ben)[number % 2].save(path, f"{turn}: {number}", base_hash=base)

        savers = [threading.Thread(target=save, args=(number,)) for number in range(16)]
        for saver in savers:
            saver.start()
        for saver in savers:
            saver.join()
        winners = [number for number, answer in answers.items() if answer.status_code == 200]
        assert len(winners) == 1 and sorted(answer.status_code for answer in answers.values()) == [200] + [409] * 15
        assert ann.sources(path) == ben.sources(path) == [f"{turn}: {winners[0]}"]
        base = answers[winners[0]].json()["hash"]
        assert ann.records(path)[-1]["author"] == (ann, ben)[winners[0] % 2].name
    assert [record["version"] for record in ben.records(path)] == [1, 2, 3, 4]


def test_what_was_acknowledged_outlives_a_killed_server(hub, api, ann):
    acknowledged, stop = [], threading.Event()
    ann.save("work/k.ipynb", "begin")

    def save_on() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            try:
                answer = ann.save("work/k.ipynb", f"save {number}")
            except requests.RequestException:
                return
            if answer.status_code != 200:
                return
            acknowledged.append(answer.json()["hash"])

    saver = threading.Thread(target=save_on)
    saver.start()
    deadline = time.monotonic() + 60
    while len(acknowledged) < 10 and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(ann.process(), signal.SIGKILL)
    stop.set()
    saver.join()
    assert len(acknowledged) >= 10
    while ann.admin_api("GET", f"/users/{ann.name}").json()["servers"]:
        assert time.monotonic() < deadline + 60
        time.sleep(0.1)
    ann.start()
    records = ann.records("work/k.ipynb")
    assert set(acknowledged) <= {record["hash"] for record in records}
    now = ann.ask("GET", "api/contents/work/k.ipynb", params={"hash": 1}).json()
    # A save that was on its way may be there or not, whole in each case.
    assert now["hash"] == acknowledged[-1] or now["hash"] == records[-1]["hash"]
    assert ann.save("work/k.ipynb", "after", base_hash=now["hash"]).status_code == 200


def test_secrets_are_told_and_stand_in_no_log(hub, ann):
    saved = ann.save("work/s.ipynb", "import os", f"os.environ['AWS_ACCESS_KEY_ID'] = '{KEY}'").json()
    leak = {"cell": 2, "where": "source", "line": 1, "kind": "an AWS access key"}
    assert saved["dflab"]["leaks"] == [leak] and ann.records("work/s.ipynb")[0]["leaks"] == [leak]
    assert KEY not in ann.versions("history", params={"path": "work/s.ipynb"}).text
    for log in [*(hub.folder / "data" / "run" / "servers").glob("*.log"), hub.log]:
        assert KEY not in log.read_text(errors="replace")
    # The version that is the file stays; another one can be removed for good.
    assert ann.versions("forget", "POST", json={"path": "work/s.ipynb", "version": 1}).status_code == 409
    ann.save("work/s.ipynb", "import os")
    assert ann.versions("forget", "POST", json={"path": "work/s.ipynb", "version": 1}).status_code == 204
    assert [record["version"] for record in ann.records("work/s.ipynb")] == [2]


@pytest.fixture(scope="module", params=["light", "dark"])
def browser(request):
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened.scheme = request.param
        yield opened
        opened.close()


def open_lab(browser, owner: Owner, path: str = ""):
    # JupyterLab's own question about news would lie over the panel.
    for name, raw in (("themes", '{"theme": "JupyterLab Dark"}' if browser.scheme == "dark" else "{}"), ("notification", '{"fetchNews": "false"}')):
        assert owner.ask("PUT", f"lab/api/settings/@jupyterlab/apputils-extension:{name}", json={"raw": raw}).status_code == 204
    context = browser.new_context(base_url=owner.hub.url, color_scheme=browser.scheme, viewport={"width": 1300, "height": 850})
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto("/hub/login")
    page.get_by_label("User name").fill(owner.name)
    page.get_by_label("Password").fill("correct horse")
    page.keyboard.press("Enter")
    page.wait_for_url("**/hub/home**")
    page.goto(f"/user/{owner.name}/lab/workspaces/{browser.scheme}{path and '/tree/'}{path}?reset")
    return page


def open_notebook(browser, owner: Owner, path: str):
    page = open_lab(browser, owner, path)
    page.locator(".jp-Notebook .cm-content").first.wait_for()
    # JupyterLab draws a notebook once more when its kernel is there, and forgets what was typed until then.
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").first.wait_for()
    return page


def type_and_save(page, text: str) -> None:
    page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .cm-content").first.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)
    page.keyboard.press("Control+s")


def look(page, browser, name: str) -> None:
    if PICTURES:
        pathlib.Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.wait_for_timeout(500)
        page.screenshot(path=f"{PICTURES}/{name}-{browser.scheme}.png")


def test_two_people_in_one_notebook(browser, ann, ben):
    path = f"shared/notebooks/report-{browser.scheme}.ipynb"
    ann.save(path, "first = 1")
    of_ann, of_ben = open_notebook(browser, ann, path), open_notebook(browser, ben, path)
    saved = lambda owner, count: [record for record in owner.records(path) if record["author"] == owner.name and record["action"] == "save"][count - 1 :]  # noqa: E731

    type_and_save(of_ann, "\nof_ann = 1")
    of_ann.wait_for_function("() => document.querySelector('.jp-mod-current.lm-TabBar-tab:not(.jp-mod-dirty)') !== null")
    assert saved(ann, 2)

    dialog = of_ben.locator(".jp-Dialog")
    type_and_save(of_ben, "\nof_ben = 1")
    expect(dialog).to_contain_text(f"{ann.name} saved it at")
    look(of_ben, browser, "versions-conflict")
    assert ann.sources(path) == ["first = 1\nof_ann = 1"]
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)

    # A copy: both are there, and the notebook is Ann's.
    type_and_save(of_ben, "")
    dialog.get_by_role("button", name="Keep mine as a copy").click()
    of_ben.locator(".lm-TabBar-tab", has_text="(mine)").first.wait_for()
    assert ben.sources(path.replace(".ipynb", " (mine).ipynb")) == ["first = 1\nof_ben = 1"]
    assert ann.sources(path) == ["first = 1\nof_ann = 1"]

    # Reload: what Ben gives up is in the history.
    of_ben.locator(".lm-DockPanel-tabBar .lm-TabBar-tab", has_text=f"report-{browser.scheme}.ipynb").click()
    ann.save(path, "second = 2")
    type_and_save(of_ben, "\nwill_be_set_aside = 1")
    dialog.get_by_role("button", name="Reload").click()
    expect(dialog).to_have_count(0)
    of_ben.locator(".jp-mod-current.lm-TabBar-tab:not(.jp-mod-dirty)", has_text=f"report-{browser.scheme}.ipynb").wait_for()
    expect(of_ben.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .cm-content").first).to_contain_text("second = 2")
    aside = next(record for record in ben.records(path) if record["action"] == "aside")
    assert b"will_be_set_aside" in ben.versions("version", params={"path": path, "version": aside["version"]}).content

    # Overwrite: what Ann saved is in the history.
    overwritten = ann.save(path, "third = 3").json()["dflab"]["version"]
    type_and_save(of_ben, "\nwins = 1")
    dialog.get_by_role("button", name="Overwrite").click()
    expect(dialog).to_have_count(0)
    deadline = time.monotonic() + 30
    while ann.sources(path) != ["second = 2\nwins = 1"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert b"third = 3" in ann.versions("version", params={"path": path, "version": overwritten}).content

    # The panel: compare and restore.
    of_ben.locator("[data-id=dflab-versions]").click()
    panel = of_ben.locator(".dflab-panel")
    expect(panel).to_contain_text("This is the file")
    expect(panel).to_contain_text(ann.name)
    look(of_ben, browser, "versions-panel")
    version = panel.locator(".dflab-version", has_text=f"version {overwritten}")
    version.get_by_role("button", name="Compare").click()
    expect(of_ben.locator(".dflab-removed")).to_have_text(["- third = 3"])
    expect(of_ben.locator(".dflab-added")).to_have_text(["+ second = 2", "+ wins = 1"])
    look(of_ben, browser, "versions-difference")
    of_ben.locator(".lm-DockPanel-tabBar .lm-TabBar-tab", has_text=f"report-{browser.scheme}.ipynb").first.click()
    version.get_by_role("button", name="Restore").click()
    dialog.get_by_role("button", name="Restore").click()
    expect(of_ben.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .cm-content").first).to_contain_text("third = 3")
    assert ben.records(path)[-1]["action"] == "restore" and ben.sources(path) == ["third = 3"]

    # A secret is told, not refused.
    type_and_save(of_ben, f"\nkey = '{KEY}'")
    expect(of_ben.locator(".Toastify__toast", has_text="an AWS access key")).to_be_visible()
    expect(panel.locator(".dflab-leak").first).to_contain_text("an AWS access key in cell 1, line 2")
    look(of_ben, browser, "versions-secret")
    of_ben.locator(".Toastify__toast", has_text="an AWS access key").locator(".jp-Notification-Toast-Close").click()

    # Deleted files come back; the dialog is gone before the file is there.
    assert ben.ask("DELETE", f"api/contents/{path.replace('.ipynb', ' (mine).ipynb')}").status_code == 204
    type_and_save(of_ben, "\nlast = 1")
    panel.get_by_text("Deleted files").click()
    gone = panel.locator("details .dflab-version", has_text=f"report-{browser.scheme} (mine).ipynb")
    gone.get_by_role("button", name="Restore").click()
    dialog.get_by_role("button", name="Restore").click()
    expect(gone).to_have_count(0)
    expect(dialog).to_have_count(0)
    look(of_ben, browser, "versions-deleted")
    assert ben.sources(path.replace(".ipynb", " (mine).ipynb")) == ["first = 1\nof_ben = 1"]
    for page in (of_ann, of_ben):
        page.context.close()


def test_ordinary_work_asks_nothing(browser, ann):
    page, path = open_lab(browser, ann), f"plan-{browser.scheme}.ipynb"
    page.locator(".jp-LauncherCard[data-category=Notebook]", has_text="Python 3").first.click()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").first.wait_for()
    dialog = page.locator(".jp-Dialog")

    def save_and_wait(text: str, name: str) -> None:
        type_and_save(page, text)
        deadline = time.monotonic() + 30
        while True:
            found = ann.ask("GET", f"files/{name}")
            if found.status_code == 200 and text.strip() in found.text:
                break
            assert time.monotonic() < deadline, (name, text, dialog.all_inner_texts())
            time.sleep(0.1)
        page.wait_for_timeout(300)
        expect(dialog).to_have_count(0)

    def rename(name: str) -> None:
        page.locator(".jp-DirListing-item", has_text=path).click()
        page.keyboard.press("F2")
        page.keyboard.press("Control+a")
        page.keyboard.type(name)
        page.keyboard.press("Enter")
        page.locator(".lm-TabBar-tab", has_text=name).first.wait_for()
        # JupyterLab reads the folder once more and takes the keyboard to the file's new name; what is typed until then goes astray.
        page.wait_for_function("name => document.activeElement.closest('.jp-DirListing-item')?.textContent.includes(name)", arg=name)

    # The first save of a new notebook asks for its name, as ever; the next one is asked for while that one is on its way.
    type_and_save(page, "first = 1")
    dialog.locator("input").first.fill(path)
    dialog.get_by_role("button", name="Rename").click()
    expect(dialog).to_have_count(0)
    for number in range(3):
        save_and_wait(f"\nagain = {number}", path)
    # Renamed below the hands of JupyterLab's own memory of the file, and changed on.
    rename(f"renamed-{path}")
    save_and_wait("\nafter_the_rename = 1", f"renamed-{path}")
    actions = [record["action"] for record in ann.records(f"renamed-{path}")]
    assert actions.count("rename") >= 1 and actions[-1] == "save"

    # What is changed by somebody else behind a rename is asked about all the same.
    rename(f"twice-{path}")
    ann.save(f"twice-{path}", "somebody else")
    type_and_save(page, "\nnot_silently = 1")
    expect(dialog).to_contain_text("in another tab or window")
    dialog.get_by_role("button", name="Cancel").click()

    # What somebody deletes is told, and can be saved again.
    ann.ask("DELETE", f"api/contents/twice-{path}")
    type_and_save(page, "\nagain = 1")
    expect(dialog).to_contain_text("deleted or moved")
    look(page, browser, "versions-gone")
    dialog.get_by_role("button", name="Save again").click()
    expect(dialog).to_have_count(0)
    save_and_wait("\nand_on = 1", f"twice-{path}")

    # A long history is shown in part first.
    for number in range(35):
        ann.save(f"twice-{path}", f"version {number}")
    page.locator("[data-id=dflab-versions]").click()
    expect(page.locator(".dflab-version")).to_have_count(30)
    page.get_by_role("button", name="Show all").click()
    expect(page.locator(".dflab-version")).to_have_count(len(ann.records(f"twice-{path}")))
    page.context.close()


def test_what_comes_while_a_save_is_on_its_way_is_saved_too(browser, ann):
    path = f"work/late-{browser.scheme}.ipynb"
    ann.save(path, "first = 1")
    page = open_notebook(browser, ann, path)
    tab = page.locator(".lm-DockPanel-tabBar .lm-TabBar-tab", has_text=f"late-{browser.scheme}.ipynb")
    saves = []

    def hold(route) -> None:
        """Each save, until it is let go."""
        if route.request.method == "PUT":
            saves.append(route)
        else:
            route.continue_()

    def wait_for_save(number: int) -> None:
        deadline = time.monotonic() + 60
        while len(saves) < number:
            assert time.monotonic() < deadline, len(saves)
            page.wait_for_timeout(50)

    page.route(f"**/api/contents/{path}*", hold)
    type_and_save(page, "\nsecond = 2")
    wait_for_save(1)
    page.keyboard.type("\ntyped = 3")
    saves[0].continue_()
    # The version is there, and JupyterLab does not take the rest for saved.
    deadline = time.monotonic() + 60
    while ann.sources(path) != ["first = 1\nsecond = 2"]:
        assert time.monotonic() < deadline
        page.wait_for_timeout(50)
    page.wait_for_timeout(2000)
    assert "jp-mod-dirty" in tab.get_attribute("class") and len(saves) == 1

    # A "Save" that JupyterLab drops.
    page.keyboard.press("Control+s")
    wait_for_save(2)
    type_and_save(page, "\nasked = 4")
    saves[1].continue_()
    wait_for_save(3)
    saves[2].continue_()
    page.locator(".lm-DockPanel-tabBar .lm-TabBar-tab:not(.jp-mod-dirty)", has_text=f"late-{browser.scheme}.ipynb").wait_for()
    assert ann.sources(path) == ["first = 1\nsecond = 2\ntyped = 3\nasked = 4"]
    # One that changes nothing is none, and nobody was asked.
    assert [record["action"] for record in ann.records(path)] == ["save"] * 4 and len(saves) == 3
    expect(page.locator(".jp-Dialog")).to_have_count(0)
    page.context.close()


def test_histories_in_a_shell(hub, ann):
    for source in ("1", "2"):
        ann.save("work/shell.ipynb", source)

    def dflab(*arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run([lab_module.program(), "notebook", *arguments, "--user", ann.name, "--data", str(hub.folder / "data")], capture_output=True, text=True, timeout=60)

    lines = [line.split() for line in dflab("history", "work/shell.ipynb").stdout.splitlines()]
    assert [(line[0], line[2], line[3]) for line in lines] == [("1", ann.name, "save"), ("2", ann.name, "save")]
    assert json.loads(dflab("history", "work/shell.ipynb", "--json").stdout)["records"] == ann.records("work/shell.ipynb")[::-1]
    assert dflab("diff", "work/shell.ipynb", "1").stdout.splitlines() == ["cell 1: changed", "@ line 1", "- 1", "+ 2"]
    assert dflab("diff", "work/shell.ipynb", "1", "1").stdout == ""
    assert dflab("restore", "work/shell.ipynb", "1").stdout == "work/shell.ipynb is version 1 again, as version 3\n"
    assert ann.sources("work/shell.ipynb") == ["1"]
    for wrong in (("diff", "work/shell.ipynb", "9"), ("history", "work/none.ipynb")):
        done = dflab(*wrong)
        assert done.returncode == 1 and "version" in done.stderr
