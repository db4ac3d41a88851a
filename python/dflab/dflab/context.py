"""`spark.sparkContext` over a Connect session: what notebooks ask of it."""
import os
import re


class ConnectContext:
    """The part of SparkContext that makes sense without a JVM. Anything else raises AttributeError with a way round it."""

    def __init__(self, session):
        self._session = session

    def __getattr__(self, name):
        raise AttributeError(f"sparkContext.{name} needs a JVM and is not there over Spark Connect; use the DataFrame API instead")

    def setLogLevel(self, logLevel):
        if str(logLevel).upper() not in ("ALL", "DEBUG", "ERROR", "FATAL", "INFO", "OFF", "TRACE", "WARN"):
            raise ValueError(f"logLevel {logLevel} is none of ALL, DEBUG, ERROR, FATAL, INFO, OFF, TRACE, WARN")
        self._session.conf.set("spark.log.level", str(logLevel).upper())

    @property
    def appName(self):
        return self._session.conf.get("spark.app.name", "dflab")

    @property
    def version(self):
        return self._session.version

    @property
    def defaultParallelism(self):
        return int(self._session.conf.get("spark.default.parallelism", str(os.cpu_count() or 1)))

    defaultMinPartitions = property(lambda self: min(2, self.defaultParallelism))

    @property
    def applicationId(self):
        client = getattr(self._session, "client", None) or self._session._client
        return "connect-" + client._session_id

    @property
    def uiWebUrl(self):
        return self._session.conf.get("spark.ui.url", None) or _ui_url(os.environ.get("SPARK_REMOTE", ""))

    @property
    def master(self):
        return os.environ.get("SPARK_REMOTE", "")

    @property
    def sparkUser(self):
        return lambda: os.environ.get("USER", "")

    def getConf(self):
        return _Conf(self._session)

    def parallelize(self, c, numSlices=None):
        return LocalRdd(self._session, list(c))

    def range(self, start, end=None, step=1, numSlices=None):
        return LocalRdd(self._session, list(range(start, end, step) if end is not None else range(start)))

    def emptyRDD(self):
        return LocalRdd(self._session, [])

    def stop(self):
        self._session.stop()


def _ui_url(remote):
    host = re.sub(r"^sc://", "", remote).split("/")[0].split(":")[0] or "localhost"
    return f"http://{host}:4040"


class _Conf:
    def __init__(self, session):
        self._session = session

    def get(self, key, defaultValue=None):
        return self._session.conf.get(key, defaultValue)

    def getAll(self):
        rows = self._session.sql("SET").collect()
        return [(row[0], row[1]) for row in rows]


class LocalRdd:
    """A list with the RDD methods that teaching notebooks use. The rows are the client's own; nothing is distributed."""

    def __init__(self, session, rows):
        self._session = session
        self._rows = rows

    def collect(self):
        return list(self._rows)

    def count(self):
        return len(self._rows)

    def first(self):
        if not self._rows:
            raise ValueError("RDD is empty")
        return self._rows[0]

    def take(self, num):
        return self._rows[:num]

    def isEmpty(self):
        return not self._rows

    def map(self, f, preservesPartitioning=False):
        return LocalRdd(self._session, [f(row) for row in self._rows])

    def filter(self, f):
        return LocalRdd(self._session, [row for row in self._rows if f(row)])

    def flatMap(self, f, preservesPartitioning=False):
        return LocalRdd(self._session, [item for row in self._rows for item in f(row)])

    def distinct(self, numPartitions=None):
        return LocalRdd(self._session, list(dict.fromkeys(self._rows)))

    def union(self, other):
        return LocalRdd(self._session, self._rows + other._rows)

    def sortBy(self, keyfunc, ascending=True, numPartitions=None):
        return LocalRdd(self._session, sorted(self._rows, key=keyfunc, reverse=not ascending))

    def reduce(self, f):
        import functools

        return functools.reduce(f, self._rows)

    def reduceByKey(self, func, numPartitions=None, partitionFunc=None):
        result = {}
        for key, value in self._rows:
            result[key] = func(result[key], value) if key in result else value
        return LocalRdd(self._session, list(result.items()))

    def groupByKey(self, numPartitions=None, partitionFunc=None):
        result = {}
        for key, value in self._rows:
            result.setdefault(key, []).append(value)
        return LocalRdd(self._session, list(result.items()))

    def sum(self):
        return sum(self._rows)

    def max(self, key=None):
        return max(self._rows, key=key) if key else max(self._rows)

    def min(self, key=None):
        return min(self._rows, key=key) if key else min(self._rows)

    def mean(self):
        return sum(self._rows) / len(self._rows)

    def getNumPartitions(self):
        return 1

    def cache(self):
        return self

    persist = unpersist = cache

    def foreach(self, f):
        for row in self._rows:
            f(row)

    def toDF(self, schema=None, sampleRatio=None):
        return self._session.createDataFrame(self._rows, schema)

    def __iter__(self):
        return iter(self._rows)
