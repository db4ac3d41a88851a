"""The start-up hook. Of pyspark nothing is imported until a notebook does, and nothing of it is changed without SPARK_REMOTE."""
import importlib.abc
import importlib.machinery
import os
import sys

_PATCHES = {
    "pyspark.context": "patch_classic_context",
    "pyspark.sql.session": "patch_classic_session",
    "pyspark.sql.connect.client.core": "patch_connect_client",
    "pyspark.sql.connect.session": "patch_connect_session",
    "delta.tables": "patch_delta_tables",
    "prefect.task_runners": "patch_task_runners",
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


def _add_own_packages():
    """What a person has installed with PIP_PREFIX: behind the environment's own, which so stays as it is."""
    import site
    import sysconfig

    prefix = os.environ["PIP_PREFIX"]
    folder = sysconfig.get_path("purelib", vars={"base": prefix, "platbase": prefix})
    # Made now: Python remembers that a folder was not there, and a running kernel would not see what is installed later.
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError:
        return
    if folder not in sys.path:
        site.addsitedir(folder)


if os.environ.get("PIP_PREFIX"):
    _add_own_packages()
if os.environ.get("DFLAB_HOSTS"):
    from dflab import names

    names.install(os.environ["DFLAB_HOSTS"])
if os.environ.get("SPARK_REMOTE") and not any(isinstance(finder, _Finder) for finder in sys.meta_path):
    sys.meta_path.insert(0, _Finder())
