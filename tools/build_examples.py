#!/usr/bin/env python3
"""Makes the notebooks of examples/: tools/build_examples.py FOLDER. Plain Python in, .ipynb out; examples/README.md tells the form. Apps (examples/apps) stay as they are."""

from __future__ import annotations

import json
import pathlib
import re
import shutil
import sys

EXAMPLES = pathlib.Path(__file__).resolve().parents[1] / "examples"
APPS = EXAMPLES / "apps"
MARK = re.compile(r"^# %%( \[markdown\])?\n", re.MULTILINE)
WAITS = re.compile(r"# waits: (\S+), (.+)\n")


def cell(kind: str, text: str, number: int) -> dict:
    lines = text.strip("\n").splitlines(keepends=True)
    more = {"execution_count": None, "outputs": []} if kind == "code" else {}
    return {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": lines} | more


def without_comments(text: str) -> str:
    return "".join(re.sub("^# ?", "", line) for line in text.strip("\n").splitlines(keepends=True))


def notebook(text: str) -> dict:
    waits = WAITS.match(text)
    texts = []
    if waits:
        role, product = waits.groups()
        texts.append(("markdown", f"> **This notebook waits.** It needs {product}, the lab's role `{role}`, which is not built yet; its cells are what they will be."))
    # What the pattern splits into: before the first mark, then a mark's group and its text, again and again.
    parts = MARK.split(text)
    texts += [("markdown", without_comments(body)) if prose else ("code", body) for prose, body in zip(parts[1::2], parts[2::2])]
    return {
        "cells": [cell(kind, body, number) for number, (kind, body) in enumerate(texts)],
        "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def waits_for(source: pathlib.Path) -> str:
    """The role that a notebook waits for; empty when it runs."""
    found = WAITS.match(source.read_text(encoding="utf-8"))
    return found[1] if found else ""


def notebook_sources() -> list[pathlib.Path]:
    return [source for source in sorted(EXAMPLES.rglob("*.py")) if APPS not in source.parents]


def build(folder: pathlib.Path) -> list[pathlib.Path]:
    made = []
    for source in sorted(APPS.rglob("*.py")):
        target = folder / source.relative_to(EXAMPLES)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    for source in notebook_sources():
        target = folder / source.relative_to(EXAMPLES).with_suffix(".ipynb")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(notebook(source.read_text(encoding="utf-8")), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        made.append(target)
    return made


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print(len(build(pathlib.Path(sys.argv[1]))), "notebooks in", sys.argv[1])
