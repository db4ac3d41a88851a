#!/usr/bin/env python3
"""Runs the client tests once in each client environment: tools/run_clients.py [--env NAME] [pytest arguments].

Prints each environment's summary and, as the last line, `N passed, N failed`. A known gap that fails counts as
neither; one that passes counts as failed.
"""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[1]
CACHE = pathlib.Path(os.environ.get("DFLAB_CACHE", "~/.cache/dflab")).expanduser()
# Far above what any takes: they end a client that hangs, as a failure with a name.
SECONDS_PER_TEST = 600
SECONDS_PER_ENVIRONMENT = 1800
ENVIRONMENTS = ("spark35", "spark42", "hub")
FOLDERS = tuple(f for f in ("tests/clients", "tests/sql", "tests/golden", "tests/crash", "tests/docs") if (ROOT / f).is_dir())

# Environments with tests of their own; they run in no other one.
OWN_FOLDERS = {"hub": ("tests/hub",)}


def folders_of(environment: str, arguments: list[str]) -> list[str] | None:
    """What pytest is given besides the arguments; nothing at all when they name only other environments' tests."""
    named = [word for word in arguments if word.startswith("tests/")]
    if not named:
        return list(OWN_FOLDERS.get(environment, FOLDERS))
    owners = {next((owner for owner, folders in OWN_FOLDERS.items() if word.startswith(folders)), None) for word in named}
    return [] if (environment if environment in OWN_FOLDERS else None) in owners else None


def run(environment: str, arguments: list[str]) -> tuple[int, int, list[str]]:
    """Passed, skipped and the names of the failed tests of one environment."""
    folders = folders_of(environment, arguments)
    if folders is None:
        return 0, 0, []
    subprocess.run([ROOT / "tools" / "clients_setup", environment], check=True)
    python = CACHE / "clients" / environment / "bin" / "python"
    variables = dict(os.environ, LAB_TEST_ROOT=str(ROOT), PYTHONDONTWRITEBYTECODE="1")
    passed, skipped, failures = 0, 0, []
    with tempfile.TemporaryDirectory(prefix="dflab-clients-") as folder:
        report = pathlib.Path(folder) / "report.xml"
        command = [python, "-m", "pytest", "-q", "--tb=line", "-p", "no:cacheprovider", "-W", "ignore", f"--junitxml={report}"]
        command += [f"--timeout={SECONDS_PER_TEST}", "--durations=8"]
        try:
            code = subprocess.run([*command, *arguments, *folders], cwd=ROOT, env=variables, timeout=SECONDS_PER_ENVIRONMENT).returncode
        except subprocess.TimeoutExpired:
            code = "timeout"
        for case in xml.etree.ElementTree.parse(report).iter("testcase") if report.exists() else ():
            kinds = {child.tag for child in case}
            if kinds & {"failure", "error"}:
                failures.append(f"{environment} {case.get('classname')}::{case.get('name')}")
            elif "skipped" in kinds:
                skipped += 1
            else:
                passed += 1
    if code not in (0, 1, 5) or (code == 1 and not failures):
        failures.append(f"{environment} pytest ended with {code}")
    return passed, skipped, failures


def run_all(environments: tuple[str, ...], arguments: list[str]) -> tuple[int, int, list[str]]:
    passed, skipped, failures = 0, 0, []
    for environment in environments:
        print(f"== {environment}", flush=True)
        more_passed, more_skipped, more_failures = run(environment, arguments)
        passed, skipped, failures = passed + more_passed, skipped + more_skipped, failures + more_failures
    return passed, skipped, failures


def main() -> None:
    arguments, environments = sys.argv[1:], ENVIRONMENTS
    if arguments[:1] == ["--env"]:
        environments, arguments = (arguments[1],), arguments[2:]
    passed, skipped, failures = run_all(environments, arguments)
    print(f"{skipped} skipped or known gaps")
    print(f"{passed} passed, {len(failures)} failed")
    sys.exit(1 if failures or not passed else 0)


if __name__ == "__main__":
    main()
