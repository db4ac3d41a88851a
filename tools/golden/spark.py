"""A real Spark in this process, and its answers in the goldens' form. Runs in the environments spark35 and oracle42."""

from __future__ import annotations

import json
import logging
import os
import pathlib
import shutil
import tempfile

import pyspark
from pyspark.sql import SparkSession

import values

logging.disable(logging.CRITICAL)  # 4.x logs the stack of every failing statement; the failures are what we came for
VERSION = "v35" if pyspark.__version__.startswith("3.5") else "v42"


def server_settings(folder: pathlib.Path) -> dict[str, str]:
    """What a reproducible Spark is started with; its Delta jars come from the cache of tools/clients_setup."""
    cache = pathlib.Path(os.environ.get("DFLAB_CACHE", "~/.cache/dflab")).expanduser()
    jars = sorted((cache / "jars" / ("spark35" if VERSION == "v35" else "oracle42")).glob("*.jar"))
    if os.environ.get("LAB_ORACLE_WITHOUT_DELTA"):  # Delta 4.4.0 loses the parameters of spark.sql(…, args) on 4.2
        jars = []
    delta = {
        "spark.jars": ",".join(map(str, jars)),
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    }
    return {
        "spark.master": "local[1]",
        "spark.ui.enabled": "false",
        "spark.driver.memory": "2g",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.extraJavaOptions": "-Duser.timezone=UTC -XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.databricks.delta.snapshotPartitions": "1",
    } | (delta if jars else {})


class Oracle:
    """One Spark for a whole recording; use as a context manager. With a port it is a Connect server, too."""

    def __init__(self, connect_port: int | None = None):
        self.connect_port = connect_port

    def __enter__(self) -> Oracle:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="golden-"))
        os.chdir(self.folder)
        builder = SparkSession.builder.appName("golden")
        for key, value in server_settings(self.folder).items():
            builder = builder.config(key, value)
        if self.connect_port:
            builder = builder.config("spark.plugins", "org.apache.spark.sql.connect.SparkConnectPlugin")
            builder = builder.config("spark.connect.grpc.binding.port", self.connect_port)
        self.root = builder.getOrCreate()
        self.root.sparkContext.setLogLevel("OFF")
        self.session = self.root
        return self

    def __exit__(self, *_) -> None:
        self.root.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def new_session(self) -> None:
        """A fresh session over an empty catalog."""
        session = self.root.newSession()
        session.sql("USE spark_catalog.default")
        for row in session.sql("SHOW DATABASES").collect():
            if row[0] != "default":
                session.sql(f"DROP DATABASE `{row[0]}` CASCADE")
        for row in session.sql("SHOW TABLES IN default").collect():
            kind = "VIEW" if session.catalog.getTable(f"default.`{row.tableName}`").tableType == "VIEW" else "TABLE"
            session.sql(f"DROP {kind} IF EXISTS default.`{row.tableName}`")
        shutil.rmtree(self.folder / "warehouse", ignore_errors=True)
        self.session = session

    def ask(self, sql: str, show: bool = False) -> dict:
        """Runs one statement; the answer never raises."""
        try:
            frame = self.session.sql(sql)
            if show:
                return {
                    "show": frame._jdf.showString(20, 20, False),
                    "show_full": frame._jdf.showString(20, 0, False),
                    "show_vertical": frame._jdf.showString(20, 20, True),
                }
            fields = json.loads(frame._jdf.schema().json())["fields"]
            out = {
                "names": [field["name"] for field in fields],
                "types": [values.simple_string(field["type"]) for field in fields],
                "rows": self._collect(frame, fields),
            }
            return json.loads(json.dumps(out).replace(str(self.folder), "<root>"))
        except Exception as error:  # whatever Spark raises is the answer
            return {"error": json.loads(json.dumps(self.describe_error(error)).replace(str(self.folder), "<root>"))}

    def _collect(self, frame, fields: list[dict]) -> list:
        """All rows by Arrow; columns with intervals, which Arrow in Python cannot hold, by the JVM's own objects."""
        dtypes = [field["type"] for field in fields]
        odd = [i for i, dtype in enumerate(dtypes) if "interval" in values.simple_string(dtype)]
        if odd:
            names = [f"c{i}" for i in range(len(fields))]
            columns = [f"CAST(c{i} AS STRING)" if i in odd else f"c{i}" for i in range(len(fields))]
            objects = list(frame._jdf.collectAsList())
            frame = frame.toDF(*names).selectExpr(*columns)
            dtypes = ["string" if i in odd else dtype for i, dtype in enumerate(dtypes)]
        rows = []
        for batch in frame._collect_as_arrow():
            rows += values.encode_rows(batch.columns, dtypes)
        for row, java_row in zip(rows, objects if odd else []):
            for i in odd:
                if isinstance(fields[i]["type"], str) and row[i] is not None:
                    row[i] = self._interval(java_row.get(i))
        return rows

    def _interval(self, value):
        kind = value.getClass().getSimpleName()
        if kind == "Period":
            return value.toTotalMonths()
        if kind == "Duration":
            return value.getSeconds() * 1_000_000 + value.getNano() // 1000
        return [value.getClass().getField(name).get(value) for name in ("months", "days", "microseconds")]

    def describe_error(self, error: Exception) -> dict:
        """Condition, SQLSTATE and parameters of the outermost error in the chain that has a condition."""
        java = getattr(error, "_origin", None) or getattr(error, "java_exception", None)
        if java is None:
            print(f"the client failed, not Spark: {type(error).__name__}: {error}", flush=True)
            return {"condition": None, "class": type(error).__name__, "message": str(error)[:400]}
        first, cause = java, java
        while cause is not None:
            condition = self._call(cause, "getErrorClass") or self._call(cause, "getCondition")
            if condition:
                parameters = self._call(cause, "getMessageParameters") or {}
                out = {
                    "condition": condition,
                    "sqlstate": self._call(cause, "getSqlState"),
                    "parameters": {str(k): str(v) for k, v in sorted(dict(parameters).items())},
                }
                if condition.startswith("_LEGACY"):
                    out["message"] = str(cause.getMessage())[:400]
                return out
            cause = cause.getCause()
        while first.getCause() is not None:
            first = first.getCause()
        return {"condition": None, "class": first.getClass().getName(), "message": str(first.getMessage())[:400]}

    @staticmethod
    def _call(java, method: str):
        try:
            return getattr(java, method)()
        except Exception:  # the throwable has no such method
            return None
