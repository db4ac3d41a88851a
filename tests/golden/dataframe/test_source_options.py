"""Options of sources that people set: which files are read, which folders become columns, old times in Parquet, schemas that are merged,
CSV's less common ones, buckets."""

import os
import pathlib

import pyarrow
import pyarrow.parquet
from scenario import scenario, unordered


def put(place, name, text):
    path = pathlib.Path(place, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return str(path)


def put_parquet(place, name, columns, **options):
    path = pathlib.Path(place, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    pyarrow.parquet.write_table(pyarrow.table(columns), path, **options)
    return str(path)


@scenario
def test_partition_types(spark, place):
    def read(name, *values, **options):
        for i, value in enumerate(values):
            put(place, f"{name}/p={value}/f{i}.csv", f"{i}\n")
        frame = spark.read.options(**options).schema("v INT").csv(f"{place}/{name}")
        return unordered(frame.selectExpr("v", "p", "typeof(p) AS t"))

    yield "ints", read("ints", "1", "2")
    yield "zeros", read("zeros", "01", "002")
    yield "longs", read("longs", "1", "12345678901")
    yield "huge", read("huge", "12345678901234567890", "1")
    yield "doubles", read("doubles", "1.5", "2")
    yield "exponent", read("exponent", "1e3", "2.0")
    yield "double_and_long", read("double_and_long", "1.5", "12345678901")
    yield "dates", read("dates", "2020-01-31", "2021-02-28")
    yield "bad_date", read("bad_date", "2020-02-30", "2020-01-01")
    yield "short_date", read("short_date", "2020-1-1", "2020-01-02")
    yield "times", read("times", "2020-01-31 01%3A02%3A03", "2020-01-31 01%3A02%3A03.5")
    yield "date_and_time", read("date_and_time", "2020-01-31", "2020-01-31 01%3A02%3A03")
    yield "date_and_int", read("date_and_int", "2020-01-31", "7")
    yield "texts", read("texts", "a", "b%2Fc d")
    yield "nulls", read("nulls", "__HIVE_DEFAULT_PARTITION__", "3")
    yield "only_nulls", read("only_nulls", "__HIVE_DEFAULT_PARTITION__")
    yield "empty", read("empty", "", "x")
    yield "booleans", read("booleans", "true", "false")
    yield "suffix", read("suffix", "1d", "2L")
    yield "signs", read("signs", "-1", "+2")
    yield "blanks", read("blanks", " 1", "2 ")
    yield "nan", read("nan", "NaN", "Infinity")
    yield "decimal", read("decimal", "1.123456789012345678901", "2")
    spark.conf.set("spark.sql.sources.partitionColumnTypeInference.enabled", "false")
    yield "no_inference", read("ints2", "1", "2")
    spark.conf.unset("spark.sql.sources.partitionColumnTypeInference.enabled")
    yield "declared", unordered(spark.read.schema("v INT, p STRING").csv(f"{place}/ints"))
    yield "declared_long", unordered(spark.read.schema("v INT, p LONG").csv(f"{place}/ints"))
    yield "declared_zeros", unordered(spark.read.schema("v INT, p STRING").csv(f"{place}/zeros"))
    yield "declared_wrong", lambda: spark.read.schema("v INT, p INT").csv(f"{place}/texts").collect()
    yield "declared_first", unordered(spark.read.schema("p INT, v INT").csv(f"{place}/ints"))
    yield "declared_case", unordered(spark.read.schema("v INT, P INT").csv(f"{place}/ints"))


@scenario
def test_partition_folders(spark, place):
    for year, month in [(2020, 1), (2020, 2), (2021, 1)]:
        put(place, f"t/year={year}/month={month}/f.csv", f"{year}-{month}\n")
    root = f"{place}/t"
    yield "whole", unordered(spark.read.csv(root))
    yield "one", unordered(spark.read.csv(f"{root}/year=2020"))
    yield "based", unordered(spark.read.option("basePath", root).csv(f"{root}/year=2020"))
    yield "based_slash", unordered(spark.read.option("basePath", root + "/").csv(f"{root}/year=2020/month=1"))
    yield "based_uri", unordered(spark.read.option("basePath", f"file:{root}").csv(f"{root}/year=2020"))
    yield "glob", unordered(spark.read.csv(f"{root}/year=*"))
    yield "glob_deep", unordered(spark.read.csv(f"{root}/year=*/month=1"))
    yield "glob_based", unordered(spark.read.option("basePath", root).csv(f"{root}/year=*/month=1"))
    yield "braces", unordered(spark.read.option("basePath", root).csv(f"{root}/year={{2020,2021}}"))
    yield "two_paths", unordered(spark.read.option("basePath", root).csv([f"{root}/year=2020/month=1", f"{root}/year=2021"]))
    yield "two_paths_unbased", lambda: spark.read.csv([f"{root}/year=2020", f"{root}/year=2021/month=1"]).collect()
    yield "file", unordered(spark.read.csv(f"{root}/year=2020/month=1/f.csv"))
    yield "file_based", unordered(spark.read.option("basePath", root).csv(f"{root}/year=2020/month=1/f.csv"))
    yield "base_is_file", lambda: spark.read.option("basePath", f"{root}/year=2020/month=1/f.csv").csv(f"{root}/year=2020/month=1/f.csv").collect()
    yield "base_elsewhere", lambda: spark.read.option("basePath", f"{place}/other").csv(root).collect()
    yield "base_missing", lambda: spark.read.option("basePath", f"{place}/nope").csv(f"{root}/year=2020").collect()
    yield "recursive", unordered(spark.read.option("recursiveFileLookup", True).csv(root))
    yield "recursive_based", lambda: spark.read.option("recursiveFileLookup", True).option("basePath", root).csv(root).count()
    put(place, "mixed/a=1/f.csv", "x\n")
    put(place, "mixed/b=1/f.csv", "y\n")
    yield "other_names", lambda: spark.read.csv(f"{place}/mixed").collect()
    put(place, "depths/a=1/f.csv", "x\n")
    put(place, "depths/a=2/b=1/f.csv", "y\n")
    yield "other_depths", lambda: spark.read.csv(f"{place}/depths").collect()
    put(place, "bases/x/a=1/f.csv", "x\n")
    put(place, "bases/y/a=1/f.csv", "y\n")
    yield "other_bases", lambda: spark.read.csv(f"{place}/bases").collect()
    put(place, "beside/f.csv", "top\n")
    put(place, "beside/a=1/f.csv", "x\n")
    yield "file_beside", lambda: spark.read.csv(f"{place}/beside").collect()
    put(place, "case/A=1/f.csv", "x\n")
    put(place, "case/a=2/f.csv", "y\n")
    yield "other_case", lambda: spark.read.csv(f"{place}/case").collect()
    put(place, "plain/one/f.csv", "x\n")
    yield "no_partitions", lambda: spark.read.schema("v STRING").csv(f"{place}/plain").collect()
    yield "no_partitions_inferred", lambda: spark.read.csv(f"{place}/plain").collect()
    put(place, "hidden/_x=1/f.csv", "x\n")
    put(place, "hidden/a=1/f.csv", "y\n")
    put(place, "hidden/a=1/.g.csv", "z\n")
    put(place, "hidden/a=1/_h.csv", "z\n")
    yield "hidden", lambda: spark.read.csv(f"{place}/hidden").collect()
    put_parquet(place, "both/id=7/f.parquet", {"id": pyarrow.array([1, 2]), "v": pyarrow.array(["a", "b"])})
    yield "column_in_both", unordered(spark.read.parquet(f"{place}/both"))
    yield "filter", unordered(spark.read.csv(root).filter("year = 2020 AND month > 1"))
    yield "only_partitions", unordered(spark.read.csv(root).select("month").distinct())


@scenario
def test_chosen_files(spark, place):
    for name, when in [("a.csv", 1_600_000_000), ("b.csv", 1_600_000_100), ("c.txt", 1_600_000_200), ("sub/d.csv", 1_600_000_300), ("sub/deep/e.csv", 1_600_000_400)]:
        path = put(place, f"files/{name}", name + "\n")
        os.utime(path, (when, when))
    root = f"{place}/files"

    def read(*paths, **options):
        return unordered(spark.read.options(**options).schema("v STRING").csv(list(paths) or root))

    yield "plain", read()
    yield "glob_filter", read(pathGlobFilter="*.csv")
    yield "glob_filter_braces", read(pathGlobFilter="{a,c}.*")
    yield "glob_filter_class", read(pathGlobFilter="[ab].csv")
    yield "glob_filter_one", read(pathGlobFilter="?.txt")
    yield "glob_filter_none", read(pathGlobFilter="*.nope")
    yield "glob_filter_inferred", lambda: spark.read.option("pathGlobFilter", "*.nope").csv(root).collect()
    yield "glob_filter_bad", lambda: spark.read.option("pathGlobFilter", "[").schema("v STRING").csv(root).collect()
    yield "recursive", read(recursiveFileLookup=True)
    yield "recursive_glob", read(recursiveFileLookup=True, pathGlobFilter="*.csv")
    yield "recursive_bad", lambda: spark.read.option("recursiveFileLookup", "nope").schema("v STRING").csv(root).collect()
    yield "after", read(modifiedAfter="2020-09-13T12:26:40")
    yield "after_blank", read(modifiedAfter="2020-09-13 12:27:00")
    yield "before", read(modifiedBefore="2020-09-13T12:28:20")
    yield "both", read(modifiedAfter="2020-09-13T12:26:41", modifiedBefore="2020-09-13T12:29:00")
    yield "crossed", read(modifiedAfter="2020-09-14", modifiedBefore="2020-09-13")
    yield "zone", read(modifiedAfter="2020-09-13T14:27:00", timeZone="Europe/Berlin")
    yield "date", read(modifiedAfter="2020-09-14")
    yield "bad_time", lambda: spark.read.option("modifiedAfter", "yesterday").schema("v STRING").csv(root).collect()
    yield "bad_before", lambda: spark.read.option("modifiedBefore", "2020-13-01").schema("v STRING").csv(root).collect()
    yield "recursive_after", read(recursiveFileLookup=True, modifiedAfter="2020-09-13T12:30:30")
    yield "globbed", read(f"{root}/*.csv")
    yield "globbed_folders", read(f"{root}/*/*.csv")
    yield "globbed_none", lambda: spark.read.schema("v STRING").csv(f"{root}/*.nope").collect()
    yield "escaped", lambda: spark.read.schema("v STRING").csv(f"{root}/\\a.csv").collect()
    yield "twice", read(f"{root}/a.csv", f"{root}/a.csv")
    yield "missing_second", lambda: spark.read.schema("v STRING").csv([f"{root}/a.csv", f"{root}/nope.csv"]).collect()
    yield "missing_ignored", lambda: spark.read.option("ignoreMissingFiles", True).schema("v STRING").csv(f"{root}/nope.csv").collect()
    yield "no_paths", lambda: spark.read.schema("v STRING").csv([]).collect()
    yield "load_no_path", lambda: spark.read.format("csv").schema("v STRING").load().collect()
    yield "path_option", unordered(spark.read.option("path", f"{root}/a.csv").format("csv").schema("v STRING").load())
    yield "path_option_twice", lambda: spark.read.option("path", f"{root}/a.csv").schema("v STRING").csv(f"{root}/b.csv").collect()
    yield "paths_option", lambda: spark.read.option("paths", f'["{root}/a.csv"]').format("csv").schema("v STRING").load().collect()
    yield "empty_path", lambda: spark.read.schema("v STRING").csv("").collect()
    yield "text_wholetext", unordered(spark.read.option("pathGlobFilter", "*.txt").option("wholetext", True).text(root))
    yield "binary", unordered(spark.read.format("binaryFile").option("pathGlobFilter", "?.csv").load(root).select("length", "content"))


@scenario
def test_parquet_times(spark, place):
    nanos = [1_600_000_000_123_456_789, -1, 0, None]
    new = put_parquet(place, "int96.parquet", {"t": pyarrow.array(nanos, pyarrow.timestamp("ns"))}, use_deprecated_int96_timestamps=True)
    yield "int96", spark.read.parquet(new)
    yield "int96_ntz", lambda: spark.read.schema("t TIMESTAMP_NTZ").parquet(new).collect()
    yield "int96_filter", spark.read.parquet(new).filter("t > timestamp'2020-01-01'")
    spark.conf.set("spark.sql.session.timeZone", "America/Los_Angeles")
    yield "int96_zone", spark.read.parquet(new)
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    yield "nanos", lambda: spark.read.parquet(put_parquet(place, "nanos.parquet", {"t": pyarrow.array(nanos, pyarrow.timestamp("ns"))}, version="2.6")).collect()
    spark.conf.set("spark.sql.legacy.parquet.nanosAsLong", "true")
    yield "nanos_as_long", lambda: spark.read.parquet(f"{place}/nanos.parquet").collect()
    spark.conf.unset("spark.sql.legacy.parquet.nanosAsLong")
    yield "millis", spark.read.parquet(put_parquet(place, "millis.parquet", {"t": pyarrow.array([1_600_000_000_123, None], pyarrow.timestamp("ms", "UTC"))}))
    yield "micros_ntz", spark.read.parquet(put_parquet(place, "micros.parquet", {"t": pyarrow.array([1_600_000_000_123_456, None], pyarrow.timestamp("us"))}))
    spark.conf.set("spark.sql.parquet.inferTimestampNTZ.enabled", "false")
    yield "micros_ltz", spark.read.parquet(f"{place}/micros.parquet")
    spark.conf.unset("spark.sql.parquet.inferTimestampNTZ.enabled")
    old = put_parquet(place, "old.parquet", {"d": pyarrow.array([-700_000, -150_000, 0], pyarrow.int32()).cast(pyarrow.date32()), "t": pyarrow.array([-60_000_000_000_000_000, -12_300_000_000_000_000, 0], pyarrow.timestamp("us", "UTC"))})
    for mode in [None, "EXCEPTION", "CORRECTED", "LEGACY", "nope"]:
        yield f"old_{mode}", lambda mode=mode: (spark.read.option("datetimeRebaseMode", mode) if mode else spark.read).parquet(old).selectExpr("CAST(d AS STRING)", "CAST(t AS STRING)").collect()
    yield "old_late", lambda: spark.read.option("datetimeRebaseMode", "EXCEPTION").parquet(old).filter("d > date'1900-01-01'").collect()
    spark.conf.set("spark.sql.parquet.datetimeRebaseModeInRead", "LEGACY")
    yield "old_session", lambda: spark.read.parquet(old).selectExpr("CAST(d AS STRING)").collect()
    spark.conf.set("spark.sql.parquet.datetimeRebaseModeInRead", "CORRECTED")
    yield "old_session_corrected", lambda: spark.read.parquet(old).selectExpr("CAST(d AS STRING)").collect()
    spark.conf.unset("spark.sql.parquet.datetimeRebaseModeInRead")
    old96 = put_parquet(place, "old96.parquet", {"t": pyarrow.array([-9_000_000_000_000_000_000, 0], pyarrow.timestamp("ns"))}, use_deprecated_int96_timestamps=True)
    for mode in [None, "EXCEPTION", "CORRECTED", "LEGACY", "nope"]:
        yield f"old96_{mode}", lambda mode=mode: (spark.read.option("int96RebaseMode", mode) if mode else spark.read).parquet(old96).selectExpr("CAST(t AS STRING)").collect()
    spark.sql("SELECT date'1200-01-01' AS d, timestamp'1500-06-01 00:00:00' AS t").write.parquet(f"{place}/ours")
    yield "ours", spark.read.parquet(f"{place}/ours")
    yield "ours_legacy", spark.read.option("datetimeRebaseMode", "LEGACY").option("int96RebaseMode", "LEGACY").parquet(f"{place}/ours")
    spark.conf.set("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MILLIS")
    spark.sql("SELECT timestamp'2020-06-01 00:00:00.123456' AS t").write.parquet(f"{place}/as_millis")
    yield "written_millis", spark.read.parquet(f"{place}/as_millis")
    spark.conf.unset("spark.sql.parquet.outputTimestampType")


@scenario
def test_parquet_writers(spark, place):
    """Files say who wrote them, and with that by which calendar; filters look at what the values mean."""
    days = pyarrow.array([-700_000, -150_000, 0, None], pyarrow.int32()).cast(pyarrow.date32())
    micros = pyarrow.array([-60_000_000_000_000_000, -12_300_000_000_000_000, 0, None], pyarrow.timestamp("us", "UTC"))

    def put_by(name, footer, columns, **options):
        return put_parquet(place, name, columns, **options) if footer is None else put_table(pathlib.Path(place, name), pyarrow.table(columns).replace_schema_metadata(footer), options)

    def put_table(path, table, options):
        pyarrow.parquet.write_table(table, path, **options)
        return str(path)

    version = "org.apache.spark.version"
    footers = {"spark2": {version: "2.4.8"}, "spark30": {version: "3.0.1"}, "spark4": {version: "4.0.0"},
               "legacy": {version: "3.5.5", "org.apache.spark.legacyDateTime": ""},
               "zone": {version: "3.5.5", "org.apache.spark.legacyDateTime": "", "org.apache.spark.timeZone": "America/Los_Angeles"}}
    for name, footer in footers.items():
        path = put_by(f"{name}.parquet", footer, {"d": days, "t": micros})
        texts = spark.read.option("datetimeRebaseMode", "EXCEPTION").parquet(path).selectExpr("CAST(d AS STRING)", "CAST(t AS STRING)")
        yield name, lambda texts=texts: texts.collect()
    old = f"{place}/legacy.parquet"
    yield "filter_day", lambda: spark.read.parquet(old).filter("d = date'1559-04-16'").selectExpr("CAST(d AS STRING)").collect()
    yield "filter_before", lambda: spark.read.parquet(old).filter("d < date'1559-04-20'").selectExpr("CAST(t AS STRING)").collect()
    yield "filter_time", lambda: spark.read.parquet(old).filter("t >= timestamp'1580-03-14 21:20:00'").selectExpr("CAST(t AS STRING)").collect()
    yield "filter_null", lambda: spark.read.parquet(old).filter("d IS NULL").count()
    yield "filter_other", lambda: spark.read.parquet(old).filter("t < timestamp'1000-01-01'").count()
    yield "least", lambda: spark.read.parquet(old).selectExpr("CAST(min(d) AS STRING)", "CAST(max(t) AS STRING)").collect()
    nested = {"s": pyarrow.array([{"d": -700_000}, {"d": None}, None], pyarrow.struct([("d", pyarrow.int32())])).cast(pyarrow.struct([("d", pyarrow.date32())])),
              "l": pyarrow.array([[-150_000, 0], [], None], pyarrow.list_(pyarrow.int32())).cast(pyarrow.list_(pyarrow.date32()))}
    path = put_by("nested.parquet", footers["spark2"], nested)
    yield "nested", lambda: spark.read.parquet(path).selectExpr("CAST(s.d AS STRING)", "CAST(l AS STRING)").collect()
    nanos = {"t": pyarrow.array([-9_000_000_000_000_000_000, 0], pyarrow.timestamp("ns"))}
    for name in ["spark2", "spark30", "spark4"]:
        path96 = put_by(f"{name}_96.parquet", footers[name], nanos, use_deprecated_int96_timestamps=True)
        yield f"{name}_int96", lambda path96=path96: spark.read.option("int96RebaseMode", "EXCEPTION").parquet(path96).selectExpr("CAST(t AS STRING)").collect()
    no_zone = put_by("no_zone.parquet", footers["spark2"], {"t": pyarrow.array([-60_000_000_000_000_000], pyarrow.timestamp("us"))})
    yield "no_zone", lambda: spark.read.parquet(no_zone).selectExpr("CAST(t AS STRING)", "typeof(t)").collect()
    young = put_by("young.parquet", None, {"d": pyarrow.array([0, 1], pyarrow.int32()).cast(pyarrow.date32())})
    yield "young", lambda: spark.read.option("datetimeRebaseMode", "EXCEPTION").parquet(young).selectExpr("CAST(d AS STRING)").collect()
    yield "other_column", lambda: spark.read.option("datetimeRebaseMode", "EXCEPTION").parquet(put_by("two.parquet", None, {"d": days, "i": pyarrow.array([1, 2, 3, 4])})).select("i").collect()
    rows = spark.sql("SELECT date'1200-01-01' AS d")

    def write(mode):
        spark.conf.set("spark.sql.parquet.datetimeRebaseModeInWrite", mode)
        try:
            rows.write.parquet(f"{place}/{mode}")
        except Exception:  # Spark names the task's file, which has another name each time
            return "refused"
        return "written"

    for mode in ["EXCEPTION", "CORRECTED"]:
        yield f"write_{mode}", lambda mode=mode: write(mode)
    spark.conf.unset("spark.sql.parquet.datetimeRebaseModeInWrite")
    yield "written", lambda: spark.read.option("datetimeRebaseMode", "LEGACY").parquet(f"{place}/CORRECTED").selectExpr("CAST(d AS STRING)").collect()
    inside = {"l": pyarrow.array([[1_600_000_000_123_456_789]], pyarrow.list_(pyarrow.timestamp("ns", "UTC")))}
    path_inside = put_by("inside.parquet", None, inside)
    yield "nanos_inside", lambda: spark.read.parquet(path_inside).collect()
    spark.conf.set("spark.sql.parquet.inferTimestampNTZ.enabled", "false")
    yield "no_ntz_inside", lambda: spark.read.parquet(put_by("clock.parquet", None, {"s": pyarrow.array([{"t": 0}], pyarrow.struct([("t", pyarrow.timestamp("us"))]))})).selectExpr("typeof(s)").collect()
    spark.conf.unset("spark.sql.parquet.inferTimestampNTZ.enabled")


@scenario
def test_parquet_nanos_with_zone_as_long(spark, place):
    inside = {"l": pyarrow.array([[1_600_000_000_123_456_789]], pyarrow.list_(pyarrow.timestamp("ns", "UTC")))}
    path_inside = put_parquet(place, "inside.parquet", inside)
    spark.conf.set("spark.sql.legacy.parquet.nanosAsLong", "true")
    yield "nanos_inside_as_long", lambda: spark.read.parquet(path_inside).selectExpr("CAST(l AS STRING)", "typeof(l)").collect()
    spark.conf.unset("spark.sql.legacy.parquet.nanosAsLong")


@scenario
def test_merge_schema(spark, place):
    ints = pyarrow.array([1, 2], pyarrow.int32())
    put_parquet(place, "m/a.parquet", {"id": ints, "x": pyarrow.array(["a", "b"])})
    put_parquet(place, "m/b.parquet", {"id": ints, "y": pyarrow.array([1.5, 2.5])})
    root = f"{place}/m"
    yield "merged", unordered(spark.read.option("mergeSchema", True).parquet(root))
    yield "first", unordered(spark.read.option("mergeSchema", False).parquet(root))
    yield "bad_flag", lambda: spark.read.option("mergeSchema", "nope").parquet(root).collect()
    spark.conf.set("spark.sql.parquet.mergeSchema", "true")
    yield "by_session", unordered(spark.read.parquet(root))
    spark.conf.unset("spark.sql.parquet.mergeSchema")
    put_parquet(place, "longs/a.parquet", {"id": ints})
    put_parquet(place, "longs/b.parquet", {"id": pyarrow.array([3], pyarrow.int64())})
    yield "int_and_long", lambda: spark.read.option("mergeSchema", True).parquet(f"{place}/longs").collect()
    put_parquet(place, "texts/a.parquet", {"id": ints})
    put_parquet(place, "texts/b.parquet", {"id": pyarrow.array(["x"])})
    yield "int_and_text", lambda: spark.read.option("mergeSchema", True).parquet(f"{place}/texts").collect()
    put_parquet(place, "decimals/a.parquet", {"id": pyarrow.array([1], pyarrow.decimal128(10, 2))})
    put_parquet(place, "decimals/b.parquet", {"id": pyarrow.array([1], pyarrow.decimal128(12, 2))})
    put_parquet(place, "scales/a.parquet", {"id": pyarrow.array([1], pyarrow.decimal128(10, 2))})
    put_parquet(place, "scales/b.parquet", {"id": pyarrow.array([1], pyarrow.decimal128(10, 3))})
    yield "decimals", unordered(spark.read.option("mergeSchema", True).parquet(f"{place}/decimals"))
    yield "scales", lambda: spark.read.option("mergeSchema", True).parquet(f"{place}/scales").collect()
    put_parquet(place, "structs/a.parquet", {"s": pyarrow.array([{"a": 1, "b": "x"}])})
    put_parquet(place, "structs/b.parquet", {"s": pyarrow.array([{"a": 2, "c": 1.5}])})
    yield "structs", unordered(spark.read.option("mergeSchema", True).parquet(f"{place}/structs"))
    put_parquet(place, "case/a.parquet", {"ID": ints})
    put_parquet(place, "case/b.parquet", {"id": ints})
    yield "case", lambda: sorted(spark.read.option("mergeSchema", True).parquet(f"{place}/case").columns)
    put_parquet(place, "parts/k=1/a.parquet", {"id": ints})
    put_parquet(place, "parts/k=2/b.parquet", {"id": ints, "z": ints})
    yield "partitions", unordered(spark.read.option("mergeSchema", True).parquet(f"{place}/parts"))
    put(place, "broken/a.parquet", "junk and more junk")
    put_parquet(place, "broken/b.parquet", {"id": ints})
    yield "broken", lambda: spark.read.option("mergeSchema", True).parquet(f"{place}/broken").collect()
    yield "json", unordered(spark.read.option("mergeSchema", True).json(put(place, "a.json", '{"a": 1}\n{"b": 2}\n')))


@scenario
def test_csv_options(spark, place):
    def read(name, text, schema=None, **options):
        reader = spark.read.options(**options)
        return (reader.schema(schema) if schema else reader).csv(put(place, name, text))

    yield "line_separator", read("1.csv", "1;2|3;4|", sep=";", lineSep="|")
    yield "line_separator_long", lambda: read("2.csv", "1;2||3;4||", sep=";", lineSep="||").collect()
    yield "line_separator_empty", lambda: read("3.csv", "1\n", lineSep="").collect()
    for handling in ["STOP_AT_CLOSING_QUOTE", "BACK_TO_DELIMITER", "STOP_AT_DELIMITER", "SKIP_VALUE", "RAISE_ERROR", "nope"]:
        yield f"unescaped_{handling}", lambda handling=handling: [list(row) for row in read("4.csv", '"a"b,c\n"x","y\nz"w,v\n', "a STRING, b STRING, c STRING", unescapedQuoteHandling=handling).collect()]
    yield "locale_decimal_inferred", lambda: [list(row) for row in read("6.csv", "\"1.234,5\"\n", sep=";", locale="de-DE", inferSchema=True).collect()]
    yield "locale_bad", lambda: read("7.csv", "1\n", locale="nope nope").collect()
    yield "fallback", lambda: [list(row) for row in read("8.csv", "2020-1-5,31/12/2020\n", "a DATE, b DATE", dateFormat="dd/MM/yyyy", enableDateTimeParsingFallback=True).collect()]
    yield "no_fallback", lambda: [list(row) for row in read("9.csv", "2020-1-5,31/12/2020\n", "a DATE, b DATE", dateFormat="dd/MM/yyyy", enableDateTimeParsingFallback=False).collect()]
    yield "sampling", lambda: read("10.csv", "1\n2\n3\n", inferSchema=True, samplingRatio=1.0).dtypes
    yield "sampling_bad", lambda: read("11.csv", "1\n", inferSchema=True, samplingRatio=0).collect()
    yield "sampling_text", lambda: read("12.csv", "1\n", inferSchema=True, samplingRatio="x").collect()
    yield "max_chars", lambda: read("13.csv", "abcdef\n", maxCharsPerColumn=3).collect()
    yield "max_columns_bad", lambda: read("14.csv", "1\n", maxColumns="x").collect()
    yield "quote_two", lambda: read("15.csv", "1\n", quote="ab").collect()
    yield "escape_two", lambda: read("16.csv", "1\n", escape="ab").collect()
    yield "comment_two", lambda: read("17.csv", "1\n", comment="ab").collect()
    yield "header_bad", lambda: read("18.csv", "1\n", header="maybe").collect()
    yield "infer_bad", lambda: read("19.csv", "1\n", inferSchema="maybe").collect()
    yield "sep_empty", lambda: read("20.csv", "1\n", sep="").collect()
    yield "sep_backslash", lambda: read("21.csv", "1\n", sep="\\").collect()
    yield "sep_unicode", read("22.csv", "1\u00062\n", sep="\\u0006")
    yield "sep_null", lambda: read("23.csv", "1\n", sep="\\0").collect()
    yield "encoding_bad", lambda: read("24.csv", "1\n", encoding="nope").collect()
    yield "null_values", read("26.csv", "NA,-,1\n,x,NA\n", "a STRING, b STRING, c INT", nullValue="NA")
    yield "infinities", read("27.csv", "inf,-inf,nan\n", "a DOUBLE, b DOUBLE, c FLOAT", positiveInf="inf", negativeInf="-inf", nanValue="nan")
    yield "escape_of_escape", read("28.csv", '"a|"b||c"\n', quote='"', escape="|", charToEscapeQuoteEscaping="|")
    yield "timestamp_ntz", read("30.csv", "01/02/2020 03:04\n", "a TIMESTAMP_NTZ", timestampNTZFormat="dd/MM/yyyy HH:mm")
    yield "zone", read("31.csv", "2020-01-01 00:00:00\n", "a TIMESTAMP", timeZone="America/New_York")
    yield "zone_bad", lambda: read("32.csv", "2020-01-01 00:00:00\n", "a TIMESTAMP", timeZone="Nowhere/Town").collect()
    yield "corrupt_column_bad", lambda: read("33.csv", "x\n", "a INT, _corrupt_record INT").collect()
    yield "column_pruning_on", lambda: [list(row) for row in read("35.csv", "1,2\n3\n", "a INT, b INT", mode="DROPMALFORMED").select("a").collect()]
    yield "input_buffer", read("36.csv", "1,2\n", inputBufferSize=16)
    yield "unknown_option", read("38.csv", "1\n", nonsense="x")
    yield "extension", lambda: read("39.csv", "1\n", extension="nope").collect()
    yield "blanks_header", lambda: read("40.csv", " a , b \n1,2\n", header=True, ignoreLeadingWhiteSpace=True, ignoreTrailingWhiteSpace=True).columns
    yield "quoted_blanks", read("41.csv", '" a ", b \n', ignoreLeadingWhiteSpace=True, ignoreTrailingWhiteSpace=True)
    yield "header_mismatch", lambda: read("42.csv", "x,y\n1,2\n", "a INT, b INT", header=True, enforceSchema=False).collect()
    yield "header_fewer", lambda: read("43.csv", "a\n1\n", "a INT, b INT", header=True, enforceSchema=False).collect()
    yield "case_of_keys", read("44.csv", "a|b\n1|2\n", HEADER=True, SEP="|", InferSchema="TRUE")


@scenario
def test_csv_rare_options(spark, place):
    def read(name, text, schema=None, **options):
        reader = spark.read.options(**options)
        return (reader.schema(schema) if schema else reader).csv(put(place, name, text))

    yield "locale", lambda: [list(row) for row in read("5.csv", "\"1.234,5\";03 März 2020\n", "a DECIMAL(10,2), d DATE", sep=";", locale="de-DE", dateFormat="dd MMMM yyyy").collect()]
    yield "utf16_lines", lambda: read("25.csv", "1\n", encoding="UTF-16").collect()
    yield "pattern_bad", lambda: read("29.csv", "2020\n", "a DATE", dateFormat="yyyy-QQQQQQQ").collect()
    yield "column_pruning_off", lambda: [list(row) for row in read("34.csv", "1,2\n3\n", "a INT, b INT", columnPruning=False, mode="DROPMALFORMED").select("a").collect()]
    yield "variant", lambda: read("37.csv", "a,b\n1,x\n2,\n", singleVariantColumn="v", header=True).selectExpr("to_json(v)").collect()


@scenario
def test_buckets(spark, place):
    frame = spark.range(10).selectExpr("id", "id % 3 AS k")
    spark.sql("DROP TABLE IF EXISTS bucketed")
    yield "save", lambda: frame.write.bucketBy(4, "k").parquet(f"{place}/b1")
    yield "save_sorted", lambda: frame.write.bucketBy(4, "k").sortBy("id").format("csv").save(f"{place}/b2")
    yield "insert_into", lambda: frame.write.bucketBy(4, "k").insertInto("nope")
    yield "sort_alone", lambda: frame.write.sortBy("id").format("parquet").saveAsTable("bucketed")
    yield "sort_alone_save", lambda: frame.write.sortBy("id").parquet(f"{place}/b3")
    yield "none", lambda: frame.write.format("parquet").bucketBy(0, "k").saveAsTable("bucketed")
    yield "negative", lambda: frame.write.format("parquet").bucketBy(-1, "k").saveAsTable("bucketed")
    yield "many", lambda: frame.write.format("parquet").bucketBy(1_000_000, "k").saveAsTable("bucketed")
    yield "missing_column", lambda: frame.write.format("parquet").bucketBy(2, "nope").saveAsTable("bucketed")
    yield "missing_sort", lambda: frame.write.format("parquet").bucketBy(2, "k").sortBy("nope").saveAsTable("bucketed")
    yield "partition_too", lambda: frame.write.format("parquet").partitionBy("k").bucketBy(2, "k").saveAsTable("bucketed")
    yield "twice", lambda: frame.write.format("parquet").bucketBy(2, "k", "k").saveAsTable("bucketed")
    yield "delta", lambda: frame.write.format("delta").bucketBy(2, "k").saveAsTable("bucketed_delta")
    yield "sql_delta", lambda: spark.sql("CREATE TABLE bucketed_sql (id BIGINT, k BIGINT) USING delta CLUSTERED BY (k) INTO 2 BUCKETS").collect()
    yield "sql_missing", lambda: spark.sql("CREATE TABLE bucketed_sql (id BIGINT) USING parquet CLUSTERED BY (nope) INTO 2 BUCKETS").collect()
    yield "sql_none", lambda: spark.sql("CREATE TABLE bucketed_sql (id BIGINT) USING parquet CLUSTERED BY (id) INTO 0 BUCKETS").collect()
    yield "sql_text", lambda: spark.sql("CREATE TABLE bucketed_sql (id BIGINT) USING parquet CLUSTERED BY (id) INTO x BUCKETS").collect()
    yield "good", lambda: frame.write.format("parquet").bucketBy(2, "k").sortBy("id").saveAsTable("bucketed")
    yield "rows", lambda: spark.table("bucketed").count() if spark.catalog.tableExists("bucketed") else None
    yield "append_other", lambda: frame.write.format("parquet").bucketBy(4, "k").mode("append").saveAsTable("bucketed")
    yield "append_plain", lambda: frame.write.format("parquet").mode("append").saveAsTable("bucketed")
    spark.sql("DROP TABLE IF EXISTS bucketed")
