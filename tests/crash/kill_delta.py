#!/usr/bin/env python3
"""Changes Delta tables through Spark Connect and, with deltalake, through S3, kills the lab with SIGKILL at a random moment,
starts it again and checks:

  - every acknowledged commit is there, whole; the one that was under way is there whole or not at all;
  - what deltalake reads out of the bucket is what Spark Connect reads;
  - versions of a log have no gap, every entry parses, every file that a table has is there with its size, and the listing
    names it;
  - of writers to one table none undid what another one wrote.

    kill_delta.py [--rounds 10] [--seed N] [--dflab PATH] [--keep]

Ends with 1 and says what was lost, by which seed.
"""

import json
import multiprocessing
import random
import sys
import time
import traceback
import urllib.parse
import warnings

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

import killing
from killing import Violation, connect

BUCKET = "crash"
IDS = 120
SCHEMA = pa.schema([("id", pa.int64()), ("op", pa.int64()), ("v", pa.string())])
CONFLICTS = ("Concurrent", "MetadataChanged", "ProtocolChanged", "CommitFailed", "conflict", "CONCURRENT", "already exists")


def storage_options(port):
    return {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_ACCESS_KEY_ID": "admin", "AWS_SECRET_ACCESS_KEY": "admin123",
            "AWS_REGION": "us-east-1", "AWS_ALLOW_HTTP": "true", "conditional_put": "etag", "max_retries": "0", "retry_timeout": "5s"}


class Worker:
    """Changes a table of its own and adds to one that all share, and keeps what must be there."""

    def __init__(self, number, ports, seed):
        self.number, self.ports = number, ports
        self.random = random.Random(seed)
        self.own = {}          # id: op
        self.shared = set()    # ops whose rows are in the shared table
        self.under_way = None  # ("own", state) or ("shared", op)
        self.op = number * 1_000_000
        self.changes = 0

    def rows(self, ids, op):
        return pa.table({"id": list(ids), "op": [op] * len(ids), "v": [f"{op}-{i}" for i in ids]}, schema=SCHEMA)

    def change(self):
        self.op += 1
        kind = self.random.choice(["append", "merge", "merge", "delete", "shared", "shared"])
        present = sorted(self.own)
        free = [i for i in range(IDS) if i not in self.own]
        if kind == "append" and free:
            ids = self.random.sample(free, min(len(free), self.random.randint(1, 30)))
            self.commit_own({**self.own, **dict.fromkeys(ids, self.op)}, lambda: self.append("own", ids))
        elif kind == "merge":
            ids = self.random.sample(range(IDS), self.random.randint(1, 20))
            self.commit_own({**self.own, **dict.fromkeys(ids, self.op)}, lambda: self.merge(ids))
        elif kind == "delete" and present:
            low = self.random.choice(present)
            high = low + self.random.randint(0, 25)
            self.commit_own({i: op for i, op in self.own.items() if not low <= i <= high}, lambda: self.delete(low, high))
        elif kind == "shared":
            self.under_way = ("shared", self.op)
            try:
                self.append("shared", range(self.op % 7 + 1))
            except Exception as failure:
                if not any(word in str(failure) for word in CONFLICTS):
                    raise
                self.under_way = None
                return
            self.shared.add(self.op)
            self.under_way = None
            self.changes += 1

    def commit_own(self, state, action):
        self.under_way = ("own", state)
        action()
        self.own = state
        self.under_way = None
        self.changes += 1


class ConnectWorker(Worker):
    def connect(self):
        from pyspark.sql import SparkSession
        from pyspark.sql.connect.client.retries import DefaultPolicy

        # gRPC keeps the address's last failure for a while, that of the lab that was killed: asked again until it has let go.
        deadline = time.monotonic() + 10
        while True:
            self.spark = SparkSession.builder.remote(f"sc://127.0.0.1:{self.ports[1]}").create()
            self.spark.client.set_retry_policies([DefaultPolicy(max_retries=0)])  # a change that is sent twice is made twice
            try:
                self.spark.range(1).count()
                return
            except Exception:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def place(self, name):
        return f"s3a://{BUCKET}/{'shared' if name == 'shared' else f'w{self.number}'}"

    def frame(self, ids):
        return self.spark.createDataFrame([(i, self.op, f"{self.op}-{i}") for i in ids], "id BIGINT, op BIGINT, v STRING")

    def append(self, name, ids):
        self.frame(ids).write.format("delta").mode("append").save(self.place(name))

    def merge(self, ids):
        self.frame(ids).createOrReplaceTempView("source")
        self.spark.sql(f"MERGE INTO delta.`{self.place('own')}` t USING source s ON t.id = s.id "
                       "WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *").collect()

    def delete(self, low, high):
        self.spark.sql(f"DELETE FROM delta.`{self.place('own')}` WHERE id BETWEEN {low} AND {high}").collect()


class LogWorker(Worker):
    """deltalake, which writes its files and its log by itself."""

    def connect(self):
        self.options = storage_options(self.ports[0])

    def place(self, name):
        return f"s3://{BUCKET}/{'shared' if name == 'shared' else f'w{self.number}'}"

    def append(self, name, ids):
        write_deltalake(self.place(name), self.rows(ids, self.op), mode="append", storage_options=self.options)

    def merge(self, ids):
        table = DeltaTable(self.place("own"), storage_options=self.options)
        merger = table.merge(self.rows(ids, self.op), "t.id = s.id", source_alias="s", target_alias="t")
        merger.when_matched_update_all().when_not_matched_insert_all().execute()

    def delete(self, low, high):
        DeltaTable(self.place("own"), storage_options=self.options).delete(f"id >= {low} AND id <= {high}")


def work(worker, pipe, killed, commits):
    """A round each time the lab is up: changes until it is gone."""
    warnings.filterwarnings("ignore")
    while True:
        state = pipe.recv()
        if state is None:
            return
        worker.own, worker.shared = state
        worker.under_way, worker.changes, failure = None, 0, None
        try:
            worker.connect()
            while not killed.is_set():
                before = worker.changes
                worker.change()
                with commits.get_lock():
                    commits.value += worker.changes - before
        except Exception:
            if not killed.is_set():
                failure = traceback.format_exc()
        pipe.send((worker.own, worker.shared, worker.under_way, worker.changes, failure))


def check_log(s3, table, listed):
    """Versions without a gap, whole entries, and the files of the newest version where they should be."""
    prefix = f"{table}/_delta_log/"
    versions = sorted(int(key[len(prefix):-5]) for key in listed if key.startswith(prefix) and key[len(prefix):-5].isdigit() and key.endswith(".json"))
    if versions != list(range(len(versions))):
        raise Violation(f"{table} has the versions {versions[:3]}…{versions[-3:]}, {len(versions)} of them")
    live = {}
    for version in versions:
        body = s3.get_object(Bucket=BUCKET, Key=f"{prefix}{version:020d}.json")["Body"].read()
        for line in body.splitlines():
            try:
                action = json.loads(line)
            except ValueError:
                raise Violation(f"{table} version {version} holds a torn line: {line[-60:]!r}") from None
            if "add" in action:
                live[urllib.parse.unquote(action["add"]["path"])] = action["add"]["size"]
            elif "remove" in action:
                live.pop(urllib.parse.unquote(action["remove"]["path"]), None)
    for path, size in live.items():
        if listed.get(f"{table}/{path}") != size:
            raise Violation(f"{table}: {path} must have {size} bytes and is listed with {listed.get(f'{table}/{path}')}")


def read_with_deltalake(table, port):
    return DeltaTable(f"s3://{BUCKET}/{table}", storage_options=storage_options(port)).to_pyarrow_table().to_pylist()


def own_state(table, rows):
    state = {}
    for row in rows:
        if row["id"] in state:
            raise Violation(f"{table} has the id {row['id']} twice")
        if row["v"] != f"{row['op']}-{row['id']}":
            raise Violation(f"{table} holds a mixed row: {row}")
        state[row["id"]] = row["op"]
    return state


def shared_ops(rows):
    counts = {}
    for row in rows:
        counts.setdefault(row["op"], []).append(row["id"])
    for op, ids in counts.items():
        if sorted(ids) != list(range(op % 7 + 1)):
            raise Violation(f"the shared table has half of the commit {op}: {sorted(ids)}")
    return set(counts)


def verify(lab, results):
    """Compares what is there with what must be; returns what each worker finds there."""
    from pyspark.sql import SparkSession

    s3 = connect(lab.objects_port)
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    listed = {entry["Key"]: entry["Size"] for page in pages for entry in page.get("Contents", [])}
    spark = SparkSession.builder.remote(f"sc://127.0.0.1:{lab.spark_port}").create()
    found = {}
    for table in [f"w{number}" for number in range(len(results))] + ["shared"]:
        check_log(s3, table, listed)
        found[table] = read_with_deltalake(table, lab.objects_port)
        by_spark = [row.asDict() for row in spark.read.format("delta").load(f"s3a://{BUCKET}/{table}").collect()]
        order = lambda row: (row["op"], row["id"])
        if sorted(found[table], key=order) != sorted(by_spark, key=order):
            raise Violation(f"deltalake and Spark Connect read {table} differently: {len(found[table])} and {len(by_spark)} rows")
    spark.stop()
    ops = shared_ops(found["shared"])
    states, expected = [], set()
    for number, (own, shared, under_way, _, _) in enumerate(results):
        state = own_state(f"w{number}", found[f"w{number}"])
        allowed = [own] + ([under_way[1]] if under_way and under_way[0] == "own" else [])
        if state not in allowed:
            differs = {key for key in set(state) | set(own) if state.get(key) != own.get(key)}
            raise Violation(f"w{number} holds neither what was acknowledged nor that and the open change; ids that differ: {sorted(differs)[:10]}")
        if not shared <= ops:
            raise Violation(f"lost from the shared table: {sorted(shared - ops)[:5]}")
        if under_way and under_way[0] == "shared" and under_way[1] in ops:
            shared = shared | {under_way[1]}
        expected |= shared
        states.append((state, shared))
    if ops - expected:
        raise Violation(f"in the shared table and written by nobody: {sorted(ops - expected)[:5]}")
    return states


def make_tables(lab, count):
    s3 = connect(lab.objects_port)
    s3.create_bucket(Bucket=BUCKET)
    for table in [f"w{number}" for number in range(count)] + ["shared"]:
        write_deltalake(f"s3://{BUCKET}/{table}", SCHEMA.empty_table(), storage_options=storage_options(lab.objects_port))


def wait_for_load(commits, randomness):
    """Until some changes were acknowledged and then some part of the next one, however fast the machine is."""
    commits.value = 0
    wanted, deadline = randomness.randint(1, 15), time.monotonic() + 30
    while commits.value < wanted and time.monotonic() < deadline:
        time.sleep(0.002)
    time.sleep(randomness.uniform(0, 0.25))


KINDS = [ConnectWorker, ConnectWorker, LogWorker]


class Workers:
    """Processes with clients, which outlive the labs."""

    def __init__(self, lab, seed):
        context = multiprocessing.get_context("spawn")  # a forked gRPC hangs
        self.killed, self.commits = context.Event(), context.Value("i", 0)
        self.pipes, self.processes = [], []
        for number, kind in enumerate(KINDS):
            mine, theirs = context.Pipe()
            worker = kind(number, (lab.objects_port, lab.spark_port), seed * 10 + number)
            self.processes.append(context.Process(target=work, args=(worker, theirs, self.killed, self.commits), daemon=True))
            self.processes[-1].start()
            self.pipes.append(mine)

    def run_round(self, lab, states, randomness):
        """Load until the lab is killed in its midst; what each was told."""
        self.killed.clear()
        for pipe, state in zip(self.pipes, states):
            pipe.send(state)
        wait_for_load(self.commits, randomness)
        self.killed.set()
        lab.kill()
        results = []
        for pipe in self.pipes:
            if not pipe.poll(120):
                raise Violation("a client did not notice for two minutes that the lab is gone")
            results.append(pipe.recv())
        for result in results:
            if result[4]:
                raise Violation(result[4])
        return results

    def end(self):
        for pipe in self.pipes:
            try:
                pipe.send(None)
            except OSError:
                pass
        for process in self.processes:
            process.join(5)
            if process.is_alive():
                process.kill()


def play(lab, options, randomness):
    make_tables(lab, len(KINDS))
    workers = Workers(lab, options.seed)
    try:
        states = [({}, set()) for _ in KINDS]
        for _ in range(options.rounds):
            results = workers.run_round(lab, states, randomness)
            seconds = lab.start()
            states = verify(lab, results)
            yield sum(result[3] for result in results), sum(1 for result in results if result[2]), seconds
    finally:
        workers.end()


if __name__ == "__main__":
    sys.exit(killing.run(killing.options_parser(__doc__).parse_args(), [], "commits", play))
