#!/usr/bin/env bash
# autoevals, scorers for answers of models, as its packages for Python (0.4.1) and for JavaScript (0.3.0), which are one project: the same
# scorer on the same answer.
#   - ExactMatch of the flag true and "true", of a null and "null", of the number 1.0 and "1": 1 in JavaScript, 0 in Python, which compares
#     "True", "None" and "1.0"; there a null matches the word "None";
#   - ExactMatch of {"total": 18.0} and {"total": 18}: 1 in JavaScript, 0 in Python;
#   - ExactMatch of {"name": "Ada", "age": 36} and the same with `age` first: 0 in both, where the module's own page in Python gives
#     such a pair as its example of a score of 1;
#   - JSONDiff of {"spam": true} and {"spam": false}: 0.2 in JavaScript, for the letters that the words share, 0 in Python; of {"left": 0} and
#     {"left": false}: 1 in Python, 0 in JavaScript.
# What one would expect: that scores of one name are one score, and that fields in another order are the same object. It hurts whoever scores
# extraction or structured output: a model that writes its fields in its own order scores 0; one that is always wrong on a flag has a fifth of
# the points; and a service in TypeScript and a notebook in Python disagree on who is better.
#
# Needs node 20 or newer, npm, and python 3.10 or newer with venv. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" autoevals@0.3.0
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check autoevals==0.4.1
# The scorer, the answer, the reference, and the scores that are seen, in Python and in JavaScript.
cat >"$folder/pairs.json" <<'JSON'
[
  ["ExactMatch", true, "true", 0, 1],
  ["ExactMatch", null, "null", 0, 1],
  ["ExactMatch", null, "None", 1, 0],
  ["ExactMatch", 1.0, "1", 0, 1],
  ["ExactMatch", "{\"total\": 18.0}", {"total": 18}, 0, 1],
  ["ExactMatch", "[1, 2, 3]", [1, 2, 3], 1, 1],
  ["ExactMatch", {"name": "Ada", "age": 36}, {"age": 36, "name": "Ada"}, 0, 0],
  ["JSONDiff", {"name": "Ada", "age": 36}, {"age": 36, "name": "Ada"}, 1, 1],
  ["JSONDiff", {"spam": true}, {"spam": false}, 0, 0.2],
  ["JSONDiff", {"left": 0}, {"left": false}, 1, 0]
]
JSON
cat >"$folder/see.py" <<'PYTHON'
import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import autoevals

pairs = json.loads(Path("pairs.json").read_text())
in_javascript = json.loads(subprocess.run(["node", "there.mjs"], capture_output=True, text=True, check=True, timeout=60).stdout)
print("autoevals", version("autoevals"), "for Python", sys.version.split()[0], "| autoevals 0.3.0 for node", in_javascript["node"])
seen = True
for (name, answer, reference, *expected), there in zip(pairs, in_javascript["scores"]):
    here = getattr(autoevals, name)()(output=answer, expected=reference).score
    print(f"{name:10} {json.dumps(answer):28} {json.dumps(reference):28} Python {here:<4.2g} JavaScript {there:.2g}")
    seen = seen and [round(here, 6), round(there, 6)] == expected
print("SEEN: one scorer, two scores, and the order of fields counts" if seen else "NOT SEEN")
sys.exit(0 if seen else 1)
PYTHON
cat >"$folder/there.mjs" <<'EOF_NODE'
import { readFileSync } from 'node:fs';
import * as autoevals from 'autoevals';

const scores = [];
for (const [name, output, expected] of JSON.parse(readFileSync('pairs.json', 'utf8'))) {
  scores.push((await autoevals[name]({ output, expected })).score);
}
console.log(JSON.stringify({ node: process.versions.node, scores }));
EOF_NODE
cd "$folder"
venv/bin/python see.py
