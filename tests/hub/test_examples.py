"""The example notebooks: what a home gets, run top to bottom in a kernel of a notebook server."""

from __future__ import annotations

import json

import nbformat
import pytest
import requests

from door import build_examples
from test_notebooks import Kernel

SOURCES = {str(source.relative_to(build_examples.EXAMPLES).with_suffix("")): source for source in build_examples.notebook_sources()}
# In this order: some read what one before them wrote.
RUNNING = ["spark/spark_basics", "spark/delta_lake_demo", "medallion/bronze_ingestion", "medallion/silver_processing", "medallion/gold_aggregations", "medallion/medallion_architecture",
           "customers/1_exploration", "customers/2_features", "customers/3_validation", "cloud/cloud_cost"]
WAITING = [name for name, source in SOURCES.items() if build_examples.waits_for(source)]


@pytest.fixture(scope="module")
def token(admin):
    return admin.make_token(note="examples")


@pytest.fixture(scope="module")
def running(hub, api):
    api.start("admin")
    yield hub
    api.stop("admin")


def fetch(hub, token: str, name: str):
    """The notebook as JupyterLab gets it out of the home."""
    answer = requests.get(f"{hub.url}/user/admin/api/contents/examples/{name}.ipynb?content=1", headers={"Authorization": f"token {token}"}, timeout=30)
    assert answer.status_code == 200, answer.text
    notebook = nbformat.from_dict(answer.json()["content"])
    nbformat.validate(notebook)
    return notebook


def test_each_example_runs_or_says_what_it_waits_for():
    assert set(RUNNING) | set(WAITING) == set(SOURCES) and not set(RUNNING) & set(WAITING)


@pytest.mark.parametrize("name", RUNNING)
def test_it_runs_top_to_bottom(running, token, name):
    notebook = fetch(running, token, name)
    kernel = Kernel(running, "admin", token, notebook.metadata.kernelspec.name)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            kernel.run(cell.source)


@pytest.mark.parametrize("name", WAITING)
def test_its_first_cell_says_what_it_waits_for(running, token, name):
    notebook = fetch(running, token, name)
    assert build_examples.waits_for(SOURCES[name]) in notebook.cells[0].source
    for cell in notebook.cells:
        if cell.cell_type == "code":
            compile(cell.source, name, "exec")


def test_what_people_change_in_them_stays(running, api, token):
    notebook = fetch(running, token, "spark/spark_basics")
    notebook.cells[0].source = "# mine"
    place = f"{running.url}/user/admin/api/contents/examples/spark/spark_basics.ipynb"
    headers = {"Authorization": f"token {token}"}
    original = requests.get(place, headers=headers, timeout=30).json()["content"]
    saved = requests.put(place, headers=headers, data=json.dumps({"type": "notebook", "format": "json", "content": notebook}), timeout=30)
    assert saved.status_code == 200, saved.text
    api.start("admin", "again")  # a start looks after the home
    try:
        assert fetch(running, token, "spark/spark_basics").cells[0].source == "# mine"
    finally:
        api.stop("admin", "again")
        requests.put(place, headers=headers, data=json.dumps({"type": "notebook", "format": "json", "content": original}), timeout=30)
