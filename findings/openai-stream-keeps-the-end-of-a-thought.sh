#!/usr/bin/env bash
# OpenAI's own clients, openai 7.59.0 for JavaScript and openai 3.57.0 for Python, each with its helper that puts a stream together
# (`chat.completions.stream(…)`, then `finalChatCompletion()` or `get_final_completion()`), before a server that speaks chat completions and
# sends what the model thinks in pieces beside the answer (`reasoning_content` by DeepSeek and llama.cpp, `reasoning` by vLLM and OpenRouter):
#   - Python joins the pieces: "Let me think.";
#   - JavaScript joins the pieces of `content`, and of the thought it keeps the last one: " think.".
# What one would expect: that both helpers of one vendor make one message of one stream; that pieces are joined, or that what a helper does
# not know is left out, not the end of it kept under the name of the whole. It hurts whoever keeps thoughts as training data, counts
# them, shows them, or sends them back with the next turn, as DeepSeek asks for where tools are called: without `stream` the field is whole,
# so a test without it passes, and in JavaScript the log shows a model that thinks one word. Joining `chunk` events by hand keeps it all.
#
# Needs node 20 or newer, npm, and python 3.10 or newer with venv. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" openai@7.59.0
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install --quiet --disable-pip-version-check openai==3.57.0
cat >"$folder/see.py" <<'EOF_PYTHON'
import json
import sys

import openai

client = openai.OpenAI(api_key="none", base_url=sys.argv[1])
with client.chat.completions.stream(model="thinker", messages=[{"role": "user", "content": "6 times 7?"}]) as stream:
    for _ in stream:
        pass
    message = stream.get_final_completion().choices[0].message
print(json.dumps([message.content, message.reasoning_content, message.reasoning]))
EOF_PYTHON
cat >"$folder/see.mjs" <<'EOF_NODE'
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import OpenAI from 'openai';
import { VERSION } from 'openai/version';

const piece = (delta, finish_reason = null) =>
  `data: ${JSON.stringify({ id: 'a', object: 'chat.completion.chunk', created: 1, model: 'thinker', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
const thought = ['Let', ' me', ' think.'];
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(piece({ role: 'assistant', content: '' }));
    for (const text of thought) response.write(piece({ reasoning_content: text, reasoning: text }));
    for (const content of ['4', '2']) response.write(piece({ content }));
    response.end(`${piece({}, 'stop')}data: [DONE]\n\n`);
  });
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const baseURL = `http://127.0.0.1:${server.address().port}/v1`;
const client = new OpenAI({ apiKey: 'none', baseURL });
const completion = await client.chat.completions
  .stream({ model: 'thinker', messages: [{ role: 'user', content: '6 times 7?' }] })
  .finalChatCompletion();
const [{ message }] = completion.choices;
const inNode = [message.content, message.reasoning_content, message.reasoning];
const { stdout } = await promisify(execFile)(process.argv[2], [process.argv[3], baseURL], { env: {} });
const inPython = JSON.parse(stdout);
server.close();
console.log(`openai ${VERSION} for JavaScript, openai 3.57.0 for Python`);
console.log('sent           ', JSON.stringify({ content: '42', thought: thought.join('') }));
for (const [language, [content, first, second]] of [['in JavaScript  ', inNode], ['in Python      ', inPython]])
  console.log(language, JSON.stringify({ content, reasoning_content: first, reasoning: second }));
const isSeen =
  JSON.stringify(inNode) === JSON.stringify(['42', ' think.', ' think.']) &&
  JSON.stringify(inPython) === JSON.stringify(['42', 'Let me think.', 'Let me think.']);
console.log(isSeen ? 'SEEN: one helper keeps the whole thought, the other the end of it' : 'NOT SEEN');
process.exit(isSeen ? 0 : 1);
EOF_NODE
cd "$folder"
node see.mjs "$folder/python/bin/python" "$folder/see.py"
