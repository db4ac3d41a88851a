"""What people do with frames: make them of local data of all shapes, show, describe, split, reshape and observe them."""

import datetime
import decimal

import numpy
import pandas
import pyarrow
import pyspark.sql.functions as F
import pytest
from conftest import VERSION
from pyspark.sql import Observation, Row
from pyspark.sql.types import DoubleType, IntegerType, LongType, StructField, StructType
from scenario import scenario, unordered

IS_4 = VERSION == "v42"


def schema_of(frame):
    return frame.schema.simpleString() + " " + "".join("n" if field.nullable else "-" for field in frame.schema)


@scenario
def test_create_shapes(spark, place):
    yield "dicts", spark.createDataFrame([{"a": 1, "b": "x"}, {"a": 2}])
    yield "dicts_more", lambda: schema_of(spark.createDataFrame([{"b": 1.5}, {"a": [1], "b": None}]))
    yield "rows", spark.createDataFrame([Row(x=1, y=Row(z="a")), Row(x=2, y=None)])
    yield "tuples", spark.createDataFrame([(1, "a"), (2, "b")])
    yield "names", spark.createDataFrame([(1, "a")], ["id", "name"])
    yield "fewer_names", spark.createDataFrame([(1, "a")], ["id"])
    yield "ddl", spark.createDataFrame([(1, "a")], "id INT, name STRING")
    yield "scalar_type", spark.createDataFrame([1, 2, None], "int")
    yield "scalar_class", spark.createDataFrame([1.5], DoubleType())
    yield "empty", lambda: spark.createDataFrame([]).collect()
    yield "empty_schema", spark.createDataFrame([], "a INT, b ARRAY<STRING>")
    yield "none_only", lambda: schema_of(spark.createDataFrame([(None,)], ["a"]))
    yield "nested", spark.createDataFrame([([1, None], {"k": 1.5}, ("s", [("t",)]))], ["l", "m", "s"])
    yield "kinds", spark.createDataFrame(
        [(True, 1, 1.5, "s", b"\x00\xff", decimal.Decimal("1.50"), datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29, 12, 30, 0, 5), datetime.timedelta(days=1, seconds=5))],
        ["t", "i", "f", "s", "b", "d", "day", "at", "span"],
    )
    yield "mixed", lambda: spark.createDataFrame([(1,), ("a",)], ["x"]).collect()
    yield "wrong_length", lambda: spark.createDataFrame([(1, 2)], "a INT").collect()
    yield "not_null", lambda: spark.createDataFrame([(None,)], StructType([StructField("a", IntegerType(), False)])).collect()
    yield "too_large", lambda: spark.createDataFrame([(2**40,)], "a INT").collect()
    yield "no_verify", lambda: spark.createDataFrame([("1",)], "a STRING", verifySchema=False).collect()
    yield "wrong_type", lambda: spark.createDataFrame([("x",)], "a INT").collect()
    yield "bad_data", lambda: spark.createDataFrame(3).collect()


@scenario
def test_create_from_pandas(spark, place):
    frame = pandas.DataFrame({"i": [1, 2, 3], "f": [1.5, None, float("inf")], "s": ["a", None, "c"], "b": [True, False, True]})
    yield "plain", spark.createDataFrame(frame)
    yield "renamed", spark.createDataFrame(frame, ["w", "x", "y", "z"])
    yield "typed", spark.createDataFrame(frame[["i"]], "i BIGINT")
    yield "nullable", spark.createDataFrame(pandas.DataFrame({"i": pandas.array([1, None], dtype="Int64"), "s": pandas.array(["x", None], dtype="string"), "b": pandas.array([True, None], dtype="boolean")}))
    yield "category", spark.createDataFrame(pandas.DataFrame({"c": pandas.Categorical(["u", "v", "u"])}))
    yield "times", spark.createDataFrame(pandas.DataFrame({"t": pandas.to_datetime(["2024-03-01 10:00:00", None])}))
    yield "zoned", spark.createDataFrame(pandas.DataFrame({"t": pandas.to_datetime(["2024-03-01 10:00:00"]).tz_localize("America/New_York")}))
    yield "dates", spark.createDataFrame(pandas.DataFrame({"d": [datetime.date(2024, 1, 1), None]}))
    yield "spans", spark.createDataFrame(pandas.DataFrame({"d": pandas.to_timedelta(["1 days 02:00:00", "-3s"])}))
    yield "small_ints", lambda: schema_of(spark.createDataFrame(pandas.DataFrame({"a": numpy.array([1], dtype="int8"), "b": numpy.array([1], dtype="int16"), "c": numpy.array([1], dtype="int32"), "d": numpy.array([1], dtype="float32")})))
    yield "lists", spark.createDataFrame(pandas.DataFrame({"l": [[1, 2], []], "m": [numpy.array([1.5]), numpy.array([])]}))
    yield "no_rows", spark.createDataFrame(pandas.DataFrame({"a": pandas.Series([], dtype="int64")}))
    yield "no_columns", lambda: spark.createDataFrame(pandas.DataFrame()).collect()
    yield "index_ignored", spark.createDataFrame(pandas.DataFrame({"a": [1]}, index=["z"]))
    yield "numpy", lambda: spark.createDataFrame(numpy.array([[1, 2], [3, 4]])).collect()
    yield "numpy_line", lambda: spark.createDataFrame(numpy.array([1.5, 2.5])).collect()
    yield "numpy_names", lambda: spark.createDataFrame(numpy.array([[1, 2]], dtype="int32"), ["p", "q"]).collect()
    if IS_4:
        table = pyarrow.table({"a": [1, None], "b": ["x", "y"], "c": [[1], []], "d": pyarrow.array([{"e": 1}, None])})
        yield "arrow", spark.createDataFrame(table)
        yield "arrow_names", spark.createDataFrame(table.select(["a", "b"]), ["x", "y"])


@scenario
def test_to_pandas(spark, place):
    def described(frame):
        made = frame.toPandas()
        return [[name, str(kind)] for name, kind in made.dtypes.items()] + [repr(value) for value in made.to_dict("list").values()]

    frame = spark.sql("SELECT * FROM VALUES (1, 1L, 1.5D, 'a', true, date'2024-01-01'), (NULL, NULL, NULL, NULL, NULL, NULL) AS t(i, l, d, s, b, day)")
    yield "nulls", lambda: described(frame)
    yield "full", lambda: described(frame.limit(1))
    yield "small", lambda: described(spark.sql("SELECT 1Y AS a, 1S AS b, 1.5F AS c, 2.50BD AS d, X'00' AS e"))
    yield "times", lambda: described(spark.sql("SELECT timestamp'2024-03-01 10:00:00' AS t, timestamp_ntz'2024-03-01 10:00:00' AS n, interval '1 2' day to hour AS i"))
    yield "nested", lambda: described(spark.sql("SELECT array(1, 2) AS l, map('k', 1) AS m, named_struct('a', 1) AS s"))
    yield "empty", lambda: described(spark.range(0))
    yield "doubled", lambda: list(spark.sql("SELECT 1 AS a, 2 AS a").toPandas().columns)
    if IS_4:
        yield "arrow", lambda: [str(field) for field in frame.toArrow().schema] + [frame.toArrow().num_rows]


@pytest.mark.only("spark42")
@scenario
def test_show(spark, place):
    import contextlib
    import io

    def shown(frame, *args, **kwargs):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            frame.show(*args, **kwargs)
        return out.getvalue()

    frame = spark.createDataFrame([(1, "a long text that is longer than twenty", [1, 2]), (2, None, None)], "id INT, text STRING, l ARRAY<INT>")
    yield "plain", lambda: shown(frame)
    yield "one", lambda: shown(frame, 1)
    yield "whole", lambda: shown(frame, truncate=False)
    yield "five", lambda: shown(frame, truncate=5)
    yield "two", lambda: shown(frame, truncate=2)
    yield "vertical", lambda: shown(frame, vertical=True)
    yield "vertical_cut", lambda: shown(frame, 1, 8, True)
    yield "none", lambda: shown(frame.limit(0), vertical=True)
    yield "zero", lambda: shown(frame, 0)
    yield "wide", lambda: shown(spark.createDataFrame([("日本", "é"), ("a\nb", "t\tx")], ["w", "x"]))
    yield "bad_rows", lambda: frame.show(True)
    yield "bad_cut", lambda: frame.show(1, truncate="x")

    def tree(frame, *args):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            frame.printSchema(*args)
        return out.getvalue()

    nested = spark.sql("SELECT 1 AS a, array(named_struct('b', 2)) AS l, map('k', array(1)) AS m")
    yield "schema", lambda: tree(nested)
    yield "schema_1", lambda: tree(nested, 1)
    yield "schema_2", lambda: tree(nested, 2)


@pytest.mark.only("spark42")
@scenario
def test_statistics(spark, place):
    frame = spark.createDataFrame([(1, 1.5, "a"), (2, None, "b"), (3, 4.5, "a"), (4, 9.0, None)], "i INT, d DOUBLE, s STRING").coalesce(1)
    yield "summary", frame.summary()
    yield "summary_some", frame.summary("count", "min", "25%", "75%", "max")
    yield "summary_exact", frame.summary("count_distinct", "approx_count_distinct")
    yield "summary_wrong", lambda: frame.summary("middle").collect()
    yield "describe_s", frame.describe("s")
    yield "describe_missing", lambda: frame.describe("nope").collect()
    yield "corr", lambda: frame.dropna().stat.corr("i", "d")
    yield "corr_wrong", lambda: frame.stat.corr("i", "d", "spearman")
    yield "cov", lambda: frame.stat.cov("i", "d")
    yield "quantile", lambda: frame.stat.approxQuantile("d", [0.0, 0.5, 1.0], 0.0)
    yield "quantiles", lambda: frame.stat.approxQuantile(["i", "d"], [0.25], 0.1)
    yield "quantile_wrong", lambda: frame.stat.approxQuantile("d", [1.5], 0.0)
    yield "freq", lambda: [sorted(x for x in cell if x is not None) for cell in frame.stat.freqItems(["s"], 0.5).first()]
    yield "crosstab", unordered(frame.stat.crosstab("s", "i"))
    yield "fill_text", frame.na.fill("?")
    yield "fill_number", frame.na.fill(0)
    yield "fill_some", frame.na.fill({"d": -1, "s": "none"})
    yield "fill_subset", frame.na.fill(7, ["d", "s"])
    yield "fill_bool", frame.na.fill(True)
    yield "drop_all", frame.na.drop("all")
    yield "drop_thresh", frame.na.drop(thresh=3)
    yield "drop_subset", frame.na.drop(subset=["s"])
    yield "drop_how", lambda: frame.na.drop("some")
    yield "replace", frame.na.replace({"a": "A", "b": None}, subset=["s"])
    yield "replace_list", frame.na.replace([1, 2], [10, 20])
    yield "replace_wrong", lambda: frame.na.replace({"a": 1})
    yield "split", lambda: [part.count() for part in spark.range(100).coalesce(1).randomSplit([0.3, 0.7], 11)]
    yield "sample", spark.range(30).coalesce(1).sample(0.3, 5)
    yield "sample_by", unordered(spark.range(30).coalesce(1).selectExpr("id % 3 AS k").sampleBy("k", {0: 0.5, 1: 1.0}, 3).groupBy("k").count())
    yield "sample_wrong", lambda: spark.range(3).sample(-1.0).collect()


@pytest.mark.only("spark42")
@scenario
def test_reshape(spark, place):
    frame = spark.createDataFrame([(1, 11, 1.1), (2, 12, 1.2)], ["id", "int", "double"])
    yield "unpivot", frame.unpivot("id", ["int", "double"], "var", "val")
    yield "melt", frame.melt(["id"], None, "var", "val")
    yield "unpivot_none", lambda: frame.unpivot("id", [], "var", "val").collect()
    yield "unpivot_mixed", lambda: spark.createDataFrame([(1, "a", 2)], ["id", "s", "n"]).unpivot("id", ["s", "n"], "k", "v").collect()
    yield "unpivot_expr", frame.unpivot(["id", (F.col("id") * 2).alias("twice")], [F.col("int").alias("renamed")], "k", "v")
    sales = spark.createDataFrame([("x", 2020, 5), ("x", 2021, 7), ("y", 2020, 1)], ["k", "year", "n"])
    yield "pivot", sales.groupBy("k").pivot("year").sum("n").orderBy("k")
    yield "pivot_values", sales.groupBy("k").pivot("year", [2021]).agg(F.sum("n").alias("s"), F.count("*")).orderBy("k")
    yield "cube", sales.cube("k", "year").agg(F.sum("n"), F.grouping_id()).orderBy("k", "year")
    yield "rollup", sales.rollup("k").agg(F.max("n"), F.grouping("k")).orderBy("k")
    yield "aggregate_dict", sales.groupBy("k").agg({"n": "avg", "*": "count"}).orderBy("k")
    yield "with_metadata", lambda: frame.withMetadata("id", {"comment": "key"}).schema["id"].metadata
    yield "col_regex", frame.select(frame.colRegex("`(id|int)`"))
    yield "to", frame.to(StructType([StructField("double", DoubleType()), StructField("id", LongType())]))
    yield "to_wrong", lambda: frame.to(StructType([StructField("nope", LongType(), False)])).collect()
    yield "transform", frame.transform(lambda f: f.withColumn("more", F.lit(1)))
    yield "renamed", frame.withColumnsRenamed({"id": "key", "nope": "x"})
    yield "hint", frame.join(frame.hint("broadcast"), "id").orderBy("id").select("id")
    yield "hint_unknown", frame.hint("no_such_hint", 1)
    yield "hint_bad", lambda: frame.hint("broadcast", {"a": 1}).collect()
    yield "same", lambda: [frame.sameSemantics(frame.select("*")), frame.sameSemantics(frame.limit(1)), frame.semanticHash() == frame.semanticHash()]
    yield "local", lambda: [frame.isLocal(), frame.isStreaming, frame.isEmpty(), frame.limit(0).isEmpty()]
    yield "take", lambda: [[tuple(r) for r in frame.take(1)], tuple(frame.head()), [tuple(r) for r in frame.tail(1)], tuple(frame.first())]
    yield "iterator", lambda: [tuple(row) for row in frame.toLocalIterator()]
    yield "missing_column", lambda: frame["nope"] is not None and frame.select(frame["nope"]).collect()
    if IS_4:
        yield "transpose", frame.transpose()
        yield "transpose_by", frame.transpose("int")
        yield "grouping_sets", sales.groupingSets([("k",), ()], "k").agg(F.sum("n")).orderBy("k")
        yield "lateral", frame.alias("f").lateralJoin(spark.range(3).where(F.col("id") < F.col("f.id").outer()).select(F.col("id").alias("below"))).orderBy("id", "below")
        yield "scalar", frame.select("id", sales.select(F.max("n")).scalar().alias("most"))
        yield "exists", frame.alias("f").where(sales.where(F.col("n") == F.col("f.id").outer() + 4).exists())
        yield "table_argument", lambda: spark.tvf.explode(F.array(F.lit(1), F.lit(2))).collect()
        yield "tvf_range", spark.tvf.range(3)
        yield "tvf_stack", spark.tvf.stack(F.lit(2), F.lit(1), F.lit(2), F.lit(3))
        yield "tvf_json", spark.tvf.json_tuple(F.lit('{"a":1,"b":2}'), F.lit("a"), F.lit("b"))


@pytest.mark.only("spark42")
@scenario
def test_observe(spark, place):
    frame = spark.range(10)
    seen = Observation("seen")
    watched = frame.observe(seen, F.count(F.lit(1)).alias("rows"), F.max("id").alias("most"))
    yield "rows", lambda: watched.count()
    yield "seen", lambda: seen.get
    yield "twice", lambda: frame.observe(seen, F.count(F.lit(1)).alias("rows"))
    yield "no_expressions", lambda: frame.observe(Observation("e"))
    yield "not_aggregate", lambda: frame.observe(Observation("n"), F.col("id")).collect()
    yield "named", lambda: frame.observe("by_name", F.sum("id").alias("s")).count()


@pytest.mark.only("spark42")
@scenario
def test_writers(spark, place):
    spark.sql("DROP TABLE IF EXISTS written_v2")
    frame = spark.createDataFrame([(1, "a"), (2, "b")], "id INT, k STRING")
    yield "bucket_path", lambda: frame.write.bucketBy(2, "id").parquet(f"{place}/bucketed")
    yield "bucket_insert", lambda: frame.write.bucketBy(2, "id").insertInto("nope_t")
    yield "sort_alone", lambda: frame.write.sortBy("id").format("parquet").saveAsTable("written_sorted")
    yield "partition_all", lambda: frame.write.partitionBy("id", "k").parquet(f"{place}/all")
    yield "partition_missing", lambda: frame.write.partitionBy("nope").parquet(f"{place}/missing")
    yield "mode_wrong", lambda: frame.write.mode("sometimes").parquet(f"{place}/mode")
    frame.write.parquet(f"{place}/there")
    yield "exists", lambda: frame.write.parquet(f"{place}/there")
    yield "ignored", lambda: [frame.write.mode("ignore").parquet(f"{place}/there"), spark.read.parquet(f"{place}/there").count()]
    yield "format_wrong", lambda: frame.write.format("no_such_format").save(f"{place}/no")
    yield "read_format_wrong", lambda: spark.read.format("no_such_format").load(f"{place}/no").collect()
    yield "no_path", lambda: frame.write.format("parquet").save()
    yield "compression", lambda: frame.write.option("compression", "nothing").parquet(f"{place}/compressed")
    yield "duplicate", lambda: frame.selectExpr("id", "id AS ID").write.parquet(f"{place}/dup")
    yield "v2_missing", lambda: frame.writeTo("written_v2").append()
    yield "read_missing_table", lambda: spark.read.table("nope_t").collect()
    yield "read_missing_path", lambda: spark.read.parquet(f"{place}/nowhere").collect()
    yield "read_missing_json", lambda: spark.read.json(f"{place}/nowhere").collect()
    yield "schema_wrong", lambda: spark.read.schema("a IN").json(f"{place}/there").collect()


@pytest.mark.only("spark42")
@scenario
def test_session_calls(spark, place):
    yield "range", spark.range(5, 1, -2)
    yield "range_bad", lambda: spark.range(0, 5, 0).collect()
    yield "conf_unknown", lambda: spark.conf.get("spark.no.such.key")
    yield "conf_default", lambda: spark.conf.get("spark.no.such.key", "fallback")
    yield "conf_set", lambda: [spark.conf.set("spark.no.such.key", "v"), spark.conf.get("spark.no.such.key"), spark.conf.unset("spark.no.such.key")]
    yield "conf_none", lambda: spark.conf.get("spark.no.such.key", None)
    yield "conf_bool", lambda: [spark.conf.set("spark.sql.ansi.enabled", True), spark.conf.get("spark.sql.ansi.enabled"), spark.conf.unset("spark.sql.ansi.enabled")]
    yield "conf_wrong", lambda: spark.conf.set("spark.sql.shuffle.partitions", "many")
    yield "conf_static", lambda: spark.conf.set("spark.sql.warehouse.dir", "/x")
    yield "conf_modifiable", lambda: [spark.conf.isModifiable("spark.sql.shuffle.partitions"), spark.conf.isModifiable("spark.sql.warehouse.dir"), spark.conf.isModifiable("no.such")]
    yield "tag_bad", lambda: spark.addTag("a,b")
    yield "tags", lambda: [spark.addTag("one"), sorted(spark.getTags()), spark.removeTag("one"), spark.clearTags(), sorted(spark.getTags())]
    yield "interrupt_nothing", lambda: [spark.interruptAll(), spark.interruptTag("no"), spark.interruptOperation("00112233-4455-6677-8899-aabbccddeeff")]
    yield "table_missing", lambda: spark.table("nope_t").collect()
    yield "column_missing", lambda: spark.range(1).select("nope").collect()
    yield "cast_error", lambda: spark.sql("SELECT CAST('x' AS INT) AS a").collect()
    yield "divide", lambda: spark.sql("SELECT 1 / 0 AS a").collect()
    yield "parse", lambda: spark.sql("SELEC 1").collect()
