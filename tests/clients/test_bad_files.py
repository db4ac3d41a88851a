"""Files and logs that are broken, lying or hostile end in an error of the query that reads them, never of the lab."""

import json
import os
import pathlib
import shutil
import struct

import pytest
from conftest import connect
from pyspark.errors import PySparkException


@pytest.fixture(autouse=True)
def another_session_notices_nothing(lab):
    other = connect(lab.remote)
    yield
    assert lab.process.poll() is None, lab.tail()
    assert other.range(3).count() == 3


def refused(call):
    with pytest.raises(PySparkException) as caught:
        call()
    assert "INTERNAL_ERROR" not in str(caught.value)[:40], caught.value
    return str(caught.value)


def answered(call):
    """Rows or a refusal: which of the two is not ours to say."""
    try:
        return call()
    except PySparkException as error:
        assert "INTERNAL_ERROR" not in str(error)[:40], error
        return None


# Parquet


@pytest.fixture
def parquet(spark, place):
    spark.range(20_000).selectExpr("id", "cast(id % 7 AS STRING) AS s", "array(id) AS l").coalesce(1).write.parquet(f"{place}/good")
    return next(pathlib.Path(place, "good").glob("*.parquet")).read_bytes()


def folder_of(place, name, data):
    folder = pathlib.Path(place, name)
    folder.mkdir()
    (folder / "part-0.parquet").write_bytes(data)
    return str(folder)


@pytest.mark.parametrize("cut", [0, 1, 3, 4, 8, 11, 100])
def test_parquet_files_that_are_cut_short_are_refused(spark, place, parquet, cut):
    folder = folder_of(place, "short", parquet[:cut])
    refused(lambda: spark.read.parquet(folder).collect())


@pytest.mark.parametrize("end", [1, 4, 5, 8, 9, 100])
def test_parquet_files_without_their_end_are_refused(spark, place, parquet, end):
    folder = folder_of(place, "headless", parquet[:-end])
    refused(lambda: spark.read.parquet(folder).collect())


@pytest.mark.parametrize("length", [0, 1, 7, 2**31 - 1, 2**32 - 1])
def test_footers_that_lie_about_their_length_are_refused(spark, place, parquet, length):
    folder = folder_of(place, "lying", parquet[:-8] + struct.pack("<I", length) + b"PAR1")
    refused(lambda: spark.read.parquet(folder).collect())


def test_parquet_files_with_any_byte_wrong_end_in_an_answer(spark, place, parquet):
    footer = struct.unpack("<I", parquet[-8:-4])[0]
    places = list(range(4, 400, 23)) + list(range(len(parquet) - 8 - footer, len(parquet) - 8, 11))
    for at in places:
        folder = folder_of(place, f"wrong{at}", parquet[:at] + bytes([parquet[at] ^ 0xFF]) + parquet[at + 1 :])
        answered(lambda: spark.read.parquet(folder).collect())
        shutil.rmtree(folder)


# Texts


def test_lines_of_megabytes_are_read(spark, place):
    path = pathlib.Path(place, "long.csv")
    path.write_bytes(b"a,b\n" + b"x" * (20 << 20) + b",1\n")
    row = spark.read.csv(str(path), header=True, maxCharsPerColumn=-1).selectExpr("length(a) AS n", "b").collect()[0]
    assert (row.n, row.b) == (20 << 20, "1")
    path = pathlib.Path(place, "long.json")
    path.write_bytes(b'{"a": "' + b"y" * (20 << 20) + b'"}\n')
    assert spark.read.json(str(path)).selectExpr("length(a) AS n").collect()[0].n == 20 << 20


@pytest.mark.parametrize("content", [b"\x00" * 1000, b"a,b\n\x00,\x00\n", b"\xff\xfe\xfd,1\n", b'"' * 100_001, b"," * 100_000, b"\n" * 100_000, b"\xef\xbb\xbf", b"a\rb\rc", os.urandom(10_000)], ids=range(9))
def test_csv_of_any_bytes_ends_in_an_answer(spark, place, content):
    path = pathlib.Path(place, "odd.csv")
    path.write_bytes(content)
    for options in ({}, {"header": True}, {"header": True, "inferSchema": True}, {"multiLine": True}):
        answered(lambda options=options: spark.read.options(**options).csv(str(path)).count())
    answered(lambda: spark.read.schema("a INT, b STRING").csv(str(path)).collect())


@pytest.mark.parametrize("content", [b"\x00" * 1000, b'{"a": "\x00"}\n', b'{"a": "\xff\xfe"}\n', b"[" * 100_000, b'{"a":' * 100_000, b'{"a": 1' + b"0" * 10_000 + b"}", b'{"a": 1e999999999}', b"{}" * 1000, b'"' * 99, os.urandom(10_000)], ids=range(10))
def test_json_of_any_bytes_ends_in_an_answer(spark, place, content):
    path = pathlib.Path(place, "odd.json")
    path.write_bytes(content)
    answered(lambda: spark.read.json(str(path)).count())
    answered(lambda: spark.read.option("multiLine", True).json(str(path)).count())
    answered(lambda: spark.read.schema("a STRING").json(str(path)).collect())


def test_a_json_row_of_many_keys_ends_in_an_answer(spark, place):
    path = pathlib.Path(place, "wide.json")
    path.write_text(json.dumps({f"k{i}": i for i in range(5_000)}) + "\n")
    assert len(spark.read.json(str(path)).columns) == 5_000


# Packed


@pytest.mark.parametrize("name", ["x.csv.gz", "x.csv.zst", "x.csv.snappy", "x.csv.lz4", "x.csv.deflate"])
def test_packed_files_of_junk_are_refused(spark, place, name):
    path = pathlib.Path(place, name)
    path.write_bytes(os.urandom(5_000))
    refused(lambda: spark.read.csv(str(path)).collect())


def test_a_bzip2_file_of_junk_has_no_rows(spark, place):
    # Hadoop looks for the first block, and finds none: recorded in test_broken_otherwise of tests/golden/dataframe.
    path = pathlib.Path(place, "x.csv.bz2")
    path.write_bytes(b"junk " * 1_000)
    assert spark.read.schema("a STRING").csv(str(path)).collect() == []


def test_a_packed_file_that_is_cut_is_refused(spark, place):
    import gzip

    path = pathlib.Path(place, "cut.csv.gz")
    path.write_bytes(gzip.compress(b"1,2\n" * 100_000)[:-20])
    refused(lambda: spark.read.csv(str(path)).collect())


# Delta


@pytest.fixture
def table(spark, place):
    path = f"{place}/table"
    spark.range(10).coalesce(1).write.format("delta").save(path)
    spark.range(10, 20).coalesce(1).write.format("delta").mode("append").save(path)
    return pathlib.Path(path)


def rows(spark, table):
    return sorted(row.id for row in spark.read.format("delta").load(str(table)).collect())


def commit(table, version):
    return table / "_delta_log" / f"{version:020d}.json"


def actions(table, version):
    return [json.loads(line) for line in commit(table, version).read_text().splitlines()]


def rewrite(table, version, changed):
    commit(table, version).write_text("".join(json.dumps(action) + "\n" for action in changed))
    for checksum in table.glob("_delta_log/*.crc"):
        checksum.unlink()


@pytest.mark.parametrize("content", ["", "junk", "{", "[]", "null", "{}", '{"add": 5}', '{"add": {"path": 7}}', '{"add": {}}', '{"metaData": {"schemaString": "junk"}}', '{"protocol": {"minReaderVersion": "x"}}',
                                     '{"protocol": {"minReaderVersion": 99, "minWriterVersion": 99}}', '{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["unheardOf"],"writerFeatures":["unheardOf"]}}', '{"add"' * 10_000, "\x00" * 100, '{"unknown": {"x": 1}}'], ids=range(16))
def test_commits_of_junk_end_in_an_answer(spark, table, content):
    commit(table, 2).write_text(content)
    answered(lambda: rows(spark, table))


def test_a_log_with_a_hole_is_refused(spark, table):
    spark.range(5).write.format("delta").mode("append").save(str(table))
    commit(table, 1).unlink()
    refused(lambda: rows(spark, connect_again(spark, table)))


def connect_again(spark, table):
    """The same table at a path that nobody has read yet."""
    moved = table.with_name("moved")
    shutil.copytree(table, moved)
    return moved


def test_a_missing_data_file_is_named(spark, table):
    path = next(action["add"]["path"] for action in actions(table, 1) if "add" in action)
    (table / path).unlink()
    assert path in refused(lambda: rows(spark, table))


@pytest.mark.parametrize("path", ["../../../../../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "s3a://nobodys-bucket/x.parquet", "http://127.0.0.1:1/x.parquet", "", ".", "..", "a\x00b", "%00", "%2e%2e/x", "x" * 100_000, "part\n.parquet", "_delta_log/00000000000000000000.json"],
                         ids=range(14))
def test_paths_of_files_that_are_none_of_the_table_give_no_rows(spark, table, path):
    changed = actions(table, 1)
    for action in changed:
        if "add" in action:
            action["add"]["path"] = path
    rewrite(table, 1, changed)
    said = refused(lambda: rows(spark, connect_again(spark, table)))
    assert "root:" not in said


@pytest.mark.parametrize("change", [{"size": -1}, {"size": 2**62}, {"size": "x"}, {"partitionValues": 5}, {"partitionValues": {"nowhere": "x"}}, {"stats": "junk"}, {"stats": "{" * 5000}, {"stats": '{"numRecords": -5}'}, {"stats": '{"numRecords": 99999999999, "minValues": {"id": "text"}}'},
                                    {"deletionVector": {"storageType": "u", "pathOrInlineDv": "junk", "offset": 1, "sizeInBytes": 2**31 - 1, "cardinality": 1}}, {"deletionVector": {"storageType": "i", "pathOrInlineDv": "^Bg9^0rr910", "sizeInBytes": 40, "cardinality": 6}},
                                    {"deletionVector": {"storageType": "p", "pathOrInlineDv": "/etc/passwd", "offset": 0, "sizeInBytes": 10, "cardinality": 6}}, {"deletionVector": 5}, {"modificationTime": "yesterday"}, {"dataChange": "maybe"}], ids=range(15))
def test_adds_that_lie_end_in_an_answer(spark, table, change):
    changed = actions(table, 1)
    for action in changed:
        if "add" in action:
            action["add"].update(change)
    rewrite(table, 1, changed)
    path = connect_again(spark, table)
    answered(lambda: rows(spark, path))
    answered(lambda: spark.read.format("delta").load(str(path)).where("id > 15").count())


@pytest.mark.parametrize("content", ["", "junk", "{}", '{"version": -1, "size": 1}', '{"version": 99, "size": 5}', '{"version": 1, "size": 2, "parts": 1000000}', '{"version": 9223372036854775807, "size": 1}', "[" * 10_000], ids=range(8))
def test_a_lying_last_checkpoint_ends_in_an_answer(spark, table, content):
    (table / "_delta_log" / "_last_checkpoint").write_text(content)
    path = connect_again(spark, table)
    answered(lambda: rows(spark, path))


@pytest.mark.parametrize("content", [b"", b"PAR1", os.urandom(5_000)], ids=range(3))
def test_a_checkpoint_of_junk_is_passed_over_or_refused(spark, table, content):
    (table / "_delta_log" / f"{1:020d}.checkpoint.parquet").write_bytes(content)
    (table / "_delta_log" / "_last_checkpoint").write_text('{"version": 1, "size": 4}')
    path = connect_again(spark, table)
    answered(lambda: rows(spark, path))


def test_a_log_of_thousands_of_commits_is_read(spark, table):
    template = next(action for action in actions(table, 1) if "add" in action)
    for version in range(2, 3_002):
        # The same file again and again: it counts once.
        commit(table, version).write_text(json.dumps(template) + "\n")
    assert rows(spark, table) == list(range(20))
