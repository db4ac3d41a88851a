"""SelectObjectContent: SQL over CSV and JSON, as boto3 asks for it."""

import datetime
import decimal
import functools
import gzip
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_s3_objects import code_of

PEOPLE = "name,age,city\nAnn,31,Oslo\nBob,7,Rome\n\"Eve, Jr.\",64,\"Rome\"\nDan,,Oslo\n"
ORDERS = "\n".join(json.dumps(each) for each in (
    {"id": 1, "total": 9.5, "lines": [{"sku": "a", "n": 2}, {"sku": "b", "n": 1}], "buyer": {"name": "Ann"}},
    {"id": 2, "total": 20, "lines": [], "buyer": {"name": "Bob", "vip": True}},
    {"id": 3, "total": None, "lines": [{"sku": "a", "n": 5}]}))


def events_of(s3, bucket, key, sql, source=None, output=None, **more):
    answer = s3.select_object_content(Bucket=bucket, Key=key, ExpressionType="SQL", Expression=sql, InputSerialization=source or {"CSV": {"FileHeaderInfo": "USE"}},
                                      OutputSerialization=output or {"CSV": {}}, **more)
    return list(answer["Payload"])


def select(s3, bucket, key, sql, source=None, output=None, **more):
    return b"".join(event["Records"]["Payload"] for event in events_of(s3, bucket, key, sql, source, output, **more) if "Records" in event).decode()


@pytest.fixture
def people(s3, bucket):
    s3.put_object(Bucket=bucket, Key="people.csv", Body=PEOPLE.encode())
    return lambda sql, **more: select(s3, bucket, "people.csv", sql, **more)


@pytest.fixture
def orders(s3, bucket):
    s3.put_object(Bucket=bucket, Key="orders.json", Body=ORDERS.encode())

    def ask(sql, **more):
        lines = select(s3, bucket, "orders.json", sql, source={"JSON": {"Type": "LINES"}}, output={"JSON": {}}, **more).splitlines()
        return [json.loads(line) for line in lines]

    return ask


def test_rows_and_columns_of_csv_are_chosen(people):
    assert people("SELECT * FROM S3Object") == 'Ann,31,Oslo\nBob,7,Rome\n"Eve, Jr.",64,Rome\nDan,,Oslo\n'
    assert people("SELECT s.name FROM S3Object s WHERE s.city = 'Rome'") == 'Bob\n"Eve, Jr."\n'
    assert people("SELECT \"name\", AGE FROM s3object WHERE CAST(age AS INT) > 10 AND city <> 'Rome'") == "Ann,31\n"
    assert people("SELECT name FROM S3Object LIMIT 2") == "Ann\nBob\n"
    assert people("SELECT name FROM S3Object WHERE age IS NULL") == "Dan\n"
    assert people("SELECT _2 FROM S3Object WHERE _1 LIKE '_o%'") == "7\n"
    assert people("SELECT name AS who FROM S3Object WHERE who = 'Bob'") == "Bob\n"


def test_columns_without_a_header_have_numbers(people):
    assert people("SELECT _1 FROM S3Object LIMIT 1", source={"CSV": {"FileHeaderInfo": "NONE"}}) == "name\n"
    assert people("SELECT _3, _1 FROM S3Object s LIMIT 1", source={"CSV": {"FileHeaderInfo": "IGNORE"}}) == "Oslo,Ann\n"


def test_aggregates_are_one_row(people):
    assert people("SELECT COUNT(*), COUNT(age), SUM(CAST(age AS INT)), MIN(CAST(age AS INT)), MAX(name), AVG(CAST(age AS INT)) FROM S3Object") == '4,3,102,7,"Eve, Jr.",34\n'
    assert people("SELECT MAX(CAST(age AS INT)) + 1 FROM S3Object WHERE city = 'Oslo'") == "32\n"
    assert people("SELECT COUNT(*) AS n FROM S3Object WHERE name = 'nobody'", output={"JSON": {}}) == '{"n":0}\n'


@pytest.mark.parametrize("expression, expected", [
    ("1 + 2 * 3", "7"), ("7 / 2", "3"), ("7 % 4", "3"), ("7.0 / 2", "3.5"), ("-(2 - 5)", "3"), ("'a' || 'b'", "ab"),
    ("LOWER('AbC')", "abc"), ("UPPER('äb')", "äB"), ("CHAR_LENGTH('häuser')", "6"), ("CHARACTER_LENGTH('')", "0"),
    ("SUBSTRING('123456789', 0)", "123456789"), ("SUBSTRING('123456789', 1, 3)", "123"), ("SUBSTRING('123456789', -1, 4)", "12"),
    ("SUBSTRING('abc' FROM 2 FOR 1)", "b"), ("TRIM('  x ')", "x"), ("TRIM(LEADING FROM '  x ')", "x "), ("TRIM(BOTH '12' FROM '1112211x22211122')", "x"),
    ("COALESCE(NULL, NULL, 3)", "3"), ("NULLIF(1, 2)", "1"), ("COALESCE(NULLIF(1, 1), 'same')", "same"),
    ("CASE WHEN 1 > 2 THEN 'a' WHEN 2 > 1 THEN 'b' ELSE 'c' END", "b"), ("CASE 3 WHEN 1 THEN 'one' ELSE 'more' END", "more"),
    ("2 BETWEEN 1 AND 3", "true"), ("2 NOT BETWEEN 1 AND 3", "false"), ("2 IN (1, 2)", "true"), ("5 NOT IN (1, 2)", "true"), ("NOT 1 = 2", "true"),
    ("'a_c' LIKE 'a!_c' ESCAPE '!'", "true"), ("'abc' LIKE 'a!_c' ESCAPE '!'", "false"),
    ("CAST('12' AS FLOAT)", "12"), ("CAST(1.9 AS INT)", "1"), ("CAST('true' AS BOOL)", "true"), ("CAST(5 AS STRING) || '!'", "5!"),
    ("EXTRACT(YEAR FROM CAST('2010-01-01T10:11:12Z' AS TIMESTAMP))", "2010"),
    ("DATE_ADD(month, 1, CAST('2010-01-31T' AS TIMESTAMP))", "2010-02-28T00:00:00Z"),
    ("DATE_DIFF(month, CAST('2010-01-15T' AS TIMESTAMP), CAST('2010-05-01T' AS TIMESTAMP))", "3"),
    ("DATE_DIFF(day, CAST('2010-01-01T23:00Z' AS TIMESTAMP), CAST('2010-01-02T01:00Z' AS TIMESTAMP))", "0"),
    ("TO_STRING(CAST('1969-07-20T20:18:05Z' AS TIMESTAMP), 'MMMM d, y h:mm a')", '"July 20, 1969 8:18 PM"'),
    ("TO_TIMESTAMP('2007-02-23T12:14:33.079-08:00')", "2007-02-23T12:14:33.079-08:00"),
    ("UTCNOW() > TO_TIMESTAMP('2020-01-01T')", "true"),
])
def test_expressions(people, expression, expected):
    assert people(f"SELECT {expression} FROM S3Object LIMIT 1") == expected + "\n"


def test_values_inside_json_are_reached(orders):
    assert orders("SELECT s.id, s.buyer.name FROM S3Object s WHERE s.total > 9") == [{"id": 1, "name": "Ann"}, {"id": 2, "name": "Bob"}]
    assert orders("SELECT s.lines[0].sku AS first FROM S3Object[*] s") == [{"first": "a"}, {}, {"first": "a"}]
    assert orders("SELECT SUM(l.n) FROM S3Object[*].lines[*] l WHERE l.sku = 'a'") == [{"_1": 7}]
    assert orders("SELECT s.id FROM S3Object s WHERE s.total IS NULL AND s.buyer IS MISSING") == [{"id": 3}]
    assert orders("SELECT * FROM S3Object s WHERE s.id = 2") == [{"id": 2, "total": 20, "lines": [], "buyer": {"name": "Bob", "vip": True}}]
    assert orders("SELECT COUNT(*) AS n FROM S3Object s WHERE s.buyer.vip") == [{"n": 1}]


def test_a_json_document_is_taken_apart(s3, bucket):
    s3.put_object(Bucket=bucket, Key="d.json", Body=json.dumps({"items": [{"a": 1}, {"a": "x, y"}]}, indent=2).encode())
    assert select(s3, bucket, "d.json", "SELECT i.a FROM S3Object[*].items[*] i", source={"JSON": {"Type": "DOCUMENT"}}) == '1\n"x, y"\n'


def test_rows_of_parquet_are_chosen(s3, bucket):
    table = pa.table({"id": pa.array(range(10_000), pa.int64()), "city": ["Oslo" if n % 2 else None for n in range(10_000)],
                      "price": pa.array([decimal.Decimal(n) / 4 for n in range(10_000)], pa.decimal128(12, 2)),
                      "at": pa.array([datetime.datetime(2026, 1, 1, 0, 0, n % 60) for n in range(10_000)], pa.timestamp("us")),
                      "tags": [[{"k": "a", "n": n}] for n in range(10_000)]})
    file = io.BytesIO()
    pq.write_table(table, file, row_group_size=3_000)
    s3.put_object(Bucket=bucket, Key="t.parquet", Body=file.getvalue())
    source = {"Parquet": {}}
    ask = functools.partial(select, s3, bucket, "t.parquet", source=source)
    assert ask("SELECT COUNT(*), SUM(s.id), COUNT(s.city), MAX(s.price) FROM S3Object s") == "10000,49995000,5000,2499.75\n"
    assert ask("SELECT s.id, s.city, s.price, s.at FROM S3Object s WHERE s.id BETWEEN 1 AND 2") == "1,Oslo,0.25,2026-01-01T00:00:01Z\n2,,0.5,2026-01-01T00:00:02Z\n"
    assert ask("SELECT s.tags[0].n AS n FROM S3Object s WHERE EXTRACT(SECOND FROM CAST(s.at AS TIMESTAMP)) = 59 LIMIT 2", output={"JSON": {}}) == '{"n":59}\n{"n":119}\n'
    assert json.loads(ask("SELECT * FROM S3Object LIMIT 1", output={"JSON": {}})) == {
        "id": 0, "city": None, "price": 0, "at": "2026-01-01T00:00:00Z", "tags": [{"k": "a", "n": 0}]}


def test_delimiters_and_quotes_are_as_asked(s3, bucket):
    s3.put_object(Bucket=bucket, Key="d", Body=b"#no\ta|'b|''c'\td|e\t")
    source = {"CSV": {"FieldDelimiter": "|", "RecordDelimiter": "\t", "QuoteCharacter": "'", "QuoteEscapeCharacter": "'", "Comments": "#"}}
    output = {"CSV": {"FieldDelimiter": ";", "RecordDelimiter": "\r\n", "QuoteFields": "ALWAYS", "QuoteCharacter": "*"}}
    assert select(s3, bucket, "d", "SELECT * FROM S3Object", source=source, output=output) == "*a*;*b|'c*\r\n*d*;*e*\r\n"
    s3.put_object(Bucket=bucket, Key="lines", Body=b'a,"two\nlines"\r\nb,c\r\n')
    quoted = {"CSV": {"AllowQuotedRecordDelimiter": True}}
    assert select(s3, bucket, "lines", "SELECT _2 FROM S3Object", source=quoted, output={"JSON": {}}) == '{"_2":"two\\nlines"}\n{"_2":"c"}\n'


def test_a_compressed_object_is_read(s3, bucket):
    packed = gzip.compress(b"a,1\n" * 100_000) + gzip.compress(b"b,2\n")
    s3.put_object(Bucket=bucket, Key="packed.csv.gz", Body=packed)
    source = {"CSV": {}, "CompressionType": "GZIP"}
    events = events_of(s3, bucket, "packed.csv.gz", "SELECT COUNT(*), SUM(CAST(_2 AS INT)) FROM S3Object", source=source)
    assert events[0]["Records"]["Payload"] == b"100001,100002\n"
    assert events[-2]["Stats"]["Details"] == {"BytesScanned": len(packed), "BytesProcessed": 400_004, "BytesReturned": 14}
    s3.put_object(Bucket=bucket, Key="cut.csv.gz", Body=packed[:-20])
    for key in ("cut.csv.gz", "plain"):
        s3.put_object(Bucket=bucket, Key="plain", Body=b"a,1\n")
        assert code_of(select, s3, bucket, key, "SELECT COUNT(*) FROM S3Object", source=source) == ("InvalidCompressionFormat", 400)


def test_a_scan_range_takes_the_records_that_begin_in_it(s3, bucket):
    s3.put_object(Bucket=bucket, Key="r", Body="".join(f"row{n}\n" for n in range(10)).encode())
    source = {"CSV": {"FileHeaderInfo": "NONE"}}

    def ask(**window):
        return select(s3, bucket, "r", "SELECT * FROM S3Object", source=source, ScanRange=window).split()

    assert ask(Start=0, End=4) == ["row0"]
    assert ask(Start=5, End=10) == ["row1", "row2"]
    assert ask(Start=1, End=9) == ["row1"]
    assert ask(Start=41) == ["row9"]
    assert ask(End=10) == ["row8", "row9"]


def test_an_answer_ends_with_what_was_read(s3, bucket):
    rows = b"".join(b"%d,%s\n" % (n, b"x" * 90) for n in range(200_000))
    s3.put_object(Bucket=bucket, Key="big", Body=rows)
    events = events_of(s3, bucket, "big", "SELECT SUM(CAST(_1 AS INT)) FROM S3Object", source={"CSV": {}}, RequestProgress={"Enabled": True})
    assert b"".join(event["Records"]["Payload"] for event in events if "Records" in event) == b"19999900000\n"
    assert [event["Progress"]["Details"]["BytesScanned"] for event in events if "Progress" in event][-1] == len(rows)
    assert events[-2]["Stats"]["Details"] == {"BytesScanned": len(rows), "BytesProcessed": len(rows), "BytesReturned": 12}
    assert "End" in events[-1]
    everything = select(s3, bucket, "big", "SELECT * FROM S3Object", source={"CSV": {}})
    assert everything.encode() == rows


@pytest.mark.parametrize("sql, code", [
    ("SELECT FROM S3Object", "ParseUnexpectedToken"), ("SELECT * FROM S3Object WHERE", "ParseUnexpectedToken"), ("SELECT 'a FROM S3Object", "LexerInvalidChar"),
    ("SELECT a; b FROM S3Object", "ParseUnexpectedToken"), ("SELECT nowhere FROM S3Object", "EvaluatorBindingDoesNotExist"),
    ("SELECT FROBNICATE(1) FROM S3Object", "UnsupportedFunction"), ("SELECT CAST(name AS INT) FROM S3Object", "CastFailed"),
    ("SELECT 1 / 0 FROM S3Object", "EvaluatorInvalidArguments"), ("SELECT name FROM S3Object WHERE COUNT(*) > 1", "UnsupportedSyntax"),
])
def test_statements_that_say_nothing_are_refused(s3, bucket, people, sql, code):
    assert code_of(people, sql) == (code, 400)


def test_requests_that_cannot_be_met_are_refused(s3, bucket, people):
    for more, code in (({"source": {"CSV": {"FileHeaderInfo": "MAYBE"}}}, "InvalidFileHeaderInfo"), ({"source": {"JSON": {"Type": "TEXT"}}}, "InvalidJsonType"),
                       ({"output": {"CSV": {"QuoteFields": "SOMETIMES"}}}, "InvalidQuoteFields"), ({"source": {"CSV": {}, "CompressionType": "RAR"}}, "InvalidCompressionFormat")):
        assert code_of(people, "SELECT * FROM S3Object", **more) == (code, 400)
    assert code_of(people, "SELECT * FROM S3Object", source={"CSV": {}, "CompressionType": "BZIP2"}) == ("NotImplemented", 501)
    assert code_of(people, "SELECT * FROM S3Object", source={"Parquet": {}}) == ("ParquetParsingError", 400)
    assert code_of(select, s3, bucket, "nothing", "SELECT * FROM S3Object") == ("NoSuchKey", 404)


def test_an_error_on_the_way_ends_the_answer(s3, bucket):
    from botocore.exceptions import EventStreamError

    s3.put_object(Bucket=bucket, Key="late", Body=b"1\n" * 200_000 + b"one\n")
    with pytest.raises(EventStreamError) as caught:
        select(s3, bucket, "late", "SELECT CAST(_1 AS INT) FROM S3Object", source={"CSV": {}})
    assert "CastFailed" in str(caught.value)


def test_an_encrypted_object_is_read_with_its_key(s3, bucket):
    key = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": b"k" * 32}
    s3.put_object(Bucket=bucket, Key="sealed", Body=b"1,2\n", **key)
    assert select(s3, bucket, "sealed", "SELECT _2 FROM S3Object", source={"CSV": {}}, **key) == "2\n"
    assert code_of(select, s3, bucket, "sealed", "SELECT _2 FROM S3Object", source={"CSV": {}})[1] == 400
