"""Executes a notebook; with --write, puts what its cells print and draw into it, without times and counts of this machine."""

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

path = Path(sys.argv[1])
notebook = nbformat.read(path, as_version=4)
NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": os.environ["SCALE_EXPORTS"]}}).execute()
if "--write" in sys.argv[2:]:
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    nbformat.write(notebook, path)
