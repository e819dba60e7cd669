#!/usr/bin/env bash
# xgrammar 0.2.9, which vLLM and SGLang decode with by default, on JSON schemas in which `anyOf` or `allOf` stands beside other rules, all of
# which count by the specification. Such schemas come from OpenAPI, or are written by hand:
#   - properties, and `"anyOf": [{"required": ["email"]}, {"required": ["phone"]}]`, one of two ways to reach somebody: the properties are
#     gone, and with them `type`. The model may write {"phone": true}, {"note": []}, [1] or 5. No warning;
#   - `allOf` of two, a base and what is added to it: anything in JSON goes, after a warning on the server's output;
#   - properties and a list of what is required, and one more rule in `allOf`: that one rule is the whole schema. The right reply is
#     masked, and all that the model can write lacks what is required. No warning.
# What one would expect: that a reply under a schema is valid by it, as with llguidance 1.9.1 (shown beside), or that the schema is refused,
# as both do with some others. outlines-core 0.2.14 keeps the properties and drops the `anyOf`, and masks the right reply of the second.
# It hurts whoever trusts that replies have the form that was asked for: with the third no retry can ever succeed, and each is paid for; with
# the first a reply is right as long as the model is good, so that a test passes, and a smaller model on the same server breaks the
# program that reads it. A schema with the rules written out in each branch of `anyOf` is held to (shown last).
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


TEXT = {"type": "string"}
email = {"type": "object", "properties": {"email": TEXT}, "required": ["email"]}
phone = {"type": "object", "properties": {"phone": TEXT}, "required": ["phone"]}
both = {"type": "object", "properties": {"email": TEXT, "phone": TEXT}}
either = [{**both, "required": ["email"]}, {**both, "required": ["phone"]}]
BOTH, EMAIL, PHONE = '{"email": "a@b.c", "phone": "7"}', '{"email": "a@b.c"}', '{"phone": "7"}'
WRONG = ('{"phone": true}', '{"note": []}', "[1]", "5")
CASES = {
    "properties and anyOf": ({**both, "anyOf": [{"required": ["email"]}, {"required": ["phone"]}]}, (EMAIL, PHONE, *WRONG)),
    "allOf of two": ({"allOf": [email, phone]}, (BOTH, EMAIL, *WRONG)),
    "properties and one allOf": ({**both, "required": ["email", "phone"], "allOf": [phone]}, (BOTH, PHONE)),
    "anyOf alone": ({"anyOf": either}, (EMAIL, PHONE, *WRONG)),
}

print("python", sys.version.split()[0], *(f"| {name} {importlib.metadata.version(name)}" for name in ("xgrammar", "outlines_core", "llguidance")))
found = {}
for name, (schema, texts) in CASES.items():
    print(f"\n{name}: {json.dumps(schema)}")
    for text in texts:
        valid = jsonschema.Draft202012Validator(schema).is_valid(json.loads(text))
        by = [read(json.dumps(schema), text) for read in (by_xgrammar, by_outlines, by_llguidance)]
        found[name, text] = (valid, *by)
        words = ["yes" if one else "no" for one in by]
        print(f"  {text:34} {'valid' if valid else 'invalid':8} may be written: xgrammar {words[0]}, outlines-core {words[1]}, llguidance {words[2]}")

seen = (
    all(valid == by_llg for valid, _, _, by_llg in found.values())
    and all(found[name, text][:2] == (False, True) for name in ("properties and anyOf", "allOf of two") for text in WRONG)
    and found["properties and one allOf", BOTH][:2] == (True, False)
    and found["properties and one allOf", PHONE][:2] == (False, True)
    and found["allOf of two", BOTH][2] is False
    and all(valid == by_xg for (name, _), (valid, by_xg, _, _) in found.items() if name == "anyOf alone")
)
print("\nSEEN: xgrammar lets through what the schema refuses, and masks what it asks for" if seen else "\nNOT SEEN")
sys.exit(0 if seen else 1)
PYTHON
"$folder/venv/bin/python" "$folder/see.py"
