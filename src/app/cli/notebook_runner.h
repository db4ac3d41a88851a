#pragma once

namespace lab::app::cli {

/// What `dflab notebook run` gives to the Python of the notebooks: source, result, seconds a cell may take (0: any), and
/// assignments. Ends with 1 when a cell raised; the result holds what there was until then.
inline constexpr const char* kNotebookRunner = R"py(
import datetime, json, pathlib, sys, time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

source, result, seconds, *assignments = sys.argv[1:]
notebook = nbformat.read(source, 4)


def value_of(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


parameters = {name: value_of(text) for name, _, text in (assignment.partition("=") for assignment in assignments)}
if parameters:
    cell = nbformat.v4.new_code_cell("\n".join(f"{name} = {value!r}" for name, value in parameters.items()), metadata={"tags": ["injected-parameters"]})
    if notebook.nbformat_minor < 5:
        cell.pop("id", None)
    # As papermill does it: behind the cell that has the tag, or in front of all.
    tagged = [at for at, each in enumerate(notebook.cells) if "parameters" in each.metadata.get("tags", [])]
    notebook.cells.insert(tagged[0] + 1 if tagged else 0, cell)

client = NotebookClient(
    notebook,
    timeout=int(seconds) or None,
    resources={"metadata": {"path": str(pathlib.Path(source).resolve().parent)}},
    on_cell_start=lambda cell, cell_index: print(f"cell {cell_index + 1} of {len(notebook.cells)}", file=sys.stderr),
)
problem, began, start = None, time.monotonic(), datetime.datetime.now(datetime.timezone.utc)
try:
    client.execute()
except CellExecutionError as error:
    problem = f"{error.ename}: {error.evalue}"
except (CellTimeoutError, DeadKernelError) as error:
    problem = str(error).splitlines()[0]
# What papermill leaves in a result, where its readers look.
notebook.metadata["papermill"] = {
    "input_path": source,
    "output_path": result,
    "parameters": parameters,
    "start_time": start.isoformat(),
    "end_time": datetime.datetime.now(datetime.timezone.utc).isoformat(),
    "duration": round(time.monotonic() - began, 3),
    "exception": problem is not None,
    "problem": problem,
}
nbformat.write(notebook, result)
print(result)
if problem:
    print(f"dflab: {source}: {problem}", file=sys.stderr)
sys.exit(1 if problem else 0)
)py";

}  // namespace lab::app::cli
