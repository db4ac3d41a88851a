"""Queries by path read and write a person's own home and the shared folders, not the folder of the lab itself."""

import os
import uuid

import pytest
from conftest import connect


@pytest.fixture(scope="module")
def session(lab):
    return connect(lab.remote)


@pytest.fixture(scope="module")
def data(lab):
    return lab.folder / "data"


def refused(action):
    with pytest.raises(Exception, match="PATH_NOT_ALLOWED"):
        action()


def test_the_labs_own_files_are_not_read(session, data):
    refused(lambda: session.read.text(str(data / "secrets.json")).collect())
    refused(lambda: session.read.text(f"file://{data}/secrets.json").collect())
    refused(lambda: session.read.text(str(data / "homes" / "somebody-else")).collect())
    refused(lambda: session.sql(f"SELECT * FROM text.`{data}/secrets.json`").collect())


def test_neither_patterns_links_nor_parents_lead_there(session, data, tmp_path):
    refused(lambda: session.read.text(f"{data.parent}/d*ta/secrets.json").collect())
    os.symlink(data, tmp_path / "link")
    refused(lambda: session.read.text(str(tmp_path / "link" / "secrets.json")).collect())
    os.symlink(data / "secrets.json", tmp_path / "one")
    refused(lambda: session.read.text(str(tmp_path / "one")).collect())
    refused(lambda: session.read.text(f"{tmp_path}/../{tmp_path.name}/link/secrets.json").collect())


def test_the_labs_own_files_are_not_written(session, data):
    refused(lambda: session.range(3).write.parquet(str(data / "new")))
    refused(lambda: session.range(3).write.format("delta").save(str(data / "homes" / "somebody-else" / "table")))
    refused(lambda: session.range(3).write.option("path", str(data / "blobs")).saveAsTable(f"t{uuid.uuid4().hex}"))
    # Overwriting a folder removes what is in it.
    refused(lambda: session.range(3).write.mode("overwrite").parquet(str(data.parent)))
    assert (data / "secrets.json").exists()


def test_ones_own_home_and_the_shared_folders_are(session, data):
    for folder in (data / "homes" / "admin", data / "shared" / "datasets"):
        place = str(folder / f"numbers-{uuid.uuid4().hex[:6]}")
        session.range(3).write.parquet(place)
        assert session.read.parquet(place).count() == 3
