#!/usr/bin/env bash
# transformers 5.24.0 (with tokenizers 0.23.3) for Python, and @huggingface/tokenizers 0.2.0, which Transformers.js reads and writes tokens by: one
# tokenizer in the manner of Llama 3's (BPE over bytes), saved by transformers, and one reply's tokens, which are the same in both:
#   - "git add ." is "git add." in JavaScript, "sed 's/a/b/' x" is "sed's/a/b/' x", "x !== .5" is "x!==.5", and "echo ' a '" is "echo'a '". Python
#     gives back what was written;
#   - so it is where `tokenizer_config.json` says nothing of `clean_up_tokenization_spaces`, as transformers 5 saves it by default: what is not
#     said is `false` in Python and `true` in JavaScript;
#   - and where it says `true`, as Llama 3's does: Python takes no notice for such a tokenizer, with a warning that it would spoil the text,
#     and JavaScript does it. With `false` both are alike (shown beside).
# What one would expect: that tokens are one text wherever they are read, and that what no file says has one default in one project. It hurts
# whoever tunes or saves a model with transformers 5 and has it answer in a browser or in Node: commands and code lose the space
# that they need, so a check of programs fails there and passes in Python, and the tokens, once compared, show no difference.
# `clean_up_tokenization_spaces: false` given to `decode` keeps the text.
#
# Needs node 20 or newer, npm, and python 3.10 or newer with venv. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check transformers==5.24.0 tokenizers==0.23.3
npm install --silent --no-audit --no-fund --prefix "$folder" @huggingface/tokenizers@0.2.0
cd "$folder"
cat >see.mjs <<'EOF_NODE'
import { readFileSync } from 'node:fs';
import { Tokenizer } from '@huggingface/tokenizers';

const read = (name) => JSON.parse(readFileSync(name, 'utf8'));
const folder = process.argv[2];
const tokenizer = new Tokenizer(read(`${folder}/tokenizer.json`), read(`${folder}/tokenizer_config.json`));
const see = ({ text, tokens }) => ({ isSame: String(tokenizer.encode(text).ids) === String(tokens), text: tokenizer.decode(tokens) });
console.log(JSON.stringify(read('replies.json').map(see)));
EOF_NODE
cat >see.py <<'PYTHON'
import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

words = Regex(r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
core = Tokenizer(models.BPE())
core.pre_tokenizer = pre_tokenizers.Sequence(
    [pre_tokenizers.Split(words, "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
)
core.decoder = decoders.ByteLevel()
core.train_from_iterator(
    ["git add . and git commit, then echo the sum of the terms"],
    trainers.BpeTrainer(vocab_size=300, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), special_tokens=["<end>"], show_progress=False),
)
spoilt = {
    "git add .": "git add.",
    "sed 's/a/b/' x": "sed's/a/b/' x",
    "x !== .5": "x!==.5",
    "echo ' a '": "echo'a '",
}
version = json.loads(Path("node_modules/@huggingface/tokenizers/package.json").read_text())["version"]
here = (f"{name} {importlib.metadata.version(name)}" for name in ("transformers", "tokenizers"))
print("python", sys.version.split()[0], *(f"| {one}" for one in here), "| @huggingface/tokenizers", version)

is_seen = True
for name, setting in (("nothing", {}), ("true", {"clean_up_tokenization_spaces": True}), ("false", {"clean_up_tokenization_spaces": False})):
    PreTrainedTokenizerFast(tokenizer_object=core, eos_token="<end>", **setting).save_pretrained(name)
    saved = json.loads(Path(name, "tokenizer_config.json").read_text())
    tokenizer = AutoTokenizer.from_pretrained(name)
    replies = [{"text": text, "tokens": tokenizer(text)["input_ids"]} for text in spoilt]
    Path("replies.json").write_text(json.dumps(replies))
    there = json.loads(subprocess.run(["node", "see.mjs", name], check=True, capture_output=True, text=True).stdout)
    print(f"saved with {name}: the file says", saved.get("clean_up_tokenization_spaces", "nothing"))
    for reply, by_javascript in zip(replies, there):
        text, by_python = reply["text"], tokenizer.decode(reply["tokens"])
        print(f"  {text!r:20} tokens alike: {by_javascript['isSame']} | Python {by_python!r} | JavaScript {by_javascript['text']!r}")
        expected = text if name == "false" else spoilt[text]
        is_seen = is_seen and by_javascript == {"isSame": True, "text": expected} and by_python == text
    is_seen = is_seen and saved.get("clean_up_tokenization_spaces") == setting.get("clean_up_tokenization_spaces")
print("SEEN: the same tokens are another text in JavaScript" if is_seen else "NOT SEEN")
sys.exit(0 if is_seen else 1)
PYTHON
"$folder/venv/bin/python" see.py 2>see.log || { cat see.log; exit 1; }
