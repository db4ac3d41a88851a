#!/usr/bin/env python3
"""Finds file-local names that occur twice in a module, which the merged units of the lab preset refuse.

check_names.py [MODULE…]. Looks at what anonymous namespaces of .cpp files define at their top level: types, constants,
variables, and functions with the same parameter types; also against what the module's headers declare in the namespace
around. Prints one line per offence.
"""

import pathlib
import re
import sys

from check_includes import ROOT, module_of, read_table

NOISE = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'|^\s*#[^\n]*(?:\\\n[^\n]*)*',
                   re.DOTALL | re.MULTILINE)
TYPE = re.compile(r"^(?:template\s*<.*?>\s*)?(?:struct|class|union|enum(?:\s+class|\s+struct)?)\s+(?:\[\[.*?\]\]\s*)?(\w+)", re.DOTALL)
FUNCTION = re.compile(r"^(.*?)\b(operator\s*\S+?|\w+)\s*\((.*)$", re.DOTALL)
VARIABLE = re.compile(r"^.*?\b(\w+)\s*(?:\[[^\]]*\]\s*)*$", re.DOTALL)


def blank(text):
    """Comments, literals and directives become spaces, so that braces and semicolons are all real."""
    return NOISE.sub(lambda m: re.sub(r"[^\n]", " ", m[0]) if not m[0].startswith('"') else '""', text)


def parameter_types(text):
    """The parameters between the first parentheses without names and defaults, roughly."""
    depth, parts, current = 0, [], ""
    for char in text:
        if char in "(<[{":
            depth += 1
        elif char in ")>]}":
            if depth == 0:
                break
            depth -= 1
        if char == "," and depth == 0:
            parts.append(current)
            current = ""
        else:
            current += char
    parts.append(current)
    types = []
    for part in parts:
        part = re.sub(r"\s+", " ", part.split("=")[0]).strip()
        part = re.sub(r"(?<=[\w>&*\]]) (?!const\b)\w+$|(?<=[&*>])\w+$", "", part) if " " in part or "&" in part else part
        types.append(part.replace(" ", ""))
    return ",".join(types)


def name_of(statement):
    """What a top-level statement of an anonymous namespace defines, as a comparable name, or None."""
    statement = re.sub(r"^\s*(?:\[\[.*?\]\]\s*)*", "", statement, flags=re.DOTALL)
    if re.match(r"static_assert|friend|template\s+(struct|class)|extern|namespace|TEST|LAB_", statement):
        return None
    if re.match(r"using\b", statement):
        return None  # An alias may be written again.
    if match := TYPE.match(statement):
        return match[1]
    head = statement.split("=")[0] if not re.search(r"\boperator", statement) else statement
    if "(" in head and (match := FUNCTION.match(statement)):
        if "::" in match[1][-3:] or not match[1].strip():
            return None
        # Types that stand for a template parameter are compared without the parameter's name.
        types = parameter_types(match[3])
        if template := re.match(r"template\s*<([^<>]*)>", statement):
            for index, parameter in enumerate(re.findall(r"(?:typename|class)\s+(\w+)", template[1])):
                types = re.sub(rf"\b{parameter}\b", f"auto{index}", types)
        return f"{match[2]}({types})"
    if match := VARIABLE.match(head.split("{")[0].strip()):
        return match[1] if match[1] not in ("const", "override") else None
    return None


def local_names(text, shared=False):
    """Yields (enclosing namespace, name, line) of definitions in anonymous namespaces; shared: of a header's in named ones."""
    text = blank(text)
    stack, start = [], 0
    for position, char in enumerate(text):
        if char not in "{};":
            continue
        anonymous = bool(stack) and (stack[-1] == "" if not shared else bool(stack[-1]))
        statement = text[start:position]
        if char == "{":
            opened = re.search(r"(?:inline\s+)?namespace(\s+[\w:]+)?\s*$", statement)
            if opened and all(s is not None for s in stack):
                stack.append((opened[1] or "").strip())
                start = position + 1
                continue
            if anonymous and statement.strip():
                name = name_of(statement)
                if name:
                    space = "::".join(s for s in stack if s)
                    yield space, name, text.count("\n", 0, start + len(statement) - len(statement.lstrip())) + 1
            stack.append(None)
            start = position + 1
        elif char == "}":
            if stack:
                stack.pop()
            # What follows a brace initialiser up to the semicolon is not a statement of its own.
            start = position + 1
        else:
            kind = re.match(r"\s*(?:struct|class|enum)\s+\w+\s*$", statement)
            if anonymous and statement.strip() and not kind:
                name = name_of(statement)
                # A declaration of a function may repeat; a definition has a body and came by above.
                if name and (shared or "(" not in name):
                    space = "::".join(s for s in stack if s)
                    yield space, name, text.count("\n", 0, start + len(statement) - len(statement.lstrip())) + 1
            start = position + 1


def offences(files, table):
    """files: {path relative to src/: text}. Yields (path, line, message)."""
    seen = {}
    headers = {}
    for path, text in files.items():
        if path.endswith(".h"):
            for space, name, line in local_names(text, shared=True):
                headers.setdefault((module_of(path, table), space, name), f"{path}:{line}")
    for path, text in sorted(files.items()):
        if path.endswith(".h"):
            continue
        # Tests are merged among themselves, the rest among itself.
        kind = "test" if path.endswith("_test.cpp") else "code"
        mine = set()
        for space, name, line in local_names(text):
            key = (module_of(path, table), kind, space, name)
            if key in mine:
                continue
            mine.add(key)
            declared = headers.get((key[0], space, name))
            if declared and kind == "code":
                yield path, line, f"{name} hides what {declared} declares; merged units see both"
            if key in seen:
                yield path, line, f"{name} is a file-local name of {seen[key]} too; merged units need unique ones"
            else:
                seen[key] = f"{path}:{line}"


def main():
    table = read_table((ROOT / "cmake/modules.txt").read_text())
    source = ROOT / "src"
    files = {str(p.relative_to(source)): p.read_text() for p in source.rglob("*") if p.suffix in (".h", ".cpp")}
    chosen = set(sys.argv[1:])
    chosen = {module for module in table if module in chosen or module.replace("/", "_") in chosen}
    files = {path: text for path, text in files.items() if not sys.argv[1:] or module_of(path, table) in chosen}
    found = list(offences(files, table))
    for path, line, message in found:
        print(f"src/{path}:{line}: {message}")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
