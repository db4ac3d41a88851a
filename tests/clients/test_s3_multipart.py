"""Multipart uploads, checksums and presigned links."""

import base64
import hashlib
import io
import zlib

import pytest
import requests_free as http
from boto3.s3.transfer import TransferConfig
from conftest import ENVIRONMENT
from test_s3_objects import code_of, get, put

PART = 5 * 1024 * 1024


def test_parts_become_one_object(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="m", ContentType="text/m", Metadata={"a": "b"})["UploadId"]
    bodies = [b"a" * PART, b"b" * PART, b"tail"]
    etags = [s3.upload_part(Bucket=bucket, Key="m", UploadId=upload, PartNumber=n, Body=body)["ETag"] for n, body in enumerate(bodies, 1)]
    assert code_of(get, s3, bucket, "m") == ("NoSuchKey", 404)
    listed = s3.list_parts(Bucket=bucket, Key="m", UploadId=upload)["Parts"]
    assert [(p["PartNumber"], p["Size"], p["ETag"]) for p in listed] == [(1, PART, etags[0]), (2, PART, etags[1]), (3, 4, etags[2])]
    assert [u["Key"] for u in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]] == ["m"]
    done = s3.complete_multipart_upload(Bucket=bucket, Key="m", UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": n, "ETag": e} for n, e in enumerate(etags, 1)]})
    whole = hashlib.md5(b"".join(hashlib.md5(body).digest() for body in bodies)).hexdigest()
    assert done["ETag"] == f'"{whole}-3"'
    found = s3.get_object(Bucket=bucket, Key="m")
    assert found["Body"].read() == b"".join(bodies)
    assert (found["ContentType"], found["Metadata"]) == ("text/m", {"a": "b"})
    assert get(s3, bucket, "m", Range=f"bytes={PART - 2}-{PART + 1}") == b"aabb"
    assert s3.head_object(Bucket=bucket, Key="m", PartNumber=3)["ContentLength"] == 4
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


def test_an_aborted_upload_leaves_nothing(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="m")["UploadId"]
    s3.upload_part(Bucket=bucket, Key="m", UploadId=upload, PartNumber=1, Body=b"x")
    s3.abort_multipart_upload(Bucket=bucket, Key="m", UploadId=upload)
    assert code_of(s3.list_parts, Bucket=bucket, Key="m", UploadId=upload) == ("NoSuchUpload", 404)
    assert code_of(s3.upload_part, Bucket=bucket, Key="m", UploadId=upload, PartNumber=1, Body=b"x") == ("NoSuchUpload", 404)
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_bad_completions_are_refused(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="m")["UploadId"]
    etags = [s3.upload_part(Bucket=bucket, Key="m", UploadId=upload, PartNumber=n, Body=b"small")["ETag"] for n in (1, 2)]

    def complete(parts):
        s3.complete_multipart_upload(Bucket=bucket, Key="m", UploadId=upload, MultipartUpload={"Parts": parts})

    assert code_of(complete, [{"PartNumber": 2, "ETag": etags[1]}, {"PartNumber": 1, "ETag": etags[0]}]) == ("InvalidPartOrder", 400)
    assert code_of(complete, [{"PartNumber": 1, "ETag": '"0"'}]) == ("InvalidPart", 400)
    assert code_of(complete, [{"PartNumber": 9, "ETag": etags[0]}]) == ("InvalidPart", 400)
    assert code_of(complete, [{"PartNumber": 1, "ETag": etags[0]}, {"PartNumber": 2, "ETag": etags[1]}]) == ("EntityTooSmall", 400)
    complete([{"PartNumber": 2, "ETag": etags[1]}])
    assert get(s3, bucket, "m") == b"small"


def test_a_part_sent_twice_counts_once(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="m")["UploadId"]
    s3.upload_part(Bucket=bucket, Key="m", UploadId=upload, PartNumber=1, Body=b"old")
    etag = s3.upload_part(Bucket=bucket, Key="m", UploadId=upload, PartNumber=1, Body=b"new")["ETag"]
    s3.complete_multipart_upload(Bucket=bucket, Key="m", UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]})
    assert get(s3, bucket, "m") == b"new"


def test_parts_by_copy(s3, bucket):
    put(s3, bucket, "src", b"0123456789" * 600000)
    upload = s3.create_multipart_upload(Bucket=bucket, Key="m")["UploadId"]
    one = s3.upload_part_copy(Bucket=bucket, Key="m", UploadId=upload, PartNumber=1, CopySource={"Bucket": bucket, "Key": "src"}, CopySourceRange=f"bytes=0-{PART - 1}")["CopyPartResult"]["ETag"]
    two = s3.upload_part_copy(Bucket=bucket, Key="m", UploadId=upload, PartNumber=2, CopySource={"Bucket": bucket, "Key": "src"})["CopyPartResult"]["ETag"]
    s3.complete_multipart_upload(Bucket=bucket, Key="m", UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": one}, {"PartNumber": 2, "ETag": two}]})
    assert s3.head_object(Bucket=bucket, Key="m")["ContentLength"] == PART + 6000000


def test_the_transfer_manager_uses_parts(s3, bucket):
    body = bytes(range(256)) * 80000
    config = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART, max_concurrency=4)
    s3.upload_fileobj(io.BytesIO(body), bucket, "big", Config=config)
    out = io.BytesIO()
    s3.download_fileobj(bucket, "big", out, Config=config)
    assert out.getvalue() == body


def test_presigned_links(s3, bucket):
    put(s3, bucket, "p é", b"signed")
    assert http.get(s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "p é"})) == (200, b"signed")
    link = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "new"})
    assert http.send("PUT", link, b"uploaded")[0] == 200
    assert get(s3, bucket, "new") == b"uploaded"
    status, body = http.get(s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "p é"}).replace("p%20%C3%A9", "new"))
    assert status == 403 and b"SignatureDoesNotMatch" in body
    status, body = http.get(s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "new"}, ExpiresIn=-10))
    assert status in (400, 403)


def test_content_md5_is_checked(s3, bucket):
    right = base64.b64encode(hashlib.md5(b"x").digest()).decode()
    wrong = base64.b64encode(hashlib.md5(b"y").digest()).decode()
    put(s3, bucket, "md5", b"x", ContentMD5=right)
    assert code_of(put, s3, bucket, "bad", b"x", ContentMD5=wrong) == ("BadDigest", 400)
    assert code_of(get, s3, bucket, "bad") == ("NoSuchKey", 404)


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_checksums_are_checked_kept_and_returned(s3, bucket, algorithm):
    body = b"check me"
    digest = {"CRC32": zlib.crc32(body).to_bytes(4, "big"), "SHA1": hashlib.sha1(body).digest(), "SHA256": hashlib.sha256(body).digest()}[algorithm]
    text = base64.b64encode(digest).decode()
    assert put(s3, bucket, "c", body, ChecksumAlgorithm=algorithm)[f"Checksum{algorithm}"] == text
    assert s3.head_object(Bucket=bucket, Key="c", ChecksumMode="ENABLED")[f"Checksum{algorithm}"] == text
    wrong = base64.b64encode(b"\0" * len(digest)).decode()
    assert code_of(put, s3, bucket, "bad", body, **{f"Checksum{algorithm}": wrong}) == ("BadDigest", 400)


@pytest.mark.only("spark42")
def test_new_clients_send_a_checksum_unasked(s3, bucket):
    assert ENVIRONMENT == "spark42"
    put(s3, bucket, "c", b"abc")
    head = s3.head_object(Bucket=bucket, Key="c", ChecksumMode="ENABLED")
    assert head["ChecksumCRC32"] == base64.b64encode(zlib.crc32(b"abc").to_bytes(4, "big")).decode()


def test_attributes(s3, bucket):
    put(s3, bucket, "a", b"abc")
    told = s3.get_object_attributes(Bucket=bucket, Key="a", ObjectAttributes=["ETag", "ObjectSize"])
    assert (told["ObjectSize"], told["ETag"].strip('"')) == (3, hashlib.md5(b"abc").hexdigest())
