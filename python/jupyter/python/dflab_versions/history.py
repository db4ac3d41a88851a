"""The records of one file's history: lines of JSON, only ever added to (retention writes the file anew)."""
import datetime
import json
import os
import pathlib

from dflab_versions.disk import replace, sync_folder


def now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _parsed(line: bytes):
    """None for what a broken disk left: the rest of a history, and saving, goes on."""
    try:
        return json.loads(line)
    except ValueError:
        return None


class History:
    """Whoever adds holds the lock of the path and the area."""

    def __init__(self, file: pathlib.Path):
        self.file = file
        self.id = file.stem
        self.records = []
        self._whole = 0  # bytes of whole lines: a crash may leave a part of one behind them
        if file.exists():
            data = file.read_bytes()
            self._whole = data.rfind(b"\n") + 1
            self.records = [record for record in map(_parsed, data[: self._whole].splitlines()) if record]

    @property
    def path(self) -> str:
        """Where the file is, or was last, below the folder of the area."""
        return self.records[-1]["path"] if self.records else ""

    @property
    def versions(self) -> list:
        return [record for record in self.records if "hash" in record]

    @property
    def head(self):
        """The newest version that was in the file, or None."""
        return next((record for record in reversed(self.versions) if record["action"] != "aside"), None)

    def find(self, number: int):
        return next((record for record in self.records if record.get("version") == number), None)

    def add(self, record: dict) -> dict:
        """On the disk when it returns."""
        record = {"time": now()} | record
        if "hash" in record:
            record["version"] = max((each["version"] for each in self.versions), default=0) + 1
        line = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        is_new = not self.file.exists()
        descriptor = os.open(self.file, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.truncate(self._whole)
            file.seek(self._whole)
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            sync_folder(self.file.parent)
        self._whole += len(line)
        self.records.append(record)
        return record

    def rewrite(self, records: list) -> None:
        data = b"".join(json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for record in records)
        replace(self.file, data, 0o600)
        self.records, self._whole = records, len(data)
