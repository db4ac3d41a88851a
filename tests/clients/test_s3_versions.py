"""Versions, tags, locks and settings of buckets by boto3, old and new."""

import contextlib
import datetime
import uuid

import boto3
import botocore.exceptions
import pytest
import requests_free as http


def code_of(call, *args, **kwargs):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(*args, **kwargs)
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def in_days(days):
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)


@pytest.fixture
def hurried():
    """A client of a lab whose days, for lifecycle rules, last a second."""
    import lab as lab_module

    with contextlib.closing(lab_module.Lab(**{"objects.lifecycle_day": "1s"})) as own:
        own.start()
        yield boto3.client("s3", endpoint_url=own.endpoint, aws_access_key_id="admin", aws_secret_access_key="admin123", region_name="us-east-1")


@pytest.fixture
def versioned(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return bucket


@pytest.fixture
def locked(s3):
    name = f"locked-{uuid.uuid4().hex[:10]}"
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    return name


def put(s3, bucket, key, body, **more):
    return s3.put_object(Bucket=bucket, Key=key, Body=body, **more).get("VersionId")


def listed(s3, bucket, **more):
    page = s3.list_object_versions(Bucket=bucket, **more)
    return ([(v["Key"], v["VersionId"], v["IsLatest"]) for v in page.get("Versions", [])],
            [(m["Key"], m["VersionId"], m["IsLatest"]) for m in page.get("DeleteMarkers", [])])


def test_a_bucket_without_versioning_has_the_null_version(s3, bucket):
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    assert put(s3, bucket, "k", b"x") is None
    assert listed(s3, bucket) == ([("k", "null", True)], [])
    assert s3.get_object(Bucket=bucket, Key="k", VersionId="null")["Body"].read() == b"x"
    assert code_of(s3.get_object, Bucket=bucket, Key="k", VersionId="0" * 32) == ("NoSuchVersion", 404)


def test_overwritten_and_deleted_objects_stay_as_versions(s3, versioned):
    assert s3.get_bucket_versioning(Bucket=versioned)["Status"] == "Enabled"
    one, two = put(s3, versioned, "k", b"one"), put(s3, versioned, "k", b"two")
    assert one != two
    assert s3.get_object(Bucket=versioned, Key="k")["VersionId"] == two
    assert s3.get_object(Bucket=versioned, Key="k", VersionId=one)["Body"].read() == b"one"
    deleted = s3.delete_object(Bucket=versioned, Key="k")
    assert deleted["DeleteMarker"] is True
    marker = deleted["VersionId"]
    assert code_of(s3.get_object, Bucket=versioned, Key="k") == ("NoSuchKey", 404)
    assert s3.list_objects_v2(Bucket=versioned)["KeyCount"] == 0
    assert listed(s3, versioned) == ([("k", two, False), ("k", one, False)], [("k", marker, True)])
    assert code_of(s3.get_object, Bucket=versioned, Key="k", VersionId=marker) == ("MethodNotAllowed", 405)
    with pytest.raises(botocore.exceptions.ClientError) as hidden:
        s3.head_object(Bucket=versioned, Key="k")
    assert hidden.value.response["ResponseMetadata"]["HTTPHeaders"]["x-amz-delete-marker"] == "true"
    undone = s3.delete_object(Bucket=versioned, Key="k", VersionId=marker)
    assert undone["DeleteMarker"] is True and undone["VersionId"] == marker
    assert s3.get_object(Bucket=versioned, Key="k")["Body"].read() == b"two"
    s3.delete_object(Bucket=versioned, Key="k", VersionId=two)
    assert s3.get_object(Bucket=versioned, Key="k")["Body"].read() == b"one"
    assert code_of(s3.delete_bucket, Bucket=versioned) == ("BucketNotEmpty", 409)


def test_suspended_versioning_overwrites_the_null_version_only(s3, bucket):
    put(s3, bucket, "k", b"before")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    kept = put(s3, bucket, "k", b"kept")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    # The answer to the write names no version; everything that reads names this one.
    assert put(s3, bucket, "k", b"null") is None
    assert s3.head_object(Bucket=bucket, Key="k")["VersionId"] == "null"
    assert listed(s3, bucket)[0] == [("k", "null", True), ("k", kept, False)]
    assert s3.delete_object(Bucket=bucket, Key="k")["VersionId"] == "null"
    assert listed(s3, bucket) == ([("k", kept, False)], [("k", "null", True)])


def test_many_objects_are_deleted_with_their_versions(s3, versioned):
    versions = [put(s3, versioned, f"k{i}", b"x") for i in range(3)]
    answer = s3.delete_objects(Bucket=versioned, Delete={"Objects": [{"Key": "k0"}, {"Key": "k1", "VersionId": versions[1]}]})
    by_key = {each["Key"]: each for each in answer["Deleted"]}
    assert by_key["k0"]["DeleteMarker"] is True and by_key["k0"]["DeleteMarkerVersionId"]
    assert by_key["k1"]["VersionId"] == versions[1]
    assert [v[0] for v in listed(s3, versioned)[0]] == ["k0", "k2"]


def test_versions_are_listed_in_pages(s3, versioned):
    expected = []
    for key in ("a", "b/1", "b/2", "c"):
        expected += [(key, version) for version in reversed([put(s3, versioned, key, str(i).encode()) for i in range(3)])]
    found = []
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=versioned, PaginationConfig={"PageSize": 2}):
        found += [(v["Key"], v["VersionId"]) for v in page.get("Versions", [])]
    assert found == expected
    page = s3.list_object_versions(Bucket=versioned, Delimiter="/")
    assert [p["Prefix"] for p in page["CommonPrefixes"]] == ["b/"]
    assert {v["Key"] for v in page["Versions"]} == {"a", "c"}


def test_a_version_is_copied_and_restored(s3, versioned):
    old = put(s3, versioned, "k", b"old", Metadata={"who": "me"})
    put(s3, versioned, "k", b"new")
    answer = s3.copy_object(Bucket=versioned, Key="k", CopySource={"Bucket": versioned, "Key": "k", "VersionId": old})
    assert answer["CopySourceVersionId"] == old and answer["VersionId"] not in (old, None)
    found = s3.get_object(Bucket=versioned, Key="k")
    assert (found["Body"].read(), found["Metadata"]) == (b"old", {"who": "me"})
    upload = s3.create_multipart_upload(Bucket=versioned, Key="k")["UploadId"]
    part = s3.upload_part(Bucket=versioned, Key="k", UploadId=upload, PartNumber=1, Body=b"whole")
    done = s3.complete_multipart_upload(Bucket=versioned, Key="k", UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    assert done["VersionId"] == s3.head_object(Bucket=versioned, Key="k")["VersionId"]


def test_tags_belong_to_a_version(s3, versioned):
    one = put(s3, versioned, "k", b"one", Tagging="a=1&b=x%20y")
    two = put(s3, versioned, "k", b"two")
    tags = {"TagSet": [{"Key": "läng", "Value": "value & more"}]}
    s3.put_object_tagging(Bucket=versioned, Key="k", Tagging=tags)
    assert s3.get_object_tagging(Bucket=versioned, Key="k")["TagSet"] == tags["TagSet"]
    old = s3.get_object_tagging(Bucket=versioned, Key="k", VersionId=one)
    assert sorted((t["Key"], t["Value"]) for t in old["TagSet"]) == [("a", "1"), ("b", "x y")]
    assert s3.head_object(Bucket=versioned, Key="k")["VersionId"] == two
    s3.delete_object_tagging(Bucket=versioned, Key="k")
    assert s3.get_object_tagging(Bucket=versioned, Key="k")["TagSet"] == []
    many = {"TagSet": [{"Key": str(i), "Value": ""} for i in range(11)]}
    assert code_of(s3.put_object_tagging, Bucket=versioned, Key="k", Tagging=many)[1] == 400


def test_a_bucket_keeps_its_settings(s3, bucket):
    assert code_of(s3.get_bucket_tagging, Bucket=bucket) == ("NoSuchTagSet", 404)
    tags = [{"Key": "team", "Value": "data"}]
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == tags
    s3.delete_bucket_tagging(Bucket=bucket)
    assert code_of(s3.get_bucket_tagging, Bucket=bucket) == ("NoSuchTagSet", 404)
    block = {"BlockPublicAcls": True, "IgnorePublicAcls": False, "BlockPublicPolicy": True, "RestrictPublicBuckets": False}
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"] == block
    ownership = {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=ownership)
    assert s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"] == ownership


def test_a_locked_version_cannot_be_removed(s3, locked):
    assert s3.get_object_lock_configuration(Bucket=locked)["ObjectLockConfiguration"] == {"ObjectLockEnabled": "Enabled"}
    version = put(s3, locked, "k", b"x", ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=in_days(1))
    head = s3.head_object(Bucket=locked, Key="k")
    assert head["ObjectLockMode"] == "GOVERNANCE"
    assert code_of(s3.delete_object, Bucket=locked, Key="k", VersionId=version) == ("AccessDenied", 403)
    assert s3.delete_object(Bucket=locked, Key="k")["DeleteMarker"] is True
    shorter = {"Mode": "GOVERNANCE", "RetainUntilDate": in_days(0.5)}
    assert code_of(s3.put_object_retention, Bucket=locked, Key="k", VersionId=version, Retention=shorter) == ("AccessDenied", 403)
    s3.put_object_retention(Bucket=locked, Key="k", VersionId=version, Retention={"Mode": "GOVERNANCE", "RetainUntilDate": in_days(2)})
    s3.put_object_legal_hold(Bucket=locked, Key="k", VersionId=version, LegalHold={"Status": "ON"})
    assert code_of(s3.delete_object, Bucket=locked, Key="k", VersionId=version, BypassGovernanceRetention=True) == ("AccessDenied", 403)
    s3.put_object_legal_hold(Bucket=locked, Key="k", VersionId=version, LegalHold={"Status": "OFF"})
    s3.delete_object(Bucket=locked, Key="k", VersionId=version, BypassGovernanceRetention=True)
    assert listed(s3, locked)[0] == []


def test_a_bucket_gives_new_versions_its_default_lock(s3, locked, bucket):
    rule = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}}}
    s3.put_object_lock_configuration(Bucket=locked, ObjectLockConfiguration=rule)
    assert s3.get_object_lock_configuration(Bucket=locked)["ObjectLockConfiguration"] == rule
    version = put(s3, locked, "k", b"x")
    retention = s3.get_object_retention(Bucket=locked, Key="k")["Retention"]
    assert retention["Mode"] == "COMPLIANCE" and in_days(0) < retention["RetainUntilDate"] < in_days(1.1)
    assert code_of(s3.delete_object, Bucket=locked, Key="k", VersionId=version, BypassGovernanceRetention=True) == ("AccessDenied", 403)
    for bad, code in (({"Days": 0}, "InvalidRetentionPeriod"), ({"Days": 1, "Years": 1}, "MalformedXML")):
        wrong = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", **bad}}}
        assert code_of(s3.put_object_lock_configuration, Bucket=locked, ObjectLockConfiguration=wrong) == (code, 400)
    assert code_of(s3.put_object_lock_configuration, Bucket=bucket, ObjectLockConfiguration=rule) == ("InvalidBucketState", 409)
    assert code_of(s3.put_bucket_versioning, Bucket=locked, VersioningConfiguration={"Status": "Suspended"}) == ("InvalidBucketState", 409)


def test_pages_of_other_origins_are_let_in_by_rules(s3, bucket, lab):
    assert code_of(s3.get_bucket_cors, Bucket=bucket) == ("NoSuchCORSConfiguration", 404)
    rules = {"CORSRules": [{"AllowedOrigins": ["https://*.example.org"], "AllowedMethods": ["GET"], "AllowedHeaders": ["x-*"],
                            "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 60}]}
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration=rules)
    assert s3.get_bucket_cors(Bucket=bucket)["CORSRules"] == rules["CORSRules"]
    put(s3, bucket, "k", b"x")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"})
    asked = {"Origin": "https://app.example.org", "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "X-Mine"}
    answer = http.request("OPTIONS", url.split("?")[0], headers=asked)
    assert answer.status == 200 and answer.headers["access-control-allow-origin"] == "https://app.example.org"
    assert http.request("OPTIONS", url.split("?")[0], headers={**asked, "Origin": "https://else.org"}).status == 403
    answer = http.request("GET", url, headers={"Origin": "https://app.example.org"})
    assert answer.status == 200 and answer.headers["access-control-expose-headers"] == "ETag"
    assert "access-control-allow-origin" not in http.request("GET", url, headers={"Origin": "https://else.org"}).headers


def test_lifecycle_rules_are_kept_and_checked(s3, bucket):
    assert code_of(s3.get_bucket_lifecycle_configuration, Bucket=bucket) == ("NoSuchLifecycleConfiguration", 404)
    rules = [{"ID": "logs", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 3}},
             {"ID": "both", "Status": "Disabled", "Filter": {"And": {"Prefix": "a", "Tags": [{"Key": "t", "Value": "v"}]}},
              "NoncurrentVersionExpiration": {"NoncurrentDays": 5, "NewerNoncurrentVersions": 2}},
             {"ID": "parts", "Status": "Enabled", "Filter": {"Prefix": ""}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    assert s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"] == rules
    for change, code in (({"Expiration": {"Days": 0}}, "InvalidArgument"), ({"Status": "enabled"}, "MalformedXML"), ({"ID": "x" * 256}, "InvalidArgument")):
        wrong = {"Rules": [{**rules[0], **change}]}
        assert code_of(s3.put_bucket_lifecycle_configuration, Bucket=bucket, LifecycleConfiguration=wrong) == (code, 400)
    s3.delete_bucket_lifecycle(Bucket=bucket)
    assert code_of(s3.get_bucket_lifecycle_configuration, Bucket=bucket)[0] == "NoSuchLifecycleConfiguration"


def test_lifecycle_rules_are_carried_out(hurried):
    hurried.create_bucket(Bucket="rules")
    hurried.put_bucket_versioning(Bucket="rules", VersioningConfiguration={"Status": "Enabled"})
    hurried.put_object(Bucket="rules", Key="keep/k", Body=b"1")
    hurried.put_object(Bucket="rules", Key="gone/k", Body=b"1")
    hurried.put_object(Bucket="rules", Key="gone/k", Body=b"2")
    hurried.create_multipart_upload(Bucket="rules", Key="gone/upload")
    hurried.put_bucket_lifecycle_configuration(Bucket="rules", LifecycleConfiguration={"Rules": [
        {"ID": "all", "Status": "Enabled", "Filter": {"Prefix": "gone/"}, "Expiration": {"Days": 1},
         "NoncurrentVersionExpiration": {"NoncurrentDays": 1}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}]})
    deadline = datetime.datetime.now() + datetime.timedelta(seconds=20)
    while datetime.datetime.now() < deadline:
        found = listed(hurried, "rules")
        if found == ([("keep/k", found[0][0][1], True)], []) and "Uploads" not in hurried.list_multipart_uploads(Bucket="rules"):
            break
    assert [v[0] for v in listed(hurried, "rules")[0]] == ["keep/k"]
    assert listed(hurried, "rules")[1] == []
    assert "Uploads" not in hurried.list_multipart_uploads(Bucket="rules")


def test_storage_classes_are_kept_and_shown(s3, bucket):
    put(s3, bucket, "plain", b"x")
    put(s3, bucket, "cold", b"x", StorageClass="GLACIER")
    put(s3, bucket, "k", b"x", StorageClass="STANDARD_IA")
    assert {o["Key"]: o["StorageClass"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]} == {"plain": "STANDARD", "cold": "GLACIER", "k": "STANDARD_IA"}
    assert {o["Key"]: o["StorageClass"] for o in s3.list_object_versions(Bucket=bucket)["Versions"]} == {"plain": "STANDARD", "cold": "GLACIER", "k": "STANDARD_IA"}
    assert "StorageClass" not in s3.head_object(Bucket=bucket, Key="plain")
    assert s3.head_object(Bucket=bucket, Key="cold")["StorageClass"] == "GLACIER"
    assert s3.get_object_attributes(Bucket=bucket, Key="k", ObjectAttributes=["StorageClass"])["StorageClass"] == "STANDARD_IA"
    s3.copy_object(Bucket=bucket, Key="k", CopySource=f"{bucket}/k", StorageClass="ONEZONE_IA", MetadataDirective="COPY")
    assert s3.head_object(Bucket=bucket, Key="k")["StorageClass"] == "ONEZONE_IA"
    upload = s3.create_multipart_upload(Bucket=bucket, Key="parts", StorageClass="GLACIER_IR")["UploadId"]
    assert s3.list_multipart_uploads(Bucket=bucket)["Uploads"][0]["StorageClass"] == "GLACIER_IR"
    assert s3.list_parts(Bucket=bucket, Key="parts", UploadId=upload)["StorageClass"] == "GLACIER_IR"
    s3.abort_multipart_upload(Bucket=bucket, Key="parts", UploadId=upload)
    assert code_of(s3.put_object, Bucket=bucket, Key="k", Body=b"x", StorageClass="CARDBOARD") == ("InvalidStorageClass", 400)


def test_what_is_archived_is_restored_at_once(s3, versioned):
    def restore(key, more, **named):
        answer = s3.restore_object(Bucket=versioned, Key=key, RestoreRequest=more, **named)
        return answer["ResponseMetadata"]["HTTPStatusCode"]

    old = put(s3, versioned, "cold", b"old", StorageClass="DEEP_ARCHIVE")
    put(s3, versioned, "cold", b"new", StorageClass="GLACIER")
    put(s3, versioned, "near", b"x", StorageClass="GLACIER_IR")
    put(s3, versioned, "plain", b"x")
    assert "Restore" not in s3.head_object(Bucket=versioned, Key="cold")
    assert restore("cold", {"Days": 2, "GlacierJobParameters": {"Tier": "Bulk"}}) == 202
    shown = s3.head_object(Bucket=versioned, Key="cold")
    tomorrow_night = (in_days(2) + datetime.timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    assert shown["Restore"] == f'ongoing-request="false", expiry-date="{tomorrow_night:%a, %d %b %Y %H:%M:%S} GMT"'
    assert shown["StorageClass"] == "GLACIER" and s3.get_object(Bucket=versioned, Key="cold")["Restore"] == shown["Restore"]
    assert restore("cold", {"Days": 5}) == 200
    assert s3.head_object(Bucket=versioned, Key="cold")["Restore"] != shown["Restore"]
    # Each version for itself, and no copy of it.
    assert "Restore" not in s3.head_object(Bucket=versioned, Key="cold", VersionId=old)
    assert restore("cold", {"Days": 1}, VersionId=old) == 202
    s3.copy_object(Bucket=versioned, Key="copied", CopySource=f"{versioned}/cold", StorageClass="GLACIER")
    assert "Restore" not in s3.head_object(Bucket=versioned, Key="copied")
    for key in ("plain", "near"):
        assert code_of(s3.restore_object, Bucket=versioned, Key=key, RestoreRequest={"Days": 1}) == ("InvalidObjectState", 403)
    wrong = {"MalformedXML": [{}, {"Days": 1, "GlacierJobParameters": {"Tier": "Soon"}}], "InvalidArgument": [{"Days": 0}], "NotImplemented": [{"Type": "SELECT"}]}
    for code, requests in wrong.items():
        for request in requests:
            assert code_of(s3.restore_object, Bucket=versioned, Key="cold", RestoreRequest=request)[0] == code
    expedited = {"Days": 1, "GlacierJobParameters": {"Tier": "Expedited"}}
    assert code_of(s3.restore_object, Bucket=versioned, Key="cold", VersionId=old, RestoreRequest=expedited) == ("InvalidArgument", 400)
    assert code_of(s3.restore_object, Bucket=versioned, Key="never", RestoreRequest={"Days": 1}) == ("NoSuchKey", 404)


def test_transitions_are_kept_and_checked(s3, bucket):
    rules = [{"ID": "cold", "Status": "Enabled", "Filter": {"Prefix": "a/"},
              "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}, {"Days": 90, "StorageClass": "GLACIER"}],
              "NoncurrentVersionTransitions": [{"NoncurrentDays": 7, "NewerNoncurrentVersions": 2, "StorageClass": "DEEP_ARCHIVE"}]},
             {"ID": "dated", "Status": "Enabled", "Filter": {"Prefix": "b/"}, "Transitions": [{"Date": datetime.datetime(2031, 1, 1, tzinfo=datetime.timezone.utc), "StorageClass": "GLACIER_IR"}]}]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    shown = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert [{**each, "Transitions": [{**t, **({"Date": t["Date"].astimezone(datetime.timezone.utc)} if "Date" in t else {})} for t in each["Transitions"]]} for each in shown] == rules
    for wrong in ({"Days": 1, "StorageClass": "STANDARD"}, {"Days": 1, "StorageClass": "CARDBOARD"}, {"StorageClass": "GLACIER"}, {"Days": 1, "Date": "2031-01-01", "StorageClass": "GLACIER"}):
        refused = {"Rules": [{**rules[0], "Transitions": [wrong]}]}
        assert code_of(s3.put_bucket_lifecycle_configuration, Bucket=bucket, LifecycleConfiguration=refused) == ("MalformedXML", 400), wrong


def test_transitions_are_carried_out(hurried):
    hurried.create_bucket(Bucket="cools")
    hurried.put_bucket_versioning(Bucket="cools", VersioningConfiguration={"Status": "Enabled"})
    hurried.put_object(Bucket="cools", Key="a/k", Body=b"old")
    hurried.put_object(Bucket="cools", Key="a/k", Body=b"new", Metadata={"m": "1"})
    hurried.put_object(Bucket="cools", Key="a/archived", Body=b"x", StorageClass="DEEP_ARCHIVE")
    hurried.put_object(Bucket="cools", Key="b/k", Body=b"x")
    before = hurried.head_object(Bucket="cools", Key="a/k")
    hurried.put_bucket_lifecycle_configuration(Bucket="cools", LifecycleConfiguration={"Rules": [
        {"ID": "cool", "Status": "Enabled", "Filter": {"Prefix": "a/"}, "Transitions": [{"Days": 0, "StorageClass": "STANDARD_IA"}, {"Days": 2, "StorageClass": "GLACIER"}],
         "NoncurrentVersionTransitions": [{"NoncurrentDays": 1, "StorageClass": "ONEZONE_IA"}]}]})
    wanted = {("a/k", True): "GLACIER", ("a/k", False): "ONEZONE_IA", ("a/archived", True): "DEEP_ARCHIVE", ("b/k", True): "STANDARD"}
    deadline = datetime.datetime.now() + datetime.timedelta(seconds=20)
    while datetime.datetime.now() < deadline:
        classes = {(v["Key"], v["IsLatest"]): v["StorageClass"] for v in hurried.list_object_versions(Bucket="cools")["Versions"]}
        if classes == wanted:
            break
    assert classes == wanted
    after = hurried.get_object(Bucket="cools", Key="a/k")
    assert (after["Body"].read(), after["Metadata"], after["VersionId"]) == (b"new", {"m": "1"}, before["VersionId"])
    assert (after["LastModified"], after["ETag"], after["StorageClass"]) == (before["LastModified"], before["ETag"], "GLACIER")


def test_a_form_uploads_what_its_policy_lets_in(s3, bucket):
    form = s3.generate_presigned_post(bucket, "up/${filename}", Fields={"success_action_status": "201", "x-amz-meta-who": "me"},
                                      Conditions=[["starts-with", "$key", "up/"], {"success_action_status": "201"}, {"x-amz-meta-who": "me"},
                                                  ["content-length-range", 1, 10]])

    def upload(fields, content=b"bytes"):
        parts = [f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
        body = "".join(parts).encode() + b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n'
        return http.request("POST", form["url"], body + content + b"\r\n--edge--\r\n", {"Content-Type": "multipart/form-data; boundary=edge"})

    answer = upload(form["fields"])
    assert answer.status == 201 and b"<Key>up/a.txt</Key>" in answer.body
    found = s3.get_object(Bucket=bucket, Key="up/a.txt")
    assert (found["Body"].read(), found["Metadata"]) == (b"bytes", {"who": "me"})
    big = upload(form["fields"], b"x" * 11)
    assert big.status == 400 and b"<Code>EntityTooLarge</Code>" in big.body
    for change, status in (({"key": "elsewhere"}, 403), ({"x-amz-meta-more": "1"}, 403), ({"policy": "bm8="}, 400),
                           ({"signature" if "signature" in form["fields"] else "x-amz-signature": "0"}, 403)):
        assert upload({**form["fields"], **change}).status in (status, 403)
    unsigned = {name: form["fields"][name] for name in ("key", "success_action_status")}
    assert upload(unsigned).status == 403
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["up/a.txt"]


def test_when_a_rule_will_take_an_object_is_told(s3, lab):
    import datetime
    import email.utils
    import re
    import uuid

    bucket = f"expiry-{uuid.uuid4().hex[:10]}"
    s3.create_bucket(Bucket=bucket)
    rules = [{"ID": "a rule", "Status": "Enabled", "Expiration": {"Days": 1}, "Filter": {"Prefix": "old/"}},
             {"ID": "tagged", "Status": "Enabled", "Expiration": {"Days": 3}, "Filter": {"Tag": {"Key": "k", "Value": "v"}}}]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    put = s3.put_object(Bucket=bucket, Key="old/k", Body=b"x", Tagging="k=v")
    when, rule = re.fullmatch(r'expiry-date="(.+)", rule-id="(.+)"', put["Expiration"]).groups()
    day = email.utils.parsedate_to_datetime(when)
    now = datetime.datetime.now(datetime.timezone.utc)
    assert rule == "a%20rule" and (day.hour, day.minute, day.second) == (0, 0, 0)
    assert datetime.timedelta(days=1) <= day - now + datetime.timedelta(minutes=1) and day - now <= datetime.timedelta(days=2)
    assert s3.head_object(Bucket=bucket, Key="old/k")["Expiration"] == s3.get_object(Bucket=bucket, Key="old/k")["Expiration"] == put["Expiration"]
    assert 'rule-id="tagged"' in s3.put_object(Bucket=bucket, Key="new", Body=b"x", Tagging="k=v")["Expiration"]
    assert "Expiration" not in s3.put_object(Bucket=bucket, Key="other", Body=b"x")
