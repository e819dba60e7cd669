#!/usr/bin/env bash
# CEL is one language for conditions in workflows, contracts (protovalidate) and Kubernetes, with a specification and a runtime in each
# language. Newest releases of four of them, on the records of three calls to a model, one of which failed ("error": "timeout", else null):
#   - size(records.filter(r, has(r.error))), how many have failed: 1 by @bufbuild/cel 0.6.1 for JavaScript, which takes a key with null
#     for no key, and so does `'error' in r`; 3 by cel-expr-python 0.1.3 (Google's, in C++), cel-python 0.5.0 and common-expression-language
#     0.10.0 (in Rust). The specification has `has` ask for the key alone;
#   - size(records.filter(r, int(r.answer) == 0)), how many answered 0: 2 by @bufbuild/cel, since int("") is 0 there; an error by
#     all others for want of a number in "". double("n/a") is NaN there, without an error, so that "below 0.5" is false and so is its reverse;
#   - string(1.0) and string(true): "1.0" and "True" by cel-python, as Python would; "1" and "true" elsewhere (the one in Rust has no
#     string(true)).
# What one would expect: one expression has one value, or an error, wherever it is evaluated, since that is what CEL is for. It hurts
# whoever keeps such rules beside the data and has a service in Python and a page in JavaScript read them: the page shows one failure
# where the service counts three, and an empty answer passes for a right 0.
#
# Needs node 20 or newer, npm, and python 3.10 to 3.13 with venv, on x86-64 Linux. Prints versions and what is seen; exits 1 if it is
# seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" @bufbuild/cel@0.6.1
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check cel-expr-python==0.1.3 cel-python==0.5.0 common-expression-language==0.10.0
cd "$folder"
cat >cases.json <<'EOF_JSON'
{
  "records": [
    { "answer": "0", "score": "1", "error": null },
    { "answer": "", "score": "n/a", "error": null },
    { "answer": "12", "score": "0.2", "error": "timeout" }
  ],
  "expressions": [
    "size(records)",
    "size(records.filter(r, has(r.error)))",
    "size(records.filter(r, 'error' in r))",
    "size(records.filter(r, r.error != null))",
    "size(records.filter(r, int(r.answer) == 0))",
    "size(records.filter(r, double(r.score) < 0.5))",
    "size(records.filter(r, double(r.score) >= 0.5))",
    "string(1.0)",
    "string(true)"
  ]
}
EOF_JSON
cat >see.mjs <<'EOF_NODE'
import { readFileSync } from 'node:fs';
import { isCelError, parse, plan, celEnv } from '@bufbuild/cel';

const { records, expressions } = JSON.parse(readFileSync('cases.json', 'utf8'));
const bound = { records: records.map((record) => new Map(Object.entries(record))) };
const seen = expressions.map((text) => {
  const value = plan(celEnv(), parse(text))(bound);
  return isCelError(value) ? 'error' : typeof value === 'bigint' ? Number(value) : value;
});
console.log(JSON.stringify(seen));
EOF_NODE
cat >see.py <<'EOF_PYTHON'
import importlib.metadata
import json
import sys

import cel
import celpy
import celpy.adapter
from cel_expr_python import cel as google

cases = json.load(open("cases.json"))
records, expressions = cases["records"], cases["expressions"]


def by_google(text):
    environment = google.NewEnv(variables={"records": google.Type.DYN})
    found = environment.compile(text).eval(data={"records": records})
    if found.type() == google.Type.ERROR:
        raise ValueError(found.value())
    return found.value()


def by_cel_python(text):
    environment = celpy.Environment()
    program = environment.program(environment.compile(text))
    return program.evaluate({"records": celpy.adapter.json_to_cel(records)})


def seen_by(evaluate):
    for text in expressions:
        try:
            value = evaluate(text)
            yield str(value) if isinstance(value, str) else int(value)
        except Exception:
            yield "error"


found = {
    "@bufbuild/cel": json.load(sys.stdin),
    "cel-expr-python": list(seen_by(by_google)),
    "cel-python": list(seen_by(by_cel_python)),
    "common-expression-language": list(seen_by(lambda text: cel.evaluate(text, {"records": records}))),
}
packages = [name for name in found if name[0] != "@"]
print("python", sys.version.split()[0], *(f"| {name} {importlib.metadata.version(name)}" for name in packages))
print(f"{'':50}", *(f"{name[:16]:>17}" for name in found))
for place, text in enumerate(expressions):
    print(f"{text:50}", *(f"{json.dumps(values[place]):>17}" for values in found.values()))
error, others = "error", [found[name][:7] for name in packages]
seen = (
    found["@bufbuild/cel"] == [3, 1, 1, 1, 2, 1, 1, "1", "true"]
    and others == [[3, 3, 3, 1, error, error, error]] * 3
    and found["cel-python"][7:] == ["1.0", "True"]
    and found["cel-expr-python"][7:] == ["1", "true"]
)
print("SEEN: one condition, different counts" if seen else "NOT SEEN")
sys.exit(0 if seen else 1)
EOF_PYTHON
node -p '`@bufbuild/cel ${require("./node_modules/@bufbuild/cel/package.json").version} | node ${process.version}`'
node see.mjs | venv/bin/python see.py
