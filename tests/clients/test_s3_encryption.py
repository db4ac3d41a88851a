"""Server-side encryption over S3: SSE-S3, SSE-KMS, SSE-C, defaults of buckets, copies between them."""

import base64
import hashlib
import json
import uuid

import botocore.exceptions
import pytest

MIB = 1 << 20
MODES = {
    "plain": {},
    "sse-s3": {"ServerSideEncryption": "AES256"},
    "sse-kms": {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "key-1"},
    "sse-c": {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": b"a" * 32},
}
OTHER_KEY = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": b"b" * 32}


def code_of(call, *args, **kwargs):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(*args, **kwargs)
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def status_of(call, *args, **kwargs):
    return code_of(call, *args, **kwargs)[1]


def reading(mode):
    return {name: value for name, value in mode.items() if name.startswith("SSECustomer")}


def of_source(mode):
    return {"CopySource" + name: value for name, value in reading(mode).items()}


def check_shown(response, mode):
    assert response.get("ServerSideEncryption") == mode.get("ServerSideEncryption")
    assert response.get("SSEKMSKeyId") == mode.get("SSEKMSKeyId")
    assert response.get("SSECustomerAlgorithm") == mode.get("SSECustomerAlgorithm")
    if "SSECustomerKey" in mode:
        assert response["SSECustomerKeyMD5"] == base64.b64encode(hashlib.md5(mode["SSECustomerKey"]).digest()).decode()


@pytest.fixture
def fresh(s3):
    name = f"sse-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=name)
    return name


@pytest.mark.parametrize("size", [0, 1, 65536, MIB + 7])
@pytest.mark.parametrize("name", ["sse-s3", "sse-kms", "sse-c"])
def test_an_encrypted_object_reads_whole_and_in_ranges(s3, fresh, name, size):
    mode, body = MODES[name], bytes(i % 251 for i in range(size))
    check_shown(s3.put_object(Bucket=fresh, Key="k", Body=body, **mode), mode)
    got = s3.get_object(Bucket=fresh, Key="k", **reading(mode))
    check_shown(got, mode)
    assert got["Body"].read() == body and got["ContentLength"] == size
    head = s3.head_object(Bucket=fresh, Key="k", **reading(mode))
    check_shown(head, mode)
    assert head["ContentLength"] == size
    for first, last in ((0, 0), (size // 2, size // 2 + 100), (65530, 65545), (size - 1, size + 5)):
        if 0 <= first < size:
            part = s3.get_object(Bucket=fresh, Key="k", Range=f"bytes={first}-{last}", **reading(mode))
            assert part["Body"].read() == body[first:last + 1]
    assert s3.list_objects_v2(Bucket=fresh)["Contents"][0]["Size"] == size


def test_the_etag_is_the_md5_only_where_s3_says_so(s3, fresh):
    for name, is_md5 in (("plain", True), ("sse-s3", True), ("sse-kms", False), ("sse-c", False)):
        etag = s3.put_object(Bucket=fresh, Key=name, Body=b"abc", **MODES[name])["ETag"].strip('"')
        assert (etag == hashlib.md5(b"abc").hexdigest()) is is_md5 and len(etag) == 32


def test_a_clients_key_is_asked_for_on_every_read(s3, fresh):
    mode = MODES["sse-c"]
    s3.put_object(Bucket=fresh, Key="k", Body=b"abc", **mode)
    assert code_of(s3.get_object, Bucket=fresh, Key="k") == ("InvalidRequest", 400)
    assert code_of(s3.get_object, Bucket=fresh, Key="k", **OTHER_KEY) == ("InvalidRequest", 400)
    assert status_of(s3.head_object, Bucket=fresh, Key="k") == 400
    assert status_of(s3.get_object_attributes, Bucket=fresh, Key="k", ObjectAttributes=["ETag"]) == 400
    s3.put_object(Bucket=fresh, Key="plain", Body=b"abc")
    assert status_of(s3.get_object, Bucket=fresh, Key="plain", **mode) == 400
    assert status_of(s3.copy_object, Bucket=fresh, Key="copy", CopySource={"Bucket": fresh, "Key": "k"}) == 400


def with_headers(s3, operation, headers):
    """A client whose `operation` carries these headers, as no SDK would write them."""
    s3.meta.events.register_first(f"before-call.s3.{operation}", lambda params, **_: params["headers"].update(headers), unique_id="sse-test")


@pytest.mark.parametrize("headers", [
    {"x-amz-server-side-encryption-customer-algorithm": "AES256"},
    {"x-amz-server-side-encryption-customer-algorithm": "AES256", "x-amz-server-side-encryption-customer-key": base64.b64encode(b"a" * 32).decode()},
    {"x-amz-server-side-encryption-customer-key": base64.b64encode(b"a" * 32).decode(), "x-amz-server-side-encryption-customer-key-md5": "x"},
    {"x-amz-server-side-encryption-customer-algorithm": "AES256", "x-amz-server-side-encryption-customer-key": base64.b64encode(b"a" * 32).decode(),
     "x-amz-server-side-encryption-customer-key-md5": "AAAAAAAAAAAAAAAAAAAAAA=="},
    {"x-amz-server-side-encryption": "AES192"},
    {"x-amz-server-side-encryption": "aws:kms"},
    {"x-amz-server-side-encryption-aws-kms-key-id": "key-1"},
])
def test_half_a_wish_is_refused_and_nothing_is_stored(s3, fresh, headers):
    with_headers(s3, "PutObject", headers)
    try:
        assert status_of(s3.put_object, Bucket=fresh, Key="k", Body=b"abc") == 400
    finally:
        s3.meta.events.unregister("before-call.s3.PutObject", unique_id="sse-test")
    assert "Contents" not in s3.list_objects_v2(Bucket=fresh)


@pytest.mark.parametrize("operation", ["GetObject", "HeadObject"])
def test_a_read_says_nothing_of_encryption(s3, fresh, operation):
    s3.put_object(Bucket=fresh, Key="k", Body=b"abc", **MODES["sse-s3"])
    with_headers(s3, operation, {"x-amz-server-side-encryption": "AES256"})
    try:
        call = s3.get_object if operation == "GetObject" else s3.head_object
        assert status_of(call, Bucket=fresh, Key="k") == 400
    finally:
        s3.meta.events.unregister(f"before-call.s3.{operation}", unique_id="sse-test")


@pytest.mark.parametrize("name", ["sse-s3", "sse-kms"])
def test_a_buckets_default_is_put_shown_applied_and_taken_away(s3, fresh, name):
    mode = MODES[name]
    assert code_of(s3.get_bucket_encryption, Bucket=fresh) == ("ServerSideEncryptionConfigurationNotFoundError", 404)
    default = {"SSEAlgorithm": mode["ServerSideEncryption"]}
    if "SSEKMSKeyId" in mode:
        default["KMSMasterKeyID"] = mode["SSEKMSKeyId"]
    s3.put_bucket_encryption(Bucket=fresh, ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": default}]})
    rule = s3.get_bucket_encryption(Bucket=fresh)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"] == default and rule["BucketKeyEnabled"] is False
    check_shown(s3.put_object(Bucket=fresh, Key="k", Body=b"abc"), mode)
    check_shown(s3.get_object(Bucket=fresh, Key="k"), mode)
    # What a request says itself goes before.
    check_shown(s3.put_object(Bucket=fresh, Key="c", Body=b"abc", **MODES["sse-c"]), MODES["sse-c"])
    s3.delete_bucket_encryption(Bucket=fresh)
    assert code_of(s3.get_bucket_encryption, Bucket=fresh) == ("ServerSideEncryptionConfigurationNotFoundError", 404)
    check_shown(s3.put_object(Bucket=fresh, Key="plain", Body=b"abc"), {})
    check_shown(s3.get_object(Bucket=fresh, Key="k"), mode)


@pytest.mark.parametrize("source", MODES)
@pytest.mark.parametrize("target", MODES)
def test_copies_go_between_all_modes(s3, fresh, source, target):
    body = b"0123456789" * 20_000
    wanted = OTHER_KEY if target == "sse-c" else MODES[target]
    s3.put_object(Bucket=fresh, Key="from", Body=body, **MODES[source])
    check_shown(s3.copy_object(Bucket=fresh, Key="to", CopySource={"Bucket": fresh, "Key": "from"}, **wanted, **of_source(MODES[source])), wanted)
    got = s3.get_object(Bucket=fresh, Key="to", **reading(wanted))
    check_shown(got, wanted)
    assert got["Body"].read() == body


@pytest.mark.parametrize("source", MODES)
@pytest.mark.parametrize("target", MODES)
def test_parts_are_copied_between_all_modes(s3, fresh, source, target):
    body = b"0123456789abcdef" * (6 * MIB // 16)
    wanted = OTHER_KEY if target == "sse-c" else MODES[target]
    s3.put_object(Bucket=fresh, Key="from", Body=body, **MODES[source])
    upload = s3.create_multipart_upload(Bucket=fresh, Key="to", **wanted)
    check_shown(upload, wanted)
    named = {"Bucket": fresh, "Key": "to", "UploadId": upload["UploadId"]}
    copy = {**named, "PartNumber": 1, "CopySource": {"Bucket": fresh, "Key": "from"}, **of_source(MODES[source])}
    if target == "sse-c":
        assert status_of(s3.upload_part_copy, **copy) == 400
        assert status_of(s3.upload_part, **named, PartNumber=2, Body=b"tail") == 400
        assert status_of(s3.upload_part, **named, PartNumber=2, Body=b"tail", **MODES["sse-c"]) == 400
    first = s3.upload_part_copy(**copy, CopySourceRange=f"bytes=3-{len(body) - 1}", **reading(wanted))
    check_shown(first, wanted)
    second = s3.upload_part(**named, PartNumber=2, Body=b"tail", **reading(wanted))
    check_shown(second, wanted)
    parts = {"Parts": [{"PartNumber": 1, "ETag": first["CopyPartResult"]["ETag"]}, {"PartNumber": 2, "ETag": second["ETag"]}]}
    assert [part["Size"] for part in s3.list_parts(**named)["Parts"]] == [len(body) - 3, 4]
    if target == "sse-c":
        assert status_of(s3.complete_multipart_upload, **named, MultipartUpload=parts, **MODES["sse-c"]) == 400
    check_shown(s3.complete_multipart_upload(**named, MultipartUpload=parts, **reading(wanted)), {k: v for k, v in wanted.items() if k != "SSECustomerKey"} if target != "sse-c" else {})
    got = s3.get_object(Bucket=fresh, Key="to", **reading(wanted))
    check_shown(got, wanted)
    assert got["Body"].read() == body[3:] + b"tail"
    assert s3.get_object(Bucket=fresh, Key="to", PartNumber=2, **reading(wanted))["Body"].read() == b"tail"


def test_checksums_are_of_the_plain_bytes(s3, fresh):
    body = b"abc" * 50_000
    wanted = base64.b64encode(hashlib.sha256(body).digest()).decode()
    for name, mode in MODES.items():
        s3.put_object(Bucket=fresh, Key=name, Body=body, ChecksumAlgorithm="SHA256", **mode)
        assert s3.head_object(Bucket=fresh, Key=name, ChecksumMode="ENABLED", **reading(mode))["ChecksumSHA256"] == wanted


def test_an_object_may_be_encrypted_in_its_place(s3, fresh):
    s3.put_object(Bucket=fresh, Key="k", Body=b"abc")
    s3.copy_object(Bucket=fresh, Key="k", CopySource={"Bucket": fresh, "Key": "k"}, ServerSideEncryption="AES256")
    got = s3.get_object(Bucket=fresh, Key="k")
    assert got["ServerSideEncryption"] == "AES256" and got["Body"].read() == b"abc"


def test_a_policy_may_ask_for_encryption(s3, fresh):
    def deny(condition):
        statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{fresh}/*", "Condition": condition}
        s3.put_bucket_policy(Bucket=fresh, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))

    deny({"Null": {"s3:x-amz-server-side-encryption": "true"}})
    assert code_of(s3.put_object, Bucket=fresh, Key="k", Body=b"x") == ("AccessDenied", 403)
    s3.put_object(Bucket=fresh, Key="k", Body=b"x", ServerSideEncryption="AES256")
    deny({"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}})
    assert code_of(s3.put_object, Bucket=fresh, Key="k", Body=b"x", ServerSideEncryption="AES256") == ("AccessDenied", 403)
    s3.put_object(Bucket=fresh, Key="k", Body=b"x", **MODES["sse-kms"])
    deny({"Null": {"s3:x-amz-server-side-encryption-customer-algorithm": "true"}})
    assert code_of(s3.put_object, Bucket=fresh, Key="k", Body=b"x") == ("AccessDenied", 403)
    # Who may not is told so before what is wrong with the key.
    deny({"StringNotEquals": {"s3:x-amz-server-side-encryption-customer-algorithm": "AES256"}})
    assert code_of(s3.put_object, Bucket=fresh, Key="k", Body=b"x", SSECustomerAlgorithm="AES192") == ("AccessDenied", 403)
    s3.put_object(Bucket=fresh, Key="k", Body=b"x", **MODES["sse-c"])


def test_an_upload_under_a_clients_key_is_completed_without_it(s3, fresh):
    mode = MODES["sse-c"]
    upload = s3.create_multipart_upload(Bucket=fresh, Key="k", **mode)["UploadId"]
    wanted = {"Bucket": fresh, "Key": "k", "UploadId": upload}
    sizes = (5 * MIB, 3)
    parts = [{"PartNumber": i + 1, "ETag": s3.upload_part(PartNumber=i + 1, Body=b"x" * size, **wanted, **mode)["ETag"]} for i, size in enumerate(sizes)]
    assert status_of(s3.complete_multipart_upload, MultipartUpload={"Parts": parts}, **wanted, **OTHER_KEY) == 400
    s3.complete_multipart_upload(MultipartUpload={"Parts": parts}, **wanted)
    part = s3.get_object(Bucket=fresh, Key="k", PartNumber=2, **mode)
    assert part["PartsCount"] == 2 and part["Body"].read() == b"xxx"
    # Which parts there are is no secret of the key.
    assert code_of(s3.get_object, Bucket=fresh, Key="k", PartNumber=5) == ("InvalidPart", 400)
