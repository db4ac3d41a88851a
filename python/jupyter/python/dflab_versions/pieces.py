"""How a file is cut, so that what two versions share is kept once.

A long line (a picture, a table of HTML, data in an output) is a piece of its own. Other lines run together; after a few
kilobytes a piece ends behind a line whose checksum says so, which makes the cuts the same wherever the text is: a cell
that is added moves them, and does not make them new. The pieces of a file are its bytes, in order.
"""
import zlib

_LONG_LINE = 4096
_SHORTEST = 4096
_ONE_LINE_IN = 256


def cut(data: bytes) -> list:
    pieces, current, length = [], [], 0
    for line in data.splitlines(keepends=True):
        is_long = len(line) >= _LONG_LINE
        if current and is_long:
            pieces.append(b"".join(current))
            current, length = [], 0
        current.append(line)
        length += len(line)
        if is_long or (length >= _SHORTEST and zlib.crc32(line) % _ONE_LINE_IN == 0):
            pieces.append(b"".join(current))
            current, length = [], 0
    if current:
        pieces.append(b"".join(current))
    return pieces
