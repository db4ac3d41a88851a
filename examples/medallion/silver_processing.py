# %% [markdown]
# # Silver: clean and typed
# Reads the bronze table of `bronze_ingestion.ipynb`: run that one first.

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
bronze = spark.read.format("delta").load(f"{lake}/bronze/sales")

# %% [markdown]
# ## What is wrong with it?

# %%
amount = F.expr("try_cast(amount AS decimal(12,2))")
bronze.select(F.count("*").alias("rows"), F.countDistinct("id").alias("sales"), F.sum(F.when(amount.isNull(), 1).otherwise(0)).alias("no amount"), F.sum(F.when(amount <= 0, 1).otherwise(0)).alias("not positive")).show()

# %% [markdown]
# ## Typed, each sale once, good ones kept, bad ones put aside

# %%
typed = bronze.dropDuplicates(["id"]).select(F.col("id").cast("int"), "category", "region", amount.alias("amount"), F.to_date("sold_on").alias("sold_on"))
good, bad = typed.where("amount > 0"), typed.where("amount IS NULL OR amount <= 0")
good.write.format("delta").mode("overwrite").partitionBy("region").save(f"{lake}/silver/sales")
bad.write.format("delta").mode("overwrite").save(f"{lake}/silver/sales_refused")
silver = spark.read.format("delta").load(f"{lake}/silver/sales")
silver.orderBy("id").show(5)
assert silver.count() == 980 and spark.read.format("delta").load(f"{lake}/silver/sales_refused").count() == 20
