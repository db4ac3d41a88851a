"""Relations of the DataFrame API: projection, filtering, ordering, joining, grouping, sets."""

import datetime
import decimal

import pyspark.sql.functions as F
from conftest import VERSION
from pyspark.sql import Window
from scenario import scenario, unordered


def staff(spark):
    return spark.createDataFrame(
        [
            (1, "ann", 10, 100.5, datetime.date(2020, 1, 15)),
            (2, "bob", 20, 250.0, datetime.date(2019, 6, 30)),
            (3, "cid", 10, None, datetime.date(2021, 3, 1)),
            (4, "dee", None, 75.25, None),
            (5, "eve", 30, 250.0, datetime.date(2020, 1, 15)),
        ],
        "id INT, name STRING, dept INT, pay DOUBLE, hired DATE",
    )


def depts(spark):
    return spark.createDataFrame([(10, "dev"), (20, "ops"), (40, "law")], "dept INT, title STRING")


@scenario
def test_projection(spark, place):
    df = staff(spark)
    yield "names", df.select("id", "name")
    yield "star", df.select("*")
    yield "star_and_more", df.select("*", (df.pay * 2).alias("twice"))
    yield "expressions", df.select(df.id + 1, F.col("name").alias("n"), df["dept"], F.lit("x"), F.expr("pay / 2"))
    yield "unnamed", df.select(df.id + 1, -df.id, ~(df.id > 2), df.id.cast("string"), F.upper("name"), F.lit(None), F.lit(1.5))
    yield "select_expr", df.selectExpr("id", "upper(name) AS u", "pay * 2", "*")
    yield "nested", df.select(F.struct("id", "name").alias("s")).select("s.*", "s.id")
    yield "array_map", df.select(F.array("id", "dept"), F.create_map("name", "pay"))
    yield "missing", lambda: df.select("nope").collect()
    yield "close_name", lambda: df.select("nam").collect()
    yield "empty", lambda: df.select().columns
    yield "explode", df.limit(1).select("id", F.explode(F.array(F.lit(1), F.lit(2))).alias("e"))
    yield "backquotes", df.withColumnRenamed("id", "a.b").select("`a.b`")
    yield "regex", df.select(df.colRegex("`(i|n).*`"))
    yield "dotted_missing", lambda: df.withColumnRenamed("id", "a.b").select("a.b").collect()


@scenario
def test_columns(spark, place):
    df = staff(spark)
    yield "with_column", df.withColumn("pay", F.coalesce("pay", F.lit(0.0))).withColumn("new", F.lit(1))
    yield "with_column_case", df.withColumn("PAY", F.lit(1)).select("PAY")
    yield "with_columns", df.withColumns({"a": df.id + 1, "name": F.upper("name")})
    yield "renamed", df.withColumnRenamed("name", "who").withColumnRenamed("nope", "x")
    yield "renamed_many", df.withColumnsRenamed({"name": "who", "id": "key", "nope": "x"})
    yield "drop", df.drop("name", "nope")
    yield "drop_column", df.drop(df.name, F.col("pay"))
    yield "to_df", df.toDF("a", "b", "c", "d", "e")
    yield "to_df_wrong", lambda: df.toDF("a").collect()
    yield "columns", df.columns
    yield "dtypes", [list(pair) for pair in df.dtypes]
    yield "schema", df.schema.jsonValue()["fields"][0]["name"]
    yield "simple_string", df.schema.simpleString()
    yield "with_metadata", df.withMetadata("id", {"k": 1}).schema["id"].metadata["k"]
    yield "to_schema", df.select("id", "name").to(df.select("name", F.col("id").cast("bigint")).schema)
    yield "alias", df.alias("e").select("e.id", F.col("e.name"))
    yield "transform", df.transform(lambda d: d.select("id").limit(1))


@scenario
def test_filter(spark, place):
    df = staff(spark)
    yield "text", df.filter("pay > 100")
    yield "column", df.where((df.pay > 100) & (df.dept == 20) | df.name.startswith("d"))
    yield "is_null", df.filter(df.dept.isNull())
    yield "is_not_null", df.filter(F.col("pay").isNotNull()).select("id")
    yield "isin", df.filter(df.id.isin(1, 3, 99)).select("id")
    yield "isin_empty", df.filter(df.id.isin([])).select("id")
    yield "between", df.filter(df.hired.between("2020-01-01", "2020-12-31")).select("id")
    yield "like", df.filter(df.name.like("%e%") | df.name.rlike("^a") | df.name.ilike("B%")).select("id")
    yield "contains", df.filter(df.name.contains("i") & ~df.name.endswith("x")).select("id")
    yield "null_safe", df.filter(df.dept.eqNullSafe(None)).select("id")
    yield "date", df.filter(df.hired > datetime.date(2020, 1, 1)).select("id")
    yield "when", df.select(F.when(df.pay > 200, "high").when(df.pay > 90, "mid").otherwise("low").alias("c"))
    yield "not_boolean", lambda: df.filter("id").collect()
    yield "missing", lambda: df.filter("nope > 1").collect()
    yield "aggregate_inside", lambda: df.filter("sum(id) > 1").collect()
    yield "bad_text", lambda: df.filter("id >").collect()


@scenario
def test_sort_and_limit(spark, place):
    df = staff(spark)
    yield "asc", df.sort("pay").select("id", "pay")
    yield "desc", df.orderBy(df.pay.desc(), "id").select("id")
    yield "nulls", df.orderBy(df.dept.asc_nulls_last(), df.id.desc()).select("id", "dept")
    yield "nulls_first", df.orderBy(F.desc_nulls_first("dept"), "id").select("id")
    yield "ascending_list", df.orderBy(["pay", "id"], ascending=[False, True]).select("id")
    yield "expression", df.orderBy(F.length("name"), F.col("id") % 2, "id").select("id")
    yield "limit", df.orderBy("id").limit(2)
    yield "limit_zero", df.limit(0)
    yield "offset", df.orderBy("id").offset(3)
    yield "offset_limit", df.orderBy("id").offset(1).limit(2)
    yield "tail", lambda: df.orderBy("id").tail(2)
    yield "head", lambda: df.orderBy("id").head()
    yield "head_n", lambda: df.orderBy("id").head(2)
    yield "first", lambda: df.orderBy(df.id.desc()).first()
    yield "take", lambda: df.orderBy("id").take(1)
    yield "take_more", lambda: len(df.take(99))
    yield "first_of_none", lambda: df.filter("false").first()
    yield "is_empty", lambda: [df.isEmpty(), df.filter("false").isEmpty()]
    yield "count", lambda: df.count()
    yield "sort_within_partitions", unordered(df.sortWithinPartitions("id").select("id"))
    yield "missing", lambda: df.sort("nope").collect()
    yield "negative", lambda: df.limit(-1).collect()
    yield "to_local_iterator", lambda: [row.id for row in df.orderBy("id").toLocalIterator()]


@scenario
def test_joins(spark, place):
    left, right = staff(spark), depts(spark)
    for how in ("inner", "left", "right", "outer", "left_semi", "left_anti", "full_outer", "leftouter", "semi"):
        yield f"using_{how}", unordered(left.join(right, "dept", how).select("*"))
    yield "expression", unordered(left.join(right, left.dept == right.dept))
    yield "expression_left", unordered(left.join(right, left.dept == right.dept, "left").select("name", right.title, left.dept))
    yield "several", unordered(left.join(right.withColumn("name", F.lit("ann")), ["dept", "name"]))
    yield "cross", lambda: left.crossJoin(right).count()
    yield "no_condition", lambda: left.join(right).count()
    yield "non_equi", unordered(left.join(right, left.dept < right.dept).select("name", "title"))
    yield "self", unordered(left.alias("a").join(left.alias("b"), F.col("a.id") == F.col("b.dept") / 10).select("a.name", "b.name"))
    yield "self_by_frame", lambda: left.join(left, left.id == left.dept / 10).count()
    yield "ambiguous", lambda: left.join(right, left.dept == right.dept).select("dept").collect()
    yield "broadcast", unordered(left.join(F.broadcast(right), "dept").select("title"))
    yield "hint", unordered(left.join(right.hint("merge"), "dept").select("title"))
    yield "bad_how", lambda: left.join(right, "dept", "nope").collect()
    yield "missing_key", lambda: left.join(right, "nope").collect()
    yield "chain", unordered(left.join(right, "dept").join(right.withColumnRenamed("title", "t2"), "dept").select("name", "title", "t2"))
    nameless = right.union(spark.sql("SELECT CAST(NULL AS INT), 'none'"))
    yield "null_safe", unordered(left.join(nameless, left.dept.eqNullSafe(nameless.dept), "left").select("name", "title"))


@scenario
def test_grouping(spark, place):
    df = staff(spark)
    yield "count", df.groupBy("dept").count().orderBy("dept")
    yield "agg", df.groupBy("dept").agg(F.sum("pay"), F.avg("pay").alias("mean"), F.count("*"), F.max("name")).orderBy("dept")
    yield "dict", df.groupBy("dept").agg({"pay": "sum"}).orderBy("dept")
    yield "dict_star", df.groupBy("dept").agg({"*": "count"}).orderBy("dept")
    yield "shortcuts", df.groupBy("dept").sum("pay", "id").orderBy("dept")
    yield "shortcut_all", df.groupBy("dept").max().orderBy("dept")
    yield "mean", df.groupBy("dept").mean("pay").orderBy("dept")
    yield "min", df.groupBy().min("pay", "id")
    yield "whole", df.agg(F.min("hired"), F.countDistinct("pay"), F.sum("id"))
    yield "no_group", df.groupBy().count()
    yield "expression", df.groupBy((df.id % 2).alias("odd")).agg(F.collect_list("id").alias("ids")).orderBy("odd")
    yield "two_keys", df.groupBy("dept", F.year("hired")).count().orderBy("dept", "year(hired)")
    yield "rollup", df.rollup("dept", "name").agg(F.count("*").alias("n"), F.grouping_id().alias("g")).orderBy("g", "dept", "name")
    yield "cube", df.cube("dept", "name").count().orderBy(F.col("dept").asc_nulls_first(), F.col("name").asc_nulls_first(), "count")
    yield "having", df.groupBy("dept").agg(F.count("*").alias("n")).filter("n > 1")
    yield "pivot", df.groupBy("dept").pivot("name", ["ann", "bob"]).sum("pay").orderBy("dept")
    yield "pivot_found", df.groupBy("dept").pivot("name").agg(F.max("pay")).orderBy("dept")
    yield "pivot_two", df.groupBy("dept").pivot("name", ["ann"]).agg(F.max("pay").alias("m"), F.count("*")).orderBy("dept")
    yield "distinct_expressions", df.agg(F.count_distinct("dept", "pay"), F.sum_distinct("pay"), F.first("name"), F.last("name", True))
    yield "statistics", df.agg(F.stddev("pay"), F.variance("pay"), F.corr("id", "pay"), F.skewness("pay"), F.kurtosis("pay"))
    yield "percentiles", df.agg(F.percentile_approx("pay", [0.25, 0.5], 100), F.median("pay"), F.mode("pay"))
    yield "boolean", df.agg(F.bool_and(df.id > 0), F.every(df.pay > 80), F.count_if(df.pay > 80)) if hasattr(F, "bool_and") else []
    yield "missing", lambda: df.groupBy("nope").count().collect()
    yield "not_grouped", lambda: df.groupBy("dept").agg(F.col("name")).collect()
    yield "text_sum", df.agg(F.sum("name")) if VERSION == "v35" else 0
    yield "filtered", df.agg(F.expr("sum(pay) FILTER (WHERE dept = 10)").alias("s"))


@scenario
def test_windows(spark, place):
    df = staff(spark)
    by_dept = Window.partitionBy("dept").orderBy(F.desc("pay"))
    yield "row_number", df.withColumn("n", F.row_number().over(by_dept)).orderBy("id")
    yield "ranks", df.select("id", F.rank().over(Window.orderBy("pay")).alias("r"), F.dense_rank().over(Window.orderBy("pay")).alias("d"), F.percent_rank().over(Window.orderBy("pay")).alias("p")).orderBy("id")
    yield "lag_lead", df.select("id", F.lag("name").over(Window.orderBy("id")), F.lead("name", 2, "none").over(Window.orderBy("id"))).orderBy("id")
    yield "running", df.select("id", F.sum("pay").over(Window.orderBy("id").rowsBetween(Window.unboundedPreceding, Window.currentRow)).alias("s")).orderBy("id")
    yield "range", df.select("id", F.sum("id").over(Window.orderBy("id").rangeBetween(-1, 1)).alias("s")).orderBy("id")
    yield "whole", df.select("id", F.max("pay").over(Window.partitionBy("dept")).alias("m")).orderBy("id")
    yield "ntile", df.select("id", F.ntile(2).over(Window.orderBy("id")).alias("t")).orderBy("id")
    yield "no_order", lambda: df.select(F.row_number().over(Window.partitionBy("dept"))).collect()


@scenario
def test_sets(spark, place):
    a = spark.createDataFrame([(1, "x"), (2, "y"), (2, "y"), (None, "n")], "k INT, v STRING")
    b = spark.createDataFrame([(2, "y"), (3, "z")], "k INT, v STRING")
    yield "union", a.union(b)
    yield "union_all", a.unionAll(b)
    yield "by_name", a.unionByName(b.select("v", "k"))
    yield "by_name_missing", a.unionByName(b.withColumn("w", F.lit(1)), allowMissingColumns=True)
    yield "by_name_refused", lambda: a.unionByName(b.withColumnRenamed("v", "w")).collect()
    yield "widening", a.select("k").union(spark.sql("SELECT 5000000000"))
    yield "wrong_width", lambda: a.union(b.select("k")).collect()
    yield "intersect", unordered(a.intersect(b))
    yield "intersect_all", unordered(a.intersectAll(a))
    yield "subtract", unordered(a.subtract(b))
    yield "except_all", unordered(a.exceptAll(b))
    yield "distinct", unordered(a.distinct())
    yield "drop_duplicates", unordered(a.dropDuplicates())
    yield "drop_duplicates_by", lambda: sorted(str(r.k) for r in a.dropDuplicates(["k"]).collect())
    yield "drop_duplicates_missing", lambda: a.dropDuplicates(["nope"]).collect()


@scenario
def test_range_sample_partitions(spark, place):
    yield "range", spark.range(5)
    yield "range_step", spark.range(10, 0, -3)
    yield "range_partitions", unordered(spark.range(0, 7, 2, 3))
    yield "empty_range", spark.range(0)
    yield "big", lambda: spark.range(1_000_000).agg(F.sum("id"), F.count("id")).collect()
    yield "sample_all", lambda: spark.range(100).sample(1.0).count()
    yield "sample_none", lambda: spark.range(100).sample(0.0).count()
    yield "sample_half", lambda: 300 < spark.range(1000).sample(0.5, seed=3).count() < 700
    yield "sample_same", lambda: spark.range(1000).sample(0.5, seed=3).count() == spark.range(1000).sample(0.5, seed=3).count()
    yield "sample_replacement", lambda: 100 < spark.range(1000).sample(True, 0.5, 3).count() < 900
    yield "sample_refused", lambda: spark.range(10).sample(1.5).count()
    yield "random_split", lambda: sum(part.count() for part in spark.range(100).randomSplit([1.0, 3.0], 5))
    yield "sample_by", lambda: spark.range(100).withColumn("k", F.col("id") % 2).sampleBy("k", {0: 1.0}, 0).count()
    yield "repartition", unordered(spark.range(5).repartition(3))
    yield "repartition_by", unordered(spark.range(5).repartition(2, "id"))
    yield "by_range", unordered(spark.range(5).repartitionByRange(2, "id"))
    yield "coalesce", spark.range(3).coalesce(1)
    yield "hint", spark.range(2).hint("broadcast")
    yield "unknown_hint", spark.range(2).hint("nope")
    yield "cache", lambda: spark.range(3).cache().count()
    yield "persist", lambda: spark.range(3).persist().unpersist().count()
    yield "rand", lambda: 0 <= spark.range(1).select(F.rand(5)).first()[0] < 1
    yield "partition_id", spark.range(3).coalesce(1).select(F.spark_partition_id())


@scenario
def test_na_and_stat(spark, place):
    df = spark.createDataFrame([(1, "a", 1.5), (2, None, None), (None, "c", float("nan")), (None, None, None)], "k INT, s STRING, d DOUBLE")
    yield "drop", df.na.drop()
    yield "drop_all", df.dropna("all")
    yield "drop_thresh", df.dropna(thresh=2)
    yield "drop_subset", df.na.drop(subset=["s"])
    yield "fill_number", df.na.fill(0)
    yield "fill_text", df.fillna("none")
    yield "fill_dict", df.fillna({"k": -1, "s": "?"})
    yield "fill_subset", df.na.fill(9, subset=["d"])
    yield "replace", df.na.replace("a", "A")
    yield "replace_dict", df.replace({1: 100, 2: 200}, subset=["k"])
    yield "replace_null", df.replace("c", None)
    numbers = spark.createDataFrame([(i, float(i * i % 7), "ab"[i % 2]) for i in range(1, 11)], "x INT, y DOUBLE, c STRING")
    yield "describe", numbers.describe()
    yield "describe_some", numbers.describe("x", "c")
    yield "summary", numbers.summary()
    yield "summary_some", numbers.summary("count", "min", "75%", "max", "count_distinct")
    yield "summary_refused", lambda: numbers.summary("nope").collect()
    yield "corr", lambda: numbers.stat.corr("x", "y")
    yield "cov", lambda: numbers.cov("x", "y")
    yield "crosstab", numbers.crosstab("c", "y").orderBy("c_y")
    yield "freq_items", lambda: len(numbers.freqItems(["c"], 0.4).first()[0])
    yield "quantiles", lambda: numbers.approxQuantile("x", [0.0, 0.5, 1.0], 0.0)
    yield "quantiles_many", lambda: numbers.stat.approxQuantile(["x", "y"], [0.25], 0.0)


@scenario
def test_unpivot_and_misc(spark, place):
    wide = spark.createDataFrame([(1, 10, 20), (2, None, 40)], "id INT, q1 INT, q2 INT")
    yield "unpivot", wide.unpivot("id", ["q1", "q2"], "q", "v")
    yield "melt", wide.melt(["id"], None, "q", "v")
    yield "select_when", wide.select(F.greatest("q1", "q2"), F.coalesce("q1", "q2"), F.expr("q1 IS NULL"))
    yield "get_item", wide.select(F.array("q1", "q2")[1].alias("a"), F.create_map(F.lit("k"), "q1")["k"].alias("m"), F.struct("q1", "q2").getField("q2"))
    yield "cast", wide.select(F.col("id").cast("string"), F.col("q1").cast("decimal(5,1)"), F.col("id").cast("boolean"))
    yield "bit", wide.select(F.col("id").bitwiseAND(1), F.col("id").bitwiseOR(6), F.bitwise_not("id"))
    yield "substr", spark.createDataFrame([("hello",)], "s STRING").select(F.col("s").substr(2, 3), F.col("s").substr(F.lit(1), F.length("s") - 1))
    yield "literals", spark.range(1).select(F.lit(1), F.lit("a"), F.lit(1.5), F.lit(True), F.lit(None), F.lit(datetime.date(2020, 1, 1)), F.lit(datetime.datetime(2020, 1, 1, 12, 0, 1)), F.lit(decimal.Decimal("1.50")), F.lit(b"ab"), F.lit(datetime.timedelta(days=1, seconds=5)), F.lit([1, 2]))
    yield "long_literal", spark.range(1).select(F.lit(2**40), F.lit(-5), F.lit(float("nan")), F.lit(float("inf")))
    yield "higher_order", spark.range(1).select(F.transform(F.array(F.lit(1), F.lit(2)), lambda x: x + 1), F.filter(F.array(F.lit(1), F.lit(2)), lambda x: x > 1), F.aggregate(F.array(F.lit(1), F.lit(2)), F.lit(0), lambda a, x: a + x), F.exists(F.array(F.lit(1)), lambda x: x > 5))
    yield "with_field", spark.sql("SELECT named_struct('a', 1, 'b', 2) AS s").select(F.col("s").withField("c", F.lit(3)), F.col("s").dropFields("a"))
    yield "same_semantics", lambda: spark.range(3).sameSemantics(spark.range(3))
    yield "input_files", lambda: spark.range(3).inputFiles()
    yield "is_local", lambda: spark.range(3).isLocal()
    yield "is_streaming", lambda: spark.range(3).isStreaming
    yield "storage_level", lambda: str(spark.range(3).storageLevel)
    yield "explain", lambda: "Physical Plan" in spark.range(3)._explain_string()


@scenario
def test_sql_parameters(spark, place):
    yield "sql_args", spark.sql("SELECT :a + 1 AS x, :b AS y", args={"a": 5, "b": "z"})
    yield "sql_positional", spark.sql("SELECT ? + 1 AS x", args=[5])
    if VERSION == "v42":
        yield "sql_frames", spark.sql("SELECT id * 2 AS d FROM {df} WHERE id > 1", df=spark.range(4))
