#!/usr/bin/env python3
"""Brings tests/known_gaps.txt in line with what the stock clients find: tools/gaps.py [pytest arguments].

Runs the client tests in every environment with the ledger out of the way. A test that fails is listed with what it said; one that passes
is taken off. Lines that were written by hand keep their reason as long as they fail. Only for tests whose answers are recorded (goldens,
SQL, DataFrames): a client test that fails is a bug, and is never listed by this tool.
"""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

import run_clients

ROOT = pathlib.Path(__file__).resolve().parents[1]
LEDGER = ROOT / "tests" / "known_gaps.txt"
RECORDED = ("tests/golden/", "tests/sql/")


def identity(case):
    classname = case.get("classname", "").replace(".", "/")
    return f"{classname}.py::{case.get('name')}"


def reason_of(text):
    """One short line of a failure: what was wanted or refused, without addresses and long values."""
    for line in (text or "").splitlines():
        line = line.strip()
        if line:
            line = re.sub(r"^(E\s+)?(AssertionError|Failed|builtins\.\w+|_pytest\.\w+\.\w+): ?", "", line)
            return re.sub(r"\s+", " ", line.replace(" # ", " ")).strip()[:110] or "differs"
    return "differs"


def failures(environment, arguments):
    subprocess.run([ROOT / "tools" / "clients_setup", environment], check=True)
    python = run_clients.CACHE / "clients" / environment / "bin" / "python"
    with tempfile.TemporaryDirectory(prefix="dflab-gaps-") as folder:
        report = pathlib.Path(folder) / "report.xml"
        subprocess.run([python, "-m", "pytest", "-q", "--tb=line", "-p", "no:cacheprovider", "-W", "ignore", f"--junitxml={report}", *arguments], cwd=ROOT,
                       env=dict(os.environ, LAB_TEST_ROOT=str(ROOT), LAB_TEST_NO_GAPS="1", PYTHONDONTWRITEBYTECODE="1"), stdout=subprocess.DEVNULL)
        result = {}
        for case in xml.etree.ElementTree.parse(report).iter("testcase"):
            failed = [child for child in case if child.tag in ("failure", "error")]
            if failed:
                result[identity(case)] = reason_of(failed[0].get("message") or failed[0].text)
        return result


def hand_written():
    kept = {}
    for line in LEDGER.read_text(encoding="utf-8").splitlines():
        name, _, reason = line.strip().rpartition(" # ")
        if name and not name.startswith("#"):
            kept[name] = reason
    return kept


def main():
    arguments = sys.argv[1:] or [folder for folder in ("tests/golden", "tests/sql")]
    old = hand_written()
    found = {environment: failures(environment, arguments) for environment in run_clients.ENVIRONMENTS}
    lines = []
    for environment, tests in found.items():
        for name, reason in sorted(tests.items()):
            if not name.startswith(RECORDED):
                print(f"not listed: {environment} {name} # {reason}")
                continue
            known = old.get(f"{environment} {name}") or old.get(name) or old.get(name.split("[")[0])
            lines.append(f"{environment} {name} # {known or reason}")
    header = [line for line in LEDGER.read_text(encoding="utf-8").splitlines() if line.startswith("#")][:1]
    LEDGER.write_text("\n".join(header + ["# Kept true by tools/gaps.py; the reason is what the test said when it was listed."] + lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} known gaps in {len(found)} environments")


if __name__ == "__main__":
    main()
