#!/usr/bin/env python3
"""./dev bench [start|spark|tpch|medallion|topandas…]: dflab beside raw DuckDB + deltalake, Sail and a real Spark.

All on the same files and the same cores, in one run; answers are compared with raw DuckDB's. Prints a table and writes a JSON
file. It measures and never judges: it ends with 0 however slow something was. docs/how-to/measure.md explains it.
"""

import argparse
import datetime
import json
import math
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile

import bench_systems

ROOT = bench_systems.ROOT
PARTS = ("start", "spark", "tpch", "medallion", "topandas")
SYSTEMS = ("lab", "duckdb", "typed", "sail", "spark")
TITLES = {"typed": "duckdb, Spark's types"}

# Run in the environment `bench`, which has numpy and pyarrow.
MAKE_FILES = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np, pyarrow as pa, pyarrow.parquet as pq
import demo_data
folder, rows = sys.argv[2], int(sys.argv[3])
demo_data.write_sales(f"{folder}/sales.csv", f"{folder}/late.csv", rows)
random = np.random.default_rng(1)
pq.write_table(pa.table({
    "id": np.arange(rows, dtype=np.int64),
    "customer": random.integers(0, 100_000, rows).astype(np.int32),
    "amount": random.random(rows) * 1000,
    "at": pa.array(random.integers(1_600_000_000_000_000, 1_700_000_000_000_000, rows), pa.timestamp("us", tz="UTC")),
    "category": np.array(["Books", "Clothing", "Electronics", "Food", "Garden"])[random.integers(0, 5, rows)],
    "note": np.char.add("note number ", random.integers(0, rows, rows).astype("U9")),
}), f"{folder}/wide.parquet")
"""


def make_files(folder, scale, rows):
    """The same files for the same sizes; kept, because TPC-H takes a while to make."""
    done = folder / "complete"
    if done.exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "tpch").mkdir(parents=True)
    print(f"making TPC-H at scale {scale:g} and {rows:,} rows in {folder}", flush=True)
    python = bench_systems.python_of("bench")
    generator = pathlib.Path(python).parent / "tpchgen-cli"
    subprocess.run([generator, "parquet", "-s", f"{scale:g}", f"--output-dir={folder / 'tpch'}"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([python, "-c", MAKE_FILES, ROOT / "tools", folder, str(rows)], check=True)
    done.touch()


def measure_starts(name, options, scratch):
    """Starts over an empty folder, one after another."""
    runs, sizes, error = [], [], None
    try:
        for i in range(3 if options.quick else 10):
            with bench_systems.SERVERS[name](scratch / f"{name}-start-{i}", options.threads) as server:
                runs.append({"wall": server.start_seconds, "client_cpu": 0.0, "server_cpu": bench_systems.cpu_seconds(server.process.pid)})
                sizes.append(server.start_bytes)
    except RuntimeError as failure:
        error = " ".join(str(failure).split())[:300]
    row = {"name": "start to every port answering", "runs": runs}
    if error:
        row["error"] = error
    return {"rows": [row], "resident_mb": round(statistics.median(sizes) / 1e6, 1) if sizes else None}


def run_client(part, environment, options, files, scratch, extra):
    """One part by bench_client.py in a client environment."""
    out = scratch / "out.json"
    out.unlink(missing_ok=True)
    command = [bench_systems.python_of(environment), str(ROOT / "tools" / "bench_client.py"), part, "--out", str(out), "--files", str(files),
               "--work", str(scratch / "work"), "--runs", str(options.runs), "--scale", str(options.scale), *extra]
    variables = {k: v for k, v in os.environ.items() if not k.startswith(("SPARK_", "PYSPARK_", "AWS_"))} | {"PYTHONDONTWRITEBYTECODE": "1"}
    cores = sorted(os.sched_getaffinity(0))[: options.threads]
    problem = None
    try:
        done = subprocess.run(command, env=variables, timeout=options.limit, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                              preexec_fn=lambda: os.sched_setaffinity(0, cores))
        if done.returncode:
            problem = " ".join(done.stderr.split())[-300:] or f"ended with {done.returncode}"
    except subprocess.TimeoutExpired:
        problem = f"stopped after {options.limit} s"
    result = json.loads(out.read_text()) if out.exists() else {"rows": []}
    if problem:
        result["rows"].append({"name": "(the rest)", "runs": [], "error": problem})
    return result


def measure(part, name, options, files, scratch):
    if name == "typed":
        return run_client(part, "bench", options, files, scratch, ["--typed"])
    if part == "start":
        return {"rows": []} if name == "duckdb" else measure_starts(name, options, scratch)
    if name == "duckdb":
        return run_client(part, "bench", options, files, scratch, [])
    try:
        with bench_systems.SERVERS[name](scratch / f"{name}-{part}", options.threads) as server:
            extra = ["--remote", server.remote, "--server-pid", str(server.process.pid), *(["--replay"] if name == "lab" else [])]
            result = run_client(part, server.environment, options, files, scratch, extra)
            result["resident_mb"] = round(bench_systems.resident_bytes(server.process.pid) / 1e6, 1)
            return result
    except RuntimeError as failure:
        return {"rows": [{"name": "(start)", "runs": [], "error": " ".join(str(failure).split())[:300]}]}


def is_same(mine, theirs):
    """Equal but for the last digits of fractions (decimals and doubles are averaged differently)."""
    if isinstance(mine, list) and isinstance(theirs, list):
        return len(mine) == len(theirs) and all(is_same(a, b) for a, b in zip(mine, theirs))
    if isinstance(mine, float) and isinstance(theirs, float):
        return math.isclose(mine, theirs, rel_tol=1e-6, abs_tol=1e-4)
    return mine == theirs


def compare(results):
    """Marks the rows whose answer is not raw DuckDB's; without that, the first system's that has one."""
    for part in results.values():
        for name in [row["name"] for system in part.values() for row in system["rows"]]:
            rows = [(system, row) for system in ("duckdb", "spark", "lab", "sail", "typed") for row in part.get(system, {"rows": []})["rows"]
                    if row["name"] == name and row.get("answer") is not None]
            for system, row in rows:
                row["agrees_with"] = rows[0][0]
                row["agrees"] = is_same(row["answer"], rows[0][1]["answer"])


def cell(row):
    """Median wall seconds, and CPU seconds of server and client together."""
    if row is None:
        return "–"
    if "error" in row:
        return "cannot"
    walls = [run["wall"] for run in row["runs"]]
    cpu = statistics.median(run["server_cpu"] + run["client_cpu"] for run in row["runs"])
    text = f"{statistics.median(walls):.3f}"
    if len(walls) > 1:
        text += f" ±{(max(walls) - min(walls)) / 2:.3f}"
    return text + f" ({cpu:.2f})" + ("" if row.get("agrees", True) else " DIFFERS")


def total_of(rows):
    """Sum of the medians of the rows that have a time and the right answer, and how many those are."""
    good = [row for row in rows if row["runs"] and "error" not in row and row.get("agrees", True)]
    return sum(statistics.median(run["wall"] for run in row["runs"]) for row in good), len(good)


def print_part(part, systems):
    print(f"\n{part}: median wall seconds ±half the spread (CPU seconds of server and client)")
    names = list(dict.fromkeys(row["name"] for system in systems.values() for row in system["rows"]))
    width = max([len(name) for name in names] + [10])
    print(f"  {'':<{width}}" + "".join(f"  {TITLES.get(name, name):>26}" for name in systems))
    for name in names:
        found = [next((row for row in system["rows"] if row["name"] == name), None) for system in systems.values()]
        print(f"  {name:<{width}}" + "".join(f"  {cell(row):>26}" for row in found))
    if len(names) > 3:
        sums = [total_of(system["rows"]) for system in systems.values()]
        print(f"  {'sum':<{width}}" + "".join(f"  {f'{seconds:.3f} of {count}':>26}" for seconds, count in sums))
    memory = [f"{system['resident_mb']:.0f} MB" if system.get("resident_mb") else "–" for system in systems.values()]
    print(f"  {'resident':<{width}}" + "".join(f"  {size:>26}" for size in memory))
    for name, system in systems.items():
        for row in system["rows"]:
            if "error" in row:
                print(f"  {name} cannot run {row['name']}: {row['error']}")


def times(results, part, mine, theirs, row=None, their_row=None):
    """How many times the seconds of `theirs` those of `mine` are: of one row, or of all that both have."""
    found = []
    for system, name in ((mine, row), (theirs, their_row or row)):
        rows = results.get(part, {}).get(system, {"rows": []})["rows"]
        found.append({r["name"]: statistics.median(run["wall"] for run in r["runs"]) for r in rows
                      if r["runs"] and "error" not in r and r.get("agrees", True) and name in (None, r["name"])})
    if row is None:
        names = found[0].keys() & found[1].keys()
        found = [{name: seconds[name] for name in names} for seconds in found]
    mine_seconds, their_seconds = (sum(seconds.values()) for seconds in found)
    return f"{mine_seconds / their_seconds:.2f}" if mine_seconds and their_seconds else None


def print_factors(results):
    """The lab beside the others, as factors."""
    rows = [
        ("TPC-H", "tpch", "duckdb", None, None, "raw DuckDB"),
        ("TPC-H", "tpch", "typed", None, None, "raw DuckDB with Spark's result types"),
        ("medallion", "medallion", "duckdb", None, None, "raw DuckDB and deltalake"),
        ("toPandas()", "topandas", "duckdb", "toPandas()", None, "raw DuckDB"),
        ("toPandas()", "topandas", "lab", "toPandas()", "the same stream replayed", "the same stream replayed"),
        ("new session", "spark", "sail", "new session to its first result", None, "Sail"),
        ("select 1", "spark", "sail", "100 x select 1", None, "Sail"),
    ]
    print()
    for what, part, theirs, row, their_row, title in rows:
        if factor := times(results, part, "lab", theirs, row, their_row):
            print(f"{what}: {factor} x {title}")


def machine():
    model = next((line.partition(":")[2].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    return {"cpu": model, "cores": os.cpu_count(), "memory_gb": round(memory / 1e9), "kernel": platform.release(), "commit": commit,
            "preset": os.environ.get("DFLAB_PRESET", "lab"), "load": os.getloadavg()[0]}


def main():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all without")
    parser.add_argument("--quick", action="store_true", help="tiny and once: does everything run?")
    parser.add_argument("--only", default=",".join(SYSTEMS), help="systems, by commas")
    parser.add_argument("--scale", type=float, help="TPC-H scale factor (1)")
    parser.add_argument("--rows", type=int, help="rows of medallion and topandas (2,000,000)")
    parser.add_argument("--runs", type=int, help="runs of everything but starts (3)")
    parser.add_argument("--threads", type=int, default=2, help="cores that each system and its client share (2)")
    parser.add_argument("--limit", type=int, help="seconds a part may take on one system")
    options = parser.parse_args()
    options.scale = options.scale or (0.01 if options.quick else 1)
    options.rows = options.rows or (20_000 if options.quick else 2_000_000)
    options.runs = options.runs or (1 if options.quick else 3)
    options.limit = options.limit or (120 if options.quick else 1800)
    parts, names = options.parts or PARTS, options.only.split(",")
    systems_of = lambda part: [name for name in names if name != "typed" or part == "tpch"]  # noqa: E731
    for word, known in [*((part, PARTS) for part in parts), *((name, SYSTEMS) for name in names)]:
        if word not in known:
            parser.error(f"{word} is none of {', '.join(known)}")

    environments = ["bench"] + (["spark35", "jars", "spark35"] if "spark" in names else [])
    subprocess.run([ROOT / "tools" / "clients_setup", *environments], check=True)
    files = bench_systems.CACHE / "bench" / f"scale-{options.scale:g}-rows-{options.rows}"
    make_files(files, options.scale, options.rows)

    about = machine() | {"scale": options.scale, "rows": options.rows, "runs": options.runs, "threads": options.threads, "quick": options.quick}
    results = {}
    with tempfile.TemporaryDirectory(prefix="dflab-bench-") as folder:
        for part in parts:
            for name in systems_of(part):
                print(f"… {part}: {name}", file=sys.stderr, flush=True)
                results.setdefault(part, {})[name] = measure(part, name, options, files, pathlib.Path(folder))
    compare(results)
    about["load_at_end"] = os.getloadavg()[0]
    print(", ".join(f"{key} {value}" for key, value in about.items()))
    for part in parts:
        print_part(part, results[part])
    print_factors(results)
    for part in results.values():
        for system in part.values():
            for row in system["rows"]:
                if len(str(row.get("answer"))) > 2000:
                    del row["answer"]  # compared already; the file is to be read
    target = ROOT / "build" / "bench" / f"{datetime.datetime.now():%Y%m%d-%H%M%S}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps({"about": about, "results": results}, indent=1))
    print(f"\nAll of it: {target.relative_to(ROOT)}")
    if options.quick:
        print("--quick shows that everything runs; these times say nothing.")


if __name__ == "__main__":
    main()
