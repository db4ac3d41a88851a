"""Log-in by an OpenID Connect provider: the flow, what it refuses, and who becomes which user."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import time
import urllib.parse
import uuid

import lab as lab_module
import pytest
import requests

from door import Api, HubLab, Person

PROVIDER = pathlib.Path(__file__).with_name("openid_provider.py")
SECRET = "kept by two: =&+ %"


class RunningProvider:
    def __init__(self):
        self.port = lab_module.free_port()
        self.issuer = f"http://127.0.0.1:{self.port}/realms/lab"
        self.process = subprocess.Popen([sys.executable, str(PROVIDER), str(self.port)])
        deadline = time.monotonic() + 60
        while True:
            try:
                self.reset()
                return
            except requests.ConnectionError:
                assert time.monotonic() < deadline
                time.sleep(0.05)

    def control(self, **wish):
        return requests.post(f"http://127.0.0.1:{self.port}/control", json=wish, timeout=10).json()

    def reset(self):
        self.control(fault="", secret=SECRET, algorithm="RS256", user_info={}, token_ways=["client_secret_basic", "client_secret_post", "none"])

    def log_in_as(self, name, sub=None, **claims):
        self.control(claims={"sub": sub or f"id-of-{name}", "preferred_username": name, **claims})

    def close(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def running_provider():
    running = RunningProvider()
    yield running
    running.close()


@pytest.fixture
def provider(running_provider):
    running_provider.reset()
    return running_provider


@pytest.fixture(scope="module")
def door(running_provider, tmp_path_factory):
    secret = tmp_path_factory.mktemp("secret") / "client"
    secret.write_text(SECRET + "\n")
    running = HubLab(**{"hub.auth": "oidc,password", "hub.oidc.issuer": running_provider.issuer, "hub.oidc.client_id": "lab", "hub.oidc.client_secret_file": secret,
                        "hub.oidc.name": "the <school>", "hub.oidc.allowed_groups": "students, /staff", "hub.oidc.allowed_users": "guest", "hub.oidc.admin_groups": "/staff",
                        "hub.oidc.groups": "students=learners,/staff=teachers", "hub.oidc.log_out": "true", "hub.link_users": "linda"})
    try:
        yield running.start()
    finally:
        running.close()


@pytest.fixture(scope="module")
def door_api(door):
    return Api(door, Person(door, "admin", "admin").make_token(note="tests"))


def new_name(word="ann"):
    return f"{word}-{uuid.uuid4().hex[:8]}"


def begin(person, next_page=""):
    """The browser's way to the provider; where that sends it back to."""
    answer = person.get("/hub/oauth_login" + (f"?next={next_page}" if next_page else ""), allow_redirects=False)
    assert answer.status_code == 302, answer.text
    return requests.get(answer.headers["location"], allow_redirects=False, timeout=10).headers["location"]


def come_in(door, person=None, next_page=""):
    person = person or Person(door)
    return person, person.http.get(begin(person, next_page), timeout=60, allow_redirects=False)


def is_in(person):
    return person.get("/hub/home", allow_redirects=False).status_code == 200


def test_the_page_shows_the_ways_in_their_order(door):
    text = requests.get(f"{door.url}/hub/login?next=%2Fhub%2Ftoken", timeout=10).text
    assert "Log in with the &lt;school&gt;" in text and "href='/hub/oauth_login?next=%2Fhub%2Ftoken'" in text
    assert text.index("oauth_login") < text.index("name=password")


def test_a_log_in_by_the_provider(door, provider, door_api):
    name = new_name()
    provider.log_in_as(name.upper(), groups=["students", "others"])
    person, answer = come_in(door, next_page="%2Fhub%2Ftoken")
    assert answer.status_code == 302 and answer.headers["location"] == "/hub/token"
    assert f"Hello, {name}" in person.get("/hub/home").text
    user = door_api("GET", f"/users/{name}").json()
    assert user["admin"] is False and user["groups"] == ["learners"]
    assert user["log_in"] == {"from": "oidc", "subject": f"{provider.issuer}#id-of-{name.upper()}", "password": False}
    asked = provider.control()["authorize"][-1]
    assert asked["scope"] == "openid profile email" and asked["redirect_uri"] == f"{door.url}/hub/oauth_callback"
    assert len(asked["state"]) >= 32 and len(asked["nonce"]) >= 32 and asked["state"] != asked["nonce"]
    # They have no password here, and choose none.
    assert "have no password here" in person.get("/hub/password").text
    assert person.post("/hub/password", {"new": "correct horse"}).status_code == 403


def test_a_log_in_leads_nowhere_else(door, provider):
    provider.log_in_as(new_name(), groups=["students"])
    assert come_in(door, next_page="https%3A%2F%2Fevil.example%2F")[1].headers["location"] == "/hub/home"


@pytest.mark.parametrize("ways", [["client_secret_basic"], ["client_secret_post"], []])
def test_the_secret_goes_as_the_provider_takes_it(ways):
    own = RunningProvider()
    try:
        own.control(token_ways=ways or ["client_secret_basic"])
        if not ways:
            own.control(discovery={"token_endpoint_auth_methods_supported": None})
        with_lab = HubLab(**{"hub.auth": "password,oidc", "hub.oidc.issuer": own.issuer, "hub.oidc.client_id": "lab", "hub.oidc.client_secret": SECRET, "hub.oidc.allowed_users": "*"})
        try:
            with_lab.start()
            own.log_in_as("ann")
            assert is_in(come_in(with_lab)[0])
            assert own.control()["token"] == [ways[0] if ways else "client_secret_basic"]
        finally:
            with_lab.close()
    finally:
        own.close()


@pytest.mark.parametrize("fault", ["nonce", "no nonce", "audience", "party", "audiences", "issuer", "expired", "early", "not before", "no iat", "none", "HS256", "foreign", "no ID token", "denied"])
def test_what_the_provider_must_not_say_is_refused(door, provider, fault):
    provider.log_in_as(new_name(), groups=["students"])
    provider.control(fault=fault)
    person, answer = come_in(door)
    assert answer.status_code in (403, 429), answer.text
    assert not is_in(person)
    provider.control(fault="")
    # The limit on guesses counted it; a log-in that succeeds forgives.
    deadline = time.monotonic() + 60
    while come_in(door, person)[1].status_code == 429:
        assert time.monotonic() < deadline
        time.sleep(0.5)
    assert is_in(person)


def test_a_client_that_the_provider_does_not_know(door, provider):
    provider.log_in_as(new_name(), groups=["students"])
    provider.control(secret="another")
    answer = come_in(door)[1]
    assert answer.status_code == 403 and "invalid_client" in answer.text and "hub.oidc.client_secret" in answer.text
    assert SECRET not in answer.text
    provider.reset()
    come_in(door)


def test_an_answer_counts_once_and_in_its_own_browser(door, provider):
    provider.log_in_as(new_name(), groups=["students"])
    person = Person(door)
    back = begin(person)
    # Somebody else's browser: how a victim would be logged in as the attacker.
    other = Person(door)
    begin(other)
    assert other.http.get(back, timeout=10).status_code == 403 and not is_in(other)
    assert requests.get(back, timeout=10).status_code == 403
    assert person.http.get(back, timeout=10, allow_redirects=False).status_code == 302
    assert is_in(person)
    again = person.http.get(back, timeout=10, allow_redirects=False)
    assert again.status_code == 403 and "not begun in this browser" in again.text
    parts = urllib.parse.urlsplit(begin(person))
    forged = urllib.parse.urlencode({"code": dict(urllib.parse.parse_qsl(parts.query))["code"], "state": "0" * 64})
    assert person.http.get(f"{door.url}/hub/oauth_callback?{forged}", timeout=10, allow_redirects=False).status_code == 403
    assert person.http.get(f"{door.url}/hub/oauth_callback", timeout=10, allow_redirects=False).status_code == 403


def test_a_code_of_another_log_in_is_of_no_use(door, provider):
    """Its verifier and nonce are not this one's."""
    provider.log_in_as(new_name(), groups=["students"])
    stolen = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(begin(Person(door))).query))["code"]
    person = Person(door)
    state = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(begin(person)).query))["state"]
    answer = person.http.get(f"{door.url}/hub/oauth_callback?code={stolen}&state={state}", timeout=10, allow_redirects=False)
    assert answer.status_code == 403 and not is_in(person)
    come_in(door)


def test_an_answer_of_another_provider_is_refused(door, provider):
    provider.log_in_as(new_name(), groups=["students"])
    person = Person(door)
    back = begin(person)
    assert person.http.get(f"{back}&iss=https%3A%2F%2Felsewhere.example", timeout=10, allow_redirects=False).status_code == 403
    back = begin(person)
    assert person.http.get(f"{back}&iss={urllib.parse.quote(provider.issuer, safe='')}", timeout=10, allow_redirects=False).status_code == 302


def test_keys_may_change_and_be_of_a_curve(door, provider):
    provider.log_in_as(new_name(), groups=["students"])
    assert is_in(come_in(door)[0])
    # Keys that were asked for a moment ago are not asked for again.
    time.sleep(5.5)
    provider.control(rotate=True)
    assert is_in(come_in(door)[0])
    provider.control(algorithm="ES256")
    assert is_in(come_in(door)[0])


def test_who_is_in_no_group_stays_out(door, provider, door_api):
    name = new_name()
    provider.log_in_as(name, groups=["strangers"])
    person, answer = come_in(door)
    assert answer.status_code == 403 and "hub.oidc.allowed_groups" in answer.text and not is_in(person)
    assert door_api("GET", f"/users/{name}").status_code == 404
    provider.log_in_as("guest")
    assert is_in(come_in(door)[0])


def test_groups_and_rights_follow_the_provider(door, provider, door_api):
    name = new_name("ben")
    provider.log_in_as(name, groups=["/staff"])
    person, _ = come_in(door)
    user = door_api("GET", f"/users/{name}").json()
    assert user["admin"] is True and user["groups"] == ["teachers"]
    assert person.get("/hub/admin").status_code == 200
    assert door_api("POST", "/groups/chess").status_code in (201, 409)
    door_api("POST", "/groups/chess/users", {"users": [name]})
    provider.log_in_as(name, groups=["students"])
    come_in(door)
    user = door_api("GET", f"/users/{name}").json()
    # What no rule speaks of stays.
    assert user["admin"] is False and sorted(user["groups"]) == ["chess", "learners"]
    provider.log_in_as(name, groups=[])
    assert come_in(door)[1].status_code == 403


def test_claims_may_come_with_the_user_info(door, provider, door_api):
    name = new_name("eve")
    provider.control(claims={"sub": f"id-of-{name}"}, user_info={"preferred_username": name, "groups": ["students"]})
    assert is_in(come_in(door)[0])
    assert door_api("GET", f"/users/{name}").json()["groups"] == ["learners"]
    # Somebody else's.
    provider.control(claims={"sub": f"id-of-{new_name()}"}, user_info={"sub": f"id-of-{name}", "preferred_username": name, "groups": ["students"]})
    assert come_in(door)[1].status_code == 403
    provider.control(claims={"sub": "nameless"}, user_info={"groups": ["students"]})
    answer = come_in(door)[1]
    assert answer.status_code in (403, 429)
    provider.reset()
    provider.log_in_as(name, groups=["students"])
    deadline = time.monotonic() + 60
    while come_in(door)[1].status_code == 429:
        assert time.monotonic() < deadline
        time.sleep(0.5)


def test_a_name_is_not_enough_to_be_somebody(door, provider, door_api):
    # The lab's own administrator, whoever calls themselves so at the provider.
    provider.log_in_as("admin", groups=["/staff"])
    person, answer = come_in(door)
    assert answer.status_code == 403 and "hub.link_users" in answer.text and not is_in(person)
    # A user with a password is not taken over either; one whom an administrator made for this is.
    name, made = new_name("mia"), new_name("max")
    assert door_api("POST", f"/users/{name}").status_code == 201
    assert door_api("PUT", f"/users/{name}/password", {"password": "correct horse"}).status_code == 204
    assert door_api("POST", f"/users/{made}").status_code == 201
    provider.log_in_as(name, groups=["students"])
    assert come_in(door)[1].status_code == 403
    provider.log_in_as(made, groups=["students"])
    assert is_in(come_in(door)[0])
    # Nor a name that somebody at the provider has given up: they are told apart by their subject.
    provider.log_in_as(made, sub="somebody else", groups=["students"])
    assert come_in(door)[1].status_code == 403
    # The same person under another name is who they were.
    provider.log_in_as(new_name("newly-called"), sub=f"id-of-{made}", groups=["students"])
    person, _ = come_in(door)
    assert f"Hello, {made}" in person.get("/hub/home").text
    assert door_api("POST", "/users/linda").status_code in (201, 409)
    assert door_api("PUT", "/users/linda/password", {"password": "correct horse"}).status_code == 204
    provider.log_in_as("linda", groups=["students"])
    assert is_in(come_in(door)[0])
    assert is_in(Person(door, "linda", "correct horse"))


@pytest.mark.parametrize("name", ["", "a b", "../x", "x" * 65, "ann\nadmin"])
def test_names_that_no_user_has_are_refused(door, provider, name):
    provider.log_in_as(name, sub=uuid.uuid4().hex, groups=["students"])
    assert come_in(door)[1].status_code in (400, 403, 429)


def test_a_log_out_tells_of_the_provider(door, provider):
    provider.log_in_as(new_name(), groups=["students"])
    deadline = time.monotonic() + 60
    while (came := come_in(door))[1].status_code == 429:
        assert time.monotonic() < deadline
        time.sleep(0.5)
    person = came[0]
    answer = person.post("/hub/logout")
    assert answer.status_code == 200 and f"{provider.issuer}/logout?client_id=lab&amp;post_logout_redirect_uri=" in answer.text
    assert not is_in(person)
    # Who came by a password has nothing to end there.
    person = Person(door, "admin", "admin")
    assert person.post("/hub/logout").status_code == 302


def test_log_ins_stand_in_the_audit_trail(door, provider, door_api):
    name = new_name()
    provider.log_in_as(name, groups=["students"])
    come_in(door)
    provider.log_in_as(name, groups=["strangers"])
    come_in(door)
    lines = [line for line in door_api("GET", f"/audit?user={name}").json() if line["action"] == "LogIn"]
    assert sorted((line["credential"], line["outcome"], line["cause"] or "") for line in lines) == [("oidc", "Allowed", ""), ("oidc", "Refused", "NOT_ALLOWED_IN")]


def test_an_administrator_sees_where_people_come_from(door, provider):
    name = new_name()
    provider.log_in_as(name, groups=["students"])
    come_in(door)
    shown = subprocess.run([lab_module.program(), "user", "show", name, "--data", str(door.folder / "data")], capture_output=True, text=True, timeout=60)
    assert shown.returncode == 0 and "oidc" in shown.stdout and f"id-of-{name}" in shown.stdout and "learners" in shown.stdout, shown.stdout + shown.stderr


@pytest.fixture
def doctor(tmp_path):
    def run(command=("doctor",), **settings):
        line = [str(lab_module.program()), *command, "--data", str(tmp_path / "data")]
        for key, value in settings.items():
            line += ["--set", f"hub.{key.replace('__', '.')}={value}"]
        return subprocess.run(line, capture_output=True, text=True, timeout=60)
    return run


def test_the_doctor_asks_the_provider(doctor, provider):
    named = {"auth": "oidc", "oidc__client_id": "lab"}
    assert f"the identity provider {provider.issuer} answers" in doctor(**named, oidc__issuer=provider.issuer).stdout
    wrong = doctor(**named, oidc__issuer=provider.issuer + "/")
    assert wrong.returncode == 1 and f"the provider calls itself {provider.issuer}. Set hub.oidc.issuer to exactly that name." in wrong.stdout
    nobody = doctor(**named, oidc__issuer=f"http://127.0.0.1:{lab_module.free_port()}")
    assert nobody.returncode == 1 and "cannot be reached" in nobody.stdout
    plain = doctor(**named, oidc__issuer="http://id.example.org")
    assert plain.returncode == 1 and "is not https" in plain.stdout
    metadata = doctor(**named, oidc__issuer="https://169.254.169.254")
    assert metadata.returncode == 1 and "link-local" in metadata.stdout


def test_secrets_are_not_shown(doctor):
    for command in (("config", "show"), ("config", "show", "--origin"), ("config", "show", "--json")):
        shown = doctor(command, oidc__client_secret="not-for-anybody")
        assert shown.returncode == 0 and "(set)" in shown.stdout and "not-for-anybody" not in shown.stdout


@pytest.mark.parametrize("settings", [{"auth": "oidc"}, {"auth": "magic"}, {"auth": ""}, {"auth": "oidc", "oidc__issuer": "https://id.example.org"},
                                      {"auth": "oidc", "oidc__issuer": "https://id.example.org", "oidc__client_id": "lab", "oidc__scopes": "profile"},
                                      {"auth": "oidc", "oidc__issuer": "https://id.example.org", "oidc__client_id": "lab", "oidc__groups": "a=not a name"}])
def test_half_a_configuration_does_not_start(tmp_path, settings):
    broken = HubLab(**{f"hub.{key.replace('__', '.')}": value for key, value in settings.items()})
    command = [str(lab_module.program()), "up", "--data", str(tmp_path / "data"), "--profile", "workshop"]
    for key, value in broken.settings.items():
        command += ["--set", f"{key}={value}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode not in (0, -11) and "hub." in done.stderr, done.stderr
    finally:
        broken.close()


def test_without_passwords_none_is_taken(provider):
    own = HubLab(**{"hub.auth": "oidc", "hub.oidc.issuer": provider.issuer, "hub.oidc.client_id": "lab", "hub.oidc.client_secret": SECRET, "hub.oidc.allowed_users": "*", "hub.oidc.groups": "*"})
    try:
        own.start()
        assert "name=password" not in requests.get(f"{own.url}/hub/login", timeout=10).text
        assert Person(own).log_in("admin", "admin").status_code == 403
        answer = requests.post(f"{own.url}/hub/api/users/admin/tokens", json={"auth": {"username": "admin", "password": "admin"}}, timeout=10)
        assert answer.status_code == 403
        # All groups by their own names: those that are no names here are passed over, and no other membership stays.
        provider.log_in_as("ann", groups=["choir", "a b", "/x"])
        person, _ = come_in(own)
        assert json.loads(person.get("/hub/api/user").text)["groups"] == ["choir"]
        provider.log_in_as("ann", groups=["rowing"])
        come_in(own)
        assert json.loads(person.get("/hub/api/user").text)["groups"] == ["rowing"]
    finally:
        own.close()


def test_without_a_list_only_users_come_in(provider):
    own = HubLab(**{"hub.auth": "oidc,password", "hub.oidc.issuer": provider.issuer, "hub.oidc.client_id": "lab", "hub.oidc.client_secret": SECRET})
    try:
        own.start()
        provider.log_in_as("ann", groups=["students"])
        assert come_in(own)[1].status_code == 403
        assert Api(own, Person(own, "admin", "admin").make_token())("POST", "/users/ann").status_code == 201
        assert is_in(come_in(own)[0])
    finally:
        own.close()
