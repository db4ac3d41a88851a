# %% [markdown]
# # Customer analytics 1: look at the data
# Makes customers and their orders, and asks the first questions. The next notebooks build features of them and validate those.

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
# ## 500 customers, 10,000 orders
# Made by the engine, the same each time.

# %%
customers = spark.range(1, 501).select(
    F.col("id").cast("int").alias("customer_id"),
    F.element_at(F.array(*map(F.lit, ["PT", "FR", "TR", "AT", "NO"])), (F.col("id") % 5 + 1).cast("int")).alias("country"),
    F.date_add(F.lit("2024-01-01").cast("date"), (F.col("id") * 37 % 600).cast("int")).alias("joined_on"),
)
orders = spark.range(10_000).select(
    F.col("id").alias("order_id"),
    (F.pmod(F.hash("id"), F.lit(450)) + 1).cast("int").alias("customer_id"),
    F.date_add(F.lit("2025-01-01").cast("date"), F.pmod(F.hash("id", F.lit(1)), F.lit(365)).cast("int")).alias("ordered_on"),
    F.when(F.col("id") % 97 == 0, None).otherwise((F.pmod(F.hash("id", F.lit(2)), F.lit(20000)) / 100).cast("decimal(10,2)")).alias("amount"),
)
customers.write.format("delta").mode("overwrite").save(f"{lake}/customers/customers")
orders.write.format("delta").mode("overwrite").save(f"{lake}/customers/orders")
customers, orders = (spark.read.format("delta").load(f"{lake}/customers/{name}") for name in ("customers", "orders"))

# %% [markdown]
# ## What is in it?

# %%
orders.describe("amount").show()
orders.select([F.sum(F.col(name).isNull().cast("int")).alias(name) for name in orders.columns]).show()
print(orders.approxQuantile("amount", [0.25, 0.5, 0.75], 0.0))

# %% [markdown]
# ## Who buys, and where?

# %%
by_country = customers.join(orders, "customer_id", "left").groupBy("country").agg(F.countDistinct("customer_id").alias("customers"), F.count("order_id").alias("orders"), F.sum("amount").alias("turnover"))
by_country.orderBy(F.desc("turnover")).show()
silent = customers.join(orders, "customer_id", "anti").count()
print(silent, "never bought anything")
assert silent >= 50

# %% [markdown]
# ## By month, as a table to look at

# %%
orders.groupBy(F.date_format("ordered_on", "yyyy-MM").alias("month")).agg(F.sum("amount").alias("turnover")).orderBy("month").toPandas()
