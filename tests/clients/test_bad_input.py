"""Whatever comes over the wire ends in a clear error of its protocol: the process stays up, other sessions notice nothing, memory is bounded."""

import concurrent.futures
import os
import pathlib
import socket
import struct
import threading
import time
import uuid
import zlib

import grpc
import pytest
from pyspark.sql.connect import proto

import lab as lab_module

CALL = "/spark.connect.SparkConnectService/"


@pytest.fixture(scope="module")
def target():
    made = lab_module.Lab(**{"spark.memory": "512MB"})
    try:
        yield made.start()
    finally:
        assert made.process.poll() is None, made.tail()
        made.close()


@pytest.fixture(autouse=True)
def stays_up(target):
    """After each test another session answers, and the process is the same and of bounded size."""
    yield
    assert target.process.poll() is None, target.tail()
    plan = proto.Plan(root=proto.Relation(range=proto.Range(start=0, end=3, step=1)))
    assert rows_of(target, plan) == 3
    assert resident_mb(target) < 2500


def resident_mb(target):
    status = pathlib.Path(f"/proc/{target.process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) // 1024


def channel_of(target):
    return grpc.insecure_channel(f"127.0.0.1:{target.spark_port}", options=[("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)])


def execute(target, plan, raw=None, session=None, timeout=60):
    """All responses to a plan, given as a message or as the bytes of a whole request."""
    request = raw if raw is not None else proto.ExecutePlanRequest(
        session_id=session or str(uuid.uuid4()), user_context=proto.UserContext(user_id="t"), client_type="test spark/4.2.0", plan=plan).SerializeToString()
    with channel_of(target) as channel:
        call = channel.unary_stream(CALL + "ExecutePlan", request_serializer=lambda b: b, response_deserializer=proto.ExecutePlanResponse.FromString)
        return list(call(request, timeout=timeout))


def rows_of(target, plan):
    return sum(response.arrow_batch.row_count for response in execute(target, plan) if response.HasField("arrow_batch"))


def refused(target, plan=None, raw=None, **rest):
    with pytest.raises(grpc.RpcError) as caught:
        execute(target, plan, raw, **rest)
    assert caught.value.code() != grpc.StatusCode.UNAVAILABLE, caught.value
    assert caught.value.code() != grpc.StatusCode.DEADLINE_EXCEEDED, caught.value
    return caught.value.details()


def relation(**parts):
    return proto.Plan(root=proto.Relation(**parts))


def literal(**value):
    return proto.Expression(literal=proto.Expression.Literal(**value))


def one_row(*expressions):
    return relation(project=proto.Project(expressions=expressions))


# Plans


@pytest.mark.parametrize("junk", [b"", b"\x00", b"\xff" * 100, b"\x0a\xff\xff\xff\xff\x0f", os.urandom(5000), b"\x0a\x24" + b"x" * 36 + b"\x1a\x05ab"])
def test_bytes_that_are_no_request_are_refused(target, junk):
    refused(target, raw=junk)


@pytest.mark.parametrize("plan", [
    proto.Plan(),
    relation(),
    proto.Plan(command=proto.Command()),
    relation(project=proto.Project(expressions=[proto.Expression()])),
    relation(filter=proto.Filter()),
    relation(filter=proto.Filter(input=proto.Relation(range=proto.Range(start=0, end=1, step=1)))),
    relation(join=proto.Join()),
    relation(set_op=proto.SetOperation()),
    relation(aggregate=proto.Aggregate()),
    relation(sort=proto.Sort()),
    relation(read=proto.Read()),
    relation(sql=proto.SQL()),
    relation(to_schema=proto.ToSchema()),
    relation(sample=proto.Sample()),
    relation(unpivot=proto.Unpivot()),
    relation(catalog=proto.Catalog()),
    relation(with_columns=proto.WithColumns()),
    relation(cached_local_relation=proto.CachedLocalRelation(hash="../../etc/passwd")),
    relation(range=proto.Range(start=0, end=10, step=0)),
    relation(limit=proto.Limit(input=proto.Relation(range=proto.Range(start=0, end=10, step=1)), limit=-5)),
    one_row(proto.Expression(cast=proto.Expression.Cast())),
    one_row(proto.Expression(window=proto.Expression.Window())),
    one_row(proto.Expression(lambda_function=proto.Expression.LambdaFunction())),
    one_row(proto.Expression(update_fields=proto.Expression.UpdateFields())),
    one_row(proto.Expression(unresolved_function=proto.Expression.UnresolvedFunction())),
    one_row(literal(decimal=proto.Expression.Literal.Decimal(value="12x"))),
    one_row(literal(decimal=proto.Expression.Literal.Decimal(value="1", precision=2**31 - 1, scale=2**31 - 1))),
    one_row(proto.Expression(literal=proto.Expression.Literal())),
    proto.Plan(command=proto.Command(write_operation=proto.WriteOperation())),
    proto.Plan(command=proto.Command(create_dataframe_view=proto.CreateDataFrameViewCommand())),
    proto.Plan(command=proto.Command(sql_command=proto.SqlCommand())),
], ids=lambda plan: (plan.WhichOneof("op_type") or "nothing") + "-" + ((plan.root.WhichOneof("rel_type") or "") if plan.HasField("root") else (plan.command.WhichOneof("command_type") or "")))
def test_plans_with_holes_are_refused(target, plan):
    refused(target, plan)


def nested_raw(levels, head, wrap):
    """The bytes of a message nested by hand: protobuf's own writers refuse or recurse."""
    body = head
    for _ in range(levels):
        body = wrap(body)
    return body


def field(number, body):
    def varint(value):
        out = b""
        while value > 127:
            out += bytes([value & 127 | 128])
            value >>= 7
        return out + bytes([value])
    return varint(number << 3 | 2) + varint(len(body)) + body


def request_with_root(root):
    request = proto.ExecutePlanRequest(session_id=str(uuid.uuid4()), user_context=proto.UserContext(user_id="t"), client_type="x spark/4.2.0")
    return request.SerializeToString() + field(3, field(1, root))


RANGE = proto.Relation(range=proto.Range(start=0, end=1, step=1)).SerializeToString()


@pytest.mark.parametrize("levels", [3_000, 10_000])
def test_deep_relations_end_in_an_answer(target, levels):
    # Relation.subquery_alias = 16 {input = 1}
    number = proto.Relation.DESCRIPTOR.fields_by_name["subquery_alias"].number
    raw = request_with_root(nested_raw(levels, RANGE, lambda body: field(number, field(1, body) + field(2, b"t"))))
    if levels > 1_000:
        refused(target, raw=raw)
    else:
        try:
            execute(target, None, raw)
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.INTERNAL


@pytest.mark.parametrize("levels", [3_000, 10_000])
def test_deep_expressions_end_in_an_answer(target, levels):
    function = proto.Expression.DESCRIPTOR.fields_by_name["unresolved_function"].number
    inner = literal(integer=1).SerializeToString()
    deep = nested_raw(levels, inner, lambda body: field(function, field(1, b"negative") + field(2, body)))
    raw = request_with_root(field(proto.Relation.DESCRIPTOR.fields_by_name["project"].number, field(3, deep)))
    if levels > 1_000:
        refused(target, raw=raw)
    else:
        try:
            execute(target, None, raw)
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.INTERNAL


# SQL


def sql(text):
    return relation(sql=proto.SQL(query=text))


# Rows that come with plans


def arrow_rows():
    import pyarrow as pa

    table = pa.table({"a": pa.array([1, 2, None], pa.int64()), "s": ["x", None, "yyy"], "l": [[1], [], None], "d": pa.array(["p", "q", "p"]).dictionary_encode()})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def test_good_rows_are_taken(target):
    assert rows_of(target, relation(local_relation=proto.LocalRelation(data=arrow_rows()))) == 3


def test_broken_arrow_rows_are_refused_or_read(target):
    good = arrow_rows()
    broken = [b"junk", good[:50], good[:-40], good[: len(good) // 2], b"\xff\xff\xff\xff" + struct.pack("<i", 2**31 - 1) + b"x" * 100]
    for at in range(8, len(good), 3):
        broken.append(good[:at] + bytes([good[at] ^ 0xFF]) + good[at + 1:])
    answers = {"read": 0, "refused": 0}

    def send(data):
        try:
            execute(target, relation(local_relation=proto.LocalRelation(data=data)))
            return "read"
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.INTERNAL, error
            return "refused"

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for answer in pool.map(send, broken):
            answers[answer] += 1
    assert answers["refused"] > 20


def test_offsets_out_of_range_are_refused(target):
    import pyarrow as pa

    def stream(array):
        batch = pa.record_batch([array], names=["s"])
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema) as writer:
            writer.write_batch(batch)
        return sink.getvalue().to_pybytes()

    # pyarrow refuses to write such arrays: the bytes are changed behind its back.
    texts = (pa.array(["a", "bc"]), ("<iii", 0, 1, 3), ("<iii", 0, 1 << 20, 1 << 30))
    lists = (pa.array([[7] * 5]), ("<ii", 0, 5), ("<ii", 0, 1 << 28))
    index = (pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int32()), pa.array(["a", "b"])), ("<ii", 0, 1), ("<ii", 0, 77))
    for array, good, wrong in (texts, lists, index):
        data = stream(array)
        at = data.rindex(struct.pack(*good))
        broken = data[:at] + struct.pack(*wrong) + data[at + struct.calcsize(wrong[0]):]
        refused(target, relation(local_relation=proto.LocalRelation(data=broken)))


def test_rows_that_do_not_fit_their_schema_are_refused(target):
    for schema in ("a INT", "a BIGINT, s STRING", "not a schema ((", '{"type":"struct"}', "{" * 5_000):
        refused(target, relation(local_relation=proto.LocalRelation(data=arrow_rows(), schema=schema)))


# Artifacts


def add_artifacts(target, *requests):
    session = str(uuid.uuid4())
    with channel_of(target) as channel:
        call = channel.stream_unary(CALL + "AddArtifacts", request_serializer=proto.AddArtifactsRequest.SerializeToString, response_deserializer=proto.AddArtifactsResponse.FromString)
        for request in requests:
            request.session_id = session
        return call(iter(requests), timeout=60)


def chunk(data, crc=None):
    return proto.AddArtifactsRequest.ArtifactChunk(data=data, crc=zlib.crc32(data) if crc is None else crc)


def single(name, data=b"x", crc=None):
    return proto.AddArtifactsRequest(batch=proto.AddArtifactsRequest.Batch(artifacts=[proto.AddArtifactsRequest.SingleChunkArtifact(name=name, data=chunk(data, crc))]))


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "pyfiles/../../x", "jars/..", "", ".", "files//x", "files\\..\\x", "cache/" + "a" * 5000])
def test_artifacts_stay_in_their_folder(target, name):
    with pytest.raises(grpc.RpcError) as caught:
        add_artifacts(target, single(name))
    assert caught.value.code() == grpc.StatusCode.INTERNAL
    assert "INVALID_ARTIFACT_PATH" in caught.value.details()


def test_a_wrong_checksum_is_told_and_nothing_kept(target):
    answer = add_artifacts(target, single("cache/abc", b"data", crc=1))
    assert [summary.is_crc_successful for summary in answer.artifacts] == [False]
    assert [summary.is_crc_successful for summary in add_artifacts(target, single("cache/abc", b"data")).artifacts] == [True]


@pytest.mark.parametrize("requests", [
    [proto.AddArtifactsRequest()],
    [proto.AddArtifactsRequest(chunk=chunk(b"x"))],
    [proto.AddArtifactsRequest(begin_chunk=proto.AddArtifactsRequest.BeginChunkedArtifact(name="cache/x", total_bytes=10, num_chunks=3, initial_chunk=chunk(b"x")))],
    [proto.AddArtifactsRequest(begin_chunk=proto.AddArtifactsRequest.BeginChunkedArtifact(name="cache/x", total_bytes=2**62, num_chunks=2, initial_chunk=chunk(b"x")))],
    [proto.AddArtifactsRequest(begin_chunk=proto.AddArtifactsRequest.BeginChunkedArtifact(name="cache/x", total_bytes=10, num_chunks=-1, initial_chunk=chunk(b"x")))],
], ids=["nothing", "loose chunk", "cut", "too large", "negative"])
def test_artifacts_out_of_order_are_refused(target, requests):
    with pytest.raises(grpc.RpcError) as caught:
        add_artifacts(target, *requests)
    assert caught.value.code() == grpc.StatusCode.INTERNAL


def test_artifacts_of_a_session_are_bounded(target):
    piece = bytes(40 << 20)
    with pytest.raises(grpc.RpcError) as caught:
        add_artifacts(target, *[single(f"cache/{i}", piece) for i in range(20)])
    assert "ARTIFACTS_TOO_LARGE" in caught.value.details()


# Below the protocols


def ports(target):
    return {"spark": target.spark_port, "objects": target.objects_port, "pages": target.pages_port}


JUNK = [b"\r\n" * 1000, b"GET / HTTP/1.1\r\n", b"\x16\x03\x01" + os.urandom(200), os.urandom(2000), b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 500,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00" + b"\xff\xff\xff\x01\x25\x00\x00\x00\x01" + b"A" * 5000,
        b"GET " + b"/" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"".join(b"h%d: v\r\n" % i for i in range(20_000)) + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x00" * 100_000, b"GET /%zz%00 HTTP/1.1\r\nHost: x\r\n\r\n"]


# Answers that nobody reads


# Memory


def spark_sql(target, text):
    return execute(target, sql(text), timeout=280)


def spilled(target):
    folder = target.folder / "data" / "spill"
    return [path for path in folder.rglob("*") if path.is_file()]


