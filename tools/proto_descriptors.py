#!/usr/bin/env python3
"""Gathers protobuf descriptors out of generated Python modules into one descriptor set for protoc.

The modules are read and not imported: each carries its FileDescriptorProto as the bytes literal that it hands to
AddSerializedFile. A FileDescriptorSet is these, each as field 1.
"""

import argparse
import ast
import pathlib
import subprocess
import tempfile

MODULES = [
    "google/rpc/code_pb2.py",
    "google/rpc/status_pb2.py",
    "google/rpc/error_details_pb2.py",
    "pyspark/sql/connect/proto/*_pb2.py",
    "delta/connect/proto/*_pb2.py",
]
WELL_KNOWN = ["any", "duration", "timestamp", "empty", "struct", "wrappers", "descriptor", "field_mask"]


def descriptor_in(module):
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "AddSerializedFile":
            return node.args[0].value
    raise SystemExit(f"{module}: no AddSerializedFile(…) in it")


def varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def well_known():
    """protobuf's own files, as the installed protoc knows them."""
    with tempfile.NamedTemporaryFile() as out:
        names = [f"google/protobuf/{name}.proto" for name in WELL_KNOWN]
        subprocess.run(["protoc", "-I/usr/include", f"--descriptor_set_out={out.name}", "--include_imports", *names],
                       check=True)
        return pathlib.Path(out.name).read_bytes()


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--site", type=pathlib.Path, required=True, help="site-packages of the build's environment")
    arguments.add_argument("--out", type=pathlib.Path, required=True)
    options = arguments.parse_args()
    found = bytearray(well_known())
    for pattern in MODULES:
        modules = sorted(options.site.glob(pattern))
        if not modules:
            raise SystemExit(f"{options.site}: nothing matches {pattern}")
        for module in modules:
            descriptor = descriptor_in(module)
            found += b"\x0a" + varint(len(descriptor)) + descriptor
    options.out.write_bytes(found)


if __name__ == "__main__":
    main()
