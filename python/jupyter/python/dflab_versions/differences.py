"""What changed between two versions: cell by cell in notebooks, line by line in other texts."""
import difflib
import json

_MOST_LINES = 4000  # of one text; beyond them the comparison takes too long for somebody who waits
_CONTEXT = 3


def compare(old: bytes, new: bytes, path: str) -> dict:
    """`{"cells": [...]}` for notebooks, `{"lines": [...]}` otherwise. A line is `[mark, text]` with the mark ` `, `-`, `+`, or `@` for
    a gap. A cell is `{"change", "old", "new", "type", "lines", "outputs"}`: `change` is added, removed, changed or moved;
    `old` and `new` count from 1; `outputs` says whether they changed; cells that did not change are left out."""
    if path.endswith(".ipynb"):
        try:
            return {"cells": _compare_cells(_cells(old), _cells(new))}
        except (ValueError, KeyError, TypeError, AttributeError):
            pass  # no notebook, whatever its name
    return {"lines": compare_lines(old.decode("utf-8", "replace"), new.decode("utf-8", "replace"))}


def compare_lines(old: str, new: str) -> list:
    before, after = old.splitlines(), new.splitlines()
    if before == after:
        return []
    if len(before) + len(after) > _MOST_LINES:
        return [["@", f"{len(before)} lines became {len(after)}; too many to compare"]]
    rows = []
    for group in difflib.SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(_CONTEXT):
        rows.append(["@", f"line {group[0][3] + 1}"])
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                rows += [[" ", line] for line in before[old_from:old_to]]
            else:
                rows += [["-", line] for line in before[old_from:old_to]] + [["+", line] for line in after[new_from:new_to]]
    return rows


def _cells(data: bytes) -> list:
    if not data:
        return []
    cells = []
    for cell in json.loads(data)["cells"]:
        source = cell.get("source", "")
        source = source if isinstance(source, str) else "".join(source)
        outputs = [{name: value for name, value in output.items() if name != "execution_count"} for output in cell.get("outputs", [])]
        cells.append({"id": cell.get("id"), "type": cell["cell_type"], "source": source, "outputs": outputs})
    return cells


def _pair(old: list, new: list) -> dict:
    """Which new cell was which old one: by id, else (notebooks before 4.5 have none) by source, else by place between two pairs."""
    by_id = {cell["id"]: at for at, cell in enumerate(old) if cell["id"]}
    pairs = {at: by_id[cell["id"]] for at, cell in enumerate(new) if cell["id"] in by_id}
    left_old = [at for at in range(len(old)) if at not in set(pairs.values())]
    left_new = [at for at in range(len(new)) if at not in pairs]
    keys = [[(cells[at]["type"], cells[at]["source"]) for at in left] for cells, left in ((old, left_old), (new, left_new))]
    for tag, old_from, old_to, new_from, new_to in difflib.SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        if tag == "equal" or (tag == "replace" and not (by_id and any(new[at]["id"] for at in left_new[new_from:new_to]))):
            pairs |= {left_new[after]: left_old[before] for before, after in zip(range(old_from, old_to), range(new_from, new_to)) if old[left_old[before]]["type"] == new[left_new[after]]["type"]}
    return pairs


def _in_order(places: list) -> set:
    """The longest run of places that rises: cells that are not in it have moved."""
    tails, previous = [], {}
    for place in places:
        at = next((index for index, tail in enumerate(tails) if tail >= place), len(tails))
        previous[place] = tails[at - 1] if at else None
        tails[at : at + 1] = [place]
    chosen, place = set(), tails[-1] if tails else None
    while place is not None:
        chosen.add(place)
        place = previous[place]
    return chosen


def _compare_cells(old: list, new: list) -> list:
    pairs = _pair(old, new)
    steady = _in_order([pairs[at] for at in sorted(pairs)])
    gone = [at for at in range(len(old)) if at not in set(pairs.values())]
    rows = []

    def tell_gone(until) -> None:
        while gone and gone[0] < until:
            cell = old[gone[0]]
            rows.append({"change": "removed", "old": gone.pop(0) + 1, "type": cell["type"], "lines": [["-", line] for line in cell["source"].splitlines()], "outputs": bool(cell["outputs"])})

    for at, cell in enumerate(new):
        if at not in pairs:
            rows.append({"change": "added", "new": at + 1, "type": cell["type"], "lines": [["+", line] for line in cell["source"].splitlines()], "outputs": bool(cell["outputs"])})
            continue
        before = old[pairs[at]]
        if pairs[at] in steady:
            tell_gone(pairs[at])
        row = {"old": pairs[at] + 1, "new": at + 1, "type": cell["type"], "lines": compare_lines(before["source"], cell["source"]), "outputs": before["outputs"] != cell["outputs"]}
        has_changed = bool(row["lines"]) or row["outputs"] or before["type"] != cell["type"]
        if has_changed or pairs[at] not in steady:
            rows.append({"change": "changed" if has_changed else "moved"} | row)
    tell_gone(len(old))
    return rows
