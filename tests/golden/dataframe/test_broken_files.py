"""Files that are none of their format, are broken inside, hold other types or vanish: what reading their rows says."""

import bz2
import gzip
import json
import os
import pathlib

import pyarrow
import pyarrow.parquet
import pytest
from scenario import scenario

# 3.5 has no conditions for most of these, and its client asks a failing server again for minutes.
pytestmark = pytest.mark.timeout(600)


def put(place, name, data):
    path = pathlib.Path(place, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return str(path)


def parquet_bytes(place, columns=None, **options):
    columns = columns or {"id": pyarrow.array(range(2000), pyarrow.int64()), "s": pyarrow.array([f"text {i % 7}" for i in range(2000)])}
    path = pathlib.Path(place, "made.parquet")
    pyarrow.parquet.write_table(pyarrow.table(columns), path, **({"compression": "snappy", "use_dictionary": False} | options))
    return path.read_bytes()


def flipped(data, *places):
    data = bytearray(data)
    for at in places:
        data[at] ^= 0xFF
    return bytes(data)


@scenario
def test_parquet_that_is_none(spark, place):
    good = parquet_bytes(place)
    schema = "id LONG, s STRING"
    for name, data in {"junk": b"not parquet at all", "empty": b"", "short": b"PAR1", "cut": good[:-9], "no_end": good[: len(good) // 2], "lying": good[:-8] + b"\xff\xff\xff\x7fPAR1", "encrypted": good[:-4] + b"PARE"}.items():
        path = put(place, f"{name}.parquet", data)
        yield f"{name}_inferred", lambda path=path: spark.read.parquet(path).collect()
        yield f"{name}_declared", lambda path=path: spark.read.schema(schema).parquet(path).collect()
    path = f"{place}/junk.parquet"
    yield "count", lambda: spark.read.schema(schema).parquet(path).count()
    yield "ignored", lambda: spark.read.schema(schema).option("ignoreCorruptFiles", True).parquet(path).collect()
    yield "ignored_inferred", lambda: spark.read.option("ignoreCorruptFiles", True).parquet(path).collect()
    put(place, "two/b.parquet", good)
    put(place, "two/a.parquet", b"junk and more junk")
    yield "one_of_two", lambda: spark.read.schema(schema).parquet(f"{place}/two").count()
    yield "one_of_two_inferred", lambda: spark.read.parquet(f"{place}/two").count()
    yield "one_of_two_ignored", lambda: spark.read.schema(schema).option("ignoreCorruptFiles", True).parquet(f"{place}/two").count()
    put(place, "k=1/x y.parquet", b"junk and more junk")
    yield "odd_name", lambda: spark.read.schema(schema).parquet(f"{place}/k=1").count()
    yield "written", lambda: spark.read.schema(schema).parquet(path).write.parquet(f"{place}/out")


@scenario
def test_parquet_broken_pages(spark, place):
    good = parquet_bytes(place)
    for name, places in {"page_header": [4, 5, 6], "page": range(200, 260), "middle": range(len(good) // 2, len(good) // 2 + 50)}.items():
        path = put(place, f"{name}.parquet", flipped(good, *places))
        yield name, lambda path=path: len(spark.read.parquet(path).collect())
        yield f"{name}_filtered", lambda path=path: len(spark.read.parquet(path).filter("id > 10").collect())
    path = f"{place}/page_header.parquet"
    yield "count", lambda: spark.read.parquet(path).count()
    yield "other_column", lambda: len(spark.read.parquet(path).select("s").collect())


@scenario
def test_parquet_other_types(spark, place):
    path = put(place, "numbers.parquet", parquet_bytes(place, {"id": pyarrow.array([1, 2], pyarrow.int64()), "s": pyarrow.array(["a", "b"]), "d": pyarrow.array([1.5, 2.5]), "l": pyarrow.array([[1], [2]]), "i": pyarrow.array([1, 2], pyarrow.int32())}))
    for column, type in [("id", "STRING"), ("id", "INT"), ("id", "DOUBLE"), ("id", "TIMESTAMP"), ("id", "BOOLEAN"), ("s", "INT"), ("s", "BINARY"), ("d", "FLOAT"), ("d", "LONG"), ("l", "STRING"), ("l", "ARRAY<STRING>"), ("i", "SMALLINT"), ("i", "DECIMAL(5,0)"), ("id", "ARRAY<LONG>"), ("id", "STRUCT<a: LONG>")]:
        yield f"{column} as {type}", lambda column=column, type=type: spark.read.schema(f"{column} {type}").parquet(path).collect()
    yield "nested", lambda: spark.read.schema("l STRUCT<a: INT>").parquet(path).collect()


@scenario
def test_texts(spark, place):
    packed = gzip.compress(b"1,2\n" * 10_000)
    for name, data in {"junk.csv.gz": b"no gzip here at all", "cut.csv.gz": packed[:-20], "cut.csv.bz2": bz2.compress(b"1,2\n" * 10_000)[:-20], "junk.csv.snappy": b"\xff" * 40, "junk.csv.deflate": b"no deflate"}.items():
        path = put(place, name, data)
        yield f"csv {name}", lambda path=path: spark.read.schema("a INT, b INT").csv(path).collect()
    junk = f"{place}/junk.csv.gz"
    yield "csv_multi_line", lambda: spark.read.schema("a INT").option("multiLine", True).csv(junk).collect()
    yield "csv_ignored", lambda: spark.read.schema("a INT").option("ignoreCorruptFiles", True).csv(junk).collect()
    yield "json", lambda: spark.read.schema("a INT").json(junk).collect()
    yield "json_inferred", lambda: spark.read.json(junk).collect()
    yield "json_multi_line", lambda: spark.read.schema("a INT").option("multiLine", True).json(junk).collect()
    yield "json_ignored", lambda: spark.read.schema("a INT").option("ignoreCorruptFiles", True).json(junk).collect()
    yield "text", lambda: spark.read.text(junk).collect()
    yield "text_whole", lambda: spark.read.option("wholetext", True).text(junk).collect()
    yield "text_ignored", lambda: spark.read.option("ignoreCorruptFiles", True).text(junk).collect()
    yield "count", lambda: spark.read.text(junk).count()
    yield "binary", lambda: [row.length for row in spark.read.format("binaryFile").load(junk).collect()]
    yield "fail_fast_csv", lambda: spark.read.schema("a INT").option("mode", "FAILFAST").csv(put(place, "bad.csv", "x\n")).collect()
    yield "fail_fast_json", lambda: spark.read.schema("a INT").option("mode", "FAILFAST").json(put(place, "bad.json", "{bad\n")).collect()


@scenario
def test_vanished(spark, place):
    for format, name in [("parquet", "a.parquet"), ("csv", "a.csv"), ("json", "a.json"), ("text", "a.txt")]:
        put(place, f"{format}/{name}", parquet_bytes(place) if format == "parquet" else "1\n")
        put(place, f"{format}/b{name}", parquet_bytes(place) if format == "parquet" else "1\n")
        schema = "value STRING" if format == "text" else "id LONG"
        spark.sql(f"CREATE OR REPLACE TEMPORARY VIEW gone_{format} ({schema}) USING {format} OPTIONS (path '{place}/{format}')")
        yield f"{format}_there", lambda format=format: spark.sql(f"SELECT count(*) FROM gone_{format}").collect()[0][0]
        os.unlink(f"{place}/{format}/{name}")
        yield format, lambda format=format: len(spark.sql(f"SELECT * FROM gone_{format}").collect())
        frame = spark.read.schema(schema).format(format).load(f"{place}/{format}")
        yield f"{format}_frame", lambda frame=frame: len(frame.collect())
        os.unlink(f"{place}/{format}/b{name}")
        yield f"{format}_frame_gone", lambda frame=frame: len(frame.collect())


def delta_table(place, name, data, path="part-0.parquet"):
    """A table of one file, without the file when there is no data."""
    folder = pathlib.Path(place, name)
    (folder / "_delta_log").mkdir(parents=True)
    if data is not None:
        (folder / path).write_bytes(data)
    schema = {"type": "struct", "fields": [{"name": "id", "type": "long", "nullable": True, "metadata": {}}, {"name": "s", "type": "string", "nullable": True, "metadata": {}}]}
    actions = [{"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}},
               {"metaData": {"id": "11111111-2222-3333-4444-555555555555", "format": {"provider": "parquet", "options": {}}, "schemaString": json.dumps(schema), "partitionColumns": [], "configuration": {}, "createdTime": 1700000000000}},
               {"add": {"path": path, "partitionValues": {}, "size": len(data or b"x" * 1000), "modificationTime": 1700000000000, "dataChange": True}}]
    (folder / "_delta_log" / "00000000000000000000.json").write_text("".join(json.dumps(action) + "\n" for action in actions))
    return str(folder)


@scenario
def test_delta(spark, place):
    good = parquet_bytes(place)
    for name, data in {"junk": b"not parquet at all", "empty": b"", "page": flipped(good, 4, 5, 6), "gone": None, "other_type": parquet_bytes(place, {"id": pyarrow.array(["x", "y"])})}.items():
        table = delta_table(place, f"{name}_table", data)
        yield name, lambda table=table: spark.read.format("delta").load(table).collect()
        yield f"{name}_count", lambda table=table: spark.read.format("delta").load(table).count()
        if name not in ("page", "other_type"):
            yield f"{name}_filtered", lambda table=table: spark.read.format("delta").load(table).filter("id > 5").collect()
    table = delta_table(place, "odd", None, path="a%20b.parquet")
    yield "odd_name", lambda: spark.read.format("delta").load(table).collect()
    yield "update", lambda: spark.sql(f"UPDATE delta.`{place}/junk_table` SET id = 1 WHERE id = 2").collect()
    yield "optimize", lambda: spark.sql(f"DELETE FROM delta.`{place}/gone_table` WHERE id = 2").collect()
    spark.conf.set("spark.sql.files.ignoreCorruptFiles", "true")
    yield "corrupt_ignored", lambda: spark.read.format("delta").load(f"{place}/junk_table").collect()
    spark.conf.unset("spark.sql.files.ignoreCorruptFiles")


@scenario
def test_format_names(spark, place):
    path = put(place, "f/a.txt", "x\n")
    for name in ["avro", "org.apache.spark.sql.avro", "protobuf", "kafka", "iceberg", "hudi", "com.databricks.spark.csv", "csv2", "org.apache.spark.sql.csv", "org.apache.spark.sql.json", "org.apache.spark.sql.parquet", "org.apache.spark.sql.execution.datasources.csv.CSVFileFormat", "org.apache.spark.sql.execution.datasources.parquet.ParquetFileFormat", "org.apache.spark.sql.execution.datasources.text.TextFileFormat", "CSV", "Text", "java.lang.String", "solr", "mongodb"]:
        yield f"read {name}", lambda name=name: spark.read.format(name).schema("a STRING").load(path).count()
    for name in ["avro", "kafka", "nope", "iceberg", "jdbc"]:
        yield f"write {name}", lambda name=name: spark.range(1).write.format(name).save(f"{place}/w")
        yield f"table {name}", lambda name=name: spark.sql(f"CREATE TABLE of_{name} (a INT) USING {name}").collect()
    yield "from avro.path", lambda: spark.sql(f"SELECT * FROM avro.`{path}`").collect()
    yield "from nope.path", lambda: spark.sql(f"SELECT * FROM nope.`{path}`").collect()
    yield "using nope", lambda: spark.sql(f"CREATE TEMPORARY VIEW v USING nope OPTIONS (path '{path}')").collect()


@scenario
def test_broken_otherwise(spark, place):
    junk = put(place, "junk.parquet", b"not parquet at all")
    yield "sql", lambda: spark.sql(f"SELECT * FROM parquet.`{junk}`").collect()
    numbers = put(place, "numbers.parquet", parquet_bytes(place, {"i": pyarrow.array([1, 2], pyarrow.int32())}))
    for type in ["LONG", "DOUBLE", "DATE", "DECIMAL(10,0)"]:
        yield f"i as {type}", lambda type=type: spark.read.schema(f"i {type}").parquet(numbers).collect()
    bz2_junk = put(place, "junk.csv.bz2", b"no bzip2")
    yield "csv junk.csv.bz2", lambda: spark.read.schema("a INT, b INT").csv(bz2_junk).collect()
    packed = put(place, "junk.csv.gz", b"no gzip here at all")
    yield "csv_inferred", lambda: spark.read.csv(packed).collect()
    yield "charset", lambda: spark.read.schema("a STRING").option("encoding", "nope").csv(put(place, "a.csv", "x\n")).collect()
    text = put(place, "f/a.txt", "x\n")
    yield "read binaryfile", lambda: spark.read.format("binaryfile").schema("a STRING").load(text).count()
    yield "write binaryFile", lambda: spark.range(1).write.format("binaryFile").save(f"{place}/w")
    yield "table binaryFile", lambda: spark.sql("CREATE TABLE of_binaryFile (a INT) USING binaryFile").collect()


@scenario
def test_formats_not_there(spark, place):
    """Formats that the lab does not read, and one without a name."""
    text = put(place, "f/a.txt", "x\n")
    for name in ["com.databricks.spark.avro", ""]:
        yield f"read {name}", lambda name=name: spark.read.format(name).schema("a STRING").load(text).count()
    yield "orc of text", lambda: spark.read.format("orc").schema("a STRING").load(text).count()
    yield "orc of text inferred", lambda: spark.read.orc(text).count()


@scenario
def test_broken_pages_ignored(spark, place):
    page = put(place, "page_header.parquet", flipped(parquet_bytes(place), 4, 5, 6))
    yield "ignored", lambda: spark.read.option("ignoreCorruptFiles", True).parquet(page).collect()
