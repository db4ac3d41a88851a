"""Scenarios of the DataFrame API whose results were recorded from a real Spark.

    @scenario
    def test_filter(spark, place):
        yield "greater", spark.range(5).filter("id > 2")          a DataFrame: names, types and rows in order
        yield "grouped", unordered(frame.groupBy("k").count())     rows in any order
        yield "missing", lambda: spark.table("nope").collect()     evaluated now; what it raises is the result
        yield "columns", frame.columns                             any plain value

The wrapper turns it into a test: it evaluates every pair and compares with tests/golden/dataframe/<module>.json, or
writes that file when LAB_RECORD names the version that answers. Files may hold `place` and results name it `<root>`.
"""

from __future__ import annotations

import functools
import json
import os
import pathlib
import signal

import answers
import values
from conftest import REMOTE_IS_CLASSIC, VERSION

FOLDER = pathlib.Path(__file__).parent / "golden" / "dataframe"


class Unordered:
    def __init__(self, frame):
        self.frame = frame


def unordered(frame) -> Unordered:
    """The rows of the frame may come in any order."""
    return Unordered(frame)


def _is_frame(value) -> bool:
    return hasattr(value, "schema") and hasattr(value, "_plan")


def _is_classic_frame(value) -> bool:
    return hasattr(value, "_jdf")


def _evaluate(value):
    if callable(value) and not _is_frame(value) and not _is_classic_frame(value):
        value = value()
    loose = isinstance(value, Unordered)
    frame = value.frame if loose else value
    if _is_frame(frame):
        out = answers.collect(frame)
    elif _is_classic_frame(frame):
        fields = frame.schema.jsonValue()["fields"]
        out = {
            "names": [field["name"] for field in fields],
            "types": [values.simple_string(field["type"]) for field in fields],
            "rows": [
                row
                for batch in frame._collect_as_arrow()
                for row in values.encode_rows(batch.columns, [field["type"] for field in fields])
            ],
        }
    else:
        return {"value": values.encode_python(value)}
    if loose:
        out["rows"] = answers.sorted_rows(out["rows"])
    return out


class _NoAnswer(BaseException):
    pass


def _give_up(*_):
    raise _NoAnswer


def _result(value) -> dict:
    # A real 3.5 client retries some failures for many minutes (FAILFAST of csv); such a result is left open.
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(int(os.environ.get("LAB_RECORD_SECONDS", "20")) if os.environ.get("LAB_RECORD") else 60)
    try:
        return _evaluate(value)
    except _NoAnswer:
        return {"unanswered": True}
    except Exception as error:  # what the server raises is the result
        told = answers.describe_error(error)
        return {"error": {key: told[key] for key in ("class", "condition", "sqlstate", "parameters")}}
    finally:
        signal.alarm(0)


def _run(function, spark, place: str) -> dict:
    results = {}
    try:
        for name, value in function(spark, place):
            results[name] = _result(value)
    except Exception as error:  # the scenario itself was refused
        results["raised"] = _result(lambda: _raise(error))
    return json.loads(json.dumps(results).replace(place, "<root>"))


def _raise(error: Exception):
    raise error


def _problems(expected: dict, got: dict) -> list[str]:
    out = []
    if "raised" in got and "raised" not in expected:
        out.append(f"refused after {len(got) - 1} of {len(expected)} results: {got['raised']['error']}")
        expected = {name: value for name, value in expected.items() if name in got}
        got = {name: value for name, value in got.items() if name != "raised"}
    for name in expected | got:
        if name not in got or name not in expected:
            out.append(f"{name}: {'missing' if name in expected else 'not recorded'} {got.get(name)}")
            continue
        want, have = expected[name], got[name]
        if "unanswered" in want:
            continue
        if "error" in want and "error" in have:
            condition = want["error"].get("condition")
            if condition is None or condition.startswith("_LEGACY"):
                continue  # Spark has no public condition here, its class is an accident
            keys = [key for key in ("class", "condition", "sqlstate", "parameters") if want["error"].get(key)]
            pairs = {key: (want["error"][key], have["error"].get(key)) for key in keys}
            differing = {key: pair for key, pair in pairs.items() if answers.masked(pair[0]) != answers.masked(pair[1])}
            if differing:
                out.append(f"{name}: {differing}")
        elif "rows" in want and "rows" in have:
            told = answers.difference("ORDER BY", want, have)
            if told:
                out.append(f"{name}: {told}")
        elif want != have:
            out.append(f"{name}: expected {json.dumps(want, ensure_ascii=False)[:250]}, got {json.dumps(have, ensure_ascii=False)[:250]}")
    return out


def load(module: str) -> dict:
    path = FOLDER / f"{module}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _save(module: str, test: str, results: dict) -> None:
    recorded = load(module)
    other = "v42" if VERSION == "v35" else "v35"
    case = recorded.get(test, {})
    kept = case.get(other, case.get("both"))
    same = REMOTE_IS_CLASSIC or kept == results  # there is no other Spark to ask where a JVM session was needed
    recorded[test] = {"both": results} if same else {VERSION: results} | ({other: kept} if kept else {})
    lines = []
    for name in sorted(recorded):
        parts = []
        for version, result in sorted(recorded[name].items()):
            items = ",\n".join(f"   {json.dumps(key)}: {json.dumps(item, ensure_ascii=False)}" for key, item in result.items())
            parts.append(f"  {json.dumps(version)}: {{\n{items}\n  }}")
        body = ",\n".join(parts)
        lines.append(f" {json.dumps(name)}: {{\n{body}\n }}")
    (FOLDER / f"{module}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def scenario(function):
    """Makes a pytest test of a generator of (name, value) pairs."""
    module = function.__module__.split(".")[-1].removeprefix("test_")

    @functools.wraps(function)
    def test(spark, place):
        got = _run(function, spark, place)
        if os.environ.get("LAB_RECORD"):
            _save(module, function.__name__, got)
            return
        case = load(module).get(function.__name__, {})
        expected = case.get(VERSION, case.get("both"))
        assert expected is not None, f"no recorded answer of {VERSION}; run tools/golden/record.py {VERSION} dataframe"
        problems = _problems(expected, got)
        assert not problems, "\n".join(problems)

    return test
