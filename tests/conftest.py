"""Fixtures of every test that drives dflab with stock clients. The same tests run once in each client environment.

LAB_TEST_PROGRAM  the dflab to start (else the built one of DFLAB_PRESET)
LAB_TEST_REMOTE   an address of Spark Connect to use in place of dflab's: how the recorder asks a real Spark
"""

from __future__ import annotations

import os
import pathlib
import sys
import uuid

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tools" / "golden")]

import lab as lab_module  # noqa: E402

try:
    import pyspark

    ENVIRONMENT = "spark35" if pyspark.__version__.startswith("3.5") else "spark42"
except ImportError:
    ENVIRONMENT = "none"
VERSION = "v35" if ENVIRONMENT == "spark35" else "v42"
# The recorder's way to ask APIs that Connect does not carry: a Spark with its JVM in this process.
REMOTE_IS_CLASSIC = os.environ.get("LAB_TEST_REMOTE") == "classic"


def known_gaps() -> dict[str, str]:
    """Test ids that are expected to fail, with the reason: `[spark35 |spark42 ]ID # reason` a line."""
    gaps = {}
    path = ROOT / "tests" / "known_gaps.txt"
    # tools/gaps.py asks every test.
    if os.environ.get("LAB_TEST_NO_GAPS"):
        return gaps
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        name, _, reason = line.rpartition(" # ")
        head, _, rest = name.partition(" ")
        if head in ("spark35", "spark42"):
            if head != ENVIRONMENT:
                continue
            name = rest
        gaps[name] = reason
    return gaps


def pytest_configure(config):
    config.addinivalue_line("markers", "only(environment): the test needs this client environment")


def pytest_collection_modifyitems(config, items):
    gaps = {} if os.environ.get("LAB_TEST_REMOTE") else known_gaps()  # a real Spark has no gaps of ours
    for item in items:
        only = item.get_closest_marker("only")
        if only and only.args[0] != ENVIRONMENT:
            item.add_marker(pytest.mark.skip(reason=f"needs the environment {only.args[0]}"))
        identity = item.nodeid if item.nodeid.startswith("tests/") else f"tests/{item.nodeid}"
        reason = gaps.get(identity) or gaps.get(identity.split("[")[0])
        if reason:
            # strict: a gap that passes fails the run, so the list stays true
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    """Ends the process once everything is reported: at exit, clients say goodbye to labs that are gone, some for ten minutes each."""
    status = getattr(config, "_lab_status", None)
    if status is not None:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def pytest_sessionfinish(session, exitstatus):
    session.config._lab_status = int(exitstatus)


@pytest.fixture(scope="session")
def lab():
    running = lab_module.Lab()
    try:
        yield running.start()
    finally:
        running.close()


@pytest.fixture
def own_lab():
    """A lab that the test may stop, kill and start again."""
    made = lab_module.Lab()
    yield made
    made.close()


@pytest.fixture(scope="session")
def remote(request):
    return os.environ.get("LAB_TEST_REMOTE") or request.getfixturevalue("lab").remote


_KEPT: list = []


def connect(address: str):
    from pyspark.sql import SparkSession

    session = SparkSession.builder.remote(address).create()
    # What a client asks of "the active session" must not go to a lab that an earlier test has ended: it would retry for minutes.
    type(session)._default_session = session
    type(session)._active_session.session = session
    # A 3.5 session that is collected closes the thread pool of all sessions, and the next one can then wait for itself.
    _KEPT.append(session)
    return session


def leave(session) -> None:
    """Ends a session. Not for 3.5: its stop() ends a thread pool of all sessions, and collecting that pool later can
    wait for itself while the client makes the next one."""
    if VERSION == "v42" and not REMOTE_IS_CLASSIC:
        session.stop()


@pytest.fixture(scope="session")
def classic():
    import spark as golden_spark

    with golden_spark.Oracle() as oracle:
        yield oracle.root


@pytest.fixture
def spark(request, remote):
    session = request.getfixturevalue("classic").newSession() if REMOTE_IS_CLASSIC else connect(remote)
    session.conf.set("spark.sql.session.timeZone", "UTC")
    yield session
    leave(session)


@pytest.fixture
def place(tmp_path):
    """A folder that the test and the server both see, as text."""
    return str(tmp_path)


@pytest.fixture
def s3(lab):
    import boto3
    from botocore.config import Config

    return boto3.client(
        "s3",
        endpoint_url=lab.endpoint,
        aws_access_key_id="admin",
        aws_secret_access_key="admin123",
        region_name="us-east-1",
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
    )


@pytest.fixture
def bucket(s3):
    name = f"test-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=name)
    return name
