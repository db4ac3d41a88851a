"""Rows that are kept: cache(), persist(), CACHE TABLE and its kin, and what makes them stale."""

import pyspark.sql.functions as F
from pyspark import StorageLevel
from scenario import scenario


def levels(frame):
    level = frame.storageLevel
    return [level.useDisk, level.useMemory, level.useOffHeap, level.deserialized, level.replication]


@scenario
def test_storage_levels(spark, place):
    frame = spark.range(10).selectExpr("id", "id % 3 AS k")
    yield "before", lambda: levels(frame)
    yield "cached", lambda: levels(frame.cache())
    yield "same_plan", lambda: levels(spark.range(10).selectExpr("id", "id % 3 AS other"))
    yield "other_plan", lambda: levels(spark.range(10).selectExpr("id", "id % 4 AS k"))
    yield "again", lambda: levels(frame.persist(StorageLevel.DISK_ONLY))
    yield "rows", frame.filter("k = 1").orderBy("id")
    yield "unpersisted", lambda: levels(frame.unpersist())
    yield "disk", lambda: levels(frame.persist(StorageLevel.DISK_ONLY))
    yield "gone", lambda: levels(frame.unpersist(True))
    yield "memory_2", lambda: levels(frame.persist(StorageLevel.MEMORY_ONLY_2))
    yield "cleared", lambda: [spark.catalog.clearCache(), levels(frame)]
    yield "none", lambda: levels(frame.persist(StorageLevel.NONE))


@scenario
def test_volatile_rows_stay(spark, place):
    frame = spark.range(20).select("id", F.rand(7).alias("r"), F.expr("uuid()").alias("u"), F.current_timestamp().alias("t"))
    frame.cache()
    rows = [tuple(row) for row in spark.range(20).select("id", F.rand(7).alias("r")).collect()]
    yield "seeded", lambda: [tuple(row) for row in frame.select("id", "r").collect()] == rows
    yield "counted", lambda: frame.count()
    frame.unpersist()


@scenario
def test_cached_tables(spark, place):
    spark.sql("DROP TABLE IF EXISTS cached_t")
    spark.range(3).write.format("parquet").saveAsTable("cached_t")
    yield "no", lambda: spark.catalog.isCached("cached_t")
    yield "missing", lambda: spark.catalog.isCached("nope_t")
    yield "cache", lambda: spark.catalog.cacheTable("cached_t")
    yield "yes", lambda: [spark.catalog.isCached("cached_t"), spark.catalog.isCached("default.cached_t"), spark.catalog.isCached("spark_catalog.default.cached_t")]
    yield "level", lambda: levels(spark.table("cached_t"))
    yield "rows", spark.table("cached_t").orderBy("id")
    spark.sql("INSERT INTO cached_t VALUES (10)")
    yield "inserted", lambda: [spark.table("cached_t").count(), spark.catalog.isCached("cached_t")]
    spark.range(100, 102).write.mode("append").format("parquet").saveAsTable("cached_t")
    yield "appended", lambda: spark.table("cached_t").count()
    spark.range(1).write.mode("overwrite").insertInto("cached_t")
    yield "overwritten", lambda: [spark.table("cached_t").count(), spark.catalog.isCached("cached_t")]
    yield "uncache", lambda: [spark.catalog.uncacheTable("cached_t"), spark.catalog.isCached("cached_t")]
    yield "uncache_again", lambda: spark.catalog.uncacheTable("cached_t")
    yield "uncache_missing", lambda: spark.catalog.uncacheTable("nope_t")
    yield "cache_missing", lambda: spark.catalog.cacheTable("nope_t")
    yield "with_level", lambda: [spark.catalog.cacheTable("cached_t", StorageLevel.OFF_HEAP), levels(spark.table("cached_t"))]
    spark.sql("DROP TABLE cached_t")
    yield "dropped", lambda: spark.catalog.isCached("cached_t")


@scenario
def test_cache_statements(spark, place):
    spark.range(5).createOrReplaceTempView("cached_v")
    yield "lazy", spark.sql("CACHE LAZY TABLE cached_v")
    yield "is_lazy", lambda: spark.catalog.isCached("cached_v")
    yield "uncache", spark.sql("UNCACHE TABLE cached_v")
    yield "is_gone", lambda: spark.catalog.isCached("cached_v")
    yield "eager", spark.sql("CACHE TABLE cached_v OPTIONS ('storageLevel' 'DISK_ONLY')")
    yield "disk", lambda: levels(spark.table("cached_v"))
    yield "plan", lambda: levels(spark.range(5))
    yield "bad_level", lambda: spark.sql("CACHE TABLE cached_v OPTIONS ('storageLevel' 'nowhere')").collect()
    yield "query", spark.sql("CACHE TABLE cached_q AS SELECT id, id * 2 AS twice FROM cached_v WHERE id > 1")
    yield "query_rows", spark.table("cached_q").orderBy("id")
    yield "query_cached", lambda: spark.catalog.isCached("cached_q")
    yield "query_again", lambda: spark.sql("CACHE TABLE cached_q AS SELECT 1 AS a").collect()
    yield "query_without_as", spark.sql("CACHE TABLE cached_r SELECT 1 AS a")
    yield "missing", lambda: spark.sql("CACHE TABLE nope_t").collect()
    yield "uncache_missing", lambda: spark.sql("UNCACHE TABLE nope_t").collect()
    yield "uncache_if_exists", spark.sql("UNCACHE TABLE IF EXISTS nope_t")
    yield "uncache_query", spark.sql("UNCACHE TABLE cached_q")
    yield "view_stays", lambda: [spark.catalog.isCached("cached_q"), spark.catalog.tableExists("cached_q")]
    yield "clear", spark.sql("CLEAR CACHE")
    yield "cleared", lambda: [spark.catalog.isCached("cached_v"), spark.catalog.isCached("cached_r")]
    spark.catalog.dropTempView("cached_v")


@scenario
def test_views_forget(spark, place):
    spark.range(4).createOrReplaceTempView("cached_w")
    spark.catalog.cacheTable("cached_w")
    yield "by_plan", lambda: levels(spark.range(4))[1]
    spark.catalog.dropTempView("cached_w")
    yield "after_drop", lambda: levels(spark.range(4))[1]


@scenario
def test_stale_files(spark, place):
    spark.range(3).coalesce(1).write.parquet(f"{place}/stale")
    frame = spark.read.parquet(f"{place}/stale")
    frame.cache()
    yield "count", lambda: frame.count()
    spark.range(2).coalesce(1).write.mode("append").parquet(f"{place}/stale")
    yield "appended", lambda: spark.read.parquet(f"{place}/stale").count()
    spark.range(7).coalesce(1).write.mode("overwrite").parquet(f"{place}/stale")
    yield "overwritten", lambda: spark.read.parquet(f"{place}/stale").count()
    yield "refresh_path", lambda: [spark.catalog.refreshByPath(f"{place}/stale"), spark.read.parquet(f"{place}/stale").count()]


@scenario
def test_kept_types(spark, place):
    frame = spark.sql(
        "SELECT * FROM VALUES (1, 'a', 1.50BD, date'2024-02-29', timestamp'2024-02-29 12:00:00', timestamp_ntz'2024-02-29 12:00:00', true, X'00ff', array(1, NULL),"
        " map('k', 1), named_struct('a', 1, 'b', named_struct('c', 'x')), interval 1 year 2 month, interval 3 days 4 hours, NULL),"
        " (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)"
        " AS t(i, s, d, day, at, ntz, b, raw, list, m, st, ym, dt, v)"
    )
    frame.cache()
    yield "rows", frame.selectExpr("i", "s", "d", "day", "at", "ntz", "b", "raw", "list", "m", "st", "CAST(ym AS STRING) AS ym", "CAST(dt AS STRING) AS dt", "v IS NULL AS v").orderBy("i")
    yield "fields", frame.selectExpr("i", "st.b.c", "m['k'] AS k", "list[0] AS first").orderBy("i")
    yield "nothing", frame.select().limit(1)
    yield "joined", frame.alias("a").join(frame.alias("b"), F.col("a.i") == F.col("b.i")).select("a.i", "b.s").orderBy("i")
    yield "subquery", lambda: frame.createOrReplaceTempView("kept_types") or spark.sql("SELECT (SELECT max(i) FROM kept_types) AS m, EXISTS (SELECT 1 FROM kept_types WHERE i = 2) AS e").collect()
    frame.unpersist()
