"""Stock boto3 and pyspark write into a lab that strace watches: every byte and name is synced before the journal names it, and
nothing is written in the data folder past the store."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

import boto3
import pytest
from botocore.client import Config

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "crash"))

import lab  # noqa: E402
import strace_check

PROGRAM = str(lab.program())


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for_port(port, process):
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, "the lab ended"
        time.sleep(0.1)
    raise AssertionError("the lab does not listen")


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_everything_durable_goes_past_the_store_in_order(tmp_path):
    port = free_port()
    trace = tmp_path / "trace"
    data = tmp_path / "data"
    command = [PROGRAM, "up", "objects", "--data", str(data), "--profile", "workshop", "--set", f"objects.port={port}"]
    process = subprocess.Popen(strace_check.trace(command, str(trace)), stdout=subprocess.DEVNULL)
    try:
        wait_for_port(port, process)
        client = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}", aws_access_key_id="admin",
                              aws_secret_access_key="admin123", region_name="us-east-1",
                              config=Config(s3={"addressing_style": "path"}))
        client.create_bucket(Bucket="watched")
        for i in range(20):
            client.put_object(Bucket="watched", Key=f"k/{i}", Body=b"x" * (1000 * i + 1))
        client.put_object(Bucket="watched", Key="k/0", Body=b"again")
        client.copy_object(Bucket="watched", Key="copy", CopySource={"Bucket": "watched", "Key": "k/1"})
        upload = client.create_multipart_upload(Bucket="watched", Key="big")["UploadId"]
        parts = []
        for number in (1, 2):
            sent = client.upload_part(Bucket="watched", Key="big", UploadId=upload, PartNumber=number, Body=b"y" * (5 << 20))
            parts.append({"PartNumber": number, "ETag": sent["ETag"]})
        client.complete_multipart_upload(Bucket="watched", Key="big", UploadId=upload, MultipartUpload={"Parts": parts})
        client.delete_object(Bucket="watched", Key="k/2")
    finally:
        os.kill(int((data / "lock").read_text()), signal.SIGTERM)
        process.wait(timeout=30)
    with open(trace, errors="replace") as file:
        violations, num_checked, folders = strace_check.check(file)
    assert violations == []
    assert num_checked >= 23
    assert folders == [str(data)]


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_what_spark_writes_goes_past_the_store_in_order(tmp_path):
    from conftest import connect

    objects, spark, pages = free_port(), free_port(), free_port()
    trace, data = tmp_path / "trace", tmp_path / "data"
    command = [PROGRAM, "up", "--data", str(data), "--profile", "workshop", "--set", f"objects.port={objects}", "--set", f"spark.port={spark}", "--set", f"spark.ui_port={pages}",
               "--set", "spark.memory=256MB"]
    process = subprocess.Popen(strace_check.trace(command, str(trace)), stdout=subprocess.DEVNULL)
    try:
        wait_for_port(objects, process)
        wait_for_port(spark, process)
        client = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{objects}", aws_access_key_id="admin", aws_secret_access_key="admin123", region_name="us-east-1",
                              config=Config(s3={"addressing_style": "path"}))
        client.create_bucket(Bucket="watched")
        session = connect(f"sc://127.0.0.1:{spark}")
        rows = session.range(2000).selectExpr("id", "id % 3 AS part", "uuid() AS text")
        rows.write.format("delta").partitionBy("part").save("s3a://watched/delta")
        for i in range(11):  # past a checkpoint
            session.range(i, i + 1).selectExpr("id", "0L AS part", "'x' AS text").write.format("delta").mode("append").save("s3a://watched/delta")
        session.sql("DELETE FROM delta.`s3a://watched/delta` WHERE id = 7").collect()
        session.sql("MERGE INTO delta.`s3a://watched/delta` t USING (SELECT 8L AS id) s ON t.id = s.id WHEN MATCHED THEN UPDATE SET text = 'merged'").collect()
        for form in ("parquet", "csv", "json"):
            rows.write.format(form).save(f"s3a://watched/{form}")
            rows.limit(3).write.format(form).mode("overwrite").save(f"s3a://watched/{form}")
        rows.write.saveAsTable("kept")
        session.sql("CREATE TABLE made (id INT) USING delta").collect()
        session.sql("INSERT INTO made VALUES (1), (2)").collect()
        session.sql("DROP TABLE kept").collect()
        assert session.read.format("delta").load("s3a://watched/delta").count() == 2009
    finally:
        os.kill(int((data / "lock").read_text()), signal.SIGTERM)
        process.wait(timeout=30)
    with open(trace, errors="replace") as file:
        violations, num_checked, folders = strace_check.check(file)
    assert violations == []
    assert num_checked >= 40
    assert folders == [str(data)]
