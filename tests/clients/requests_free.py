"""A plain HTTP request without a client library between, so that nothing is signed, retried or normalised."""

import dataclasses
import http.client
import urllib.parse


@dataclasses.dataclass
class Answer:
    status: int
    headers: dict  # lower-case names
    body: bytes


def get(url: str, headers: dict | None = None) -> tuple[int, bytes]:
    return send("GET", url, None, headers)


def send(method: str, url: str, body: bytes | None, headers: dict | None = None) -> tuple[int, bytes]:
    answer = request(method, url, body, headers)
    return answer.status, answer.body


def request(method: str, url: str, body: bytes | None = None, headers: dict | None = None) -> Answer:
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body, headers or {})
        answer = connection.getresponse()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()
