"""The program as somebody meets it: commands, mistakes in options and settings, taken ports, two labs in one folder, stopping, full disks."""

import json
import os
import pathlib
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
import warnings

import pytest

import lab as lab_module

COMMANDS = [["up"], ["down"], ["status"], ["logs"], ["env"], ["doctor"], ["config"], ["config", "show"], ["version"]]


def dflab(*arguments, environment=None, timeout=30):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("DFLAB_")}
    return subprocess.run([str(lab_module.program()), *map(str, arguments)], env=clean | (environment or {}), capture_output=True, text=True, timeout=timeout)


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def own_ports():
    return [item for key in ("objects.port", "spark.port", "spark.ui_port") for item in ("--set", f"{key}={lab_module.free_port()}")]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_helps_with_an_example(command):
    answer = dflab(*command, "--help")
    assert answer.returncode == 0
    assert f"dflab {command[0]}" in answer.stdout.split("Example", 1)[1]


@pytest.mark.parametrize("arguments", [["up", "--nonsense"], ["nonsense"], [], ["up", "nowhere"], ["up", "topics"], ["--profile", "open", "up"], ["config"]], ids=" ".join)
def test_mistakes_end_with_a_word_about_them(arguments, data):
    answer = dflab(*arguments, "--data", data)
    assert answer.returncode != 0
    assert answer.stderr.strip() or "Run with --help" in answer.stdout


def test_unknown_settings_suggest_the_nearest(tmp_path):
    answers = [dflab("config", "show", "--set", "objects.prot=1"), dflab("config", "show", environment={"DFLAB_OBJECTS_PROT": "1"})]
    file = tmp_path / "lab.toml"
    file.write_text("[objects]\nprot = 1\n")
    answers.append(dflab("config", "show", "--config", file))
    for answer in answers:
        assert answer.returncode == 2
        assert "objects.prot" in answer.stderr and "objects.port" in answer.stderr


@pytest.mark.parametrize("assignment", ["objects.port=abc", "objects.port=70000", "spark.memory=lots", "history.keep=soon", "objects.listen=0.0.0.0", "spark.address=sc://elsewhere:15002",
                                        "objects.address=http://elsewhere", "objects.tls_certificate=/nowhere", "spark.threads=x", "spark.threads=-3", "spark.threads=99999999999",
                                        "spark.memory=1KB", "spark.memory=99999999999GiB", "profile=open", "history.keep=-1s"])
def test_values_that_cannot_be_are_refused(assignment, data):
    answer = dflab("up", "--data", data, "--set", assignment)
    assert answer.returncode != 0
    assert assignment.split("=")[0] in answer.stderr
    assert dflab("up", "--data", data, "--profile", "workshop", "--set", "spark.listen=0.0.0.0").returncode != 0


def test_the_origin_of_each_value_is_told(tmp_path):
    file = tmp_path / "lab.toml"
    file.write_text("[objects]\nport = 19001\n")
    answer = dflab("config", "show", "--origin", "--config", file, "--set", "spark.threads=1", environment={"DFLAB_SPARK_PORT": "19002"})
    lines = {line.split()[0]: line for line in answer.stdout.splitlines() if line.strip()}
    assert str(file) in lines["objects.port"]
    assert "DFLAB_SPARK_PORT" in lines["spark.port"]
    assert "flag" in lines["spark.threads"]
    assert "default" in lines["spark.memory"]


def test_without_a_lab_commands_say_so(data):
    for command in (["down"], ["env"], ["logs"]):
        answer = dflab(*command, "--data", data)
        assert answer.returncode != 0
        assert "dflab up" in answer.stderr
    assert dflab("status", "--data", data).returncode == 3
    assert dflab("doctor", "--data", data).stdout


def test_a_taken_port_is_named_with_its_owner_and_the_next_one(data, own_ports):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for key in ("objects.port", "spark.port", "spark.ui_port"):
            answer = dflab("up", "--data", data, *own_ports, "--set", f"{key}={port}")
            assert answer.returncode == 1
            assert f"{port}" in answer.stderr and f"process {os.getpid()}" in answer.stderr and f"--set {key}=" in answer.stderr, answer.stderr


def test_detached_from_up_to_down(data, own_ports):
    answer = dflab("up", "--detach", "--data", data, *own_ports)
    assert answer.returncode == 0, answer.stderr
    try:
        assert "keys are shown once" in answer.stdout
        status = json.loads(dflab("status", "--json", "--data", data).stdout)
        assert {role["role"] for role in status["roles"] if role["state"] == "up"} == {"objects", "spark", "hub", "apps"}
        environment = json.loads(dflab("env", "--json", "--data", data).stdout)
        assert environment["SPARK_REMOTE"].startswith("sc://localhost:") and environment["AWS_ACCESS_KEY_ID"]
        again = dflab("up", "--data", data, *own_ports)
        assert again.returncode == 1 and "already" in again.stderr
        assert stat.S_IMODE((data / "secrets.json").stat().st_mode) == 0o600
        assert dflab("logs", "app", "--tail", "5", "--data", data).stdout
        # By who wrote a line, not by its words.
        for line in dflab("logs", "objects", "--data", data).stdout.splitlines():
            assert line.split()[2].rstrip(":") in ("s3", "store", "access", "net", "pool")
    finally:
        assert dflab("down", "--data", data).returncode == 0
    assert dflab("status", "--data", data).returncode == 3
    second = dflab("up", "--detach", "--data", data, *own_ports)
    assert second.returncode == 0 and "keys are shown once" not in second.stdout
    assert dflab("down", "--data", data).returncode == 0


def test_a_second_lab_in_the_folder_of_a_starting_one_is_refused(own_lab):
    own_lab.start()
    # As if the first had not written yet where it runs.
    run_file = own_lab.folder / "data" / "run" / "lab.json"
    deadline = time.monotonic() + 30
    while not run_file.exists() and time.monotonic() < deadline:  # written once every port answers
        time.sleep(0.02)
    run_file.unlink()
    ports = [item for key in ("objects.port", "spark.port", "spark.ui_port") for item in ("--set", f"{key}={lab_module.free_port()}")]
    answer = dflab("up", "--data", own_lab.folder / "data", *ports)
    assert answer.returncode == 1
    assert answer.stderr.strip()
    assert own_lab.process.poll() is None


def test_it_stops_in_two_seconds_whatever_runs(own_lab):
    import boto3
    from botocore.config import Config
    from conftest import connect

    own_lab.start()
    client = boto3.client("s3", endpoint_url=own_lab.endpoint, aws_access_key_id="admin", aws_secret_access_key="admin123", region_name="us-east-1",
                          config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}))
    client.create_bucket(Bucket="kept")
    client.put_object(Bucket="kept", Key="before", Body=b"x")
    session = connect(own_lab.remote)

    def busy():
        try:
            session.sql("SELECT count(*) FROM range(100000000000) WHERE hash(id) = 1").collect()
        except Exception:  # noqa: BLE001 - it is cut off
            pass

    # An upload that has begun and sends no more.
    upload = socket.create_connection(("127.0.0.1", own_lab.objects_port))
    upload.sendall(b"PUT /kept/half HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nabc")
    thread = threading.Thread(target=busy, daemon=True)
    thread.start()
    time.sleep(1.5)
    started = time.monotonic()
    own_lab.process.send_signal(signal.SIGTERM)
    assert own_lab.process.wait(10) == 0
    assert time.monotonic() - started < 2.2
    upload.close()
    own_lab.start()
    assert [entry["Key"] for entry in client.list_objects_v2(Bucket="kept")["Contents"]] == ["before"]


def test_killed_while_it_starts_it_starts_again(own_lab):
    for delay in (0.01, 0.03, 0.06, 0.1, 0.2):
        command = [str(lab_module.program()), "up", "--data", str(own_lab.folder / "data"), "--profile", "workshop"]
        for key, value in own_lab.settings.items():
            command += ["--set", f"{key}={value}"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.kill()
        process.wait()
    own_lab.start()


@pytest.mark.parametrize("folder", ["/proc/dflab", "/dev/null/data"])
def test_a_folder_that_cannot_be_written_is_refused(folder, own_ports):
    answer = dflab("up", "--data", folder, *own_ports)
    assert answer.returncode == 1
    assert folder.rsplit("/", 1)[0] in answer.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_refuses_writes_and_recovers(tmp_path):
    import boto3
    from botocore.config import Config
    from botocore.exceptions import ClientError
    from conftest import connect

    folder = tmp_path / "small"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=330m", "tmpfs", str(folder)], capture_output=True).returncode:
        pytest.skip("no tmpfs can be mounted here")
    made = lab_module.Lab(folder)
    try:
        made.start()
        client = boto3.client("s3", endpoint_url=made.endpoint, aws_access_key_id="admin", aws_secret_access_key="admin123", region_name="us-east-1",
                              config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}))
        client.create_bucket(Bucket="kept")
        with pytest.raises(ClientError) as caught:
            # More than there is room for: the lab looks at the disk now and then, and quick writes may go past the reserve that it keeps.
            for i in range(100):
                client.put_object(Bucket="kept", Key=f"k{i}", Body=os.urandom(4 << 20))
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] in (503, 507)
        held = [entry["Key"] for entry in client.list_objects_v2(Bucket="kept")["Contents"]]
        assert client.get_object(Bucket="kept", Key=held[0])["ContentLength"] == 4 << 20
        session = connect(made.remote)
        with pytest.raises(Exception):
            session.range(3_000_000).selectExpr("uuid() AS u").write.parquet("s3a://kept/rows")
        assert session.range(3).count() == 3
        subprocess.run(["mount", "-o", "remount,size=800m", str(folder)], check=True)
        # The lab looks at the disk now and then.
        deadline = time.monotonic() + 30
        while True:
            try:
                client.put_object(Bucket="kept", Key="after", Body=b"x" * (4 << 20))
                break
            except ClientError:
                assert time.monotonic() < deadline
                time.sleep(0.5)
        session.range(10).write.parquet("s3a://kept/after-rows")
        assert session.read.parquet("s3a://kept/after-rows").count() == 10
        assert made.process.poll() is None
    finally:
        made.close()
        subprocess.run(["umount", "-l", str(folder)])


def make_certificate(folder, name):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                    "-addext", f"subjectAltName=DNS:{name}", "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")], check=True, capture_output=True)
    return folder


def tls_settings(folder, roles=("objects", "spark")):
    return {f"{role}.{key}": str(folder / file) for role in roles for key, file in (("tls_certificate", "cert.pem"), ("tls_key", "key.pem"))}


def s3_over_tls(made, verify):
    import boto3
    from botocore.config import Config

    return boto3.client("s3", endpoint_url=f"https://localhost:{made.objects_port}", aws_access_key_id="admin", aws_secret_access_key="admin123", region_name="us-east-1",
                        verify=str(verify), config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("tls"), "localhost")


@pytest.fixture(scope="module")
def tls_lab(certificate):
    made = lab_module.Lab(**tls_settings(certificate))
    try:
        yield made.start()
    finally:
        made.close()


# In a process of its own: gRPC reads the variable of its roots once.
PYSPARK_OVER_TLS = """
import sys
from pyspark.sql import SparkSession
spark = SparkSession.builder.remote(sys.argv[1]).create()
print("rows", spark.range(1000).toPandas().shape[0], flush=True)
import os; os._exit(0)
"""


def pyspark_over_tls(address, roots, timeout=60):
    environment = os.environ | {"GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": str(roots)}
    # A file, because pyspark-client 4.2 looks for an installed Spark when its caller is none.
    script = roots.parent / "over_tls.py"
    script.write_text(PYSPARK_OVER_TLS)
    return subprocess.run([sys.executable, script, address], env=environment, capture_output=True, text=True, timeout=timeout)


def spark_version(made, channel, timeout=10):
    from pyspark.sql.connect import proto

    with channel:
        call = channel.unary_unary("/spark.connect.SparkConnectService/AnalyzePlan", request_serializer=proto.AnalyzePlanRequest.SerializeToString,
                                   response_deserializer=proto.AnalyzePlanResponse.FromString)
        request = proto.AnalyzePlanRequest(session_id="00112233-4455-6677-8899-aabbccddeeff", client_type="x spark/4.2.0", spark_version=proto.AnalyzePlanRequest.SparkVersion())
        return call(request, timeout=timeout).spark_version.version


def test_s3_speaks_tls(tls_lab, certificate):
    client = s3_over_tls(tls_lab, certificate / "cert.pem")
    client.create_bucket(Bucket="watched")
    body = os.urandom(9 << 20)
    client.put_object(Bucket="watched", Key="k", Body=body)
    assert client.get_object(Bucket="watched", Key="k")["Body"].read() == body


def test_a_policy_may_ask_for_tls(tls_lab, certificate, own_lab):
    import boto3

    own_lab.start()
    plain = boto3.client("s3", endpoint_url=own_lab.endpoint, region_name="us-east-1", aws_access_key_id="admin", aws_secret_access_key="admin123")
    for number, (client, is_secure) in enumerate(((s3_over_tls(tls_lab, certificate / "cert.pem"), True), (plain, False))):
        bucket = f"asks-for-tls-{number}"
        client.create_bucket(Bucket=bucket)
        client.put_object(Bucket=bucket, Key="k", Body=b"x")
        client.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}))
        if is_secure:
            assert client.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"
        else:
            with pytest.raises(client.exceptions.ClientError) as caught:
                client.get_object(Bucket=bucket, Key="k")
            assert caught.value.response["Error"]["Code"] == "AccessDenied"


def test_pyspark_speaks_tls(tls_lab, certificate):
    done = pyspark_over_tls(f"sc://localhost:{tls_lab.spark_port}/;use_ssl=true", certificate / "cert.pem")
    assert "rows 1000" in done.stdout, done.stderr[-2000:]


def test_who_does_not_know_the_certificate_is_not_served(tls_lab, tmp_path):
    import grpc
    from botocore.exceptions import SSLError

    other = make_certificate(tmp_path, "localhost")
    with pytest.raises(SSLError):
        s3_over_tls(tls_lab, other / "cert.pem").list_buckets()
    credentials = grpc.ssl_channel_credentials((other / "cert.pem").read_bytes())
    with pytest.raises(grpc.RpcError) as caught:
        spark_version(tls_lab, grpc.secure_channel(f"localhost:{tls_lab.spark_port}", credentials))
    assert caught.value.code() == grpc.StatusCode.UNAVAILABLE


def test_a_certificate_of_another_name_is_refused(tmp_path):
    import grpc
    from botocore.exceptions import SSLError

    other = make_certificate(tmp_path, "elsewhere.test")
    made = lab_module.Lab(**tls_settings(other))
    try:
        made.start()
        with pytest.raises(SSLError, match="match|mismatch"):
            s3_over_tls(made, other / "cert.pem").list_buckets()
        credentials = grpc.ssl_channel_credentials((other / "cert.pem").read_bytes())
        with pytest.raises(grpc.RpcError) as caught:
            spark_version(made, grpc.secure_channel(f"localhost:{made.spark_port}", credentials))
        assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
        named = grpc.secure_channel(f"localhost:{made.spark_port}", credentials, options=[("grpc.ssl_target_name_override", "elsewhere.test")])
        assert spark_version(made, named) == "4.2.0"
    finally:
        made.close()


def test_plain_text_to_a_tls_port_is_cut(tls_lab):
    import grpc

    with pytest.raises(grpc.RpcError) as caught:
        spark_version(tls_lab, grpc.insecure_channel(f"localhost:{tls_lab.spark_port}"))
    assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
    for port in (tls_lab.objects_port, tls_lab.spark_port):
        with socket.create_connection(("127.0.0.1", port), 5) as plain:
            plain.settimeout(5)
            plain.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            try:
                answer = plain.recv(1000)
            except ConnectionError:
                answer = b""
        assert not answer.startswith(b"HTTP/1.1 200") and b"ListAllMyBuckets" not in answer


@pytest.mark.parametrize("role", ["objects", "spark"])
def test_old_versions_of_tls_are_refused(tls_lab, certificate, role):
    import ssl

    def handshake(newest):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(certificate / "cert.pem")
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.set_alpn_protocols(["h2", "http/1.1"])
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, newest
        port = {"objects": tls_lab.objects_port, "spark": tls_lab.spark_port}[role]
        with socket.create_connection(("localhost", port), 5) as plain, context.wrap_socket(plain, server_hostname="localhost") as wrapped:
            return wrapped.version()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        for old in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            with pytest.raises((ssl.SSLError, ConnectionError)):
                handshake(old)
        assert handshake(ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
        assert handshake(ssl.TLSVersion.TLSv1_3) == "TLSv1.3"


@pytest.mark.parametrize("role", ["objects", "spark"])
def test_a_key_that_does_not_fit_its_certificate_is_named(certificate, tmp_path, data, own_ports, role):
    other = make_certificate(tmp_path, "localhost")
    (tmp_path / "junk.pem").write_text("junk")
    for certificate_file, key_file in ((certificate / "cert.pem", other / "key.pem"), (tmp_path / "junk.pem", other / "key.pem"), (certificate / "cert.pem", tmp_path / "junk.pem")):
        answer = dflab("up", "--data", data, *own_ports, "--set", f"{role}.tls_certificate={certificate_file}", "--set", f"{role}.tls_key={key_file}")
        assert answer.returncode == 2
        assert "The certificate or key" in answer.stderr, answer.stderr


def test_beyond_loopback_there_is_tls_and_a_token(certificate, data, own_ports):
    tls = [item for key, value in (tls_settings(certificate) | {"spark.listen": "0.0.0.0", "objects.listen": "0.0.0.0"}).items() for item in ("--set", f"{key}={value}")]
    assert dflab("up", "--data", data, "--profile", "workshop", *own_ports, *tls).returncode != 0
    try:
        started = dflab("up", "--detach", "--data", data, *own_ports, *tls)
        assert started.returncode == 0, started.stderr
        environment = json.loads(dflab("env", "--json", "--data", data).stdout)
        assert environment["GRPC_DEFAULT_SSL_ROOTS_FILE_PATH"] == str(certificate / "cert.pem")
        assert environment["AWS_ENDPOINT_URL"].startswith("https://")
        done = pyspark_over_tls(environment["SPARK_REMOTE"], certificate / "cert.pem")
        assert "rows 1000" in done.stdout, done.stderr[-2000:]
        without = environment["SPARK_REMOTE"].split(";authorization=")[0].split(";token=")[0]
        assert "use_ssl" in without
        refused = pyspark_over_tls(without, certificate / "cert.pem")
        assert "rows" not in refused.stdout and "UNAUTHENTICATED" in refused.stderr
    finally:
        dflab("down", "--data", data)


def test_a_bucket_of_another_store_over_tls(certificate, spark):
    """The lab as a client: an untrusted certificate is refused."""
    made = lab_module.Lab(**{"objects.tls_certificate": str(certificate / "cert.pem"), "objects.tls_key": str(certificate / "key.pem")})
    try:
        made.start()
        for key, value in {"endpoint": f"https://localhost:{made.objects_port}", "access.key": "admin", "secret.key": "admin123", "path.style.access": "true"}.items():
            spark.conf.set(f"spark.hadoop.fs.s3a.{key}", value)
        with pytest.raises(Exception, match="not trusted|PEER_NOT_TRUSTED"):
            spark.read.parquet("s3a://b/x").count()
    finally:
        made.close()


def test_labs_side_by_side_name_their_ports_of_s3_and_spark_only(tmp_path):
    folders = [tmp_path / "one", tmp_path / "two"]
    try:
        for folder in folders:
            ports = [item for key in ("objects.port", "spark.port", "spark.ui_port") for item in ("--set", f"{key}={lab_module.free_port()}")]
            answer = dflab("up", "--detach", "--data", folder, *ports)
            assert answer.returncode == 0, answer.stderr
        urls = [json.loads(dflab("env", "--json", "--data", folder).stdout)["JUPYTERHUB_API_URL"] for folder in folders]
        assert len(set(urls)) == 2
    finally:
        for folder in folders:
            dflab("down", "--data", folder)


def test_the_data_folder_is_closed_to_others(own_lab):
    own_lab.start()
    data = pathlib.Path(own_lab.folder / "data")
    assert stat.S_IMODE(data.stat().st_mode) & 0o077 == 0
    assert stat.S_IMODE((data / "secrets.json").stat().st_mode) == 0o600
