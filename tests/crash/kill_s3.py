#!/usr/bin/env python3
"""Puts load on S3 from several processes, kills the lab with SIGKILL at a random moment, starts it again and checks:

  - every acknowledged write is there, whole (bytes compared by SHA-256), every acknowledged delete is gone;
  - a write that was under way has happened or not, never half, and a change of many keys for all or none of them;
  - the listing names exactly what can be read, with its size and ETag;
  - nothing that nobody wrote is visible.

    kill_s3.py [--rounds 10] [--seed N] [--workers 4] [--dflab PATH] [--keep]

Ends with 1 and says what was lost, by which seed.
"""

import argparse
import hashlib
import multiprocessing
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

BUCKET = "crash"
KEYS_PER_WORKER = 40
PART = 5 * 1024 * 1024
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def connect(port):
    return boto3.client(
        "s3", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1",
        aws_access_key_id="admin", aws_secret_access_key="admin123",
        config=Config(retries={"max_attempts": 0}, connect_timeout=5, read_timeout=60, max_pool_connections=2))


def digest(body):
    return hashlib.sha256(body).hexdigest()


class Violation(Exception):
    pass


class Worker:
    """Changes keys of its own prefix and keeps what each must hold: a digest, or None for an absent key."""

    def __init__(self, number, port, seed, model):
        self.prefix = f"w{number}/"
        self.s3 = connect(port)
        self.random = random.Random(seed)
        self.model = model
        self.under_way = []  # [(key, state)] of the change that has no answer yet
        self.changes = 0

    def body(self):
        size = self.random.choice([0, 1, 100, 4096, 4096, 4096, 20_000, 70_000, 300_000])
        return self.random.randbytes(size)

    def key(self):
        return f"{self.prefix}k{self.random.randrange(KEYS_PER_WORKER):03d}"

    def change(self, states, action):
        self.under_way = states
        action()
        self.model.update(states)
        self.under_way = []
        self.changes += 1

    def put(self):
        key, body = self.key(), self.body()
        self.change([(key, digest(body))], lambda: self.s3.put_object(Bucket=BUCKET, Key=key, Body=body))

    def put_if_absent(self):
        key, body = self.key(), self.body()
        exists = self.model.get(key) is not None

        def action():
            try:
                self.s3.put_object(Bucket=BUCKET, Key=key, Body=body, IfNoneMatch="*")
            except ClientError as error:
                if not exists or error.response["Error"]["Code"] != "PreconditionFailed":
                    raise
            else:
                if exists:
                    raise Violation(f"If-None-Match wrote over {key}")
        self.change([] if exists else [(key, digest(body))], action)

    def delete(self):
        key = self.key()
        self.change([(key, None)], lambda: self.s3.delete_object(Bucket=BUCKET, Key=key))

    def delete_many(self):
        keys = {self.key() for _ in range(5)}
        objects = [{"Key": key} for key in keys]
        self.change([(key, None) for key in keys],
                    lambda: self.s3.delete_objects(Bucket=BUCKET, Delete={"Objects": objects, "Quiet": True}))

    def copy(self):
        present = [key for key, state in self.model.items() if state is not None]
        if not present:
            return
        source, key = self.random.choice(present), self.key()
        if source == key:
            return
        self.change([(key, self.model[source])],
                    lambda: self.s3.copy_object(Bucket=BUCKET, Key=key, CopySource={"Bucket": BUCKET, "Key": source}))

    def multipart(self):
        key = self.key()
        parts = [self.random.randbytes(PART), self.random.randbytes(1000)]
        upload = self.s3.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]
        done = []
        for number, part in enumerate(parts, 1):
            answer = self.s3.upload_part(Bucket=BUCKET, Key=key, UploadId=upload, PartNumber=number, Body=part)
            entry = {"PartNumber": number, "ETag": answer["ETag"]}
            entry.update({k: v for k, v in answer.items() if k.startswith("ChecksumC")})
            done.append(entry)
        self.change([(key, digest(b"".join(parts)))],
                    lambda: self.s3.complete_multipart_upload(Bucket=BUCKET, Key=key, UploadId=upload,
                                                              MultipartUpload={"Parts": done}))

    def run(self):
        operations = [self.put] * 12 + [self.put_if_absent] * 3 + [self.delete] * 3 + [self.delete_many, self.copy] + [self.multipart]
        while True:
            self.random.choice(operations)()


def work(number, port, seed, model, answers):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    worker = Worker(number, port, seed, model)
    failure = None
    try:
        worker.run()
    except Violation as violation:
        failure = str(violation)
    except ClientError as error:
        failure = f"unexpected answer: {error}"
    except (BotoCoreError, OSError):
        pass  # The lab is gone.
    answers.put((number, worker.model, worker.under_way, worker.changes, failure))


class Lab:
    def __init__(self, program, data):
        self.program, self.data, self.process = program, data, None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def start(self):
        log = open(self.data.parent / "lab.log", "ab")
        begun = time.monotonic()
        self.process = subprocess.Popen(
            [self.program, "up", "objects", "--data", self.data, "--profile", "workshop",
             "--set", f"objects.port={self.port}"],
            stdout=log, stderr=log, env={k: v for k, v in os.environ.items() if not k.startswith("DFLAB_")})
        while time.monotonic() - begun < 30:
            if self.process.poll() is not None:
                raise Violation(f"the lab did not start again; see {self.data.parent / 'lab.log'}")
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return time.monotonic() - begun
            except OSError:
                time.sleep(0.01)
        raise Violation("the lab did not listen within 30 s")

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def list_all(s3):
    return {entry["Key"]: entry
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, PaginationConfig={"PageSize": 37})
            for entry in page.get("Contents", [])}


def read_state(s3, key, listed):
    try:
        answer = s3.get_object(Bucket=BUCKET, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchKey":
            raise
        if key in listed:
            raise Violation(f"{key} is listed and cannot be read")
        return None
    body = answer["Body"].read()
    if key not in listed:
        raise Violation(f"{key} can be read and is not listed")
    if listed[key]["Size"] != len(body) or listed[key]["ETag"] != answer["ETag"]:
        raise Violation(f"{key} is listed with another size or ETag")
    etag = answer["ETag"].strip('"')
    if "-" not in etag and etag != hashlib.md5(body).hexdigest():
        raise Violation(f"the bytes of {key} are not those of its ETag")
    return digest(body)


def verify(port, results):
    """Compares what is there with what must be; afterwards the models hold what is there."""
    s3 = connect(port)
    listed = list_all(s3)
    expected_keys = set()
    for _, model, under_way, _, _ in results:
        states = {key: read_state(s3, key, listed) for key in set(model) | {key for key, _ in under_way}}
        changed = dict(under_way)
        for key, found in states.items():
            allowed = {model.get(key)} | ({changed[key]} if key in changed else set())
            if found not in allowed:
                raise Violation(f"{key} holds {found}, must hold one of {allowed}")
        # Of keys whose old and new state differ, all or none may have changed.
        outcomes = {states[key] == state for key, state in under_way if model.get(key) != state}
        if len(outcomes) > 1:
            raise Violation(f"half of a change is there: {under_way}")
        model.update(states)
        expected_keys |= {key for key, state in states.items() if state is not None}
    extra = set(listed) - expected_keys
    if extra:
        raise Violation(f"listed and written by nobody: {sorted(extra)[:5]}")


def run_round(lab, number, seed, models, randomness):
    answers = multiprocessing.Queue()
    workers = [multiprocessing.Process(target=work, args=(i, lab.port, seed * 1000 + number * 10 + i, model, answers))
               for i, model in enumerate(models)]
    for worker in workers:
        worker.start()
    time.sleep(randomness.uniform(0.3, 2.5))
    lab.kill()
    results = sorted((answers.get(timeout=90) for _ in workers), key=lambda result: result[0])
    for worker in workers:
        worker.join()
    for result in results:
        if result[4]:
            raise Violation(result[4])
    started = lab.start()
    verify(lab.port, results)
    changes = sum(result[3] for result in results)
    open_changes = sum(1 for result in results if result[2])
    print(f"round {number + 1}: {changes} changes acknowledged, {open_changes} under way, up again in {started * 1000:.0f} ms, all right",
          flush=True)
    return [result[1] for result in results], changes


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--dflab", default=pathlib.Path(os.environ.get("DFLAB_BUILD", ROOT / "build/lab")) / "dflab")
    parser.add_argument("--keep", action="store_true", help="leave the data folder")
    options = parser.parse_args()

    folder = pathlib.Path(tempfile.mkdtemp(prefix="dflab-crash-"))
    lab = Lab(options.dflab, folder / "data")
    randomness = random.Random(options.seed)
    models = [{} for _ in range(options.workers)]
    total = 0
    try:
        lab.start()
        connect(lab.port).create_bucket(Bucket=BUCKET)
        for number in range(options.rounds):
            models, changes = run_round(lab, number, options.seed, models, randomness)
            total += changes
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
    print(f"{options.rounds} kills, {total} acknowledged changes, none lost, none torn")
    return 0


if __name__ == "__main__":
    sys.exit(main())
