"""Cells of notebooks written for a classic session run as they are, with python/dflab in the environment."""
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# What a start-up hook's .pth line does in an environment where the package is installed.
HOOK = "import dflab._startup\n"

CELLS = '''
from pyspark.sql import SparkSession
from delta import configure_spark_with_delta_pip
builder = (SparkSession.builder.appName("JupyterNotebook").master("local[*]")
           .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
           .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
           .config("spark.hadoop.fs.s3a.endpoint", "http://minio:9000").config("spark.hadoop.fs.s3a.path.style.access", "true"))
spark = configure_spark_with_delta_pip(builder).getOrCreate()
spark.sparkContext.setLogLevel("ERROR")
print("NAME", spark.sparkContext.appName, spark.sparkContext.version == spark.version, spark.sparkContext.defaultParallelism > 0)
print("ID", spark.sparkContext.applicationId != "", spark.sparkContext.uiWebUrl.startswith("http"))
print("RDD", spark.sparkContext.parallelize([1, 2, 3]).map(lambda x: x * 2).collect())
again = SparkSession.builder.getOrCreate()

from delta.tables import DeltaTable
df = spark.createDataFrame([(1, "a", 10.0), (2, "b", 20.0)], ["id", "categoria", "valor"])
df.write.format("delta").mode("overwrite").save(PATH)
table = DeltaTable.forPath(spark, PATH)
late = spark.createDataFrame([(2, "b", 25.0), (3, "c", 30.0)], ["id", "categoria", "valor"])
(table.alias("t").merge(late.alias("s"), "t.id = s.id").whenMatchedUpdate(set={"valor": "s.valor"}).whenNotMatchedInsertAll().execute())
table.update("id = 1", {"categoria": "'z'"})
table.delete("id = 3")
print("ROWS", sorted((r["id"], r["categoria"], r["valor"]) for r in table.toDF().collect()))
print("HISTORY", [r["operation"] for r in table.history().select("version", "operation").orderBy("version").collect()])
gold = spark.read.format("delta").load(PATH).groupBy("categoria").agg({"valor": "sum"}).withColumnRenamed("sum(valor)", "valor_total").orderBy("valor_total", ascending=False)
print("GOLD", [tuple(r) for r in gold.collect()])
'''


@pytest.mark.only("spark35")
def test_cells_with_a_master_a_spark_context_and_delta_tables_run_unmodified(lab, place):
    environment = dict(os.environ, SPARK_REMOTE=lab.remote, PYTHONPATH=str(ROOT / "python" / "dflab"), PYTHONWARNINGS="ignore")
    done = subprocess.run([sys.executable, "-c", HOOK + f"PATH = {place + '/table'!r}\n" + CELLS], env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    said = dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)
    assert said["NAME"] == "JupyterNotebook True True"
    assert said["ID"] == "True True"
    assert said["RDD"] == "[2, 4, 6]"
    assert said["ROWS"] == "[(1, 'z', 10.0), (2, 'b', 25.0)]"
    assert said["HISTORY"] == "['WRITE', 'MERGE', 'UPDATE', 'DELETE']"
    assert said["GOLD"] == "[('b', 25.0), ('z', 10.0)]"
