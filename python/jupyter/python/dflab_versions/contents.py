"""JupyterLab's contents manager, whose saves are versions and do not overwrite what the person has not seen.

Whoever saves may send `base_hash` with the file: the SHA-256 of what the change was made on (the `hash` that the contents API
gives), null for a file that is not to be there yet. When the file is another one the answer is 409 and nothing has changed. The check and the
write are one step under a lock that holds between the servers of all people, which JupyterLab's own look before a save is not.
"""
import asyncio
import contextlib
import contextvars
import functools
import getpass
import os
from base64 import decodebytes

import nbformat
from anyio.to_thread import run_sync
from jupyter_server import _tz
from jupyter_server.base.call_context import CallContext
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from tornado import web
from traitlets import Integer

from dflab_versions.areas import Areas
from dflab_versions.store import ANY, Conflict, Limits

CONFLICT = "version conflict"


def notebook_text(content: dict, **more) -> str:
    """As JupyterLab's own contents manager writes it."""
    text = nbformat.writes(nbformat.from_dict(content), version=nbformat.NO_CONVERT, **more)
    return text if text.endswith("\n") else text + "\n"


class _Save:
    """What a save was asked to be, and what became of it."""

    def __init__(self, base=ANY, action: str = "save", more=None):
        self.base, self.action, self.more = base, action, more
        self.written = None


_save = contextvars.ContextVar("the save of this request", default=None)


class VersionedContentsManager(AsyncLargeFileManager):
    keep_seconds = Integer(90 * 86400, config=True, help="Age after which an older version of a file goes.")
    area_bytes = Integer(2 << 30, config=True, help="Space that the versions of a home, and those of the shared folder, may take.")
    file_bytes = Integer(64 << 20, config=True, help="Larger files are saved without a version.")

    @functools.cached_property
    def areas(self) -> Areas:
        return Areas(self.root_dir, Limits(file_bytes=self.file_bytes, keep_seconds=self.keep_seconds, area_bytes=self.area_bytes))

    def author(self) -> str:
        """Who asks: with the hub the person's name there."""
        with contextlib.suppress(LookupError, AttributeError):
            handler = CallContext.get(CallContext.JUPYTER_HANDLER)
            if handler is not None and handler.current_user is not None and os.environ.get("JUPYTERHUB_USER"):
                return handler.current_user.username
        return os.environ.get("JUPYTERHUB_USER") or os.environ.get("USER") or getpass.getuser()

    async def save(self, model, path=""):
        if model.get("type") == "directory":
            return await super().save(model, path)
        if model.get("chunk") is not None:
            return await self._save_chunk(model, path)
        base = model.pop("base_hash", ANY)
        if base is not ANY and base is not None and not isinstance(base, str):
            raise web.HTTPError(400, "base_hash is a hash or null")
        return await self._save_as(model, path, _Save(base))

    async def restore(self, path: str, data: bytes, base, version: int):
        """Saves the bytes of a version as they were."""
        model = {"type": "file", "format": "text", "content": data.decode("utf-8")}
        return await self._save_as(model, path, _Save(base, "restore", {"of": version}))

    async def _save_as(self, model, path, save):
        token = _save.set(save)
        try:
            saved = await super().save(model, path)
        finally:
            _save.reset(token)
        written = save.written
        if written is not None:
            # Not what is in the file by now, which may be the next person's.
            saved |= {"hash": written.hash, "hash_algorithm": "sha256", "last_modified": _tz.utcfromtimestamp(written.modified)}
            record = written.record
            saved["dflab"] = {"version": record.get("version"), "leaks": record.get("leaks", [])}
        return saved

    async def _save_chunk(self, model, path):
        os_path = self._get_os_path(path.strip("/"))
        if model["chunk"] == 1:
            await self._keep(os_path, "outside")
        saved = await super().save(model, path)
        if model["chunk"] == -1:
            await self._keep(os_path, "upload")
        return saved

    async def _keep(self, os_path, action) -> None:
        store, real = self.areas.find(os_path)
        # Too large a file is not even read.
        if store is not None and real.is_file() and real.stat().st_size <= self.file_bytes:
            await run_sync(store.keep, real, self.author() if action != "outside" else "", action)

    async def _save_notebook(self, os_path, nb, capture_validation_error=None):
        text = await run_sync(functools.partial(notebook_text, nb, capture_validation_error=capture_validation_error))
        await self._write(os_path, text.encode("utf-8"))

    async def _save_file(self, os_path, content, format):
        if format not in {"text", "base64"}:
            raise web.HTTPError(400, "Must specify format of file contents as 'text' or 'base64'")
        try:
            data = content.encode("utf8") if format == "text" else decodebytes(content.encode("ascii"))
        except Exception as error:
            raise web.HTTPError(400, f"Encoding error saving {os_path}: {error}") from error
        await self._write(os_path, data)

    async def _write(self, os_path, data: bytes) -> None:
        save = _save.get() or _Save()
        store, real = self.areas.find(os_path)
        if store is None:
            raise web.HTTPError(403, f"{real} lies neither in the home nor in the shared folder")
        write = functools.partial(store.write, real, data, author=self.author(), base=save.base, action=save.action, more=save.more)
        try:
            with self.perm_to_403(os_path):
                # A browser that goes away in the middle does not leave half a save.
                save.written = await asyncio.shield(run_sync(write))
        except Conflict as conflict:
            what = "has been deleted or moved" if conflict.found is None else "exists already" if save.base is None else "has been changed by somebody else"
            raise web.HTTPError(409, f"{real.name} {what} since it was opened here; nothing was saved", reason=CONFLICT) from conflict
        self.areas.tidy_sometimes(store)

    async def rename_file(self, old_path, new_path):
        link = self._get_os_path(old_path.strip("/"))
        old_store, old = self.areas.find(link)
        new_store, new = self.areas.find(self._get_os_path(new_path.strip("/")))
        # What a link leads to stays where it is.
        if old_store is None or old == new or os.path.islink(link):
            return await super().rename_file(old_path, new_path)
        author = self.author()
        if old_store is not new_store:
            # Into another area: its history stays where it was, as that of a file that has gone.
            await self._around(old_store.deleting(old, author), super().rename_file(old_path, new_path))
            return await self._keep(str(new), "moved")
        await self._around(old_store.moving(old, new, author), super().rename_file(old_path, new_path))

    async def delete_file(self, path):
        os_path = self._get_os_path(path.strip("/"))
        store, real = self.areas.find(os_path)
        if store is None or os.path.islink(os_path) or not os.path.exists(os_path):
            return await super().delete_file(path)
        await self._around(store.deleting(real, self.author()), super().delete_file(path))

    async def _around(self, context, doing):
        """Enters and leaves a context that blocks without holding up other requests."""
        try:
            await run_sync(context.__enter__)
        except BaseException:
            doing.close()
            raise
        try:
            await doing
        except BaseException as error:
            if not await run_sync(context.__exit__, type(error), error, error.__traceback__):
                raise
        else:
            await run_sync(context.__exit__, None, None, None)

    async def restore_checkpoint(self, checkpoint_id, path):
        os_path = self._get_os_path(path.strip("/"))
        await self._keep(os_path, "outside")
        await super().restore_checkpoint(checkpoint_id, path)
        await self._keep(os_path, "checkpoint")
