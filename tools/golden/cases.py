"""Reads the input lists of the goldens and writes the recorded answers.

`*.sqltest` (functions), one case a line:
    # comment
    name | args ; args ; …     a function with rows of arguments. Each row is one case as literals. Then all rows together
                               once through columns, and the first row once with NULL in the place of each argument.
    TEMPLATE for x in a ; b for y in c ; d     a case for every combination, {x} and {y} replaced
    SELECT …                   any statement as it stands
    expression                 the same as SELECT expression

`*.slt` (SQL): statements that end with `;` at the end of a line, run one after another in a session of the file's own; lines that start with `--` are comments.

`*.json` beside it: a list, one case a line: {"sql", and "both" or "v35" and "v42"}, each answer being
    {"names": […], "types": [simpleString…], "rows": [[…]…]}  or
    {"error": {"condition", "sqlstate", "parameters"}}, with "message" when Spark has no condition for it.
"""

from __future__ import annotations

import json
import pathlib
import re

_STATEMENT = re.compile(r"(?is)^\s*(SELECT|VALUES|WITH|FROM|TABLE|\(\s*SELECT)\b")


def split_top_level(text: str, separator: str) -> list[str]:
    """Splits at `separator` outside quotes and brackets."""
    parts, depth, quote, start, i = [], 0, "", 0, 0
    while i < len(text):
        char = text[i]
        if quote:
            if char == "\\":
                i += 1
            elif char == quote:
                quote = ""
        elif char in "'\"`":
            quote = char
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif char == separator and depth == 0:
            parts.append(text[start:i].strip())
            start = i + 1
        i += 1
    parts.append(text[start:].strip())
    return parts


def _expand_function(name: str, text: str) -> list[str]:
    rows = [split_top_level(row, ",") if row else [] for row in split_top_level(text, ";")]
    out = [f"SELECT {name}({', '.join(row)})" for row in rows]
    width = max(len(row) for row in rows)
    same = [row for row in rows if len(row) == width]
    for i in range(width):
        row = list(same[0])
        row[i] = "NULL"
        out.append(f"SELECT {name}({', '.join(row)})")
    if width and len(same) > 1 and not any(" -> " in arg or arg.startswith(("DISTINCT", "*")) for row in same for arg in row):
        columns = [f"c{i}" for i in range(width)]
        values = ", ".join(f"({', '.join(row)})" for row in same)
        out.append(f"SELECT {name}({', '.join(columns)}) FROM VALUES {values} AS t({', '.join(columns)})")
    return out


def _expand_template(line: str) -> list[str]:
    template, *loops = re.split(r" for (?=[a-z] in )", line)
    out = [template]
    for loop in loops:
        name, values = loop.split(" in ", 1)
        out = [text.replace("{" + name + "}", value) for text in out for value in split_top_level(values, ";")]
    return out


def read_sqltest(path: pathlib.Path) -> list[str]:
    """Every statement of a function list, without repeats."""
    out: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        match = re.match(r"^([a-z_0-9]+) \| (.*)$", line) or re.match(r"^([a-z_0-9]+) \|$", line)
        if match and match.lastindex == 2:
            out += _expand_function(match.group(1), match.group(2))
        elif match:
            out.append(f"SELECT {match.group(1)}()")
        else:
            for text in _expand_template(line):
                out.append(text if _STATEMENT.match(text) else f"SELECT {text}")
    return list(dict.fromkeys(out))


def read_slt(path: pathlib.Path) -> list[str]:
    """The statements of a SQL file, in order."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("--")]
    parts = re.split(r";[ \t]*$", "\n".join(lines), flags=re.MULTILINE)
    return [part.strip() for part in parts if part.strip()]


def load(path: pathlib.Path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []


def answer(case: dict, version: str):
    """The recorded answer of a version, or None when that version was not asked."""
    return case.get(version, case.get("both"))


def merge(statements: list[str], old: list[dict], version: str, answers: list[dict]) -> list[dict]:
    """Puts fresh answers of one version beside the recorded ones of the other; equal ones become "both"."""
    other = "v42" if version == "v35" else "v35"
    seen: dict[tuple[str, int], dict] = {}
    counts: dict[str, int] = {}
    for case in old:
        counts[case["sql"]] = counts.get(case["sql"], 0) + 1
        seen[case["sql"], counts[case["sql"]]] = case
    counts, out = {}, []
    for sql, fresh in zip(statements, answers):
        counts[sql] = counts.get(sql, 0) + 1
        kept = answer(seen.get((sql, counts[sql]), {}), other)
        if kept == fresh:
            out.append({"sql": sql, "both": fresh})
        else:
            pair = {version: fresh} | ({other: kept} if kept is not None else {})
            out.append({"sql": sql} | dict(sorted(pair.items())))
    return out


def save(path: pathlib.Path, cases: list[dict]) -> None:
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
