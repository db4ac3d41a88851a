"""`spark.hadoop.fs.s3a.*` names another S3: a second lab, alone and behind a front that fails as real stores do."""

import http.client
import http.server
import socket
import threading
import time
import uuid

import boto3
import pytest
from botocore.config import Config

import lab as lab_module
from conftest import connect, leave

KEYS = {"access.key": "admin", "secret.key": "admin123", "path.style.access": "true", "connection.ssl.enabled": "false"}


@pytest.fixture(scope="module")
def other():
    made = lab_module.Lab()
    try:
        yield made.start()
    finally:
        made.close()


def client_of(endpoint):
    return boto3.client("s3", endpoint_url=endpoint, aws_access_key_id="admin", aws_secret_access_key="admin123", region_name="us-east-1",
                        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}))


@pytest.fixture
def far(other):
    """A bucket of the other store: its client and its name."""
    client, name = client_of(other.endpoint), f"far-{uuid.uuid4().hex[:12]}"
    client.create_bucket(Bucket=name)
    return client, name


def point(session, endpoint, bucket=None, **changed):
    for key, value in ({"endpoint": endpoint} | KEYS | {k.replace("_", "."): v for k, v in changed.items()}).items():
        session.conf.set(f"spark.hadoop.fs.s3a.{f'bucket.{bucket}.' if bucket else ''}{key}", value)


@pytest.fixture
def there(spark, other):
    point(spark, other.endpoint)
    return spark


def keys(client, bucket, prefix=""):
    return [entry["Key"] for entry in client.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])]


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_files_are_written_and_read_there(there, far, s3, form):
    client, bucket = far
    path = f"s3a://{bucket}/folder/{form}"
    frame = there.range(1000).selectExpr("id", "CAST(id % 7 AS STRING) AS name", "id % 3 AS part")
    frame.write.format(form).option("header", True).partitionBy("part").save(path)
    assert f"folder/{form}/_SUCCESS" in keys(client, bucket)
    assert any("/part=2/part-" in key for key in keys(client, bucket))
    back = there.read.format(form).option("header", True).schema("id BIGINT, name STRING, part INT").load(path)
    assert back.count() == 1000
    assert back.filter("part = 1 AND id < 10").selectExpr("sum(id)").collect()[0][0] == 1 + 4 + 7
    frame.limit(5).write.format(form).mode("overwrite").save(path)
    assert there.read.format(form).schema("id BIGINT").load(path).count() == 5
    # Nothing of it came into the lab itself.
    assert bucket not in [entry["Name"] for entry in s3.list_buckets()["Buckets"]]


def test_schemas_are_inferred_from_files_there(there, far):
    client, bucket = far
    client.put_object(Bucket=bucket, Key="in/a b+ü.csv", Body=b"n,word\n1,x\n2,y\n")
    client.put_object(Bucket=bucket, Key="in/_hidden.csv", Body=b"zzz")
    frame = there.read.option("header", True).option("inferSchema", True).csv(f"s3a://{bucket}/in")
    assert frame.dtypes == [("n", "int"), ("word", "string")]
    assert [row.n for row in frame.orderBy("n").collect()] == [1, 2]
    there.range(3).write.parquet(f"s3a://{bucket}/p")
    assert there.read.parquet(f"s3a://{bucket}/p/*.parquet").dtypes == [("id", "bigint")]


def test_gzip_is_known_by_the_name_of_the_key(there, far):
    import gzip

    client, bucket = far
    client.put_object(Bucket=bucket, Key="z/data.csv.gz", Body=gzip.compress(b"a\n1\n2\n"))
    assert there.read.option("header", True).csv(f"s3a://{bucket}/z").count() == 2


def test_delta_there(there, far, lab):
    client, bucket = far
    path = f"s3a://{bucket}/lake/t"
    there.range(100).selectExpr("id", "id * 2 AS d").write.format("delta").save(path)
    there.range(100, 150).selectExpr("id", "id * 2 AS d").write.format("delta").mode("append").save(path)
    there.sql(f"DELETE FROM delta.`{path}` WHERE id < 10").collect()
    there.sql(f"MERGE INTO delta.`{path}` t USING (SELECT 20L AS id, 0L AS d UNION ALL SELECT 999L, 1L) s ON t.id = s.id "
              "WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *").collect()
    assert there.read.format("delta").load(path).count() == 141
    assert there.read.format("delta").option("versionAsOf", 0).load(path).count() == 100
    assert [row.version for row in there.sql(f"DESCRIBE HISTORY delta.`{path}`").collect()] == [3, 2, 1, 0]
    assert keys(client, bucket, "lake/t/_delta_log/")[:4] == [f"lake/t/_delta_log/{v:020}.json" for v in range(4)]
    for i in range(12):  # past the first checkpoint
        there.range(1).selectExpr("id", "id AS d").write.format("delta").mode("append").save(path)
    assert any(key.endswith("checkpoint.parquet") for key in keys(client, bucket, "lake/t/_delta_log/"))
    fresh = connect(lab.remote)
    point(fresh, there.conf.get("spark.hadoop.fs.s3a.endpoint"))
    assert fresh.read.format("delta").load(path).count() == 153
    leave(fresh)


@pytest.mark.only("spark42")
def test_a_commit_by_another_writer_is_never_lost(there, far, other):
    import deltalake
    import pyarrow as pa

    _, bucket = far
    there.range(10).write.format("delta").save(f"s3a://{bucket}/t")
    options = {"AWS_ENDPOINT_URL": other.endpoint, "AWS_ACCESS_KEY_ID": "admin", "AWS_SECRET_ACCESS_KEY": "admin123", "AWS_REGION": "us-east-1",
               "AWS_ALLOW_HTTP": "true", "conditional_put": "etag"}
    failures = []

    def append_by_deltalake():
        try:
            for i in range(10):
                deltalake.write_deltalake(f"s3://{bucket}/t", pa.table({"id": pa.array([1000 + i], pa.int64())}), mode="append", storage_options=options)
        except Exception as failure:  # noqa: BLE001 - told by the main thread
            failures.append(failure)

    thread = threading.Thread(target=append_by_deltalake)
    thread.start()
    for i in range(10):
        there.range(i, i + 1).selectExpr("id + 2000 AS id").write.format("delta").mode("append").save(f"s3a://{bucket}/t")
    thread.join()
    assert not failures
    ids = sorted(row.id for row in there.read.format("delta").load(f"s3a://{bucket}/t").collect())
    assert ids == [*range(10), *range(1000, 1010), *range(2000, 2010)]


def test_tables_with_a_location_there(there, far):
    _, bucket = far
    name = f"far_{uuid.uuid4().hex[:8]}"
    there.sql(f"CREATE TABLE {name} (id INT, w STRING) USING delta LOCATION 's3a://{bucket}/tables/t'").collect()
    there.sql(f"INSERT INTO {name} VALUES (1, 'a'), (2, 'b')").collect()
    assert there.table(name).count() == 2
    there.sql(f"DROP TABLE {name}").collect()
    # An external table keeps its files.
    assert there.read.format("delta").load(f"s3a://{bucket}/tables/t").count() == 2


def test_the_labs_own_tables_stay_local(there, s3):
    name = f"own_{uuid.uuid4().hex[:8]}"
    there.range(3).write.saveAsTable(name)
    assert there.table(name).count() == 3
    assert any(f"{name}/" in entry["Key"] for entry in s3.list_objects_v2(Bucket="warehouse", Prefix=name).get("Contents", []))
    there.sql(f"DROP TABLE {name}").collect()


def test_settings_of_one_bucket_leave_the_others_alone(spark, other, far, bucket):
    _, name = far
    point(spark, other.endpoint, bucket=name)
    spark.range(4).write.parquet(f"s3a://{name}/x")
    spark.range(5).write.parquet(f"s3a://{bucket}/x")
    assert (spark.read.parquet(f"s3a://{name}/x").count(), spark.read.parquet(f"s3a://{bucket}/x").count()) == (4, 5)


def test_options_of_one_read_name_a_store_too(spark, other, far):
    client, bucket = far
    client.put_object(Bucket=bucket, Key="a.csv", Body=b"1\n2\n")
    reader = spark.read.option("fs.s3a.endpoint", other.endpoint)
    for key, value in KEYS.items():
        reader = reader.option(f"fs.s3a.{key}", value)
    assert reader.csv(f"s3a://{bucket}/a.csv").count() == 2


def test_large_files_go_in_parts_and_are_read_by_ranges(there, far):
    client, bucket = far
    there.range(6_000_000).selectExpr("id", "hash(id) AS a", "xxhash64(id) AS b").coalesce(1).write.parquet(f"s3a://{bucket}/large")
    sizes = [entry["Size"] for entry in client.list_objects_v2(Bucket=bucket, Prefix="large/part-")["Contents"]]
    assert max(sizes) > 40 << 20
    # In parts: the ETag says of how many.
    assert any("-" in entry["ETag"] for entry in client.list_objects_v2(Bucket=bucket, Prefix="large/part-")["Contents"])
    assert there.read.parquet(f"s3a://{bucket}/large").selectExpr("count(*)", "sum(id)").collect()[0] == (6_000_000, 6_000_000 * 5_999_999 // 2)


def failure_of(call):
    started = time.monotonic()
    with pytest.raises(Exception) as caught:
        call()
    return str(caught.value), time.monotonic() - started


def test_wrong_keys_are_said_clearly(spark, other, far):
    _, bucket = far
    for changed, code in (({"secret_key": "wrong"}, "SignatureDoesNotMatch"), ({"access_key": "nobody"}, "InvalidAccessKeyId")):
        point(spark, other.endpoint, **changed)
        for call in (lambda: spark.read.format("delta").load(f"s3a://{bucket}/t").count(), lambda: spark.range(1).write.csv(f"s3a://{bucket}/out")):
            text, seconds = failure_of(call)
            assert code in text or "AccessDenied" in text
            assert "OBJECT_STORE_ACCESS_DENIED" in text
            assert seconds < 5
    point(spark, other.endpoint, access_key="", secret_key="")
    assert "OBJECT_STORE_NO_CREDENTIALS" in failure_of(lambda: spark.read.csv(f"s3a://{bucket}/x").count())[0]


def test_what_is_not_there_is_said_clearly(there, far):
    _, bucket = far
    assert "PATH_NOT_FOUND" in failure_of(lambda: there.read.parquet(f"s3a://{bucket}/nowhere").count())[0]
    assert "OBJECT_STORE_BUCKET_NOT_FOUND" in failure_of(lambda: there.range(1).write.parquet(f"s3a://nowhere-{uuid.uuid4().hex[:10]}/x"))[0]


def test_a_store_that_is_down_fails_in_seconds(spark):
    point(spark, f"http://127.0.0.1:{lab_module.free_port()}")
    text, seconds = failure_of(lambda: spark.read.parquet("s3a://b/x").count())
    assert "OBJECT_STORE_UNAVAILABLE" in text
    assert seconds < 10
    assert spark.range(3).count() == 3


def test_addresses_of_cloud_metadata_are_never_asked(spark):
    point(spark, "http://169.254.169.254")
    assert "link-local" in failure_of(lambda: spark.read.parquet("s3a://b/x").count())[0]


class Front(http.server.BaseHTTPRequestHandler):
    """Passes requests on to the other store; `fail(number, handler)` may answer first."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def handle_one(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with self.server.lock:
            self.server.number += 1
            number = self.server.number
        if self.server.fail(number, self):
            return
        inner = http.client.HTTPConnection("127.0.0.1", self.server.target)
        inner.request(self.command, self.path, body, dict(self.headers))
        answer = inner.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("connection", "transfer-encoding", "date", "server", "content-length") or (self.command == "HEAD" and name.lower() == "content-length"):
                self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        inner.close()

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = handle_one

    def refuse(self, status, code):
        body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>later</Message></Error>".encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        return True


@pytest.fixture
def front(other):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Front)
    server.daemon_threads = True
    server.lock, server.number, server.target, server.fail = threading.Lock(), 0, other.objects_port, lambda number, handler: False
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


def slow_down(number, handler):
    return number % 3 == 0 and handler.refuse(503, "SlowDown")


def internal_error(number, handler):
    return number % 4 == 1 and handler.refuse(500, "InternalError")


def cut(number, handler):
    if number % 3 == 0:
        handler.close_connection = True
        handler.connection.shutdown(socket.SHUT_RDWR)
        return True
    return False


@pytest.mark.parametrize("fail", [slow_down, internal_error, cut])
def test_passing_failures_are_ridden_out(spark, front, far, fail):
    _, bucket = far
    front.fail = fail
    point(spark, f"http://127.0.0.1:{front.server_address[1]}")
    path = f"s3a://{bucket}/t"
    for i in range(3):
        spark.range(i * 10, i * 10 + 10).write.format("delta").mode("append").save(path)
    assert spark.read.format("delta").load(path).count() == 30
    assert [row.version for row in spark.sql(f"DESCRIBE HISTORY delta.`{path}`").collect()] == [2, 1, 0]


def test_a_commit_whose_answer_was_lost_is_not_made_twice(spark, front, far):
    client, bucket = far
    point(spark, f"http://127.0.0.1:{front.server_address[1]}")
    path = f"s3a://{bucket}/t"
    spark.range(1).write.format("delta").save(path)
    lost = []

    def lose_answer(number, handler):
        # The store takes the commit, and its answer never arrives.
        if handler.command == "PUT" and handler.path.endswith("00001.json") and not lost:
            lost.append(handler.path)
            handler.wfile = type("Nowhere", (), {"write": lambda self, data: len(data), "flush": lambda self: None, "closed": False, "close": lambda self: None})()
            handler.close_connection = True
        return False

    front.fail = lose_answer
    spark.range(5).write.format("delta").mode("append").save(path)
    assert lost
    assert spark.read.format("delta").load(path).count() == 6
    assert [key.rsplit("/", 1)[1] for key in keys(client, bucket, "t/_delta_log/") if key.endswith(".json")] == [f"{v:020}.json" for v in range(2)]


def test_a_store_that_stays_busy_is_given_up_in_seconds(spark, front, far):
    _, bucket = far
    front.fail = lambda number, handler: handler.refuse(503, "SlowDown")
    point(spark, f"http://127.0.0.1:{front.server_address[1]}")
    text, seconds = failure_of(lambda: spark.read.parquet(f"s3a://{bucket}/x").count())
    assert "OBJECT_STORE_UNAVAILABLE" in text and "503" in text
    assert seconds < 30
