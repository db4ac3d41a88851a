"""A plain HTTP request without a client library between, so that nothing is signed, retried or normalised."""

import http.client
import urllib.parse


def get(url: str, headers: dict | None = None) -> tuple[int, bytes]:
    return send("GET", url, None, headers)


def send(method: str, url: str, body: bytes | None, headers: dict | None = None) -> tuple[int, bytes]:
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
