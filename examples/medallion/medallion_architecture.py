# %% [markdown]
# # The medallion architecture in one notebook
# Raw files → **bronze** (as it came) → **silver** (clean) → **gold** (what people ask for), each a Delta table on the object store.
# The other notebooks here take the same steps one by one.

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
# ## Raw

# %%
csv = "id,categoria,regiao,valor\n" + "\n".join(f"{n},{'ABC'[n % 3]},{['norte', 'sul'][n % 2]},{n * 1.5 if n % 10 else -1}" for n in range(1, 201))
s3.put_object(Bucket=bucket, Key="raw_data_source1/sales_data.csv", Body=csv.encode())
for entry in s3.list_objects_v2(Bucket=bucket, Prefix="raw_data_source1/")["Contents"]:
    print(entry["Key"], entry["Size"])

# %% [markdown]
# ## Bronze

# %%
bronze = spark.read.csv(f"{lake}/raw_data_source1/sales_data.csv", header=True, inferSchema=True).withColumn("ingestion_time", F.current_timestamp())
bronze.write.format("delta").mode("overwrite").save(f"{lake}/medallion/bronze")
bronze.show(5)

# %% [markdown]
# ## Silver

# %%
def clean_and_validate(frame):
    return frame.dropDuplicates(["id"]).filter(F.col("valor") > 0)


silver = spark.read.format("delta").load(f"{lake}/medallion/bronze").transform(clean_and_validate).withColumn("processed_time", F.current_timestamp())
silver.write.format("delta").mode("overwrite").save(f"{lake}/medallion/silver")

# %% [markdown]
# ## Gold

# %%
gold = silver.groupBy("categoria", "regiao").agg({"valor": "sum"}).withColumnRenamed("sum(valor)", "valor_total").orderBy("valor_total", ascending=False)
gold.write.format("delta").mode("overwrite").save(f"{lake}/medallion/gold")
gold.show()

# %% [markdown]
# ## Check

# %%
counts = {layer: spark.read.format("delta").load(f"{lake}/medallion/{layer}").count() for layer in ("bronze", "silver", "gold")}
print(counts, "total", gold.agg({"valor_total": "sum"}).collect()[0][0])
assert counts == {"bronze": 200, "silver": 180, "gold": 6}
