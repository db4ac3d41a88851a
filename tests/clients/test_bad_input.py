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


# Sanitizers keep what was freed, to see who uses it still.
MOST_MB = 8000 if os.environ.get("DFLAB_PRESET") in ("asan", "tsan") else 2000


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
    # What queries may take, artifacts of a session the same, and the engines of the few hundred sessions of these tests. What the
    # allocator holds besides goes back in the next seconds.
    deadline = time.monotonic() + 30
    while resident_mb(target) > MOST_MB and time.monotonic() < deadline:
        time.sleep(0.2)
    assert resident_mb(target) <= MOST_MB


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


@pytest.mark.parametrize("levels", [1_000, 3_000, 10_000])
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


@pytest.mark.parametrize("levels", [1_000, 3_000, 10_000])
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


def test_deep_types_and_literals_are_refused(target):
    data_type = proto.DataType(integer=proto.DataType.Integer()).SerializeToString()
    array = proto.DataType.DESCRIPTOR.fields_by_name["array"].number
    deep = nested_raw(3_000, data_type, lambda body: field(array, field(1, body)))
    cast = proto.Expression.DESCRIPTOR.fields_by_name["cast"].number
    refused(target, raw=request_with_root(field(proto.Relation.DESCRIPTOR.fields_by_name["project"].number, field(3, field(cast, field(1, literal(integer=1).SerializeToString()) + field(2, deep))))))
    # Each level names no type, so it goes by its first element: reading must not double with every level.
    number = proto.Expression.Literal.DESCRIPTOR.fields_by_name["array"].number
    elements = proto.Expression.Literal.Array.DESCRIPTOR.fields_by_name["elements"].number
    inner = proto.Expression.Literal(integer=1).SerializeToString()
    deep = nested_raw(60, inner, lambda body: field(number, field(elements, body)))
    started = time.monotonic()
    try:
        execute(target, None, request_with_root(field(proto.Relation.DESCRIPTOR.fields_by_name["project"].number, field(3, field(proto.Expression.DESCRIPTOR.fields_by_name["literal"].number, deep)))))
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.INTERNAL
    assert time.monotonic() - started < 20


@pytest.mark.only("spark42")
def test_plans_that_name_each_other_are_refused(target):
    def reference(own, *named):
        subqueries = [proto.Expression(subquery_expression=proto.SubqueryExpression(plan_id=i, subquery_type=proto.SubqueryExpression.SUBQUERY_TYPE_SCALAR)) for i in named]
        return proto.Relation(common=proto.RelationCommon(plan_id=own), project=proto.Project(expressions=subqueries or [literal(integer=1)]))

    root = reference(0, 1)
    refused(target, relation(with_relations=proto.WithRelations(root=root, references=[reference(1, 1)])))
    refused(target, relation(with_relations=proto.WithRelations(root=root, references=[reference(1, 2), reference(2, 1)])))
    # Thirty plans, each naming the next twice: a thousand million nodes.
    doubling = [reference(i, i + 1, i + 1) for i in range(1, 31)] + [reference(31)]
    refused(target, relation(with_relations=proto.WithRelations(root=root, references=doubling)))


def test_large_literals_pass_or_are_refused(target):
    assert rows_of(target, one_row(literal(string="x" * (2 << 20)))) == 1
    assert rows_of(target, one_row(literal(binary=bytes(2 << 20)))) == 1


# SQL


def sql(text):
    return relation(sql=proto.SQL(query=text))


@pytest.mark.parametrize("text", ["", ";", "\x00", "SELECT " + "(" * 10_000, "SELECT " + "-" * 10_000 + "1 FROM", "SELECT '" + "x" * 1_000_000, "/*" * 10_000, "SELECT " + "CASE WHEN " * 5_000,
                                  "SELECT * FROM " + "(SELECT * FROM " * 5_000, "WITH " + ", ".join(f"t{i} AS (SELECT * FROM t{i - 1})" for i in range(1, 3_000)) + " SELECT 1 FROM t2999",
                                  "SELECT array(" * 3_000, "\ud7ff" * 1000, "SELECT 1 +" * 20_000], ids=range(13))
def test_odd_texts_are_refused(target, text):
    refused(target, sql(text))


@pytest.mark.parametrize("text", ["SELECT " + "+".join(["1"] * 50_000), "SELECT " + ", ".join(f"{i} AS c{i}" for i in range(20_000)), "SELECT 1 WHERE 1 IN (" + ",".join(map(str, range(100_000))) + ")",
                                  "SELECT * FROM VALUES " + ",".join(f"({i})" for i in range(50_000)), "SELECT 1 UNION ALL " * 3_000 + "SELECT 1"], ids=range(5))
def test_giant_texts_end_in_an_answer(target, text):
    try:
        execute(target, sql(text), timeout=120)
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.INTERNAL, error


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


def test_changed_bytes_of_plans_and_rows_end_in_an_answer(target):
    """A few hundred requests whose bytes are changed, cut, doubled and mixed; the same ones in each run."""
    import random

    chance = random.Random(42)
    column = proto.Expression(unresolved_attribute=proto.Expression.UnresolvedAttribute(unparsed_identifier="id"))
    numbers = proto.Relation(range=proto.Range(start=0, end=5, step=1))
    call = proto.Expression(unresolved_function=proto.Expression.UnresolvedFunction(function_name="+", arguments=[column, literal(integer=1)]))
    sums = proto.Expression(unresolved_function=proto.Expression.UnresolvedFunction(function_name="sum", arguments=[call]))
    plans = [plan.SerializeToString() for plan in (
        relation(project=proto.Project(input=numbers, expressions=[call, literal(string="x"), literal(decimal=proto.Expression.Literal.Decimal(value="1.5", precision=3, scale=1))])),
        relation(filter=proto.Filter(input=numbers, condition=proto.Expression(unresolved_function=proto.Expression.UnresolvedFunction(function_name="<", arguments=[column, literal(long=3)])))),
        relation(aggregate=proto.Aggregate(input=numbers, group_type=proto.Aggregate.GROUP_TYPE_GROUPBY, grouping_expressions=[column], aggregate_expressions=[sums])),
        relation(join=proto.Join(left=numbers, right=numbers, join_type=proto.Join.JOIN_TYPE_CROSS)),
        relation(sort=proto.Sort(input=numbers, order=[proto.Expression.SortOrder(child=column)])),
        relation(local_relation=proto.LocalRelation(data=arrow_rows(), schema="a BIGINT, s STRING, l ARRAY<BIGINT>, d STRING")),
        sql("SELECT id, count(*) OVER (PARTITION BY id % 2) FROM range(5) WHERE id IN (1, 2)"))]

    def changed(data):
        data = bytearray(data)
        for _ in range(chance.choice([1, 1, 2, 4])):
            at, other = chance.randrange(len(data)), chance.choice(plans)
            begin = chance.randrange(len(other))
            change = chance.randrange(5)
            if change == 0:
                data[at] ^= 1 << chance.randrange(8)
            elif change == 1:
                data[at] = chance.choice([0, 1, 127, 128, 255])
            elif change == 2 and len(data) > 9:
                del data[at : at + chance.randrange(1, 9)]
            elif change == 3:
                data[at:at] = other[begin : begin + chance.randrange(1, 60)]
            else:
                data[at : at + 4] = struct.pack("<i", chance.choice([-1, 2**31 - 1, -(2**31), 1 << 20]))
        return bytes(data) or b"x"

    head = proto.ExecutePlanRequest(session_id=str(uuid.uuid4()), user_context=proto.UserContext(user_id="t"), client_type="x spark/4.2.0").SerializeToString()
    with channel_of(target) as channel:
        call = channel.unary_stream(CALL + "ExecutePlan", request_serializer=lambda b: b, response_deserializer=lambda b: b)
        for _ in range(400):
            try:
                list(call(head + field(3, changed(chance.choice(plans))), timeout=60))
            except grpc.RpcError as error:
                assert error.code() == grpc.StatusCode.INTERNAL, error


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


@pytest.mark.parametrize("role", ["spark", "objects", "pages"])
def test_junk_on_any_port_is_answered_or_cut(target, role):
    def send(junk):
        with socket.create_connection(("127.0.0.1", ports(target)[role]), 10) as connection:
            connection.settimeout(10)
            try:
                connection.sendall(junk)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass
            except OSError:  # cut, at any of these
                pass

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(send, JUNK * 3))


@pytest.mark.parametrize("role", ["objects", "pages"])
def test_heads_that_are_too_large_get_a_status(target, role):
    with socket.create_connection(("127.0.0.1", ports(target)[role]), 10) as connection:
        connection.settimeout(10)
        try:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 300_000)
        except ConnectionError:
            pass  # it has answered already
        head = connection.recv(200)
    assert head.split(b" ")[1] in (b"400", b"413", b"414", b"431"), head


@pytest.mark.parametrize("role", ["spark", "objects", "pages"])
def test_slow_clients_hinder_nobody(target, role):
    held = []
    try:
        for _ in range(300):
            connection = socket.create_connection(("127.0.0.1", ports(target)[role]), 10)
            connection.sendall(b"GET / HT" if role != "spark" else b"PRI * HTTP/2")
            held.append(connection)
        started = time.monotonic()
        if role == "spark":
            assert rows_of(target, relation(range=proto.Range(start=0, end=2, step=1))) == 2
        else:
            with socket.create_connection(("127.0.0.1", ports(target)[role]), 10) as quick:
                quick.settimeout(10)
                quick.sendall(b"GET /minio/health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                assert quick.recv(12).startswith(b"HTTP/1.1 ")
        assert time.monotonic() - started < 5
    finally:
        for connection in held:
            connection.close()


# Memory


@pytest.fixture(scope="module")
def small():
    """A lab whose memory nothing else has used before."""
    made = lab_module.Lab(**{"spark.memory": "512MB"})
    try:
        yield made.start()
    finally:
        made.close()


def spark_sql(target, text):
    return execute(target, sql(text), timeout=280)


def spilled(target):
    folder = target.folder / "data" / "spill"
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("text, value", [
    ("SELECT count(*) FROM (SELECT id, repeat('x', 100) AS s, row_number() OVER (ORDER BY hash(id), id) AS n FROM range(8000000)) WHERE n % 2 = 0", None),
    ("SELECT count(*), sum(c) FROM (SELECT id % 6000000 AS k, count(*) AS c, max(repeat('y', 30)) AS m FROM range(9000000) GROUP BY id % 6000000)", None),
    ("SELECT count(*) FROM (SELECT id, repeat('l', 40) AS a FROM range(6000000)) l JOIN (SELECT id, repeat('r', 60) AS b FROM range(6000000)) r USING (id) WHERE a < b", None),
], ids=["sort", "aggregate", "join"])
def test_what_does_not_fit_is_spilled(small, text, value):
    responses = spark_sql(small, text)
    assert any(response.HasField("arrow_batch") and response.arrow_batch.row_count for response in responses)
    assert resident_mb(small) < MOST_MB * 3 // 4


def test_what_cannot_be_spilled_fails_alone(small):
    """One list of everything must be in memory; meanwhile another session works."""
    outcome = {}

    def greedy():
        try:
            spark_sql(small, "SELECT size(collect_list(repeat(CAST(id AS STRING), 20))) FROM range(20000000)")
            outcome["greedy"] = "passed"
        except grpc.RpcError as error:
            outcome["greedy"] = error.details()

    thread = threading.Thread(target=greedy)
    thread.start()
    while thread.is_alive():
        assert rows_of(small, relation(range=proto.Range(start=0, end=1000, step=1))) == 1000
        time.sleep(0.2)
    thread.join()
    assert "UNABLE_TO_ACQUIRE_MEMORY" in outcome["greedy"], outcome
    deadline = time.monotonic() + 30
    while spilled(small) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert sum(path.stat().st_size for path in spilled(small)) < 64 << 20
