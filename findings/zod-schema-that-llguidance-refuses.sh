#!/usr/bin/env bash
# zod 4.6.7 and llguidance 1.9.1, each as documented: `z.toJSONSchema` writes JSON schema 2020-12, and the grammar compiler behind
# vLLM's `guidance` backend, SGLang's `llguidance` and llama.cpp (when built with it) reads it. Everyday zod types do not survive the meeting:
#   - z.record(z.string(), …), z.json(): refused, for `propertyNames: {"type": "string"}`, which says nothing in JSON;
#   - z.string().startsWith, endsWith, includes, lowercase: zod adds a `format` of its own ("starts_with", …) to a `pattern` that would do,
#     and a format that llguidance does not know is an error there, where the specification has it ignored; so are z.cuid2() and z.base64().
# What one would expect: a schema that any validator takes is taken, or its unknown words ignored. One such field and the whole request
# is refused (a server answers 400), or, behind a client that then asks without a schema, nothing holds the reply to its form.
#
# Needs node 20 or newer, npm, and python 3.10 or newer with venv. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" zod@4.6.7
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check llguidance==1.9.1 jsonschema==4.26.0
cat >"$folder/schemas.mjs" <<'EOF_NODE'
import { z } from 'zod';

const types = {
  'z.object({ answer: z.string() })': [z.object({ answer: z.string() }), { answer: 'x' }],
  'z.record(z.string(), z.number())': [z.record(z.string(), z.number()), { a: 1 }],
  'z.json()': [z.json(), { a: [1] }],
  "z.string().startsWith('Q')": [z.string().startsWith('Q'), 'Q1'],
  "z.string().endsWith('.')": [z.string().endsWith('.'), 'Yes.'],
  "z.string().includes('=')": [z.string().includes('='), 'x = 1'],
  'z.string().lowercase()': [z.string().lowercase(), 'yes'],
  'z.string().regex(/^Q/)': [z.string().regex(/^Q/), 'Q1'],
  'z.cuid2()': [z.cuid2(), 'abc123'],
  'z.base64()': [z.base64(), 'QUJD'],
};
for (const [name, [type, value]] of Object.entries(types)) {
  if (!type.safeParse(value).success) throw new Error(name);
  console.log(JSON.stringify({ name, schema: z.toJSONSchema(type), value }));
}
EOF_NODE
cat >"$folder/see.py" <<'EOF_PYTHON'
import importlib.metadata
import json
import sys

import jsonschema
import llguidance

tokens = llguidance.LLTokenizer("byte")
refused = {}
for line in sys.stdin:
    name, schema, value = json.loads(line).values()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert jsonschema.Draft202012Validator(schema).is_valid(value)
    matcher = llguidance.LLMatcher(tokens, llguidance.LLMatcher.grammar_from_json_schema(json.dumps(schema)))
    refused[name] = matcher.get_error()
    said = {word: schema[word] for word in ("format", "pattern", "propertyNames") if word in schema}
    print(f"{name:34} {refused[name].splitlines()[0] if refused[name] else 'taken':50} {json.dumps(said) if said else ''}")
print("llguidance", importlib.metadata.version("llguidance"))
expected = [name for name in refused if name not in ("z.object({ answer: z.string() })", "z.string().regex(/^Q/)")]
seen = [name for name, error in refused.items() if error] == expected
print("SEEN: refused, though every validator takes the schema" if seen else "NOT SEEN")
sys.exit(0 if seen else 1)
EOF_PYTHON
cd "$folder"
node -p '`zod ${require("zod/package.json").version} | node ${process.version}`'
node schemas.mjs | venv/bin/python see.py
