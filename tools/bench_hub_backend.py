"""What stands behind the proxies of `./dev bench hub`: a WebSocket that echoes and a download of any size.

Loaded as an extension by a person's notebook server behind the lab's door, or run alone (`bench_hub_backend.py PORT PREFIX`).
"""

import asyncio
import sys

import tornado.web
import tornado.websocket

BLOCK = bytes(1 << 20)


class Echo(tornado.websocket.WebSocketHandler):
    def check_origin(self, origin):
        return True

    async def on_message(self, message):
        await self.write_message(message, binary=isinstance(message, bytes))


class Download(tornado.web.RequestHandler):
    async def get(self, count):
        self.set_header("Content-Type", "application/octet-stream")
        self.set_header("Content-Length", int(count) * len(BLOCK))
        for _ in range(int(count)):
            self.write(BLOCK)
            await self.flush()


def handlers(prefix):
    return [(prefix + r"bench/echo", Echo), (prefix + r"bench/download/(\d+)", Download)]


def _load_jupyter_server_extension(server):
    server.web_app.add_handlers(".*$", handlers(server.web_app.settings["base_url"]))


async def serve(port, prefix):
    tornado.web.Application(handlers(prefix)).listen(port, "127.0.0.1")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2]))
