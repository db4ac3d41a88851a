"""`dflab backup`, `restore` and `verify`: while the lab serves, killed in between, with flipped bits."""

import json
import random
import subprocess
import threading
import time

import boto3
import pytest

import lab as lab_module

pytestmark = pytest.mark.only("spark42")


def dflab(*arguments, expect=0):
    done = subprocess.run([str(lab_module.program()), *map(str, arguments), "--json"], capture_output=True, text=True, timeout=90)
    assert done.returncode == expect, done.stdout[-2000:] + done.stderr[-2000:]
    return json.loads(done.stdout) if done.stdout else done.stderr


def client_of(lab):
    return boto3.client("s3", endpoint_url=lab.endpoint, aws_access_key_id="admin", aws_secret_access_key="admin123", region_name="us-east-1")


def body_of(number):
    return f"{number};".encode() * (20_000 if number % 10 == 0 else 200)


class Writer:
    """Puts one object behind the other until it is told to end, or the lab is gone; `acknowledged` of them were answered."""

    def __init__(self, s3):
        self.s3, self.acknowledged, self.is_ending = s3, 0, False
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        try:
            while not self.is_ending:
                self.s3.put_object(Bucket="bulk", Key=f"k{self.acknowledged}", Body=body_of(self.acknowledged))
                self.acknowledged += 1
        except Exception:
            if not self.is_ending:
                raise

    def wait_for(self, count):
        deadline = time.monotonic() + 60
        while self.acknowledged < count and time.monotonic() < deadline:
            time.sleep(0.01)

    def end(self):
        self.is_ending = True
        self.thread.join()


def expect_objects(backup, count, tmp_path):
    """A lab that is restored from it has the first `count` objects, and each that it lists is whole."""
    folder = tmp_path / f"restored-{random.random()}"
    dflab("restore", backup, "--data", folder / "data")
    restored = lab_module.Lab(folder=folder).start()
    try:
        s3 = client_of(restored)
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket="bulk")
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        assert {f"k{i}" for i in range(count)} <= set(keys)
        for key in keys:
            assert s3.get_object(Bucket="bulk", Key=key)["Body"].read() == body_of(int(key[1:])), key
    finally:
        restored.close()


def test_a_backup_while_it_serves_has_all_that_was_acknowledged(own_lab, tmp_path):
    data, backup = own_lab.start().folder / "data", tmp_path / "backup"
    s3 = client_of(own_lab)
    s3.create_bucket(Bucket="bulk")
    writer = Writer(s3)
    try:
        for count in (20, 60):
            writer.wait_for(count)
            before = writer.acknowledged
            assert dflab("backup", backup, "--data", data)["damages"] == []
            assert dflab("verify", backup)["damages"] == []
    finally:
        writer.end()
    expect_objects(backup, before, tmp_path)
    assert dflab("verify", "--data", data)["damages"] == []


def test_killed_in_between_an_earlier_backup_stays_whole(own_lab, tmp_path):
    data, backup = own_lab.start().folder / "data", tmp_path / "backup"
    s3 = client_of(own_lab)
    s3.create_bucket(Bucket="bulk")
    for i in range(60):
        s3.put_object(Bucket="bulk", Key=f"k{i}", Body=body_of(i))
    dflab("backup", backup, "--data", data)
    for round_number in range(4):
        s3 = client_of(own_lab)
        for i in range(60 + 20 * round_number, 80 + 20 * round_number):
            s3.put_object(Bucket="bulk", Key=f"k{i}", Body=body_of(i))
        running = subprocess.Popen([str(lab_module.program()), "backup", str(backup), "--data", str(data)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0.01, 0.15))
        own_lab.kill()
        running.wait(60)
        assert dflab("verify", backup)["damages"] == []
        own_lab.start()
    expect_objects(backup, 60, tmp_path)
    # And it is renewed over what the killed ones left.
    dflab("backup", backup, "--data", data)
    expect_objects(backup, 140, tmp_path)


def test_of_a_stopped_lab_too_and_flipped_bits_are_told(own_lab, tmp_path):
    data, backup = own_lab.start().folder / "data", tmp_path / "backup"
    s3 = client_of(own_lab)
    s3.create_bucket(Bucket="bulk")
    for i in range(12):
        s3.put_object(Bucket="bulk", Key=f"k{i}", Body=body_of(i))
    own_lab.stop()
    assert dflab("backup", backup, "--data", data)["blobs"] == 12
    assert dflab("verify", "--data", data)["damages"] == []
    pack = next((backup / "packs").iterdir())
    content = bytearray(pack.read_bytes())
    content[len(content) // 2] ^= 1
    pack.write_bytes(content)
    damages = dflab("verify", backup, expect=1)["damages"]
    assert len(damages) == 1 and damages[0]["objects"][0].startswith("bulk/k")
    # A renewed backup mends it.
    dflab("backup", backup, "--data", data)
    assert dflab("verify", backup)["damages"] == []


def test_refuses_what_is_no_backup(own_lab, tmp_path):
    data = own_lab.start().folder / "data"
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters/mine.txt").write_text("x")
    assert "mine.txt" in dflab("backup", tmp_path / "letters", "--data", data, expect=1)
    dflab("backup", tmp_path / "backup", "--data", data)
    assert "holds a store already" in dflab("restore", tmp_path / "backup", "--data", tmp_path / "backup", expect=2)
    assert "holds no store" in dflab("restore", tmp_path / "letters", "--data", tmp_path / "new", expect=2)
