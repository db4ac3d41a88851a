"""Every function over NULLs: as constants, through columns, beside values, over no rows. None may break the engine.

What comes out is a matter of the recorded answers; here only an answer or one of Spark's own errors is asked for. Calls whose types
fit go into statements together; only a statement that fails is taken apart. The ordinary run asks about the types that functions
tell apart most, LAB_TEST_LONG=1 about all of CALLS.
"""

import logging
import os
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
NULLS = {kind: f"CAST(NULL AS {kind})" for kind in VALUES}
COLUMNS = {kind: f"c{i}" for i, kind in enumerate(VALUES)}
ROWS = f"VALUES ({', '.join(VALUES.values())}), ({', '.join(NULLS.values())}), ({', '.join(VALUES.values())}) AS t({', '.join(COLUMNS.values())})"
#: Types of calls by their number of arguments.
CALLS = {
    1: [(kind,) for kind in VALUES],
    2: [("string", "string"), ("int", "int"), ("double", "double"), ("string", "int"), ("array<int>", "int"), ("timestamp", "int"), ("array<int>", "array<int>"), ("binary", "string")],
    3: [("string",) * 3, ("int",) * 3, ("string", "int", "int"), ("array<int>", "int", "int"), ("string", "string", "int"), ("double", "double", "int"), ("binary", "binary", "string")],
    4: [("string",) * 4, ("int",) * 4, ("string", "string", "int", "int"), ("double", "double", "double", "int")],
}
#: Of each number of arguments, the types that the ordinary run asks about.
SHORT = {
    1: [(kind,) for kind in ("int", "string", "double", "timestamp", "binary", "array<int>", "map<string,int>")],
    2: [("string", "string"), ("int", "int"), ("string", "int"), ("array<int>", "int")],
    3: [("string",) * 3, ("int",) * 3, ("string", "int", "int")],
    4: [("string",) * 4, ("int",) * 4],
}
ASKED = CALLS if os.environ.get("LAB_TEST_LONG") else SHORT
#: What a call stands in: its arguments, and the rest of the statement.
FORMS = [(NULLS, ""), (COLUMNS, f" FROM {ROWS}"), (COLUMNS, f" FROM {ROWS} WHERE false")]
PARTS = 4
RAISES = {"raise_error"}  # that is what it is for


@pytest.fixture(scope="module")
def session(remote):
    made = connect(remote)
    logging.disable(logging.CRITICAL)  # the 4.x client writes every refusal with its stack
    yield made
    logging.disable(logging.NOTSET)
    leave(made)


def _call(name, kinds, arguments):
    return f"{name}({', '.join(arguments[kind] for kind in kinds)})"


def _breaks(text):
    return "[INTERNAL_ERROR" in text or re.search(r"invalidated|FATAL", text)


def _fitting_calls(session, names, broken):
    """The calls whose types fit: those that stand beside a column, and those that stand alone (aggregates, generators)."""
    rows = session.sql(f"SELECT * FROM {ROWS}")
    beside, alone = [], []
    for name in names:
        for calls in ASKED.values():
            for kinds in calls:
                try:
                    rows.selectExpr("c0", _call(name, kinds, COLUMNS)).schema
                    beside.append((name, kinds))
                except Exception as error:
                    if "WRONG_NUM_ARGS" in str(error):
                        break
                    if "[MISSING_GROUP_BY" in str(error) or "[MISSING_AGGREGATION" in str(error):
                        alone.append((name, kinds))
                    if _breaks(str(error)):
                        broken.append(f"{_call(name, kinds, COLUMNS)}: {str(error)[:150]}")
    return beside, alone


def _ask(session, calls, form, broken):
    arguments, rest = form
    query = "SELECT " + ", ".join(_call(name, kinds, arguments) for name, kinds in calls) + rest
    error = answers.ask_sql(session, query).get("error")
    if error is None:
        return
    if len(calls) > 1:
        middle = len(calls) // 2
        _ask(session, calls[:middle], form, broken)
        _ask(session, calls[middle:], form, broken)
    elif error["condition"] == "INTERNAL_ERROR" or _breaks(error["message"]):
        broken.append(f"{query[:200]}: {error['message'][:150]}")


@pytest.mark.parametrize("part", range(PARTS))
def test_no_function_breaks_over_nulls(session, part):
    names = [row[0] for row in session.sql("SHOW FUNCTIONS").collect()]
    names = [name for name in names if re.fullmatch(r"[a-z_0-9]+", name) and name not in RAISES]
    broken = []
    beside, alone = _fitting_calls(session, names[part::PARTS], broken)
    assert len(beside) > 50 and len(alone) > 5
    for calls in (beside, alone):
        for form in FORMS:
            for i in range(0, len(calls), 16):
                _ask(session, calls[i : i + 16], form, broken)
    assert not broken, "\n".join(broken)
