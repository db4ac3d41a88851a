"""Every function over NULLs: as constants, through columns, beside values, over no rows. None may break the engine.

What comes out is a matter of the recorded answers; here only an answer or one of Spark's own errors is asked for.
"""

import re

import answers
import pytest
from conftest import connect, leave

VALUES = {
    "int": "1",
    "string": "'a'",
    "double": "1.5D",
    "date": "date'2020-01-01'",
    "timestamp": "timestamp'2020-01-01 00:00:00'",
    "boolean": "true",
    "binary": "X'61'",
    "decimal(10,2)": "CAST(1.25 AS DECIMAL(10,2))",
    "array<int>": "array(1, 2)",
    "array<string>": "array('a', 'b')",
    "array<float>": "array(1.0F, 2.0F)",
    "map<string,int>": "map('a', 1)",
    "struct<a:int,b:string>": "named_struct('a', 1, 'b', 'x')",
}
#: Types of calls by their number of arguments.
CALLS = {
    1: [(kind,) for kind in VALUES],
    2: [("string", "string"), ("int", "int"), ("double", "double"), ("string", "int"), ("array<int>", "int"), ("timestamp", "int"), ("array<int>", "array<int>"), ("binary", "string")],
    3: [("string",) * 3, ("int",) * 3, ("string", "int", "int"), ("array<int>", "int", "int"), ("string", "string", "int"), ("double", "double", "int"), ("binary", "binary", "string")],
    4: [("string",) * 4, ("int",) * 4, ("string", "string", "int", "int"), ("double", "double", "double", "int")],
}
PARTS = 16
RAISES = {"raise_error"}  # that is what it is for


@pytest.fixture(scope="module")
def session(remote):
    made = connect(remote)
    yield made
    leave(made)


def _null(kind):
    return f"CAST(NULL AS {kind})"


def _queries(name, kinds):
    values, nulls = [VALUES[kind] for kind in kinds], [_null(kind) for kind in kinds]
    columns = [f"c{i}" for i in range(len(kinds))]
    table = f"VALUES ({', '.join(values)}), ({', '.join(nulls)}), ({', '.join(values)}) AS t({', '.join(columns)})"
    yield f"SELECT {name}({', '.join(nulls)})"
    for condition in ("", " WHERE false"):
        yield f"SELECT {name}({', '.join(columns)}) FROM {table}{condition}"


def _breaks(answer):
    error = answer.get("error")
    if error is None or (error["condition"] not in (None, "INTERNAL_ERROR")):
        return None
    text = error["message"]
    # A client that cannot hold a type (intervals of months) says so itself.
    return text if error["condition"] == "INTERNAL_ERROR" or re.search(r"INTERNAL|invalidated|FATAL", text) else None


@pytest.mark.parametrize("part", range(PARTS))
def test_no_function_breaks_over_nulls(session, part):
    names = [row[0] for row in session.sql("SHOW FUNCTIONS").collect()][part::PARTS]
    broken, num_calls = [], 0
    for name in names:
        if not re.fullmatch(r"[a-z_0-9]+", name) or name in RAISES:
            continue
        for calls in CALLS.values():
            for kinds in calls:
                try:
                    session.sql(f"SELECT {name}({', '.join(_null(kind) for kind in kinds)})").schema
                except Exception as error:  # Spark's refusals of types and numbers are fine
                    if "WRONG_NUM_ARGS" in str(error):
                        break
                    if "[INTERNAL_ERROR" in str(error):
                        broken.append(f"{name}({', '.join(kinds)}): {str(error)[:150]}")
                    continue
                num_calls += 1
                for query in _queries(name, kinds):
                    if problem := _breaks(answers.ask_sql(session, query)):
                        broken.append(f"{query}: {problem[:150]}")
    assert num_calls > 10
    assert not broken, "\n".join(broken)
