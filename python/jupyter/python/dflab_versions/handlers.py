"""The REST API of histories, below `dflab/api/versions` of a person's server. docs/how-to/notebook-versions.md lists it."""
import json

from anyio.to_thread import run_sync
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado import web

from dflab_versions.contents import VersionedContentsManager, notebook_text
from dflab_versions.differences import compare
from dflab_versions.store import ANY, Gone, hash_of


class _Handler(APIHandler):
    auth_resource = "contents"

    def write_error(self, status_code, **kwargs):
        error = kwargs.get("exc_info", (None, None, None))[1]
        if isinstance(error, Gone):
            kwargs["exc_info"] = (web.HTTPError, web.HTTPError(404, "There is no such version"), None)
            self.set_status(404)
            status_code = 404
        super().write_error(status_code, **kwargs)

    def log_exception(self, typ, value, tb):
        if not isinstance(value, Gone):
            super().log_exception(typ, value, tb)

    @property
    def areas(self):
        return self.contents_manager.areas

    def find(self, path: str, identity: str = ""):
        """(store, history, real path) of a path, or of the history that is named besides: of a file that has gone."""
        os_path = self.contents_manager._get_os_path(path.strip("/"))
        store, real = self.areas.find(os_path)
        if store is None:
            raise web.HTTPError(404, f"{path} is in no folder that versions are kept of")
        history = store.get_history(identity) if identity else store.find_history(real)
        if history is None:
            raise web.HTTPError(404, f"{path} has no versions yet")
        return store, history, real

    def find_version(self, history, text):
        record = history.find(int(text)) if str(text).isdigit() else None
        if record is None:
            raise web.HTTPError(404, f"There is no version {text}")
        return record

    def finish_json(self, value) -> None:
        self.set_header("Cache-Control", "no-store")
        self.finish(json.dumps(value))


def _shown(record: dict) -> dict:
    return {name: value for name, value in record.items() if name != "pieces"}


class HistoryHandler(_Handler):
    """GET: the records of a file, the newest first."""

    @web.authenticated
    @authorized
    async def get(self):
        path = self.get_query_argument("path")
        store, history, real = await run_sync(self.find, path, self.get_query_argument("id", ""))
        data = await run_sync(_read_or_none, real)
        self.finish_json({"path": path, "id": history.id, "hash": None if data is None else hash_of(data), "records": [_shown(record) for record in reversed(history.records)]})


class VersionHandler(_Handler):
    """GET: the bytes of a version."""

    @web.authenticated
    @authorized
    async def get(self):
        store, history, _ = await run_sync(self.find, self.get_query_argument("path"), self.get_query_argument("id", ""))
        record = self.find_version(history, self.get_query_argument("version"))
        data = await run_sync(store.read, record)
        # Never a page of the lab's own origin, whatever somebody saved.
        self.set_header("Content-Type", "application/octet-stream")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Content-Disposition", "attachment")
        self.finish(data)


class DifferenceHandler(_Handler):
    """GET: what changed from version `from` to version `to`, without it to the file as it is."""

    @web.authenticated
    @authorized
    async def get(self):
        path = self.get_query_argument("path")
        store, history, real = await run_sync(self.find, path, self.get_query_argument("id", ""))
        old = await run_sync(store.read, self.find_version(history, self.get_query_argument("from")))
        to = self.get_query_argument("to", "")
        new = await run_sync(store.read, self.find_version(history, to)) if to else (await run_sync(_read_or_none, real) or b"")
        self.finish_json(await run_sync(compare, old, new, history.path))


class RestoreHandler(_Handler):
    """POST: a version becomes the file again, which is a save. `base_hash` as in the contents API."""

    @web.authenticated
    @authorized
    async def post(self):
        body = self.get_json_body() or {}
        path = body.get("path", "")
        store, history, real = await run_sync(self.find, path, body.get("id", ""))
        record = self.find_version(history, body.get("version", ""))
        data = await run_sync(store.read, record)
        real.parent.mkdir(parents=True, exist_ok=True)
        model = await self.contents_manager.restore(path.strip("/"), data, body.get("base_hash", ANY), record["version"])
        self.finish_json({name: model[name] for name in ("path", "hash", "dflab")})


class AsideHandler(_Handler):
    """POST: what is open and not saved becomes a version; the file stays as it is."""

    @web.authenticated
    @authorized
    async def post(self):
        body = self.get_json_body() or {}
        store, real = self.areas.find(self.contents_manager._get_os_path(str(body.get("path", "")).strip("/")))
        content = body.get("content")
        if store is None or content is None or isinstance(content, str) is (body.get("type") == "notebook"):
            raise web.HTTPError(400, "path, type (notebook or file) and content are expected")
        data = (await run_sync(notebook_text, content) if body["type"] == "notebook" else content).encode("utf-8")
        if not store.is_kept(data):
            raise web.HTTPError(400, "versions are kept of texts up to a size only")
        self.finish_json(_shown(await run_sync(store.set_aside, real, data, self.contents_manager.author())))


class ForgetHandler(_Handler):
    """POST: a version goes for good, because of a secret in it. Not the one that is the file: change the file first."""

    @web.authenticated
    @authorized
    async def post(self):
        body = self.get_json_body() or {}
        store, history, real = await run_sync(self.find, body.get("path", ""), body.get("id", ""))
        record = self.find_version(history, body.get("version", ""))
        current = await run_sync(_read_or_none, real)
        if current is not None and hash_of(current) == record["hash"] and store.find_history(real) is not None and store.find_history(real).id == history.id:
            raise web.HTTPError(409, "That version is what the file says now")
        await run_sync(store.forget, history, record["version"])
        self.set_status(204)
        self.finish()


class GoneHandler(_Handler):
    """GET: files that have versions and are no longer there, the last gone first."""

    @web.authenticated
    @authorized
    async def get(self):
        self.finish_json(await run_sync(self._list))

    def _list(self) -> list:
        gone = []
        for store in self.areas.all():
            for history in store.histories():
                there = (store.area / history.path).is_file() and store.is_current(history)
                if not there and history.head is not None:
                    gone.append({"path": self.areas.api_path(store, history.path), "id": history.id, "record": _shown(history.records[-1]), "version": history.head["version"], "size": history.head["size"]})
        return sorted(gone, key=lambda each: each["record"]["time"], reverse=True)


def _read_or_none(path):
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


_HANDLERS = [("history", HistoryHandler), ("version", VersionHandler), ("difference", DifferenceHandler), ("restore", RestoreHandler), ("aside", AsideHandler), ("forget", ForgetHandler), ("gone", GoneHandler)]


def add_handlers(server) -> None:
    if not isinstance(server.contents_manager, VersionedContentsManager):
        server.log.warning("versions of notebooks are off: ServerApp.contents_manager_class is another than dflab's")
        return
    base = url_path_join(server.web_app.settings["base_url"], "dflab/api/versions")
    server.web_app.add_handlers(".*$", [(url_path_join(base, name), handler) for name, handler in _HANDLERS])
