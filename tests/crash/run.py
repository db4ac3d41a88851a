#!/usr/bin/env python3
"""`./dev crash [NAME] [ARGS]`: runs tests/crash/NAME.py (kill_s3 without a name) with the clients' environment."""

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
    name = arguments.pop(0) if arguments and not arguments[0].startswith("-") else "kill_s3"
    program = FOLDER / f"{name}.py"
    if not program.is_file():
        known = sorted(p.stem for p in FOLDER.glob("kill_*.py"))
        sys.exit(f"there is no {name}; there are {', '.join(known)}")
    python = str(client_python())
    os.execv(python, [python, str(program), *arguments])


if __name__ == "__main__":
    main()
