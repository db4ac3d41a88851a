"""awscli, minio-py, pyarrow's file system and deltalake against the object store."""

import io
import json
import os
import subprocess
import sys

import pytest
from test_s3_objects import get, put

new_only = pytest.mark.only("spark42")


def aws(lab, *arguments, check=True):
    environment = dict(os.environ, AWS_ACCESS_KEY_ID="admin", AWS_SECRET_ACCESS_KEY="admin123", AWS_DEFAULT_REGION="us-east-1", AWS_EC2_METADATA_DISABLED="true")
    command = [sys.executable, "-m", "awscli", "--endpoint-url", lab.endpoint, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert not check or done.returncode == 0, done.stderr
    return done


@new_only
def test_awscli_copies_lists_and_removes(lab, s3, bucket, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("alpha")
    (tmp_path / "in" / "b.bin").write_bytes(b"b" * 9_000_000)
    aws(lab, "s3", "cp", "--quiet", str(tmp_path / "in" / "a.txt"), f"s3://{bucket}/a.txt")
    aws(lab, "s3", "sync", "--quiet", str(tmp_path / "in"), f"s3://{bucket}/dir/")
    listing = aws(lab, "s3", "ls", "--recursive", f"s3://{bucket}/").stdout.split()
    assert listing[3::4] == ["a.txt", "dir/a.txt", "dir/b.bin"]
    aws(lab, "s3", "sync", "--quiet", f"s3://{bucket}/dir/", str(tmp_path / "out"))
    assert (tmp_path / "out" / "b.bin").read_bytes() == b"b" * 9_000_000
    aws(lab, "s3", "mv", "--quiet", f"s3://{bucket}/a.txt", f"s3://{bucket}/moved.txt")
    assert get(s3, bucket, "moved.txt") == b"alpha"
    aws(lab, "s3", "rm", "--quiet", "--recursive", f"s3://{bucket}/")
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    told = json.loads(aws(lab, "s3api", "list-buckets").stdout)
    assert bucket in [b["Name"] for b in told["Buckets"]]
    refused = aws(lab, "s3api", "get-object", "--bucket", bucket, "--key", "absent", str(tmp_path / "x"), check=False)
    assert refused.returncode != 0 and "NoSuchKey" in refused.stderr


@new_only
def test_minio_client(lab, s3, bucket):
    import minio
    from minio.deleteobjects import DeleteObject

    arguments = {"access_key": "admin", "secret_key": "admin123", "secure": False}
    address = f"127.0.0.1:{lab.objects_port}"
    try:
        client = minio.Minio(address, **arguments)
    except TypeError:
        client = minio.Minio(endpoint=address, **arguments)
    assert client.bucket_exists(bucket_name=bucket)
    assert not client.bucket_exists(bucket_name="no-such-bucket-here")
    client.put_object(bucket_name=bucket, object_name="a/é", data=io.BytesIO(b"body"), length=4, content_type="text/plain")
    client.put_object(bucket_name=bucket, object_name="stream", data=io.BytesIO(b"s" * 6_000_000), length=-1, part_size=5 * 1024 * 1024)
    answer = client.get_object(bucket_name=bucket, object_name="a/é")
    assert answer.read() == b"body"
    answer.close()
    answer.release_conn()
    stat = client.stat_object(bucket_name=bucket, object_name="stream")
    assert stat.size == 6_000_000
    assert [o.object_name for o in client.list_objects(bucket_name=bucket, recursive=True)] == ["a/é", "stream"]
    # minio gives the objects of a page before its common prefixes.
    assert [o.object_name for o in client.list_objects(bucket_name=bucket)] == ["stream", "a/"]
    with pytest.raises(minio.error.S3Error) as caught:
        client.stat_object(bucket_name=bucket, object_name="absent")
    assert caught.value.code == "NoSuchKey"
    assert not list(client.remove_objects(bucket_name=bucket, delete_object_list=[DeleteObject("a/é"), DeleteObject("stream")]))
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def arrow_files(lab):
    from pyarrow import fs

    return fs.S3FileSystem(access_key="admin", secret_key="admin123", region="us-east-1", scheme="http", endpoint_override=f"127.0.0.1:{lab.objects_port}", allow_bucket_creation=True)


def test_arrow_file_system(lab, s3, bucket):
    import pyarrow as pa
    import pyarrow.parquet as pq
    from pyarrow import fs

    files = arrow_files(lab)
    table = pa.table({"a": list(range(200_000)), "b": ["text"] * 200_000})
    pq.write_table(table, f"{bucket}/dir/t.parquet", filesystem=files)
    assert pq.read_table(f"{bucket}/dir/t.parquet", filesystem=files).equals(table)
    assert pq.read_table(f"{bucket}/dir", filesystem=files, columns=["a"]).num_rows == 200_000
    with files.open_output_stream(f"{bucket}/big") as out:
        for _ in range(3):
            out.write(b"z" * 6_000_000)
    assert s3.head_object(Bucket=bucket, Key="big")["ContentLength"] == 18_000_000
    assert [info.base_name for info in files.get_file_info(fs.FileSelector(bucket)) if info.type == fs.FileType.File] == ["big"]
    assert files.get_file_info(f"{bucket}/absent").type == fs.FileType.NotFound
    files.copy_file(f"{bucket}/big", f"{bucket}/copy")
    files.move(f"{bucket}/copy", f"{bucket}/moved")
    files.delete_file(f"{bucket}/moved")
    files.delete_dir(f"{bucket}/dir")
    assert files.get_file_info(f"{bucket}/dir/t.parquet").type == fs.FileType.NotFound
    with pytest.raises(FileNotFoundError):
        files.open_input_file(f"{bucket}/absent")


def storage_options(lab):
    return {"AWS_ACCESS_KEY_ID": "admin", "AWS_SECRET_ACCESS_KEY": "admin123", "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": lab.endpoint, "AWS_ALLOW_HTTP": "true", "aws_conditional_put": "etag"}


@new_only
def test_deltalake_writes_and_reads(lab, bucket):
    import pyarrow as pa
    from deltalake import DeltaTable, write_deltalake

    where, options = f"s3://{bucket}/table", storage_options(lab)
    write_deltalake(where, pa.table({"id": [1, 2, 3], "k": ["a", "b", "a"]}), partition_by=["k"], storage_options=options)
    write_deltalake(where, pa.table({"id": [4], "k": ["c"]}), mode="append", storage_options=options)
    table = DeltaTable(where, storage_options=options)
    assert table.version() == 1
    assert sorted(pa.table(table.to_pyarrow_table()).column("id").to_pylist()) == [1, 2, 3, 4]
    table.delete("id = 2")
    table.update(predicate="id = 3", updates={"id": "30"})
    source = pa.table({"id": [1, 99], "k": ["a", "z"]})
    table.merge(source, "t.id = s.id", source_alias="s", target_alias="t").when_matched_delete().when_not_matched_insert_all().execute()
    table = DeltaTable(where, storage_options=options)
    assert sorted(pa.table(table.to_pyarrow_table()).column("id").to_pylist()) == [4, 30, 99]
    table.create_checkpoint()
    assert DeltaTable(where, version=0, storage_options=options).version() == 0
    assert [entry["operation"] for entry in table.history()][:2] == ["MERGE", "UPDATE"]


@new_only
def test_deltalake_writers_race_without_loss(lab, bucket):
    import concurrent.futures

    import pyarrow as pa
    from deltalake import CommitProperties, DeltaTable, write_deltalake

    # Each lost race costs a try; of eight writers one may lose the fifteen that it has by default.
    patient = CommitProperties(max_commit_retries=200)
    where, options = f"s3://{bucket}/race", storage_options(lab)
    write_deltalake(where, pa.table({"id": [0]}), storage_options=options)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: write_deltalake(where, pa.table({"id": [n]}), mode="append", storage_options=options,
                                                    commit_properties=patient), range(1, 25)))
    table = DeltaTable(where, storage_options=options)
    assert sorted(pa.table(table.to_pyarrow_table()).column("id").to_pylist()) == list(range(25))
    assert table.version() == 24


def test_a_key_written_by_one_client_is_read_by_another(lab, s3, bucket):
    put(s3, bucket, "shared", b"from boto3")
    with arrow_files(lab).open_input_stream(f"{bucket}/shared") as stream:
        assert stream.read() == b"from boto3"
