#!/usr/bin/env python3
"""`./dev crash [ARGS]`: the explorer of src/store/crash. `./dev crash NAME [ARGS]`: tests/crash/NAME.py with the clients' environment."""

import os
import pathlib
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parent.parent


def client_python():
    subprocess.run([ROOT / "tools/clients_setup"], check=True, stdout=subprocess.DEVNULL)
    cache = pathlib.Path(os.environ.get("DFLAB_CACHE", pathlib.Path.home() / ".cache/dflab"))
    return cache / "clients/spark42/bin/python"


def main():
    arguments = sys.argv[1:]
    if not arguments or arguments[0].startswith("-"):
        program = pathlib.Path(os.environ.get("DFLAB_BUILD", ROOT / "build/lab")) / "explore"
        os.execv(program, [str(program), *arguments])
    name = arguments.pop(0)
    program = FOLDER / f"{name}.py"
    if not program.is_file():
        known = sorted(p.stem for p in FOLDER.glob("kill_*.py"))
        sys.exit(f"there is no {name}; there are {', '.join(known)}")
    python = str(client_python())
    os.execv(python, [python, str(program), *arguments])


if __name__ == "__main__":
    main()
