"""Work in notebooks is never lost: every save is a version, and nobody overwrites somebody else's without being told.

A Jupyter server extension in three parts: `contents.py` is the contents manager that saves, `handlers.py` the REST API of
histories, `store.py` what is on disk. docs/how-to/notebook-versions.md tells users and writers of programs all of it.
"""


def _jupyter_server_extension_points():
    return [{"module": "dflab_versions"}]


def _load_jupyter_server_extension(server):
    from dflab_versions.handlers import add_handlers

    add_handlers(server)
