#!/usr/bin/env bash
# JSONata, in which workflows say what goes from one step to the next (AWS Step Functions, Node-RED), by its own library for JavaScript, jsonata 2.2.2,
# and by its port to Python, jsonata-python 0.7.1, on the records of two calls whose ids are times in microseconds, 1767326645000123 and …124:
#   - calls{$string(id): $sum(tokens)}, tokens by call: two keys with 10 and 20 in JavaScript, one key, "1.76732664500012e+15", with 30 in
#     Python. `"run-" & id` is one text for both of them, and $distinct(calls.$string(id)) has one element. The ids as numbers stay apart;
#   - 7.5 % 2 is 1.5 in JavaScript and 1 in Python, and 0.75 % 0.5 is 0.25 and 0;
#   - $formatNumber(0.125, "0.00"), an amount of money: "0.12", as $round does in both, and "0.13" in Python;
#   - $number(" 42"), $number(".5") and $number("1_000") are errors in JavaScript, 42, 0.5 and 1000 in Python.
# What one would expect: one expression has one value, or an error; and that a whole number which JSON and Python hold exactly is written in full,
# as jsonata does since its issue 761 was mended. It hurts whoever tries a workflow's expressions in Python that a service in JavaScript runs,
# or keys a store by them: calls are counted together, a record overwrites another, and a text that was refused as no number is one. Ids of
# up to 15 digits are alike, so small examples show nothing.
#
# Needs node 20 or newer, npm, and python 3.10 or newer with venv. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check jsonata-python==0.7.1
npm install --silent --no-audit --no-fund --prefix "$folder" jsonata@2.2.2
cd "$folder"
cat >see.mjs <<'EOF_NODE'
import { readFileSync } from 'node:fs';
import jsonata from 'jsonata';

const { expressions, input } = JSON.parse(readFileSync('expressions.json', 'utf8'));
const values = [];
for (const expression of expressions) {
  values.push(await jsonata(expression).evaluate(input).catch(({ code }) => `error ${code}`));
}
console.log(JSON.stringify(values));
EOF_NODE
cat >see.py <<'PYTHON'
import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path

import jsonata

calls = [{"id": 1767326645000123, "tokens": 10}, {"id": 1767326645000124, "tokens": 20}]
short = [{"id": 123, "tokens": 10}, {"id": 124, "tokens": 20}]
rounded = "1.76732664500012e+15"
expected = {
    "calls{$string(id): $sum(tokens)}": ({rounded: 30}, {"1767326645000123": 10, "1767326645000124": 20}),
    'calls.("run-" & id)': ([f"run-{rounded}"] * 2, ["run-1767326645000123", "run-1767326645000124"]),
    "$count($distinct(calls.$string(id)))": (1, 2),
    "$count($distinct(calls.id))": (2, 2),
    "short{$string(id): $sum(tokens)}": ({"123": 10, "124": 20}, {"123": 10, "124": 20}),
    "7.5 % 2": (1, 1.5),
    "0.75 % 0.5": (0, 0.25),
    '$formatNumber(0.125, "0.00")': ("0.13", "0.12"),
    "$round(0.125, 2)": (0.12, 0.12),
    '$number(" 42")': (42, "error D3030"),
    '$number(".5")': (0.5, "error D3030"),
    '$number("1_000")': (1000, "error D3030"),
}
given = json.dumps({"calls": calls, "short": short})
Path("expressions.json").write_text(json.dumps({"expressions": list(expected), "input": json.loads(given)}))
version = json.loads(Path("node_modules/jsonata/package.json").read_text())["version"]
print("python", sys.version.split()[0], "| jsonata-python", importlib.metadata.version("jsonata-python"), "| jsonata", version)
by_javascript = json.loads(subprocess.run(["node", "see.mjs"], check=True, capture_output=True, text=True).stdout)
is_seen = True
for (expression, pair), there in zip(expected.items(), by_javascript):
    here = jsonata.Jsonata(expression).evaluate(json.loads(given))
    print(f"{expression}\n  Python:     {json.dumps(here)}\n  JavaScript: {json.dumps(there)}")
    is_seen = is_seen and (here, there) == pair
print("SEEN: one expression, two values" if is_seen else "NOT SEEN")
sys.exit(0 if is_seen else 1)
PYTHON
"$folder/venv/bin/python" see.py
