"""Versions of the files below one folder (an area: a home, or what everybody shares), kept in `.dflab/versions` inside it.

    objects/ab/cdef…   a piece of a file, gzip; the name is the SHA-256 of what is inside
    history/ID.jsonl   the records of one file: saves, renames, deletions
    paths/SHA256       the ID of the history of the file at a path, by the checksum of the path
    locks/             256 files; whoever reads a file to change it holds the one of its path. `area` besides: shared by
                       writers, held alone by retention

Servers of several people use one area at once; the locks are the operating system's, so what a killed server held is free.
"""
import contextlib
import dataclasses
import gzip
import hashlib
import os
import pathlib
import secrets
import time

from dflab_versions.disk import locked, make_folder, replace, sync_folder
from dflab_versions.history import History
from dflab_versions.leaks import find_leaks
from dflab_versions.pieces import cut

FOLDER = ".dflab"
_SYNCED_BY_NOW = 300  # seconds that a writer may take from the first piece to the last
os.umask(_UMASK := os.umask(0o077))
_NEW_FILE_MODE = 0o666 & ~_UMASK
# Whoever does not say what a change was made on: the save is taken, and what was there is a version.
ANY = object()


def hash_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Conflict(Exception):
    """The file is not what the change was made on. `found` is its hash, None when there is no file."""

    def __init__(self, found):
        super().__init__("the file has changed")
        self.found = found


class Gone(Exception):
    """There is no such version, or no such history."""


@dataclasses.dataclass
class Limits:
    file_bytes: int = 64 << 20  # larger files are saved, and not kept as versions
    keep_seconds: int = 90 * 86400
    area_bytes: int = 2 << 30


@dataclasses.dataclass
class Written:
    hash: str
    modified: float
    record: dict  # of the version; empty when the file is not one that versions are kept of


class VersionStore:
    """Thread-safe; all methods block. Paths are absolute and lie in the area."""

    def __init__(self, area: pathlib.Path, limits: Limits):
        self.area, self.limits = area, limits
        self.folder = area / FOLDER / "versions"
        for name in ("objects", "history", "paths", "locks"):
            make_folder(self.folder / name)

    def name_of(self, path: pathlib.Path) -> str:
        return path.relative_to(self.area).as_posix()

    def is_kept(self, data: bytes) -> bool:
        if len(data) > self.limits.file_bytes or b"\0" in data:
            return False
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            return False
        return True

    # -- what changes files

    def write(self, path: pathlib.Path, data: bytes, *, author: str, base=ANY, action: str = "save", more=None) -> Written:
        """Saves a file: its version, then the file itself, both on the disk. Raises Conflict when the file is not `base`."""
        with self.writing(path):
            current = _read(path)
            found = None if current is None else hash_of(current)
            if base is not ANY and base != found:
                raise Conflict(found)
            history = self._history(path)
            self._keep_outside(history, path, current)
            new, record = hash_of(data), {}
            if self.is_kept(data):
                is_as_it_was = new == found and history.head is not None and history.head["hash"] == new and history.records[-1]["action"] != "delete"
                if is_as_it_was:
                    return Written(new, path.stat().st_mtime, history.head)
                record = self._add_version(history, path, data, {"author": author, "action": action} | (more or {}))
            _write_file(path, data)
            return Written(new, path.stat().st_mtime, record)

    def keep(self, path: pathlib.Path, author: str, action: str) -> None:
        """Makes a version of what is in the file, where that is not the newest one already."""
        with self.writing(path):
            current = _read(path)
            if current is not None:
                self._keep_outside(self._history(path), path, current, author, action)

    def set_aside(self, path: pathlib.Path, data: bytes, author: str) -> dict:
        """Makes a version of what somebody has open and gives up, without changing the file."""
        with self.writing(path):
            history = self._history(path)
            self._keep_outside(history, path, _read(path))
            return self._add_version(history, path, data, {"author": author, "action": "aside"})

    def forget(self, history: History, number: int) -> None:
        """Removes a version for good: what should never have been saved."""
        with locked(self.folder / "locks" / "area"):
            history = self.get_history(history.id)
            record = history.find(number)
            if record is None:
                raise Gone(number)
            history.rewrite([each for each in history.records if each is not record])
            used = {piece for each in self.histories() for version in each.versions for piece in version["pieces"]}
            for piece in set(record["pieces"]) - used:
                self.object_file(piece).unlink(missing_ok=True)

    @contextlib.contextmanager
    def moving(self, old: pathlib.Path, new: pathlib.Path, author: str):
        """Around a rename of a file or a folder: histories go with it once it is done."""
        with self.writing(old, new):
            yield
            moved = self._histories_below(old)
            for history in moved:
                target = new / pathlib.PurePosixPath(history.path).relative_to(self.name_of(old))
                was = history.path
                history.add({"author": author, "action": "rename", "path": self.name_of(target), "from": was})
                self._set_path(history.path, history.id)
                self.path_file(was).unlink(missing_ok=True)

    @contextlib.contextmanager
    def deleting(self, path: pathlib.Path, author: str):
        """Around a deletion: what was not a version becomes one before."""
        with self.writing(path):
            files = [path] if path.is_file() else sorted(each for each in path.rglob("*.ipynb") if ".ipynb_checkpoints" not in each.parts and each.is_file())
            files += [self.area / history.path for history in self._histories_below(path)]
            histories = []
            for each in dict.fromkeys(files):
                current = _read(each)
                if current is None:
                    continue
                history = self._history(each)
                self._keep_outside(history, each, current)
                if history.records:
                    histories.append(history)
            yield
            for history in histories:
                history.add({"author": author, "action": "delete", "path": history.path})

    # -- what reads

    def find_history(self, path: pathlib.Path):
        """The history of the file at a path, None when it has none."""
        try:
            found = History(self.history_file(self.path_file(self.name_of(path)).read_text()))
        except FileNotFoundError:
            return None
        return found if found.records else None

    def get_history(self, identity: str) -> History:
        history = History(self.history_file(identity))
        if not history.records:
            raise Gone(identity)
        return history

    def histories(self):
        for file in sorted((self.folder / "history").glob("*.jsonl")):
            history = History(file)
            if history.records:
                yield history

    def read(self, record: dict) -> bytes:
        try:
            data = b"".join(gzip.decompress(self.object_file(piece).read_bytes()) for piece in record["pieces"])
        except FileNotFoundError:
            raise Gone(record["version"]) from None
        if hash_of(data) != record["hash"]:
            raise OSError(f"version {record['version']} of {record['path']} is damaged on the disk")
        return data

    # -- inside

    def _history(self, path: pathlib.Path) -> History:
        name = self.name_of(path)
        try:
            identity = self.path_file(name).read_text()
        except FileNotFoundError:
            identity = secrets.token_hex(8)
        return History(self.history_file(identity))

    def _keep_outside(self, history: History, path: pathlib.Path, current, author: str = "", action: str = "outside") -> None:
        """What other programs wrote into the file since its newest version."""
        head = history.head
        if current is not None and (head is None or head["hash"] != hash_of(current)) and self.is_kept(current):
            self._add_version(history, path, current, {"author": author, "action": action})

    def _add_version(self, history: History, path: pathlib.Path, data: bytes, what: dict) -> dict:
        folders, pieces = set(), []
        for piece in cut(data):
            name = hash_of(piece)
            pieces.append(name)
            file = self.object_file(name)
            if not file.exists():
                make_folder(file.parent)
                _write_object(file, piece)
                folders.add(file.parent)
            elif time.time() - file.stat().st_mtime < _SYNCED_BY_NOW:
                # Another server may have written it a moment ago, and its name may not be on the disk yet.
                folders.add(file.parent)
        for folder in folders:
            sync_folder(folder)
        is_first = not history.records
        name = self.name_of(path)
        leaks = find_leaks(data, name)
        record = history.add(what | {"path": name, "hash": hash_of(data), "size": len(data), "pieces": pieces} | ({"leaks": leaks} if leaks else {}))
        if is_first:
            self._set_path(name, history.id)
        return record

    def _histories_below(self, path: pathlib.Path) -> list:
        name = self.name_of(path)
        chosen = [history for history in self.histories() if history.path == name or history.path.startswith(name + "/")]
        return [history for history in chosen if self.is_current(history)]

    def is_current(self, history: History) -> bool:
        """Not of a file that was there before another came to its path."""
        try:
            return self.path_file(history.path).read_text() == history.id
        except FileNotFoundError:
            return False

    def _set_path(self, name: str, identity: str) -> None:
        replace(self.path_file(name), identity.encode(), 0o600)

    def object_file(self, name: str) -> pathlib.Path:
        return self.folder / "objects" / name[:2] / name[2:]

    def history_file(self, identity: str) -> pathlib.Path:
        if not identity.isalnum():
            raise Gone(identity)
        return self.folder / "history" / f"{identity}.jsonl"

    def path_file(self, name: str) -> pathlib.Path:
        return self.folder / "paths" / hash_of(name.encode("utf-8", "surrogateescape"))

    @contextlib.contextmanager
    def writing(self, *paths: pathlib.Path):
        with contextlib.ExitStack() as locks:
            locks.enter_context(locked(self.folder / "locks" / "area", shared=True))
            # Always in the same order, so that nobody waits in a circle.
            for name in sorted({hash_of(self.name_of(path).encode("utf-8", "surrogateescape"))[:2] for path in paths}):
                locks.enter_context(locked(self.folder / "locks" / name))
            yield


def _read(path: pathlib.Path):
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _write_object(file: pathlib.Path, piece: bytes) -> None:
    """Its folder is to be synced by the caller, once for many."""
    temporary = file.with_name(f".~{secrets.token_hex(8)}")
    with temporary.open("xb") as out:
        out.write(gzip.compress(piece, 6, mtime=0))
        out.flush()
        os.fsync(out.fileno())
    os.replace(temporary, file)


def _write_file(path: pathlib.Path, data: bytes) -> None:
    try:
        mode = path.stat().st_mode & 0o7777
    except FileNotFoundError:
        mode = _NEW_FILE_MODE
    else:
        if not os.access(path, os.W_OK):
            raise PermissionError(13, "Permission denied", str(path))
        if not os.access(path.parent, os.W_OK):
            with path.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            return
    replace(path, data, mode)
