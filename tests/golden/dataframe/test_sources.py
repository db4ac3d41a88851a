"""csv, json, parquet and text: reading with the options people set, writing in every mode."""

import os
import pathlib

import pyspark.sql.functions as F
from scenario import scenario, unordered


def put(place, name, text, encoding="utf-8"):
    path = pathlib.Path(place) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return str(path)


@scenario
def test_csv_read(spark, place):
    path = put(place, "a.csv", 'id,name,pay,day,ok\n1,"ann, b",10.5,2020-01-31,true\n2,,NULL,2021-02-28,false\n3,"q""x",-3,,\n')
    yield "plain", spark.read.csv(path)
    yield "header", spark.read.option("header", True).csv(path)
    yield "infer", spark.read.csv(path, header=True, inferSchema=True)
    yield "null_value", spark.read.csv(path, header=True, inferSchema=True, nullValue="NULL")
    yield "schema", spark.read.csv(path, header=True, schema="id INT, name STRING, pay DOUBLE, day DATE, ok BOOLEAN", nullValue="NULL")
    yield "schema_fewer", spark.read.csv(path, header=True, schema="id INT, name STRING")
    yield "schema_more", spark.read.csv(path, header=True, schema="id INT, name STRING, pay STRING, day STRING, ok STRING, extra INT")
    yield "load", spark.read.format("csv").options(header="true", inferSchema="true").load(path)
    yield "columns_pruned", spark.read.csv(path, header=True).select("name")
    yield "count", lambda: spark.read.csv(path, header=True).count()
    semi = put(place, "b.csv", "a;b\n'x;y';1\n# note\n z ;2 \n")
    yield "sep_quote_comment", spark.read.csv(semi, header=True, sep=";", quote="'", comment="#")
    yield "trim", spark.read.csv(semi, header=True, sep=";", quote="'", comment="#", ignoreLeadingWhiteSpace=True, ignoreTrailingWhiteSpace=True, inferSchema=True)
    yield "no_quote", spark.read.csv(semi, header=True, sep=";", quote="")
    escaped = put(place, "c.csv", 'a,b\n"say \\"hi\\"",1\n"back\\\\slash",2\n')
    yield "escape", spark.read.csv(escaped, header=True)
    doubled = put(place, "d.csv", 'a,b\n"say ""hi""",1\n')
    yield "escape_doubled", spark.read.csv(doubled, header=True, escape='"')
    lines = put(place, "e.csv", 'a,b\n"two\nlines",1\nx,2\n')
    yield "multi_line", spark.read.csv(lines, header=True, multiLine=True)
    yield "not_multi_line", spark.read.csv(lines, header=True)
    dates = put(place, "f.csv", "d,t\n31/01/2020,31/01/2020 13:14\nx,y\n")
    yield "formats", spark.read.csv(dates, header=True, schema="d DATE, t TIMESTAMP", dateFormat="dd/MM/yyyy", timestampFormat="dd/MM/yyyy HH:mm")
    yield "formats_inferred", spark.read.csv(dates.replace("x,y\n", ""), header=True, inferSchema=True, timestampFormat="dd/MM/yyyy HH:mm")
    tabs = put(place, "g.tsv", "a\tb\n1\t2\n")
    yield "tab", spark.read.csv(tabs, header=True, sep="\t")
    long_sep = put(place, "h.csv", "a||b\n1||2\n")
    yield "long_separator", spark.read.csv(long_sep, header=True, sep="||")
    latin = put(place, "i.csv", "a\né\n", "latin-1")
    yield "encoding", spark.read.csv(latin, header=True, encoding="ISO-8859-1")
    empty = put(place, "j.csv", "")
    yield "empty_file", lambda: spark.read.csv(empty, header=True).columns
    only_header = put(place, "k.csv", "a,b\n")
    yield "only_header", spark.read.csv(only_header, header=True, inferSchema=True)
    crlf = put(place, "l.csv", "a,b\r\n1,2\r\n\r\n3,4\r\n")
    yield "crlf", spark.read.csv(crlf, header=True, inferSchema=True)
    duplicate = put(place, "m.csv", "a,A,a,\n1,2,3,4\n")
    yield "duplicate_names", lambda: spark.read.csv(duplicate, header=True).columns
    bom = put(place, "n.csv", "\ufeffa,b\n1,2\n")
    yield "bom", spark.read.csv(bom, header=True)
    values = put(place, "o.csv", 'a,b\n"",x\n,y\n')
    yield "empty_value", spark.read.csv(values, header=True)
    yield "empty_value_set", spark.read.csv(values, header=True, emptyValue="E", nullValue="N")
    nan = put(place, "p.csv", "a\nNaN\nInf\n-Inf\n1\n")
    yield "nan", spark.read.csv(nan, header=True, schema="a DOUBLE")
    mixed = put(place, "q.csv", "a,b,c,d,e,f\n1,1.5,x,12345678901,2020-01-01,2020-01-01 10:00:00\n2,2,y,3,2020-01-02,2020-01-02 11:00:00\n")
    yield "inference", spark.read.csv(mixed, header=True, inferSchema=True)
    yield "prefer_date_off", spark.read.option("preferDate", False).csv(mixed, header=True, inferSchema=True)
    yield "missing_path", lambda: spark.read.csv(place + "/nope.csv").collect()
    put(place, "many/1.csv", "a\n1\n")
    put(place, "many/2.csv", "a\n2\n")
    put(place, "many/_hidden.csv", "a\n3\n")
    yield "folder", unordered(spark.read.csv(place + "/many", header=True, inferSchema=True))
    yield "glob", unordered(spark.read.csv(place + "/many/*.csv", header=True))
    yield "list", unordered(spark.read.csv([place + "/many/1.csv", place + "/many/2.csv"], header=True))
    yield "file_name", lambda: [os.path.basename(row[0]) for row in spark.read.csv(place + "/many/1.csv", header=True).select(F.input_file_name()).collect()]
    put(place, "parts/k=1/a.csv", "v\nx\n")
    put(place, "parts/k=2/a.csv", "v\ny\n")
    yield "partitions", unordered(spark.read.csv(place + "/parts", header=True))
    yield "partition_filter", spark.read.csv(place + "/parts", header=True).filter("k = 2")


@scenario
def test_csv_bad_rows(spark, place):
    path = put(place, "bad.csv", "id,v\n1,10\nx,20\n3\n4,40,extra\n5,\n")
    schema = "id INT, v INT"
    yield "permissive", spark.read.csv(path, header=True, schema=schema)
    yield "drop", spark.read.csv(path, header=True, schema=schema, mode="DROPMALFORMED")
    yield "drop_count", lambda: len(spark.read.csv(path, header=True, schema=schema, mode="DROPMALFORMED").collect())
    yield "fail", lambda: spark.read.csv(path, header=True, schema=schema, mode="FAILFAST").collect()
    yield "corrupt", spark.read.csv(path, header=True, schema=schema + ", _corrupt_record STRING")
    yield "corrupt_named", spark.read.csv(path, header=True, schema=schema + ", bad STRING", columnNameOfCorruptRecord="bad")
    yield "corrupt_only", lambda: spark.read.csv(path, header=True, schema=schema + ", _corrupt_record STRING").filter("_corrupt_record IS NOT NULL").count()
    yield "unknown_mode", spark.read.csv(path, header=True, schema=schema, mode="nope")
    yield "infer", spark.read.csv(path, header=True, inferSchema=True)
    other = put(place, "h.csv", "x,y\n1,2\n")
    yield "enforce_off", lambda: spark.read.csv(other, header=True, schema="a INT, b INT", enforceSchema=False).collect()
    yield "header_ignored", spark.read.csv(other, header=True, schema="a INT, b INT")
    yield "overflow", spark.read.csv(put(place, "o.csv", "99999999999\n1.5\n"), schema="a INT")
    yield "max_columns", lambda: spark.read.csv(put(place, "w.csv", ",".join("abc") + "\n"), maxColumns=2).collect()


@scenario
def test_json_read(spark, place):
    path = put(place, "a.json", '{"id":1,"name":"ann","tags":["x","y"],"in":{"a":1.5}}\n{"id":2,"extra":true}\n\n{"id":null,"name":"é"}\n')
    yield "infer", spark.read.json(path)
    yield "schema", spark.read.json(path, schema="id INT, name STRING")
    yield "nested_schema", spark.read.schema("id LONG, in STRUCT<a: DOUBLE, b: STRING>, tags ARRAY<STRING>").json(path)
    yield "select_nested", spark.read.json(path).select("in.a", "tags")
    multi = put(place, "m.json", '[{"a":1},\n {"a":2, "b":"x"}]')
    yield "multi_line", spark.read.json(multi, multiLine=True)
    bad = put(place, "bad.json", '{"a":1}\n{"a":"x"}\n{bad\n{"a":2.5}\n')
    yield "permissive", spark.read.json(bad, schema="a INT, _corrupt_record STRING")
    yield "drop", spark.read.json(bad, schema="a INT", mode="DROPMALFORMED")
    yield "fail", lambda: spark.read.json(bad, schema="a INT", mode="FAILFAST").collect()
    yield "bad_inferred", spark.read.json(bad)
    options = put(place, "o.json", "{'a':'01', b:2, \"d\":\"31/01/2020\"} // note\n")
    yield "lenient", spark.read.json(options, allowSingleQuotes=True, allowUnquotedFieldNames=True, allowComments=True)
    yield "as_text", spark.read.json(path, primitivesAsString=True)
    yield "dates", spark.read.json(put(place, "d.json", '{"d":"31/01/2020","t":"2020-01-31T01:02:03Z"}\n'), schema="d DATE, t TIMESTAMP", dateFormat="dd/MM/yyyy")
    types = put(place, "t.json", '{"i":1,"l":12345678901,"d":1.5,"b":true,"s":"2020-01-01","n":null,"a":[],"o":{},"big":123456789012345678901234567890,"m":[1,"x"]}\n')
    yield "types", spark.read.json(types)
    yield "drop_null_fields", spark.read.json(types, dropFieldIfAllNull=True)
    yield "empty", lambda: spark.read.json(put(place, "e.json", "")).columns


@scenario
def test_text(spark, place):
    path = put(place, "a.txt", "one\n\nthree é\r\nlast")
    yield "lines", spark.read.text(path)
    yield "whole", spark.read.text(path, wholetext=True)
    yield "separator", spark.read.text(put(place, "b.txt", "a;b;c"), lineSep=";")
    spark.createDataFrame([("x",), ("y",)], "value STRING").coalesce(1).write.text(place + "/out")
    yield "written", unordered(spark.read.text(place + "/out"))
    yield "two_columns", lambda: spark.range(1).selectExpr("'a' AS a", "'b' AS b").write.text(place + "/bad")
    yield "number", lambda: spark.range(1).write.text(place + "/bad2")


@scenario
def test_parquet(spark, place):
    df = spark.sql("SELECT id, CAST(id AS INT) AS i, id / 3 AS d, CAST(id * 1.1 AS DECIMAL(10,2)) AS dec, concat('n', id) AS s, id % 2 = 0 AS b, date_add(date'2020-01-01', CAST(id AS INT)) AS day, timestamp'2020-01-01 00:00:00' + make_interval(0, 0, 0, 0, CAST(id AS INT)) AS ts, array(id, NULL) AS a, map('k', id) AS m, named_struct('x', id, 'y', 'z') AS st, CAST(concat('b', id) AS BINARY) AS bin FROM range(4)")
    path = place + "/p"
    df.write.parquet(path)
    yield "back", unordered(spark.read.parquet(path))
    yield "types", [list(pair) for pair in spark.read.parquet(path).dtypes]
    yield "pruned", unordered(spark.read.parquet(path).select("s", "st.x").filter("id > 1"))
    yield "exists", lambda: df.write.parquet(path)
    yield "error_mode", lambda: df.write.mode("error").parquet(path)
    df.write.mode("ignore").parquet(path)
    yield "ignored", lambda: spark.read.parquet(path).count()
    df.write.mode("append").parquet(path)
    yield "appended", lambda: spark.read.parquet(path).count()
    df.limit(1).write.mode("overwrite").parquet(path)
    yield "overwritten", lambda: spark.read.parquet(path).count()
    df.write.partitionBy("b").parquet(place + "/by_b")
    yield "partition_folders", sorted(name for name in os.listdir(place + "/by_b") if "=" in name)
    yield "partitioned", unordered(spark.read.parquet(place + "/by_b").select("id", "b"))
    yield "partition_filter", unordered(spark.read.parquet(place + "/by_b").filter("b").select("id"))
    spark.createDataFrame([(1, None), (2, "x/y z")], "v INT, k STRING").write.partitionBy("k").parquet(place + "/odd")
    yield "odd_folders", sorted(name for name in os.listdir(place + "/odd") if "=" in name)
    yield "odd_back", unordered(spark.read.parquet(place + "/odd"))
    yield "success_file", os.path.exists(path + "/_SUCCESS")
    spark.range(2).write.parquet(place + "/e1")
    spark.range(2).selectExpr("id", "'x' AS extra").write.parquet(place + "/e2")
    yield "merge_schema", unordered(spark.read.option("mergeSchema", True).parquet(place + "/e1", place + "/e2"))
    yield "missing", lambda: spark.read.parquet(place + "/nope").collect()
    put(place, "bad.parquet", "not parquet at all")
    yield "bad_file", lambda: spark.read.parquet(place + "/bad.parquet").collect()
    yield "empty_folder", lambda: (os.makedirs(place + "/void"), spark.read.parquet(place + "/void").collect())[1]
    yield "sql_path", unordered(spark.sql(f"SELECT id FROM parquet.`{place}/e1`"))
    yield "bad_format", lambda: spark.read.format("nope").load(path).collect()
    yield "bad_mode", lambda: df.write.mode("nope").parquet(path)
    yield "missing_partition_column", lambda: df.write.partitionBy("nope").parquet(place + "/x")
    yield "duplicate_columns", lambda: spark.sql("SELECT 1 AS a, 2 AS a").write.parquet(place + "/dup")


@scenario
def test_csv_json_write(spark, place):
    df = spark.sql("SELECT * FROM VALUES (1, 'a,b', 1.5D, date'2020-01-31', timestamp'2020-01-31 01:02:03.4'), (2, NULL, NULL, NULL, NULL), (3, 'q\"q', -0.0D, date'1999-12-31', timestamp'1999-12-31 23:59:59'), (4, '', 1e20D, NULL, NULL) AS t(i, s, d, day, ts)").coalesce(1)

    def lines(folder):
        parts = sorted(name for name in os.listdir(place + folder) if name.startswith("part-"))
        return [(pathlib.Path(place + folder) / name).read_text() for name in parts]

    df.write.csv(place + "/c1")
    yield "csv", lines("/c1")
    df.write.option("header", True).option("sep", ";").option("nullValue", "NA").option("emptyValue", "-").option("quoteAll", True).csv(place + "/c2")
    yield "csv_options", lines("/c2")
    df.write.csv(place + "/c3", header=True, dateFormat="dd/MM/yyyy", timestampFormat="yyyy-MM-dd HH:mm")
    yield "csv_formats", lines("/c3")
    yield "csv_back", unordered(spark.read.csv(place + "/c3", header=True))
    df.write.json(place + "/j1")
    yield "json", lines("/j1")
    df.write.option("ignoreNullFields", False).json(place + "/j2")
    yield "json_nulls", lines("/j2")
    spark.sql("SELECT array(1, NULL) AS a, map('k', 1) AS m, struct(1 AS x, NULL AS y) AS s").coalesce(1).write.json(place + "/j3")
    yield "json_nested", lines("/j3")
    yield "csv_array", lambda: spark.sql("SELECT array(1) AS a").write.csv(place + "/c4")
    df.write.option("compression", "gzip").csv(place + "/c5")
    yield "gzip_back", lambda: spark.read.csv(place + "/c5").count()
    yield "gzip_name", sorted({name.split(".", 1)[1] for name in os.listdir(place + "/c5") if name.startswith("part-")})
    df.select("i", "s").write.partitionBy("i").json(place + "/j4")
    yield "json_partitions", unordered(spark.read.json(place + "/j4"))


@scenario
def test_save_as_table(spark, place):
    spark.sql("DROP TABLE IF EXISTS saved")
    df = spark.range(3).withColumn("k", F.col("id") % 2)
    df.write.format("parquet").saveAsTable("saved")
    yield "saved", unordered(spark.table("saved"))
    yield "again", lambda: df.write.format("parquet").saveAsTable("saved")
    df.write.mode("append").format("parquet").saveAsTable("saved")
    yield "appended", lambda: spark.table("saved").count()
    df.write.insertInto("saved")
    yield "inserted", lambda: spark.table("saved").count()
    df.write.mode("overwrite").format("parquet").saveAsTable("saved")
    yield "overwritten", lambda: spark.table("saved").count()
    yield "wrong_columns", lambda: df.select("id").write.insertInto("saved")
    df.writeTo("saved2").using("delta").createOrReplace()
    yield "v2", unordered(spark.table("saved2"))
    df.writeTo("saved2").append()
    yield "v2_appended", lambda: spark.table("saved2").count()
    yield "v2_create", lambda: df.writeTo("saved2").using("delta").create()
    yield "read_table", unordered(spark.read.table("saved").filter("k = 0"))
    spark.sql("DROP TABLE saved")
    spark.sql("DROP TABLE saved2")
    yield "dropped", lambda: spark.table("saved").collect()
