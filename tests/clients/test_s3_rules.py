"""S3's smaller rules, each with what a client sees of it."""

import base64
import datetime
import hashlib
import hmac
import json
import urllib.parse
import uuid

import boto3
import botocore.exceptions
import pytest
import requests_free as http
from botocore.config import Config


def code_of(call, *args, **kwargs):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(*args, **kwargs)
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.fixture
def fresh(s3):
    name = f"rules-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=name)
    return name


def test_a_grant_names_somebody_who_is_known(s3, fresh):
    acl = s3.get_bucket_acl(Bucket=fresh)
    grant = {"Grantee": {"ID": "_foo", "Type": "CanonicalUser"}, "Permission": "READ"}
    policy = {"Owner": acl["Owner"], "Grants": [*acl["Grants"], grant]}
    assert code_of(s3.put_bucket_acl, Bucket=fresh, AccessControlPolicy=policy) == ("InvalidArgument", 400)
    assert code_of(s3.put_object, Bucket=fresh, Key="k", Body=b"x", GrantRead="id=_foo") == ("InvalidArgument", 400)
    assert len(s3.get_bucket_acl(Bucket=fresh)["Grants"]) == 1


def test_groups_stand_before_the_owner_in_a_canned_list(s3, fresh):
    s3.put_bucket_acl(Bucket=fresh, ACL="public-read-write")
    grants = s3.get_bucket_acl(Bucket=fresh)["Grants"]
    assert [grant["Permission"] for grant in grants] == ["READ", "WRITE", "FULL_CONTROL"]
    assert [grant["Grantee"]["Type"] for grant in grants] == ["Group", "Group", "CanonicalUser"]


def test_a_client_may_say_whose_bucket_it_means(s3, fresh):
    s3.put_object(Bucket=fresh, Key="k", Body=b"x")
    assert s3.get_object(Bucket=fresh, Key="k", ExpectedBucketOwner="admin")["Body"].read() == b"x"
    for call, more in ((s3.get_object, {"Key": "k"}), (s3.put_object, {"Key": "k", "Body": b"y"}), (s3.list_objects_v2, {})):
        assert code_of(call, Bucket=fresh, ExpectedBucketOwner="somebody", **more) == ("AccessDenied", 403)
    copy = {"Bucket": fresh, "Key": "c", "CopySource": {"Bucket": fresh, "Key": "k"}}
    assert code_of(s3.copy_object, **copy, ExpectedSourceBucketOwner="somebody") == ("AccessDenied", 403)
    s3.copy_object(**copy, ExpectedSourceBucketOwner="admin")


def test_a_bucket_is_public_by_its_policy_or_its_list(s3, fresh):
    def is_public():
        return s3.get_bucket_policy_status(Bucket=fresh)["PolicyStatus"]["IsPublic"]

    assert not is_public()
    s3.put_bucket_acl(Bucket=fresh, ACL="authenticated-read")
    assert is_public()
    s3.put_bucket_acl(Bucket=fresh, ACL="private")
    assert not is_public()
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{fresh}/*"}
    s3.put_bucket_policy(Bucket=fresh, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    assert is_public()


def test_a_write_may_be_unwanted_over_one_etag(s3, fresh):
    # By the header itself: the older boto3 has no parameter for it.
    wanted = {}
    s3.meta.events.register("before-call.s3.PutObject", lambda params, **_: params["headers"].update(wanted), unique_id="rules-test")
    try:
        etag = s3.put_object(Bucket=fresh, Key="k", Body=b"one")["ETag"]
        wanted["If-None-Match"] = etag
        assert code_of(s3.put_object, Bucket=fresh, Key="k", Body=b"two") == ("PreconditionFailed", 412)
        wanted["If-None-Match"] = '"another"'
        s3.put_object(Bucket=fresh, Key="k", Body=b"two")
    finally:
        s3.meta.events.unregister("before-call.s3.PutObject", unique_id="rules-test")
    assert s3.get_object(Bucket=fresh, Key="k")["Body"].read() == b"two"


def test_a_part_that_is_not_there_is_said_so(s3, fresh):
    s3.put_object(Bucket=fresh, Key="whole", Body=b"x")
    assert code_of(s3.get_object, Bucket=fresh, Key="whole", PartNumber=2) == ("InvalidPart", 400)
    upload = s3.create_multipart_upload(Bucket=fresh, Key="parts")["UploadId"]
    part = s3.upload_part(Bucket=fresh, Key="parts", UploadId=upload, PartNumber=3, Body=b"abc")
    s3.complete_multipart_upload(Bucket=fresh, Key="parts", UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 3, "ETag": part["ETag"]}]})
    assert s3.get_object(Bucket=fresh, Key="parts", PartNumber=3)["Body"].read() == b"abc"
    assert code_of(s3.get_object, Bucket=fresh, Key="parts", PartNumber=4) == ("InvalidPart", 400)


def test_a_suspended_bucket_names_no_version(s3, fresh):
    assert "VersionId" not in s3.put_object(Bucket=fresh, Key="k", Body=b"x")
    s3.put_bucket_versioning(Bucket=fresh, VersioningConfiguration={"Status": "Suspended"})
    assert "VersionId" not in s3.put_object(Bucket=fresh, Key="k", Body=b"x")
    assert s3.head_object(Bucket=fresh, Key="k")["VersionId"] == "null"


def test_tags_are_given_back_in_order(s3, fresh):
    s3.put_object(Bucket=fresh, Key="k", Body=b"x", Tagging="foo=bar&bar")
    assert s3.get_object_tagging(Bucket=fresh, Key="k")["TagSet"] == [{"Key": "bar", "Value": ""}, {"Key": "foo", "Value": "bar"}]


def test_a_checksum_of_no_form_is_a_bad_digest(s3, fresh):
    assert code_of(s3.put_object, Bucket=fresh, Key="k", Body=b"x", ChecksumSHA256="bad") == ("BadDigest", 400)
    assert "Contents" not in s3.list_objects_v2(Bucket=fresh)


def test_no_object_has_a_torrent(s3, fresh):
    s3.put_object(Bucket=fresh, Key="k", Body=b"x")
    assert code_of(s3.get_object_torrent, Bucket=fresh, Key="k") == ("NoSuchKey", 404)


def test_a_presigned_address_may_be_over_before_it_began(lab, s3, fresh):
    s3.put_object(Bucket=fresh, Key="k", Body=b"x")
    signing = boto3.client("s3", endpoint_url=lab.endpoint, aws_access_key_id="admin", aws_secret_access_key="admin123", region_name="us-east-1",
                           config=Config(signature_version="s3v4", s3={"addressing_style": "path"}))
    for seconds, status in ((1000, 200), (0, 403), (-7, 403)):
        url = urllib.parse.urlsplit(signing.generate_presigned_url("get_object", Params={"Bucket": fresh, "Key": "k"}, ExpiresIn=seconds))
        assert http.request("GET", f"{lab.endpoint}{url.path}?{url.query}").status == status


def test_a_form_may_leave_out_what_may_be_anything(lab, s3, fresh):
    until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=10)
    conditions = [{"bucket": fresh}, ["starts-with", "$key", ""], ["starts-with", "$x-amz-server-side-encryption", ""]]
    policy = base64.b64encode(json.dumps({"expiration": until.strftime("%Y-%m-%dT%H:%M:%SZ"), "conditions": conditions}).encode()).decode()
    signature = base64.b64encode(hmac.new(b"admin123", policy.encode(), hashlib.sha1).digest()).decode()
    s3.put_bucket_encryption(Bucket=fresh, ServerSideEncryptionConfiguration={
        "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]})
    fields = {"key": "k", "AWSAccessKeyId": "admin", "policy": policy, "signature": signature}
    body = "".join(f'--X\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items())
    body += '--X\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nbar\r\n--X--\r\n'
    assert http.request("POST", f"{lab.endpoint}/{fresh}", body=body.encode(), headers={"Content-Type": "multipart/form-data; boundary=X"}).status == 204
    got = s3.get_object(Bucket=fresh, Key="k")
    assert got["Body"].read() == b"bar" and got["ServerSideEncryption"] == "AES256"


@pytest.mark.parametrize("algorithm", ["SHA256", "SHA1"])
def test_a_composite_checksum_may_be_promised_for_the_whole_upload(s3, fresh, algorithm):
    digest = getattr(hashlib, algorithm.lower())
    field = f"Checksum{algorithm}"
    upload = s3.create_multipart_upload(Bucket=fresh, Key="k", ChecksumAlgorithm=algorithm)["UploadId"]
    part = s3.upload_part(Bucket=fresh, Key="k", UploadId=upload, PartNumber=1, Body=b"A" * 1024, ChecksumAlgorithm=algorithm)
    whole = base64.b64encode(digest(digest(b"A" * 1024).digest()).digest()).decode() + "-1"
    named = {"Bucket": fresh, "Key": "k", "UploadId": upload,
             "MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": part["ETag"], field: part[field]}]}}
    wrong = base64.b64encode(digest(b"wrong").digest()).decode() + "-1"
    for value in ("bad", wrong):
        assert code_of(s3.complete_multipart_upload, **named, **{field: value}) == ("BadDigest", 400)
    assert s3.complete_multipart_upload(**named, **{field: whole})[field] == whole
    assert s3.head_object(Bucket=fresh, Key="k", ChecksumMode="ENABLED")[field] == whole
