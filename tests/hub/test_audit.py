"""The audit trail: every decision of every protocol in one table, for administrators to read and for nobody to write."""

from __future__ import annotations

import json
import subprocess
import urllib.parse
import uuid

import boto3
import botocore.exceptions
import pytest
from botocore.config import Config
from pyspark.sql import SparkSession

from door import Api, Person, lab_module


# A session of 3.5 that is stopped, or collected, closes the thread pool of all sessions.
KEPT: list[SparkSession] = []


def connect(hub, token: str = "") -> SparkSession:
    authorization = f"/;authorization={urllib.parse.quote('Bearer ' + token)}" if token else ""
    KEPT.append(SparkSession.builder.remote(hub.remote + authorization).create())
    return KEPT[-1]


def s3(hub, access_key: str, secret_key: str, service: str = "s3"):
    config = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1})
    return boto3.client(service, endpoint_url=hub.endpoint, aws_access_key_id=access_key, aws_secret_access_key=secret_key, region_name="us-east-1", config=config)


@pytest.fixture(scope="module")
def spark(hub):
    return connect(hub)


@pytest.fixture
def ann_s3(hub, ann):
    key = s3(hub, "admin", "admin123", "iam").create_access_key(UserName=ann.name)["AccessKey"]
    ann.key = key["AccessKeyId"]
    return s3(hub, key["AccessKeyId"], key["SecretAccessKey"])


def lines(spark, **wanted) -> list:
    rows = spark.table("lab.audit").collect()
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def test_decisions_of_all_protocols_are_in_one_table(hub, api, ann, ann_s3, spark):
    bucket = f"audit-{uuid.uuid4().hex[:8]}"
    s3(hub, "admin", "admin123").create_bucket(Bucket=bucket)
    with pytest.raises(botocore.exceptions.ClientError):
        ann_s3.get_object(Bucket=bucket, Key="secret/figures.csv")
    ann_s3.list_buckets()
    ann.http.post(ann.url("/hub/token"), data={"note": "forged"}, timeout=10)
    mine = connect(hub, ann.make_token())
    table = f"t_{uuid.uuid4().hex[:8]}"
    mine.sql(f"CREATE TABLE {table} USING delta AS SELECT 1 AS id")
    assert mine.table(table).count() == 1

    assert lines(spark, user="admin", protocol="hub", action="CreateUser", object=ann.name, outcome="Allowed")
    assert lines(spark, user="admin", protocol="hub", action="SetPassword", object=ann.name)
    assert lines(spark, user="admin", protocol="iam", action="CreateKey", object=f"{ann.name}/{ann.key}")
    assert lines(spark, user=ann.name, protocol="hub", action="LogIn", outcome="Allowed", credential="password")
    assert lines(spark, user=ann.name, protocol="hub", action="CreateToken")
    refused = lines(spark, user=ann.name, outcome="Refused", protocol="s3")
    assert [(row.action, row.object, row.cause, row.credential) for row in refused] == [("s3:GetObject", f"{bucket}/secret/figures.csv", "AccessDenied", f"s3:{ann.key}")]
    assert lines(spark, user=ann.name, protocol="s3", action="s3:ListAllMyBuckets", outcome="Allowed", cause=None)
    assert lines(spark, user=ann.name, protocol="hub", action="POST", object="/hub/token", outcome="Refused", cause="FORBIDDEN")
    assert lines(spark, user=ann.name, protocol="spark", action="OpenSession")
    assert lines(spark, user=ann.name, protocol="spark", action="SELECT", object=f"default.{table}", outcome="Allowed")
    times = [row.time for row in lines(spark)]
    assert times == sorted(times)


def test_like_decisions_are_counted(hub, ann, ann_s3, spark):
    for _ in range(7):
        ann_s3.list_buckets()
    assert sum(row.times for row in lines(spark, user=ann.name, action="s3:ListAllMyBuckets")) == 7


def test_refused_proofs_are_in_it(hub, ann, ann_s3, spark):
    made = ann.api("POST", f"/users/{ann.name}/tokens", {"scopes": ["read:users!user"]}).json()
    with pytest.raises(Exception, match="UNAUTHENTICATED|Unauthenticated"):
        connect(hub, made["token"]).range(1).count()
    assert lines(spark, user=ann.name, protocol="spark", action="LogIn", outcome="Refused", cause="TOKEN_FOR_ANOTHER_PURPOSE", credential=f"token:{made['id']}")
    ann.api("DELETE", f"/users/{ann.name}/tokens/{made['id']}")
    before = sum(row.times for row in lines(spark, protocol="hub", action="LogIn", cause="UNKNOWN_TOKEN"))
    assert Api(hub, made["token"])("GET", "/user").status_code == 403
    assert sum(row.times for row in lines(spark, protocol="hub", action="LogIn", cause="UNKNOWN_TOKEN")) > before
    with pytest.raises(botocore.exceptions.ClientError):
        s3(hub, ann.key, "not the secret").list_buckets()
    # Whoever brought the key, its owner has not proven to be there.
    found = lines(spark, protocol="s3", credential=f"s3:{ann.key}", outcome="Refused")
    assert [(row.user, row.action, row.cause) for row in found] == [("", "LogIn", "SignatureDoesNotMatch")]
    assert Person(hub).log_in(ann.name, "a wrong guess").status_code == 403
    assert [row.cause for row in lines(spark, user=ann.name, protocol="hub", action="LogIn", outcome="Refused")] == ["WRONG_PASSWORD"]
    # Nothing that opens anything stands in it.
    everything = json.dumps([row.asDict() for row in lines(spark)], default=str)
    assert made["token"] not in everything and "a wrong guess" not in everything and "correct horse" not in everything


def test_only_administrators_read_it(hub, api, ann, spark):
    mine = connect(hub, ann.make_token())
    view = f"v_{uuid.uuid4().hex[:8]}"
    spark.sql(f"CREATE VIEW {view} AS SELECT * FROM lab.audit")
    spark.table("lab.audit").createOrReplaceGlobalTempView(view)
    for query in ("SELECT * FROM lab.audit", "SELECT count(*) FROM spark_catalog.lab.audit", f"SELECT * FROM {view}", f"SELECT * FROM global_temp.{view}", "DESCRIBE TABLE lab.audit"):
        with pytest.raises(Exception, match="INSUFFICIENT_PERMISSIONS"):
            mine.sql(query).collect()
    assert lines(spark, user=ann.name, protocol="spark", outcome="Refused", cause="INSUFFICIENT_PERMISSIONS")
    assert ann.api("GET", "/audit").status_code == 403
    assert ann.get("/hub/audit").status_code == 403
    assert api("GET", "/audit?limit=5").json()
    assert spark.table(view).count() > 0


def test_nobody_writes_it(hub, spark):
    for statement in ("DROP TABLE lab.audit", "DROP VIEW lab.audit", "DROP DATABASE lab CASCADE", "CREATE DATABASE lab", "CREATE TABLE lab.other (id INT) USING delta", "CREATE OR REPLACE VIEW lab.audit AS SELECT 1",
                      "INSERT INTO lab.audit SELECT * FROM lab.audit", "DELETE FROM lab.audit", "UPDATE lab.audit SET user = 'nobody'", "TRUNCATE TABLE lab.audit", "CREATE OR REPLACE TABLE lab.audit USING delta AS SELECT 1 AS one",
                      "SHOW CREATE TABLE lab.audit"):
        with pytest.raises(Exception, match=r"\[[A-Z_.]+\]"):
            spark.sql(statement).collect()
    assert spark.catalog.tableExists("lab.audit")
    assert [row.tableName for row in spark.sql("SHOW TABLES IN lab").collect()] == ["audit"]
    assert "lab" not in [row.namespace for row in spark.sql("SHOW DATABASES").collect()]
    assert spark.table("lab.audit").columns == ["time", "user", "protocol", "action", "object", "outcome", "cause", "times", "credential"]


def test_it_is_read_in_a_shell_and_on_a_page(hub, ann, admin):
    assert Person(hub).log_in(ann.name, "wrong").status_code == 403
    command = [lab_module.program(), "audit", "--data", str(hub.folder / "data"), "--user", ann.name]
    found = json.loads(subprocess.run([*command, "--refused", "--json"], capture_output=True, text=True, timeout=60, check=True).stdout)
    assert [(line["action"], line["cause"]) for line in found] == [("LogIn", "WRONG_PASSWORD")]
    shown = subprocess.run([*command, "--limit", "1"], capture_output=True, text=True, timeout=60, check=True).stdout
    assert shown.splitlines()[0].endswith("Refused (WRONG_PASSWORD)") and len(shown.splitlines()) == 1
    page = admin.get("/hub/audit?only=refused").text
    assert ann.name in page and "WRONG_PASSWORD" in page


def test_it_outlives_the_lab(hub):
    """What was written one by one is durable at once, what was counted when the lab is told to stop."""
    lab = lab_module.Lab(roles=("core", "processing"))
    try:
        lab.start()
        s3(lab, "admin", "admin123").list_buckets()
        iam = s3(lab, "admin", "admin123", "iam")
        lab.stop()
        lab.start()
        iam.create_user(UserName="kept")
        lab.kill()
        lab.start()
        session = connect(lab)
        assert lines(session, user="admin", action="CreateUser", object="kept")
        assert lines(session, user="admin", action="s3:ListAllMyBuckets")
    finally:
        lab.close()
