#!/usr/bin/env bash
# A model's chat template is one text in Jinja, and the prompt is meant to be one wherever it is made. transformers 5.23.0 (with Jinja2 3.1.6)
# behind vLLM and SGLang, @huggingface/jinja 0.5.11 behind Transformers.js, and minijinja 3.1.0, Rust's engine (here by its package for Python),
# on one template that treats earlier answers as Qwen3's does, `content.split('</think>')[-1].lstrip('\n')`, and lists tools with `tojson`:
#   - @huggingface/jinja takes no notice of what `strip`, `lstrip` and `rstrip` are given, and takes off all white space: an answer in code that
#     begins with "    return a + b" stands in the prompt as "return a + b"; ids such as 'call_7__'.rstrip('_') keep what should go;
#   - there [1] == [1] and {'a': 1} == {'a': 1} are false, '1' == 1 is true, -7 % 3 is -1, and true, none are written "true", "";
#   - minijinja's `tojson` writes "a \u003c b \u0026 c" of a tool's "a < b & c", as for a page in HTML, which transformers does not.
# What one would expect: one prompt, or an error where an engine lacks something, since the tokens are what a model was trained on. It
# hurts whoever scores or trains by one engine and serves by another: code of earlier turns is no valid Python, a branch for equal lists is
# never taken, a cache of prefixes misses, and nothing says so, as the chat that was sent is the same.
#
# Needs node 20 or newer, npm, and python 3.10 or newer with venv. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" @huggingface/jinja@0.5.11
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check transformers==5.23.0 jinja2==3.1.6 minijinja==3.1.0
cd "$folder"
cat >see.mjs <<'EOF_NODE'
import { readFileSync } from 'node:fs';
import { Template } from '@huggingface/jinja';

const { templates, chat } = JSON.parse(readFileSync('chat.json', 'utf8'));
console.log(JSON.stringify(templates.map((template) => new Template(template).render(chat))));
EOF_NODE
cat >see.py <<'PYTHON'
import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path

import minijinja
from transformers.utils.chat_template_utils import render_jinja_template

template = r"""
{%- for tool in tools %}
{{- tool | tojson + '\n' }}
{%- endfor %}
{%- for message in messages %}
{%- if message.role == 'assistant' %}
{{- '<assistant>' + message.content.split('</think>')[-1].lstrip('\n') + '\n' }}
{%- else %}
{{- '<user>' + message.content + '\n' }}
{%- endif %}
{%- endfor %}"""
expressions = {
    r"'call_7__'.rstrip('_')": ("call_7", "call_7__", "call_7"),
    "'same' if [1] == [1] else 'other'": ("same", "other", "same"),
    "'same' if {'a': 1} == {'a': 1} else 'other'": ("same", "other", "same"),
    "'same' if '1' == 1 else 'other'": ("other", "same", "other"),
    "-7 % 3": ("2", "-1", "2"),
    "true": ("True", "true", "True"),
    "none": ("None", "", "None"),
}
chat = {
    "tools": [{"type": "function", "function": {"name": "solve", "description": "a < b & c"}}],
    "messages": [
        {"role": "user", "content": "Complete it: def add(a, b):"},
        {"role": "assistant", "content": "<think>\nThe sum.\n</think>\n\n    return a + b"},
        {"role": "user", "content": "And now the product."},
    ],
}
templates = [template, *(f"{{{{ {one} }}}}" for one in expressions)]
Path("chat.json").write_text(json.dumps({"templates": templates, "chat": chat}))


def by_transformers(one):
    return render_jinja_template([chat["messages"]], tools=chat["tools"], chat_template=one)[0][0]


def by_minijinja(one):
    return minijinja.Environment(trim_blocks=True, lstrip_blocks=True).render_str(one, **chat)


names = ("transformers", "@huggingface/jinja", "minijinja")
there = json.loads(Path("node_modules/@huggingface/jinja/package.json").read_text())["version"]
versions = (importlib.metadata.version("transformers"), there, importlib.metadata.version("minijinja"))
print("python", sys.version.split()[0], *(f"| {name} {version}" for name, version in zip(names, versions)))
by_jinja_js = json.loads(subprocess.run(["node", "see.mjs"], check=True, capture_output=True, text=True).stdout)
rendered = [(by_transformers(one), by_js, by_minijinja(one)) for one, by_js in zip(templates, by_jinja_js)]

prompts = dict(zip(names, rendered[0]))
for name, prompt in prompts.items():
    print(f"--- the prompt by {name}\n{prompt}", end="")
as_described = [
    "<assistant>    return a + b\n" in prompts["transformers"],
    "<assistant>return a + b\n" in prompts["@huggingface/jinja"],
    "<assistant>    return a + b\n" in prompts["minijinja"],
    '"a < b & c"' in prompts["transformers"],
    '"a < b & c"' in prompts["@huggingface/jinja"],
    r'"a \u003c b \u0026 c"' in prompts["minijinja"],
]
print("--- expressions")
for (expression, expected), found in zip(expressions.items(), rendered[1:]):
    print(f"{expression:46}", *(f"{name}: {text!r:12}" for name, text in zip(names, found)))
    as_described.append(found == expected)
sys.exit(0 if all(as_described) else 1)
PYTHON
"$folder/venv/bin/python" see.py 2>see.log || { cat see.log; exit 1; }
