#!/usr/bin/env python3
"""Puts load on S3 from several processes, kills the lab with SIGKILL at a random moment, starts it again and checks:

  - every acknowledged write is there, whole (bytes compared by SHA-256), every acknowledged delete is gone;
  - a write that was under way has happened or not, never half, and a change of many keys for all or none of them;
  - the listing names exactly what can be read, with its size and ETag;
  - nothing that nobody wrote is visible.

    kill_s3.py [--rounds 10] [--seed N] [--workers 4] [--dflab PATH] [--keep]

Ends with 1 and says what was lost, by which seed.
"""

import hashlib
import multiprocessing
import random
import signal
import sys
import time

from botocore.exceptions import BotoCoreError, ClientError

import killing
from killing import Violation, connect

BUCKET = "crash"
KEYS_PER_WORKER = 40
PART = 5 * 1024 * 1024


def digest(body):
    return hashlib.sha256(body).hexdigest()


class Worker:
    """Changes keys of its own prefix and keeps what each must hold: a digest, or None for an absent key."""

    def __init__(self, number, port, seed, model):
        self.prefix = f"w{number}/"
        self.s3 = connect(port, max_pool_connections=2)
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


def run_round(lab, seeds, models, randomness):
    answers = multiprocessing.Queue()
    workers = [multiprocessing.Process(target=work, args=(i, lab.objects_port, seeds + i, model, answers)) for i, model in enumerate(models)]
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
    return results


def play(lab, options, randomness):
    models = [{} for _ in range(options.workers)]
    connect(lab.objects_port).create_bucket(Bucket=BUCKET)
    for number in range(options.rounds):
        results = run_round(lab, options.seed * 1000 + number * 10, models, randomness)
        seconds = lab.start()
        verify(lab.objects_port, results)
        models = [result[1] for result in results]
        yield sum(result[3] for result in results), sum(1 for result in results if result[2]), seconds


def main():
    parser = killing.options_parser(__doc__)
    parser.add_argument("--workers", type=int, default=4)
    return killing.run(parser.parse_args(), ["objects"], "changes", play)


if __name__ == "__main__":
    sys.exit(main())
