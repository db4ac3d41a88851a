"""A real Spark with Delta in a process of its own, for tests that compare with it: in this process pyspark speaks Connect."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import tempfile

import pyspark

ROOT = pathlib.Path(__file__).resolve().parents[1]
CACHE = pathlib.Path(os.environ.get("DFLAB_CACHE", "~/.cache/dflab")).expanduser()
ENVIRONMENT = "spark35" if pyspark.__version__.startswith("3.5") else "oracle42"

# Reads a request a line, answers each with a line behind this mark: Spark writes to the same output.
MARK = "ANSWER "
SERVER = """
import json, sys, traceback
sys.path.insert(0, sys.argv[1])
import spark as golden_spark

def run(session, request):
    if "sql" in request:
        return [[str(value) for value in row] for row in session.sql(request["sql"]).collect()]
    frame = session.read.format("delta").options(**request["options"]).load(request["read"])
    return sorted([str(value) for value in row] for row in frame.drop(*request.get("drop", [])).collect())

with golden_spark.Oracle() as oracle:
    print("ANSWER {}", flush=True)
    for line in sys.stdin:
        try:
            answer = {"rows": run(oracle.root, json.loads(line))}
        except Exception as error:
            answer = {"error": str(error)[:2000]}
        print("ANSWER " + json.dumps(answer), flush=True)
"""


class RealSpark:
    """One JVM; close() ends it. What a statement raises is raised here as RuntimeError."""

    def __init__(self):
        if ENVIRONMENT == "spark35":
            subprocess.run([ROOT / "tools" / "clients_setup", "jars", "spark35"], check=True)
        environment = {key: value for key, value in os.environ.items() if not key.startswith("SPARK_")}
        self._errors = tempfile.TemporaryFile()
        python = CACHE / "clients" / ENVIRONMENT / "bin" / "python"
        command = [str(python), "-c", SERVER, str(ROOT / "tools" / "golden")]
        self._process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True)
        self._answer()

    @staticmethod
    def is_there() -> bool:
        """That of 3.5 always is, for its jars are fetched; that of 4.2 is optional: its Python and its jars are installed."""
        return ENVIRONMENT == "spark35" or ((CACHE / "clients" / ENVIRONMENT / "bin" / "python").exists() and any((CACHE / "jars" / ENVIRONMENT).glob("delta-spark*.jar")))

    def sql(self, statement: str) -> list[list[str]]:
        return self._ask({"sql": statement})

    def read(self, path: str, **options: str) -> list[list[str]]:
        """All rows of the Delta table at `path` as texts, sorted."""
        return self._ask({"read": path, "options": options})

    def feed(self, path: str, **options: str) -> list[list[str]]:
        """The change feed of the table, without its times."""
        return self._ask({"read": path, "options": {"readChangeFeed": "true", **options}, "drop": ["_commit_timestamp"]})

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(60)

    def _ask(self, request: dict) -> list[list[str]]:
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = self._answer()
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["rows"]

    def _answer(self) -> dict:
        for line in self._process.stdout:
            if line.startswith(MARK):
                return json.loads(line[len(MARK):])
        self._errors.seek(0)
        raise RuntimeError("the real Spark ended:\n" + self._errors.read().decode(errors="replace")[-3000:])
