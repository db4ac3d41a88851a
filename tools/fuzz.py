#!/usr/bin/env python3
"""./dev fuzz [name…] [--seconds N]: builds and runs the programs made of *_fuzz.cpp, two at a time.

Seeds come from tests/fuzz/<program>/; what a run finds new is kept in the cache and used by the next one. An input that
breaks a program is kept as build/fuzz/<program>-crash-…; turn it into a unit test. Prints `ok NAME` or `FAILED NAME`.
"""

import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(os.environ["DFLAB_ROOT"])
BUILD = pathlib.Path(os.environ["DFLAB_BUILD"])
CACHE = pathlib.Path(os.environ["DFLAB_CACHE"])


def run(program, seconds):
    found = CACHE / "fuzz" / program
    found.mkdir(parents=True, exist_ok=True)
    seeds = ROOT / "tests/fuzz" / program
    command = [BUILD / program, f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1",
               f"-artifact_prefix={BUILD}/{program}-", found, *([seeds] if seeds.is_dir() else [])]
    environment = dict(os.environ, ASAN_OPTIONS="detect_container_overflow=0", UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1")
    done = subprocess.run(command, env=environment, cwd=BUILD, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.decode(errors="replace")


def main():
    arguments = argparse.ArgumentParser(prog="./dev fuzz")
    arguments.add_argument("names", nargs="*")
    arguments.add_argument("--seconds", type=int, default=int(os.environ.get("DFLAB_FUZZ_SECONDS", "60")))
    options = arguments.parse_args()
    programs = (BUILD / "fuzz_programs.txt").read_text().split()
    if options.names:
        programs = [p for p in programs if any(name in p for name in options.names)]
    if not programs:
        sys.exit("fuzz: no *_fuzz.cpp of that name")
    if subprocess.run([ROOT / "dev", "--preset", "fuzz", "build", *programs], cwd=ROOT).returncode:
        sys.exit(1)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for program, (code, output) in zip(programs, pool.map(lambda p: run(p, options.seconds), programs)):
            executed = [line.split()[-1] for line in output.splitlines() if "number_of_executed_units" in line]
            if code == 0:
                print(f"ok {program}: {executed[0] if executed else 0} inputs", flush=True)
            else:
                failed += 1
                print("\n".join("    " + line for line in output.splitlines()[-40:]))
                print(f"FAILED {program}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
