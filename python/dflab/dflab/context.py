"""`spark.sparkContext` over a Connect session: what notebooks ask of it."""
import os
import re
import sys
import time

from dflab.local_rdd import Accumulator, Broadcast, LocalRdd


class ConnectContext:
    """The part of SparkContext that makes sense without a JVM. Anything else raises AttributeError with a way round it."""

    def __init__(self, session):
        self._session = session
        self._local_properties = {}
        self._group = None
        self.startTime = int(time.time() * 1000)
        self.pythonVer = "%d.%d" % sys.version_info[:2]
        self.pythonExec = sys.executable
        self.environment = {}

    def __getattr__(self, name):
        raise AttributeError(f"sparkContext.{name} needs a JVM and is not there over Spark Connect; use the DataFrame API instead")

    def __repr__(self):
        return f"<SparkContext master={self.master} appName={self.appName}>"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

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

    def sparkUser(self):
        return os.environ.get("USER", "")

    def getConf(self):
        return _Conf(self._session)

    @property
    def _jsc(self):
        return _JavaContext(self._session)

    def parallelize(self, c, numSlices=None):
        return LocalRdd(self._session, list(c), numSlices)

    def textFile(self, name, minPartitions=None, use_unicode=True):
        """The lines of text files, read by the server and brought here."""
        return LocalRdd(self._session, [row[0] for row in self._session.read.text(name).collect()], minPartitions)

    def union(self, rdds):
        return LocalRdd(self._session, [row for rdd in rdds for row in rdd])

    def range(self, start, end=None, step=1, numSlices=None):
        return LocalRdd(self._session, list(range(start, end, step) if end is not None else range(start)))

    def emptyRDD(self):
        return LocalRdd(self._session, [])

    def broadcast(self, value):
        return Broadcast(value)

    def accumulator(self, value, accum_param=None):
        return Accumulator(value, accum_param)

    def setJobGroup(self, groupId, description, interruptOnCancel=False):
        """Statements from now on carry the group as a tag, so that cancelJobGroup finds them."""
        if self._group is not None:
            self._session.removeTag(self._group)
        self._group = str(groupId).replace(",", "_") or None
        if self._group is not None:
            self._session.addTag(self._group)
        self._local_properties.update({"spark.jobGroup.id": groupId, "spark.job.description": description})

    def setJobDescription(self, value):
        self._local_properties["spark.job.description"] = value

    def cancelJobGroup(self, groupId):
        self._session.interruptTag(str(groupId).replace(",", "_"))

    def cancelAllJobs(self):
        self._session.interruptAll()

    def setLocalProperty(self, key, value):
        if value is None:
            self._local_properties.pop(key, None)
        else:
            self._local_properties[key] = value

    def getLocalProperty(self, key):
        return self._local_properties.get(key)

    def setCheckpointDir(self, dirName):
        self._session.conf.set("spark.checkpoint.dir", dirName)

    def getCheckpointDir(self):
        return self._session.conf.get("spark.checkpoint.dir", None)

    def addFile(self, path, recursive=False):
        self._session.addArtifacts(path, file=True)

    def addPyFile(self, path):
        self._session.addArtifacts(path, pyfile=True)

    def stop(self):
        self._session.stop()


def _ui_url(remote):
    host = re.sub(r"^sc://", "", remote).split("/")[0].split(":")[0] or "localhost"
    return f"http://{host}:4040"


class _JavaContext:
    """`sc._jsc.hadoopConfiguration().set("fs.s3a.endpoint", …)`, as notebooks for MinIO write it; nothing else of Java is here."""

    def __init__(self, session):
        self._session = session

    def hadoopConfiguration(self):
        return _HadoopConfiguration(self._session)

    def __getattr__(self, name):
        raise AttributeError(f"sparkContext._jsc.{name} needs a JVM and is not there over Spark Connect")


class _HadoopConfiguration:
    def __init__(self, session):
        self._session = session

    def set(self, name, value):
        self._session.conf.set("spark.hadoop." + name, str(value))

    setBoolean = setInt = set

    def get(self, name, default=None):
        return self._session.conf.get("spark.hadoop." + name, default)

    def unset(self, name):
        self._session.conf.unset("spark.hadoop." + name)


class _Conf:
    def __init__(self, session):
        self._session = session

    def get(self, key, defaultValue=None):
        return self._session.conf.get(key, defaultValue)

    def getAll(self):
        rows = self._session.sql("SET").collect()
        return [(row[0], row[1]) for row in rows]

    def contains(self, key):
        return self.get(key) is not None

    def toDebugString(self):
        return "\n".join(f"{key}={value}" for key, value in sorted(self.getAll()))
