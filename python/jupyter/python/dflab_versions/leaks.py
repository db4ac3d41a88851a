"""Finds what should not stand in a notebook: keys, tokens, passwords of programs. Says where and of what kind, never the value."""
import json
import os
import re

# Each pattern takes time linear in the text.
_KINDS = [
    ("an AWS access key", re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    ("an AWS secret key", re.compile(r"(?i)aws.{0,20}secret.{0,40}['\"\s=:][0-9a-z/+]{40}(?![0-9a-z/+])")),
    ("a token of the lab", re.compile(r"\bdfl_[0-9A-Za-z]{40}\b")),
    ("an access key of the lab", re.compile(r"\bLAB[0-9A-Z]{17}\b")),
    ("a private key", re.compile(r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----")),
    ("a bearer token", re.compile(r"(?i)\bbearer(?:\s+|%20)[0-9a-z._~+/-]{20,}")),
    ("a token of GitHub", re.compile(r"\b(?:gh[pousr]_[0-9A-Za-z]{36,}|github_pat_[0-9A-Za-z_]{40,})\b")),
    ("a JSON web token", re.compile(r"\beyJ[0-9A-Za-z_-]{8,}\.eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}")),
    ("a key of Google", re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b")),
    ("a token of Slack", re.compile(r"\bxox[abprs]-[0-9A-Za-z-]{20,}")),
]
# What this very server was given.
_OWN = {"AWS_SECRET_ACCESS_KEY": "the secret key of your buckets", "JUPYTERHUB_API_TOKEN": "the token of this server", "JUPYTER_TOKEN": "the token of this server"}
_MOST = 50


def _texts(data: bytes, path: str):
    """What people see: (cell counted from 1 or None, `source` or `output`, text)."""
    text = data.decode("utf-8", "replace")
    if not path.endswith(".ipynb"):
        yield None, "source", text
        return
    try:
        cells = json.loads(text)["cells"]
        for at, cell in enumerate(cells, 1):
            yield at, "source", _joined(cell.get("source", ""))
            if cell.get("attachments"):
                yield at, "source", json.dumps(cell["attachments"])
            for output in cell.get("outputs", []):
                for leaf in _leaves(output):
                    yield at, "output", leaf
    except (ValueError, KeyError, TypeError, AttributeError):
        yield None, "source", text


def _joined(value) -> str:
    return "".join(value) if isinstance(value, list) and all(isinstance(each, str) for each in value) else str(value)


def _leaves(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        if value and all(isinstance(each, str) for each in value):
            yield "".join(value)
        else:
            for each in value:
                yield from _leaves(each)
    elif isinstance(value, dict):
        for kind, each in value.items():
            if not str(kind).startswith("image/"):
                yield from _leaves(each)


def find_leaks(data: bytes, path: str) -> list:
    """Rows `{"cell", "where", "line", "kind"}`; a cell is counted from 1 and missing in plain text. At most 50."""
    own = [(kind, os.environ[name]) for name, kind in _OWN.items() if len(os.environ.get(name, "")) >= 20]
    found = []
    for cell, where, text in _texts(data, path):
        places = {(text.count("\n", 0, at) + 1, kind) for kind, value in own if (at := text.find(value)) >= 0}
        for kind, pattern in _KINDS:
            places |= {(text.count("\n", 0, match.start()) + 1, kind) for match in pattern.finditer(text)}
        for line, kind in sorted(places):
            # An output says the same as text and as HTML.
            leak = ({"cell": cell} if cell else {}) | {"where": where, "line": line, "kind": kind}
            if leak not in found:
                found.append(leak)
            if len(found) == _MOST:
                return found
    return found
