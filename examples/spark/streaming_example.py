# waits: topics, Kafka
# %% [markdown]
# # From a topic into a table
# A stream reads a topic and writes a Delta table; its checkpoint lets it go on where it stopped.

# %%
from pyspark.sql import SparkSession, functions as F

spark = SparkSession.builder.getOrCreate()
events = spark.readStream.format("kafka").option("kafka.bootstrap.servers", "kafka:9092").option("subscribe", "events").option("startingOffsets", "earliest").load()

# %%
query = (
    events.select(F.col("key").cast("string"), F.col("value").cast("string"), "timestamp")
    .writeStream.format("delta")
    .option("checkpointLocation", "s3a://bronze/checkpoints/events")
    .trigger(availableNow=True)
    .start("s3a://bronze/events")
)
query.awaitTermination()
spark.read.format("delta").load("s3a://bronze/events").show()
