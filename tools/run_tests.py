#!/usr/bin/env python3
"""./dev test [filter…]: builds what the filter names, runs it, ends with one line `N passed, N failed`.

Filters: nothing (all), fast (unit tests and the include table), clients (tests/clients), house (the include table),
a module or a folder of modules (store, wire, lake/delta), a file of tests/ with arguments of pytest; anything else is a
GoogleTest filter over every program.
A program that dies or runs too long counts as one failure under its name.
"""

import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import run_clients

ROOT = pathlib.Path(os.environ["DFLAB_ROOT"])
BUILD = pathlib.Path(os.environ["DFLAB_BUILD"])
SECONDS_PER_PROGRAM = 900
SANITIZERS = {
    # Arrow, gRPC and GoogleTest are prebuilt and do not annotate their containers.
    "ASAN_OPTIONS": "detect_container_overflow=0:detect_odr_violation=0:abort_on_error=0",
    "LSAN_OPTIONS": f"suppressions={ROOT}/tests/sanitizers/leak.txt:print_suppressions=0",
    "UBSAN_OPTIONS": f"print_stacktrace=1:suppressions={ROOT}/tests/sanitizers/undefined.txt",
    "TSAN_OPTIONS": f"suppressions={ROOT}/tests/sanitizers/thread.txt",
}


class Score:
    def __init__(self):
        self.passed = 0
        self.skipped = 0
        self.failures = []

    def show(self, name, passed, failures, seconds, skipped=0):
        self.passed += passed
        self.skipped += skipped
        self.failures += failures
        verdict = f"{len(failures)} failed" if failures else "ok"
        print(f"  {name:<34}{passed:>6} passed  {verdict:<12}{seconds:7.1f}s", flush=True)


def modules():
    lines = (ROOT / "cmake/modules.txt").read_text().splitlines()
    return [line.split("=")[0].strip() for line in lines if "=" in line.split("#")[0]]


def modules_named(word):
    """The modules that a filter word means: itself and those below it, or none."""
    word = word.rstrip("/").removeprefix("src/").removeprefix("test_")
    return [m for m in modules() if m == word or m.startswith(word + "/") or m.replace("/", "_") == word]


def chosen_programs(filters):
    """Which test programs a filter names, and the GoogleTest filter for them."""
    programs = [p for p in (BUILD / "test_programs.txt").read_text().split() if p]
    names, patterns = set(), []
    for word in filters:
        hits = modules_named(word)
        if hits:
            names |= {"test_" + m.replace("/", "_") for m in hits}
        else:
            patterns.append(word if any(c in word for c in "*.?:-") else f"*{word}*")
    if patterns and not names:
        return programs, ":".join(patterns)
    if not names:
        return programs, None
    return [p for p in programs if p in names], ":".join(patterns) or None


def build(targets):
    # Its lock is held only while building, so a waiting test run does not stop another tree's build.
    done = subprocess.run([ROOT / "dev", "--preset", os.environ["DFLAB_PRESET"], "build", *targets], cwd=ROOT)
    if done.returncode:
        print("0 passed, 1 failed")
        sys.exit(1)


def tail(text, lines=60):
    kept = text.splitlines()[-lines:]
    return "\n".join("    " + line for line in kept)


def run_program(program, pattern):
    """Runs one GoogleTest program in a folder of its own: (passed, skipped, failures, seconds, output)."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="dflab-test-") as folder:
        report = pathlib.Path(folder) / "report.json"
        temporary = pathlib.Path(folder) / "tmp"
        temporary.mkdir()
        environment = dict(os.environ, TMPDIR=str(temporary), TZ="UTC", LAB_TEST_ROOT=str(ROOT), **SANITIZERS)
        command = [BUILD / program, f"--gtest_output=json:{report}", "--gtest_brief=1", "--gtest_color=no"]
        if pattern:
            command.append(f"--gtest_filter={pattern}")
        try:
            done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  timeout=SECONDS_PER_PROGRAM)
            output, code = done.stdout.decode(errors="replace"), done.returncode
        except subprocess.TimeoutExpired as late:
            output, code = (late.stdout or b"").decode(errors="replace") + "\nstopped: too long", "timeout"
        passed, skipped, failures = 0, 0, []
        if report.exists():
            for suite in json.loads(report.read_text())["testsuites"]:
                for test in suite["testsuite"]:
                    if test.get("failures"):
                        failures.append(f"{program}: {suite['name']}.{test['name']}")
                    elif test.get("result") == "SKIPPED" or test.get("status") == "NOTRUN":
                        skipped += 1
                    else:
                        passed += 1
        if code != 0 and not failures:
            failures.append(f"{program}: ended with {code}")
    return passed, skipped, failures, time.monotonic() - started, output


def run_unit_tests(programs, pattern, score):
    with concurrent.futures.ThreadPoolExecutor(max(1, min(2, os.cpu_count() or 1))) as pool:
        waiting = {pool.submit(run_program, program, pattern): program for program in programs}
        for done in concurrent.futures.as_completed(waiting):
            passed, skipped, failures, seconds, output = done.result()
            if passed or failures or not pattern:
                score.show(waiting[done], passed, failures, seconds, skipped)
            if failures:
                print(tail(output))


def run_house_tests(score, chosen=()):
    """The checks over source text, of some modules or of all with the tools' own tests."""
    started = time.monotonic()
    failures, passed = [], 0
    checks = [("check_includes", ["tools/check_includes.py", *chosen]), ("check_names", ["tools/check_names.py", *chosen])]
    if not chosen:
        checks.append(("tools_tests", ["-m", "unittest", "discover", "-q", "-s", "tools", "-p", "*_test.py"]))
    for name, command in checks:
        done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True)
        if done.returncode in (0, 5):
            passed += 1
        else:
            failures.append(name)
            print(tail(done.stdout + done.stderr))
    score.show("house", passed, failures, time.monotonic() - started)


def run_fuzzers(score):
    """A minute for each program of libFuzzer; their preset builds only what they reach."""
    if not any((ROOT / "src").rglob("*_fuzz.cpp")):
        return
    started = time.monotonic()
    done = subprocess.run([ROOT / "dev", "fuzz"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    lines = done.stdout.splitlines()
    passed = [line for line in lines if line.startswith("ok ")]
    failures = [line.removeprefix("FAILED ") for line in lines if line.startswith("FAILED ")]
    if done.returncode and not failures:
        failures.append("fuzz: could not be built or run")
    if failures:
        print(tail(done.stdout))
    score.show("fuzz", len(passed), failures, time.monotonic() - started)


def run_client_tests(arguments, score):
    """The stock clients, in each of their environments (tools/run_clients.py)."""
    if not (ROOT / "src/app/main.cpp").exists():
        return
    build(["dflab"])
    started = time.monotonic()
    os.environ["LAB_TEST_PROGRAM"] = str(BUILD / "dflab")
    with tempfile.TemporaryDirectory(prefix="dflab-sanitizers-") as folder:
        # A lab under a sanitizer tells what it found in its own files, which no client sees.
        os.environ.update({name: f"{options}:log_path={folder}/{name}" for name, options in SANITIZERS.items() if name != "LSAN_OPTIONS"})
        os.environ["LSAN_OPTIONS"] = SANITIZERS["LSAN_OPTIONS"]
        try:
            passed, skipped, failures = run_clients.run_all(run_clients.ENVIRONMENTS, arguments)
        except subprocess.CalledProcessError as error:
            passed, skipped, failures = 0, 0, [f"clients: {error}"]
        for report in sorted(pathlib.Path(folder).iterdir()):
            print(tail(report.read_text(errors="replace")))
            failures.append(f"clients: report of {report.name}")
    score.show("clients", passed, failures, time.monotonic() - started, skipped)


def finish(score):
    for name in score.failures:
        print(f"  FAILED {name}")
    if score.skipped:
        print(f"  {score.skipped} skipped")
    print(f"{score.passed} passed, {len(score.failures)} failed")
    # Nothing run at all is not a success.
    sys.exit(1 if score.failures or not score.passed else 0)


def main():
    words = sys.argv[1:]
    score = Score()
    if words and (words[0] == "clients" or words[0].startswith("tests/")):
        run_client_tests(words[1:] if words[0] == "clients" else words, score)
        return finish(score)
    filters = words
    if filters == ["house"]:
        run_house_tests(score)
    else:
        units = [word for word in filters if word not in ("fast", "all")]
        programs, pattern = chosen_programs(units)
        if units and not programs:
            print(f"no test program for {' '.join(units)}")
        build(programs or (["lab_" + units[0].replace("/", "_")] if units else []))
        named = [module for word in units for module in modules_named(word)]
        if named or not units:
            run_house_tests(score, named)
        run_unit_tests(programs, pattern, score)
        if not filters or filters == ["all"]:
            run_fuzzers(score)
            run_client_tests([], score)
    finish(score)


if __name__ == "__main__":
    main()
