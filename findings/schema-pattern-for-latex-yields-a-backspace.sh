#!/usr/bin/env bash
# xgrammar 0.2.9 and outlines-core 0.2.14, which vLLM, SGLang and Outlines decode with, hold a `pattern` of a JSON schema against the
# text between the quotation marks as it is written, and not against the string that it stands for. A pattern with a backslash, as for
# answers in LaTeX, then lets through what the schema refuses and keeps out what it asks for:
#   - {"type": "string", "pattern": "^\\\\boxed\\{[0-9]+\\}$"}: the model can only write "\boxed{42}", which any JSON parser reads as a
#     backspace and "oxed{42}"; "\\boxed{42}", the one right spelling, is masked;
#   - "^\\\\(sqrt|pi)": it can only write what is no JSON, and a client that parses the reply throws.
# What one would expect: that a reply under a schema is JSON and is valid by it, as llguidance 1.9.1 makes it (shown beside them).
# It hurts whoever scores such answers: each is wrong, or a failed reply that is paid for again, and a look at the raw reply shows
# the right letters. A string without `pattern` is not affected.
#
# Needs python 3.10 to 3.13 with venv, on x86-64 Linux. xgrammar's package imports torch for its masks on a GPU, which nothing here
# uses: an empty stand-in saves two gigabytes. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  apache-tvm-ffi==0.1.15.post2 numpy==2.4.6 pydantic==2.14.4 jsonschema==4.26.0 outlines_core==0.2.14 llguidance==1.9.1
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps xgrammar==0.2.9
cat >"$folder/see.py" <<'PYTHON'
import importlib.metadata
import json
import re
import sys
import types

import tvm_ffi  # before the stand-ins: it uses torch where there is one


class Nothing(types.ModuleType):
    __path__ = []
    __version__ = "2.0.0"

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing(name)

    def __call__(self, *_, **__):
        return False

    def __mro_entries__(self, _):
        return (object,)

    def __or__(self, _):
        return self

    __ror__ = __or__


for name in ("torch", "torch.cuda", "transformers", "triton", "triton.language"):
    sys.modules[name] = Nothing(name)

import jsonschema
import llguidance
import xgrammar
from outlines_core.json_schema import build_regex_from_schema

END = 256
tokens = xgrammar.TokenizerInfo(
    [bytes([byte]) for byte in range(256)] + [b"</s>"],
    vocab_type=xgrammar.VocabType.RAW, vocab_size=257, stop_token_ids=[END],
)
compiler = xgrammar.GrammarCompiler(tokens, max_threads=1)
byte_tokens = llguidance.LLTokenizer("byte")


def by_xgrammar(schema, text):
    matcher = xgrammar.GrammarMatcher(compiler.compile_json_schema(schema))
    return all(matcher.accept_token(byte) for byte in text.encode()) and matcher.accept_token(END)


def by_outlines(schema, text):
    return re.fullmatch(build_regex_from_schema(schema), text) is not None


def by_llguidance(schema, text):
    matcher = llguidance.LLMatcher(byte_tokens, llguidance.LLMatcher.grammar_from_json_schema(schema))
    return all(matcher.try_consume_tokens([byte]) == 1 for byte in text.encode()) and matcher.is_accepting()


def verdict(schema, text):
    try:
        value = json.loads(text)
    except ValueError:
        return "no JSON"
    return "valid" if jsonschema.Draft202012Validator(schema).is_valid(value) else f"invalid: {value!r}"


print("python", sys.version.split()[0], *(f"| {name} {importlib.metadata.version(name)}" for name in ("xgrammar", "outlines_core", "llguidance")))
seen = []
for pattern, right, wrong in (
    (r"^\\boxed\{[0-9]+\}$", r'"\\boxed{42}"', r'"\boxed{42}"'),
    (r"^\\frac\{1\}\{[0-9]\}$", r'"\\frac{1}{2}"', r'"\frac{1}{2}"'),
    (r"^\\(sqrt|pi)$", r'"\\pi"', r'"\pi"'),
):
    schema = {"type": "string", "pattern": pattern}
    print("\npattern", pattern)
    for text in (right, wrong):
        found = [read(json.dumps(schema), text) for read in (by_xgrammar, by_outlines, by_llguidance)]
        words = ["lets it through" if one else "masks it" for one in found]
        print(f"  {text:16} {verdict(schema, text):24} xgrammar {words[0]}, outlines-core {words[1]}, llguidance {words[2]}")
        seen.append(found == ([False, False, True] if text == right else [True, True, False]))
print("\nSEEN: both write what the schema refuses, and mask what it asks for" if all(seen) else "\nNOT SEEN")
sys.exit(0 if all(seen) else 1)
PYTHON
"$folder/venv/bin/python" "$folder/see.py"
