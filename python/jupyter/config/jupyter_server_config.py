"""What the lab adds to a person's Jupyter server. JUPYTER_CONFIG_PATH leads here."""
import os
import pathlib
import sys

additions = pathlib.Path(__file__).resolve().parents[1]
# Of the server alone: kernels have no part in it.
sys.path.append(str(additions / "python"))

c = get_config()  # noqa: F821 (Jupyter defines it)
c.LabApp.extra_labextensions_path = [str(additions / "labextensions")]
c.ServerApp.contents_manager_class = "dflab_versions.contents.VersionedContentsManager"
if seconds := os.environ.get("DFLAB_VERSIONS_KEEP"):
    c.VersionedContentsManager.keep_seconds = int(seconds)
if size := os.environ.get("DFLAB_VERSIONS_SPACE"):
    c.VersionedContentsManager.area_bytes = int(size)
