#!/usr/bin/env bash
# litellm 1.108.7, the library within LiteLLM's gateway, before a server that speaks OpenAI's chat completions (vLLM as `hosted_vllm`, DeepSeek),
# and openai 3.3.0 for Python with the same server (shown beside it). A server says why a reply ended, and not every end is a whole answer:
#   - "abort" (vLLM, for a request that it gives up) and "insufficient_system_resource" (in DeepSeek's documentation, for an answer that is
#     broken off) come out as "stop". In a whole body the server's word is beside it, as `native_finish_reason`; in a stream it is gone;
#   - "error" is an exception in a stream of the provider `openai`, and "stop" in a stream of `hosted_vllm` and in every whole body;
#   - a stream that ends without a reason gets one, "stop", and, where usage was asked for, a usage that litellm has counted itself as if it
#     were the server's; this is known (its issue 42085);
#   - with `n=2` in a stream only the first choice gets its reason; the second is left without.
# What one would expect: that a gateway passes on a reason that it does not know, as OpenAI's client does, or raises. It hurts whoever scores
# answers, or bills for them, behind the gateway: half an answer counts as a whole one that is wrong, a client that asks again for what has
# no reason never does, or does for each second sample, and only a warning in the gateway's log tells of it.
#
# Needs python 3.10 or newer with venv. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check litellm==1.108.7 openai==3.3.0
cat >"$folder/see.py" <<'PYTHON'
import importlib.metadata
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # no look at the network for prices
import litellm
from openai import OpenAI

litellm.suppress_debug_info = True


class Server(BaseHTTPRequestHandler):
    """Answers with half an answer, and the reason that the question names; "cut" ends the stream without one."""

    def log_message(self, *_):
        pass

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        reason = asked["messages"][-1]["content"]
        usage = {"prompt_tokens": 100, "completion_tokens": 40, "total_tokens": 140}
        choices = range(asked.get("n") or 1)
        named = {"id": "1", "created": 1, "model": "m"}
        if not asked.get("stream"):
            replies = [
                {"index": one, "message": {"role": "assistant", "content": "The answer is"}, "finish_reason": reason}
                for one in choices
            ]
            return self.send("application/json", json.dumps({**named, "object": "chat.completion", "choices": replies, "usage": usage}))
        chunks = [{"index": one, "delta": {"role": "assistant", "content": "The answer is"}, "finish_reason": None} for one in choices]
        if reason != "cut":
            chunks += [{"index": one, "delta": {}, "finish_reason": reason} for one in choices]
        events = [{**named, "object": "chat.completion.chunk", "choices": [chunk]} for chunk in chunks]
        if reason != "cut":
            events.append({**named, "object": "chat.completion.chunk", "choices": [], "usage": usage})
        text = "".join(f"data: {json.dumps(event)}\n\n" for event in events)
        return self.send("text/event-stream", text + ("" if reason == "cut" else "data: [DONE]\n\n"))

    def send(self, kind, text):
        body = text.encode()
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}/v1"


def by_openai(**asked):
    return OpenAI(base_url=address, api_key="none", max_retries=0).chat.completions.create(model="m", **asked)


def by_litellm(provider):
    def ask(**asked):
        return litellm.completion(model=f"{provider}/m", api_base=address, api_key="none", num_retries=0, **asked)

    return ask


def reasons(ask, reason, stream, n=1):
    """By choice, and the prompt's tokens."""
    found, tokens = dict.fromkeys(range(n)), None
    more = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
    try:
        answer = ask(messages=[{"role": "user", "content": reason}], n=n, **more)
        for part in answer if stream else [answer]:
            for choice in part.choices:
                found[choice.index] = choice.finish_reason or found[choice.index]
            usage = getattr(part, "usage", None)
            tokens = usage.prompt_tokens if usage else tokens
    except Exception as error:
        return "raises " + type(error).__name__, None
    return ", ".join(map(str, found.values())), tokens


print("python", sys.version.split()[0], *(f"| {name} {importlib.metadata.version(name)}" for name in ("litellm", "openai")))
clients = {"openai's client": by_openai, "litellm openai/m": by_litellm("openai"), "litellm hosted_vllm/m": by_litellm("hosted_vllm")}
given_up = ("abort", "insufficient_system_resource")
table = {
    (reason, stream, n): {name: reasons(ask, reason, stream, n) for name, ask in clients.items()}
    for reason, stream, n in [
        *((reason, stream, 1) for reason in ("stop", "length", *given_up, "error") for stream in (False, True)),
        ("cut", True, 1),
        ("stop", False, 2),
        ("stop", True, 2),
    ]
}
for (reason, stream, n), row in table.items():
    print(f"{reason:29}{'stream' if stream else 'whole':7} n={n}")
    for name, (found, tokens) in row.items():
        print(f"    {name:22} {found}{'' if tokens is None else f', {tokens} tokens of the prompt'}")

sees = {place: [row[name][0] for name in clients] for place, row in table.items()}
as_described = [
    *(sees[reason, stream, 1] == [reason] * 3 for reason in ("stop", "length") for stream in (False, True)),
    *(sees[reason, stream, 1] == [reason, "stop", "stop"] for reason in given_up for stream in (False, True)),
    sees["error", False, 1] == ["error", "stop", "stop"],
    sees["error", True, 1][0] == "error" and sees["error", True, 1][1].startswith("raises ") and sees["error", True, 1][2] == "stop",
    sees["cut", True, 1] == ["None", "stop", "stop"],
    table["cut", True, 1]["openai's client"][1] is None and 0 < table["cut", True, 1]["litellm openai/m"][1] < 100,
    sees["stop", False, 2] == ["stop, stop"] * 3,
    sees["stop", True, 2] == ["stop, stop", "stop, None", "stop, None"],
]
sys.exit(0 if all(as_described) else 1)
PYTHON
"$folder/venv/bin/python" "$folder/see.py"
