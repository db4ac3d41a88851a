"""The checker finds what it is for: each test takes one call out of a right trace, and must then see a violation."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import strace_check

FOLDER = "/d"
BLOB = "/d/blobs/000000/000000000001"
RIGHT = [
    ('openat(AT_FDCWD</x>, "/d/lab.db", O_RDWR|O_CREAT, 0600)', "3</d/lab.db>"),
    ('mkdir("/d/blobs/000000", 0700)', "0"),
    ("fsync(4</d/blobs>)", "0"),
    (f'openat(AT_FDCWD</x>, "{BLOB}", O_RDWR|O_CREAT|O_EXCL, 0600)', f"5<{BLOB}>"),
    (f'pwrite64(5<{BLOB}>, "hello", 5, 0)', "5"),
    (f"fdatasync(5<{BLOB}>)", "0"),
    ("fsync(6</d/blobs/000000>)", "0"),
    ('pwrite64(7</d/lab.db-wal>, "", 4096, 0)', "4096"),
    ("fdatasync(7</d/lab.db-wal>)", "0"),
]


def check(calls):
    return strace_check.check([f"100 1.0 {call} = {result}" for call, result in calls])


def test_accepts_the_right_order():
    assert check(RIGHT) == ([], 1, [FOLDER])


def test_misses_no_sync():
    for i, (call, _) in enumerate(RIGHT):
        if call.startswith(("fsync", "fdatasync(5")):
            violations, _, _ = check(RIGHT[:i] + RIGHT[i + 1 :])
            assert len(violations) == 1, call


def test_wants_the_sync_behind_the_last_write():
    order = RIGHT[:4] + [RIGHT[5], RIGHT[4]] + RIGHT[6:]
    assert "never synced after the last write" in check(order)[0][0]


def test_finds_files_that_are_not_the_stores():
    stray = [('openat(AT_FDCWD</x>, "/d/notes.txt", O_WRONLY|O_CREAT, 0600)', "9</d/notes.txt>")]
    assert len(check(RIGHT + stray)[0]) == 1


def test_reads_calls_that_were_cut_in_two():
    lines = [f"100 1.0 {call} = {result}" for call, result in RIGHT]
    lines[5] = f"100 1.0 fdatasync(5<{BLOB}> <unfinished ...>"
    lines.insert(6, "101 1.1 fsync(8</d>) = 0")
    lines.insert(7, "100 1.2 <... fdatasync resumed>) = 0")
    assert strace_check.check(lines) == ([], 1, [FOLDER])


PACK = "/d/packs/00000000.pack"
PACKED = [
    RIGHT[0],
    (f'openat(AT_FDCWD</x>, "{PACK}", O_RDWR|O_CREAT|O_EXCL, 0600)', f"5<{PACK}>"),
    ("fsync(6</d/packs>)", "0"),
    (f'pwrite64(5<{PACK}>, "hello", 5, 0)', "5"),
    (f"fdatasync(5<{PACK}>)", "0"),
    RIGHT[-2],
    RIGHT[-1],
]


def test_wants_packs_synced_too():
    assert check(PACKED) == ([], 1, [FOLDER])
    for i, (call, _) in enumerate(PACKED):
        if call.startswith(("fsync", "fdatasync(5")):
            assert len(check(PACKED[:i] + PACKED[i + 1 :])[0]) == 1, call
