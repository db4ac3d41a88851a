"""Log-in by a directory: a real slapd, by StartTLS and by ldaps, by a search and by a template."""

from __future__ import annotations

import pathlib
import subprocess
import tempfile

import lab as lab_module
import pytest
import requests

from directory import SLAPD, SUFFIX, Directory
from door import Api, HubLab, Person

pytestmark = pytest.mark.skipif(not pathlib.Path(SLAPD).exists(), reason="slapd of deps/apt.txt is not there")


@pytest.fixture(scope="module")
def directory():
    # A short path of its own: slapd runs as whoever runs the tests.
    with tempfile.TemporaryDirectory(prefix="slapd-") as folder:
        running = Directory(pathlib.Path(folder))
        yield running
        running.stop()


def start(directory, **settings):
    running = HubLab(**{"hub.auth": "password,ldap", "hub.ldap.allowed_groups": "students,staff", "hub.ldap.admin_groups": "staff",
                        "hub.ldap.groups": "students=learners"} | directory.settings | settings)
    try:
        return running.start()
    except BaseException:
        running.close()
        raise


@pytest.fixture(scope="module")
def door(directory):
    running = start(directory)
    yield running
    running.close()


@pytest.fixture(scope="module")
def door_api(door):
    return Api(door, Person(door, "admin", "admin").make_token(note="tests"))


def status_of(door, name, password):
    return Person(door).log_in(name, password).status_code


def test_a_person_of_the_directory_logs_in(door, door_api):
    person = Person(door, "ann", "correct horse")
    assert "Hello, ann" in person.get("/hub/home").text
    user = door_api("GET", "/users/ann").json()
    assert user["groups"] == ["learners"] and user["admin"] is False
    assert user["log_in"] == {"from": "ldap", "subject": "ann", "password": False}
    # However it is written, it is the directory's one ann.
    assert "Hello, ann" in Person(door, "ANN", "correct horse").get("/hub/home").text
    assert "have no password here" in person.get("/hub/password").text
    Person(door, "ben", "other horse")
    assert door_api("GET", "/users/ben").json()["admin"] is True


def test_a_program_logs_in_for_its_first_token(door):
    Person(door, "ann", "correct horse")
    answer = requests.post(f"{door.url}/hub/api/users/ann/tokens", json={"auth": {"username": "ann", "password": "correct horse"}}, timeout=30)
    assert answer.status_code == 201
    assert Api(door, answer.json()["token"])("GET", "/user").json()["name"] == "ann"


@pytest.mark.parametrize("name, password", [("ann", "wrong"), ("ann", ""), ("nobody", "correct horse"), ("*", "correct horse"), ("a*", "correct horse"), ("ann)(uid=*", "correct horse"),
                                            ("ann\\", "correct horse"), ("ann ", "correct horse"), ("", "correct horse"), ("ann,ou=people", "correct horse"), ("twin", "twin horse")])
def test_wrong_pairs_are_refused(door, name, password):
    assert status_of(door, name, password) == 403
    if name == "ann":
        assert status_of(door, "ann", "correct horse") == 302


def test_a_name_is_not_enough_to_be_the_labs_administrator(door):
    answer = Person(door).log_in("admin", "directory horse")
    assert answer.status_code == 403 and "hub.link_users" in answer.text
    # The lab's own password is asked first, and still right.
    assert status_of(door, "admin", "admin") == 302


def test_guesses_are_slowed_down_however_the_name_is_written(directory):
    own = start(directory)
    try:
        spellings = ["ben", "Ben", "bEn", "beN", "BEN", "bEN", "BeN"]
        assert 429 in [status_of(own, name, f"guess {i}") for i, name in enumerate(spellings)]
    finally:
        own.close()


def test_log_ins_stand_in_the_audit_trail(door, door_api):
    Person(door, "ann", "correct horse")
    status_of(door, "ann", "wrong again")
    assert status_of(door, "ann", "correct horse") == 302
    lines = [line for line in door_api("GET", "/audit?user=ann").json() if line["action"] == "LogIn"]
    kinds = {(line["credential"], line["outcome"], line["cause"] or "") for line in lines}
    assert {("ldap", "Allowed", ""), ("password", "Refused", "WRONG_PASSWORD")} <= kinds


@pytest.mark.parametrize("change", ["ldaps", "template", "filter"])
def test_other_ways_to_ask(directory, change):
    settings = {"ldaps": {"hub.ldap.url": directory.secure_url, "hub.auth": "ldap"},
                "template": {"hub.ldap.user_dn": f"uid={{user}},ou=people,{SUFFIX}", "hub.ldap.base": ""},
                "filter": {"hub.ldap.user_filter": "(&(objectClass=inetOrgPerson)(cn={user}))", "hub.ldap.user_attribute": "cn"}}[change]
    own = start(directory, **settings)
    try:
        assert status_of(own, "ann", "correct horse") == 302
        assert status_of(own, "ann", "wrong") == 403
        assert status_of(own, "nobody", "correct horse") == 403
        assert status_of(own, "admin", "admin") == (403 if change == "ldaps" else 302)
    finally:
        own.close()


def test_without_a_list_only_users_come_in(directory):
    own = start(directory, **{"hub.ldap.allowed_groups": "", "hub.ldap.admin_groups": ""})
    try:
        answer = Person(own).log_in("ann", "correct horse")
        assert answer.status_code == 403 and "hub.ldap.allowed_users" in answer.text
        assert Api(own, Person(own, "admin", "admin").make_token())("POST", "/users/ann").status_code == 201
        assert status_of(own, "ann", "correct horse") == 302
    finally:
        own.close()


def test_a_directory_that_is_not_trusted_or_not_there_is_no_reason_to_stop(directory):
    """What is wrong is said; the lab's own passwords go on; what nobody looked at was no guess."""
    untrusted = start(directory, **{"hub.ldap.certificates": ""})
    try:
        answer = Person(untrusted).log_in("ann", "correct horse")
        assert answer.status_code == 503 and "no TLS with" in answer.text and "correct horse" not in answer.text
        assert status_of(untrusted, "admin", "admin") == 302
    finally:
        untrusted.close()
    gone = start(directory, **{"hub.auth": "ldap", "hub.ldap.url": f"ldap://127.0.0.1:{lab_module.free_port()}"})
    try:
        for _ in range(7):
            assert status_of(gone, "ann", "correct horse") == 503
    finally:
        gone.close()


def doctor(directory, tmp_path, **settings):
    line = [str(lab_module.program()), "doctor", "--data", str(tmp_path / "data"), "--set", "hub.auth=ldap"]
    for key, value in (directory.settings | settings).items():
        line += ["--set", f"{key}={value}"]
    return subprocess.run(line, capture_output=True, text=True, timeout=60).stdout


def test_the_doctor_asks_the_directory(directory, tmp_path):
    assert f"the directory {directory.url} answers" in doctor(directory, tmp_path)
    wrong = doctor(directory, tmp_path, **{"hub.ldap.bind_password": "not-for-anybody"})
    assert "does not let cn=searcher" in wrong and "hub.ldap.bind_password" in wrong and "not-for-anybody" not in wrong
    assert "fails: No such object" in doctor(directory, tmp_path, **{"hub.ldap.base": "ou=elsewhere,dc=example,dc=org"})
    assert "everybody on the way reads the passwords" in doctor(directory, tmp_path, **{"hub.ldap.url": "ldap://ldap.example.org", "hub.ldap.tls": "none"})
    assert "{user} must be in it" in doctor(directory, tmp_path, **{"hub.ldap.user_filter": "(uid=ann)"})
