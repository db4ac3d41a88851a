"""The admin page of the object store in Chromium; what was done there is looked at with boto3."""

import base64
import json
import os
import pathlib
import subprocess
import urllib.request

import boto3
import pytest

import lab as lab_module

pytestmark = pytest.mark.only("spark42")
DOT = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==")


@pytest.fixture(scope="module")
def console(lab):
    done = subprocess.run([str(lab_module.program()), "status", "--data", str(lab.folder / "data")], capture_output=True, text=True, timeout=60, check=True)
    return next(line.split()[-1] for line in done.stdout.splitlines() if line.split()[:1] == ["objects.console"])


def browser_python():
    subprocess.run([lab_module.ROOT / "tools/clients_setup", "hub"], check=True, stdout=subprocess.DEVNULL)
    return pathlib.Path(os.environ.get("DFLAB_CACHE", pathlib.Path.home() / ".cache/dflab")) / "clients/hub/bin/python"


def test_a_person_works_with_buckets_objects_and_users(lab, console, s3, tmp_path):
    (tmp_path / "sales.csv").write_text("city,amount\nBonn,1\n")
    (tmp_path / "dot.png").write_bytes(DOT)
    (tmp_path / "large.bin").write_bytes(os.urandom(40 << 20))
    (tmp_path / "odd name+é.txt").write_text("odd")
    steps = [browser_python(), pathlib.Path(__file__).with_name("console_steps.py"), console, "admin", "admin123", tmp_path]
    done = subprocess.run(list(map(str, steps)), capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stderr[-3000:]
    seen = json.loads(done.stdout)
    assert seen["errors"] == []
    assert seen["saved"] == "city,amount\nBonn,1\n"
    read = lambda key: s3.get_object(Bucket="photos", Key=key)["Body"].read()  # noqa: E731
    assert read("sales.csv") == b"city,amount\nBonn,1\n"
    assert read("large.bin") == (tmp_path / "large.bin").read_bytes()
    assert read("odd name+é.txt") == b"odd"
    assert len(s3.list_object_versions(Bucket="photos", Prefix="sales.csv")["Versions"]) == 3
    assert json.loads(s3.get_bucket_policy(Bucket="photos")["Policy"])["Statement"][0]["Action"] == "s3:GetObject"
    ann = boto3.client("s3", endpoint_url=lab.endpoint, aws_access_key_id=seen["pair"][0], aws_secret_access_key=seen["pair"][1], region_name="us-east-1")
    ann.put_object(Bucket="photos", Key="hers", Body=b"1")


def answer_of(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.headers, answer.read()


def test_the_page_may_run_its_own_scripts_and_objects_none(console, s3, bucket):
    headers, page = answer_of(console)
    assert "script-src 'self'" in headers["Content-Security-Policy"] and "unsafe" not in headers["Content-Security-Policy"]
    assert b"/-/console.js" in page
    s3.put_object(Bucket=bucket, Key="page.html", Body=b"<script>alert(1)</script>", ContentType="text/html")
    here = boto3.client("s3", endpoint_url=console, aws_access_key_id="admin", aws_secret_access_key="admin123", region_name="us-east-1")
    link = here.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "page.html"})
    headers, body = answer_of(link)
    assert body == b"<script>alert(1)</script>"
    assert headers["Content-Security-Policy"].startswith("sandbox;") and headers["X-Content-Type-Options"] == "nosniff"
