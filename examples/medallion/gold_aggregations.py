# %% [markdown]
# # Gold: what people ask for
# Reads the silver table of `silver_processing.ipynb`: run that one first.

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
silver = spark.read.format("delta").load(f"{lake}/silver/sales")

# %% [markdown]
# ## Turnover by category and region

# %%
turnover = silver.groupBy("category", "region").agg(F.sum("amount").alias("turnover"), F.count("*").alias("sales")).orderBy(F.desc("turnover"))
turnover.write.format("delta").mode("overwrite").save(f"{lake}/gold/turnover")
turnover.show()

# %% [markdown]
# ## By month, with what was sold until then

# %%
from pyspark.sql.window import Window

months = silver.groupBy(F.date_trunc("month", "sold_on").cast("date").alias("month")).agg(F.sum("amount").alias("turnover"))
months = months.withColumn("so_far", F.sum("turnover").over(Window.orderBy("month"))).orderBy("month")
months.write.format("delta").mode("overwrite").save(f"{lake}/gold/months")
months.show()

# %% [markdown]
# ## It adds up

# %%
total = silver.agg(F.sum("amount")).first()[0]
assert turnover.agg(F.sum("turnover")).first()[0] == total == months.agg(F.max("so_far")).first()[0]
print("turnover", total)
