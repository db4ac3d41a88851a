"""Which area a file belongs to: what everybody shares, or the person's own home."""
import os
import pathlib
import threading
import time

from dflab_versions.retention import tidy
from dflab_versions.store import Limits, VersionStore

_TIDY_EVERY = 3600


class Areas:
    def __init__(self, root: str, limits: Limits):
        self.root = pathlib.Path(os.path.realpath(root))
        self.limits = limits
        self._stores = {}
        self._tidied = {}
        self._lock = threading.Lock()

    def find(self, os_path: str):
        """(store, real path) of a file; (None, real path) for what lies in neither area."""
        # Only the folders and a link that the file itself is: a file that is not there yet has a place too.
        path = pathlib.Path(os.path.realpath(os_path))
        for area in (self.root, pathlib.Path(os.path.realpath(self.root / "shared"))):
            if area != path and area in path.parents:
                return self._store(area), path
        return None, path

    def all(self) -> list:
        areas = dict.fromkeys((self.root, pathlib.Path(os.path.realpath(self.root / "shared"))))
        return [self._store(area) for area in areas if area.is_dir()]

    def api_path(self, store: VersionStore, name: str) -> str:
        """The path by which the contents API knows a file of an area."""
        return name if store.area == self.root else f"shared/{name}"

    def tidy_sometimes(self, store: VersionStore) -> None:
        """Called after saves; what it does takes place behind them."""
        with self._lock:
            if time.monotonic() - self._tidied.get(store.area, float("-inf")) < _TIDY_EVERY:
                return
            self._tidied[store.area] = time.monotonic()
        threading.Thread(target=tidy, args=(store,), name="versions", daemon=True).start()

    def _store(self, area: pathlib.Path) -> VersionStore:
        with self._lock:
            if area not in self._stores:
                self._stores[area] = VersionStore(area, self.limits)
            return self._stores[area]
