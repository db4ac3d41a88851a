"""Log-in, sessions, tokens, the REST API, and who tries what is not theirs."""

from __future__ import annotations

import time

import pytest
import requests

from door import Api, HubLab, Person


def test_everything_begins_at_the_log_in(hub):
    answer = requests.get(hub.url, timeout=10)
    assert answer.status_code == 200
    assert answer.url == f"{hub.url}/hub/login?next=%2Fhub%2Fhome"
    assert "name=username" in answer.text
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_a_session_begins_and_ends(hub):
    person = Person(hub)
    assert person.log_in("admin", "wrong").status_code == 403
    assert person.get("/hub/home").url.startswith(f"{hub.url}/hub/login")
    answer = person.log_in("admin", "admin")
    assert answer.status_code == 302 and answer.headers["location"] == "/hub/home"
    cookie = next(value for value in answer.raw.headers.getlist("set-cookie") if value.startswith("dflab-hub="))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/hub/" in cookie
    assert "Hello, admin" in person.get("/hub/home").text
    kept = {cookie.name: cookie.value for cookie in person.http.cookies}
    assert person.post("/hub/logout").status_code == 302
    # The old cookie is worth nothing any more, whoever kept it.
    again = requests.get(f"{hub.url}/hub/home", cookies=kept, allow_redirects=False, timeout=10)
    assert again.status_code == 302


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "/hub/../\t//evil.example", "javascript:alert(1)", "/hub//evil.example", "http:evil.example"])
def test_a_log_in_leads_nowhere_else(hub, elsewhere):
    person = Person(hub)
    assert person.log_in("admin", "admin", requests.utils.quote(elsewhere, safe="")).headers["location"] == "/hub/home"


def test_a_log_in_leads_to_where_one_wanted_to_go(hub):
    assert Person(hub).log_in("admin", "admin", "%2Fhub%2Ftoken").headers["location"] == "/hub/token"


def test_forged_requests_are_refused(hub):
    person = Person(hub, "admin", "admin")
    make = {"note": "forged", "life": "1d"}
    assert requests.get(f"{hub.url}/hub/login", headers={"Host": "evil.example"}, timeout=10).status_code == 403
    assert requests.get(f"{hub.url}/user/admin/lab", headers={"Host": "evil.example"}, timeout=10).status_code == 403
    assert person.http.post(person.url("/hub/token"), data=make, timeout=10).status_code == 403
    assert person.http.post(person.url("/hub/token"), data=make | {"_xsrf": "0" * 32}, timeout=10).status_code == 403
    assert person.post("/hub/token", make, headers={"Origin": "https://evil.example"}).status_code == 403
    assert person.post("/hub/token", make, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert person.http.delete(person.url("/hub/api/users/admin/server"), timeout=10).status_code == 403
    assert person.post("/hub/token", make, headers={"Origin": hub.url}).status_code == 200
    assert requests.post(f"{hub.url}/hub/login", data={"username": "admin", "password": "admin"}, timeout=10).status_code == 403


def test_guesses_are_slowed_down(hub, ann):
    person = Person(hub)
    answers = [person.log_in(ann.name, f"guess {i}") for i in range(5)]
    assert [answer.status_code for answer in answers] == [403] * 5
    # The wait doubles with each failure; on a slow machine the first ones may have passed already.
    for i in range(20):
        answer = person.log_in(ann.name, f"guess again {i}")
        if int(answer.headers.get("retry-after", 0)) >= 4:
            break
        time.sleep(int(answer.headers.get("retry-after", 0)))
    answer = person.log_in(ann.name, "correct horse")
    assert answer.status_code == 429 and "Too many attempts" in answer.text


def test_a_new_password_ends_other_sessions(hub, ann):
    other = Person(hub, ann.name, "correct horse")
    assert ann.post("/hub/password", {"old": "wrong", "new": "another horse"}).status_code == 403
    assert ann.post("/hub/password", {"old": "correct horse", "new": "another horse"}).status_code == 302
    assert ann.get("/hub/home").url == f"{hub.url}/hub/home"
    assert other.get("/hub/home").url.startswith(f"{hub.url}/hub/login")
    assert Person(hub).log_in(ann.name, "correct horse").status_code == 403
    Person(hub, ann.name, "another horse")


def test_the_api_says_what_it_is(hub, api):
    answer = requests.get(f"{hub.url}/hub/api/", timeout=10)
    assert answer.json() == {"version": "4.1.6"} and answer.headers["x-jupyterhub-version"] == "4.1.6"
    assert api("GET", "/info").json()["version"] == "4.1.6"


def test_an_administrator_manages_people(hub, api):
    assert api("POST", "/users/ben").status_code == 201
    assert api("POST", "/users/ben").status_code == 409
    ben = api("GET", "/users/ben").json()
    assert {key: ben[key] for key in ("kind", "name", "admin", "roles", "groups", "server", "pending", "servers")} == {
        "kind": "user", "name": "ben", "admin": False, "roles": ["user"], "groups": [], "server": None, "pending": None, "servers": {}}
    assert api("PATCH", "/users/ben", {"admin": True}).json()["admin"] is True
    assert "ben" in {user["name"] for user in api("GET", "/users").json()}
    assert [user["name"] for user in api("GET", "/users?limit=1&offset=1").json()] == [sorted(user["name"] for user in api("GET", "/users").json())[1]]
    assert api("POST", "/users", {"usernames": ["ben", "eve"]}).json()[0]["name"] == "eve"
    assert api("POST", "/groups/teachers").status_code == 201
    assert api("POST", "/groups/teachers/users", {"users": ["ben"]}).json()["users"] == ["ben"]
    assert api("GET", "/users/ben").json()["groups"] == ["teachers"]
    assert api("DELETE", "/groups/teachers/users", {"users": ["ben"]}).json()["users"] == []
    assert api("DELETE", "/groups/teachers").status_code == 204
    assert {group["name"] for group in api("GET", "/groups").json()} >= {"data-scientists", "ml-engineers", "analytics-engineers"}
    for name in ("ben", "eve"):
        assert api("DELETE", f"/users/{name}").status_code == 204
    assert api("GET", "/users/ben").status_code == 404
    assert api("DELETE", "/users/admin").status_code == 400


@pytest.mark.parametrize("body", ["[1]", "{", "nonsense", '"text"'])
def test_bad_bodies_are_refused(hub, api, body):
    answer = requests.post(f"{hub.url}/hub/api/users", headers=api.headers, data=body, timeout=10)
    assert answer.status_code == 400 and answer.json()["status"] == 400


def test_oversize_requests_are_refused(hub, api):
    assert requests.post(f"{hub.url}/hub/api/users", headers=api.headers, data=b"x" * (2 << 20), timeout=10).status_code == 413
    assert requests.get(f"{hub.url}/hub/api/user", headers=api.headers | {"X-Long": "x" * 100_000}, timeout=10).status_code in (400, 413, 431)


def test_wrong_tokens_open_nothing(hub, api):
    for token in ("", "wrong", "dfl_" + "a" * 40):
        assert Api(hub, token)("GET", "/user").status_code == 403
    # A wrong token is not made good by a cookie.
    person = Person(hub, "admin", "admin")
    assert person.http.get(person.url("/hub/api/user"), headers={"Authorization": "token wrong"}, timeout=10).status_code == 403


def test_a_token_ends(hub, ann):
    made = ann.api("POST", f"/users/{ann.name}/tokens", {"expires_in": 1, "note": "short"}).json()
    assert made["note"] == "short" and made["expires_at"]
    short = Api(hub, made["token"])
    time.sleep(1.1)
    assert short("GET", "/user").status_code == 403
    made = ann.api("POST", f"/users/{ann.name}/tokens").json()
    one = Api(hub, made["token"])
    assert one("GET", "/user").json()["name"] == ann.name
    assert ann.api("DELETE", f"/users/{ann.name}/tokens/{made['id']}").status_code == 204
    assert one("GET", "/user").status_code == 403


def test_a_program_logs_in_for_its_first_token(hub, ann):
    url = f"{hub.url}/hub/api/users/{ann.name}/tokens"
    assert requests.post(url, json={"auth": {"username": ann.name, "password": "wrong"}}, timeout=10).status_code == 403
    answer = requests.post(url, json={"auth": {"username": ann.name, "password": "correct horse"}}, timeout=10)
    assert answer.status_code == 201
    assert Api(hub, answer.json()["token"])("GET", "/user").json()["name"] == ann.name


def test_a_token_does_what_its_scopes_say_and_no_more(hub, ann, api):
    made = ann.api("POST", f"/users/{ann.name}/tokens", {"scopes": ["read:users!user"]}).json()
    narrow = Api(hub, made["token"])
    me = narrow("GET", "/user").json()
    assert me["name"] == ann.name and "servers" not in me
    assert f"read:users!user={ann.name}" in me["scopes"]
    assert narrow("POST", f"/users/{ann.name}/server").status_code == 403
    # It cannot make one that may more than itself, nor can she make one that may more than she.
    assert narrow("POST", f"/users/{ann.name}/tokens").status_code == 403
    assert ann.api("POST", f"/users/{ann.name}/tokens", {"scopes": ["admin:users"]}).status_code == 403
    assert ann.api("POST", f"/users/{ann.name}/tokens", {"scopes": ["no:such"]}).status_code == 400


def test_nobody_reaches_for_what_is_not_theirs(hub, ann):
    assert "name=action" not in ann.get("/hub/admin").text
    for method, path in [("GET", "/users"), ("GET", "/users/admin"), ("POST", "/users/mallory"), ("DELETE", "/users/admin"), ("PATCH", f"/users/{ann.name}"), ("PUT", "/users/admin/password"),
                         ("POST", "/users/admin/server"), ("DELETE", "/users/admin/server"), ("GET", "/users/admin/tokens"), ("POST", "/users/admin/tokens"), ("POST", "/users/admin/activity"),
                         ("GET", "/groups"), ("POST", "/groups/mine"), ("GET", "/proxy"), ("GET", "/info")]:
        assert ann.api(method, path, {} if method != "GET" else None).status_code in (403, 404), (method, path)
    assert ann.post("/hub/admin", {"action": "make-admin", "user": ann.name}).status_code == 403
    assert ann.get("/hub/spawn/admin").status_code in (403, 404)


def test_what_is_not_there(hub):
    assert requests.get(f"{hub.url}/hub/api/nothing", timeout=10).json()["status"] == 404
    assert requests.get(f"{hub.url}/hub/nothing", timeout=10).status_code == 404
    assert requests.post(f"{hub.url}/hub/home", timeout=10).status_code == 405
    assert requests.get(f"{hub.url}/user/admin/api/status", timeout=10).status_code == 424


def test_the_first_start_prints_a_link_that_works_once():
    lab = HubLab()
    lab.profile = "secure"
    try:
        lab.start()
        assert Person(lab).log_in("admin", "admin").status_code == 403
        link = next(line.strip() for line in lab.log.read_text().splitlines() if "/hub/login?link=" in line)
        person = Person(lab)
        page = person.http.get(link, timeout=10)
        token = link.split("link=")[1]
        assert "logs you in once" in page.text
        assert person.post("/hub/login", {"link": token}).headers["location"] == "/hub/password"
        assert person.post("/hub/password", {"new": "short"}).status_code == 400
        assert person.post("/hub/password", {"new": "correct horse"}).status_code == 302
        other = Person(lab)
        other.get("/hub/login")
        assert other.post("/hub/login", {"link": token}).status_code == 403
        # It is durable: after a power cut the password holds, and no new link is printed.
        lab.kill()
        lab.log.write_text("")
        lab.start()
        Person(lab, "admin", "correct horse")
        assert "login?link=" not in lab.log.read_text()
    finally:
        lab.close()


def test_the_pages_speak_the_visitors_language(hub):
    asked = {"Accept-Language": "pt-BR,pt;q=0.9,en;q=0.5"}
    answer = requests.get(f"{hub.url}/hub/login", headers=asked, timeout=10)
    assert "<html lang=pt-BR>" in answer.text and "Nome de usuário" in answer.text
    person = requests.Session()
    answer = person.get(f"{hub.url}/hub/language?to=fr&next=%2Fhub%2Flogin", headers=asked, timeout=10)
    assert answer.url == f"{hub.url}/hub/login" and "<html lang=fr>" in answer.text and "Nom d’utilisateur" in answer.text
    answer = person.get(f"{hub.url}/hub/language?to=en&next=https%3A%2F%2Fevil.example", allow_redirects=False, timeout=10)
    assert answer.headers["location"] == "/hub/home"
    assert person.get(f"{hub.url}/hub/language?to=tlh", timeout=10).status_code == 400
