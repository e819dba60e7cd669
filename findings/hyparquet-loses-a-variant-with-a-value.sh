#!/usr/bin/env bash
# duckdb 2.0.1 and hyparquet 1.33.0, which reads Parquet in JavaScript and in pages, with Parquet's new type VARIANT, in which each value says
# itself what it is, as for records of which not all have one form. DuckDB writes the fields of objects that are alike as columns of their own:
#   - {"name": "f1", "value": 0.3}: null. So is any object with a field called `value` or `typed_value`, and one within an object is null
#     there. The same with `score` for `value` is read. DuckDB reads all of them as they were (shown beside);
#   - a decimal becomes the nearest double, 12345678901234567890.12 is 12345678901234567000; the time 07:45:00 is 27900000000n, without a
#     word of what it is;
#   - polars 2.1.0 reads nothing of such a file, not even another column: "File out of specification" (its issue 28627).
# What one would expect: an object whatever its fields are called, since these are the names of the format's own levels, and the schema says
# where those are. It hurts whoever keeps records, labels or settings as pairs of a name and a value: in a page they look as if nobody had
# written them, with no error, and the same file is whole in DuckDB.
#
# Needs node 20 or newer, npm, and python 3.10 or newer with venv. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" hyparquet@1.33.0 hyparquet-compressors@1.1.2 &
installing=$!
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check duckdb==2.0.1 polars==2.1.0
wait "$installing"
cat >"$folder/see.mjs" <<'EOF_NODE'
import { readFileSync } from 'node:fs';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

const read = [];
for (const path of process.argv.slice(2)) {
  const { buffer: file } = Uint8Array.from(readFileSync(path));
  const [row] = await parquetReadObjects({ file, compressors });
  read.push(JSON.stringify(row.v, (_, value) => (typeof value === 'bigint' ? `${value}n` : value)));
}
const { version } = JSON.parse(readFileSync('node_modules/hyparquet/package.json', 'utf8'));
console.log(JSON.stringify([version, read]));
EOF_NODE
cat >"$folder/see.py" <<'EOF_PYTHON'
import json
import subprocess
import sys

import duckdb
import polars

cases = [
    ("{'name': 'f1', 'value': 0.3::DOUBLE}", "null", "{'name': f1, 'value': 0.3}"),
    ("{'name': 'f1', 'score': 0.3::DOUBLE}", '{"score":0.3,"name":"f1"}', "{'name': f1, 'score': 0.3}"),
    ("{'run': 'r7', 'label': {'value': 'good'}}", '{"run":"r7","label":null}', "{'label': {'value': good}, 'run': r7}"),
    ("12345678901234567890.12::DECIMAL(30, 2)", "12345678901234567000", "12345678901234567890.12"),
    ("TIME '07:45:00'", '"27900000000n"', "07:45:00"),
]
paths = []
for index, (value, _, _) in enumerate(cases):
    paths.append(f"{index}.parquet")
    others = "" if value.startswith("{") else " UNION ALL SELECT 2, 'n/a'::VARIANT UNION ALL SELECT 3, 'n/a'::VARIANT"
    duckdb.sql(f"COPY (SELECT 1 AS id, {value}::VARIANT AS v{others} ORDER BY id) TO '{paths[-1]}'")
asked = subprocess.run(["node", "see.mjs", *paths], check=True, capture_output=True, text=True)
version, by_hyparquet = json.loads(asked.stdout)
print("python", sys.version.split()[0], "| duckdb", duckdb.__version__, "| hyparquet", version, "| polars", polars.__version__)
is_seen = True
for (value, expected, right), found, path in zip(cases, by_hyparquet, paths):
    [(there,)] = duckdb.sql(f"SELECT v::VARCHAR FROM '{path}' WHERE id = 1").fetchall()
    print(f"{value:44} duckdb {there:40} hyparquet {found}")
    is_seen = is_seen and (found, there) == (expected, right)
try:
    polars.read_parquet(paths[0], columns=["id"])
    refused = "nothing"
except polars.exceptions.ComputeError as error:
    refused = str(error)
print("polars, another column of the first:", refused)
is_seen = is_seen and "File out of specification" in refused
print("SEEN: an object with a value is lost" if is_seen else "NOT SEEN")
sys.exit(0 if is_seen else 1)
EOF_PYTHON
cd "$folder"
timeout 60 venv/bin/python see.py
