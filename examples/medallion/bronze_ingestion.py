# %% [markdown]
# # Bronze: land it as it comes
# Raw CSV on the object store becomes a Delta table with nothing lost: every value as text, with where it came from and when.

# %%
import getpass, os, re

import boto3
from pyspark.sql import SparkSession, functions as F

spark = SparkSession.builder.getOrCreate()
bucket = "examples-" + re.sub("[^a-z0-9]+", "-", os.environ.get("JUPYTERHUB_USER", getpass.getuser()).lower()).strip("-")
s3 = boto3.client("s3")
if bucket not in [each["Name"] for each in s3.list_buckets()["Buckets"]]:
    s3.create_bucket(Bucket=bucket)
lake = f"s3a://{bucket}"

# %% [markdown]
# ## A day's file arrives
# 1,000 sales with what real files have: doubles, gaps, nonsense.

# %%
import random

random.seed(7)
lines = ["id,category,region,amount,sold_on"]
for number in range(1000):
    amount = random.choice(["", "-1", "n/a"]) if number % 50 == 0 else f"{random.uniform(1, 500):.2f}"
    lines.append(f"{number},{random.choice(['books', 'toys', 'games'])},{random.choice(['north', 'south', 'east', 'west'])},{amount},2026-0{random.randint(1, 9)}-{random.randint(10, 28)}")
lines += lines[1:51]  # sent twice
s3.put_object(Bucket=bucket, Key="raw/sales.csv", Body="\n".join(lines).encode())
print(len(lines) - 1, "lines landed")

# %% [markdown]
# ## Into the bronze table

# %%
bronze = spark.read.option("header", True).csv(f"{lake}/raw/sales.csv").withColumn("source", F.lit("raw/sales.csv")).withColumn("ingested_at", F.current_timestamp())
bronze.write.format("delta").mode("overwrite").save(f"{lake}/bronze/sales")
spark.read.format("delta").load(f"{lake}/bronze/sales").show(5)
assert spark.read.format("delta").load(f"{lake}/bronze/sales").count() == 1050
