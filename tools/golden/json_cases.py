"""Records what a real Spark reads out of small JSON files: tests/golden/json/cases.json, which src/engine/json_golden_test.cpp replays.

    ~/.cache/dflab/clients/spark35/bin/python tools/golden/json_cases.py      then the same with oracle42

An answer stands under `both`, or under `v35` (3.5.5, ANSI off) and `v42` (4.2.0, ANSI on) where they differ: names, types and rows in
the form of tools/golden/values.py, or the condition that refused.
"""

import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import spark as oracle_module
import values

cases = []


def case(data, schema=None, **options):
    data = data if isinstance(data, bytes) else data.encode()
    options = {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in options.items()}
    cases.append({"data": data.decode("latin-1"), "schema": schema, "options": options})


# Inference.
case('{"id":1,"name":"ann","tags":["x","y"],"in":{"a":1.5}}\n{"id":2,"extra":true}\n\n{"id":null,"name":"é"}\n')
case('{"i":1,"l":12345678901,"d":1.5,"b":true,"s":"2020-01-01","n":null,"a":[],"o":{},"big":123456789012345678901234567890,"m":[1,"x"]}\n')
case('{"i":1,"l":12345678901,"d":1.5,"b":true,"s":"2020-01-01","n":null,"a":[],"o":{},"big":123456789012345678901234567890,"m":[1,"x"],"aa":[[]],"oo":{"x":null},"an":[null]}\n', dropFieldIfAllNull=True)
case('{"a":1}\n{"a":1.5}\n')
case('{"a":1}\n{"a":"x"}\n')
case('{"a":1}\n{"a":true}\n')
case('{"a":{"x":1}}\n{"a":{"y":"z"}}\n')
case('{"a":{"x":1}}\n{"a":[1]}\n')
case('{"a":{"x":1}}\n{"a":5}\n')
case('{"a":[1,2]}\n{"a":[1.5,null]}\n{"a":[]}\n{"a":null}\n')
case('{"a":[{"x":1},{"y":2}]}\n')
case('{"b":1,"a":2,"B":3,"_c":4,"A":5}\n')
case('{"a":12345678901234567890123456789012345678901234567890}\n')
case('{"a":1.1,"b":1.12345678901234567890,"c":1e400,"d":1e3,"e":-0.0,"f":123456789012345678901234567890.5,"g":0.1e-40}\n')
case('{"a":1.1,"b":1.12345678901234567890,"c":1e400,"d":1e3,"e":-0.0,"f":123456789012345678901234567890.5,"g":0.1e-40}\n', prefersDecimal=True)
case('{"a":1.1}\n{"a":100}\n{"a":12.345}\n', prefersDecimal=True)
case('{"a":9223372036854775807,"b":9223372036854775808,"c":-9223372036854775808}\n')
case('{"a":9223372036854775808}\n{"a":1}\n')
case('{"a":9223372036854775808}\n{"a":1.5}\n')
case('{"a":1,"b":[1,{"c":true}],"d":{"e":1.5,"f":[true]},"g":null}\n', primitivesAsString=True)
case('{"t":"2020-01-01T01:02:03","u":"2020-01-01","v":"2020-01-01 10:00:00","w":"2020-01-01T01:02:03Z","x":"x"}\n')
case('{"t":"2020-01-01T01:02:03","u":"2020-01-01","v":"2020-01-01 10:00:00","w":"2020-01-01T01:02:03Z","x":"x"}\n', inferTimestamp=True)
case('{"t":"31/01/2020 10:11","u":"2020-01-01"}\n{"t":"01/02/2020 10:11"}\n', inferTimestamp=True, timestampFormat="dd/MM/yyyy HH:mm")
case('{"t":"2020-01-01T01:02:03"}\n{"t":"no"}\n', inferTimestamp=True)
case('{"a":1}\n{bad\n{"a":2.5}\n')
case('{bad\n{"b":1\n')
case('{"a":1}\n{bad\n', mode="DROPMALFORMED")
case('{"a":1}\n{bad\n', mode="FAILFAST")
case('{bad\n', columnNameOfCorruptRecord="broken")
case('')
case('\n  \n\t\n')
case('{}\n{}\n')
case('[]\n')
case('[{"a":1},{"a":2}]\n{"a":3}\n')
case('[1,2]\n')
case('1\n"x"\nnull\n')
case('null\n{"a":1}\n')
case('{"a":1}{"a":2}\n')
case('{"a":1} trailing\n')
case('{"a":1},\n{"a":2}\n')
case('{"a":1,"a":2}\n')
case('{"a":1,"a":"x"}\n')
case('{"a":1,"A":2}\n')
case('  {"a":1}  \n')
case('{"a":"x\\u00e9\\n\\t\\"\\\\\\/","b":"\\ud83d\\ude00","c":"\\ud83d"}\n')
case('{"é":1,"a b":2,"a.b":3,"":4}\n')
case('{"a":1}\r\n{"a":2}\r{"a":3}\n')
case('{"a":1};{"a":2}', lineSep=";")
case('\ufeff{"a":1}\n')
case('{"a":01}\n')
case('{"a":01,"b":-007,"c":00}\n', allowNumericLeadingZeros=True)
case('{"a":NaN,"b":Infinity,"c":-Infinity,"d":+Infinity,"e":INF,"f":-INF,"g":+INF}\n')
case('{"a":NaN}\n', allowNonNumericNumbers=False)
case("{'a':'x','b':\"it's\"}\n")
case("{'a':'x'}\n", allowSingleQuotes=False)
case('{a:1,b_c:2,$d:3}\n')
case('{a:1,b_c:2,$d:3}\n', allowUnquotedFieldNames=True)
case('{"a":1} // note\n{"a":/* in */2}\n# hash\n')
case('{"a":1} // note\n{"a":/* in */2}\n', allowComments=True)
case('{"a":"\\x"}\n')
case('{"a":"\\x\\\'"}\n', allowBackslashEscapingAnyCharacter=True)
case('{"a":"x\ty"}\n')
case('{"a":"x\ty\u0001"}\n', allowUnquotedControlChars=True)
case('{"a":+1,"b":.5,"c":1.,"d":-,"e":1e}\n')
case('{"a":+1}\n')
case('{"a":.5}\n')
case('{"a":5.}\n')
case('{"a":-.5}\n')
case('{"a":1,}\n')
case('[1,]\n')
case('{"a":TRUE}\n')
case('{"a":nul}\n')
case('{"a":tru\n')
case('{"a":"x\n')
case('{"a":[1,2\n{"a":[1]}\n')
case(b'{"a":"\xe9\xff"}\n')
case(b'{"a":"\xe9"}\n', encoding="ISO-8859-1", lineSep="\n")
case('{"a":"é"}\n'.encode("utf-16le"), encoding="UTF-16LE", lineSep="\n")
case('[{"a":"é"},{"a":"b"}]'.encode("utf-16"), encoding="UTF-16", multiLine=True)
case('[{"a":1},\n {"a":2, "b":"x"}]', multiLine=True)
case('{"a":1,\n "b":[1,\n2]}', multiLine=True)
case('{"a":1}\n{"a":2}\n', multiLine=True)
case('{"a":1', multiLine=True)
case('[{"a":1},{"a":', multiLine=True)
case('[{"a":1},{"a":2},x]', schema="a INT, _corrupt_record STRING", multiLine=True)
case('', multiLine=True)
case('[]', multiLine=True)
case('[1,{"a":1}]', multiLine=True)
case('[[{"a":1}]]', multiLine=True)
case('{"a":1}\n' * 3, samplingRatio="1.0")
case('{"a":1}\n', samplingRatio="-1")
case('{"a":{"b":{"c":{"d":[[[1]]]}}}}\n')
case('{"a":' + '[' * 60 + ']' * 60 + '}\n')
case('{"d":"2020-01-01"}\n{"d":"2020-02-01"}\n', inferTimestamp=True, dateFormat="yyyy-MM-dd")

# By a schema.
S = "b BOOLEAN, i INT, l BIGINT, s SMALLINT, t TINYINT, f FLOAT, d DOUBLE, dec DECIMAL(10,2), str STRING, bin BINARY, dt DATE, ts TIMESTAMP, ntz TIMESTAMP_NTZ"
case('{"b":true,"i":1,"l":2,"s":3,"t":4,"f":1.5,"d":2.5,"dec":3.456,"str":"x","bin":"aGk=","dt":"2020-01-31","ts":"2020-01-31T01:02:03Z","ntz":"2020-01-31T01:02:03"}\n', schema=S)
for wrong in ['"x"', '""', '1', '1.5', '300', '70000', '3000000000', '99999999999999999999', '1e400', 'true', 'null', '[]', '[1]', '{}', '{"q":1}', '"1"', '"1.5"', '"true"', '"NaN"', '"Infinity"', '"-Infinity"', '"INF"', '"2020-01-01"', 'NaN', 'Infinity', '-0.0', '1.0', '1e2', '0.1']:
    for column in S.split(", "):
        name = column.split(" ")[0]
        case('{"%s":%s}\n' % (name, wrong), schema=column + ", _corrupt_record STRING")
case('{"s":{"a":1,"b":[1,2]},"x":5}\n', schema="s STRING, x STRING")
case('{"s": {"a" : 1.10 , "b" :[ 1, "é\\u0041" ,true,null ] } ,"x": 5e1 , "y":[1, 2]}\n', schema="s STRING, x STRING, y STRING")
case('{"a":1.10,"b":100,"c":1e2,"d":-0,"e":12345678901234567890.123,"f":true,"g":NaN}\n', schema="a STRING, b STRING, c STRING, d STRING, e STRING, f STRING, g STRING")
case('{"m":{"a":1,"b":2},"n":{"x":{"y":1}}}\n', schema="m MAP<STRING,INT>, n MAP<STRING,STRUCT<y:INT>>")
case('{"m":{"a":1,"a":2}}\n', schema="m MAP<STRING,INT>")
case('{"m":{"a":1,"b":"x","c":3}}\n', schema="m MAP<STRING,INT>, _corrupt_record STRING")
case('{"m":{"1":1}}\n', schema="m MAP<INT,INT>")
case('{"a":[1,"x",3]}\n', schema="a ARRAY<INT>, _corrupt_record STRING")
case('{"a":{"x":1,"y":"z","w":3}}\n', schema="a STRUCT<x:INT,y:INT,w:INT>, _corrupt_record STRING")
case('{"a":[{"x":1},{"x":"z"},{"x":3}],"b":1}\n', schema="a ARRAY<STRUCT<x:INT>>, b INT, _corrupt_record STRING")
case('{"a":1,"b":"x","c":3}\n', schema="a INT, b INT, c INT, _corrupt_record STRING")
case('{"a":1,"b":"x","c":3}\n', schema="a INT, b INT, c INT")
case('{"a":1,"b":"x","c":3}\n{"a":2}\n', schema="a INT, b INT, c INT", mode="DROPMALFORMED")
case('{"a":1,"b":"x","c":3}\n', schema="a INT, b INT, c INT", mode="FAILFAST")
case('{"a":1,"b":2\n{"a":3}\n', schema="a INT, b INT, _corrupt_record STRING")
case('{"a":1,"b":2\n{"a":3}\n', schema="a INT, b INT")
case('{"a":1}\n{bad\n', schema="a INT, broken STRING", columnNameOfCorruptRecord="broken")
case('{"a":1}\n{bad\n', schema="a INT, _corrupt_record STRING, b INT")
case('[{"a":1},{"a":"x"},{"a":3}]\n', schema="a INT, _corrupt_record STRING")
case('[{"a":1},{"a":"x"},{"a":3}]\n', schema="a INT, _corrupt_record STRING", multiLine=True)
case('5\n"x"\nnull\n[1]\n[]\n[null]\n', schema="a INT, _corrupt_record STRING")
case('null\n{"a":1}\n', schema="a INT")
case('{"a":1} {"a":2}\n{"a":3}x\n', schema="a INT, _corrupt_record STRING")
case('{"a":1,"a":2}\n{"a":1,"a":null}\n', schema="a INT")
case('{"A":1,"a":2}\n{"A":3}\n', schema="a INT")
case('{"a":1,"A":2}\n', schema="a INT, A INT")
case('{"a.b":1}\n', schema="`a.b` INT")
case('{"d":"31/01/2020","t":"31/01/2020 10:11","n":"31.01.2020"}\n', schema="d DATE, t TIMESTAMP, n TIMESTAMP_NTZ", dateFormat="dd/MM/yyyy", timestampFormat="dd/MM/yyyy HH:mm", timestampNTZFormat="dd.MM.yyyy")
case('{"d":"2020-1-5","t":"2020-01-05","n":"2020-01-05"}\n{"d":"2020-01-05T10:00:00","t":"2020-01-05 10:00:00.123456","n":"2020-01-05 10:00"}\n{"d":"20200105","t":"2020","n":"2020"}\n{"d":" 2020-01-05 ","t":" 2020-01-05 10:00:00 ","n":"x"}\n{"d":5,"t":5,"n":5}\n{"d":"18000","t":"1.5"}\n', schema="d DATE, t TIMESTAMP, n TIMESTAMP_NTZ")
case('{"t":"2020-07-01T10:00:00"}\n', schema="t TIMESTAMP", timeZone="America/New_York")
case('{"t":"2020-07-01T10:00:00+02:00","d":"2020-07-01"}\n', schema="t TIMESTAMP, d DATE")
case('{"d":"05 janvier 2020"}\n', schema="d DATE", dateFormat="dd MMMM yyyy", locale="fr-FR")
case('{"dec":1.005,"e":"1,234.5","f":"12.3"}\n{"dec":123456789.5,"e":1e2,"f":-1.15}\n', schema="dec DECIMAL(10,2), e DECIMAL(10,1), f DECIMAL(3,1)")
case('{"i":"12","b":"1","d":"1.5d","x":" 1 "}\n', schema="i INT, b BOOLEAN, d DOUBLE, x INT")
case('{"y":"1-2","d":"INTERVAL \'1\' DAY"}\n', schema="y INTERVAL YEAR TO MONTH, d INTERVAL DAY")
case('{"a":{"b":1}}\n', schema="a STRUCT<>, c INT")
case('{"a":1}\n', schema="b INT, c STRING")
case('{"a":"  x  ","b":""}\n', schema="a STRING, b STRING")
case('{"a":"x","b":1.5}\n{"a":"y"}\n', schema="a CHAR(3), b VARCHAR(5)")
case('{"a":1,"b":{"c":"x"}}\n{"a":"q","b":{"c":1}}\n', schema="a INT, b STRUCT<c:INT,d:INT>, _corrupt_record STRING")
case('{"a":[1,2,3],"b":[{"c":1},null,{}]}\n', schema="a ARRAY<BIGINT>, b ARRAY<STRUCT<c:INT>>")
case('{"a":{"c":1},"b":[4]}\n{"a":[{"c":2}]}\n', schema="a ARRAY<STRUCT<c:INT>>, b STRUCT<x:INT>, _corrupt_record STRING")
case("{'a':'it\\'s'}\n", schema="a STRING, _corrupt_record STRING")
case('{"a":"\\u12"}\n{"a":"\\q"}\n{"a":"b"}\n', schema="a STRING, _corrupt_record STRING")
case('{"a":"x","b":"broken}\n', schema="a STRING, b STRING, _corrupt_record STRING")
case('{"a":1 "b":2}\n{"a" 1}\n{"a":}\n{:1}\n{"a":1]\n', schema="a INT, b INT, _corrupt_record STRING")
case('{"a":1}\n', schema="_corrupt_record STRING")
case('{"a":1}\n', schema="a INT, _corrupt_record INT")
case('{"x":{"y":1}}\n', schema="X STRUCT<Y:INT>")

if __name__ == "__main__":
    target = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "json" / "cases.json"
    old = {}
    if target.exists():
        old = {json.dumps([c["data"], c["schema"], c["options"]]): c for c in json.loads(target.read_text())}
    version = oracle_module.VERSION
    other = "v42" if version == "v35" else "v35"
    with oracle_module.Oracle() as oracle, tempfile.TemporaryDirectory() as folder:
        spark = oracle.root
        spark.conf.set("spark.sql.optimizer.enableCsvExpressionOptimization", "true")
        recorded = []
        for number, one in enumerate(cases):
            path = pathlib.Path(folder) / f"{number}.json"
            path.write_bytes(one["data"].encode("latin-1"))
            try:
                reader = spark.read.options(**one["options"])
                if one["schema"]:
                    reader = reader.schema(one["schema"])
                frame = reader.json(str(path)).cache()
                fields = json.loads(frame._jdf.schema().json())["fields"]
                # Cached, so that all columns are parsed and a query of the corrupt column alone is no query of the file.
                answer = {
                    "names": [field["name"] for field in fields],
                    "types": [values.simple_string(field["type"]) for field in fields],
                    "rows": [],
                }
                if any("interval" in kind for kind in answer["types"]):
                    frame = frame.selectExpr(*[f"CAST(`{name}` AS STRING) AS `{name}`" for name in answer["names"]])
                    fields = json.loads(frame._jdf.schema().json())["fields"]
                if fields:
                    for batch in frame._collect_as_arrow():
                        answer["rows"] += values.encode_rows(batch.columns, [field["type"] for field in fields])
                else:
                    answer["rows"] = frame.count()
                frame.unpersist()
            except Exception as error:
                answer = {"error": oracle.describe_error(error)["condition"]}
            before = old.get(json.dumps([one["data"], one["schema"], one["options"]]), {})
            theirs = before.get(other, before.get("both"))
            if theirs == answer:
                one["both"] = answer
            else:
                one[version] = answer
                if theirs is not None:
                    one[other] = theirs
            recorded.append(one)
    target.parent.mkdir(exist_ok=True)
    target.write_text("[\n" + ",\n".join(json.dumps(one, ensure_ascii=False) for one in recorded) + "\n]\n")
