"""The recorded SQL files: every statement of a file in one session, its answer compared with a real Spark's."""

import json
import pathlib

import answers
import cases
import pytest
from conftest import VERSION, connect, leave

FOLDER = pathlib.Path(__file__).parent


def _files():
    return {str(path.relative_to(FOLDER).with_suffix("")): cases.load(path) for path in sorted(FOLDER.glob("*/*.json"))}


FILES = _files()


def _statements():
    for name, recorded in FILES.items():
        for number, case in enumerate(recorded, 1):
            known = cases.answer(case, VERSION)
            if known is not None and answers.transportable(known, VERSION):
                yield pytest.param(name, number, id=f"{name}:{number}")


def clean(spark) -> None:
    spark.sql("USE default")
    for row in spark.sql("SHOW DATABASES").collect():
        if row[0] != "default":
            spark.sql(f"DROP DATABASE `{row[0]}` CASCADE")
    views = {row.viewName for row in spark.sql("SHOW VIEWS IN default").collect()}
    for row in spark.sql("SHOW TABLES IN default").collect():
        spark.sql(f"DROP {'VIEW' if row.tableName in views else 'TABLE'} IF EXISTS default.`{row.tableName}`")


@pytest.fixture(scope="session")
def answered(remote):
    """name of a file -> the answers of all its statements, run at the first question about it."""
    kept: dict[str, list[dict]] = {}

    def ask(name: str) -> list[dict]:
        if name not in kept:
            spark = connect(remote)
            spark.conf.set("spark.sql.session.timeZone", "UTC")
            clean(spark)
            kept[name] = [answers.ask_sql(spark, case["sql"]) for case in FILES[name]]
            leave(spark)
        return kept[name]

    return ask


@pytest.mark.parametrize("name, number", list(_statements()))
def test_statement(answered, name, number):
    case = FILES[name][number - 1]
    got = answered(name)[number - 1]
    expected = cases.answer(case, VERSION)
    if "<root>" in json.dumps(expected):
        assert "error" not in got, got
        return
    problem = answers.difference(case["sql"], expected, got)
    if problem:
        pytest.fail(f"{case['sql']}\n{problem}", pytrace=False)
