#!/usr/bin/env bash
# duckdb 2.0.1 and `COPY … TO 'x.parquet' (PARQUET_VERSION v2)`, which its page of COPY offers, on whole numbers of 32 bits that lie far
# apart, such as seeds and hashes: it takes their differences in 64 bits, where Parquet's specification has them wrap at 32. duckdb and
# polars 2.1.0 read such a file as it was meant; then
#   - pyarrow 26.0.1, and with it pandas and datasets, cannot read the column: "Unexpected end of stream" for [-2147483648, 0] as for [0, 3000000000];
#   - hyparquet 1.33.0 for JavaScript reads UINTEGER columns that begin above 2147483647 as other numbers, all of them, without an error:
#     [4294967295, 0, 5] becomes [2147483647, 2147483648, 2147483653].
# What one would expect: that a file that its writer and another reader read is read, or refused, by all. It hurts whoever has a table of
# runs with seeds and hashes written by DuckDB: the file looks damaged in Python, and in a page the seeds are wrong, so that no run
# can be repeated by them. The default (v1), BIGINT and UBIGINT are not affected, nor are numbers near each other.
# pyarrow means to refuse it (Arrow's issue 20374).
#
# Needs node 20 or newer, npm, and python 3.10 or newer with venv. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" hyparquet@1.33.0
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.1 polars==2.1.0 pyarrow==26.0.1
cd "$folder"
cat >see.mjs <<'EOF_NODE'
import { readFileSync } from 'node:fs';
import { parquetReadObjects } from 'hyparquet';

const { buffer: file } = Uint8Array.from(readFileSync('x.parquet'));
console.log(JSON.stringify((await parquetReadObjects({ file })).map(({ seed }) => Number(seed))));
EOF_NODE
cat >see.py <<'PYTHON'
import json
import subprocess
import sys
from pathlib import Path

import duckdb
import polars
import pyarrow
import pyarrow.parquet


def by_hyparquet():
    return json.loads(subprocess.run(["node", "see.mjs"], check=True, capture_output=True, text=True).stdout)


def tried(read):
    try:
        return read()
    except Exception as error:
        return f"{type(error).__name__}: {str(error).splitlines()[0]}"


readers = {
    "duckdb": lambda: [seed for (seed,) in duckdb.sql("SELECT seed FROM 'x.parquet'").fetchall()],
    "polars": lambda: polars.read_parquet("x.parquet")["seed"].to_list(),
    "pyarrow": lambda: pyarrow.parquet.ParquetFile("x.parquet").read()["seed"].to_pylist(),
    "hyparquet": by_hyparquet,
}
there = json.loads(Path("node_modules/hyparquet/package.json").read_text())["version"]
versions = (duckdb.__version__, polars.__version__, pyarrow.__version__, there)
print("python", sys.version.split()[0], *(f"| {name} {version}" for name, version in zip(readers, versions)))
# The type, the numbers, who cannot read them, and what hyparquet makes of them.
cases = [
    ("v2", "UINTEGER", [1, 2, 3], False, [1, 2, 3]),
    ("v2", "INTEGER", [-2147483648, 0], True, [-2147483648, 0]),
    ("v2", "UINTEGER", [0, 3000000000], True, [0, 3000000000]),
    ("v2", "UINTEGER", [4294967295, 0, 5], True, [2147483647, 2147483648, 2147483653]),
    ("v2", "UBIGINT", [4294967295, 0, 5], False, [4294967295, 0, 5]),
    ("v1", "UINTEGER", [4294967295, 0, 5], False, [4294967295, 0, 5]),
]
as_described = True
for version, kind, numbers, refused, by_page in cases:
    duckdb.sql(f"COPY (SELECT unnest({numbers}::{kind}[]) AS seed) TO 'x.parquet' (PARQUET_VERSION {version})")
    found = {name: tried(read) for name, read in readers.items()}
    print(f"{version} {kind} {numbers}")
    for name, seen in found.items():
        print(f"    {name:10} {seen}{'' if seen == numbers else '  <-'}")
    as_described &= found["duckdb"] == found["polars"] == numbers
    as_described &= isinstance(found["pyarrow"], str) if refused else found["pyarrow"] == numbers
    as_described &= found["hyparquet"] == by_page
sys.exit(0 if as_described else 1)
PYTHON
"$folder/venv/bin/python" see.py
