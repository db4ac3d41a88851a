"""Buckets and objects by boto3, old and new."""

import concurrent.futures
import hashlib
import io
import uuid

import boto3
import botocore.exceptions
import pytest
import requests_free as http
from botocore.config import Config


def code_of(call, *args, **kwargs):
    """The S3 error code and HTTP status that a call ends with."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(*args, **kwargs)
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def put(s3, bucket, key, body=b"x", **more):
    return s3.put_object(Bucket=bucket, Key=key, Body=body, **more)


def get(s3, bucket, key, **more):
    return s3.get_object(Bucket=bucket, Key=key, **more)["Body"].read()


def test_a_bucket_lives_from_creation_to_deletion(s3):
    name = f"life-{uuid.uuid4().hex[:10]}"
    s3.create_bucket(Bucket=name)
    assert name in [b["Name"] for b in s3.list_buckets()["Buckets"]]
    assert s3.head_bucket(Bucket=name)["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] in (None, "us-east-1")
    s3.delete_bucket(Bucket=name)
    assert code_of(s3.head_bucket, Bucket=name) == ("404", 404)
    assert name not in [b["Name"] for b in s3.list_buckets()["Buckets"]]


def test_bucket_errors_have_their_codes(s3, bucket):
    assert code_of(s3.delete_bucket, Bucket="no-such-bucket-here") == ("NoSuchBucket", 404)
    assert code_of(s3.list_objects_v2, Bucket="no-such-bucket-here") == ("NoSuchBucket", 404)
    assert code_of(put, s3, "no-such-bucket-here", "k") == ("NoSuchBucket", 404)
    put(s3, bucket, "k")
    assert code_of(s3.delete_bucket, Bucket=bucket) == ("BucketNotEmpty", 409)


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 1_000_001, 9_000_000])
def test_an_object_comes_back_as_it_was_put(s3, bucket, size):
    body = (hashlib.sha256(str(size).encode()).digest() * (size // 32 + 1))[:size]
    answer = put(s3, bucket, "o", body, ContentType="application/x-test", Metadata={"who": "me"})
    assert answer["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
    found = s3.get_object(Bucket=bucket, Key="o")
    assert found["Body"].read() == body
    assert (found["ContentLength"], found["ContentType"], found["Metadata"]) == (size, "application/x-test", {"who": "me"})
    head = s3.head_object(Bucket=bucket, Key="o")
    assert (head["ContentLength"], head["ETag"]) == (size, answer["ETag"])
    assert head["LastModified"].tzinfo is not None


@pytest.mark.parametrize("key", ["a", "a/b/c", "with space", "plus+and&amp", "ünï/日本", "a//b", "dots/../x", "q?x=1#f", "100%", "tilde~star*", "a" * 1000, ".hidden", "trailing/", "semi;colon,=@:$!'()"])
def test_any_key_is_only_a_key(s3, bucket, key):
    put(s3, bucket, key, key.encode())
    assert get(s3, bucket, key) == key.encode()
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [key]
    s3.delete_object(Bucket=bucket, Key=key)
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_object_errors_have_their_codes(s3, bucket):
    assert code_of(get, s3, bucket, "absent") == ("NoSuchKey", 404)
    assert code_of(s3.head_object, Bucket=bucket, Key="absent") == ("404", 404)
    assert code_of(put, s3, bucket, "k" * 1025) == ("KeyTooLongError", 400)
    put(s3, bucket, "k", b"0123456789")
    assert code_of(get, s3, bucket, "k", Range="bytes=20-30") == ("InvalidRange", 416)


def test_headers_given_at_put_come_back(s3, bucket):
    put(s3, bucket, "h", b"x", CacheControl="max-age=5", ContentDisposition='attachment; filename="x"', ContentEncoding="identity", ContentLanguage="de")
    head = s3.head_object(Bucket=bucket, Key="h")
    assert (head["CacheControl"], head["ContentDisposition"], head["ContentEncoding"], head["ContentLanguage"]) == ("max-age=5", 'attachment; filename="x"', "identity", "de")
    found = s3.get_object(Bucket=bucket, Key="h", ResponseContentType="text/x", ResponseContentDisposition="inline")
    assert (found["ContentType"], found["ContentDisposition"]) == ("text/x", "inline")


@pytest.mark.parametrize("wanted, expected, told", [("bytes=0-3", b"0123", "bytes 0-3/10"), ("bytes=5-", b"56789", "bytes 5-9/10"), ("bytes=-2", b"89", "bytes 8-9/10"), ("bytes=8-99", b"89", "bytes 8-9/10"), ("bytes=0-0", b"0", "bytes 0-0/10")])
def test_ranges(s3, bucket, wanted, expected, told):
    put(s3, bucket, "r", b"0123456789")
    found = s3.get_object(Bucket=bucket, Key="r", Range=wanted)
    assert found["Body"].read() == expected
    assert found["ContentRange"] == told
    assert found["ResponseMetadata"]["HTTPStatusCode"] == 206


def test_conditions_of_get_and_head(s3, bucket):
    etag = put(s3, bucket, "c", b"x")["ETag"]
    modified = s3.head_object(Bucket=bucket, Key="c")["LastModified"]
    assert get(s3, bucket, "c", IfMatch=etag) == b"x"
    assert code_of(get, s3, bucket, "c", IfMatch='"0"') == ("PreconditionFailed", 412)
    assert code_of(get, s3, bucket, "c", IfNoneMatch=etag) == ("304", 304)
    assert get(s3, bucket, "c", IfNoneMatch='"0"') == b"x"
    assert code_of(get, s3, bucket, "c", IfModifiedSince=modified) == ("304", 304)
    assert code_of(s3.head_object, Bucket=bucket, Key="c", IfMatch='"0"') == ("412", 412)


def test_an_overwrite_is_seen_at_once(s3, bucket):
    for number in range(20):
        put(s3, bucket, "same", str(number).encode())
        assert get(s3, bucket, "same") == str(number).encode()
        assert s3.list_objects_v2(Bucket=bucket)["Contents"][0]["Size"] == len(str(number))


def test_delete_is_idempotent_and_many_go_at_once(s3, bucket):
    for number in range(5):
        put(s3, bucket, f"d/{number}")
    assert s3.delete_object(Bucket=bucket, Key="d/0")["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert s3.delete_object(Bucket=bucket, Key="d/0")["ResponseMetadata"]["HTTPStatusCode"] == 204
    told = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": f"d/{n}"} for n in (1, 2, 99)]})
    assert sorted(d["Key"] for d in told["Deleted"]) == ["d/1", "d/2", "d/99"]
    assert "Deleted" not in s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "d/3"}], "Quiet": True})
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["d/4"]


def test_copies(s3, bucket):
    put(s3, bucket, "from é", b"body", Metadata={"a": "1"}, ContentType="text/a")
    answer = s3.copy_object(Bucket=bucket, Key="to", CopySource={"Bucket": bucket, "Key": "from é"})
    assert answer["CopyObjectResult"]["ETag"] == f'"{hashlib.md5(b"body").hexdigest()}"'
    found = s3.head_object(Bucket=bucket, Key="to")
    assert (found["Metadata"], found["ContentType"]) == ({"a": "1"}, "text/a")
    s3.copy_object(Bucket=bucket, Key="to", CopySource={"Bucket": bucket, "Key": "to"}, Metadata={"b": "2"}, MetadataDirective="REPLACE")
    assert s3.head_object(Bucket=bucket, Key="to")["Metadata"] == {"b": "2"}
    assert get(s3, bucket, "to") == b"body"
    assert code_of(s3.copy_object, Bucket=bucket, Key="x", CopySource={"Bucket": bucket, "Key": "absent"}) == ("NoSuchKey", 404)
    assert code_of(s3.copy_object, Bucket=bucket, Key="x", CopySource={"Bucket": bucket, "Key": "to"}, CopySourceIfMatch='"0"') == ("PreconditionFailed", 412)


def test_listing_with_prefix_and_delimiter(s3, bucket):
    for key in ("a.txt", "b/1", "b/2", "b/c/3", "d/4", "é/5"):
        put(s3, bucket, key)
    top = s3.list_objects_v2(Bucket=bucket, Delimiter="/")
    assert [o["Key"] for o in top["Contents"]] == ["a.txt"]
    assert [p["Prefix"] for p in top["CommonPrefixes"]] == ["b/", "d/", "é/"]
    assert top["KeyCount"] == 4
    inside = s3.list_objects_v2(Bucket=bucket, Prefix="b/", Delimiter="/")
    assert ([o["Key"] for o in inside["Contents"]], [p["Prefix"] for p in inside["CommonPrefixes"]]) == (["b/1", "b/2"], ["b/c/"])
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=bucket, StartAfter="b/2")["Contents"]] == ["b/c/3", "d/4", "é/5"]
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket, Prefix="zzz")
    assert s3.list_objects_v2(Bucket=bucket, MaxKeys=0)["KeyCount"] == 0


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_paging_sees_every_key_once(s3, bucket, size):
    keys = sorted([f"k{n:03d}" for n in range(7)] + [f"dir{n}/x" for n in range(4)], key=str.encode)
    for key in keys:
        put(s3, bucket, key)
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, PaginationConfig={"PageSize": size})
    assert [o["Key"] for page in pages for o in page.get("Contents", [])] == keys
    pages = s3.get_paginator("list_objects").paginate(Bucket=bucket, PaginationConfig={"PageSize": size})
    assert [o["Key"] for page in pages for o in page.get("Contents", [])] == keys
    found = []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": size}):
        found += [o["Key"] for o in page.get("Contents", [])] + [p["Prefix"] for p in page.get("CommonPrefixes", [])]
    assert sorted(found) == [f"dir{n}/" for n in range(4)] + [f"k{n:03d}" for n in range(7)]


def test_version_one_listing(s3, bucket):
    for key in ("a", "b/1", "c"):
        put(s3, bucket, key)
    page = s3.list_objects(Bucket=bucket, Delimiter="/", MaxKeys=2)
    assert ([o["Key"] for o in page["Contents"]], [p["Prefix"] for p in page["CommonPrefixes"]], page["IsTruncated"], page["NextMarker"]) == (["a"], ["b/"], True, "b/")
    rest = s3.list_objects(Bucket=bucket, Delimiter="/", Marker=page["NextMarker"])
    assert ([o["Key"] for o in rest["Contents"]], rest["IsTruncated"]) == (["c"], False)


def test_keys_are_listed_in_byte_order(s3, bucket):
    keys = ["B", "a", "a-", "a/", "a0", "é", "日", "~", "😀"]
    for key in keys:
        put(s3, bucket, key)
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]] == sorted(keys, key=str.encode)


def test_one_of_many_creators_wins(lab, s3, bucket):
    """64 writers with If-None-Match: * on one key: one is told 200, the others 412, and its body is what stands."""
    one = clients(lab, 64)

    def race(number):
        try:
            put_if(one[number], bucket, "lock", str(number).encode(), {"If-None-Match": "*"})
            return number
        except botocore.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] in ("PreconditionFailed", "ConditionalRequestConflict")
            return None

    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        winners = [number for number in pool.map(race, range(64)) if number is not None]
    assert len(winners) == 1
    assert get(s3, bucket, "lock") == str(winners[0]).encode()


def test_one_of_many_replacers_wins(lab, s3, bucket):
    etag = put(s3, bucket, "state", b"old")["ETag"]
    one = clients(lab, 64)

    def race(number):
        try:
            put_if(one[number], bucket, "state", str(number).encode(), {"If-Match": etag})
            return number
        except botocore.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] in ("PreconditionFailed", "ConditionalRequestConflict")
            return None

    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        winners = [number for number in pool.map(race, range(64)) if number is not None]
    assert len(winners) == 1
    assert get(s3, bucket, "state") == str(winners[0]).encode()


def test_if_match_of_an_absent_key_is_refused(s3, bucket):
    assert code_of(put_if, s3, bucket, "absent", b"x", {"If-Match": '"0"'}) in (("NoSuchKey", 404), ("PreconditionFailed", 412))


def clients(lab, count):
    session = boto3.session.Session()
    config = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}, max_pool_connections=2)
    return [session.client("s3", endpoint_url=lab.endpoint, aws_access_key_id="admin", aws_secret_access_key="admin123", region_name="us-east-1", config=config) for _ in range(count)]


def put_if(s3, bucket, key, body, headers):
    """A conditional put; boto3 1.34 has no parameter for it, so the header is added before signing."""

    def add(params, **_):
        params["headers"].update(headers)

    s3.meta.events.register("before-call.s3.PutObject", add)
    try:
        return s3.put_object(Bucket=bucket, Key=key, Body=body)
    finally:
        s3.meta.events.unregister("before-call.s3.PutObject", add)


def test_a_stream_of_unknown_kind_is_taken(s3, bucket):
    s3.upload_fileobj(io.BytesIO(b"s" * 100), bucket, "stream")
    out = io.BytesIO()
    s3.download_fileobj(bucket, "stream", out)
    assert out.getvalue() == b"s" * 100


def test_tags_of_an_object(s3, bucket):
    put(s3, bucket, "t", b"x", Tagging="a=1&b=two")
    assert sorted((t["Key"], t["Value"]) for t in s3.get_object_tagging(Bucket=bucket, Key="t")["TagSet"]) == [("a", "1"), ("b", "two")]


def test_health_paths_need_no_signature(lab):
    for path in ("/minio/health/live", "/minio/health/ready"):
        assert http.get(lab.endpoint + path)[0] == 200


def test_an_unsigned_request_is_refused(lab, s3, bucket):
    put(s3, bucket, "k")
    status, body = http.get(f"{lab.endpoint}/{bucket}/k")
    assert status == 403 and b"<Code>AccessDenied</Code>" in body


def test_wrong_keys_are_refused(lab, bucket):
    def client(key, secret):
        return boto3.client("s3", endpoint_url=lab.endpoint, aws_access_key_id=key, aws_secret_access_key=secret, region_name="us-east-1", config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}))

    assert code_of(client("nobody", "admin123").list_buckets) == ("InvalidAccessKeyId", 403)
    assert code_of(client("admin", "wrong").list_buckets) == ("SignatureDoesNotMatch", 403)


def test_virtual_host_style(lab, s3, bucket):
    put(s3, bucket, "v/key", b"virtual")
    status, body = http.get(f"{lab.endpoint}/v/key?x=1", {"Host": f"{bucket}.localhost:{lab.objects_port}"})
    assert status == 403 and b"AccessDenied" in body  # the bucket was understood; the signature is what is missing
    virtual = boto3.client("s3", endpoint_url=f"http://localhost:{lab.objects_port}", aws_access_key_id="admin", aws_secret_access_key="admin123", region_name="us-east-1", config=Config(s3={"addressing_style": "virtual"}))
    link = virtual.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "v/key"})
    path = link.split(f":{lab.objects_port}", 1)[1]
    assert http.get(lab.endpoint + path, {"Host": f"{bucket}.localhost:{lab.objects_port}"}) == (200, b"virtual")


def test_malformed_requests_get_xml_errors(lab):
    status, body = http.get(lab.endpoint + "/?nope=%zz")
    assert status in (400, 403) and b"<Error>" in body


def test_everything_is_there_after_a_kill(own_lab):
    own_lab.start()
    session = clients(own_lab, 1)[0]
    session.create_bucket(Bucket="kept")
    for number in range(20):
        put(session, "kept", f"k{number}", str(number).encode() * 10000)
    own_lab.kill()
    own_lab.start()
    session = clients(own_lab, 1)[0]
    for number in range(20):
        assert get(session, "kept", f"k{number}") == str(number).encode() * 10000
    assert own_lab.stop() == 0
