#!/usr/bin/env python3
"""Runs the examples in the documentation of the installed pyspark packages against a lab.

    tools/doctests.py [--env spark35|spark42] [--update] [--show] [WORD…]

Each package's own `_test()` says how its examples are run over Spark Connect; here they meet a lab that this tool starts. A WORD keeps
the examples whose name holds it; --show prints what went wrong. Examples which cannot pass stand in tests/known_doctests.txt with a
reason, one that passes must go from there; --update rewrites that list (a new line's reason is what was seen: read the diff).
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
CACHE = pathlib.Path(os.environ.get("DFLAB_CACHE", "~/.cache/dflab")).expanduser()
LEDGER = ROOT / "tests" / "known_doctests.txt"
SQL = "pyspark.sql.connect."
MODULES = {
    "spark35": [SQL + name for name in ("catalog", "column", "conf", "dataframe", "functions", "group", "readwriter", "session", "window")],
    "spark42": [
        SQL + name
        for name in (
            "catalog", "column", "conf", "dataframe", "functions.builtin", "functions.partitioning", "group", "merge", "observation",
            "readwriter", "session", "tvf", "window",
        )
    ],
}  # fmt: skip


def driver(module_name: str, words: list[str], report: str) -> None:
    """Runs inside a client's Python: one module's _test(), with its examples told one by one."""
    import doctest
    import importlib
    import io

    def testmod(module, globs=None, optionflags=0, **_):
        finder, runner, results = doctest.DocTestFinder(), doctest.DocTestRunner(optionflags=optionflags), {}
        for test in finder.find(module, module.__name__, globs=globs, extraglobs=None):
            if not test.examples or (words and not any(word in test.name for word in words)):
                continue
            out = io.StringIO()
            failed = runner.run(test, out=out.write).failed
            results[test.name] = out.getvalue() if failed else None
        pathlib.Path(report).write_text(json.dumps(results))
        return doctest.TestResults(0, len(results))

    doctest.testmod = testmod
    os.environ.setdefault("SPARK_HOME", os.getcwd())
    importlib.import_module(module_name)._test()


def run_module(environment: str, module: str, words: list[str], remote: str, folder: pathlib.Path) -> dict[str, str | None]:
    python = CACHE / "clients" / environment / "bin" / "python"
    report = folder / f"{environment}-{module}.json"
    variables = dict(os.environ, SPARK_CONNECT_TESTING_REMOTE=remote, SPARK_HOME=str(folder), TZ="UTC", PYTHONDONTWRITEBYTECODE="1")
    command = [str(python), "-W", "ignore", __file__, "--driver", module, "--report", str(report), *words]
    done = subprocess.run(command, cwd=folder, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if not report.exists():
        return {module: done.stdout[-3000:] or f"ended with {done.returncode}"}
    return json.loads(report.read_text())


def cause(text: str) -> str:
    """The line that says most: the last one of an exception, else the first that differs; without folders of this machine."""
    lines = re.sub(r"(/[\w.+-]+){3,}/", "…/", text).splitlines()
    for line in reversed(lines):
        if re.match(r"\s*[\w.]+(Error|Exception|Input): ", line):
            return re.sub(r"^pyspark\.errors\.exceptions\.\w+\.", "", line.strip())[:160]
    got = lines.index("Got:") + 1 if "Got:" in lines else len(lines) - 1
    return f"got {' / '.join(line.strip() for line in lines[got:got + 4])}"[:160]


def read_ledger() -> dict[str, str]:
    lines = LEDGER.read_text().splitlines() if LEDGER.exists() else []
    return dict(map(str.strip, line.split("#", 1)) for line in lines if line and not line.startswith("#"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--env", choices=MODULES)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--module", help="only this module, by its last word")
    parser.add_argument("--driver", help=argparse.SUPPRESS)
    parser.add_argument("--report", help=argparse.SUPPRESS)
    parser.add_argument("words", nargs="*")
    arguments = parser.parse_args()
    if arguments.driver:
        driver(arguments.driver, arguments.words, arguments.report)
        return

    sys.path.insert(0, str(ROOT / "tests"))
    from lab import Lab

    known, seen, failed = read_ledger(), {}, {}
    for environment in [arguments.env] if arguments.env else MODULES:
        for module in MODULES[environment]:
            if arguments.module and not module.endswith(arguments.module):
                continue
            # A lab of its own: examples make tables and databases that those of other modules list.
            lab = Lab().start(90)
            try:
                with tempfile.TemporaryDirectory(prefix="doctests-") as folder:
                    results = run_module(environment, module, arguments.words, lab.remote, pathlib.Path(folder))
            finally:
                lab.close()
            for name, text in results.items():
                seen[f"{environment} {name}"] = text
                if text is not None:
                    failed[f"{environment} {name}"] = text
    wrong = sorted(name for name in seen if (name in failed) != (name in known))
    for name in wrong if not arguments.show else sorted(failed):
        print(f"{name}: {cause(failed[name]) if name in failed else 'passes, but is listed'}")
        if arguments.show:
            print(failed[name])
    if arguments.update:
        kept = {name: reason for name, reason in known.items() if name not in seen or name in failed}
        lines = kept | {name: cause(text) for name, text in failed.items() if name not in kept}
        LEDGER.write_text("".join(f"{name} # {reason}\n" for name, reason in sorted(lines.items())))
    print(f"{len(seen) - len(failed)} passed, {len(failed)} failed, {len(wrong)} of them not as listed")
    sys.exit(1 if wrong and not arguments.update else 0)


if __name__ == "__main__":
    main()
