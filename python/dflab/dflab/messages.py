"""Delta Connect messages, written by hand: delta-spark 3.x has no classes for them. Field numbers are those of Delta's protocol."""


def varint(number):
    out = bytearray()
    number &= (1 << 64) - 1
    while True:
        byte = number & 0x7F
        number >>= 7
        out.append(byte | (0x80 if number else 0))
        if not number:
            return bytes(out)


def message(number, payload):
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def text(number, value):
    return message(number, value.encode())


def integer(number, value):
    return varint(number << 3) + varint(int(value))


def map_entry(number, key, value):
    return message(number, text(1, key) + text(2, value))


def table_by_path(path, hadoop_conf):
    entries = b"".join(map_entry(2, k, v) for k, v in (hadoop_conf or {}).items())
    return message(1, text(1, path) + entries)


def table_by_name(name):
    return text(2, name)


RELATION = "type.googleapis.com/delta.connect.DeltaRelation"
COMMAND = "type.googleapis.com/delta.connect.DeltaCommand"
