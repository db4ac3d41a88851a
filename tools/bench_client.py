"""What `./dev bench` measures, from the client's side: one part against one system, in that system's client environment.

    bench_client.py PART --out FILE --files DIR --work DIR --runs N --scale F [--remote ADDRESS --server-pid PID] [--typed] [--replay]

Without --remote it is raw DuckDB with deltalake in this process, with --typed its results have Spark's types; --replay also times the
client with the server's answers off a tape. The file is written anew after every row, so a part that is
stopped leaves what it had.
"""

import argparse
import datetime
import decimal
import json
import numbers
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import time

import bench_systems
import bench_tpch


class Recorder:
    def __init__(self, options):
        self.options = options
        self.result = {"rows": []}

    def client_cpu(self):
        used = resource.getrusage(resource.RUSAGE_SELF)
        return used.ru_utime + used.ru_stime

    def measure(self, name, action, runs=None, answer=lambda value: None, before=lambda: None, server_pid=None):
        """Runs `action` and notes wall and CPU seconds of each run, and the answer of the last; a failure is a row, too."""
        row = {"name": name, "runs": []}
        self.result["rows"].append(row)
        server_cpu = lambda: bench_systems.cpu_seconds(server_pid or self.options.server_pid)  # noqa: E731
        try:
            for _ in range(runs or self.options.runs):
                before()
                server, client, began = server_cpu(), self.client_cpu(), time.perf_counter()
                value = action()
                row["runs"].append({
                    "wall": time.perf_counter() - began,
                    "client_cpu": self.client_cpu() - client,
                    "server_cpu": server_cpu() - server,
                })
            row["answer"] = answer(value)
        except Exception as error:  # what a system cannot do is a finding
            row["error"] = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        self.save()

    def save(self):
        target = pathlib.Path(self.options.out)
        target.with_suffix(".new").write_text(json.dumps(self.result))
        target.with_suffix(".new").replace(target)


def plain(value):
    if value is None or value != value:
        return None
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()[:10]
    return float(value) if isinstance(value, (numbers.Number, decimal.Decimal)) else str(value)


def rows_of(frame):
    """A pandas frame as plain values, to be compared between systems."""
    return [[plain(value) for value in row] for row in frame.itertuples(index=False, name=None)]


def totals_of(frame):
    """What a large frame amounts to."""
    totals = [float(len(frame))]
    for column in frame.columns:
        values = frame[column]
        if values.dtype.kind in "iuf":
            totals.append(float(values.sum()))
        elif values.dtype.kind == "M":
            totals.append(float((values - values.min()).dt.total_seconds().sum()))
        else:
            totals.append(float(values.str.len().sum()))
    return [totals]


def latency(trip):
    trips = []
    for _ in range(100):
        began = time.perf_counter()
        trip()
        trips.append((time.perf_counter() - began) * 1000)
    return [["median of 100, ms", round(statistics.median(trips), 3)]]


class Connect:
    def __init__(self, recorder, options):
        from pyspark.sql import SparkSession

        import pyspark

        self.recorder, self.options = recorder, options
        recorder.result["client"] = f"pyspark {pyspark.__version__}"
        self.builder = SparkSession.builder
        # Sessions are kept: a collected session of 3.5 can lock up its client.
        self.sessions = []

    def new_session(self):
        session = self.builder.remote(self.options.remote).create()
        self.sessions.append(session)
        return session

    def spark(self):
        one = lambda session: session.sql("select 1").collect()  # noqa: E731
        self.recorder.measure("first session to its first result", lambda: one(self.new_session()), 1)
        self.recorder.measure("new session to its first result", lambda: one(self.new_session()), 10)
        session = self.new_session()
        one(session)
        self.recorder.measure("100 x select 1", lambda: latency(lambda: one(session)), 10, answer=lambda value: None)

    def tpch(self):
        session = self.new_session()
        session.conf.set("spark.sql.session.timeZone", "UTC")
        for table in bench_tpch.TABLES:
            session.read.parquet(f"{self.options.files}/tpch/{table}.parquet").createOrReplaceTempView(table)
        for name, text in bench_tpch.queries(self.options.scale).items():
            run = lambda text=text: session.sql(text).toPandas()  # noqa: E731
            self.recorder.measure(name, run, answer=rows_of, before=once(run))

    def topandas(self):
        session = self.new_session()
        run = lambda: session.read.parquet(f"{self.options.files}/wide.parquet").toPandas()  # noqa: E731
        self.recorder.measure("toPandas()", run, answer=totals_of, before=once(run))
        if self.options.replay:
            self.replayed()

    def replayed(self):
        """The same query by the same client, its answers off a tape: what the client alone takes."""
        import grpc

        port = bench_systems.free_port()
        tape = subprocess.Popen([sys.executable, bench_systems.ROOT / "tools" / "bench_replay.py", str(port), self.options.remote.removeprefix("sc://")])
        try:
            while not bench_systems.answers(port):
                time.sleep(0.01)
            session = self.builder.remote(f"sc://127.0.0.1:{port}").create()
            self.sessions.append(session)
            run = lambda: session.read.parquet(f"{self.options.files}/wide.parquet").toPandas()  # noqa: E731
            run()
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                channel.unary_unary("/dflab.Tape/Replay")(b"")
            self.recorder.measure("the same stream replayed", run, answer=totals_of, before=once(run), server_pid=tape.pid)
        finally:
            tape.kill()

    def medallion(self):
        from pyspark.sql import functions as F

        session, files, work = self.new_session(), self.options.files, self.options.work
        session.conf.set("spark.sql.session.timeZone", "UTC")

        def job():
            load = lambda name: session.read.format("delta").load(f"{work}/{name}")  # noqa: E731
            save = lambda frame: frame.write.format("delta").mode("overwrite")  # noqa: E731
            save(session.read.option("header", True).option("inferSchema", True).csv(f"{files}/sales.csv")).save(f"{work}/bronze")
            silver = (
                load("bronze").dropDuplicates(["order_id"])
                .withColumn("price", F.expr("try_cast(price AS decimal(10,2))"))
                .filter("price > 0 AND quantity > 0 AND order_date IS NOT NULL").fillna({"region": "unknown"})
                .withColumn("month", F.date_format("order_date", "yyyy-MM"))
                .withColumn("amount", (F.col("price") * F.col("quantity")).cast("decimal(14,2)"))
            )
            save(silver).partitionBy("month").save(f"{work}/silver")
            schema = "order_id BIGINT, quantity INT, cancelled BOOLEAN"
            session.read.option("header", True).schema(schema).csv(f"{files}/late.csv").createOrReplaceTempView("late")
            session.sql(f"""MERGE INTO delta.`{work}/silver` AS t USING late AS s ON t.order_id = s.order_id
                WHEN MATCHED AND s.cancelled THEN DELETE
                WHEN MATCHED THEN UPDATE SET t.quantity = s.quantity, t.amount = CAST(t.price * s.quantity AS DECIMAL(14,2))""").collect()
            gold = load("silver").groupBy("category", "region").agg(F.sum("amount").alias("revenue"), F.count("*").alias("orders"))
            save(gold).save(f"{work}/gold")
            return load("gold").orderBy("category", "region").toPandas()

        self.recorder.measure("medallion", job, answer=rows_of, before=lambda: clean(work))


class Raw:
    """DuckDB for queries, deltalake for tables."""

    def __init__(self, recorder, options):
        import deltalake
        import duckdb

        self.recorder, self.options, self.duckdb, self.deltalake = recorder, options, duckdb, deltalake
        recorder.result["client"] = f"duckdb {duckdb.__version__}, deltalake {deltalake.__version__}"

    def open(self):
        return self.duckdb.connect(config={"threads": len(os.sched_getaffinity(0))})

    def spark(self):
        one = lambda connection: connection.sql("select 1").fetchall()  # noqa: E731
        self.recorder.measure("first session to its first result", lambda: one(self.open()), 1)
        self.recorder.measure("new session to its first result", lambda: one(self.open()), 10)
        connection = self.open()
        self.recorder.measure("100 x select 1", lambda: latency(lambda: one(connection)), 10, answer=lambda value: None)

    def tpch(self):
        connection = self.open()
        for table in bench_tpch.TABLES:
            connection.execute(f"CREATE VIEW {table} AS FROM read_parquet('{self.options.files}/tpch/{table}.parquet')")
        for name, text in bench_tpch.queries(self.options.scale).items():
            if self.options.typed:
                text = bench_tpch.typed(name, text)
                run = lambda text=text: connection.sql(text).to_arrow_table().to_pandas()  # noqa: E731
            else:
                run = lambda text=text: connection.sql(text).df()  # noqa: E731
            self.recorder.measure(name, run, answer=rows_of, before=once(run))

    def topandas(self):
        connection = self.open()
        run = lambda: connection.sql(f"FROM read_parquet('{self.options.files}/wide.parquet')").df()  # noqa: E731
        self.recorder.measure("toPandas()", run, answer=totals_of, before=once(run))

    def medallion(self):
        connection, files, work = self.open(), self.options.files, self.options.work
        DeltaTable, write = self.deltalake.DeltaTable, self.deltalake.write_deltalake

        def scan(name):
            # hive_partitioning as the table's partition columns are in its paths.
            return f"read_parquet({DeltaTable(f'{work}/{name}').file_uris()}, hive_partitioning = true, hive_types_autocast = false)"

        def job():
            write(f"{work}/bronze", connection.sql(f"FROM read_csv('{files}/sales.csv', header = true)").arrow())
            silver = connection.sql(f"""SELECT *, CAST(price * quantity AS DECIMAL(14,2)) AS amount FROM (
                SELECT DISTINCT ON (order_id) * REPLACE (TRY_CAST(price AS DECIMAL(10,2)) AS price, coalesce(region, 'unknown') AS region),
                strftime(order_date, '%Y-%m') AS month FROM {scan('bronze')})
                WHERE price > 0 AND quantity > 0 AND order_date IS NOT NULL""")
            write(f"{work}/silver", silver.arrow(), partition_by=["month"])
            late = connection.sql(f"FROM read_csv('{files}/late.csv', header = true)").arrow()
            (DeltaTable(f"{work}/silver").merge(late, "t.order_id = s.order_id", source_alias="s", target_alias="t")
             .when_matched_delete("s.cancelled")
             .when_matched_update({"quantity": "s.quantity", "amount": "CAST(t.price * s.quantity AS DECIMAL(14,2))"}).execute())
            gold = connection.sql(f"SELECT category, region, sum(amount) AS revenue, count(*) AS orders FROM {scan('silver')} GROUP BY ALL")
            write(f"{work}/gold", gold.arrow())
            return connection.sql(f"FROM {scan('gold')} ORDER BY category, region").df()

        self.recorder.measure("medallion", job, answer=rows_of, before=lambda: clean(work))


def once(action):
    """Warms up before the first run, and only then."""
    waiting = [action]
    return lambda: waiting.pop()() if waiting else None


def clean(folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("part")
    for name in ("out", "files", "work", "remote"):
        parser.add_argument(f"--{name}")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("--server-pid", type=int, default=0)
    parser.add_argument("--typed", action="store_true")
    parser.add_argument("--replay", action="store_true")
    options = parser.parse_args()
    recorder = Recorder(options)
    system = (Connect if options.remote else Raw)(recorder, options)
    getattr(system, options.part)()
    recorder.save()
    # Not by the interpreter's own end: clients of 3.5 can wait for themselves there.
    os._exit(0)


if __name__ == "__main__":
    main()
