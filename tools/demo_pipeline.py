"""The pipeline of ./dev demo, as a notebook would have it: stock pyspark, boto3 and deltalake, endpoints from the environment."""
import argparse
import json
import os
import sys
import time

import boto3
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.utils import AnalysisException

import demo_data
import demo_report

STEPS = []


class step:
    """Prints a line before and the seconds after a part of the job."""

    def __init__(self, text):
        self.text = text

    def __enter__(self):
        print(f"   {self.text:<58}", end="", flush=True)
        self.began = time.monotonic()
        return self

    def __exit__(self, kind, *rest):
        seconds = time.monotonic() - self.began
        if kind is None:
            STEPS.append((self.text, seconds))
            print(f"{seconds:7.2f} s", flush=True)
        else:
            print("failed", flush=True)


def storage_options():
    return {"AWS_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL"], "AWS_ACCESS_KEY_ID": os.environ["AWS_ACCESS_KEY_ID"],
            "AWS_SECRET_ACCESS_KEY": os.environ["AWS_SECRET_ACCESS_KEY"], "AWS_REGION": "us-east-1", "AWS_ALLOW_HTTP": "true", "conditional_put": "etag"}


def make_buckets(s3):
    for bucket in ("bronze", "silver", "gold"):
        try:
            s3.create_bucket(Bucket=bucket)
        except s3.exceptions.BucketAlreadyOwnedByYou:
            pass


def sales(spark, s3, rows, scratch):
    """Bronze -> silver -> gold of the sales data; answers the gold table and facts for the report."""
    path, late = os.path.join(scratch, "sales.csv"), os.path.join(scratch, "late.csv")
    with step(f"make {rows:,} rows of raw sales (nulls, duplicates, bad values)"):
        truth = demo_data.write_sales(path, late, rows)
    with step(f"land the raw CSV through S3 ({os.path.getsize(path) / 1e6:.0f} MB)"):
        s3.upload_file(path, "bronze", "sales/raw/sales.csv")
        s3.upload_file(late, "bronze", "sales/raw/late.csv")

    with step("bronze: CSV as received -> Delta"):
        raw = spark.read.option("header", True).option("inferSchema", True).csv("s3a://bronze/sales/raw/sales.csv")
        raw.withColumn("ingested_at", F.current_timestamp()).write.format("delta").mode("overwrite").save("s3a://bronze/sales/table")
    with step("silver: typed, valid, without duplicates, by month"):
        bronze = spark.read.format("delta").load("s3a://bronze/sales/table")
        silver = (bronze.dropDuplicates(["order_id"])
                  .withColumn("price", F.expr("try_cast(price AS decimal(10,2))"))
                  .filter("price > 0 AND quantity > 0 AND order_date IS NOT NULL")
                  .fillna({"region": "unknown"})
                  .withColumn("month", F.date_format("order_date", "yyyy-MM"))
                  .withColumn("amount", (F.col("price") * F.col("quantity")).cast("decimal(14,2)"))
                  .select("order_id", "order_date", "customer_id", "category", "region", "quantity", "price", "amount", "month"))
        silver.write.format("delta").mode("overwrite").partitionBy("month").save("s3a://silver/sales")
    with step("late corrections: MERGE into silver"):
        spark.read.option("header", True).schema("order_id BIGINT, quantity INT, cancelled BOOLEAN").csv("s3a://bronze/sales/raw/late.csv").createOrReplaceTempView("late")
        spark.sql("""
            MERGE INTO delta.`s3a://silver/sales` AS t USING late AS s ON t.order_id = s.order_id
            WHEN MATCHED AND s.cancelled THEN DELETE
            WHEN MATCHED THEN UPDATE SET t.quantity = s.quantity, t.amount = CAST(t.price * s.quantity AS DECIMAL(14,2))""").collect()
    with step("gold: revenue by category and region"):
        current = spark.read.format("delta").load("s3a://silver/sales")
        gold = (current.groupBy("category", "region")
                .agg(F.sum("amount").alias("revenue"), F.count("*").alias("orders"), F.countDistinct("customer_id").alias("customers"))
                .withColumn("average_order", F.round(F.col("revenue") / F.col("orders"), 2)))
        gold.write.format("delta").mode("overwrite").save("s3a://gold/sales_by_category")
        (current.groupBy("month").agg(F.sum("amount").alias("revenue")).write.format("delta").mode("overwrite").save("s3a://gold/sales_by_month"))
    with step("read silver before the corrections (versionAsOf 0)"):
        before = spark.read.format("delta").option("versionAsOf", 0).load("s3a://silver/sales")
        counts = (before.count(), current.count(), bronze.count())
    with step("read gold with deltalake, and compare"):
        from deltalake import DeltaTable
        table = DeltaTable("s3://gold/sales_by_category", storage_options=storage_options())
        frame = table.to_pandas().sort_values(["category", "region"]).reset_index(drop=True)
        mine = spark.read.format("delta").load("s3a://gold/sales_by_category").orderBy("category", "region").toPandas()
        assert frame.shape == mine.shape and (frame["revenue"] == mine["revenue"]).all(), "deltalake reads another gold table"
    assert counts[0] == truth["valid"], f"silver has {counts[0]:,} rows, {truth['valid']:,} are valid"
    assert counts[1] == truth["valid"] - truth["cancelled"], f"after MERGE {counts[1]:,} rows"
    assert str(mine["revenue"].sum()) == truth["revenue"], f"revenue {mine['revenue'].sum()} instead of {truth['revenue']}"
    print(f"   checked: {counts[2]:,} bronze rows, {counts[0]:,} valid, {counts[1]:,} after corrections; revenue {truth['revenue']} as generated")

    print("\nThe gold table")
    spark.read.format("delta").load("s3a://gold/sales_by_category").orderBy(F.desc("revenue")).show(12, truncate=False)
    months = spark.read.format("delta").load("s3a://gold/sales_by_month").orderBy("month").collect()
    history = spark.sql("DESCRIBE HISTORY delta.`s3a://silver/sales`").select("version", "operation").orderBy("version").collect()
    return {"title": "Sales", "lead": f"{counts[2]:,} raw rows, {counts[1]:,} orders after corrections",
            "charts": [("Revenue by category", [(c, float(v)) for c, v in mine.groupby("category")["revenue"].sum().sort_values(ascending=False).items()], "bar"),
                       ("Revenue by month", [(r["month"], float(r["revenue"])) for r in months], "line"),
                       ("Revenue by region", [(c, float(v)) for c, v in mine.groupby("region")["revenue"].sum().sort_values(ascending=False).items()], "bar")],
            "table": mine.sort_values("revenue", ascending=False).head(15),
            "history": [(r["version"], r["operation"]) for r in history]}


def any_csv(spark, s3, path):
    """The same job over a file nobody has seen: a row number is the key, the table's own columns choose the gold table."""
    name = os.path.splitext(os.path.basename(path))[0].lower().replace(" ", "_") or "data"
    with step(f"land {os.path.basename(path)} through S3 ({os.path.getsize(path) / 1e6:.1f} MB)"):
        s3.upload_file(path, "bronze", f"{name}/raw/{name}.csv")
    with step("bronze: CSV as received -> Delta"):
        raw = (spark.read.option("header", True).option("inferSchema", True).option("multiLine", True).option("escape", '"')
               .option("nullValue", "NULL").csv(f"s3a://bronze/{name}/raw/{name}.csv"))
        clean = raw.toDF(*[c.strip().replace(" ", "_") or f"column_{i}" for i, c in enumerate(raw.columns)])
        clean.write.format("delta").mode("overwrite").save(f"s3a://bronze/{name}/table")
    with step("silver: without duplicates and empty rows, with a key"):
        bronze = spark.read.format("delta").load(f"s3a://bronze/{name}/table")
        silver = bronze.dropDuplicates().dropna(how="all").withColumn("row_key", F.monotonically_increasing_id())
        silver.write.format("delta").mode("overwrite").save(f"s3a://silver/{name}")
    current = spark.read.format("delta").load(f"s3a://silver/{name}")
    with step("late corrections: MERGE a sent-again tenth into silver"):
        current.filter("row_key % 10 = 0").createOrReplaceTempView("again")
        spark.sql(f"MERGE INTO delta.`s3a://silver/{name}` AS t USING again AS s ON t.row_key = s.row_key WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *").collect()
    total = current.count()
    numbers = [c for c, t in current.dtypes if t in ("int", "bigint", "double", "float") or t.startswith("decimal")]
    numbers = [c for c in numbers if c != "row_key"]
    texts = [c for c, t in current.dtypes if t == "string"]
    with step("gold: totals by the column that groups best"):
        distinct = current.agg(*[F.countDistinct(c).alias(c) for c in texts]).collect()[0].asDict() if texts else {}
        filled = current.agg(*[F.count(c).alias(c) for c in texts]).collect()[0].asDict() if texts else {}
        groups = sorted((filled[c] >= total / 2, n, c) for c, n in distinct.items() if 2 <= n <= 20)
        group = groups[-1][2] if groups else None
        measure = numbers[0] if numbers else None
        sums = [F.count("*").alias("rows")] + ([F.sum(measure).cast("double").alias("total"), F.avg(measure).alias("average")] if measure else [])
        (current.groupBy(group) if group else current.groupBy()).agg(*sums).write.format("delta").mode("overwrite").save(f"s3a://gold/{name}")
    gold = spark.read.format("delta").load(f"s3a://gold/{name}")
    with step("read silver before the corrections (versionAsOf 0)"):
        before = spark.read.format("delta").option("versionAsOf", 0).load(f"s3a://silver/{name}").count()
    assert before == total, "the corrections changed the number of rows"
    print("\nThe gold table")
    gold.orderBy(F.desc("rows")).show(12, truncate=False)
    frame = gold.toPandas()
    value = "total" if measure else "rows"
    bars = [(str(r[group]) if group else "all", float(r[value] or 0)) for r in frame.to_dict("records")]
    history = spark.sql(f"DESCRIBE HISTORY delta.`s3a://silver/{name}`").select("version", "operation").orderBy("version").collect()
    return {"title": os.path.basename(path), "lead": f"{bronze.count():,} raw rows, {total:,} distinct ones",
            "charts": [(f"{measure or 'rows'} by {group or 'all'}", sorted(bars, key=lambda b: -b[1])[:20], "bar")], "table": frame.head(15),
            "history": [(r["version"], r["operation"]) for r in history]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--report", required=True)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--scratch", required=True)
    parser.add_argument("--csv")
    options = parser.parse_args()
    print("3. The job")
    with step("a Spark session and its first result"):
        spark = SparkSession.builder.appName("demo").getOrCreate()
        spark.sql("select 1").collect()
    with step("buckets bronze, silver and gold through S3"):
        s3 = boto3.client("s3")
        make_buckets(s3)
    facts = any_csv(spark, s3, options.csv) if options.csv else sales(spark, s3, options.rows, options.scratch)
    facts["steps"] = STEPS
    facts["version"] = spark.version
    demo_report.write(options.report, facts)
    print(f"   in all {sum(seconds for _, seconds in STEPS):.1f} s")
    spark.stop()


if __name__ == "__main__":
    main()
