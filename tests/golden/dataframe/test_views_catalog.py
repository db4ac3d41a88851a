"""Temporary views, the catalog, settings, show(), and frames made of local data."""

import datetime
import decimal

import pandas
import pyspark.sql.functions as F
from pyspark.sql import Row
from pyspark.sql.types import ArrayType, DecimalType, IntegerType, MapType, StringType, StructField, StructType
from scenario import scenario


@scenario
def test_views(spark, place):
    spark.range(3).createOrReplaceTempView("v")
    yield "table", spark.table("v")
    yield "sql", spark.sql("SELECT id + 1 AS x FROM v ORDER BY id")
    yield "again", lambda: spark.range(1).createTempView("v")
    spark.range(5).createOrReplaceTempView("v")
    yield "replaced", lambda: spark.table("v").count()
    yield "exists", lambda: [spark.catalog.tableExists("v"), spark.catalog.tableExists("nope")]
    yield "drop", lambda: [spark.catalog.dropTempView("v"), spark.catalog.dropTempView("v")]
    yield "gone", lambda: spark.table("v").collect()
    spark.range(2).createOrReplaceGlobalTempView("g_scenario")
    yield "global", spark.table("global_temp.g_scenario")
    yield "drop_global", lambda: spark.catalog.dropGlobalTempView("g_scenario")
    spark.range(2).createOrReplaceTempView("a")
    frame = spark.table("a")
    spark.range(9).createOrReplaceTempView("a")
    yield "bound_late", lambda: frame.count()
    yield "bad_name", lambda: spark.range(1).createOrReplaceTempView("a b")


@scenario
def test_catalog(spark, place):
    spark.sql("CREATE DATABASE IF NOT EXISTS scenario_db")
    yield "databases", lambda: sorted(d.name for d in spark.catalog.listDatabases())
    yield "current", lambda: spark.catalog.currentDatabase()
    yield "catalog", lambda: spark.catalog.currentCatalog()
    spark.catalog.setCurrentDatabase("scenario_db")
    yield "switched", lambda: spark.catalog.currentDatabase()
    spark.range(3).write.mode("overwrite").format("parquet").saveAsTable("t1")
    yield "tables", lambda: [[t.name, t.tableType, t.isTemporary, t.namespace] for t in spark.catalog.listTables("scenario_db")]
    yield "columns", lambda: [[c.name, c.dataType, c.nullable, c.isPartition] for c in spark.catalog.listColumns("t1")]
    yield "exists", lambda: [spark.catalog.tableExists("scenario_db.t1"), spark.catalog.databaseExists("scenario_db"), spark.catalog.databaseExists("nope")]
    yield "get_table", lambda: spark.catalog.getTable("t1").name
    yield "get_missing", lambda: spark.catalog.getTable("nope")
    yield "functions", lambda: spark.catalog.functionExists("abs")
    yield "is_cached", lambda: spark.catalog.isCached("t1")
    spark.catalog.setCurrentDatabase("default")
    yield "missing_db", lambda: spark.catalog.setCurrentDatabase("nope")
    yield "list_missing", lambda: spark.catalog.listTables("nope")
    spark.sql("DROP DATABASE scenario_db CASCADE")
    yield "dropped", lambda: spark.catalog.databaseExists("scenario_db")


@scenario
def test_settings(spark, place):
    yield "time_zone", lambda: spark.conf.get("spark.sql.session.timeZone")
    spark.conf.set("spark.sql.shuffle.partitions", 3)
    yield "set_get", lambda: spark.conf.get("spark.sql.shuffle.partitions")
    spark.conf.unset("spark.sql.shuffle.partitions")
    yield "missing", lambda: spark.conf.get("nope.key")
    yield "default", lambda: spark.conf.get("nope.key", "fallback")
    spark.conf.set("my.key", "v")
    yield "own", lambda: spark.conf.get("my.key")
    spark.conf.unset("my.key")
    yield "unset", lambda: spark.conf.get("my.key", None)
    yield "modifiable", lambda: [spark.conf.isModifiable("spark.sql.ansi.enabled"), spark.conf.isModifiable("spark.sql.warehouse.dir")]
    yield "static", lambda: spark.conf.set("spark.sql.warehouse.dir", "x")
    yield "bad_value", lambda: spark.conf.set("spark.sql.ansi.enabled", "maybe")
    yield "version", lambda: spark.version
    spark.conf.set("spark.sql.session.timeZone", "Asia/Tokyo")
    yield "zoned", lambda: spark.sql("SELECT CAST(timestamp'2020-01-01 00:00:00Z' AS STRING)").first()[0]
    spark.conf.set("spark.sql.ansi.enabled", "true")
    yield "ansi", lambda: spark.sql("SELECT 1 / 0").collect()
    spark.conf.set("spark.sql.ansi.enabled", "false")
    yield "not_ansi", lambda: spark.sql("SELECT 1 / 0").collect()


@scenario
def test_show(spark, place):
    df = spark.createDataFrame([(1, "a long text of more than twenty characters", None), (22, "日本", 1.5)], "id INT, text STRING, d DOUBLE")
    yield "default", lambda: df._show_string()
    yield "full", lambda: df._show_string(20, False)
    yield "short", lambda: df._show_string(20, 5)
    yield "one", lambda: df._show_string(1)
    yield "zero", lambda: df._show_string(0)
    yield "vertical", lambda: df._show_string(20, True, True)
    yield "many", lambda: spark.range(30)._show_string(3)
    yield "empty", lambda: df.filter("false")._show_string()
    yield "no_columns", lambda: df.select()._show_string()
    yield "tiny_truncate", lambda: df._show_string(20, 2)
    yield "nested", lambda: spark.sql("SELECT array(1, NULL) AS a, map('k', 1.50) AS m, struct(1 AS x, 'y' AS y) AS s, X'0aff' AS b")._show_string(20, False)


@scenario
def test_local_rows(spark, place):
    yield "tuples", lambda: spark.createDataFrame([(1, "a"), (2, None)], ["k", "v"])
    yield "no_names", lambda: spark.createDataFrame([(1, "a")])
    yield "dicts", lambda: spark.createDataFrame([{"a": 1, "b": "x"}, {"a": 2}])
    yield "rows", lambda: spark.createDataFrame([Row(a=1, b=[1, 2]), Row(a=2, b=None)])
    yield "ddl", lambda: spark.createDataFrame([(1, "a", [1], {"k": 1.5})], "a INT, b STRING, c ARRAY<INT>, d MAP<STRING, DOUBLE>")
    schema = StructType([StructField("a", DecimalType(6, 2)), StructField("b", ArrayType(StructType([StructField("x", IntegerType())]))), StructField("c", MapType(StringType(), StringType()))])
    yield "schema", lambda: spark.createDataFrame([(decimal.Decimal("1.5"), [{"x": 1}, None], {"k": None})], schema)
    yield "single", lambda: spark.createDataFrame([1, 2], "int")
    yield "inferred", lambda: spark.createDataFrame([(1, 1.5, "x", True, datetime.date(2020, 1, 1), datetime.datetime(2020, 1, 1, 1, 2, 3, 4), decimal.Decimal("1.5"), b"x", [1], {"a": 1})])
    yield "undetermined", lambda: spark.createDataFrame([(1, None)]).collect()
    yield "empty_with_schema", lambda: spark.createDataFrame([], "a INT")
    yield "empty", lambda: spark.createDataFrame([]).collect()
    yield "wrong_type", lambda: spark.createDataFrame([("x",)], "a INT").collect()
    yield "not_null", lambda: spark.createDataFrame([(None,)], "a INT NOT NULL").collect()
    yield "nested", lambda: spark.createDataFrame([((1, ("x", [2])),)], "s STRUCT<a: INT, b: STRUCT<c: STRING, d: ARRAY<INT>>>")
    yield "timestamps", lambda: spark.createDataFrame([(datetime.datetime(1969, 12, 31, 23, 59, 59, 999999),)], "t TIMESTAMP")
    yield "collected", lambda: spark.createDataFrame([(1, [1, None], {"k": 1.5}, datetime.date(1999, 1, 1))], "a INT, b ARRAY<INT>, c MAP<STRING, DOUBLE>, d DATE").collect()
    yield "many", lambda: spark.createDataFrame([(i, str(i)) for i in range(20000)], "a INT, b STRING").agg(F.sum("a"), F.max("b")).collect()


@scenario
def test_local_pandas(spark, place):
    frame = pandas.DataFrame({"i": [1, 2], "f": [1.5, float("nan")], "s": ["x", None], "b": [True, False], "t": pandas.to_datetime(["2020-01-01 01:02:03", "1999-12-31 00:00:00"])})
    yield "types", lambda: spark.createDataFrame(frame)
    yield "schema", lambda: spark.createDataFrame(frame[["i", "s"]], "a LONG, b STRING")
    yield "names", lambda: spark.createDataFrame(frame[["i", "s"]], ["p", "q"])
    big = pandas.DataFrame({"a": range(100000)})
    yield "big", lambda: spark.createDataFrame(big).agg(F.sum("a"), F.count("a")).collect()
    yield "to_pandas", lambda: spark.range(3).withColumn("x", F.col("id") / 2).toPandas().values.tolist()
    yield "to_pandas_types", lambda: [str(t) for t in spark.sql("SELECT 1 AS i, 1L AS l, 1.5 AS d, 'x' AS s, date'2020-01-01' AS dt, timestamp'2020-01-01 00:00:00' AS ts, true AS b").toPandas().dtypes]
    yield "to_pandas_empty", lambda: list(spark.range(0).toPandas().columns)
    yield "to_pandas_nulls", lambda: [str(t) for t in spark.sql("SELECT * FROM VALUES (1, 'a'), (NULL, NULL) AS t(a, b)").toPandas().dtypes]


@scenario
def test_large_cached_relation(spark, place):
    spark.conf.set("spark.sql.session.localRelationCacheThreshold", 1000)
    frame = spark.createDataFrame([(i, "text " * 5) for i in range(1000)], "a INT, b STRING")
    yield "count", lambda: frame.count()
    yield "sum", lambda: frame.agg(F.sum("a")).collect()
    yield "again", lambda: frame.filter("a < 2").collect()
