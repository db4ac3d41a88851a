"""Arrow results of Spark as plain JSON values, one form for every type.

The recorder and the replaying tests share this file, so a difference between two answers is a difference of Spark's.

    boolean, byte to long   JSON boolean, number        float, double   shortest round-trip text, NaN, Infinity
    decimal                 plain text with its scale   string          text, or {"hex": …} when it is no UTF-8
    binary                  upper-case hexadecimal      date            2020-01-31, years as ISO 8601 has them
    timestamp, ntz          2020-01-31T01:02:03[.ffffff] in UTC (the session's zone)
    interval year-month     months                      interval day-time   microseconds
    interval                [months, days, microseconds]
    array                   list                        map             list of [key, value] in Spark's order
    struct                  list of [name, value]       variant         [value hex, metadata hex]
"""

from __future__ import annotations

import datetime
import decimal
import struct

import numpy
import pyarrow as pa


def simple_string(dtype) -> str:
    """Spark's simpleString of a data type given in its JSON form, never truncated."""
    if isinstance(dtype, str):
        return {"integer": "int", "long": "bigint", "short": "smallint", "byte": "tinyint"}.get(dtype, dtype)
    kind = dtype["type"]
    if kind == "struct":
        fields = (f"{field['name']}:{simple_string(field['type'])}" for field in dtype["fields"])
        return f"struct<{','.join(fields)}>"
    if kind == "array":
        return f"array<{simple_string(dtype['elementType'])}>"
    if kind == "map":
        return f"map<{simple_string(dtype['keyType'])},{simple_string(dtype['valueType'])}>"
    if kind == "udt":
        return simple_string(dtype["sqlType"])
    raise ValueError(f"unknown Spark type {dtype!r}")


def _civil(days: int) -> tuple[int, int, int]:
    """Proleptic Gregorian year, month and day of a day number; Python's own dates end at the year 9999."""
    days += 719468
    era, day_of_era = divmod(days, 146097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36524 - day_of_era // 146096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * shifted + 2) // 5 + 1
    month = shifted + 3 if shifted < 10 else shifted - 9
    return year_of_era + era * 400 + (month <= 2), month, day


def date_text(days: int) -> str:
    year, month, day = _civil(days)
    sign = "+" if year > 9999 else "-" if year < 0 else ""
    return f"{sign}{abs(year):04d}-{month:02d}-{day:02d}"


def timestamp_text(micros: int) -> str:
    days, rest = divmod(micros, 86_400_000_000)
    seconds, fraction = divmod(rest, 1_000_000)
    text = f"{date_text(days)}T{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{text}.{fraction:06d}" if fraction else text


def double_text(value: float, single: bool) -> str:
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    return str(numpy.float32(value)) if single else repr(float(value))


def _raw(array: pa.Array, storage: pa.DataType) -> list:
    """The fixed-width values of an array reinterpreted as `storage`, with its NULLs."""
    return pa.Array.from_buffers(storage, len(array), array.buffers()[:2], offset=array.offset).to_pylist()


def _calendar_intervals(array: pa.Array) -> list:
    data, valid, out = array.buffers()[1], array.is_valid().to_pylist(), []
    for index, present in enumerate(valid):
        if not present:
            out.append(None)
            continue
        months, days, nanos = struct.unpack_from("<iiq", data, (array.offset + index) * 16)
        out.append([months, days, nanos // 1000])
    return out


def _nested(array: pa.Array, items: list) -> list:
    offsets, valid = array.offsets.to_pylist(), array.is_valid().to_pylist()
    return [items[offsets[i] : offsets[i + 1]] if valid[i] else None for i in range(len(array))]


def _text(raw):
    """Spark keeps bytes that are no UTF-8 in a string; JSON cannot, so they are told as {"hex": …}."""
    try:
        return None if raw is None else raw.decode("utf-8")
    except UnicodeDecodeError:
        return {"hex": raw.hex().upper()}


def encode_array(array: pa.Array, dtype) -> list:
    """One column as JSON values; `dtype` is the Spark type in its JSON form."""
    if isinstance(array, pa.ChunkedArray):
        return [value for chunk in array.chunks for value in encode_array(chunk, dtype)]
    if isinstance(array, pa.DictionaryArray):
        return encode_array(array.dictionary_decode(), dtype)
    kind = dtype if isinstance(dtype, str) else dtype["type"]
    if kind == "udt":
        return encode_array(array, dtype["sqlType"])
    if kind == "array":
        return _nested(array, encode_array(array.values, dtype["elementType"]))
    if kind == "map":
        keys = encode_array(array.keys, dtype["keyType"])
        values = encode_array(array.items, dtype["valueType"])
        return _nested(array, [list(pair) for pair in zip(keys, values)])
    if kind == "struct":
        names = [field["name"] for field in dtype["fields"]]
        columns = [encode_array(array.field(i), field["type"]) for i, field in enumerate(dtype["fields"])]
        valid = array.is_valid().to_pylist()
        return [
            [[name, column[i]] for name, column in zip(names, columns)] if valid[i] else None
            for i in range(len(array))
        ]
    if kind == "variant":
        names = [array.type.field(i).name for i in range(array.type.num_fields)]
        parts = [array.field(names.index(name)).to_pylist() for name in ("value", "metadata")]
        valid = array.is_valid().to_pylist()
        return [[p[i].hex().upper() for p in parts] if valid[i] else None for i in range(len(array))]
    if kind == "date":
        return [None if v is None else date_text(v) for v in _raw(array, pa.int32())]
    if kind in ("timestamp", "timestamp_ntz"):
        return [None if v is None else timestamp_text(v) for v in _raw(array.cast(pa.timestamp("us", array.type.tz)), pa.int64())]
    if kind.startswith("time("):
        return [None if v is None else timestamp_text(v // 1000)[11:] for v in _raw(array, pa.int64())]
    if kind == "interval":
        return _calendar_intervals(array)
    if kind.startswith("interval"):
        months = kind.split()[-1] in ("year", "month")
        return _raw(array, pa.int32() if months else pa.int64())
    if kind in ("float", "double"):
        return [None if v is None else double_text(v, kind == "float") for v in array.to_pylist()]
    if kind.startswith("decimal"):
        return [None if v is None else format(v, "f") for v in array.to_pylist()]
    if kind == "binary":
        return [None if v is None else v.hex().upper() for v in array.to_pylist()]
    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        bytes_type = pa.large_binary() if pa.types.is_large_string(array.type) else pa.binary()
        raw = pa.Array.from_buffers(bytes_type, len(array), array.buffers(), offset=array.offset)
        return [_text(value) for value in raw.to_pylist()]
    return array.to_pylist()


def encode_rows(columns: list, dtypes: list) -> list:
    """Rows of JSON values out of columns."""
    encoded = [encode_array(column, dtype) for column, dtype in zip(columns, dtypes)]
    return [list(row) for row in zip(*encoded)]


def encode_python(value):
    """A Python value that a client handed back (a Row, a number, a date) in the same JSON form."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (numpy.bool_, numpy.integer)):
        return value.item()
    if isinstance(value, (float, numpy.floating)):
        return double_text(float(value), False)
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).hex().upper()
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None).isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return value // datetime.timedelta(microseconds=1)
    if hasattr(value, "asDict"):
        return [[name, encode_python(item)] for name, item in zip(value.__fields__, value)]
    if isinstance(value, dict):
        return [[encode_python(key), encode_python(item)] for key, item in value.items()]
    if isinstance(value, (list, tuple)) or hasattr(value, "tolist"):
        return [encode_python(item) for item in value]
    raise TypeError(f"no JSON form for {type(value)}")
