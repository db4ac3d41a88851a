"""Fixtures of the tests of the hub. They run in the environment `hub`, out of which the lab starts notebook servers too."""

from __future__ import annotations

import pathlib
import sys
import uuid

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from door import Api, HubLab, Person  # noqa: E402


@pytest.fixture(scope="session")
def hub():
    running = HubLab()
    try:
        yield running.start()
    finally:
        running.close()


@pytest.fixture(scope="session")
def admin(hub) -> Person:
    return Person(hub, "admin", "admin")


@pytest.fixture(scope="session")
def api(hub, admin) -> Api:
    return Api(hub, admin.make_token(note="tests"))


@pytest.fixture
def ann(hub, api):
    """Somebody new, logged in, with a program of her own."""
    name = f"ann-{uuid.uuid4().hex[:8]}"
    assert api("POST", f"/users/{name}").status_code == 201
    assert api("PUT", f"/users/{name}/password", {"password": "correct horse"}).status_code == 204
    person = Person(hub, name, "correct horse")
    person.name, person.api = name, Api(hub, person.make_token())
    return person
