"""A tape between a Spark Connect client and its server, for `./dev bench`: what is left of a query's time when the server costs nothing?

    bench_replay.py PORT UPSTREAM          UPSTREAM: host:port of the real server

It hands every call on and keeps the answers. After a call of /dflab.Tape/Replay it answers from them: the last stream of each
streaming method and the last answer of every other, so the same client doing the same once more reads the same bytes. Answers carry
ids of the session, so the client must stay in it.
"""

import sys
from concurrent.futures import ThreadPoolExecutor

import grpc

REPLAY = "/dflab.Tape/Replay"
STREAMS = ("ExecutePlan", "ReattachExecute")
UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


class Tape(grpc.GenericRpcHandler):
    def __init__(self, upstream):
        self.channel = grpc.insecure_channel(upstream, UNLIMITED)
        self.kept = {}
        self.replays = False

    def service(self, details):
        method = details.method
        if method == REPLAY:
            return grpc.unary_unary_rpc_method_handler(self.start_replay)
        if method.rpartition("/")[2] in STREAMS:
            return grpc.unary_stream_rpc_method_handler(lambda request, context: self.stream(method, request, context))
        return grpc.unary_unary_rpc_method_handler(lambda request, context: self.answer(method, request, context))

    def start_replay(self, request, context):
        self.replays = True
        return b""

    @staticmethod
    def metadata(context):
        return [(key, value) for key, value in context.invocation_metadata() if key != "user-agent"]

    def stream(self, method, request, context):
        if self.replays:
            yield from self.kept[method]
            return
        answers = self.kept[method] = []
        for answer in self.channel.unary_stream(method)(request, metadata=self.metadata(context)):
            answers.append(answer)
            yield answer

    def answer(self, method, request, context):
        if not self.replays:
            self.kept[method] = self.channel.unary_unary(method)(request, metadata=self.metadata(context))
        return self.kept[method]


def main():
    port, upstream = sys.argv[1:3]
    server = grpc.server(ThreadPoolExecutor(8), options=UNLIMITED)
    server.add_generic_rpc_handlers([Tape(upstream)])
    server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    server.wait_for_termination()


if __name__ == "__main__":
    main()
