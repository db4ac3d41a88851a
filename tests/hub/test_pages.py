"""The story of a person in a real Chromium: log in, start, run a cell in JupyterLab, make a token, stop. LAB_TEST_SCREENSHOTS names a
folder for pictures of every page."""

from __future__ import annotations

import contextlib
import os
import pathlib
import re
import shutil

import pytest
from playwright.sync_api import expect, sync_playwright

expect.set_options(timeout=60_000)
CHROMIUM = shutil.which("chromium")
PICTURES = os.environ.get("LAB_TEST_SCREENSHOTS")


@pytest.fixture(scope="module", params=["light", "dark"])
def page(request, hub):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(base_url=hub.url, color_scheme=request.param, viewport={"width": 1100, "height": 800})
        made = context.new_page()
        made.set_default_timeout(60_000)
        made.problems = []
        made.scheme = request.param
        # What the policy of the pages refuses is our mistake.
        made.on("console", lambda message: made.problems.append(message.text) if "Content Security Policy" in message.text and "/hub/" in made.url else None)
        yield made
        browser.close()


def look(page, name: str) -> None:
    if PICTURES:
        pathlib.Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{PICTURES}/{name}-{page.scheme}.png", full_page=True)


def own_server(page, state: str):
    """The row of the person's JupyterLab on the home page, once it shows the state; other servers of theirs stand below."""
    row = page.locator("tr", has_text="JupyterLab").first
    for _ in range(60):
        page.goto("/hub/home")
        if state in row.inner_text():
            break
        page.wait_for_timeout(500)
    expect(row).to_contain_text(state)
    return row


def test_a_person_logs_in_starts_and_runs_a_cell(page, hub):
    page.goto("/")
    look(page, "log-in")
    page.get_by_label("User name").fill("admin")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    page.get_by_label("Password").fill("admin")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Hello, admin")).to_be_visible()
    look(page, "home")
    own_server(page, "stopped").get_by_role("button", name="Start").click()
    look(page, "starting")
    # As long as a notebook server may take to start.
    page.wait_for_url(re.compile("/user/admin/lab"), timeout=180_000)
    # A workspace of its own: JupyterLab brings back what was open.
    page.goto(f"/user/admin/lab/workspaces/{page.scheme}?reset")
    page.locator(".jp-LauncherCard", has_text="PySpark").first.wait_for()
    look(page, "lab")
    page.locator(".jp-LauncherCard[data-category=Notebook]", has_text="Python 3").first.click()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").first.wait_for()
    cell, output = page.locator(".jp-Notebook .cm-content").first, page.locator(".jp-OutputArea-output").first
    # JupyterLab draws a new notebook once more when its kernel is there, and forgets what was typed until then.
    for _ in range(6):
        cell.fill("print(6 * 7)")
        cell.press("Shift+Enter")
        with contextlib.suppress(AssertionError):
            expect(output).to_have_text(re.compile("42"), timeout=10_000)
            break
    expect(output).to_have_text(re.compile("42"))
    look(page, "cell")
    own_server(page, "running")
    look(page, "running")


def test_the_other_pages(page, hub):
    page.goto("/hub/token")
    page.get_by_label("What it is for").fill("<b>a script</b>")
    page.get_by_role("button", name="Make it").click()
    expect(page.locator("#new-token")).to_have_text(re.compile("^dfl_"))
    expect(page.get_by_text("<b>a script</b>").first).to_be_visible()
    look(page, "token")
    page.goto("/hub/admin")
    expect(page.get_by_role("heading", name="People and servers")).to_be_visible()
    look(page, "admin")
    page.set_viewport_size({"width": 380, "height": 740})
    page.goto("/hub/home")
    look(page, "home-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
    page.set_viewport_size({"width": 1100, "height": 800})
    own_server(page, "running").get_by_role("button", name="Stop").click()
    expect(own_server(page, "stopped")).to_contain_text("stopped by admin")
    assert not page.problems
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url(re.compile("/hub/login"))
