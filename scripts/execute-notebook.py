"""Executes a notebook; with --write, puts what its cells print and draw into it, without the times of this machine."""

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

path = Path(sys.argv[1])
notebook = nbformat.read(path, as_version=4)
folder = {"metadata": {"path": os.environ["SCALE_EXPORTS"]}}
NotebookClient(notebook, kernel_name="python3", timeout=300, startup_timeout=300, resources=folder).execute()
if "--write" in sys.argv[2:]:
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    nbformat.write(notebook, path)
