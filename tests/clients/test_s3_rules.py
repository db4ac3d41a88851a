"""S3's smaller rules, each with what a client sees of it."""

import base64
import datetime
import hashlib
import hmac
import json
import socket
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
    for seconds, status in ((1000, 200), (0, 403), (-7, 403), (609_901, 403)):
        url = urllib.parse.urlsplit(signing.generate_presigned_url("get_object", Params={"Bucket": fresh, "Key": "k"}, ExpiresIn=seconds))
        assert http.request("GET", f"{lab.endpoint}{url.path}?{url.query}").status == status


def send_form(lab, bucket, conditions, **more):
    """Uploads `bar` as `k` with a browser's form whose policy says `conditions`; the status of the answer."""
    until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=10)
    policy = base64.b64encode(json.dumps({"expiration": until.strftime("%Y-%m-%dT%H:%M:%SZ"), "conditions": conditions}).encode()).decode()
    signature = base64.b64encode(hmac.new(b"admin123", policy.encode(), hashlib.sha1).digest()).decode()
    fields = {"key": "k", "AWSAccessKeyId": "admin", "policy": policy, "signature": signature, **more}
    body = "".join(f'--X\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items())
    body += '--X\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nbar\r\n--X--\r\n'
    return http.request("POST", f"{lab.endpoint}/{bucket}", body=body.encode(), headers={"Content-Type": "multipart/form-data; boundary=X"}).status


def test_a_form_may_leave_out_what_may_be_anything(lab, s3, fresh):
    s3.put_bucket_encryption(Bucket=fresh, ServerSideEncryptionConfiguration={
        "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]})
    assert send_form(lab, fresh, [{"bucket": fresh}, ["starts-with", "$key", ""], ["starts-with", "$x-amz-server-side-encryption", ""]]) == 204
    got = s3.get_object(Bucket=fresh, Key="k")
    assert got["Body"].read() == b"bar" and got["ServerSideEncryption"] == "AES256"


def test_a_forms_policy_names_its_bucket(lab, s3, fresh):
    assert send_form(lab, fresh, [["starts-with", "$key", ""]]) == 403
    assert send_form(lab, fresh, [{"bucket": "another"}, ["starts-with", "$key", ""]]) == 403
    assert "Contents" not in s3.list_objects_v2(Bucket=fresh)


def test_a_form_may_give_a_checksum(lab, s3, fresh):
    conditions = [{"bucket": fresh}, ["starts-with", "$key", ""]]
    right = base64.b64encode(hashlib.sha256(b"bar").digest()).decode()
    assert send_form(lab, fresh, conditions, **{"x-amz-checksum-sha256": "sailor"}) == 400
    assert "Contents" not in s3.list_objects_v2(Bucket=fresh)
    assert send_form(lab, fresh, conditions, **{"x-amz-checksum-sha256": right}) == 204
    assert s3.head_object(Bucket=fresh, Key="k", ChecksumMode="ENABLED")["ChecksumSHA256"] == right


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


def test_an_owner_may_ask_again_for_the_bucket_it_has(s3, fresh):
    s3.put_object(Bucket=fresh, Key="k", Body=b"kept")
    s3.create_bucket(Bucket=fresh)
    assert s3.get_object(Bucket=fresh, Key="k")["Body"].read() == b"kept"
    assert code_of(s3.create_bucket, Bucket=fresh, ACL="public-read") == ("BucketAlreadyExists", 409)
    s3.put_bucket_acl(Bucket=fresh, ACL="public-read")
    assert code_of(s3.create_bucket, Bucket=fresh) == ("BucketAlreadyExists", 409)
    elsewhere = {"Bucket": f"{fresh}-eu", "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
    s3.create_bucket(**elsewhere)
    assert code_of(s3.create_bucket, **elsewhere) == ("BucketAlreadyOwnedByYou", 409)


def test_nobody_sees_no_buckets(lab):
    status, body = http.get(lab.endpoint + "/")
    assert status == 200 and b"<Bucket>" not in body


EXPECTATIONS = {"IfMatch": ("bad", None), "IfMatchSize": (9, 3), "IfMatchLastModifiedTime": (datetime.datetime(2015, 1, 1), None)}


def facts_of(s3, bucket):
    head = s3.head_object(Bucket=bucket, Key="k")
    return {"IfMatch": head["ETag"], "IfMatchSize": 3, "IfMatchLastModifiedTime": head["LastModified"]}


@pytest.fixture
def knows_expectations(s3):
    if "IfMatchSize" not in s3.meta.service_model.operation_model("DeleteObject").input_shape.members:
        pytest.skip("this boto3 cannot ask for it")


@pytest.mark.parametrize("name", EXPECTATIONS)
@pytest.mark.parametrize("is_versioned", [False, True])
def test_a_delete_may_expect_what_it_deletes(s3, fresh, knows_expectations, name, is_versioned):
    bad = EXPECTATIONS[name][0]
    if is_versioned:
        s3.put_bucket_versioning(Bucket=fresh, VersioningConfiguration={"Status": "Enabled"})
    # What is not there needs no deleting.
    s3.delete_object(Bucket=fresh, Key="absent", **{name: bad})
    assert "DeleteMarkers" not in s3.list_object_versions(Bucket=fresh)
    s3.put_object(Bucket=fresh, Key="k", Body=b"abc")
    assert code_of(s3.delete_object, Bucket=fresh, Key="k", **{name: bad}) == ("PreconditionFailed", 412)
    s3.delete_object(Bucket=fresh, Key="k", **{name: facts_of(s3, fresh)[name]})
    if is_versioned:
        # A marker is there, and is not what was expected.
        assert code_of(s3.delete_object, Bucket=fresh, Key="k", **{name: bad}) == ("PreconditionFailed", 412)
    else:
        s3.delete_object(Bucket=fresh, Key="k", **{name: bad})


def test_a_delete_of_a_version_may_expect_it(s3, fresh, knows_expectations):
    s3.put_bucket_versioning(Bucket=fresh, VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket=fresh, Key="k", Body=b"abc")
    s3.put_object(Bucket=fresh, Key="k", Body=b"later")
    version = {"Bucket": fresh, "Key": "k", "VersionId": first["VersionId"]}
    assert code_of(s3.delete_object, IfMatch="bad", **version) == ("PreconditionFailed", 412)
    assert code_of(s3.delete_object, IfMatchSize=5, **version) == ("PreconditionFailed", 412)
    assert "DeleteMarker" not in s3.delete_object(IfMatch=first["ETag"], IfMatchSize=3, **version)
    s3.delete_object(IfMatch="bad", **version)


def test_a_delete_of_many_may_expect_each(s3, fresh, knows_expectations):
    names = {"ETag": "IfMatch", "Size": "IfMatchSize", "LastModifiedTime": "IfMatchLastModifiedTime"}
    for name, header in names.items():
        s3.put_object(Bucket=fresh, Key="k", Body=b"abc")
        bad, good = EXPECTATIONS[header][0], facts_of(s3, fresh)[header]
        refused = s3.delete_objects(Bucket=fresh, Delete={"Objects": [{"Key": "k", name: bad}, {"Key": "absent", name: bad}]})
        assert [error["Code"] for error in refused["Errors"]] == ["PreconditionFailed"]
        assert [gone["Key"] for gone in refused["Deleted"]] == ["absent"]
        assert "Errors" not in s3.delete_objects(Bucket=fresh, Delete={"Objects": [{"Key": "k", name: good}]})


def test_whether_a_marker_hides_a_key_is_told(s3, fresh):
    def marker():
        with pytest.raises(botocore.exceptions.ClientError) as caught:
            s3.head_object(Bucket=fresh, Key="k")
        return caught.value.response["ResponseMetadata"]["HTTPHeaders"]["x-amz-delete-marker"]

    assert marker() == "false"
    s3.put_bucket_versioning(Bucket=fresh, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=fresh, Key="k", Body=b"x")
    s3.delete_object(Bucket=fresh, Key="k")
    assert marker() == "true"


def test_content_encodings_stay_as_written_but_for_the_framing(s3, fresh):
    kept = {"gzip": "gzip", "deflate, gzip": "deflate, gzip", "gzip, aws-chunked": "gzip", "aws-chunked": None}
    for written, expected in kept.items():
        s3.put_object(Bucket=fresh, Key="k", ContentEncoding=written)
        assert s3.head_object(Bucket=fresh, Key="k").get("ContentEncoding") == expected


def test_a_copied_part_ends_where_its_source_ends(s3, fresh):
    s3.put_object(Bucket=fresh, Key="k", Body=b"12345")
    upload = s3.create_multipart_upload(Bucket=fresh, Key="d")["UploadId"]
    part = {"Bucket": fresh, "Key": "d", "UploadId": upload, "PartNumber": 1, "CopySource": {"Bucket": fresh, "Key": "k"}}
    assert code_of(s3.upload_part_copy, CopySourceRange="bytes=0-21", **part) == ("InvalidRange", 416)
    for malformed in ("0-2", "bytes=0", "bytes=hello-world", "bytes=0-bar", "bytes=0-2,3-5"):
        assert code_of(s3.upload_part_copy, CopySourceRange=malformed, **part) == ("InvalidArgument", 400)


def test_more_than_ten_tags_are_no_tags(s3, fresh):
    s3.put_object(Bucket=fresh, Key="k", Body=b"x")
    tags = [{"Key": str(i), "Value": "v"} for i in range(11)]
    assert code_of(s3.put_object_tagging, Bucket=fresh, Key="k", Tagging={"TagSet": tags}) == ("InvalidTag", 400)
    s3.put_object_tagging(Bucket=fresh, Key="k", Tagging={"TagSet": tags[:10]})


def test_nobody_is_allowed_by_not_being_named(s3, fresh):
    statement = {"Effect": "Allow", "NotPrincipal": {"AWS": "arn:aws:iam::1:root"}, "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{fresh}"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    assert code_of(s3.put_bucket_policy, Bucket=fresh, Policy=policy) == ("MalformedPolicy", 400)
    s3.put_bucket_policy(Bucket=fresh, Policy=policy.replace("Allow", "Deny"))


def test_statements_of_a_buckets_policy_may_have_the_same_id(s3, fresh):
    statements = [{"Sid": "both", "Effect": "Allow", "Principal": "*", "Action": action, "Resource": f"arn:aws:s3:::{fresh}/{action[3:]}/*"} for action in ("s3:GetObject", "s3:PutObject")]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    s3.put_bucket_policy(Bucket=fresh, Policy=policy)
    assert json.loads(s3.get_bucket_policy(Bucket=fresh)["Policy"]) == json.loads(policy)


def test_a_refusal_comes_before_the_body_is_asked_for(lab, s3, fresh):
    def first_status():
        with socket.create_connection(("127.0.0.1", lab.objects_port), 10) as connection:
            head = f"PUT /{fresh}/k HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n"
            connection.sendall(head.encode())
            return int(connection.recv(1024).split(b" ")[1])

    assert first_status() == 403
    s3.put_bucket_acl(Bucket=fresh, ACL="public-read-write")
    assert first_status() == 100


def test_a_body_may_end_where_it_ends(s3, fresh):
    def chunk(request, **_):
        request.headers.add_header("Transfer-Encoding", "chunked")

    s3.meta.events.register_first("before-sign.s3.PutObject", chunk)
    s3.put_object(Bucket=fresh, Key="k", Body=b"bar" * 50_000)
    assert s3.get_object(Bucket=fresh, Key="k")["Body"].read() == b"bar" * 50_000


def test_a_bucket_of_no_tenant_has_its_own_name(lab, s3, fresh):
    s3.put_bucket_acl(Bucket=fresh, ACL="public-read")
    assert http.get(f"{lab.endpoint}/:{fresh}")[0] == 200


def test_an_empty_continuation_is_the_first_page(s3, fresh):
    for key in ("a", "b"):
        s3.put_object(Bucket=fresh, Key=key, Body=b"x")
    page = s3.list_objects_v2(Bucket=fresh, ContinuationToken="")
    assert page["ContinuationToken"] == "" and not page["IsTruncated"]
    assert [each["Key"] for each in page["Contents"]] == ["a", "b"]


def test_what_is_not_there_may_be_turned_off(s3, fresh):
    s3.put_bucket_notification_configuration(Bucket=fresh, NotificationConfiguration={})
    s3.put_bucket_accelerate_configuration(Bucket=fresh, AccelerateConfiguration={"Status": "Suspended"})
    topic = {"TopicConfigurations": [{"TopicArn": "arn:aws:sns:us-east-1:1:t", "Events": ["s3:ObjectCreated:*"]}]}
    assert code_of(s3.put_bucket_notification_configuration, Bucket=fresh, NotificationConfiguration=topic) == ("InvalidArgument", 400)
    assert code_of(s3.put_bucket_accelerate_configuration, Bucket=fresh, AccelerateConfiguration={"Status": "Enabled"}) == ("NotImplemented", 501)
