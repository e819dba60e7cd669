#!/usr/bin/env bash
# ai 7.0.173 (the AI SDK) with its own `extractReasoningMiddleware`, which takes what a model thinks between <think> and </think> out of its text, where
# a server leaves it there, and one server with one reply: `generateText`, which has it whole, and `streamText`, which has it in a stream:
#   - the limit of tokens was reached within the thought, "<think>Is it 7 or 8?": in a stream the text is "" and the thought is a thought;
#     whole, there is no thought, and the text is "<think>Is it 7 or 8?". With `startWithReasoning`, as where the template has written <think>
#     already, the text is "Is it 7 or 8?", without any sign;
#   - with `startWithReasoning` and a reply without a thought, "It is 7.", as with thinking turned off: the text whole, "" in a stream;
#   - an answer that speaks of the tag, "Put <think> first, then the plan.": in a stream the text ends at "Put ", and the rest is a thought.
# What one would expect: that one reply has one text, whichever function asks for it; that a thought without an end is a thought. It hurts
# whoever scores answers: a number out of half a thought counts as the answer, by chance a right one, and the score changes when a page that
# streams is compared with a job that does not. `finishReason` is "length" for a thought that was cut off, in both.
#
# Needs node 20 or newer and npm. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" node@24.21.0 ai@7.0.173 @ai-sdk/openai-compatible@3.0.92
cat >"$folder/see.mjs" <<'EOF_NODE'
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { extractReasoningMiddleware, generateText, streamText, wrapLanguageModel } from 'ai';

let reply;
const server = createServer(async (request, response) => {
  const { stream } = JSON.parse((await request.setEncoding('utf8').toArray()).join(''));
  const { text, finish_reason } = reply;
  const about = { id: 'r', created: 1, model: 'm' };
  if (!stream) {
    const choices = [{ index: 0, finish_reason, message: { role: 'assistant', content: text } }];
    response.setHeader('content-type', 'application/json');
    return response.end(JSON.stringify({ ...about, object: 'chat.completion', choices }));
  }
  const pieces = text.match(/.{1,4}/gs);
  const chunks = pieces.map((content, at) => ({
    ...about, object: 'chat.completion.chunk',
    choices: [{ index: 0, delta: { role: 'assistant', content }, finish_reason: at === pieces.length - 1 ? finish_reason : null }],
  }));
  response.setHeader('content-type', 'text/event-stream');
  response.end([...chunks.map((chunk) => JSON.stringify(chunk)), '[DONE]'].map((data) => `data: ${data}\n\n`).join(''));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const provider = createOpenAICompatible({ name: 'server', baseURL: `http://127.0.0.1:${server.address().port}/v1` });

async function partsOf(text, finish_reason, startWithReasoning) {
  reply = { text, finish_reason };
  const middleware = extractReasoningMiddleware({ tagName: 'think', startWithReasoning });
  const model = wrapLanguageModel({ model: provider('m'), middleware });
  const whole = await generateText({ model, prompt: 'Which?' });
  const stream = streamText({ model, prompt: 'Which?' });
  return [
    [whole.text, whole.reasoningText ?? null, whole.finishReason],
    [await stream.text, (await stream.reasoningText) ?? null, await stream.finishReason],
  ];
}
const cases = [
  ['<think>Is it 7 or 8? It is 7.</think>7', 'stop', false, ['7', 'Is it 7 or 8? It is 7.'], ['7', 'Is it 7 or 8? It is 7.']],
  ['<think>Is it 7 or 8?', 'length', false, ['<think>Is it 7 or 8?', null], ['', 'Is it 7 or 8?']],
  ['Is it 7 or 8?', 'length', true, ['Is it 7 or 8?', null], ['', 'Is it 7 or 8?']],
  ['It is 7.', 'stop', true, ['It is 7.', null], ['', 'It is 7.']],
  [
    'Put <think> first, then the plan.', 'stop', false,
    ['Put <think> first, then the plan.', null], ['Put ', ' first, then the plan.'],
  ],
];
const versions = ['ai', '@ai-sdk/openai-compatible'].map(
  (name) => `${name} ${JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')).version}`,
);
console.log([`node ${process.versions.node}`, ...versions].join(' | '), '\n(text, thought, reason for the end)');
let isSeen = true;
for (const [text, reason, startWithReasoning, whole, streamed] of cases) {
  const found = await partsOf(text, reason, startWithReasoning);
  console.log(`\n${JSON.stringify(text)}${startWithReasoning ? ', startWithReasoning' : ''}`);
  console.log(`  generateText ${JSON.stringify(found[0])}`);
  console.log(`  streamText   ${JSON.stringify(found[1])}`);
  isSeen &&= JSON.stringify(found) === JSON.stringify([[...whole, reason], [...streamed, reason]]);
}
server.close();
console.log(isSeen ? '\nSEEN: one reply has two texts' : '\nNOT SEEN');
process.exit(isSeen ? 0 : 1);
EOF_NODE
cd "$folder"
timeout 100 ./node_modules/.bin/node see.mjs
