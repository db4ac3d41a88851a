"""What the killing tests share: a lab that is killed and started again, and the frame of rounds around it."""

import argparse
import contextlib
import os
import pathlib
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import boto3
from botocore.config import Config

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


class Violation(Exception):
    """Something acknowledged is not there, or something half is."""


def connect(port, **settings):
    """An S3 client that tries nothing twice: what it was not told stays open."""
    return boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1", aws_access_key_id="admin", aws_secret_access_key="admin123",
                        config=Config(retries={"max_attempts": 0}, connect_timeout=5, read_timeout=60, **settings))


def free_port():
    """Below those that the system gives to clients: the lab comes back to it after each kill, and nobody may have it meanwhile."""
    while True:
        port = random.SystemRandom().randint(20_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Lab:
    """`objects_port` and, unless it is for objects alone, `spark_port` answer once start() has returned; the same after each."""

    def __init__(self, program, folder, roles):
        self.program, self.folder, self.roles, self.process = program, folder, roles, None
        self.objects_port, self.spark_port, pages_port = free_port(), free_port(), free_port()
        self.settings = {"objects.port": self.objects_port, "spark.port": self.spark_port, "spark.ui_port": pages_port}
        self.waited_for = [self.objects_port] + ([] if roles == ["objects"] else [self.spark_port])

    def start(self):
        """How many seconds it took."""
        words = [word for key, value in self.settings.items() for word in ("--set", f"{key}={value}")]
        begun = time.monotonic()
        with open(self.folder / "lab.log", "ab") as log:
            self.process = subprocess.Popen(
                [self.program, "up", *self.roles, "--data", self.folder / "data", "--profile", "workshop", *words],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, env={k: v for k, v in os.environ.items() if not k.startswith("DFLAB_")})
        while time.monotonic() - begun < 60:
            if self.process.poll() is not None:
                raise Violation(f"the lab did not start again; see {self.folder / 'lab.log'}")
            try:
                for port in self.waited_for:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return time.monotonic() - begun
            except OSError:
                time.sleep(0.01)
        raise Violation("the lab did not listen within 60 s")

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def options_parser(description):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--dflab", default=pathlib.Path(os.environ.get("DFLAB_BUILD", ROOT / "build/lab")) / "dflab")
    parser.add_argument("--keep", action="store_true", help="leave the data folder")
    return parser


def run(options, roles, unit, play):
    """`play(lab, options, randomness)` yields for each round (acknowledged, under way, seconds of the start). Answers the exit code."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="dflab-crash-"))
    lab, total = Lab(options.dflab, folder, roles), 0
    try:
        lab.start()
        for number, (acknowledged, under_way, seconds) in enumerate(play(lab, options, random.Random(options.seed)), 1):
            total += acknowledged
            print(f"round {number}: {acknowledged} {unit} acknowledged, {under_way} under way, up again in {seconds * 1000:.0f} ms, all right", flush=True)
    except Violation as violation:
        print(f"VIOLATION (seed {options.seed}): {violation}", file=sys.stderr)
        options.keep = True
        return 1
    finally:
        lab.kill()
        if options.keep:
            print(f"data folder: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{options.rounds} kills, {total} acknowledged {unit}, none lost, none torn")
    return 0
