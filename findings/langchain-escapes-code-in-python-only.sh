#!/usr/bin/env bash
# LangChain's prompt templates, as its packages for Python (langchain-core 1.8.3) and for JavaScript (@langchain/core 1.4.0), with one template in
# mustache, the form for prompts with lists and conditions, and the same values:
#   - `{{code}}`: Python writes `if (a &lt; b &amp;&amp; c) say(&quot;x&quot;)`, as for a page in HTML; JavaScript writes the code;
#   - `{{#scores}}[{{.}}]{{/scores}}` over 0, 1 and 0: "[1]" in Python, which passes over elements that are 0, false or empty; all of them
#     in JavaScript, as mustache's specification has it;
#   - `{{#options}}…{{/options}}` with an empty object: left out in Python, there in JavaScript.
# `{{{code}}}` is the code in both (shown beside).
# What one would expect: one template of one project makes one prompt; and no prompt for a model is escaped for a browser. It hurts whoever
# has answers judged, or code mended, in Python by a prompt that was tried in JavaScript: the model reads entities, and often answers in them; a
# list of graded examples lacks those that scored 0, which were to show what is wrong. No error tells of it, and plain words look the same.
#
# Needs node 20 or newer, npm, and python 3.10 or newer with venv. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check langchain-core==1.8.3
npm install --silent --no-audit --no-fund --prefix "$folder" @langchain/core@1.4.0
cd "$folder"
cat >see.mjs <<'EOF_NODE'
import { readFileSync } from 'node:fs';
import { ChatPromptTemplate } from '@langchain/core/prompts';

const { templates, values } = JSON.parse(readFileSync('prompts.json', 'utf8'));
const made = [];
for (const template of templates) {
  const prompt = ChatPromptTemplate.fromMessages([['human', template]], { templateFormat: 'mustache' });
  made.push((await prompt.invoke(values)).messages[0].content);
}
console.log(JSON.stringify(made));
EOF_NODE
cat >see.py <<'PYTHON'
import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path

from langchain_core.prompts import ChatPromptTemplate

values = {
    "code": 'if (a < b && c) say("x")',
    "scores": [0, 1, 0],
    "options": {},
    "name": "plain words",
}
expected = {
    "Judge {{code}}": ('Judge if (a &lt; b &amp;&amp; c) say(&quot;x&quot;)', 'Judge if (a < b && c) say("x")'),
    "Judge {{{code}}}": ('Judge if (a < b && c) say("x")', 'Judge if (a < b && c) say("x")'),
    "Scores:{{#scores}} [{{.}}]{{/scores}}": ("Scores: [1]", "Scores: [0] [1] [0]"),
    "{{#options}}With options. {{/options}}Answer.": ("Answer.", "With options. Answer."),
    "Judge {{name}}": ("Judge plain words", "Judge plain words"),
}
Path("prompts.json").write_text(json.dumps({"templates": list(expected), "values": values}))
version = json.loads(Path("node_modules/@langchain/core/package.json").read_text())["version"]
print("python", sys.version.split()[0], "| langchain-core", importlib.metadata.version("langchain-core"), "| @langchain/core", version)
by_javascript = json.loads(subprocess.run(["node", "see.mjs"], check=True, capture_output=True, text=True).stdout)
is_seen = True
for (template, pair), there in zip(expected.items(), by_javascript):
    prompt = ChatPromptTemplate.from_messages([("human", template)], template_format="mustache")
    here = prompt.invoke(values).messages[0].content
    print(f"{template}\n  Python:     {here}\n  JavaScript: {there}")
    is_seen = is_seen and (here, there) == pair
print("SEEN: one template, two prompts" if is_seen else "NOT SEEN")
sys.exit(0 if is_seen else 1)
PYTHON
"$folder/venv/bin/python" see.py
