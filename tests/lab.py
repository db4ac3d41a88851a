"""Starts the built dflab for a test run, on free ports and in a folder of its own."""

from __future__ import annotations

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(os.environ.get("LAB_TEST_ROOT", pathlib.Path(__file__).resolve().parents[1]))


def program() -> pathlib.Path:
    named = os.environ.get("LAB_TEST_PROGRAM")
    return pathlib.Path(named) if named else ROOT / "build" / os.environ.get("DFLAB_PRESET", "lab") / "dflab"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Lab:
    """One running lab; stop() or kill() ends it, start() brings it back over the same folder and ports."""

    def __init__(self, folder: pathlib.Path | None = None, roles: tuple[str, ...] = (), profile: str = "workshop", **settings: str):
        self.own_folder = folder is None
        self.folder = folder or pathlib.Path(tempfile.mkdtemp(prefix="lab-"))
        self.objects_port, self.spark_port, self.pages_port = free_port(), free_port(), free_port()
        ports = {"objects.port": self.objects_port, "spark.port": self.spark_port, "spark.ui_port": self.pages_port}
        self.settings = ports | settings
        self.roles, self.profile = roles, profile
        self.log = self.folder / "up.log"
        self.process: subprocess.Popen | None = None

    def start(self, wait_seconds: float = 90) -> Lab:
        command = [str(program()), "up", *self.roles, "--data", str(self.folder / "data"), "--profile", self.profile]
        for key, value in self.settings.items():
            command += ["--set", f"{key}={value}"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + wait_seconds
        for port in (self.objects_port, self.spark_port):
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    if self.process.poll() is not None or time.monotonic() > deadline:
                        raise RuntimeError(f"dflab up did not answer on {port}:\n{self.tail()}") from None
                    time.sleep(0.02)
        return self

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-4000:]

    def stop(self) -> int:
        """SIGTERM; the exit code. Raises when it does not end in time."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(10)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()
        if self.own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def remote(self) -> str:
        return f"sc://127.0.0.1:{self.spark_port}"

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.objects_port}"
