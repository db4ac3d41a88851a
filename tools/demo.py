#!/usr/bin/env python3
"""./dev demo: the main job of the lab, from nothing, with stock clients.

    ./dev demo [FILE.csv] [--rows N] [--keep] [--data DIR]

Starts a lab of its own, runs raw CSV -> bronze -> silver -> gold on Delta through Spark Connect, merges late corrections, reads an
earlier version back, checks the gold table with deltalake, and writes a page with charts.
"""
import argparse
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("DFLAB_CACHE") or pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "dflab")
PRESET = os.environ.get("DFLAB_PRESET", "lab")


def say(text):
    print(text, flush=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start_lab(data):
    """The lab on free ports, when every port answers: the process, its addresses and the seconds it took."""
    ports = {name: free_port() for name in ("objects.port", "spark.port", "spark.ui_port")}
    command = [ROOT / "build" / PRESET / "dflab", "up", "--data", data, "--profile", "workshop"]
    for key, port in ports.items():
        command += ["--set", f"{key}={port}"]
    log = open(pathlib.Path(data) / "demo.log", "w")
    began = time.monotonic()
    process = subprocess.Popen([str(c) for c in command], stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    for port in ports.values():
        while True:
            if process.poll() is not None:
                sys.exit(f"demo: the lab did not start:\n{open(log.name).read()}")
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            except OSError:
                time.sleep(0.005)
    return process, ports, time.monotonic() - began


def main():
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("csv", nargs="?", help="any CSV file with a header; without one, deterministic sales data is made")
    parser.add_argument("--rows", type=int, default=2_000_000, help="rows of the sales data (default 2,000,000)")
    parser.add_argument("--keep", action="store_true", help="leave the lab running")
    parser.add_argument("--data", help="data folder (default: a new one)")
    options = parser.parse_args()
    if options.csv and not os.path.isfile(options.csv):
        sys.exit(f"demo: there is no file {options.csv}")

    say("1. The clients: stock pyspark, boto3 and deltalake from PyPI")
    subprocess.run([ROOT / "tools" / "clients_setup", "spark42"], check=True)
    python = CACHE / "clients" / "spark42" / "bin" / "python"

    data = options.data or tempfile.mkdtemp(prefix="dflab-demo-")
    os.makedirs(data, exist_ok=True)
    process, ports, seconds = start_lab(data)
    say(f"2. The lab is up in {seconds:.2f} s: S3 on {ports['objects.port']}, Spark Connect on {ports['spark.port']}, queries on http://localhost:{ports['spark.ui_port']}")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    environment.update(SPARK_REMOTE=f"sc://localhost:{ports['spark.port']}", AWS_ENDPOINT_URL=f"http://localhost:{ports['objects.port']}",
                       AWS_ACCESS_KEY_ID="admin", AWS_SECRET_ACCESS_KEY="admin123", AWS_REGION="us-east-1", AWS_ALLOW_HTTP="true",
                       PYTHONWARNINGS="ignore")
    report = pathlib.Path(data) / "report.html"
    command = [python, ROOT / "tools" / "demo_pipeline.py", "--report", report, "--rows", options.rows, "--scratch", data]
    if options.csv:
        command += ["--csv", os.path.abspath(options.csv)]
    try:
        status = subprocess.run([str(c) for c in command], env=environment).returncode
    except KeyboardInterrupt:
        status = 130
    if status == 0:
        say("")
        say("Where everything lies")
        say(f"  report          {report}")
        say(f"  data folder     {data}")
        say("  tables          s3a://bronze, s3a://silver, s3a://gold (Delta, plain Parquet files and JSON logs)")
    if options.keep and status == 0:
        say(f"The lab goes on (process {process.pid}). Use it:")
        for key in ("SPARK_REMOTE", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            say(f"  export {key}={environment[key]}")
        say(f"Stop it with: kill {process.pid}")
        return status
    process.send_signal(signal.SIGTERM)
    process.wait(5)
    if not options.data and status != 0:
        shutil.rmtree(data, ignore_errors=True)
    elif not options.keep:
        say("The lab was stopped; start it again on the same data with")
        say(f"  ./dev run up --data {data} --profile workshop")
    return status


if __name__ == "__main__":
    sys.exit(main())
