"""The systems of `./dev bench`: how each is started, what it costs, and the Python that its client runs in.

Run as a program (`bench_systems.py PORT FOLDER THREADS`, in the environment spark35) it is the real Spark's server.
"""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
CACHE = pathlib.Path(os.environ.get("DFLAB_CACHE", "~/.cache/dflab")).expanduser()
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def python_of(environment):
    return str(CACHE / "clients" / environment / "bin" / "python")


def process_tree(pid):
    """Fields of /proc/PID/stat behind the name, for the process and all below it; those that ended in between are left out."""
    found, children = {}, {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                fields = pathlib.Path("/proc", entry, "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            found[int(entry)] = fields
            children.setdefault(int(fields[1]), []).append(int(entry))
    tree, todo = [], [pid]
    while todo:
        current = todo.pop()
        if current in found:
            tree.append(found[current])
            todo += children.get(current, [])
    return tree


def cpu_seconds(pid):
    """CPU of a process tree, with its children that ended."""
    return sum(sum(map(int, fields[11:15])) for fields in process_tree(pid)) / TICKS if pid else 0.0


def resident_bytes(pid):
    return sum(int(fields[21]) for fields in process_tree(pid)) * PAGE


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 0.2).close()
        return True
    except OSError:
        return False


class Server:
    """One server in a folder of its own, bound to the first `threads` cores; use as a context manager."""

    name, environment, wait_seconds = "", "bench", 30

    def __init__(self, folder, threads):
        self.folder = pathlib.Path(folder)
        self.threads = threads
        self.ports = [free_port()]
        self.process = None

    def command(self):
        raise NotImplementedError

    def variables(self):
        return {k: v for k, v in os.environ.items() if not k.startswith(("SPARK_", "PYSPARK_", "DFLAB_"))}

    @property
    def remote(self):
        return f"sc://127.0.0.1:{self.ports[0]}"

    def is_ready(self):
        """Whether requests are answered, once the ports are open."""
        return True

    def __enter__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        log_path = self.folder / "server.log"
        cores = sorted(os.sched_getaffinity(0))[: self.threads]
        began = time.monotonic()
        with log_path.open("w") as log:
            self.process = subprocess.Popen(
                self.command(), stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=self.variables(), cwd=self.folder,
                start_new_session=True, preexec_fn=lambda: os.sched_setaffinity(0, cores),
            )
        for is_there in [*(lambda port=port: answers(port) for port in self.ports), self.is_ready]:
            while not is_there():
                if self.process.poll() is not None or time.monotonic() - began > self.wait_seconds:
                    self.__exit__()
                    raise RuntimeError(f"{self.name} did not start: {log_path.read_text(errors='replace')[-500:]}")
                time.sleep(0.002)
        self.start_seconds = time.monotonic() - began
        self.start_bytes = resident_bytes(self.process.pid)
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(8)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)  # what it left behind in its group
        except ProcessLookupError:
            pass
        self.process.wait()


class Lab(Server):
    name = "lab"

    def __init__(self, folder, threads):
        super().__init__(folder, threads)
        self.ports = [free_port() for _ in range(3)]

    @staticmethod
    def program():
        preset = os.environ.get("DFLAB_PRESET", "lab")
        return os.environ.get("LAB_TEST_PROGRAM") or str(ROOT / "build" / preset / "dflab")

    def command(self):
        settings = {"spark.port": self.ports[0], "objects.port": self.ports[1], "spark.ui_port": self.ports[2], "spark.threads": self.threads}
        flags = [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]
        return [self.program(), "up", "--data", str(self.folder / "data"), "--profile", "workshop", *flags]


class Sail(Server):
    name = "sail"

    def command(self):
        return [str(pathlib.Path(python_of("bench")).parent / "sail"), "spark", "server", "--port", str(self.ports[0])]


class Spark(Server):
    name, environment, wait_seconds = "spark", "spark35", 120

    def command(self):
        return [python_of("spark35"), str(ROOT / "tools" / "bench_systems.py"), str(self.ports[0]), str(self.folder), str(self.threads)]

    def is_ready(self):
        # Its port is open before there is a session behind it.
        return (self.folder / "ready").exists()


SERVERS = {server.name: server for server in (Lab, Sail, Spark)}


def serve_spark(port, folder, threads):
    from pyspark.sql import SparkSession

    jars = sorted((CACHE / "jars" / "spark35").glob("*.jar"))
    settings = {
        "spark.master": f"local[{threads}]",
        "spark.ui.enabled": "false",
        "spark.driver.memory": "6g",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": threads,
        "spark.databricks.delta.snapshotPartitions": threads,  # its 50 are for clusters
        "spark.sql.warehouse.dir": f"{folder}/warehouse",
        "spark.jars": ",".join(map(str, jars)),
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
        "spark.connect.grpc.binding.port": port,
    }
    builder = SparkSession.builder.appName("bench")
    for key, value in settings.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    pathlib.Path(folder, "ready").touch()
    signal.pause()


if __name__ == "__main__":
    serve_spark(*sys.argv[1:4])
