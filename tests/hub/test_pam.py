"""Log-in by the machine's own accounts: a real account, made for these tests and removed behind them, through PAM."""

from __future__ import annotations

import os
import pathlib
import subprocess
import uuid

import lab as lab_module
import pytest

from door import Api, HubLab, Person

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may make accounts and ask for the passwords of others")
PASSWORD = "correct horse"


def run(*command, **more):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True, timeout=60, **more).stdout.strip()


@pytest.fixture(scope="module")
def account():
    name = f"lab{uuid.uuid4().hex[:8]}"
    service = pathlib.Path("/etc/pam.d") / f"dflab-{name}"
    digest = run("openssl", "passwd", "-6", "-stdin", input=PASSWORD + "\n")
    run("groupadd", f"{name}-group")
    try:
        run("useradd", "--no-create-home", "--shell", "/usr/sbin/nologin", "--groups", f"{name}-group", "--password", digest, name)
        service.write_text("auth required pam_unix.so\naccount required pam_unix.so\n")
        yield name
    finally:
        service.unlink(missing_ok=True)
        subprocess.run(["userdel", name], capture_output=True, timeout=60)
        subprocess.run(["groupdel", f"{name}-group"], capture_output=True, timeout=60)


@pytest.fixture(scope="module")
def door(account):
    running = HubLab(**{"hub.auth": "password,pam", "hub.pam.service": f"dflab-{account}", "hub.pam.allowed_groups": f"{account}-group", "hub.pam.groups": f"{account}-group=learners"})
    try:
        yield running.start()
    finally:
        running.close()


def status_of(door, name, password):
    return Person(door).log_in(name, password).status_code


@as_root
def test_an_account_of_the_machine_logs_in(door, account):
    person = Person(door, account, PASSWORD)
    assert f"Hello, {account}" in person.get("/hub/home").text
    user = Api(door, Person(door, "admin", "admin").make_token())("GET", f"/users/{account}").json()
    assert user["groups"] == ["learners"] and user["admin"] is False
    assert user["log_in"] == {"from": "pam", "subject": account, "password": False}


@as_root
def test_wrong_pairs_are_refused(door, account):
    for name, password in ((account, "wrong"), (account, ""), ("nobody-at-all", PASSWORD), ("nobody", ""), (f"{account} ", PASSWORD)):
        assert status_of(door, name, password) == 403, (name, password)
    assert status_of(door, account, PASSWORD) == 302


@as_root
def test_an_account_that_has_ended_stays_out(door, account):
    run("usermod", "--expiredate", "2001-01-01", account)
    try:
        answer = Person(door).log_in(account, PASSWORD)
        assert answer.status_code == 403 and "expired" in answer.text
    finally:
        run("usermod", "--expiredate", "", account)
    assert status_of(door, account, PASSWORD) == 302


def ask_doctor(tmp_path, *settings, by=()):
    command = [*by, str(lab_module.program()), "doctor", "--data", str(tmp_path), "--set", "hub.auth=pam"]
    for setting in settings:
        command += ["--set", setting]
    return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout


@as_root
def test_a_service_that_is_not_there_is_named(tmp_path):
    assert "there is no such file in /etc/pam.d" in ask_doctor(tmp_path, "hub.pam.service=no-such-service")


def test_only_root_may_ask(tmp_path):
    # Of root's rights this one keeps reading: the program and its libraries may lie where nobody else may read.
    reading = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    other = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *reading] if os.geteuid() == 0 else []
    assert "which only root may" in ask_doctor(tmp_path, by=other)
