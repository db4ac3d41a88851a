#!/usr/bin/env python3
"""Watches a command with strace and checks that what it keeps in a data folder is durable in the right order.

    strace_check.py [--keep FILE] -- COMMAND ARGS...

A data folder is any folder in which the command opens `lab.db`. Checked, for each of them:
  1. nothing is made, written, renamed or removed there but what src/store/store.h lists, and the engines' spill;
  2. bytes of a blob are synced after their last write, then the name in its folder, then the journal;
  3. a new folder of blobs is synced by name;
  4. bytes of a pack are synced behind each write, then the journal; the name of a new pack;
  5. a file that replaces another (secrets.json) is synced before it is renamed, its folder after.
Ends with 1 and a line per violation if there is any.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile

CALLS = "openat,open,creat,write,pwrite64,writev,pwritev,pwritev2,ftruncate,truncate,fallocate,copy_file_range,sendfile,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,rmdir,fsync,fdatasync,sync_file_range,symlink,symlinkat,mmap"

ALLOWED = [re.compile(p) for p in (
    r"lab\.db(-wal|-shm|-journal)?", r"lock", r"secrets\.json(\.[0-9a-f]+\.new)?", r"blobs", r"blobs/[0-9a-f]{6}",
    r"blobs/[0-9a-f]{6}/[0-9a-f]{12}", r"packs", r"packs/[0-9a-f]{8}\.pack", r"stage", r"stage/.+", r"logs(/.*)?", r"run(/.*)?", r"spill(/.*)?")]  # what is spilled is never read by a later run
BLOB = re.compile(r"blobs/[0-9a-f]{6}/[0-9a-f]{12}")
PACK = re.compile(r"packs/[0-9a-f]{8}\.pack")
BLOB_FOLDER = re.compile(r"blobs/[0-9a-f]{6}")

LINE = re.compile(r"^(?:\[pid +)?(\d+)\]? +([0-9.]+) (.*)$")
CALL = re.compile(r"^(\w+)\((.*)\) += (-?\d+|\?)(?:<.*>)?(?: .*)?$")
UNFINISHED = re.compile(r"^(\w+)\((.*) <unfinished \.\.\.>$")
RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>(.*)$")
FD_PATH = re.compile(r"^-?\w+<(.*?)>(?:\(deleted\))?")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
DIR_FD = re.compile(r"^(?:AT_FDCWD|\d+)<(.*?)>, ")

WRITES = {"write", "pwrite64", "writev", "pwritev", "pwritev2", "ftruncate", "fallocate", "copy_file_range", "sendfile"}
SYNCS = {"fsync", "fdatasync"}


class Event:
    def __init__(self, start, end, name, paths, text):
        self.start, self.end, self.name, self.paths, self.text = start, end, name, paths, text


def paths_of(name, arguments):
    """The absolute paths that a call is about."""
    if name in WRITES | SYNCS:
        found = FD_PATH.match(arguments)
        return [found.group(1)] if found else []
    if name == "mmap":
        found = re.search(r"MAP_SHARED\S*, -?\d+<(.*?)>", arguments)
        return [found.group(1)] if found and "PROT_WRITE" in arguments else []
    folder = DIR_FD.match(arguments)
    base = folder.group(1) if folder else os.getcwd()
    return [os.path.normpath(os.path.join(base, text)) for text in QUOTED.findall(arguments)]


def parse(lines):
    """Calls in the order of their ends, with the positions of start and end in the trace. Failed calls are left out."""
    waiting, events = {}, []
    for position, line in enumerate(lines):
        found = LINE.match(line.rstrip("\n"))
        if not found:
            continue
        pid, _, text = found.groups()
        start = position
        half = UNFINISHED.match(text)
        if half:
            waiting[pid] = (position, half.group(1), half.group(2))
            continue
        rest = RESUMED.match(text)
        if rest:
            if pid not in waiting:
                continue
            start, name, begin = waiting.pop(pid)
            text = f"{name}({begin}{rest.group(2)}"
        call = CALL.match(text)
        if not call or call.group(3) in ("?",) or int(call.group(3)) < 0:
            continue
        events.append(Event(start, position, call.group(1), paths_of(call.group(1), call.group(2)), text))
    return events


def changes(event):
    """Whether the call makes, changes or removes what its paths name."""
    if event.name in ("open", "openat", "creat"):
        return "O_CREAT" in event.text or "O_TRUNC" in event.text
    return event.name not in SYNCS and event.name != "sync_file_range"


def data_folders(events):
    return sorted({os.path.dirname(p) for e in events if e.name in ("open", "openat") for p in e.paths
                   if os.path.basename(p) == "lab.db"})


def first(events, names, path, after):
    """The first such call on `path` that began behind position `after`."""
    return next((e for e in events if e.name in names and path in e.paths and e.start > after), None)


def check_folder(folder, events):
    violations = []
    below = [e for e in events if any(p.startswith(folder + "/") or p == folder for p in e.paths)]

    for event in below:
        if not changes(event):
            continue
        for path in event.paths:
            if path.startswith(folder + "/"):
                name = os.path.relpath(path, folder)
                if not any(p.fullmatch(name) for p in ALLOWED):
                    violations.append(f"{name}: nothing of the store, changed by {event.text[:160]}")

    written, made, removed, renamed_to, made_folders, lost = {}, {}, {}, {}, {}, set()
    for event in below:
        for path in event.paths:
            name = os.path.relpath(path, folder)
            if event.name in WRITES:
                written[name] = event.end
            elif event.name in ("open", "openat", "creat") and "O_CREAT" in event.text:
                made.setdefault(name, event.end)
            elif event.name in ("unlink", "unlinkat", "rmdir"):
                removed[name] = event.end
            elif event.name in ("mkdir", "mkdirat"):
                made_folders[name] = event.end
        if event.name.startswith("rename") and len(event.paths) == 2:
            source, target = (os.path.relpath(p, folder) for p in event.paths)
            renamed_to[target] = (event.start, event.end, source)

    blobs = {n for n in set(made) | set(renamed_to) if BLOB.fullmatch(n)}
    num_checked = 0
    for name in sorted(blobs):
        given_up = name in removed  # or collected later: then it was in order before
        path = os.path.join(folder, name)
        source = renamed_to[name][2] if name in renamed_to else name
        last_write = max(written.get(name, -1), written.get(source, -1), made.get(name, -1))
        synced = first(below, SYNCS, os.path.join(folder, source), last_write) or first(below, SYNCS, path, last_write)
        if not synced:
            if given_up:
                continue
            violations.append(f"{name}: its bytes were never synced after the last write")
            continue
        named_at = renamed_to[name][1] if name in renamed_to else made[name]
        entry = first(below, SYNCS, os.path.dirname(path), named_at)
        if not entry:
            if given_up:
                continue
            violations.append(f"{name}: its name in the folder was never synced")
            continue
        commit = first(below, SYNCS, os.path.join(folder, "lab.db-wal"), max(synced.end, entry.end))
        if not commit:
            lost.add(name)  # synced and never named by a commit: a put that was refused or cut off
            continue
        num_checked += 1

    for event in below:
        for path in event.paths:
            name = os.path.relpath(path, folder)
            if event.name not in WRITES or not PACK.fullmatch(name):
                continue
            synced = first(below, SYNCS, path, event.end)
            if not synced:
                violations.append(f"{name}: its bytes were never synced after a write")
            elif first(below, SYNCS, os.path.join(folder, "lab.db-wal"), synced.end):
                num_checked += 1
    for name, at in made.items():
        if PACK.fullmatch(name) and not first(below, SYNCS, os.path.join(folder, "packs"), at):
            violations.append(f"{name}: the name of the new pack was never synced")

    for name, at in made_folders.items():
        if BLOB_FOLDER.fullmatch(name) and not first(below, SYNCS, os.path.join(folder, "blobs"), at):
            violations.append(f"{name}: the name of the new folder was never synced")

    for target, (start, end, source) in renamed_to.items():
        if not source.endswith(".new"):
            continue
        synced = first(below, SYNCS, os.path.join(folder, source), written.get(source, -1))
        if not synced or synced.end > start:
            violations.append(f"{target}: renamed into place before its bytes were synced")
        if not first(below, SYNCS, os.path.dirname(os.path.join(folder, target)), end):
            violations.append(f"{target}: the rename was never synced")
    return violations, num_checked, len(lost)


def check(lines):
    """(violations, blobs checked, data folders) of a whole trace."""
    events = parse(lines)
    violations, num_checked = [], 0
    folders = data_folders(events)
    for folder in folders:
        found, checked, _ = check_folder(folder, events)
        violations += found
        num_checked += checked
    return violations, num_checked, folders


def trace(command, path):
    return ["strace", "-f", "-y", "-ttt", "-s", "500", "-e", "trace=" + CALLS, "-o", path, *command]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", help="write the trace here")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        parser.error("which command?")
    with tempfile.TemporaryDirectory() as folder:
        path = options.keep or os.path.join(folder, "trace")
        done = subprocess.run(trace(command, path))
        with open(path, errors="replace") as file:
            violations, num_checked, folders = check(file)
    for violation in violations:
        print(violation)
    print(f"{len(folders)} data folders, {num_checked} blobs in order, {len(violations)} violations")
    if done.returncode != 0:
        print(f"the command ended with {done.returncode}")
    return 1 if violations or done.returncode or not num_checked else 0


if __name__ == "__main__":
    sys.exit(main())
