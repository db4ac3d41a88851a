"""Files in local folders, and time travel by a timestamp."""
import datetime
import time

import pytest


@pytest.mark.parametrize("source", ["parquet", "csv"])
def test_a_folder_of_files_is_written_whole_and_read_back(spark, place, source):
    frame = spark.range(5).selectExpr("id", "CAST(id AS STRING) AS name")
    path = f"{place}/{source}"
    frame.write.format(source).option("header", True).save(path)
    back = spark.read.format(source).option("header", True).option("inferSchema", True).load(path)
    assert sorted(row["id"] for row in back.collect()) == [0, 1, 2, 3, 4]
    frame.write.format(source).option("header", True).mode("append").save(path)
    assert spark.read.format(source).option("header", True).load(path).count() == 10
    import os

    assert "_SUCCESS" in os.listdir(path) and not [name for name in os.listdir(path) if "stage" in name]


def test_an_earlier_version_is_found_by_its_time(spark, place):
    path = f"{place}/table"
    spark.range(3).write.format("delta").save(path)
    time.sleep(1.1)
    between = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f")
    time.sleep(0.2)
    spark.range(10).write.format("delta").mode("overwrite").save(path)
    assert spark.read.format("delta").option("timestampAsOf", between).load(path).count() == 3
    assert spark.read.format("delta").load(path).count() == 10


def test_instants_of_int96_in_dictionaries_are_read_by_expressions(spark, place):
    import pyarrow
    import pyarrow.parquet

    path = f"{place}/old.parquet"
    times = pyarrow.array([0, 1_600_000_000_000_000_000] * 2000, pyarrow.timestamp("ns"))
    pyarrow.parquet.write_table(pyarrow.table({"t": times}), path, use_deprecated_int96_timestamps=True)
    frame = spark.read.parquet(path)
    assert frame.dtypes == [("t", "timestamp")]
    assert {row.x for row in frame.selectExpr("CAST(t AS STRING) AS x").collect()} == {"1970-01-01 00:00:00", "2020-09-13 12:26:40"}


def test_what_files_say_of_themselves_is_found_by_the_names_of_tables(spark):
    spark.sql("CREATE TABLE left_files USING parquet AS SELECT 1 AS id, 'a' AS name")
    spark.sql("CREATE TABLE right_files USING parquet AS SELECT 1 AS id, 'b' AS name")
    try:
        plain = spark.sql("SELECT _metadata.file_name FROM left_files").collect()[0].file_name
        for query in (
            "SELECT left_files._metadata.file_name FROM left_files",
            "SELECT default.left_files._metadata.file_name FROM left_files",
            "SELECT f._metadata.file_name FROM left_files f WHERE f._metadata.file_size > 0",
            "SELECT f._metadata.file_name, count(*) FROM left_files f GROUP BY f._metadata.file_name",
            "SELECT f._metadata.file_name FROM left_files f JOIN right_files USING (id)",
        ):
            assert spark.sql(query).collect()[0].file_name == plain, query
        joined = spark.sql("SELECT a._metadata.file_path AS one, b._metadata.file_path AS other FROM left_files a JOIN right_files b ON a.id = b.id").collect()[0]
        assert joined.one != joined.other
        assert spark.sql("SELECT f.* FROM left_files f").columns == ["id", "name"]
        assert "file_size" in spark.sql("SELECT f._metadata.* FROM left_files f").columns
        with pytest.raises(Exception, match="AMBIGUOUS_REFERENCE"):
            spark.sql("SELECT _metadata FROM left_files a JOIN right_files b ON a.id = b.id").collect()
    finally:
        spark.sql("DROP TABLE left_files")
        spark.sql("DROP TABLE right_files")
