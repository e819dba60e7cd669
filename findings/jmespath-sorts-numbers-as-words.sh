#!/usr/bin/env bash
# JMESPath, in which AWS's tools, Ansible, Kyverno and what runs on Lambda say what to take out of JSON, by its library for Python, jmespath 1.1.0, and
# by three for JavaScript: jmespath 0.16.0, the usual one, @jmespath-community/jmespath 1.3.0, and AWS's own, @aws-lambda-powertools/jmespath 2.36.0:
#   - sort(seconds) of 10, 2, 11 and 0.9: 0.9, 10, 11, 2 by the first two for JavaScript, as words are sorted, so that the last of them, the
#     slowest call, is 2, and so it is with any percentile. max(seconds) is 11, and sort_by(…, &seconds) is right (shown beside);
#   - AWS's sorts numbers as numbers, and the caller's own list with them: `sort(seconds)[-1]` has the input in another order afterwards.
#     Words it sorts by the language of the machine, "adam", "Zoe", and its sort_by by their letters, "Zoe", "adam", as all others do;
#   - contains(marks, `true`) of 1 and 0.5: true in Python, where `marks[?@ == `true`]` finds none, and false in JavaScript;
#   - contains(messages, `{"role": "user"}`): false in all three for JavaScript, where `messages[?@ == …]` finds it, and true in Python;
#   - to_number(""), an answer that was left empty: 0 in all three for JavaScript, and null, no number, in Python.
# What one would expect: one expression has one value, the one in the specification, whose tests sort numbers of one digit before the point. It
# hurts whoever takes percentiles, medians or the dearest calls by it in a service in JavaScript, after it was tried in Python or with the AWS
# CLI: below ten seconds, or where all have as many digits, it is right; and an empty answer counts as the number 0.
#
# Needs node 20 or newer, npm, and python 3.10 or newer with venv. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check jmespath==1.1.0
npm install --silent --no-audit --no-fund --prefix "$folder" \
  jmespath@0.16.0 @jmespath-community/jmespath@1.3.0 @aws-lambda-powertools/jmespath@2.36.0
cat >"$folder/expressions.json" <<'EOF_JSON'
{
  "input": {
    "seconds": [10, 2, 11, 0.9], "calls": [{"seconds": 10}, {"seconds": 2}, {"seconds": 11}, {"seconds": 0.9}],
    "names": ["Zoe", "adam"], "people": [{"name": "Zoe"}, {"name": "adam"}],
    "marks": [1, 0.5], "messages": [{"role": "user"}], "answer": ""
  },
  "expressions": [
    "sort(seconds)", "sort(seconds)[-1]", "max(seconds)", "sort_by(calls, &seconds)[].seconds",
    "sort(names)", "sort_by(people, &name)[].name",
    "contains(marks, `true`)", "marks[?@ == `true`]",
    "contains(messages, `{\"role\": \"user\"}`)", "messages[?@ == `{\"role\": \"user\"}`]",
    "to_number(answer)"
  ]
}
EOF_JSON
cat >"$folder/see.py" <<'EOF_PYTHON'
import json
from importlib.metadata import version

import jmespath

asked = json.load(open("expressions.json"))
values = [jmespath.search(expression, asked["input"]) for expression in asked["expressions"]]
print(json.dumps([version("jmespath"), values]))
EOF_PYTHON
cat >"$folder/see.mjs" <<'EOF_NODE'
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { search as byAws } from '@aws-lambda-powertools/jmespath';
import { search as byCommunity } from '@jmespath-community/jmespath';
import usual from 'jmespath';

const { input, expressions } = JSON.parse(readFileSync('expressions.json', 'utf8'));
const versionOf = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')).version;
const [inPython, valuesInPython] = JSON.parse(execFileSync('venv/bin/python', ['see.py'], { encoding: 'utf8' }));
const libraries = {
  jmespath: usual.search,
  '@jmespath-community/jmespath': byCommunity,
  '@aws-lambda-powertools/jmespath': (values, expression) => byAws(expression, values),
};
const names = Object.keys(libraries);
console.log(`node ${process.versions.node} | jmespath ${inPython} for Python | ${names.map((name) => `${name} ${versionOf(name)}`).join(' | ')}`);

const ordered = [0.9, 2, 10, 11];
const asWords = [0.9, 10, 11, 2];
const people = ['Zoe', 'adam'];
const user = [{ role: 'user' }];
const expected = [
  [ordered, asWords, asWords, ordered],
  [11, 2, 2, 11],
  [11, 11, 11, 11],
  [ordered, ordered, ordered, ordered],
  [people, people, people, ['adam', 'Zoe']],
  [people, people, people, people],
  [true, false, false, false],
  [[], [], [], []],
  [true, false, false, false],
  [user, user, user, user],
  [null, 0, 0, 0],
];
const changed = new Set();
let isSeen = true;
expressions.forEach((expression, at) => {
  const values = names.map((name) => {
    const given = structuredClone(input);
    const value = structuredClone(libraries[name](given, expression));
    if (JSON.stringify(given) !== JSON.stringify(input)) changed.add(`${name}: ${expression}`);
    return value;
  });
  const all = [valuesInPython[at], ...values].map((value) => JSON.stringify(value));
  console.log(`${expression}\n  Python ${all[0]}\n  JavaScript ${all.slice(1).join(' | ')}`);
  isSeen &&= JSON.stringify(expected[at]) === `[${all.join(',')}]`;
});
console.log('the input was changed by', [...changed].join(', '));
const sorts = ['sort(seconds)', 'sort(seconds)[-1]', 'sort(names)'].map((expression) => `@aws-lambda-powertools/jmespath: ${expression}`);
isSeen &&= JSON.stringify([...changed]) === JSON.stringify(sorts);
console.log(isSeen ? 'SEEN: one expression, several values' : 'NOT SEEN');
process.exit(isSeen ? 0 : 1);
EOF_NODE
cd "$folder"
timeout 60 node see.mjs
