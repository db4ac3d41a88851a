"""The host names of the lab's services inside Python, where the system does not know them.

`DFLAB_HOSTS` names them, by spaces: `mlflow=127.0.0.1`, or with a port that is elsewhere here, `minio:9000=127.0.0.1:41234`. Whoever sets it
(the lab does, for its notebooks) says that these names are its own; names that it does not hold are looked up as ever."""
import functools
import socket


def read_hosts(text):
    """{(name, port or None): (address, port or None)}"""
    hosts = {}
    for entry in text.split():
        name, _, address = entry.partition("=")
        hosts[_place(name)] = _place(address)
        hosts.setdefault((_place(name)[0], None), (_place(address)[0], None))
    return hosts


def _place(text):
    name, _, port = text.partition(":")
    return name.lower(), int(port) if port else None


def find(hosts, name, port):
    """Where a name's port is, or None."""
    if isinstance(name, bytes):
        name = name.decode("ascii", "replace")
    if not isinstance(name, str):
        return None
    number = int(port) if isinstance(port, int) or (isinstance(port, str) and port.isdigit()) else None
    address, other = hosts.get((name.lower(), number)) or hosts.get((name.lower(), None)) or (None, None)
    return None if address is None else (address, port if other is None else other)


def install(text):
    hosts = read_hosts(text)
    ask, ask_one, ask_all = socket.getaddrinfo, socket.gethostbyname, socket.gethostbyname_ex
    connect_socket, connect_socket_ex = socket.socket.connect, socket.socket.connect_ex

    @functools.wraps(ask)
    def getaddrinfo(host, port, *arguments, **options):
        return ask(*(find(hosts, host, port) or (host, port)), *arguments, **options)

    @functools.wraps(ask_one)
    def gethostbyname(hostname):
        return ask_one((find(hosts, hostname, None) or (hostname,))[0])

    @functools.wraps(ask_all)
    def gethostbyname_ex(hostname):
        found = find(hosts, hostname, None)
        return ask_all(hostname) if found is None else (hostname, [], ask_all(found[0])[2])

    # `connect(("minio", 9000))` asks no function of this module.
    def connect(self, address):
        return connect_socket(self, named(address))

    def connect_ex(self, address):
        return connect_socket_ex(self, named(address))

    def named(address):
        found = find(hosts, *address[:2]) if isinstance(address, tuple) and len(address) >= 2 else None
        return address if found is None else found + address[2:]

    socket.getaddrinfo, socket.gethostbyname, socket.gethostbyname_ex = getaddrinfo, gethostbyname, gethostbyname_ex
    socket.socket.connect, socket.socket.connect_ex = connect, connect_ex
