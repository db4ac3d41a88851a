# %% [markdown]
# # Customer analytics 2: features
# Recency, frequency and value of each customer, out of the tables of `1_exploration.ipynb`.

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
customers, orders = (spark.read.format("delta").load(f"{lake}/customers/{name}") for name in ("customers", "orders"))

# %% [markdown]
# ## What each customer did until a day
# Features know nothing of what came after: a model trained on them would otherwise look into the future.

# %%
day = F.lit("2025-10-01").cast("date")
past = orders.where((F.col("ordered_on") < day) & F.col("amount").isNotNull())
features = customers.where(F.col("joined_on") < day).join(past, "customer_id", "left").groupBy("customer_id", "country", "joined_on").agg(
    F.datediff(day, F.max("ordered_on")).alias("recency_days"),
    F.count("order_id").alias("frequency"),
    F.coalesce(F.sum("amount"), F.lit(0)).alias("value"),
    F.stddev("amount").alias("spread"),
)
features = features.withColumn("age_days", F.datediff(day, "joined_on"))

# %% [markdown]
# ## Segments by quarters of value

# %%
from pyspark.sql.window import Window

features = features.withColumn("quarter", F.ntile(4).over(Window.orderBy(F.desc("value"), "customer_id")))
features = features.withColumn("segment", F.when(F.col("frequency") == 0, "silent").when(F.col("quarter") == 1, "best").when(F.col("recency_days") > 60, "leaving").otherwise("steady"))
features.groupBy("segment").agg(F.count("*").alias("customers"), F.round(F.avg("value"), 2).alias("mean value")).orderBy("segment").show()

# %% [markdown]
# ## What came next, to learn from

# %%
later = orders.where(F.col("ordered_on") >= day).groupBy("customer_id").agg(F.count("*").alias("orders_later"))
features = features.join(later, "customer_id", "left").withColumn("came_back", F.coalesce(F.col("orders_later"), F.lit(0)) > 0).drop("orders_later")
features.write.format("delta").mode("overwrite").option("overwriteSchema", "true").save(f"{lake}/customers/features")
features.orderBy("customer_id").show(5)
