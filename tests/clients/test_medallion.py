"""The demo's job on a small scale, and on the real files where they are there."""
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("LAB_SHARED_DATA", ROOT.parent / "shared" / "data"))


def run_pipeline(lab, tmp_path, *arguments):
    environment = dict(os.environ, SPARK_REMOTE=lab.remote, AWS_ENDPOINT_URL=lab.endpoint, AWS_ACCESS_KEY_ID="admin", AWS_SECRET_ACCESS_KEY="admin123",
                       AWS_REGION="us-east-1", AWS_ALLOW_HTTP="true", PYTHONWARNINGS="ignore")
    report = tmp_path / "report.html"
    done = subprocess.run([sys.executable, ROOT / "tools" / "demo_pipeline.py", "--report", report, "--scratch", tmp_path, *arguments], env=environment,
                          capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    return done.stdout, report.read_text()


@pytest.mark.only("spark42")
def test_the_demo_finds_what_was_generated(lab, tmp_path):
    said, report = run_pipeline(lab, tmp_path, "--rows", "20000")
    assert "checked: 20,000 bronze rows" in said
    assert "<svg" in report and "Revenue by category" in report


@pytest.mark.only("spark42")
@pytest.mark.skipif(not DATA.is_dir(), reason="the shared data is not here")
def test_the_demo_takes_a_file_it_has_never_seen(lab, tmp_path):
    said, report = run_pipeline(lab, tmp_path, "--csv", str(DATA / "focus_sample.csv"))
    assert "<svg" in report


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared data is not here")
def test_cloud_bills_by_provider_service_and_month(spark, s3, bucket):
    s3.upload_file(str(DATA / "focus_sample.csv"), bucket, "raw/focus.csv")
    raw = spark.read.option("header", True).option("inferSchema", True).option("escape", '"').option("nullValue", "NULL").csv(f"s3a://{bucket}/raw/focus.csv")
    raw.write.format("delta").save(f"s3a://{bucket}/bronze")
    bills = spark.read.format("delta").load(f"s3a://{bucket}/bronze")
    assert bills.count() == 1000
    bills.createOrReplaceTempView("bills")
    costs = spark.sql("""SELECT ProviderName, ServiceName, date_format(ChargePeriodStart, 'yyyy-MM') AS month, round(sum(BilledCost), 6) AS cost
                         FROM bills GROUP BY ALL ORDER BY cost DESC""").collect()
    import csv

    expected = {}
    with open(DATA / "focus_sample.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            key = (row["ProviderName"], row["ServiceName"], row["ChargePeriodStart"][:7])
            expected[key] = expected.get(key, 0.0) + float(row["BilledCost"])
    assert {(r[0], r[1], r[2]) for r in costs} == set(expected)
    for row in costs:
        assert row["cost"] == pytest.approx(expected[row[0], row[1], row[2]], abs=1e-5)
    assert [r["cost"] for r in costs] == sorted((r["cost"] for r in costs), reverse=True)


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared data is not here")
def test_weather_joined_to_airports(spark, s3, bucket):
    for name in ("nyc_weather", "nyc_airports"):
        s3.upload_file(str(DATA / f"{name}.csv"), bucket, f"{name}.csv")
    weather = spark.read.option("header", True).option("inferSchema", True).option("nullValue", "NA").csv(f"s3a://{bucket}/nyc_weather.csv")
    airports = spark.read.option("header", True).option("inferSchema", True).csv(f"s3a://{bucket}/nyc_airports.csv")
    assert weather.count() == 26115
    assert dict(weather.dtypes)["temp"] == "double" and dict(weather.dtypes)["time_hour"] == "timestamp"
    joined = weather.join(airports, weather.origin == airports.faa).groupBy("name").agg({"temp": "avg", "*": "count"}).orderBy("name").collect()
    assert [r["name"] for r in joined] == ["John F Kennedy Intl", "La Guardia", "Newark Liberty Intl"]
    assert sum(r["count(1)"] for r in joined) == 26115
    assert all(50 < r["avg(temp)"] < 60 for r in joined)
