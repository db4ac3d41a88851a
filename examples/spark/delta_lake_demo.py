# %% [markdown]
# # Delta Lake
# Write, append, correct, look back: a table on the object store that keeps its past.

# %%
import getpass, os, re

import boto3
from pyspark.sql import SparkSession, functions as F

spark = SparkSession.builder.getOrCreate()
bucket = "examples-" + re.sub("[^a-z0-9]+", "-", os.environ.get("JUPYTERHUB_USER", getpass.getuser()).lower()).strip("-")
s3 = boto3.client("s3")
if bucket not in [each["Name"] for each in s3.list_buckets()["Buckets"]]:
    s3.create_bucket(Bucket=bucket)
path = f"s3a://{bucket}/delta/people"

# %% [markdown]
# ## Write it, and write more

# %%
spark.createDataFrame([(1, "Ann", "Porto"), (2, "Ben", "Lyon"), (3, "Cem", "Izmir")], "id int, name string, city string").write.format("delta").mode("overwrite").option(
    "overwriteSchema", "true"
).save(path)
first = spark.sql(f"DESCRIBE HISTORY delta.`{path}`").agg(F.max("version")).first()[0]
spark.createDataFrame([(4, "Dia", "Graz")], "id int, name string, city string").write.format("delta").mode("append").save(path)
spark.read.format("delta").load(path).orderBy("id").show()

# %% [markdown]
# ## Merge late corrections

# %%
spark.createDataFrame([(2, "Ben", "Paris"), (5, "Eli", "Oslo")], "id int, name string, city string").createOrReplaceTempView("corrections")
spark.sql(f"""
    MERGE INTO delta.`{path}` AS people USING corrections ON people.id = corrections.id
    WHEN MATCHED THEN UPDATE SET *
    WHEN NOT MATCHED THEN INSERT *
""").show()
now = {row.id: row.city for row in spark.read.format("delta").load(path).collect()}
assert now == {1: "Porto", 2: "Paris", 3: "Izmir", 4: "Graz", 5: "Oslo"}

# %% [markdown]
# ## Change and delete

# %%
spark.sql(f"UPDATE delta.`{path}` SET city = upper(city) WHERE id = 1")
spark.sql(f"DELETE FROM delta.`{path}` WHERE name = 'Cem'")
spark.read.format("delta").load(path).orderBy("id").show()

# %% [markdown]
# ## A new column comes along

# %%
spark.createDataFrame([(6, "Fay", "Riga", "fay@example.org")], "id int, name string, city string, mail string").write.format("delta").mode("append").option("mergeSchema", "true").save(path)
spark.read.format("delta").load(path).orderBy("id").show()

# %% [markdown]
# ## Look back
# Nothing that was written is gone: any version can be read.

# %%
then = spark.read.format("delta").option("versionAsOf", first).load(path)
then.orderBy("id").show()
assert then.count() == 3
spark.sql(f"DESCRIBE HISTORY delta.`{path}`").select("version", "operation", "operationMetrics").show(truncate=60)

# %% [markdown]
# ## It is files, open to everybody
# Parquet and a log of JSON, on S3: `deltalake`, DuckDB or a Spark elsewhere read the same.

# %%
for entry in s3.list_objects_v2(Bucket=bucket, Prefix="delta/people/_delta_log/")["Contents"]:
    print(entry["Key"], entry["Size"])
