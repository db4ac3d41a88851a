"""The killing test of Delta, a few rounds long; `./dev crash kill_delta --rounds 200` is the whole of it."""
import pathlib
import subprocess
import sys

import lab as lab_module
import pytest


@pytest.mark.only("spark42")
def test_no_acknowledged_commit_is_lost_when_the_lab_is_killed():
    script = pathlib.Path(__file__).with_name("kill_delta.py")
    done = subprocess.run([sys.executable, str(script), "--rounds", "3", "--seed", "1", "--dflab", str(lab_module.program())], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "none lost, none torn" in done.stdout
