"""Notifications of buckets: what happens to objects is told to webhooks, each event once it has happened, also when the webhook or the lab was away."""

import contextlib
import http.server
import json
import threading
import time
import urllib.parse
import uuid

import boto3
import lab as lab_module
import pytest
from botocore.config import Config
from test_s3_objects import code_of

ARN = "arn:minio:sqs::hook:webhook"
# The environment that has minio-py.
with_minio = pytest.mark.only("spark42")


class Hook:
    """A webhook that keeps what it is told; `refusals` more requests are answered 503."""

    def __init__(self):
        self.told, self.refusals, self.server = [], 0, None
        self.port = lab_module.free_port()
        self.listen()

    def listen(self):
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                is_refused = hook.refusals > 0
                if is_refused:
                    hook.refusals -= 1
                else:
                    hook.told.append(json.loads(body))
                self.send_response(503 if is_refused else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def leave(self):
        self.server.shutdown()
        self.server.server_close()

    def events(self, bucket):
        """Name and key of what it was told about one bucket, in order."""
        records = [told["Records"][0] for told in self.told]
        return [(each["eventName"].removeprefix("s3:"), urllib.parse.unquote_plus(each["s3"]["object"]["key"])) for each in records if each["s3"]["bucket"]["name"] == bucket]

    def wait_for(self, bucket, expected, seconds=20):
        deadline = time.monotonic() + seconds
        while self.events(bucket) != expected and time.monotonic() < deadline:
            time.sleep(0.05)
        assert self.events(bucket) == expected


@pytest.fixture(scope="module")
def hook():
    hook = Hook()
    yield hook
    hook.leave()


@pytest.fixture(scope="module")
def own(hook):
    with contextlib.closing(lab_module.Lab(**{"objects.webhooks": f"hook=http://127.0.0.1:{hook.port}/events?from=lab"})) as own:
        own.start()
        yield own


@pytest.fixture(scope="module")
def s3(own):
    return boto3.client("s3", endpoint_url=own.endpoint, aws_access_key_id="admin", aws_secret_access_key="admin123", region_name="us-east-1",
                        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}))


@pytest.fixture
def bucket(s3):
    name = f"told-{uuid.uuid4().hex[:10]}"
    s3.create_bucket(Bucket=name)
    yield name
    # Kept quiet, so that no later test hears of it.
    s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration={})


def rule(*events, prefix=None, suffix=None, **more):
    filters = [{"Name": name, "Value": value} for name, value in (("prefix", prefix), ("suffix", suffix)) if value]
    return {"QueueArn": ARN, "Events": list(events), **({"Filter": {"Key": {"FilterRules": filters}}} if filters else {}), **more}


def tell(s3, bucket, *rules):
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"QueueConfigurations": list(rules)})


def test_what_happens_to_objects_is_told_in_order(s3, hook, bucket):
    s3.put_object(Bucket=bucket, Key="before", Body=b"x")
    tell(s3, bucket, rule("s3:ObjectCreated:*", "s3:ObjectRemoved:*", Id="all"))
    s3.put_object(Bucket=bucket, Key="a b/ä", Body=b"1234", ContentType="text/plain")
    s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/before")
    upload = s3.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="parts", UploadId=upload, PartNumber=1, Body=b"p")["ETag"]
    s3.complete_multipart_upload(Bucket=bucket, Key="parts", UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part}]})
    s3.put_object_tagging(Bucket=bucket, Key="copy", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "copy"}, {"Key": "never"}]})
    hook.wait_for(bucket, [("ObjectCreated:Put", "a b/ä"), ("ObjectCreated:Copy", "copy"), ("ObjectCreated:CompleteMultipartUpload", "parts"),
                           ("ObjectRemoved:Delete", "copy")])
    told = next(each for each in hook.told if each["Key"] == f"{bucket}/a b/ä")
    record = told["Records"][0]
    assert told["EventName"] == "s3:ObjectCreated:Put"
    assert (record["eventSource"], record["userIdentity"]["principalId"], record["s3"]["configurationId"]) == ("minio:s3", "admin", "all")
    assert record["s3"]["bucket"] == {"name": bucket, "ownerIdentity": {"principalId": "admin"}, "arn": f"arn:aws:s3:::{bucket}"}
    found = s3.head_object(Bucket=bucket, Key="a b/ä")
    shown = record["s3"]["object"]
    assert (shown["size"], shown["eTag"], shown["contentType"]) == (4, found["ETag"].strip('"'), "text/plain")
    assert len(record["responseElements"]["x-amz-request-id"]) == 16
    sequences = [each["Records"][0]["s3"]["object"]["sequencer"] for each in hook.told if each["Records"][0]["s3"]["bucket"]["name"] == bucket]
    assert sequences == sorted(sequences) and len(set(sequences)) == len(sequences)


def test_rules_choose_by_event_and_key(s3, hook, bucket):
    tell(s3, bucket, rule("s3:ObjectCreated:Put", prefix="in/", suffix=".csv"), rule("s3:ObjectRemoved:DeleteMarkerCreated"))
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for key in ("in/a.csv", "in/a.txt", "out/a.csv", "in/b.csv"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    s3.copy_object(Bucket=bucket, Key="in/c.csv", CopySource=f"{bucket}/in/a.csv")
    marker = s3.delete_object(Bucket=bucket, Key="in/a.txt")["VersionId"]
    s3.delete_object(Bucket=bucket, Key="in/a.csv", VersionId=s3.head_object(Bucket=bucket, Key="in/a.csv")["VersionId"])
    s3.put_object(Bucket=bucket, Key="in/end.csv", Body=b"x")
    hook.wait_for(bucket, [("ObjectCreated:Put", "in/a.csv"), ("ObjectCreated:Put", "in/b.csv"), ("ObjectRemoved:DeleteMarkerCreated", "in/a.txt"),
                           ("ObjectCreated:Put", "in/end.csv")])
    assert marker in [each["Records"][0]["s3"]["object"].get("versionId") for each in hook.told]


def test_settings_are_kept_shown_and_taken_away(s3, hook, bucket):
    wanted = [rule("s3:ObjectCreated:*", prefix="a/", suffix=".x", Id="one"), rule("s3:ObjectRemoved:*", Id="two")]
    tell(s3, bucket, *wanted)
    shown = s3.get_bucket_notification_configuration(Bucket=bucket)["QueueConfigurations"]
    assert [(each["Id"], each["QueueArn"], each["Events"]) for each in shown] == [(each["Id"], ARN, each["Events"]) for each in wanted]
    assert sorted((each["Name"].lower(), each["Value"]) for each in shown[0]["Filter"]["Key"]["FilterRules"]) == [("prefix", "a/"), ("suffix", ".x")]
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})
    assert "QueueConfigurations" not in s3.get_bucket_notification_configuration(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="a/quiet.x", Body=b"x")
    tell(s3, bucket, rule("s3:ObjectCreated:*"))
    s3.put_object(Bucket=bucket, Key="loud", Body=b"x")
    hook.wait_for(bucket, [("ObjectCreated:Put", "loud")])


@pytest.mark.parametrize("rules, code", [
    ([{**rule("s3:ObjectCreated:*"), "QueueArn": "arn:minio:sqs::nobody:webhook"}], "InvalidArgument"),
    ([{**rule("s3:ObjectCreated:*"), "QueueArn": "arn:aws:sqs:us-east-1:1:queue"}], "InvalidArgument"),
    ([rule("s3:ObjectEaten:*")], "InvalidArgument"),
    ([rule("s3:ObjectCreated:*", prefix="a"), rule("s3:ObjectCreated:Put", prefix="ab")], "InvalidArgument"),
    ([rule("s3:ObjectCreated:*", prefix="a", Id="x"), rule("s3:ObjectRemoved:*", prefix="b", Id="x")], "InvalidArgument"),
    ([rule("s3:ObjectTagging:*")], "NotImplemented"),
])
def test_settings_that_cannot_be_met_are_refused(s3, bucket, rules, code):
    assert code_of(tell, s3, bucket, *rules)[0] == code
    assert "QueueConfigurations" not in s3.get_bucket_notification_configuration(Bucket=bucket)


def test_a_webhook_that_refuses_is_asked_again(s3, hook, bucket):
    tell(s3, bucket, rule("s3:ObjectCreated:*"))
    hook.refusals = 3
    for number in range(5):
        s3.put_object(Bucket=bucket, Key=f"k{number}", Body=b"x")
    hook.wait_for(bucket, [("ObjectCreated:Put", f"k{number}") for number in range(5)])


def test_a_kill_loses_no_event(own, s3, hook, bucket):
    tell(s3, bucket, rule("s3:ObjectCreated:*"))
    s3.put_object(Bucket=bucket, Key="k0", Body=b"x")
    hook.wait_for(bucket, [("ObjectCreated:Put", "k0")])
    hook.leave()
    for number in range(1, 20):
        s3.put_object(Bucket=bucket, Key=f"k{number}", Body=b"x")
    own.kill()
    hook.listen()
    own.start()
    # An event whose telling was not written down yet comes once more.
    expected = [("ObjectCreated:Put", f"k{number}") for number in range(20)]
    deadline = time.monotonic() + 20
    while hook.events(bucket)[-1] != expected[-1] and time.monotonic() < deadline:
        time.sleep(0.05)
    told = hook.events(bucket)
    assert told[-20:] == expected or told[-19:] == expected[1:], told


def listen(own, bucket, **wanted):
    """What a client of minio-py hears from now on, in a list that grows. It listens until its lab ends."""
    import minio

    client = minio.Minio(endpoint=own.endpoint.removeprefix("http://"), access_key="admin", secret_key="admin123", secure=False, region="us-east-1")
    heard, events = [], client.listen_bucket_notification(bucket_name=bucket, **wanted)
    # The request is sent here and not by the first look at an event, which would come too late.
    events._response = events._func()

    def hear():
        with contextlib.suppress(Exception):
            for event in events:
                heard.append(event["Records"][0])

    threading.Thread(target=hear, daemon=True).start()
    return heard


def names_and_keys(records):
    return [(each["eventName"].removeprefix("s3:"), urllib.parse.unquote_plus(each["s3"]["object"]["key"])) for each in records]


def wait_until_heard(heard, expected, seconds=20):
    deadline = time.monotonic() + seconds
    while names_and_keys(heard) != expected and time.monotonic() < deadline:
        time.sleep(0.05)
    assert names_and_keys(heard) == expected


@with_minio
def test_a_client_that_listens_hears_what_happens_from_then_on(own, s3, bucket):
    s3.put_object(Bucket=bucket, Key="before", Body=b"x")
    heard = listen(own, bucket)
    s3.put_object(Bucket=bucket, Key="a b/ä", Body=b"1234", ContentType="text/plain")
    wait_until_heard(heard, [("ObjectCreated:Put", "a b/ä")])
    # A while without events ends nothing.
    time.sleep(1.5)
    s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/before")
    s3.delete_object(Bucket=bucket, Key="copy")
    wait_until_heard(heard, [("ObjectCreated:Put", "a b/ä"), ("ObjectCreated:Copy", "copy"), ("ObjectRemoved:Delete", "copy")])
    shown = heard[0]["s3"]
    assert (shown["bucket"]["name"], shown["object"]["size"], shown["object"]["contentType"]) == (bucket, 4, "text/plain")


@with_minio
def test_a_client_hears_only_what_it_listens_to(own, s3, bucket):
    heard = listen(own, bucket, prefix="in/", suffix=".csv", events=("s3:ObjectRemoved:*", "s3:ObjectCreated:Put"))
    for key in ("in/a.txt", "out/a.csv", "in/a.csv"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    s3.copy_object(Bucket=bucket, Key="in/b.csv", CopySource=f"{bucket}/in/a.csv")
    s3.delete_object(Bucket=bucket, Key="in/b.csv")
    wait_until_heard(heard, [("ObjectCreated:Put", "in/a.csv"), ("ObjectRemoved:Delete", "in/b.csv")])


@with_minio
def test_who_may_not_listen_and_what_nobody_can_listen_to(own, s3, bucket):
    import minio

    def refusal(access_key, secret_key, name=bucket, **wanted):
        client = minio.Minio(endpoint=own.endpoint.removeprefix("http://"), access_key=access_key, secret_key=secret_key, secure=False, region="us-east-1")
        with pytest.raises(minio.error.S3Error) as caught, client.listen_bucket_notification(bucket_name=name, **wanted) as events:
            next(events)
        return caught.value.code

    iam = boto3.client("iam", endpoint_url=own.endpoint, aws_access_key_id="admin", aws_secret_access_key="admin123", region_name="us-east-1")
    name = f"listener-{uuid.uuid4().hex[:6]}"
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    assert refusal(key["AccessKeyId"], key["SecretAccessKey"]) == "AccessDenied"
    assert refusal("admin", "admin123", name="never-made-bucket") == "NoSuchBucket"
    assert refusal("admin", "admin123", events=("s3:ObjectEaten:*",)) == "InvalidArgument"
    assert refusal("admin", "admin123", events=("s3:ObjectAccessed:*",)) == "NotImplemented"
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListenBucketNotification", "Resource": f"arn:aws:s3:::{bucket}"}]}
    iam.put_user_policy(UserName=name, PolicyName="listen", PolicyDocument=json.dumps(policy))
    listener = minio.Minio(endpoint=own.endpoint.removeprefix("http://"), access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"], secure=False, region="us-east-1")
    with listener.listen_bucket_notification(bucket_name=bucket) as events:
        events._response = events._func()
        s3.put_object(Bucket=bucket, Key="heard", Body=b"x")
        assert names_and_keys(next(events)["Records"]) == [("ObjectCreated:Put", "heard")]


@with_minio
def test_a_lab_stops_while_somebody_listens(own_lab):
    own_lab.start()
    s3 = boto3.client("s3", endpoint_url=own_lab.endpoint, aws_access_key_id="admin", aws_secret_access_key="admin123", region_name="us-east-1")
    s3.create_bucket(Bucket="listened")
    heard = listen(own_lab, "listened")
    s3.put_object(Bucket="listened", Key="k", Body=b"x")
    wait_until_heard(heard, [("ObjectCreated:Put", "k")])
    began = time.monotonic()
    own_lab.stop()
    assert time.monotonic() - began < 10
