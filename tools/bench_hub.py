#!/usr/bin/env python3
"""./dev bench hub: the lab's door beside configurable-http-proxy, and a notebook behind it beside a bare `jupyter lab`, in one run.

Prints a table and writes a JSON file. It measures and never judges. docs/how-to/measure.md explains it.
"""

import argparse
import asyncio
import concurrent.futures
import datetime
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid

import bench
import bench_systems

ROOT, CACHE = bench_systems.ROOT, bench_systems.CACHE
PROXY = CACHE / "bench" / "http-proxy"
BACKEND = ROOT / "tools" / "bench_hub_backend.py"
CONNECTIONS, MESSAGE = 8, b"x" * 256
DOWNLOAD_BLOCKS = 1024  # of 1 MiB
USER, PASSWORD = "admin", "admin"


class Door(bench_systems.Lab):
    """A lab whose hub is asked; `ready` is the log-in page."""

    environment = "hub"

    def __init__(self, folder, threads):
        super().__init__(folder, threads)
        self.hub_port = bench_systems.free_port()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.hub_port}"

    def command(self):
        settings = {"hub.port": self.hub_port, "hub.environment": CACHE / "clients" / "hub", "hub.examples": self.folder / "none"}
        return [*super().command(), *(part for key, value in settings.items() for part in ("--set", f"{key}={value}"))]

    def is_ready(self):
        try:
            return urllib.request.urlopen(f"{self.url}/hub/login", timeout=5).status == 200
        except OSError:
            return False

    def give_backend(self, user):
        """The backend becomes an extension of that user's notebook server, which may read its home only."""
        folder = self.folder / "data" / "homes" / user / ".jupyter"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(BACKEND, folder)
        (folder / "jupyter_server_config.py").write_text(
            "import pathlib, sys\nsys.path.insert(0, str(pathlib.Path(__file__).parent))\nc.ServerApp.jpserver_extensions = {'bench_hub_backend': True}\n")


class BareJupyter(bench_systems.Server):
    """`jupyter lab` alone, as a person starts it; ready when its API answers."""

    name, environment, wait_seconds = "jupyter lab", "hub", 60
    token = "bench"

    @property
    def url(self):
        return f"http://127.0.0.1:{self.ports[0]}"

    def variables(self):
        return super().variables() | {"HOME": str(self.folder), "JUPYTER_ALLOW_INSECURE_WRITES": "1"}

    def command(self):
        return [bench_systems.python_of("hub"), "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={self.ports[0]}",
                f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={self.folder}"]

    def is_ready(self):
        try:
            return urllib.request.urlopen(f"{self.url}/api", timeout=5).status == 200
        except OSError:
            return False


class Proxy(bench_systems.Server):
    """configurable-http-proxy with one route to the backend."""

    name = "configurable-http-proxy"
    prefix = "/user/bench/"

    def __init__(self, folder, threads, backend_port):
        super().__init__(folder, threads)
        self.ports = [bench_systems.free_port(), bench_systems.free_port()]
        self.backend_port = backend_port

    @property
    def url(self):
        return f"http://127.0.0.1:{self.ports[0]}"

    def variables(self):
        return super().variables() | {"CONFIGPROXY_AUTH_TOKEN": "bench"}

    def command(self):
        return [node(), str(PROXY / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy"), "--ip", "127.0.0.1", "--port", str(self.ports[0]),
                "--api-ip", "127.0.0.1", "--api-port", str(self.ports[1]), "--log-level", "error"]

    def add_route(self):
        request = urllib.request.Request(f"http://127.0.0.1:{self.ports[1]}/api/routes{self.prefix}", method="POST", headers={"Authorization": "token bench"},
                                         data=json.dumps({"target": f"http://127.0.0.1:{self.backend_port}"}).encode())
        urllib.request.urlopen(request, timeout=10).close()


class Backend(bench_systems.Server):
    """The backend alone, for the other proxy."""

    name = "backend"

    def command(self):
        return [bench_systems.python_of("hub"), str(BACKEND), str(self.ports[0]), Proxy.prefix]


def node():
    return str(pathlib.Path(os.environ["DFLAB_THIRD"]) / "node" / "bin" / "node")


def prepare():
    """The environment of notebooks, and the other proxy out of its npm package."""
    subprocess.run([ROOT / "tools" / "clients_setup", "hub"], check=True)
    pins = [line for line in (ROOT / "deps" / "npm-bench.txt").read_text().splitlines() if line and not line.startswith("#")]
    made_from = PROXY / "pins"
    if not made_from.exists() or made_from.read_text() != "\n".join(pins):
        shutil.rmtree(PROXY, ignore_errors=True)
        PROXY.mkdir(parents=True)
        tools = pathlib.Path(node()).parent
        subprocess.run([tools / "npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", PROXY, *pins], check=True,
                       env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"})
        made_from.write_text("\n".join(pins))


class Visitor:
    """Somebody with a browser and a token."""

    def __init__(self, url, user, password):
        import requests

        self.url, self.user, self.http = url, user, requests.Session()
        self.http.get(f"{url}/hub/login", timeout=30)
        answer = self.http.post(f"{url}/hub/login", data={"_xsrf": self.csrf, "username": user, "password": password}, allow_redirects=False, timeout=30)
        if answer.status_code != 302:
            raise RuntimeError(f"{user} was not let in: {answer.status_code}")
        answer = requests.post(f"{url}/hub/api/users/{user}/tokens", json={"auth": {"username": user, "password": password}}, timeout=30)
        self.headers = {"Authorization": f"token {answer.json()['token']}"}

    @property
    def csrf(self):
        return next(cookie.value for cookie in self.http.cookies if cookie.name == "_xsrf" and cookie.path == "/hub/")

    def call(self, method, path, body=None):
        import requests

        answer = requests.request(method, f"{self.url}/hub/api{path}", headers=self.headers, json=body, timeout=60)
        answer.raise_for_status()
        return answer

    def start_server(self, user):
        """Returns when the server answers."""
        import requests

        self.call("POST", f"/users/{user}/server")
        with requests.get(f"{self.url}/hub/api/users/{user}/server/progress", headers=self.headers, stream=True, timeout=180) as events:
            for line in events.iter_lines(decode_unicode=True):
                if line.startswith("data: ") and (event := json.loads(line[6:])).get("failed"):
                    raise RuntimeError(event["message"])
        if not self.call("GET", f"/users/{user}").json()["servers"][""]["ready"]:
            raise RuntimeError(f"the server of {user} did not start")


def run_in_kernel(url, headers):
    """A new kernel's first answer through its WebSocket."""
    import requests
    import websocket

    kernel = requests.post(f"{url}/api/kernels", headers=headers, json={"name": "python3"}, timeout=60)
    kernel.raise_for_status()
    channel = websocket.create_connection(f"{url.replace('http', 'ws', 1)}/api/kernels/{kernel.json()['id']}/channels", header=headers, timeout=60)
    identifier = uuid.uuid4().hex
    channel.send(json.dumps({"channel": "shell", "parent_header": {}, "metadata": {}, "buffers": [],
                             "header": {"msg_id": identifier, "msg_type": "execute_request", "session": "bench", "username": "", "version": "5.3", "date": ""},
                             "content": {"code": "6 * 7", "silent": False, "store_history": False, "user_expressions": {}, "allow_stdin": False}}))
    while True:
        text = channel.recv()
        message = json.loads(text) if isinstance(text, str) else {}
        if message.get("msg_type") == "execute_result" and message["parent_header"].get("msg_id") == identifier:
            if message["content"]["data"]["text/plain"] != "42":
                raise RuntimeError("the kernel answers wrongly")
            channel.close()
            return


def measure_starts(options, folder):
    seconds = []
    for i in range(options.starts):
        with Door(folder / f"start{i}", options.threads) as door:
            seconds.append(door.start_seconds)
    return seconds


def measure_kernel_of_lab(options, folder):
    seconds = []
    for i in range(options.runs):
        with Door(folder / f"kernel{i}", options.threads) as door:
            began = time.monotonic()
            visitor = Visitor(door.url, USER, PASSWORD)
            visitor.start_server(USER)
            run_in_kernel(f"{door.url}/user/{USER}", visitor.headers)
            seconds.append(time.monotonic() - began)
    return seconds


def measure_bare_kernel(options, folder):
    seconds = []
    for i in range(options.runs):
        began = time.monotonic()
        with BareJupyter(folder / f"bare{i}", options.threads) as server:
            run_in_kernel(server.url, {"Authorization": f"token {server.token}"})
            seconds.append(time.monotonic() - began)
    return seconds


def own_megabytes(pid):
    fields = pathlib.Path("/proc", str(pid), "status").read_text().split()
    return int(fields[fields.index("VmRSS:") + 1]) / 1024


def measure_users(options, folder):
    """Resident bytes of the lab's own process while so many people's servers run and nobody works."""
    with Door(folder / "users", options.threads) as door:
        visitor = Visitor(door.url, USER, PASSWORD)
        names = [f"user{i}" for i in range(options.users)]
        visitor.call("POST", "/users", {"usernames": names})
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(visitor.start_server, names))
        time.sleep(2)
        return own_megabytes(door.process.pid)


async def echo(url, headers, messages):
    import aiohttp

    async def one(session):
        async with session.ws_connect(f"{url}bench/echo", headers=headers) as channel:
            for _ in range(messages // CONNECTIONS):
                await channel.send_bytes(MESSAGE)
                if await channel.receive_bytes() != MESSAGE:
                    raise RuntimeError("the echo is another")

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(one(session) for _ in range(CONNECTIONS)))


async def download(url, headers, blocks):
    import aiohttp

    async with aiohttp.ClientSession() as session, session.get(f"{url}bench/download/{blocks}", headers=headers) as answer:
        answer.raise_for_status()
        count = 0
        async for piece in answer.content.iter_any():
            count += len(piece)
        if count != blocks << 20:
            raise RuntimeError(f"{count} bytes came")


def measure_proxy(server, url, headers, options):
    """What a proxy costs, medians of runs; only its own process counts, not what stands behind it."""

    def own_cpu():
        fields = pathlib.Path("/proc", str(server.process.pid), "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / bench_systems.TICKS

    rows = {}
    for name, task, count in (("messages", echo, options.messages), ("bytes", download, options.blocks)):
        asyncio.run(task(url, headers, CONNECTIONS))  # warm
        costs, seconds = [], []
        for _ in range(options.runs):
            before, began = own_cpu(), time.monotonic()
            asyncio.run(task(url, headers, count))
            seconds.append(time.monotonic() - began)
            costs.append(own_cpu() - before)
        units = count if name == "messages" else count << 20
        rows[name] = {"units": units, "cpu": statistics.median(costs), "seconds": statistics.median(seconds)}
    return rows


def measure_proxies(options, folder):
    results = {}
    with Door(folder / "proxy", options.threads) as door:
        door.give_backend(USER)
        visitor = Visitor(door.url, USER, PASSWORD)
        visitor.start_server(USER)
        results["lab"] = measure_proxy(door, f"{door.url}/user/{USER}/", visitor.headers, options)
    with Backend(folder / "backend", options.threads) as backend, Proxy(folder / "other", options.threads, backend.ports[0]) as proxy:
        proxy.add_route()
        results["other"] = measure_proxy(proxy, proxy.url + Proxy.prefix, {}, options)
    return results


def spread(seconds):
    return f"{statistics.median(seconds):.3f} ±{(max(seconds) - min(seconds)) / 2:.3f} s"


def print_table(results):
    if "starts" in results:
        print(f"  start to log-in page            {spread(results['starts'])}   wanted: ≤ 0.5 s")
    if "kernel" in results:
        lab, bare = results["kernel"], results["bare"]
        factor = statistics.median(lab) / statistics.median(bare)
        print(f"  log-in to a kernel's answer     {spread(lab)}, bare jupyter lab {spread(bare)}: {factor:.2f} x   wanted: ≤ 1.3 x")
    if "users_mb" in results:
        print(f"  memory of the lab's process     {results['users_mb']:.0f} MB with {results['users']} idle servers   wanted: < 200 MB")
    if "proxies" in results:
        for name, unit, wanted in (("messages", "messages", 5), ("bytes", "MB", 2)):
            rates = {}
            for system, rows in results["proxies"].items():
                scale = 1 if name == "messages" else 1e6
                rates[system] = rows[name]["units"] / scale / max(rows[name]["cpu"], 1 / bench_systems.TICKS)
            print(f"  {unit + ' for a CPU second':<32}{rates['lab']:,.0f}, configurable-http-proxy {rates['other']:,.0f}: {rates['lab'] / rates['other']:.1f} x   wanted: ≥ {wanted} x")


PARTS = ("starts", "kernel", "users", "proxy")


def main():
    parser = argparse.ArgumentParser(prog="./dev bench hub", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", choices=[*PARTS, []], help=f"of {', '.join(PARTS)}; all without")
    parser.add_argument("--quick", action="store_true", help="tiny: does everything run?")
    parser.add_argument("--users", type=int, help="people with a server at once (50)")
    parser.add_argument("--runs", type=int, help="runs of everything but starts (3)")
    parser.add_argument("--threads", type=int, default=2, help="cores that each server and the client share (2)")
    options = parser.parse_args()
    options.users = options.users or (2 if options.quick else 50)
    options.runs = options.runs or (1 if options.quick else 3)
    options.starts = 2 if options.quick else 10
    options.messages = 800 if options.quick else 40_000
    options.blocks = 16 if options.quick else DOWNLOAD_BLOCKS
    if pathlib.Path(sys.prefix) != pathlib.Path(bench_systems.python_of("hub")).parents[1]:
        prepare()
        os.execv(bench_systems.python_of("hub"), [bench_systems.python_of("hub"), __file__, *sys.argv[1:]])  # its packages are the client's

    about = bench.machine() | {"runs": options.runs, "threads": options.threads, "quick": options.quick}
    parts, results = options.parts or PARTS, {}
    with tempfile.TemporaryDirectory(prefix="dflab-bench-") as name:
        folder = pathlib.Path(name)
        if "starts" in parts:
            results["starts"] = measure_starts(options, folder)
        if "kernel" in parts:
            results["kernel"] = measure_kernel_of_lab(options, folder)
            results["bare"] = measure_bare_kernel(options, folder)
        if "users" in parts:
            results |= {"users": options.users, "users_mb": measure_users(options, folder)}
        if "proxy" in parts:
            results["proxies"] = measure_proxies(options, folder)
    about["load_at_end"] = os.getloadavg()[0]
    print(", ".join(f"{key} {value}" for key, value in about.items()))
    print_table(results)
    if options.quick:
        print("--quick shows that everything runs; these figures say nothing.")
    target = ROOT / "build" / "bench" / f"hub-{datetime.datetime.now():%Y%m%d-%H%M%S}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps({"about": about, "results": results}, indent=1))
    print(f"\nAll of it: {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
