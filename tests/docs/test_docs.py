"""The documents hold: their links lead somewhere, their tables name what the program has, and their blocks run.

A fenced block whose info is `python run` or `bash run` is run; blocks of one page share one Python namespace and one lab, so a
page may be a story. `python run needs=NAME` is skipped where the client environment has no module NAME.
"""

from __future__ import annotations

import importlib.util
import json
import os
import pathlib
import re
import subprocess
import sys

import pytest

import lab as lab_module

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "python/dflab/README.md"])
FENCE = re.compile(r"^```(\w+) run(?: needs=(\w+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def name_of(page: pathlib.Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(page: pathlib.Path) -> list[tuple[str, str, int]]:
    """Language, text and first line of each block to be run that this environment can run."""
    text = page.read_text(encoding="utf-8")
    found = []
    for match in FENCE.finditer(text):
        language, module, body = match.groups()
        assert language in ("python", "bash"), f"{name_of(page)}: nobody runs {language}"
        if module and importlib.util.find_spec(module) is None:
            continue
        found.append((language, body, text.count("\n", 0, match.start()) + 2))
    return found


def anchors(page: pathlib.Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_to_files(page):
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"`[^`\n]*`", "", text)
    broken = []
    for link in LINK.findall(text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            broken.append(link)
    assert not broken


def test_every_page_is_in_the_index():
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / link.partition("#")[0]).resolve() for link in LINK.findall(index.read_text(encoding="utf-8"))}
    missing = [name_of(page) for page in (ROOT / "docs").rglob("*.md") if page != index and page.resolve() not in linked]
    assert not missing


def test_readme_names_the_two_commands():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "./dev demo" in text and "./dev test" in text


def test_promises_of_security_name_tests_that_exist():
    named = re.findall(r"`((?:tests|src)/[^`:]+)::([^`]+)`", (ROOT / "docs" / "security.md").read_text(encoding="utf-8"))
    missing = [f"{path}::{name}" for path, name in named if not re.search(rf"def {name}\(|, {name}\)", (ROOT / path).read_text(encoding="utf-8"))]
    assert named and not missing


def rows_of(page: str) -> dict[str, list[str]]:
    """Table rows whose first cell is code, by that cell's first word; the other cells without back quotes."""
    rows = {}
    for line in (ROOT / page).read_text(encoding="utf-8").splitlines():
        if match := re.match(r"\| `([^` ]+)[^`]*`", line):
            rows[match[1]] = [cell.strip().strip("`") for cell in re.split(r"(?<!\\)\|", line)[2:-1]]
    return rows


def test_settings_page_lists_what_the_program_has():
    clean = {key: value for key, value in os.environ.items() if not key.startswith("DFLAB_")} | {"HOME": "/home/somebody"}
    shown = subprocess.run([lab_module.program(), "config", "show", "--json"], capture_output=True, text=True, env=clean, check=True)
    program = {key: row["value"] for key, row in json.loads(shown.stdout).items()}
    page = {key: cells[0].replace("~", "/home/somebody") for key, cells in rows_of("docs/reference/settings.md").items()}
    assert page == program


def test_command_page_lists_what_the_program_has():
    text = subprocess.run([lab_module.program(), "--help"], capture_output=True, text=True, check=True).stdout
    commands = set(re.findall(r"^  (\w+) ", text.partition("Subcommands:")[2].partition("\n\n")[0], re.MULTILINE))
    assert commands and commands <= set(rows_of("docs/reference/cli.md"))


def script_of(page: pathlib.Path) -> str:
    """The page's blocks as one program whose lines are the page's, so that tracebacks point into it."""
    lines = [""] * (page.read_text(encoding="utf-8").count("\n") + 1)
    for language, body, line in blocks(page):
        if language == "bash":
            body = f"__import__('subprocess').run(['bash', '-euo', 'pipefail', '-c', {body!r}], check=True)"
        for offset, text in enumerate(body.splitlines()):
            lines[line - 1 + offset] = text
    return "\n".join(lines)


@pytest.mark.parametrize("page", [page for page in PAGES if FENCE.search(page.read_text(encoding="utf-8"))], ids=name_of)
def test_blocks_run(page, own_lab, tmp_path):
    own_lab.start()
    asked = [lab_module.program(), "env", "--json", "--data", str(own_lab.folder / "data")]
    found = json.loads(subprocess.run(asked, capture_output=True, text=True, check=True).stdout)
    script = tmp_path / (page.stem + ".py")
    script.write_text(script_of(page), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, script], env=os.environ | found, cwd=tmp_path, timeout=120, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert done.returncode == 0, done.stdout[-3000:]
