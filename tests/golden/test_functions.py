"""The recorded function answers of a real Spark, asked again through Connect."""

import pathlib

import answers
import cases
import pytest
from conftest import VERSION, connect, leave

FOLDER = pathlib.Path(__file__).parent / "functions"


def _cases():
    for path in sorted(FOLDER.glob("*.json")):
        for case in cases.load(path):
            recorded = cases.answer(case, VERSION)
            if recorded is not None and (path.stem == "show" or answers.transportable(recorded, VERSION)):
                yield pytest.param(case["sql"], recorded, id=f"{path.stem}:{case['sql']}".replace("\n", " ").encode("ascii", "backslashreplace").decode())


@pytest.fixture(scope="module")
def session(remote):
    made = connect(remote)
    made.conf.set("spark.sql.session.timeZone", "UTC")
    yield made
    leave(made)


@pytest.mark.parametrize("sql, recorded", list(_cases()))
def test_function(session, sql, recorded):
    if "show" in recorded:
        frame = session.sql(sql)
        assert frame._show_string(20, 20, False) == recorded["show"]
        assert frame._show_string(20, False, False) == recorded["show_full"]
        assert frame._show_string(20, 20, True) == recorded["show_vertical"]
        return
    problem = answers.difference(sql, recorded, answers.ask_sql(session, sql))
    if problem:
        pytest.fail(problem, pytrace=False)
