#!/usr/bin/env python3
"""Records the answers of a real Spark: tools/golden/record.py v35|v42 functions|sql [name…]
                                     tools/golden/record.py v35|v42 dataframe|classic|replay [pytest arguments]

v35 is Spark 3.5.5 (ANSI off) in the environment spark35, v42 is Spark 4.2.0 (ANSI on) in oracle42; the script makes the
environment and starts itself again in it. Without names every list is recorded; `--new` keeps lists whose statements
all have an answer of that version already. `dataframe` records the scenarios of tests/golden/dataframe through a real
Connect server, `classic` those that need a JVM session; `replay` runs the client tests against that server, to prove the tests themselves.
"""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def enter_environment(version: str) -> None:
    name = {"v35": "spark35", "v42": "oracle42"}[version]
    subprocess.run([ROOT / "tools" / "clients_setup", name, "jars", name], check=True)
    cache = pathlib.Path(os.environ.get("DFLAB_CACHE", "~/.cache/dflab")).expanduser()
    python = cache / "clients" / name / "bin" / "python"
    if pathlib.Path(sys.prefix) != python.parents[1]:
        os.execv(python, [str(python), str(pathlib.Path(__file__).resolve()), *sys.argv[1:]])


def drive_clients(version: str, kind: str, arguments: list[str]) -> int:
    """Runs pytest with that version's own client against a real Connect server; the folder is the only state they share."""
    import socket

    import spark

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    client = "spark35" if version == "v35" else "spark42"
    subprocess.run([ROOT / "tools" / "clients_setup", client], check=True)
    cache = pathlib.Path(os.environ.get("DFLAB_CACHE", "~/.cache/dflab")).expanduser()
    python = cache / "clients" / client / "bin" / "python"
    environment = dict(os.environ, LAB_TEST_REMOTE=f"sc://127.0.0.1:{port}", PYTHONDONTWRITEBYTECODE="1", LAB_TEST_REAL="1")
    environment = {key: value for key, value in environment.items() if not key.startswith(("SPARK_", "PYSPARK_"))}
    if kind == "dataframe":
        environment["LAB_RECORD"] = version
        arguments = arguments or ["tests/golden/dataframe"]
    with spark.Oracle(connect_port=port):
        return subprocess.run([python, "-m", "pytest", "-q", "--tb=line", "-p", "no:cacheprovider", "-W", "ignore", *arguments], cwd=ROOT, env=environment).returncode


def main() -> None:
    version, kind, *names = sys.argv[1:]
    enter_environment(version)
    import cases
    import spark

    if kind == "classic":
        variables = dict(os.environ, LAB_TEST_REMOTE="classic", LAB_RECORD=version)
        target = names or ["tests/golden/dataframe/test_delta_table.py"]
        sys.exit(subprocess.run([sys.executable, "-m", "pytest", "-q", "-W", "ignore", "-p", "no:cacheprovider", *target], cwd=ROOT, env=variables).returncode)
    if kind in ("dataframe", "replay"):
        sys.exit(drive_clients(version, kind, names))
    new_only = "--new" in names
    names = [name for name in names if name != "--new"]
    if kind == "functions":
        lists = sorted((ROOT / "tests" / "golden" / "functions").glob("*.sqltest"))
    else:
        lists = sorted((ROOT / "tests" / "sql").glob("*/*.slt"))
    with spark.Oracle() as oracle:
        for path in lists:
            if names and path.stem not in names:
                continue
            statements = cases.read_sqltest(path) if kind == "functions" else cases.read_slt(path)
            target = path.with_suffix(".json")
            old = cases.load(target)
            if new_only and [c["sql"] for c in old] == statements and all(cases.answer(c, version) for c in old):
                continue
            oracle.new_session()
            answers = [oracle.ask(statement, show=path.stem == "show") for statement in statements]
            cases.save(target, cases.merge(statements, old, version, answers))
            failed = sum("error" in item for item in answers)
            print(f"{path.stem}: {len(answers)} answers, {failed} of them errors", flush=True)


if __name__ == "__main__":
    main()
