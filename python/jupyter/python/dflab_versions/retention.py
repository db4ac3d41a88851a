"""Keeps an area within its age and its space. The newest version of each file stays, whatever the limits; all of a deleted
file go when their time has come."""
import datetime
import pathlib
import time

from dflab_versions.disk import locked
from dflab_versions.history import History
from dflab_versions.store import VersionStore


def tidy(store: VersionStore) -> bool:
    """One round. False, and nothing done, when somebody is writing: the next round will come."""
    try:
        with locked(store.folder / "locks" / "area", wait=False):
            histories = list(store.histories())
            for history in histories:
                _drop(history, _too_old(store, history))
            _fit(store, histories)
            _sweep(store)
            return True
    except BlockingIOError:
        return False


def _seconds(record: dict) -> float:
    return datetime.datetime.fromisoformat(record["time"].replace("Z", "+00:00")).timestamp()


def _is_there(store: VersionStore, history: History) -> bool:
    """Whether the file exists, and is the one that the history is of."""
    current = store.find_history(store.area / history.path)
    return current is not None and current.id == history.id and (store.area / history.path).is_file()


def _too_old(store: VersionStore, history: History) -> set:
    before = time.time() - store.limits.keep_seconds
    if not _is_there(store, history):
        return {each["version"] for each in history.versions} if _seconds(history.records[-1]) < before else set()
    # A version was what the file said until the next one came.
    return {old["version"] for old, new in zip(history.versions, history.versions[1:]) if _seconds(new) < before and old is not history.head}


def _drop(history: History, numbers: set) -> None:
    if not numbers:
        return
    kept = [record for record in history.records if record.get("version") not in numbers]
    if any("hash" in record for record in kept):
        history.rewrite(kept)
    else:
        history.file.unlink()
        history.records = []


def _fit(store: VersionStore, histories: list) -> None:
    """Drops the oldest versions of all files until what is left fits."""
    sizes, uses = {}, {}
    for history in histories:
        for record in history.versions:
            for piece in set(record["pieces"]):
                uses[piece] = uses.get(piece, 0) + 1
    for piece in uses:
        file = store.object_file(piece)
        sizes[piece] = file.stat().st_size if file.exists() else 0
    total = sum(sizes.values())
    droppable = []
    for history in histories:
        newest = history.head if _is_there(store, history) else None
        droppable += [(history, record) for record in history.versions if record is not newest]
    dropped = {}
    for history, record in sorted(droppable, key=lambda each: _seconds(each[1])):
        if total <= store.limits.area_bytes:
            break
        dropped.setdefault(history.id, (history, set()))[1].add(record["version"])
        for piece in set(record["pieces"]):
            uses[piece] -= 1
            total -= sizes[piece] if uses[piece] == 0 else 0
    for history, numbers in dropped.values():
        _drop(history, numbers)


def _sweep(store: VersionStore) -> None:
    """Removes what no version names, and paths whose history is gone."""
    used = {piece for history in store.histories() for record in history.versions for piece in record["pieces"]}
    for file in (store.folder / "objects").glob("*/*"):
        if file.parent.name + file.name not in used:
            file.unlink()
    for file in (store.folder / "paths").iterdir():
        if not store.history_file(_text(file)).exists():
            file.unlink()


def _text(file: pathlib.Path) -> str:
    text = file.read_text()
    return text if text.isalnum() else "none"
