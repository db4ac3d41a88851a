# %% [markdown]
# # Customer analytics 3: validate
# Rules that the features of `2_features.ipynb` must keep, counted; what breaks one is shown, and the notebook fails.

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
features = spark.read.format("delta").load(f"{lake}/customers/features")
customers = spark.read.format("delta").load(f"{lake}/customers/customers")

# %% [markdown]
# ## Rules are conditions that every row keeps

# %%
rules = {
    "has a customer": "customer_id IS NOT NULL",
    "joined before the day": "age_days > 0",
    "frequency is no negative number": "frequency >= 0",
    "value is no negative number": "value >= 0",
    "who never bought has no last time": "(frequency = 0) = (recency_days IS NULL)",
    "the last time is in the past": "recency_days IS NULL OR recency_days > 0",
    "a known segment": "segment IN ('silent', 'best', 'leaving', 'steady')",
}
broken = features.select([F.sum(F.when(F.expr(f"NOT coalesce({rule}, false)"), 1).otherwise(0)).alias(name) for name, rule in rules.items()]).first().asDict()
for name, count in broken.items():
    print(f"{'ok    ' if count == 0 else 'BROKEN'} {name}: {count}")

# %% [markdown]
# ## And what holds for all rows together

# %%
checks = {
    "each customer once": features.count() == features.select("customer_id").distinct().count(),
    "no customer that is unknown": features.join(customers, "customer_id", "anti").count() == 0,
    "quarters are of one size": features.groupBy("quarter").count().agg(F.max("count") - F.min("count")).first()[0] <= 1,
}
for name, holds in checks.items():
    print(f"{'ok    ' if holds else 'BROKEN'} {name}")

# %%
assert not any(broken.values()) and all(checks.values()), "the features are not to be used"
