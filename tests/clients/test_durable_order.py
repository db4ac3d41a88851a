"""Stock boto3 writes into a lab that strace watches: every byte and name is synced before the journal names it, and
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
