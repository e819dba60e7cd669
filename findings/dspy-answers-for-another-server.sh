#!/usr/bin/env bash
# dspy 3.4.1 and two servers that speak OpenAI's chat completions and serve a model under one name, as a model and the same one tuned, or
# two quantizations, or two versions of a server; here the first answers wrong and the second right. A program is evaluated on three
# questions with each of them, `dspy.LM("openai/qwen", api_base=…)`, all else by its defaults:
#   - the second scores what the first has scored, 0 of 3, and is not asked once: the cache of replies, which is on, leaves the server's
#     address out of its key;
#   - so does it in a new process, from the cache on disk (~/.dspy_cache, unless DSPY_CACHEDIR says otherwise);
#   - with `cache=False` the second is asked and scores 3 of 3; another temperature is another key (shown beside).
# What one would expect: that a reply is kept for whom it came from, as whatever else shapes it is in the key. It hurts whoever compares
# servers or checkpoints: "no difference, not even in one answer" is what a change without effect looks like, at no cost and at once; and an
# optimizer tunes prompts for the tuned model by the replies of the old one. Another name for the model (`--served-model-name`) keeps them
# apart. It is known (DSPy's pull request 10006, closed).
#
# Needs python 3.10 or newer with venv. litellm and gepa, which dspy names too, are not used by this way to a server and are left out.
# Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check openai==3.57.0 regex==2026.11.19 orjson==3.13.0 tqdm==4.70.1 \
  requests==2.34.2 pydantic==2.14.4 pyyaml==6.0.4 jsonschema==4.26.0 diskcache==5.6.3 json-repair==0.64.6 tenacity==9.2.1 cachetools==8.0.2 \
  cloudpickle==3.1.3
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check --no-deps dspy==3.4.1
cat >"$folder/see.py" <<'EOF_PYTHON'
import json
import logging
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

import dspy

logging.disable(logging.INFO)


class Model(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.server.asked += 1
        message = {"role": "assistant", "content": f"[[ ## answer ## ]]\n{self.server.answer}\n\n[[ ## completed ## ]]"}
        body = json.dumps({
            "id": "r", "object": "chat.completion", "created": 1, "model": "qwen",
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
            "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
        }).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve(answer):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    server.answer, server.asked = answer, 0
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


questions = [dspy.Example(question=f"What is {n} + {7 - n}?", answer="7").with_inputs("question") for n in range(3)]


def score(server, **options):
    server.asked = 0
    lm = dspy.LM("openai/qwen", api_base=f"http://127.0.0.1:{server.server_port}/v1", api_key="none", **options)
    right = 0
    with dspy.context(lm=lm):
        for question in questions:
            right += dspy.Predict("question -> answer")(question=question.question).answer == question.answer
    return [right, server.asked]


first, second = serve("8"), serve("7")
if sys.argv[1:] == ["later"]:
    print(json.dumps(score(second)))
    sys.exit()
found = {
    "the first": score(first),
    "the second": score(second),
    "the second, cache=False": score(second, cache=False),
    "the second, temperature=0.5": score(second, temperature=0.5),
}
found["the second, in a new process"] = json.loads(
    subprocess.run([sys.executable, __file__, "later"], check=True, capture_output=True, text=True).stdout
)
print("python", sys.version.split()[0], "| dspy", version("dspy"), "| openai", version("openai"))
for name, (right, asked) in found.items():
    print(f"{name:30} {right} of 3 right, asked {asked} times")
seen = list(found.values()) == [[0, 3], [0, 0], [3, 3], [3, 3], [0, 0]]
print("SEEN: one server's answers are scored as another's" if seen else "NOT SEEN")
sys.exit(0 if seen else 1)
EOF_PYTHON
mkdir "$folder/cache"
DSPY_CACHEDIR="$folder/cache" timeout 100 "$folder/venv/bin/python" "$folder/see.py"
