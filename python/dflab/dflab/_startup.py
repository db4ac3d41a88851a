"""The start-up hook: nothing is imported until pyspark or delta is, and nothing happens without SPARK_REMOTE."""
import importlib.abc
import importlib.machinery
import os
import sys

_PATCHES = {
    "pyspark.context": "patch_classic_context",
    "pyspark.sql.session": "patch_classic_session",
    "pyspark.sql.connect.session": "patch_connect_session",
    "delta.tables": "patch_delta_tables",
}


class _Finder(importlib.abc.MetaPathFinder):
    """Runs a patch after one of these modules was loaded in the ordinary way."""

    def find_spec(self, name, path=None, target=None):
        if name not in _PATCHES:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, _PATCHES[name])
        return spec


class _Loader(importlib.abc.Loader):
    def __init__(self, loader, patch):
        self._loader = loader
        self._patch = patch

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        self._loader.exec_module(module)
        from dflab import patches

        getattr(patches, self._patch)(module)

    def __getattr__(self, name):
        return getattr(self._loader, name)


if os.environ.get("SPARK_REMOTE") and not any(isinstance(finder, _Finder) for finder in sys.meta_path):
    sys.meta_path.insert(0, _Finder())
