# %% [markdown]
# # Spark basics
# A session, a DataFrame, SQL, and a table that stays. `SPARK_REMOTE` says where Spark is, so there is nothing to set.

# %%
from pyspark.sql import SparkSession, functions as F

spark = SparkSession.builder.getOrCreate()
print("Spark", spark.version)

# %% [markdown]
# ## Rows of Python's become a DataFrame

# %%
sales = spark.createDataFrame(
    [("books", "north", 12.5), ("books", "south", 20.0), ("toys", "north", 7.25), ("toys", "south", None), ("games", "north", 40.0)],
    "category string, region string, amount double",
)
sales.printSchema()
sales.show()

# %% [markdown]
# ## Filter, group, sort
# Nothing is computed until something is asked for: `show`, `count`, `collect`.

# %%
totals = sales.where("amount IS NOT NULL").groupBy("category").agg(F.sum("amount").alias("total"), F.count("*").alias("sales")).orderBy(F.desc("total"))
totals.show()
assert [row.category for row in totals.collect()] == ["games", "books", "toys"]

# %% [markdown]
# ## The same in SQL

# %%
sales.createOrReplaceTempView("sales")
spark.sql("""
    SELECT region, round(avg(amount), 2) AS mean, count(amount) AS known, count(*) AS all
    FROM sales GROUP BY region ORDER BY region
""").show()

# %% [markdown]
# ## SQL in a cell of its own
# `:least` is the variable of the notebook, bound as a parameter; `-o` keeps the result as a DataFrame. `{{name}}` writes a variable as a literal,
# and `{{sales}}` stands for the DataFrame itself.

# %%
least = 2

# %%
%%sql -o busy
SELECT region, count(*) AS orders FROM {{sales}} GROUP BY region HAVING count(*) >= :least ORDER BY region

# %%
busy.show()

# %% [markdown]
# ## Windows: the best of each region

# %%
from pyspark.sql.window import Window

best = sales.withColumn("place", F.row_number().over(Window.partitionBy("region").orderBy(F.desc_nulls_last("amount")))).where("place = 1")
best.orderBy("region").show()

# %% [markdown]
# ## pandas, both ways

# %%
frame = totals.toPandas()
print(frame.dtypes)
again = spark.createDataFrame(frame)
assert again.count() == len(frame)

# %% [markdown]
# ## A table that stays
# It lies in the lab's own warehouse bucket, as Delta, and is there in the next session.

# %%
import getpass, os, re

me = re.sub("[^a-z0-9]+", "_", os.environ.get("JUPYTERHUB_USER", getpass.getuser()).lower())
totals.write.mode("overwrite").saveAsTable(f"basics_{me}")
spark.table(f"basics_{me}").show()
