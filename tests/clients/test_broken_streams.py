"""A stream that breaks in the middle costs no row, doubles none, and runs no write twice."""

import socket
import threading

import pytest
from conftest import connect, leave


class AnswerMeter:
    """Counts the bytes of HTTP/2 answers (HEADERS and DATA frames) in what a server sends. SETTINGS, PING and WINDOW_UPDATE are no
    answer: a connection cut before its first answer would be one that never came to be, and gRPC clients then stay away for a minute."""

    HEAD, ANSWERS = 9, (0, 1)

    def __init__(self):
        self.head, self.left, self.counts = b"", 0, False

    def feed(self, data: bytes) -> int:
        answered, at = 0, 0
        while at < len(data):
            if self.left == 0:
                piece = data[at : at + self.HEAD - len(self.head)]
                self.head += piece
                at += len(piece)
                if len(self.head) == self.HEAD:
                    self.left, self.counts, self.head = int.from_bytes(self.head[:3], "big"), self.head[3] in self.ANSWERS, b""
                    answered += self.HEAD if self.counts else 0
                continue
            taken = min(self.left, len(data) - at)
            answered += taken if self.counts else 0
            self.left -= taken
            at += taken
        return answered


class BreakingProxy:
    """Passes bytes on to the lab; each time `budget` bytes of answers have come back, it cuts the connection, `cuts` times in all."""

    def __init__(self, port: int, budget: int, cuts: int):
        self.target, self.budget, self.cuts_left, self.cuts = port, budget, cuts, 0
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.target))
            threading.Thread(target=self.pass_on, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self.pass_on, args=(server, client, True), daemon=True).start()

    def pass_on(self, source, sink, is_answer):
        seen, meter = 0, AnswerMeter()
        try:
            while data := source.recv(65536):
                if is_answer:
                    seen += meter.feed(data)
                if seen > self.budget:
                    with self.lock:
                        if self.cuts_left > 0:
                            self.cuts_left -= 1
                            self.cuts += 1
                            break
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.listener.close()


@pytest.fixture
def breaking(lab):
    made = []

    def make(budget: int, cuts: int):
        proxy = BreakingProxy(lab.spark_port, budget, cuts)
        spark = connect(f"sc://127.0.0.1:{proxy.port}")
        made.append((proxy, spark))
        return proxy, spark

    yield make
    for proxy, spark in made:
        leave(spark)
        proxy.close()


def test_a_large_result_arrives_whole_over_a_connection_that_breaks(breaking):
    proxy, spark = breaking(5_000_000, 5)
    table = spark.range(4_000_000).selectExpr("id", "id * 7 AS x").toPandas()
    assert proxy.cuts == 5
    assert len(table) == 4_000_000
    assert table["id"].is_monotonic_increasing and table["id"].iloc[-1] == 3_999_999
    assert (table["x"] == table["id"] * 7).all()


def test_a_write_whose_answer_is_lost_is_written_once(breaking, place):
    proxy, spark = breaking(1 << 60, 0)
    spark.range(10).write.format("delta").save(place + "/once")
    # From now on every answer breaks its connection before it arrives.
    proxy.budget, proxy.cuts_left = 0, 3
    spark.range(5).write.format("delta").mode("append").save(place + "/once")
    proxy.budget = 1 << 60
    assert proxy.cuts == 3
    assert spark.read.format("delta").load(place + "/once").count() == 15
