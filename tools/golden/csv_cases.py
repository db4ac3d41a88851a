"""Records what a real Spark reads out of small CSV files: tests/golden/csv/cases.json, which src/engine/csv_golden_test.cpp replays.

    python tools/golden/csv_cases.py            with pyspark and a JVM at hand

Values are texts that need no formatting rules: dates as days and instants as microseconds since 1970 (UTC), doubles by repr().
"""

import datetime
import json
import pathlib
import tempfile

from pyspark.sql import SparkSession

spark = (
    SparkSession.builder.master("local[1]")
    .config("spark.sql.session.timeZone", "UTC")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.ansi.enabled", "false")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("OFF")
recorded = []
EPOCH = datetime.datetime(1970, 1, 1)


def plain(column: str, kind: str) -> str:
    if kind == "date":
        return f"datediff(`{column}`, date'1970-01-01')"
    if kind == "timestamp":
        return f"unix_micros(`{column}`)"
    return f"`{column}`"


def case(data, schema=None, **options):
    folder = tempfile.mkdtemp()
    path = pathlib.Path(folder) / "data.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    reader = spark.read
    if schema:
        reader = reader.schema(schema)
    for key, value in options.items():
        reader = reader.option(key, value)
    frame = reader.csv(str(path))
    kinds = [(field.name, field.dataType.simpleString()) for field in frame.schema]
    # Columns that bear one name with different case would be ambiguous in an expression.
    frame = frame.toDF(*[f"c{i}" for i in range(len(kinds))])
    rows = frame.selectExpr(*[plain(f"c{i}", kind) for i, (_, kind) in enumerate(kinds)]).collect() if kinds else []
    recorded.append(
        {
            "data": list(data if isinstance(data, bytes) else data.encode()),
            "schema": schema,
            "options": {k.lower(): str(v).lower() if isinstance(v, bool) else str(v) for k, v in options.items()},
            "columns": [f"{name}:{kind}" for name, kind in kinds],
            "rows": [[None if value is None else repr(value) if isinstance(value, float) else str(value) for value in row] for row in rows],
        }
    )


case('a,b\n"x""y",1\n"x\\"y",2\n"x\\\\",3\n"p"q,4\n"p"q"r,s",5\n', header=True)
case('a,b\n"x"" y",1\n"a""b""c",2\n"""q""",3\n"","",""\n', header=True)
case('"x""y",1\n""",2\n"abc,3\nx"y,4\n "q,r",5\n"t" ,6\n "t",7\n', )
case('"x""y",1\n"a,b",2\n"x\\"y",3\n', escape='"')
case('a,b\n"line1\nline2",1\n"x",2\n', header=True)
case('a,b\n"line1\nline2",1\n"x\r\ny",2\r\nz,3\n', header=True, multiLine=True)
case('a,b,c\n1,2\n1,2,3,4\n\n   \n,,\n5,6,7', header=True)
case('a,b,c\n1,2\n1,2,3,4\n5,6,7\n', header=True, inferSchema=True)
case('a,b,c\n1,x,3\n1,2,3,4\n5,6,7\n', schema="a int, b int, c int, _corrupt_record string", header=True)
case('a,b,c\n1,x,3\n1,2,3,4\n5,6,7\n', schema="a int, b int, c int", header=True)
case('a,b,c\n1,x,3\n1,2,3,4\n5,6,7\n1\n', schema="a int, b int, c int", header=True, mode="DROPMALFORMED")
case('d,t,dt,b,i,l,de,db,s\n2024-01-05,2024-01-05 10:00:00,2024-01-05T10:00:00Z,true,1,3000000000,12345678901234567890123,1.5,x\n,,,,,,,,\n2024-1-6,2024-01-05 10:00:00.123456,2024-01-05 10:00:00+02:00,FALSE,-2,5,7,1e3,1\n', header=True, inferSchema=True)
case('a\n1\n2.5\n', header=True, inferSchema=True)
case('a,b\n2024-01-05,1\n2024-01-05 10:00:00,true\n', header=True, inferSchema=True)
case('a,b,c,d,e\n1.,.5,-.5,1e400,0x1p3\n', header=True, inferSchema=True)
case('a,a,,b,A\n1,2,3,4,5\n', header=True)
case('1,2\n3,4\n')
case('a,b\nNA,1\nx,NA\n', header=True, inferSchema=True, nullValue="NA")
case('a,b\n"",1\n,2\n', header=True, emptyValue="E")
case('a;b\n1;2\n', header=True, sep=";")
case('a||b\n1||2\nx|y||3\n', header=True, sep="||")
case('#c\na,b\n#z\n1,2\n', header=True, comment="#")
case(' a , b \n 1 , x \n', header=True, ignoreLeadingWhiteSpace=True, ignoreTrailingWhiteSpace=True, inferSchema=True)
case(' a , b \n 1 , x \n', header=True, inferSchema=True)
case(b'\xef\xbb\xbfa,b\n\xc3\xa9,1\n\xe9,2\n', header=True)
case(b'a,b\n\xe9,1\n', header=True, encoding="ISO-8859-1")
case('d,t\n05/01/2024,05/01/2024 10:11\n', schema="d date, t timestamp", header=True, dateFormat="dd/MM/yyyy", timestampFormat="dd/MM/yyyy HH:mm")
case('d,t\n05/01/2024,05/01/2024 10:11\n', header=True, inferSchema=True, dateFormat="dd/MM/yyyy", timestampFormat="dd/MM/yyyy HH:mm")
case('a\n1.25\n1,000.5\n99999\nx\n', schema="a decimal(6,1)", header=True, sep=";")
case('a;b;c;d;e\n 1;1 ;+1;1.0;300\n', schema="a int, b int, c int, d int, e byte", header=True, sep=";")
case('a;b;c;d;e\n 1;1 ;TRUE;1;t\n', schema="a double, b double, c boolean, d boolean, e boolean", header=True, sep=";")
case('a;b;c;d\n2024-01-05 10:00:00;2024-01-05;2024-01-05T;2024\n', schema="a date, b timestamp, c date, d date", header=True, sep=";")
case('a,b\n1,2\n', schema="x string, y int", header=True)
case('a,b\n1,2\n', schema="x string, y int, z int", header=True)
case('', header=True, inferSchema=True)
case('a,b\n', header=True, inferSchema=True)
case('a,b\r\n1,2\r\n3,4\r5,6', header=True)
case('a\tb\n1\t2\n', header=True, sep="\t")
case('a,b\n\'x,y\',1\n', header=True, quote="'")
case('a,b\n"x,y",1\n', header=True, quote="")
case('a,b\nx,1', schema="a int, b int, _corrupt_record string", header=True)
case('a,b\nx,1\n2,2', schema="a int, b int, bad string", header=True, columnNameOfCorruptRecord="bad")
case('a|b\n1|2\n', header=True, lineSep="\n", sep="|")
case('a,b;1,2;3,4', header=True, lineSep=";")
case('a,b\n1,2\n1,2\n', header=True, inferSchema=True, samplingRatio=0.5)
case('a,b\nx,1\n"y,2\nz,3\n', header=True)
case('a,b\nx,1\n"y,2\nz,3\n', header=True, multiLine=True)
case('a,b\n2147483648,99999999999999999999\n1,1.5\n', header=True, inferSchema=True)
case('a\n\\N\n"\\N"\n', header=True, nullValue="\\N")
case('a,b\n"x" ,"y"\n"x"  z,"y"\n', header=True, ignoreLeadingWhiteSpace=True, ignoreTrailingWhiteSpace=True)
case('a,b\nx\\,y,1\nx\\"z,2\n', header=True)
case('d\n2024-01-05\n2024-01-06\n', header=True, inferSchema=True)
case('d\n2024-01-05\n2024-1-6\n', header=True, inferSchema=True)
case('d\n2024-01-05\nx\n', header=True, inferSchema=True)
case('d\n2024\n2024-01-05\n', header=True, inferSchema=True)
case('d\n2024-01\n', header=True, inferSchema=True)
case('d\n2024-01-05 10:00:00\n2024-01-05\n', header=True, inferSchema=True)
case('d\n2024-01-05T10:00:00\n', header=True, inferSchema=True)
case('d\n05/01/2024\nabc\n', header=True, inferSchema=True, dateFormat="dd/MM/yyyy")
case('d\n05/01/2024\n2024-01-05 10:00:00\n', header=True, inferSchema=True, dateFormat="dd/MM/yyyy")
case('d\ntrue\n1\n', header=True, inferSchema=True)
case('d\n1\ntrue\n', header=True, inferSchema=True)
case('d,e\n1,100\n99999999999999999999,1e2\n', header=True, inferSchema=True)
case('d,e\n1e3,-1E5\n', header=True, inferSchema=True)
case('d,e\n123456789012345678901234567890123456789012,+99999999999999999999\n', header=True, inferSchema=True)
case('a,b\n1,2,3\n', header=False, inferSchema=True)
case('a\n"1"\n"2"\n', header=True, inferSchema=True)
case('"a ","b""c",""\n1,2,3\n', header=True)
case('a,b\n1,2\n', schema="a int, b int", header=False)
case('a,b,c\n1,2,3\n', schema="c string, a int", header=True)
case('x\n2024-01-05 10:00\n2024-01-05 10:00:00.1234567\n20240105\n', schema="x timestamp", header=True)
case('x\n2024-01-05\n2024-1-5\n 2024-01-05 \n01/05/2024\n20240105\n', schema="x date", header=True)
case('x\n1.005\n-1.5\n 1.5\n1e2\n.5\n123456789.5\n', schema="x decimal(10,2)", header=True)
case('x\n1.5f\nInf\n-Inf\nInfinity\nnan\nNaN\n0x10\n 5\n', schema="x double", header=True)
case('x\n9223372036854775808\n-9223372036854775808\n1_0\n', schema="x bigint", header=True)

lines = [json.dumps(entry, ensure_ascii=False) for entry in recorded]
target = pathlib.Path(__file__).parents[2] / "tests" / "golden" / "csv" / "cases.json"
target.write_text("[\n" + ",\n".join(lines) + "\n]\n")
