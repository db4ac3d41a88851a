"""What a Connect client was answered, in the goldens' form, and how it is compared with the recorded answer."""

from __future__ import annotations

import json
import math
import re

import values


def collect(frame) -> dict:
    """Names, types and rows of a Connect DataFrame, straight from Arrow."""
    frame_plan = frame._plan.to_proto(frame._session.client)
    if hasattr(frame._plan, "observations"):
        table, schema, _ = frame._session.client.to_table(frame_plan, frame._plan.observations)
    else:
        table, schema = frame._session.client.to_table(frame_plan)
    fields = (schema or frame.schema).jsonValue()["fields"]
    return {
        "names": [field["name"] for field in fields],
        "types": [values.simple_string(field["type"]) for field in fields],
        "rows": values.encode_rows(table.columns, [field["type"] for field in fields]),
    }


def describe_error(error: Exception) -> dict:
    """Python class, condition, SQLSTATE and parameters; a 3.5 client knows the condition only by the text."""

    def ask(*names):
        for name in names:
            try:
                found = getattr(error, name)()
            except Exception:  # not every client has it, and some need a server that gives details
                continue
            if found:
                return found
        return None

    condition = ask("getCondition", "getErrorClass")
    if not condition:
        match = re.match(r"^(?:\([\w.$]+\) )?\[([A-Z0-9_]+(?:\.[A-Z0-9_]+)*)\]", str(error).lstrip())
        condition = match.group(1) if match else None
    parameters = ask("getMessageParameters")
    return {
        "class": type(error).__name__,
        "condition": condition,
        "sqlstate": ask("getSqlState"),
        "parameters": {str(k): str(v) for k, v in sorted(dict(parameters).items())} if parameters else None,
        "message": str(error)[:600],
    }


def ask_sql(spark, sql: str) -> dict:
    try:
        return collect(spark.sql(sql))
    except Exception as error:  # whatever the server raises is the answer
        return {"error": describe_error(error)}


_ID = re.compile(r"#\d+")
_ORDERED = re.compile(r"(?i)\b(order|sort|cluster)\s+by\b|^\s*(SHOW|DESC|DESCRIBE|SET|EXPLAIN)\b")


def _close(left, right) -> bool:
    """Doubles may differ in the last bits where two mathematical libraries do."""
    if left == right:
        return True
    try:
        a, b = float(left), float(right)
    except (TypeError, ValueError):
        return False
    return math.isclose(a, b, rel_tol=1e-14, abs_tol=1e-300)


def _same(kind: str, left, right) -> bool:
    if left is None or right is None:
        return left is right
    if kind in ("double", "float"):
        return _close(left, right)
    if isinstance(left, list) and isinstance(right, list) and ("double" in kind or "float" in kind):
        return len(left) == len(right) and all(
            _same(kind, a, b) if isinstance(a, list) else a == b or _close(a, b) for a, b in zip(left, right)
        )
    return left == right


def sorted_rows(rows: list) -> list:
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))


def difference(sql: str, expected: dict, got: dict) -> str | None:
    """None when the answers agree; else what differs, in one line."""
    if "error" in expected:
        if "error" not in got:
            return f"expected the error {expected['error'].get('condition')}, got {json.dumps(got, ensure_ascii=False)[:300]}"
        want, have = expected["error"], got["error"]
        condition = want.get("condition")
        if condition is None or condition.startswith(("_LEGACY", "INTERNAL_ERROR")):
            return None  # no public condition to hold anybody to
        if have["condition"] != condition:
            return f"expected the error {condition}, got {have['condition']}: {have['message'][:200]}"
        for key in ("sqlstate", "parameters"):
            if have.get(key) and want.get(key) and masked(have[key]) != masked(want[key]):
                return f"{condition}: expected {key} {want[key]}, got {have[key]}"
        return None
    if "error" in got:
        return f"expected an answer, got {got['error']['class']} {got['error']['message'][:500]}"
    for key in ("names", "types"):
        # Spark lets its expression ids into a few names (structs inside array(…)); they differ from run to run.
        if [_ID.sub("#", text) for text in expected[key]] != [_ID.sub("#", text) for text in got[key]]:
            return f"expected {key} {expected[key]}, got {got[key]}"
    left, right = expected["rows"], got["rows"]
    if "collect_set" in sql:
        left, right = (json.loads(json.dumps(rows)) for rows in (left, right))
        for row in left + right:
            row[:] = [sorted_rows(v) if isinstance(v, list) else v for v in row]
    if not _ORDERED.search(sql):
        left, right = sorted_rows(left), sorted_rows(right)
    if len(left) != len(right):
        return f"expected {len(left)} rows {str(left)[:150]}, got {len(right)} {str(right)[:150]}"
    for a, b in zip(left, right):
        for i, kind in enumerate(expected["types"]):
            if not _same(kind, a[i], b[i]):
                return f"expected {a[i]!r}, got {b[i]!r} in {expected['names'][i]}"
    return None


def _unordered_lines(text):
    """Lists of paths come out of Spark's hash maps: in another order for another folder, and numbered by it."""
    if not isinstance(text, str) or not text.startswith("\n\t"):
        return text
    return sorted(re.sub(r"#\d+", "#", line) for line in text.split("\n"))


def masked(part) -> str:
    """Without what differs from run to run: expression ids, the moments at which a table was written, and the order of listed paths."""
    if isinstance(part, dict):
        part = {key: _unordered_lines(value) for key, value in part.items()}
    text = json.dumps(part, sort_keys=True, ensure_ascii=False)
    return re.sub(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?", "<moment>", _ID.sub("#", text))


def transportable(answer: dict, version: str) -> bool:
    """Whether Python's Arrow and this client can hold the answer: intervals of months and of both kinds they cannot."""
    kinds = " ".join(answer.get("types", []))
    if "time(" in kinds:  # TIME: Connect refuses it in 4.2
        return False
    if version == "v35" and "interval" in kinds:
        return "interval day" in kinds and not re.search(r"interval (?!day to second)", kinds) and "<" not in kinds
    return not re.search(r"interval( year| month|$|[,>])", kinds) and not ("interval" in kinds and "<" in kinds)
