# %% [markdown]
# # Cloud cost
# Bills of several clouds in FOCUS, the open format of cloud bills: which service costs what, who pays, what was not foreseen.

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
# ## A bill
# Made here; a real one is a CSV of the same columns. Tags are JSON in a column.

# %%
import csv, io, json, random

random.seed(11)
services = {"AWS": ["EC2", "S3", "RDS"], "Microsoft": ["Virtual Machines", "Blob Storage"], "Google Cloud": ["Compute Engine", "BigQuery"]}
text = io.StringIO()
rows = csv.writer(text)
rows.writerow(["ProviderName", "ServiceName", "ResourceId", "ChargePeriodStart", "BilledCost", "Tags"])
for number in range(3000):
    provider = random.choice(list(services))
    service = random.choice(services[provider])
    tags = {"team": random.choice(["data", "web", "ml"]), "env": random.choice(["prod", "test"])} if random.random() < 0.9 else {}
    rows.writerow([provider, service, f"{service[:2].lower()}-{random.randint(1, 60)}", f"2026-{random.randint(1, 6):02}-{random.randint(1, 28):02} 00:00:00", round(random.expovariate(0.05), 4), json.dumps(tags)])
s3.put_object(Bucket=bucket, Key="raw/focus.csv", Body=text.getvalue().encode())

# %% [markdown]
# ## Typed, with the tags opened

# %%
bill = spark.read.option("header", True).option("escape", '"').csv(f"{lake}/raw/focus.csv").select(
    "ProviderName", "ServiceName", "ResourceId", F.to_timestamp("ChargePeriodStart").alias("start"), F.col("BilledCost").cast("decimal(18,4)").alias("cost"),
    F.get_json_object("Tags", "$.team").alias("team"), F.get_json_object("Tags", "$.env").alias("env"))
bill.write.format("delta").mode("overwrite").save(f"{lake}/cloud/bill")
bill = spark.read.format("delta").load(f"{lake}/cloud/bill")
bill.show(5)
assert bill.count() == 3000 and bill.where("cost IS NULL OR start IS NULL").count() == 0

# %% [markdown]
# ## By provider, service and month

# %%
months = bill.withColumn("month", F.date_format("start", "yyyy-MM")).groupBy("ProviderName", "ServiceName").pivot("month").agg(F.sum("cost"))
months.orderBy("ProviderName", "ServiceName").show()

# %% [markdown]
# ## The dearest resources, and what nobody owns

# %%
bill.groupBy("ResourceId").agg(F.sum("cost").alias("cost")).orderBy(F.desc("cost")).show(5)
teams = bill.groupBy(F.coalesce("team", F.lit("(nobody)")).alias("team")).agg(F.sum("cost").alias("cost"), F.round(F.sum("cost") * 100 / bill.agg(F.sum("cost")).first()[0], 1).alias("percent"))
teams.orderBy(F.desc("cost")).show()

# %% [markdown]
# ## Months that cost more than a tenth above the one before

# %%
from pyspark.sql.window import Window

steps = bill.groupBy("ServiceName", F.date_trunc("month", "start").alias("month")).agg(F.sum("cost").alias("cost"))
steps = steps.withColumn("before", F.lag("cost").over(Window.partitionBy("ServiceName").orderBy("month"))).where("cost > before * 1.1").orderBy(F.desc(F.expr("cost - before")))
steps.write.format("delta").mode("overwrite").save(f"{lake}/cloud/rises")
steps.show()
