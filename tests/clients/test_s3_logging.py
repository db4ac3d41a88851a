"""Access logs of buckets: who may have them written where, how objects are called, what stands in a line."""

import contextlib
import json
import re
import time
import uuid

import lab as lab_module
import pytest
import requests_free as http
from test_s3_objects import code_of

LINE = re.compile(r'(\S+) (\S+) (\[[^]]+\]) (\S+) (\S+) (\S+) (\S+) (\S+) ("[^"]*") (\d+) (\S+) (\S+) (\S+) (\S+) (\S+) ("[^"]*") ("[^"]*") (\S+) (\S+) (\S+) (\S+) (\S+) (\S+) (\S+) (\S+) (\S+)$')
FIELDS = ("owner", "bucket", "time", "peer", "requester", "request_id", "operation", "key", "request", "status", "error", "sent", "size", "total", "turn",
          "referrer", "agent", "version", "host_id", "signature", "cipher", "authentication", "host", "tls", "access_point", "acl_required")


@pytest.fixture(scope="module")
def quick():
    """A lab that writes logs each second."""
    with contextlib.closing(lab_module.Lab(**{"objects.log_interval": "1s"})) as own:
        own.start()
        yield own


@pytest.fixture
def buckets(quick):
    """A client, a bucket and one for its log."""
    import boto3
    from botocore.config import Config

    s3 = boto3.client("s3", endpoint_url=quick.endpoint, aws_access_key_id="admin", aws_secret_access_key="admin123", region_name="us-east-1",
                      config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}))
    source, target = (f"{kind}-{uuid.uuid4().hex[:10]}" for kind in ("source", "target"))
    for bucket in (source, target):
        s3.create_bucket(Bucket=bucket)
    return s3, source, target


def let_deliver(s3, source, target, prefix="log/*", **changes):
    statement = {"Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{target}/{prefix}",
                 "Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{source}"}, "StringEquals": {"aws:SourceAccount": "admin"}}, **changes}
    s3.put_bucket_policy(Bucket=target, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


def log_to(s3, source, target, **more):
    s3.put_bucket_logging(Bucket=source, BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": target, "TargetPrefix": "log/", **more}})


def lines_in(s3, target, count):
    """The lines of all log objects, and their keys, once there are so many."""
    for _ in range(100):
        keys = [each["Key"] for each in s3.list_objects_v2(Bucket=target).get("Contents", [])]
        text = "".join(s3.get_object(Bucket=target, Key=key)["Body"].read().decode() for key in keys)
        lines = [dict(zip(FIELDS, LINE.match(line).groups())) for line in text.splitlines()]
        if len(lines) >= count:
            return lines, keys
        time.sleep(0.2)
    raise AssertionError(f"{len(lines)} lines of {count}")


def test_a_log_is_set_shown_and_turned_off(buckets):
    s3, source, target = buckets
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket=source)
    let_deliver(s3, source, target)
    log_to(s3, source, target)
    assert s3.get_bucket_logging(Bucket=source)["LoggingEnabled"] == {"TargetBucket": target, "TargetPrefix": "log/"}
    log_to(s3, source, target, TargetGrants=[{"Grantee": {"Type": "CanonicalUser", "ID": "admin"}, "Permission": "READ"}])
    (grant,) = s3.get_bucket_logging(Bucket=source)["LoggingEnabled"]["TargetGrants"]
    assert (grant["Grantee"]["ID"], grant["Permission"]) == ("admin", "READ")
    s3.put_bucket_logging(Bucket=source, BucketLoggingStatus={})
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket=source)


def test_a_target_must_let_the_log_be_written(buckets):
    s3, source, target = buckets

    def code():
        return code_of(log_to, s3, source, target)[0]

    assert code() == "AccessDenied"
    for changes in ({"Principal": {"AWS": "*"}}, {"Principal": {"Service": "other.amazonaws.com"}}, {"Action": "s3:GetObject"}, {"Resource": f"arn:aws:s3:::{target}/other"},
                    {"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::other"}}}, {"Condition": {"StringEquals": {"aws:SourceAccount": "other"}}}):
        let_deliver(s3, source, target, **changes)
        assert code() == "AccessDenied", changes
    # The older way: S3's group for it.
    s3.delete_bucket_policy(Bucket=target)
    s3.put_bucket_acl(Bucket=target, ACL="log-delivery-write")
    log_to(s3, source, target)
    s3.put_bucket_request_payment(Bucket=target, RequestPaymentConfiguration={"Payer": "Requester"})
    assert code() == "InvalidArgument"
    assert code_of(log_to, s3, source, "no-such-target")[0] == "InvalidTargetBucketForLogging"
    assert code_of(log_to, s3, "no-such-source", target)[0] == "NoSuchBucket"


def test_each_request_is_a_line(buckets, quick):
    s3, source, target = buckets
    let_deliver(s3, source, target, "log/")
    log_to(s3, source, target)
    s3.put_object(Bucket=source, Key="a b", Body=b"12345")
    s3.get_object(Bucket=source, Key="a b")["Body"].read()
    s3.head_object(Bucket=source, Key="a b")
    s3.copy_object(Bucket=source, Key="copy", CopySource={"Bucket": source, "Key": "a b"})
    code_of(s3.get_object, Bucket=source, Key="absent")
    http.request("GET", f"{quick.endpoint}/{source}/copy")
    s3.list_objects_v2(Bucket=source)
    s3.delete_object(Bucket=source, Key="copy")
    lines, keys = lines_in(s3, target, 9)
    # The request that turned it on is told too.
    lines = [line for line in lines if line["operation"] != "REST.PUT.LOGGING_STATUS"]
    seen = [(line["operation"], line["key"], line["status"], line["error"]) for line in lines]
    assert seen == [("REST.PUT.OBJECT", "a%20b", "200", "-"), ("REST.GET.OBJECT", "a%20b", "200", "-"), ("REST.HEAD.OBJECT", "a%20b", "200", "-"),
                    ("REST.COPY.OBJECT", "copy", "200", "-"), ("REST.GET.OBJECT", "absent", "404", "NoSuchKey"), ("REST.GET.OBJECT", "copy", "403", "AccessDenied"),
                    ("REST.GET.BUCKET", "-", "200", "-"), ("REST.DELETE.OBJECT", "copy", "204", "-")]
    put, got, unsigned = lines[0], lines[1], lines[5]
    assert put["owner"] == put["requester"] == "admin" and put["bucket"] == source and put["signature"] == "SigV4" and put["authentication"] == "AuthHeader"
    assert got["sent"] == got["size"] == "5" and got["request"] == f'"GET /{source}/a%20b HTTP/1.1"' and "Boto3" in got["agent"]
    assert unsigned["requester"] == unsigned["signature"] == "-"
    assert all(re.fullmatch(r"log/\d{4}(-\d\d){5}-[0-9A-F]{16}", key) for key in keys)


def test_log_objects_are_partitioned(buckets):
    s3, source, target = buckets
    if "TargetObjectKeyFormat" not in s3.meta.service_model.shape_for("LoggingEnabled").members:
        pytest.skip("this boto3 cannot ask for it")
    let_deliver(s3, source, target)
    for date_source in ("EventTime", "DeliveryTime"):
        form = {"PartitionedPrefix": {"PartitionDateSource": date_source}}
        log_to(s3, source, target, TargetObjectKeyFormat=form)
        assert s3.get_bucket_logging(Bucket=source)["LoggingEnabled"]["TargetObjectKeyFormat"] == form
    s3.put_object(Bucket=source, Key="k", Body=b"x")
    _, keys = lines_in(s3, target, 1)
    assert all(re.fullmatch(rf"log/admin/us-east-1/{source}/\d{{4}}/\d\d/\d\d/\d{{4}}(-\d\d){{5}}-[0-9A-F]{{16}}", key) for key in keys)


def test_a_target_that_lets_no_more_gets_nothing(buckets):
    s3, source, target = buckets
    let_deliver(s3, source, target)
    log_to(s3, source, target)
    s3.delete_bucket_policy(Bucket=target)
    s3.put_object(Bucket=source, Key="k", Body=b"x")
    time.sleep(2.5)
    assert s3.list_objects_v2(Bucket=target)["KeyCount"] == 0


def test_what_waits_is_written_when_the_lab_stops(own_lab):
    import boto3
    from botocore.config import Config

    def client():
        return boto3.client("s3", endpoint_url=own_lab.endpoint, aws_access_key_id="admin", aws_secret_access_key="admin123", region_name="us-east-1",
                            config=Config(s3={"addressing_style": "path"}))

    own_lab.start()
    s3 = client()
    for bucket in ("source", "target"):
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_acl(Bucket="target", ACL="log-delivery-write")
    log_to(s3, "source", "target")
    s3.put_object(Bucket="source", Key="k", Body=b"x")
    own_lab.stop()
    own_lab.start()
    s3 = client()
    lines, _ = lines_in(s3, "target", 1)
    assert "REST.PUT.OBJECT" in [line["operation"] for line in lines]
    # And the bucket is logged as before.
    s3.put_object(Bucket="source", Key="later", Body=b"x")
    lines, _ = lines_in(s3, "target", len(lines) + 1)
    assert "later" in [line["key"] for line in lines]
