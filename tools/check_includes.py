#!/usr/bin/env python3
"""Holds every include in src/ to cmake/modules.txt, and headers of DuckDB, Beast and protobuf to their doors.

check_includes.py [MODULE…]. Prints one line per offence; the exit code is 1 when there is any.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)

# Heavy headers and the modules that may open them.
DOORS = [
    (re.compile(r"duckdb(\.hpp|/)"), ["engine"]),
    (re.compile(r"boost/beast"), ["net"]),
    (re.compile(r"(spark|delta)/connect/|google/(protobuf|rpc)/|grpcpp/"), ["wire/spark"]),
]


def read_table(text):
    """{module: set of modules it may include, or None for all}."""
    table = {}
    for line in text.splitlines():
        line = line.split("#")[0].strip()
        if not line:
            continue
        name, _, right = line.partition("=")
        allowed = right.split()
        table[name.strip()] = None if allowed == ["*"] else set(allowed)
    return table


def module_of(path, table):
    """The longest module whose folder holds `path` (relative to src/), or None."""
    parts = path.split("/")[:-1]
    for length in range(len(parts), 0, -1):
        name = "/".join(parts[:length])
        if name in table:
            return name
    return None


def offences(files, table):
    """files: {path relative to src/: text}. Yields (path, line, message)."""
    for path, text in sorted(files.items()):
        module = module_of(path, table)
        if module is None:
            yield path, 1, "lies in no module of cmake/modules.txt"
            continue
        for match in INCLUDE.finditer(text):
            line = text.count("\n", 0, match.start(2)) + 1
            target = match[2]
            for pattern, doors in DOORS:
                if pattern.match(target) and module not in doors:
                    yield path, line, f"{target} is opened in {', '.join(doors)} only"
            if match[1] == "<" or target not in files:
                if match[1] == '"' and module_of(target, table) is not None:
                    yield path, line, f"{target} does not exist"
                continue
            other = module_of(target, table)
            if other not in (None, module) and table[module] is not None and other not in table[module]:
                yield path, line, f"{module} may not include {other} ({target})"


def main():
    table = read_table((ROOT / "cmake/modules.txt").read_text())
    source = ROOT / "src"
    files = {str(p.relative_to(source)): p.read_text() for p in source.rglob("*") if p.suffix in (".h", ".cpp")}
    chosen = set(sys.argv[1:])
    found = [o for o in offences(files, table) if not chosen or module_of(o[0], table) in chosen]
    for path, line, message in found:
        print(f"src/{path}:{line}: {message}")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
