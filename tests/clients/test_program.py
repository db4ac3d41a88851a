"""The program as somebody meets it: commands, mistakes in options and settings, taken ports, two labs in one folder, stopping, full disks."""

import json
import os
import pathlib
import signal
import socket
import stat
import subprocess
import threading
import time

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
                                        "objects.address=http://elsewhere", "objects.tls_certificate=/nowhere", "spark.threads=x"])
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
        assert "objects" in str(status["roles"]) and "spark" in str(status["roles"])
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
    while not run_file.exists():
        time.sleep(0.02)
    run_file.unlink()
    ports = [item for key in ("objects.port", "spark.port", "spark.ui_port") for item in ("--set", f"{key}={lab_module.free_port()}")]
    answer = dflab("up", "--data", own_lab.folder / "data", *ports)
    assert answer.returncode == 1
    assert answer.stderr.strip()
    assert own_lab.process.poll() is None


@pytest.mark.parametrize("folder", ["/proc/dflab", "/dev/null/data"])
def test_a_folder_that_cannot_be_written_is_refused(folder, own_ports):
    answer = dflab("up", "--data", folder, *own_ports)
    assert answer.returncode == 1
    assert folder.rsplit("/", 1)[0] in answer.stderr


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")], check=True, capture_output=True)
    return folder


def test_roles_speak_tls(certificate, tmp_path):
    import boto3
    import grpc
    from botocore.config import Config
    from pyspark.sql.connect import proto

    tls = {f"{role}.{key}": str(certificate / file) for role in ("objects", "spark") for key, file in (("tls_certificate", "cert.pem"), ("tls_key", "key.pem"))}
    made = lab_module.Lab(**tls | {"objects.domain": "lab.test"})
    try:
        made.start()
        client = boto3.client("s3", endpoint_url=f"https://localhost:{made.objects_port}", aws_access_key_id="admin", aws_secret_access_key="admin123", region_name="us-east-1",
                              verify=str(certificate / "cert.pem"), config=Config(s3={"addressing_style": "path"}))
        client.create_bucket(Bucket="watched")
        client.put_object(Bucket="watched", Key="k", Body=b"over tls")
        assert client.get_object(Bucket="watched", Key="k")["Body"].read() == b"over tls"
        credentials = grpc.ssl_channel_credentials((certificate / "cert.pem").read_bytes())
        with grpc.secure_channel(f"localhost:{made.spark_port}", credentials) as channel:
            call = channel.unary_unary("/spark.connect.SparkConnectService/AnalyzePlan", request_serializer=proto.AnalyzePlanRequest.SerializeToString,
                                       response_deserializer=proto.AnalyzePlanResponse.FromString)
            request = proto.AnalyzePlanRequest(session_id="00112233-4455-6677-8899-aabbccddeeff", client_type="x spark/4.2.0", spark_version=proto.AnalyzePlanRequest.SparkVersion())
            assert call(request, timeout=20).spark_version.version
    finally:
        made.close()


def test_the_data_folder_is_closed_to_others(own_lab):
    own_lab.start()
    data = pathlib.Path(own_lab.folder / "data")
    assert stat.S_IMODE(data.stat().st_mode) & 0o077 == 0
    assert stat.S_IMODE((data / "secrets.json").stat().st_mode) == 0o600
