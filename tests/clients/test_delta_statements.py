"""Statements that change what a Delta table is: properties, protocol, shallow clones, Parquet folders that become tables."""

import pytest


def rows(spark, query):
    return sorted(tuple(row) for row in spark.sql(query).collect())


@pytest.fixture
def table(spark, place):
    name = f"delta.`{place}/t`"
    spark.sql(f"CREATE TABLE {name} (id BIGINT, n INT, p STRING) USING delta PARTITIONED BY (p)").collect()
    spark.sql(f"INSERT INTO {name} SELECT id, CAST(id AS INT), IF(id < 3, 'a', 'b') FROM range(5)").collect()
    return name


def properties(spark, table):
    return dict(tuple(row) for row in spark.sql(f"SHOW TBLPROPERTIES {table}").collect())


def test_properties_come_and_go_and_count_at_once(spark, table):
    spark.sql(f"ALTER TABLE {table} SET TBLPROPERTIES ('delta.appendOnly' = 'true', 'note' = 'mine')").collect()
    assert properties(spark, table)["note"] == "mine"
    with pytest.raises(Exception, match="DELTA_CANNOT_MODIFY_APPEND_ONLY"):
        spark.sql(f"DELETE FROM {table}").collect()
    spark.sql(f"ALTER TABLE {table} UNSET TBLPROPERTIES ('delta.appendOnly')").collect()
    assert "delta.appendOnly" not in properties(spark, table)
    with pytest.raises(Exception, match="DELTA_UNSET_NON_EXISTENT_PROPERTY"):
        spark.sql(f"ALTER TABLE {table} UNSET TBLPROPERTIES ('nope')").collect()
    spark.sql(f"ALTER TABLE {table} UNSET TBLPROPERTIES IF EXISTS ('nope')").collect()
    with pytest.raises(Exception, match="DELTA_UNKNOWN_CONFIGURATION"):
        spark.sql(f"ALTER TABLE {table} SET TBLPROPERTIES ('delta.nope' = '1')").collect()
    spark.sql(f"DELETE FROM {table} WHERE id = 0").collect()
    assert [row["operation"] for row in spark.sql(f"DESCRIBE HISTORY {table}").collect()][:2] == ["DELETE", "UNSET TBLPROPERTIES"]


def test_column_mapping_comes_to_a_table_with_files(spark, table):
    before = rows(spark, f"SELECT * FROM {table}")
    spark.sql(f"ALTER TABLE {table} SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name', 'delta.minReaderVersion' = '2', 'delta.minWriterVersion' = '5')").collect()
    assert rows(spark, f"SELECT * FROM {table}") == before
    spark.sql(f"INSERT INTO {table} VALUES (9, 9, 'c')").collect()
    assert rows(spark, f"SELECT * FROM {table}") == sorted([*before, (9, 9, "c")])
    with pytest.raises(Exception, match="DELTA_UNSUPPORTED_COLUMN_MAPPING_MODE_CHANGE"):
        spark.sql(f"ALTER TABLE {table} SET TBLPROPERTIES ('delta.columnMapping.mode' = 'id')").collect()
    with pytest.raises(Exception, match="DELTA_INVALID_PROTOCOL_DOWNGRADE"):
        spark.sql(f"ALTER TABLE {table} SET TBLPROPERTIES ('delta.minReaderVersion' = '1', 'delta.minWriterVersion' = '2')").collect()


def test_a_shallow_clone_has_the_rows_and_a_life_of_its_own(spark, table, place):
    clone = f"delta.`{place}/clone`"
    assert rows(spark, f"CREATE TABLE {clone} SHALLOW CLONE {table}")[0][1:4] == (2, 0, 0)
    spark.sql(f"DELETE FROM {clone} WHERE id IN (0, 3)").collect()
    spark.sql(f"INSERT INTO {table} VALUES (5, 5, 'c')").collect()
    assert [row[0] for row in rows(spark, f"SELECT id FROM {clone}")] == [1, 2, 4]
    assert [row[0] for row in rows(spark, f"SELECT id FROM {table}")] == [0, 1, 2, 3, 4, 5]
    spark.sql(f"CREATE TABLE delta.`{place}/old` SHALLOW CLONE {table} VERSION AS OF 0").collect()
    assert rows(spark, f"SELECT * FROM delta.`{place}/old`") == []
    with pytest.raises(Exception, match="DELTA_UNSUPPORTED_DEEP_CLONE"):
        spark.sql(f"CREATE TABLE delta.`{place}/deep` DEEP CLONE {table}").collect()


def test_named_tables_are_cloned_and_replaced(spark):
    for name in ("clone_source", "clone_target"):
        spark.sql(f"DROP TABLE IF EXISTS {name}").collect()
    spark.sql("CREATE TABLE clone_source USING delta AS SELECT id FROM range(4)").collect()
    spark.sql("CREATE TABLE clone_target SHALLOW CLONE clone_source").collect()
    with pytest.raises(Exception, match="TABLE_OR_VIEW_ALREADY_EXISTS"):
        spark.sql("CREATE TABLE clone_target SHALLOW CLONE clone_source").collect()
    spark.sql("INSERT INTO clone_source VALUES (7)").collect()
    assert spark.table("clone_target").count() == 4
    spark.sql("CREATE OR REPLACE TABLE clone_target SHALLOW CLONE clone_source").collect()
    assert spark.table("clone_target").count() == 5
    for name in ("clone_source", "clone_target"):
        spark.sql(f"DROP TABLE {name}").collect()


def test_a_folder_of_parquet_files_becomes_a_table(spark, place):
    path = f"{place}/files"
    spark.range(6).selectExpr("id", "id % 2 AS k").write.partitionBy("k").parquet(path)
    with pytest.raises(Exception, match="DELTA_UNEXPECTED_NUM_PARTITION_COLUMNS_FROM_FILE_NAME"):
        spark.sql(f"CONVERT TO DELTA parquet.`{path}`").collect()
    spark.sql(f"CONVERT TO DELTA parquet.`{path}` PARTITIONED BY (k BIGINT)").collect()
    spark.sql(f"CONVERT TO DELTA parquet.`{path}` PARTITIONED BY (k BIGINT)").collect()
    assert rows(spark, f"SELECT k, count(*), sum(id) FROM delta.`{path}` GROUP BY k") == [(0, 3, 6), (1, 3, 9)]
    spark.sql(f"DELETE FROM delta.`{path}` WHERE id = 3").collect()
    assert [row["operation"] for row in spark.sql(f"DESCRIBE HISTORY delta.`{path}`").collect()] == ["DELETE", "CONVERT"]


@pytest.mark.only("spark42")
def test_the_python_api_raises_protocols_clones_and_converts(spark, table, place):
    from delta.tables import DeltaTable

    made = DeltaTable.forPath(spark, f"{place}/t")
    made.upgradeTableProtocol(1, 4)
    assert made.detail().select("minReaderVersion", "minWriterVersion").first() == (1, 4)
    made.addFeatureSupport("deletionVectors")
    assert made.detail().select("minReaderVersion", "minWriterVersion").first() == (3, 7)
    assert "deletionVectors" in made.detail().first()["tableFeatures"]
    assert made.clone(f"delta.`{place}/clone`", isShallow=True).toDF().count() == 5
    assert made.cloneAtVersion(0, f"delta.`{place}/old`", isShallow=True).toDF().count() == 0
    spark.range(3).write.parquet(f"{place}/files")
    assert DeltaTable.convertToDelta(spark, f"parquet.`{place}/files`").toDF().count() == 3


def test_values_by_position_may_have_any_names(spark, table):
    spark.sql(f"INSERT INTO {table} SELECT id, CAST(id AS INT), 'z' FROM range(20, 21)").collect()
    assert (20, 20, "z") in rows(spark, f"SELECT * FROM {table}")
