#!/usr/bin/env bash
# LangChain, as its packages for Python (langchain-openai 1.7.4) and for JavaScript (@langchain/openai 1.6.0), and Pydantic AI (pydantic-ai-slim
# 2.68.0), with one stream of chat completions in which every chunk says what has been used so far, as vLLM and SGLang send it where
# `continuous_usage_stats` is asked for, so that a call that is broken off has its usage too. A prompt of 10 tokens, a reply of 100:
#   - langchain-openai adds all of them up: 1,020 and 5,150 tokens in `usage_metadata`, in `UsageMetadataCallbackHandler`, and in all that reads
#     them; a reply of 1,000 would be half a million;
#   - @langchain/openai takes the last, 10 and 100, and so do OpenAI's own helper and the server's bill;
#   - Pydantic AI adds them up too, and its limit of 1,000 tokens for the run ends this reply in the middle with UsageLimitExceeded, at the 45th
#     token. Its setting `openai_continuous_usage_stats` does it right (shown beside); the same words in `extra_body` do not.
# What one would expect: that a usage whose `total_tokens` grows is a total, and that one project counts one reply alike. It hurts whoever has
# budgets, prices or a quota by user on these figures: the longer a reply, the more it is overcharged, by its square; an agent stops at
# a limit that it has not reached; and short replies, as in tests, look nearly right. The first is known (LangChain's issue 30429).
#
# Needs node 20 or newer, npm, and python 3.10 or newer with venv. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" @langchain/openai@1.6.0 @langchain/core@1.4.0 &
installing=$!
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check langchain-openai==1.7.4 'pydantic-ai-slim[openai]==2.68.0'
wait "$installing"
cat >"$folder/by_python.py" <<'PYTHON'
import asyncio
import json
import sys
from importlib.metadata import version

from langchain_core.callbacks import UsageMetadataCallbackHandler
from langchain_openai import ChatOpenAI
from openai import OpenAI
from pydantic_ai import Agent
from pydantic_ai.exceptions import UsageLimitExceeded
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.usage import UsageLimits

address = sys.argv[1]
options = {"stream_options": {"include_usage": True, "continuous_usage_stats": True}}


def by_langchain():
    counter = UsageMetadataCallbackHandler()
    model = ChatOpenAI(model="m", base_url=address, api_key="none", extra_body=options)
    whole = None
    for chunk in model.stream("Hello", config={"callbacks": [counter]}):
        whole = chunk if whole is None else whole + chunk
    counted = counter.usage_metadata["m"]
    return [[used["input_tokens"], used["output_tokens"]] for used in (whole.usage_metadata, counted)]


def by_openai():
    client = OpenAI(base_url=address, api_key="none")
    with client.chat.completions.stream(
        model="m", messages=[{"role": "user", "content": "Hello"}], extra_body=options
    ) as stream:
        used = stream.get_final_completion().usage
    return [used.prompt_tokens, used.completion_tokens]


async def by_pydantic(settings, limit=None):
    agent = Agent(OpenAIChatModel("m", provider=OpenAIProvider(base_url=address, api_key="none")))
    words = ""
    try:
        async with agent.run_stream("Hello", model_settings=settings, usage_limits=UsageLimits(output_tokens_limit=limit)) as run:
            async for words in run.stream_text(debounce_by=None):
                pass
            used = run.usage
        return [used.input_tokens, used.output_tokens]
    except UsageLimitExceeded as error:
        return [type(error).__name__, len(words.split())]


chunks, handler = by_langchain()
print(json.dumps({
    "versions": [f"{name} {version(name)}" for name in ("langchain-openai", "langchain-core", "pydantic-ai-slim", "openai")],
    "langchain-openai, chunks added": chunks,
    "langchain-openai, callback": handler,
    "openai": by_openai(),
    "pydantic-ai, extra_body": asyncio.run(by_pydantic({"extra_body": options})),
    "pydantic-ai, its setting": asyncio.run(by_pydantic({"openai_continuous_usage_stats": True})),
    "pydantic-ai, limit of 1000": asyncio.run(by_pydantic({"extra_body": options}, 1000)),
}))
PYTHON
cat >"$folder/see.mjs" <<'EOF_NODE'
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { ChatOpenAI } from '@langchain/openai';

const usageAt = (tokens) => ({ prompt_tokens: 10, completion_tokens: tokens, total_tokens: 10 + tokens });
const chunkOf = (choices, tokens) => ({
  id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices, usage: usageAt(tokens),
});
const choice = (delta, finish_reason = null) => [{ index: 0, delta, finish_reason }];
const chunks = [
  chunkOf(choice({ role: 'assistant', content: '' }), 0),
  ...Array.from({ length: 100 }, (_, at) => chunkOf(choice({ content: ' word' }, at === 99 ? 'stop' : null), at + 1)),
  chunkOf([], 100),
];
let unasked = 0;
const server = createServer(async (request, response) => {
  const body = JSON.parse((await request.setEncoding('utf8').toArray()).join(''));
  if (body.stream_options?.continuous_usage_stats !== true) unasked += 1;
  response.setHeader('content-type', 'text/event-stream');
  response.end([...chunks.map((chunk) => JSON.stringify(chunk)), '[DONE]'].map((text) => `data: ${text}\n\n`).join(''));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const address = `http://127.0.0.1:${server.address().port}/v1`;

const model = new ChatOpenAI({
  model: 'm', apiKey: 'none', configuration: { baseURL: address },
  modelKwargs: { stream_options: { include_usage: true, continuous_usage_stats: true } },
});
let whole;
for await (const chunk of await model.stream('Hello')) whole = whole === undefined ? chunk : whole.concat(chunk);
const inJavaScript = [whole.usage_metadata.input_tokens, whole.usage_metadata.output_tokens];
const { stdout } = await promisify(execFile)('venv/bin/python', ['by_python.py', address]);
server.close();
const { versions, ...inPython } = JSON.parse(stdout);
const { version } = JSON.parse(readFileSync('node_modules/@langchain/openai/package.json', 'utf8'));
console.log(`node ${process.versions.node} | @langchain/openai ${version} | ${versions.join(' | ')}`);
console.log('the server\'s last word: 10 tokens in, 100 out');
const found = { '@langchain/openai': inJavaScript, ...inPython };
for (const [name, [first, second]] of Object.entries(found)) {
  const said = typeof first === 'number' ? `${first} in, ${second} out` : `${first} after ${second} words`;
  console.log(`  ${name.padEnd(32)} ${said}`);
}
const expected = [[10, 100], [1020, 5150], [1020, 5150], [10, 100], [1020, 5150], [10, 100], ['UsageLimitExceeded', 44]];
const isSeen = unasked === 0 && JSON.stringify(Object.values(found)) === JSON.stringify(expected);
console.log(isSeen ? 'SEEN: running totals are added up' : 'NOT SEEN');
process.exit(isSeen ? 0 : 1);
EOF_NODE
cd "$folder"
timeout 120 node see.mjs
