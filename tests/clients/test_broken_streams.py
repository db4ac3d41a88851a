"""A stream that breaks in the middle costs no row, doubles none, and runs no write twice."""

import socket
import threading

import pytest
from conftest import connect, leave


class BreakingProxy:
    """Passes bytes on to the lab; each time `budget` bytes have come back, it cuts the connection, `cuts` times in all."""

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
        seen = 0
        try:
            while data := source.recv(65536):
                seen += len(data)
                if is_answer and seen > self.budget:
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


@pytest.mark.only("spark42")
def test_a_write_whose_answer_is_lost_is_written_once(breaking, place):
    proxy, spark = breaking(1 << 60, 0)
    spark.range(10).write.format("delta").save(place + "/once")
    # From now on every answer breaks its connection before it arrives.
    proxy.budget, proxy.cuts_left = 0, 3
    spark.range(5).write.format("delta").mode("append").save(place + "/once")
    proxy.budget = 1 << 60
    assert proxy.cuts > 0
    assert spark.read.format("delta").load(place + "/once").count() == 15
