#!/usr/bin/env python3
"""./dev bench objects: the lab's object store beside MinIO, built from its Go module, on the same disk with the same client.

Requests are written and signed before the clock starts; tools/bench_load.cpp sends them. Prints a table (rate, and CPU of the server for
each request) and writes a JSON file. It measures and never judges. docs/how-to/measure.md explains it.
"""

import argparse
import datetime
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import re
import statistics
import subprocess
import tempfile
import time
import urllib.parse

import bench
import bench_systems

ROOT, CACHE = bench_systems.ROOT, bench_systems.CACHE
AT_ONCE = 16
SMALL, PART, LARGE = 4 << 10, 16 << 20, 256 << 20
MILLION = "million"
# What the store is to reach beside MinIO: (what, times of its rate, share of its CPU).
TARGETS = {"PUT 4 KiB": (3, 1 / 3), "GET 4 KiB": (None, 1 / 3), "HEAD": (None, 1 / 3), "256 MiB multipart put": (1.5, None), "256 MiB get": (1.5, None),
           "page of 1,000 keys": (10, None), "page by delimiter": (10, None)}


class Lab(bench_systems.Lab):
    keys = ("admin", "admin123")

    def __init__(self, folder, threads):
        super().__init__(folder, threads)
        self.ports = [bench_systems.free_port()]

    def command(self):
        return [self.program(), "up", "objects", "--data", str(self.folder / "data"), "--profile", "workshop", "--set", f"objects.port={self.ports[0]}"]


class Minio(bench_systems.Server):
    name, wait_seconds = "minio", 60
    keys = ("minioadmin", "minioadmin")

    def command(self):
        return [str(CACHE / "bench" / "minio"), "server", "--quiet", "--address", f"127.0.0.1:{self.ports[0]}", "--console-address",
                f"127.0.0.1:{bench_systems.free_port()}", str(self.folder / "data")]

    def is_ready(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[0], timeout=5)
        connection.request("GET", "/minio/health/cluster")
        return connection.getresponse().status == 200


class Signer:
    """Signature version 4 in headers, of one service for one day."""

    def __init__(self, server):
        self.host, (self.key, secret) = f"127.0.0.1:{server.ports[0]}", server.keys
        self.time = f"{datetime.datetime.now(datetime.timezone.utc):%Y%m%dT%H%M%SZ}"
        self.scope = f"{self.time[:8]}/us-east-1/s3/aws4_request"
        self.secret = f"AWS4{secret}".encode()
        for part in self.scope.split("/"):
            self.secret = hmac.digest(self.secret, part.encode(), "sha256")

    def head(self, method, path, query=(), body_length=0, payload=hashlib.sha256(b"").hexdigest()):
        path = urllib.parse.quote(path, safe="/~")
        query = "&".join(f"{urllib.parse.quote(k, safe='~')}={urllib.parse.quote(v, safe='~')}" for k, v in sorted(query))
        canonical = (f"{method}\n{path}\n{query}\nhost:{self.host}\nx-amz-content-sha256:{payload}\nx-amz-date:{self.time}\n\n"
                     f"host;x-amz-content-sha256;x-amz-date\n{payload}")
        to_sign = f"AWS4-HMAC-SHA256\n{self.time}\n{self.scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        signature = hmac.digest(self.secret, to_sign.encode(), "sha256").hex()
        return (f"{method} {path}{'?' + query if query else ''} HTTP/1.1\r\nHost: {self.host}\r\nx-amz-date: {self.time}\r\nx-amz-content-sha256: {payload}\r\n"
                f"Authorization: AWS4-HMAC-SHA256 Credential={self.key}/{self.scope}, SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
                f"Signature={signature}\r\nContent-Length: {body_length}\r\n\r\n").encode()


class Target:
    """One server under load."""

    def __init__(self, server, scratch):
        self.server, self.scratch = server, scratch
        self.body = scratch / "body"
        if not self.body.exists():
            self.body.write_bytes(hashlib.shake_128(b"bench").digest(PART))
        self.small_hash = hashlib.sha256(self.body.read_bytes()[:SMALL]).hexdigest()

    def call(self, method, path, query=(), body=b""):
        """One request outside the load client; its answer's body and ETag."""
        head = Signer(self.server).head(method, path, query, len(body), hashlib.sha256(body).hexdigest()).decode()
        connection = http.client.HTTPConnection("127.0.0.1", self.server.ports[0], timeout=120)
        line, *headers = head.strip().split("\r\n")
        connection.request(method, line.split()[1], body, dict(header.split(": ", 1) for header in headers))
        response = connection.getresponse()
        text = response.read()
        if response.status >= 300:
            raise RuntimeError(f"{method} {path}: {response.status} {text[:300]!r}")
        return text.decode(errors="replace"), response.headers.get("ETag")

    def load(self, requests, connections, seconds=0):
        """Runs (method, path, query, body length) through the load client; answers its numbers and the server's CPU."""
        signer = Signer(self.server)
        with (plan := self.scratch / "plan").open("wb") as file:
            for method, path, query, length in requests:
                payload = self.small_hash if length == SMALL else "UNSIGNED-PAYLOAD" if length else hashlib.sha256(b"").hexdigest()
                head = signer.head(method, path, query, length, payload)
                file.write(f"{len(head)} {length} {int(method == 'HEAD')}\n".encode() + head)
        before = bench_systems.cpu_seconds(self.server.process.pid)
        done = subprocess.run([CACHE / "bench" / "bench_load", str(self.server.ports[0]), str(connections), plan, self.body, str(seconds)],
                              capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr.strip()[:500])
        return json.loads(done.stdout) | {"server_cpu": bench_systems.cpu_seconds(self.server.process.pid) - before}


def key_of(number, keys):
    """A hundred folders, however many keys."""
    return f"/{MILLION}/folder{number * 100 // keys:03}/key-{number:07}"


def measure_small(target, options):
    """Puts, gets and heads of 4 KiB, 16 at once; a put is answered when it is durable."""
    target.call("PUT", "/bench")
    count = options.requests
    rows = [("PUT 4 KiB", "PUT", SMALL, 1), ("GET 4 KiB", "GET", 0, 2), ("HEAD", "HEAD", 0, 2)]
    for name, method, length, rounds in rows:
        yield name, target.load([(method, f"/bench/small/{i % count:06}", (), length) for i in range(count * rounds)], AT_ONCE)


def measure_large(target, options):
    parts = LARGE // PART // (8 if options.quick else 1)
    began, cpu = time.monotonic(), bench_systems.cpu_seconds(target.server.process.pid)
    upload = re.search("<UploadId>(.*?)</UploadId>", target.call("POST", "/bench/large", [("uploads", "")])[0]).group(1)
    result = target.load([("PUT", "/bench/large", [("partNumber", str(i + 1)), ("uploadId", upload)], PART) for i in range(parts)], 4)
    etag = hashlib.md5(target.body.read_bytes()).hexdigest()
    listed = "".join(f"<Part><PartNumber>{i + 1}</PartNumber><ETag>{etag}</ETag></Part>" for i in range(parts))
    target.call("POST", "/bench/large", [("uploadId", upload)], f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode())
    yield "256 MiB multipart put", result | {"requests": 1, "seconds": time.monotonic() - began, "server_cpu": bench_systems.cpu_seconds(target.server.process.pid) - cpu}
    rounds = 1 if options.quick else 4
    yield "256 MiB get", target.load([("GET", "/bench/large", (), 0)] * rounds, 1)


def fill(target, keys):
    """Empty objects until the bucket has that many; what is there from an earlier run stays."""
    try:
        target.call("PUT", f"/{MILLION}")
    except RuntimeError:
        pass  # it is there
    have = target.server.folder / "keys"
    begun = int(have.read_text()) if have.exists() else 0
    for first in range(begun, keys, 20_000):
        print(f"  {target.server.name}: {first:,} of {keys:,} keys", flush=True)
        target.load([("PUT", key_of(i, keys), (), 0) for i in range(first, min(first + 20_000, keys))], 64)
        have.write_text(str(min(first + 20_000, keys)))


def measure_listing(target, keys, options):
    """Pages from all over the bucket, one request after another; the server stays the one that was restarted behind the filling."""
    pages = 4 if options.quick else 40
    starts = [key_of(keys * i // pages, keys).removeprefix(f"/{MILLION}/") for i in range(pages)]
    plain = [("list-type", "2"), ("max-keys", "1000")]
    yield "page of 1,000 keys", target.load([("GET", f"/{MILLION}", [*plain, ("start-after", start)], 0) for start in starts], 1)
    yield "page by delimiter", target.load([("GET", f"/{MILLION}", [*plain, ("delimiter", "/"), ("prefix", "folder")], 0)] * (1 if options.quick else 5), 1)


def measure_memory(target, keys, options):
    """64 clients that put, read and list at once over the full bucket."""
    signer_mix = []
    for i in range(2_000 if options.quick else 20_000):
        number = i * 7919 % keys
        signer_mix.append([("GET", key_of(number, keys), (), 0), ("HEAD", key_of(number, keys), (), 0), ("PUT", f"/bench/mixed/{i:06}", (), SMALL)][i % 3])
    target.load(signer_mix, 64)
    return bench_systems.resident_bytes(target.server.process.pid) / 1e6


def measure(system, folder, keys, options, scratch):
    rows = {}
    with system(scratch / system.name, options.threads) as server:
        target = Target(server, scratch)
        for part in (measure_small, measure_large):
            for name, row in part(target, options):
                rows[name] = row
    with system(folder, options.threads) as server:
        fill(Target(server, scratch), keys)
    with system(folder, options.threads) as server:
        target = Target(server, scratch)
        try:
            target.call("PUT", "/bench")
        except RuntimeError:
            pass  # of an earlier run
        for name, row in measure_listing(target, keys, options):
            rows[name] = row
        memory = measure_memory(target, keys, options)
    return {"rows": rows, "keys": keys, "resident_mb": round(memory, 1)}


def prepare():
    """The load client, and MinIO built by the Go of its environment; both are kept by what they are made from."""
    subprocess.run([ROOT / "tools" / "clients_setup", "minio"], check=True)
    program, source = CACHE / "bench" / "bench_load", ROOT / "tools" / "bench_load.cpp"
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        subprocess.run(["clang++-19", "-std=c++23", "-O2", source, "-o", program], check=True)


def print_table(results):
    mine, theirs = results["lab"], results.get("minio")
    print(f"\n  {'':<24}{'lab':>12}{'CPU each':>12}{'MinIO':>12}{'CPU each':>12}{'rate':>9}{'CPU':>8}   wanted")
    for name, row in mine["rows"].items():
        rate = lambda r: r["requests"] / r["seconds"]  # noqa: E731
        each = lambda r: r["server_cpu"] / r["requests"]  # noqa: E731
        line = f"  {name:<24}{rate(row):>10,.1f}/s{each(row) * 1e6:>10,.0f}µs"
        if theirs:
            other = theirs["rows"][name]
            line += f"{rate(other):>10,.1f}/s{each(other) * 1e6:>10,.0f}µs{rate(row) / rate(other):>8.1f}x"
            # Less than a tick of the kernel's clock is no figure.
            line += f"{each(row) / each(other):>7.2f}x" if other["server_cpu"] and row["server_cpu"] else f"{'–':>8}"
        wanted_rate, wanted_cpu = TARGETS[name]
        line += "   " + ", ".join(text for text in (f"≥ {wanted_rate:g} x the rate" if wanted_rate else "", f"≤ {wanted_cpu:.2f} x the CPU" if wanted_cpu else "") if text)
        print(line)
    print(f"  {'memory, 64 clients':<24}" + "".join(f"{result['resident_mb']:>10,.0f} MB at {result['keys']:,} objects   " for result in (mine, theirs) if result) + "wanted: < 200 MB")
    costs = [statistics.mean(result["rows"][name]["client_cpu"] / result["rows"][name]["requests"] for result in (mine, theirs) if result) for name in ("PUT 4 KiB", "GET 4 KiB", "HEAD")]
    print(f"  The client itself takes {', '.join(f'{cost * 1e6:.0f}' for cost in costs)} µs of CPU for each PUT, GET and HEAD, of the same cores.")


def main():
    parser = argparse.ArgumentParser(prog="./dev bench objects", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="tiny: does everything run?")
    parser.add_argument("--only", default="lab,minio", help="systems, by commas")
    parser.add_argument("--requests", type=int, help="small objects put (20,000)")
    parser.add_argument("--keys", type=int, help="keys of the lab's large bucket (1,000,000)")
    parser.add_argument("--minio-keys", type=int, help="keys of MinIO's (100,000: each takes it a folder and a file)")
    parser.add_argument("--threads", type=int, default=2, help="cores that each server and the client share (2)")
    options = parser.parse_args()
    options.requests = options.requests or (500 if options.quick else 20_000)
    options.keys = options.keys or (5_000 if options.quick else 1_000_000)
    options.minio_keys = options.minio_keys or (2_000 if options.quick else 100_000)
    prepare()
    about = bench.machine() | {"requests": options.requests, "threads": options.threads, "quick": options.quick}
    results = {}
    with tempfile.TemporaryDirectory(prefix="objects-", dir=CACHE / "bench") as scratch:
        for system, keys in ((Lab, options.keys), (Minio, options.minio_keys)):
            if system.name in options.only.split(","):
                print(f"… {system.name}", flush=True)
                kept_in = pathlib.Path(scratch) if options.quick else CACHE / "bench"
                results[system.name] = measure(system, kept_in / f"{MILLION}-{system.name}-{keys}", keys, options, pathlib.Path(scratch))
    about["load_at_end"] = os.getloadavg()[0]
    print(", ".join(f"{key} {value}" for key, value in about.items()))
    if "lab" in results:
        print_table(results)
    if options.quick:
        print("--quick shows that everything runs; these figures say nothing.")
    target = ROOT / "build" / "bench" / f"objects-{datetime.datetime.now():%Y%m%d-%H%M%S}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps({"about": about, "results": results}, indent=1))
    print(f"\nAll of it: {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
