#!/usr/bin/env bash
# polars 2.1.0 on records in JSON lines (calls of a model, executions of a workflow) in which `error` is written only for calls that
# failed: if the first of them comes after the 100 rows from which `read_ndjson` learns the fields, the column is not there, without an
# error or a warning, and whoever counts failures finds none. To write `"error": null` in all other records, the usual advice, makes it
# worse: then the file cannot be read at all. What one would expect: one behaviour for both, a column with nulls, or an error.
# duckdb 2.0.1 raises for the first file and reads the second; pandas 3.1.1 reads both (shown beside).
# `infer_schema_length=None`, or `schema_overrides`, reads either.
#
# Needs python 3.10 or newer with venv. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.1 polars==2.1.0 pandas==3.1.1
cat >"$folder/see.py" <<'PYTHON'
import json
import sys
import warnings
from pathlib import Path

import duckdb
import pandas
import polars

print("python", sys.version.split()[0], *(f"| {one.__name__} {one.__version__}" for one in (polars, duckdb, pandas)))
rows, failures = 30_000, 500


def written(name, call):
    Path(name).write_text("".join(json.dumps(call(index)) + "\n" for index in range(rows)))


def tried(read):
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            return read(), len(said)
        except Exception as error:
            return f"{type(error).__name__}: {str(error).splitlines()[0][:70]}", len(said)


def failed(index):
    return index >= rows - failures


written("sparse.jsonl", lambda index: {"call": index, "tokens": 7, **({"error": "timeout"} if failed(index) else {})})
written("nulls.jsonl", lambda index: {"call": index, "tokens": 7, "error": "timeout" if failed(index) else None})
seen = {}
for name in ("sparse.jsonl", "nulls.jsonl"):
    print(f"{name}: {rows} records, an error in the last {failures}; the columns, and how many warnings")
    for reader, read in {
        "polars": lambda: polars.read_ndjson(name).columns,
        "polars, all rows looked at": lambda: polars.read_ndjson(name, infer_schema_length=None).columns,
        "duckdb": lambda: list(duckdb.sql(f"SELECT * FROM '{name}'").df().columns),
        "pandas": lambda: pandas.read_json(name, lines=True).columns.tolist(),
    }.items():
        seen[name, reader] = tried(read)
        print(f"    {reader}: {seen[name, reader][0]}, {seen[name, reader][1]}")
whole = (["call", "tokens", "error"], 0)
ok = (
    seen["sparse.jsonl", "polars"] == (["call", "tokens"], 0)
    and "ComputeError" in seen["nulls.jsonl", "polars"][0]
    and all(seen[name, "polars, all rows looked at"] == whole for name in ("sparse.jsonl", "nulls.jsonl"))
)
print("SEEN: a late field is dropped without a word, and a late value of a field that was null is an error" if ok else "NOT SEEN")
sys.exit(0 if ok else 1)
PYTHON
cd "$folder"
venv/bin/python see.py
