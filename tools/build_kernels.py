#!/usr/bin/env python3
"""Writes the kernels of a notebook environment besides its Python 3: tools/build_kernels.py ENVIRONMENT. The lab itself adds PySpark (3.5).

PySpark 4 has an environment of its own inside the other, because Spark 4 wants other companions. R is there when Debian's r-base and
r-cran-irkernel are, and is taken away again with them: a kernel that cannot start is worse than none."""

from __future__ import annotations

import json
import pathlib
import shutil
import subprocess
import sys

BEGIN = "from pyspark.sql import SparkSession; spark = SparkSession.builder.getOrCreate()"


def pyspark4(environment: pathlib.Path) -> dict | None:
    own = environment / "share" / "dflab" / "pyspark4"
    if not (own / "bin" / "python").exists():
        return None
    packages = "${HOME}/.local/share/pyspark4"
    return {
        "argv": [str(own / "bin" / "python"), "-m", "ipykernel_launcher", "-f", "{connection_file}", f"--IPKernelApp.exec_lines={BEGIN}"],
        "display_name": "PySpark 4",
        "language": "python",
        # What people add here is added here alone: the two environments' packages do not go together.
        "env": {"PATH": f"{own}/bin:{packages}/bin:${{PATH}}", "PIP_PREFIX": packages, "PIP_CONSTRAINT": str(own / "pins.txt")},
        "metadata": {"debugger": True},
    }


def has_r_kernel() -> bool:
    program = shutil.which("Rscript")
    return program is not None and subprocess.run([program, "-e", "library(IRkernel)"], capture_output=True).returncode == 0


def r(_: pathlib.Path) -> dict | None:
    if not has_r_kernel():
        return None
    return {"argv": [shutil.which("R"), "--slave", "-e", "IRkernel::main()", "--args", "{connection_file}"], "display_name": "R", "language": "R"}


KERNELS = {"pyspark4": pyspark4, "ir": r}


def build(environment: pathlib.Path) -> list[str]:
    """The names of the kernels that are there now."""
    there = []
    for name, make in KERNELS.items():
        folder = environment / "share" / "jupyter" / "kernels" / name
        kernel = make(environment)
        if kernel is None:
            shutil.rmtree(folder, ignore_errors=True)
            continue
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "kernel.json").write_text(json.dumps(kernel, indent=1) + "\n")
        there.append(name)
    return there


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    build(pathlib.Path(sys.argv[1]))
