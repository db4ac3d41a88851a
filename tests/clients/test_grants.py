"""Grants on databases and tables, and tables with a row filter or masks: an administrator and two people over Spark Connect, S3 and the shell."""

import json
import subprocess
import time
import types
import uuid

import boto3
import botocore.exceptions
import lab as lab_module
import pytest
import requests_free as http
from botocore.config import Config
from conftest import VERSION, connect

functions_of_sql = pytest.mark.skipif(VERSION != "v42", reason="a client of 3.5 makes no functions of SQL")


class Person:
    """Somebody with a token for Spark and a key for S3."""

    def __init__(self, lab, name):
        self.name = name
        lab.dflab("user", "add", name)
        token = json.loads(lab.dflab("token", "add", name, "--scope", "spark", "--json"))["token"]
        key = json.loads(lab.dflab("key", "add", name, "--json"))
        self.spark = connect(f"{lab.remote}/;authorization=Bearer%20{token}")
        self.s3 = client_of(lab, key["access_key"], key["secret_key"])

    def rows(self, query):
        return [tuple(row) for row in self.spark.sql(query).collect()]


def client_of(lab, access_key, secret_key):
    config = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1})
    return boto3.client("s3", endpoint_url=lab.endpoint, aws_access_key_id=access_key, aws_secret_access_key=secret_key, region_name="us-east-1", config=config)


@pytest.fixture(scope="module")
def secure():
    lab = lab_module.Lab(profile="secure", **{"hub.port": lab_module.free_port()})

    def dflab(*words, check=True):
        answer = subprocess.run([lab_module.program(), *words, "--data", str(lab.folder / "data")], capture_output=True, text=True, timeout=60)
        assert not check or answer.returncode == 0, answer.stderr
        return answer.stdout if check else answer

    try:
        lab.start()
        lab.dflab = dflab
        # The hub is the last to listen, and what `env` tells is written behind it.
        deadline = time.monotonic() + 60
        while "JUPYTERHUB_API_TOKEN" not in dflab("env", "--json", check=False).stdout:
            assert time.monotonic() < deadline, lab.tail()
            time.sleep(0.1)
        yield lab
    finally:
        lab.close()


@pytest.fixture(scope="module")
def admin(secure):
    words = json.loads(secure.dflab("env", "--json"))
    person = types.SimpleNamespace(name="admin")
    person.spark = connect(words["SPARK_REMOTE"].replace("localhost", "127.0.0.1"))
    person.s3 = client_of(secure, words["AWS_ACCESS_KEY_ID"], words["AWS_SECRET_ACCESS_KEY"])
    person.sql = lambda text: person.spark.sql(text).collect()
    return person


@pytest.fixture(scope="module")
def ann(secure, admin):
    return Person(secure, f"ann-{uuid.uuid4().hex[:6]}")


@pytest.fixture(scope="module")
def ben(secure, admin):
    return Person(secure, f"ben-{uuid.uuid4().hex[:6]}")


@pytest.fixture
def staff(admin):
    """A table of the administrator's in a database of its own."""
    database = f"hr_{uuid.uuid4().hex[:8]}"
    admin.sql(f"CREATE DATABASE {database}")
    admin.sql(f"CREATE TABLE {database}.staff USING delta AS SELECT * FROM VALUES ('ann', 'eu', 5000), ('ben', 'us', 7000), ('cid', 'eu', 9000) AS t(name, region, salary)")
    return f"{database}.staff"


def refused(action, match="INSUFFICIENT_PERMISSIONS"):
    with pytest.raises(Exception, match=match) as caught:
        action()
    return caught.value


def denied(call, *args, **kwargs):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(*args, **kwargs)
    return caught.value.response["Error"]


def key_prefix(table):
    database, name = table.split(".")
    return f"{database}.db/{name}/"


def test_without_a_grant_nothing_of_others_is_read_or_changed(ann, staff):
    name = staff.split(".")[1]
    for statement in (f"SELECT * FROM {staff}", f"SELECT count(*) FROM spark_catalog.{staff}", f"DESCRIBE TABLE {staff}", f"SHOW COLUMNS IN {staff}", f"DESCRIBE HISTORY {staff}",
                      f"INSERT INTO {staff} VALUES ('x', 'eu', 1)", f"UPDATE {staff} SET salary = 0", f"DELETE FROM {staff}", f"TRUNCATE TABLE {staff}", f"DROP TABLE {staff}",
                      f"MERGE INTO {staff} t USING (SELECT 'ann' AS name) s ON t.name = s.name WHEN MATCHED THEN DELETE",
                      f"ALTER TABLE {staff} SET TBLPROPERTIES (a = 'b')", f"CREATE OR REPLACE TABLE {staff} USING delta AS SELECT 1 AS one",
                      f"SELECT * FROM delta.`s3a://warehouse/{key_prefix(staff)}`", f"SELECT * FROM delta.`s3a://warehouse/{key_prefix(staff)[:-1]}@v0`",
                      f"SELECT * FROM parquet.`s3a://warehouse/{staff.split('.')[0]}.db/*`", f"CREATE TABLE default.c_{name} SHALLOW CLONE {staff}",
                      f"CREATE VIEW default.v_{uuid.uuid4().hex} AS SELECT * FROM {staff}", f"DROP DATABASE {staff.split('.')[0]} CASCADE",
                      f"CREATE TABLE {staff.split('.')[0]}.mine (id INT) USING delta", f"GRANT SELECT ON TABLE {staff} TO `{ann.name}`", f"SHOW GRANTS ON TABLE {staff}"):
        refused(lambda statement=statement: ann.rows(statement))
    refused(lambda: ann.spark.read.format("delta").load(f"s3a://warehouse/{key_prefix(staff)}").count())
    refused(lambda: ann.spark.range(1).write.mode("append").format("delta").save(f"s3a://warehouse/{key_prefix(staff)}"))
    refused(lambda: ann.spark.range(1).write.mode("overwrite").saveAsTable(staff))
    refused(lambda: ann.spark.range(1).write.insertInto(staff))


def test_the_refusal_is_sparks_own_and_stands_in_the_audit_trail(admin, ann, staff):
    failure = refused(lambda: ann.rows(f"SELECT * FROM {staff}"))
    if VERSION == "v42":
        assert failure.getCondition() == "INSUFFICIENT_PERMISSIONS" and failure.getSqlState() == "42501"
    assert staff.split(".")[1] in str(failure)
    lines = admin.sql(f"SELECT object FROM lab.audit WHERE user = '{ann.name}' AND protocol = 'spark' AND outcome = 'Refused' AND cause = 'INSUFFICIENT_PERMISSIONS'")
    assert any(staff.split(".")[0] in line.object for line in lines)


def test_what_is_granted_can_be_done_until_it_is_revoked(admin, ann, ben, staff):
    admin.sql(f"GRANT SELECT ON TABLE {staff} TO `{ann.name}`")
    assert ann.rows(f"SELECT count(*) FROM {staff}") == [(3,)]
    assert ann.rows(f"SELECT count(*) FROM delta.`s3a://warehouse/{key_prefix(staff)}`") == [(3,)]
    refused(lambda: ann.rows(f"INSERT INTO {staff} VALUES ('x', 'eu', 1)"))
    refused(lambda: ben.rows(f"SELECT count(*) FROM {staff}"))
    admin.sql(f"GRANT MODIFY ON TABLE {staff} TO `{ann.name}`")
    ann.rows(f"INSERT INTO {staff} VALUES ('x', 'eu', 1)")
    ann.rows(f"DELETE FROM {staff} WHERE name = 'x'")
    refused(lambda: ann.rows(f"DROP TABLE {staff}"))
    shown = [tuple(row) for row in admin.sql(f"SHOW GRANTS `{ann.name}` ON TABLE {staff}")]
    assert shown == [(ann.name, "SELECT", "TABLE", staff), (ann.name, "MODIFY", "TABLE", staff)]
    assert ann.rows(f"SHOW GRANTS `{ann.name}` ON TABLE {staff}") == shown
    database = staff.split(".")[0]
    assert [row.tableName for row in ann.spark.sql(f"SHOW TABLES IN {database}").collect()] == ["staff"]
    assert [each.name for each in ann.spark.catalog.listTables(database)] == ["staff"]
    admin.sql(f"REVOKE ALL PRIVILEGES ON TABLE {staff} FROM `{ann.name}`")
    assert ann.rows(f"SHOW TABLES IN {database}") == []
    refused(lambda: ann.rows(f"SELECT count(*) FROM {staff}"))
    assert admin.sql(f"SHOW GRANTS `{ann.name}` ON TABLE {staff}") == []


def test_rights_come_by_groups_and_reach_down_from_the_database(secure, admin, ann, staff):
    database, group = staff.split(".")[0], f"g-{uuid.uuid4().hex[:6]}"
    secure.dflab("group", "add", group)
    secure.dflab("grant", "add", group, "SCHEMA", database, "SELECT", "CREATE TABLE")
    refused(lambda: ann.rows(f"SELECT count(*) FROM {staff}"))
    secure.dflab("group", "join", group, ann.name)
    assert ann.rows(f"SELECT count(*) FROM {staff}") == [(3,)]
    ann.rows(f"CREATE TABLE {database}.mine USING delta AS SELECT * FROM {staff}")
    assert ann.rows(f"SELECT count(*) FROM {database}.mine") == [(3,)]
    ann.rows(f"DROP TABLE {database}.mine")
    listed = json.loads(secure.dflab("grant", "list", "SCHEMA", database, "--principal", group, "--json"))
    assert listed == [{"principal": group, "privileges": ["SELECT", "CREATE TABLE"], "securable_type": "SCHEMA", "full_name": database}]
    secure.dflab("grant", "remove", group, "SCHEMA", database, "SELECT")
    refused(lambda: ann.rows(f"SELECT count(*) FROM {staff}"))


def test_grants_name_what_is_there(secure, admin, staff):
    refused(lambda: admin.sql(f"GRANT SELECT ON TABLE {staff} TO nobody_of_that_name"), "PRINCIPAL_DOES_NOT_EXIST")
    refused(lambda: admin.sql(f"GRANT CREATE SCHEMA ON TABLE {staff} TO `account users`"), "INVALID_PRIVILEGE")
    refused(lambda: admin.sql("GRANT SELECT ON TABLE default.not_there TO `account users`"), "TABLE_OR_VIEW_NOT_FOUND")
    assert secure.dflab("grant", "add", "admin", "TABLE", "default.not_there", "SELECT", check=False).returncode != 0


def test_who_may_read_a_view_reads_what_its_owner_may(admin, ann, ben, staff):
    view = f"{staff.split('.')[0]}.cheap"
    admin.sql(f"CREATE VIEW {view} AS SELECT name FROM {staff} WHERE salary < 6000")
    refused(lambda: ann.rows(f"SELECT * FROM {view}"))
    admin.sql(f"GRANT SELECT ON VIEW {view} TO `{ann.name}`")
    assert ann.rows(f"SELECT * FROM {view}") == [("ann",)]
    refused(lambda: ann.rows(f"SELECT * FROM {staff}"))
    # A view of one's own opens nothing.
    admin.sql(f"GRANT SELECT ON TABLE {staff} TO `{ann.name}`")
    mine = f"default.v_{uuid.uuid4().hex[:8]}"
    ann.rows(f"CREATE VIEW {mine} AS SELECT * FROM {staff}")
    ann.rows(f"GRANT SELECT ON VIEW {mine} TO `{ben.name}`")
    assert len(ben.rows(f"SELECT * FROM {mine}")) == 3
    admin.sql(f"REVOKE SELECT ON TABLE {staff} FROM `{ann.name}`")
    refused(lambda: ben.rows(f"SELECT * FROM {mine}"))


def test_dropping_takes_the_grants_along(admin, ann, staff):
    admin.sql(f"GRANT SELECT ON TABLE {staff} TO `{ann.name}`")
    admin.sql(f"DROP TABLE {staff}")
    admin.sql(f"CREATE TABLE {staff} USING delta AS SELECT 1 AS id")
    refused(lambda: ann.rows(f"SELECT * FROM {staff}"))


def test_what_spark_refuses_it_still_refuses(admin):
    for statement in ("GRANT SELECT ON t TO u", "REVOKE SELECT ON t FROM u", "GRANT ROLE r TO u"):
        refused(lambda statement=statement: admin.sql(statement), "INVALID_STATEMENT_OR_CLAUSE|_LEGACY_ERROR_TEMP_0035|Operation not allowed")


@pytest.fixture
def governed(admin, ann, ben, staff):
    """Everybody sees the rows of Europe, and salaries as zero; administrators see all."""
    database = staff.split(".")[0]
    admin.sql(f"CREATE FUNCTION {database}.in_eu(region STRING) RETURNS BOOLEAN RETURN is_account_group_member('admins') OR region = 'eu'")
    admin.sql(f"CREATE FUNCTION {database}.hide(salary INT, name STRING) RETURNS INT RETURN CASE WHEN is_member('admins') OR startswith(current_user(), concat(name, '-')) THEN salary ELSE 0 END")
    admin.sql(f"GRANT SELECT ON TABLE {staff} TO `{ann.name}`")
    admin.sql(f"GRANT SELECT, MODIFY ON SCHEMA {database} TO `{ben.name}`")
    admin.sql(f"ALTER TABLE {staff} SET ROW FILTER {database}.in_eu ON (region)")
    admin.sql(f"ALTER TABLE {staff} ALTER COLUMN salary SET MASK {database}.hide USING COLUMNS (name)")
    return staff


@functions_of_sql
def test_a_governed_table_shows_what_its_policy_leaves_by_whatever_name(admin, ann, ben, governed):
    path = f"s3a://warehouse/{key_prefix(governed)[:-1]}"
    everything = [("ann", "eu", 5000), ("ben", "us", 7000), ("cid", "eu", 9000)]
    anns, bens = [("ann", "eu", 5000), ("cid", "eu", 0)], [("ann", "eu", 0), ("cid", "eu", 0)]
    for source in (governed, f"spark_catalog.{governed}", f"delta.`{path}`", f"delta.`{path}@v0`", f"{governed} VERSION AS OF 0"):
        query = f"SELECT name, region, salary FROM {source} ORDER BY name"
        assert [tuple(row) for row in admin.sql(query)] == everything
        assert ann.rows(query) == anns
        assert ben.rows(query) == bens
    assert [tuple(row) for row in ann.spark.read.format("delta").load(path).orderBy("name").collect()] == anns
    assert [tuple(row) for row in ben.spark.table(governed).orderBy("name").collect()] == bens
    assert ann.rows(f"SELECT count(*), min(salary), max(salary), sum(salary) FROM {governed}") == [(2, 0, 5000, 5000)]
    ann.rows(f"CREATE TABLE default.c_{governed.split('.')[0]} USING delta AS SELECT * FROM {governed}")
    assert ann.rows(f"SELECT name, region, salary FROM default.c_{governed.split('.')[0]} ORDER BY name") == anns


@functions_of_sql
def test_views_and_caches_show_each_reader_its_own(admin, ann, ben, governed):
    view = f"{governed.split('.')[0]}.all_staff"
    admin.sql(f"CREATE VIEW {view} AS SELECT * FROM {governed}")
    admin.sql(f"GRANT SELECT ON VIEW {view} TO `{ann.name}`")
    assert len(admin.sql(f"SELECT * FROM {view}")) == 3
    assert [row[2] for row in ann.rows(f"SELECT * FROM {view} ORDER BY name")] == [5000, 0]
    ann.rows(f"CACHE TABLE {governed}")
    assert ann.rows(f"SELECT count(*) FROM {governed}") == [(2,)]
    assert [row[2] for row in ben.rows(f"SELECT * FROM {governed} ORDER BY name")] == [0, 0]
    # Another policy counts at once, whatever was kept.
    admin.sql(f"ALTER TABLE {governed} DROP ROW FILTER")
    assert ann.rows(f"SELECT count(*) FROM {governed}") == [(3,)]
    admin.sql(f"ALTER TABLE {governed} ALTER COLUMN salary DROP MASK")
    assert ben.rows(f"SELECT sum(salary) FROM {governed}") == [(21000,)]


@functions_of_sql
def test_no_expression_of_a_query_sees_what_is_hidden(admin, ann, governed):
    # Each would raise, or answer otherwise, if it met ben's row or a salary as it is stored.
    ann.spark.conf.set("spark.sql.ansi.enabled", "true")
    assert ann.rows(f"SELECT name FROM {governed} WHERE 1 / (salary - 7000) < 2 ORDER BY name") == [("ann",), ("cid",)]
    assert ann.rows(f"SELECT name FROM {governed} WHERE 1 / (salary - 9000) < 2 ORDER BY name") == [("ann",), ("cid",)]
    assert ann.rows(f"SELECT name FROM {governed} WHERE name <> 'ben' OR raise_error(concat('seen: ', salary)) IS NULL ORDER BY name") == [("ann",), ("cid",)]
    assert ann.rows(f"SELECT name FROM {governed} WHERE salary = 9000") == []
    assert ann.rows(f"SELECT count(*) FROM {governed} WHERE region = 'us'") == [(0,)]
    assert ann.rows(f"SELECT s.name FROM VALUES (7000), (9000) AS v(n) JOIN {governed} s ON s.salary = v.n") == []
    greatest = ann.rows(f"SELECT v.r, (SELECT max(g.salary) FROM {governed} g WHERE g.region = v.r) FROM VALUES ('us'), ('eu') AS v(r) ORDER BY v.r")
    assert greatest == [("eu", 5000), ("us", None)]


@functions_of_sql
def test_what_is_changed_needs_the_files(admin, ben, governed):
    ben.rows(f"INSERT INTO {governed} VALUES ('dan', 'us', 1)")
    assert ben.rows(f"SELECT count(*) FROM {governed}") == [(2,)]
    for statement in (f"UPDATE {governed} SET salary = 1 WHERE salary = 9000", f"DELETE FROM {governed} WHERE 1 / (salary - 7000) > 0", f"DESCRIBE HISTORY {governed}",
                      f"MERGE INTO {governed} t USING (SELECT 7000 AS n) s ON t.salary = s.n WHEN MATCHED THEN UPDATE SET region = 'eu'",
                      f"CREATE TABLE default.c_{uuid.uuid4().hex[:8]} SHALLOW CLONE {governed}", f"ALTER TABLE {governed} DROP ROW FILTER", f"ALTER TABLE {governed} ALTER COLUMN salary DROP MASK",
                      f"SELECT * FROM parquet.`s3a://warehouse/{key_prefix(governed)}`", f"CREATE TABLE default.x_{uuid.uuid4().hex[:8]} USING delta LOCATION 's3a://warehouse/{key_prefix(governed)}'"):
        refused(lambda statement=statement: ben.rows(statement))
    # As a source it is read through its policy.
    target = f"default.m_{uuid.uuid4().hex[:8]}"
    ben.rows(f"CREATE TABLE {target} USING delta AS SELECT 'none' AS name, 1 AS salary")
    ben.rows(f"MERGE INTO {target} t USING {governed} s ON t.name = s.name WHEN NOT MATCHED THEN INSERT *")
    assert ben.rows(f"SELECT name, salary FROM {target} ORDER BY name") == [("ann", 0), ("cid", 0), ("none", 1)]
    admin.sql(f"UPDATE {governed} SET salary = salary + 1")
    assert admin.sql(f"SELECT sum(salary) FROM {governed}")[0][0] == 21005


@functions_of_sql
def test_its_files_are_closed_to_s3_unless_they_are_granted(admin, ann, governed):
    prefix = key_prefix(governed)
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::warehouse", "arn:aws:s3:::warehouse/*"]}]}
    admin.s3.put_bucket_policy(Bucket="warehouse", Policy=json.dumps(everything))
    try:
        keys = [each["Key"] for each in admin.s3.list_objects_v2(Bucket="warehouse", Prefix=prefix)["Contents"]]
        data = next(key for key in keys if key.endswith(".parquet"))
        error = denied(ann.s3.get_object, Bucket="warehouse", Key=data)
        assert error["Code"] == "AccessDenied" and governed in error["Message"] and "GRANT READ FILES" in error["Message"]
        for call, arguments in ((ann.s3.list_objects_v2, {"Prefix": prefix}), (ann.s3.list_objects_v2, {}), (ann.s3.put_object, {"Key": prefix + "x", "Body": b""}),
                                (ann.s3.delete_object, {"Key": data}), (ann.s3.copy_object, {"Key": "elsewhere", "CopySource": f"warehouse/{data}"})):
            assert denied(call, Bucket="warehouse", **arguments)["Code"] == "AccessDenied"
        form = ann.s3.generate_presigned_post("warehouse", prefix + "by-form")
        parts = [f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in (form["fields"] | {"file": "x"}).items()]
        status, text = http.send("POST", form["url"], ("".join(parts) + "--edge--\r\n").encode(), {"Content-Type": "multipart/form-data; boundary=edge"})
        assert status == 403 and b"GRANT WRITE FILES" in text
        with pytest.raises(botocore.exceptions.ClientError, match="403"):
            ann.s3.head_object(Bucket="warehouse", Key=data)
        folder = prefix.split("/")[0] + "/"
        assert [each["Prefix"] for each in ann.s3.list_objects_v2(Bucket="warehouse", Prefix=folder, Delimiter="/")["CommonPrefixes"]] == [prefix]
        admin.sql(f"GRANT READ FILES ON TABLE {governed} TO `{ann.name}`")
        assert ann.s3.get_object(Bucket="warehouse", Key=data)["Body"].read()
        assert denied(ann.s3.delete_object, Bucket="warehouse", Key=data)["Code"] == "AccessDenied"
    finally:
        admin.s3.delete_bucket_policy(Bucket="warehouse")


@functions_of_sql
def test_a_policy_is_looked_at_when_it_is_set(admin, ann, staff):
    database = staff.split(".")[0]
    refused(lambda: admin.sql(f"ALTER TABLE {staff} SET ROW FILTER {database}.not_there ON (region)"), "UNRESOLVED_ROUTINE")
    admin.sql(f"CREATE FUNCTION {database}.number(region STRING) RETURNS INT RETURN 1")
    refused(lambda: admin.sql(f"ALTER TABLE {staff} SET ROW FILTER {database}.number ON (region)"), "DATATYPE_MISMATCH")
    refused(lambda: admin.sql(f"ALTER TABLE {staff} ALTER COLUMN no_column SET MASK {database}.number"), "UNRESOLVED_COLUMN")
    ann.rows("CREATE OR REPLACE FUNCTION default.mine_of_ann(x STRING) RETURNS BOOLEAN RETURN true")
    refused(lambda: ann.rows(f"ALTER TABLE {staff} SET ROW FILTER default.mine_of_ann ON (region)"))
    assert len(admin.sql(f"SELECT * FROM {staff}")) == 3
