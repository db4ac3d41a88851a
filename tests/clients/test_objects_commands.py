"""`dflab objects`, `user` and `key` against a running lab; what they did is looked at with boto3."""

import json
import os
import pathlib
import subprocess

import boto3
import pytest
from botocore.exceptions import ClientError

import lab as lab_module


@pytest.fixture
def ask(lab):
    def run(*arguments, expect=0, environment=None):
        command = [str(lab_module.program()), *map(str, arguments), "--data", str(lab.folder / "data")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=os.environ | (environment or {}))
        assert done.returncode == expect, done.stdout + done.stderr
        return done

    return run


def as_json(done):
    return json.loads(done.stdout)


def test_copies_lists_and_removes(ask, s3, bucket, tmp_path):
    small, large = tmp_path / "small file+1.txt", tmp_path / "large.bin"
    small.write_bytes(b"hello")
    large.write_bytes(os.urandom(40 << 20))
    ask("objects", "cp", small, f"s3://{bucket}/in/")
    ask("objects", "cp", large, f"s3://{bucket}/in/large")
    assert s3.get_object(Bucket=bucket, Key="in/small file+1.txt")["Body"].read() == b"hello"
    assert [e["prefix"] for e in as_json(ask("objects", "ls", bucket, "--json"))["objects"]] == ["in/"]
    listed = as_json(ask("objects", "ls", f"{bucket}/in/", "--json"))["objects"]
    assert {e["key"]: e["size"] for e in listed} == {"in/large": 40 << 20, "in/small file+1.txt": 5}
    assert as_json(ask("objects", "du", bucket, "--json"))["usage"][0]["bytes"] == (40 << 20) + 5
    ask("objects", "cp", f"s3://{bucket}/in/large", f"s3://{bucket}/copy")
    ask("objects", "cp", f"s3://{bucket}/copy", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == large.read_bytes()
    assert as_json(ask("objects", "rm", "--recursive", f"s3://{bucket}/in/", "--json")) == {"removed": 2}
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["copy"]


def test_mirrors_what_differs(ask, s3, bucket, tmp_path):
    source = tmp_path / "source"
    (source / "deep").mkdir(parents=True)
    (source / "a").write_text("1")
    (source / "deep/b").write_text("22")
    place = f"s3://{bucket}/mirror/"
    assert as_json(ask("objects", "mirror", source, place, "--json")) == {"copied": 2, "same": 0, "removed": 0}
    (source / "a").unlink()
    assert as_json(ask("objects", "mirror", source, place, "--remove", "--json")) == {"copied": 0, "same": 1, "removed": 1}
    ask("objects", "mirror", place, tmp_path / "back")
    assert (tmp_path / "back/deep/b").read_text() == "22"


def test_keys_never_lead_out_of_the_folder(ask, s3, bucket, tmp_path):
    s3.put_object(Bucket=bucket, Key="up/../../outside", Body=b"x")
    ask("objects", "mirror", f"s3://{bucket}/", tmp_path / "inside", expect=2)
    assert not (tmp_path / "outside").exists()


def test_versions_policies_and_buckets(ask, s3, tmp_path):
    ask("objects", "buckets", "--make", "by-command")
    assert "by-command" in as_json(ask("objects", "buckets", "--json"))["buckets"]
    ask("objects", "versions", "by-command", "--keep")
    for body in (b"1", b"2"):
        s3.put_object(Bucket="by-command", Key="k", Body=body)
    ask("objects", "rm", "s3://by-command/k")
    found = as_json(ask("objects", "versions", "by-command", "--json"))["versions"]
    assert [v["is_delete_marker"] for v in found] == [True, False, False]
    for version in found:
        ask("objects", "rm", "s3://by-command/k", "--version-id", version["version"])
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::by-command/*"}]}
    (tmp_path / "policy.json").write_text(json.dumps(policy))
    ask("objects", "policy", "by-command", tmp_path / "policy.json")
    assert as_json(ask("objects", "policy", "by-command")) == policy
    ask("objects", "policy", "by-command", "--remove")
    ask("objects", "buckets", "--remove", "by-command")
    assert "by-command" in ask("objects", "ls", "by-command", expect=1).stderr


def test_users_and_their_keys(ask, lab, bucket):
    ask("user", "add", "kim")
    assert "kim" in as_json(ask("user", "list", "--json"))["users"]
    made = as_json(ask("key", "add", "kim", "--json"))
    assert as_json(ask("key", "list", "kim", "--json"))["keys"] == [made["access_key"]]
    client = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{lab.objects_port}", region_name="us-east-1", aws_access_key_id=made["access_key"], aws_secret_access_key=made["secret_key"])
    client.list_buckets()
    ask("key", "remove", "kim", made["access_key"])
    ask("user", "remove", "kim")
    assert "kim" in ask("user", "remove", "kim", expect=1).stderr


def test_a_scrub_names_what_is_damaged_and_nothing_else_suffers(own_lab):
    own_lab.start()
    client = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{own_lab.objects_port}", region_name="us-east-1", aws_access_key_id="admin", aws_secret_access_key="admin123")
    client.create_bucket(Bucket="scrubbed")
    for key in ("fine", "torn"):
        client.put_object(Bucket="scrubbed", Key=key, Body=key.encode() * 1000)
    data = own_lab.folder / "data"

    def scrub():
        return subprocess.run([str(lab_module.program()), "objects", "scrub", "--json", "--data", str(data)], capture_output=True, text=True, timeout=60)

    assert scrub().returncode == 0
    pack = max(pathlib.Path(data / "packs").iterdir())
    content = bytearray(pack.read_bytes())
    content[content.index(b"torntorn") + 100] ^= 1
    with open(pack, "r+b") as file:
        file.write(content)
    found = scrub()
    assert found.returncode == 1
    assert [d["objects"] for d in json.loads(found.stdout)["damages"]] == [["scrubbed/torn"]]
    with pytest.raises(client.exceptions.ClientError):
        client.get_object(Bucket="scrubbed", Key="torn")
    assert client.get_object(Bucket="scrubbed", Key="fine")["Body"].read() == b"fine" * 1000
    assert len(client.list_objects_v2(Bucket="scrubbed")["Contents"]) == 2


def test_says_what_to_do_where_no_lab_runs(tmp_path):
    done = subprocess.run([str(lab_module.program()), "objects", "ls", "--data", str(tmp_path)], capture_output=True, text=True, timeout=30)
    assert done.returncode == 1 and "dflab up" in done.stderr


def refusal_of(call):
    with pytest.raises(ClientError) as caught:
        call()
    return caught.value.response["Error"]["Code"]


def test_quotas_refuse_what_goes_beyond(ask, s3, bucket, lab):
    put = lambda key, size, client=s3: client.put_object(Bucket=bucket, Key=key, Body=b"x" * size)  # noqa: E731
    put("before", 600)
    quotas = as_json(ask("objects", "quota", bucket, "--limit", "1kB", "--json"))["quotas"]
    assert {"bucket": bucket, "bytes": 1000, "used": 600} in quotas
    assert refusal_of(lambda: put("more", 500)) == "XMinioAdminBucketQuotaExceeded"
    assert refusal_of(lambda: s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "before"})) == "XMinioAdminBucketQuotaExceeded"
    put("more", 400)
    put("before", 100)  # an overwrite makes room
    put("fits", 500)
    upload = s3.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="parts", UploadId=upload, PartNumber=1, Body=b"x" * 10)
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    assert refusal_of(lambda: s3.complete_multipart_upload(Bucket=bucket, Key="parts", UploadId=upload, MultipartUpload=parts)) == "XMinioAdminBucketQuotaExceeded"
    s3.delete_object(Bucket=bucket, Key="fits")
    s3.complete_multipart_upload(Bucket=bucket, Key="parts", UploadId=upload, MultipartUpload=parts)
    assert sorted(o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]) == ["before", "more", "parts"]
    assert {"bucket": bucket, "bytes": 1000, "used": 510} in as_json(ask("objects", "quota", "--json"))["quotas"]
    ask("objects", "quota", bucket, "--remove")
    put("large", 5000)

    ask("user", "add", "thrifty")
    pair = as_json(ask("key", "add", "thrifty", "--json"))
    own = boto3.client("s3", endpoint_url=lab.endpoint, aws_access_key_id=pair["access_key"], aws_secret_access_key=pair["secret_key"], region_name="us-east-1")
    own.create_bucket(Bucket=bucket + "-own")
    ask("objects", "quota", "--user", "thrifty", "--limit", "100")
    own.put_object(Bucket=bucket + "-own", Key="a", Body=b"x" * 60)
    assert refusal_of(lambda: own.put_object(Bucket=bucket + "-own", Key="b", Body=b"x" * 60)) == "QuotaExceeded"
    own.delete_object(Bucket=bucket + "-own", Key="a")
    own.put_object(Bucket=bucket + "-own", Key="b", Body=b"x" * 60)
    ask("objects", "quota", "--user", "thrifty", "--remove")
    assert "nobody" in ask("objects", "quota", "--user", "nobody", "--limit", "1", expect=1).stderr
