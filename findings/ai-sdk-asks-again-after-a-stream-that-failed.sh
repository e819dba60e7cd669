#!/usr/bin/env bash
# ai 7.0.173 (the AI SDK) with its two providers for servers that speak OpenAI's chat completions, @ai-sdk/openai 4.0.118 and
# @ai-sdk/openai-compatible 3.0.92, and a stream that has begun with status 200 and ends in an error before any text, as where a model
# thinks for long or a server runs a whole workflow: `streamText` with the first has asked three times before it gives up, with the second
# once; OpenAI's own client (openai 7.59.0) asks once. `x-should-retry: false`, by which a server tells OpenAI's clients that asking again
# is of no use, is not heard by either provider, in a stream or on a status of 500; OpenAI's own client heeds it.
# What one would expect: both providers do the same with the same bytes, and what the server says of asking again counts.
# It hurts whoever pays for what is thrown away: a failure that comes back every time costs three times as much after the import was
# changed from one provider to the other, and nothing but the server's log shows it. `maxRetries: 0` asks once, and so does an error
# with "invalid" in its `code`.
#
# Needs node 20 or newer and npm. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$folder" \
  ai@7.0.173 @ai-sdk/openai@4.0.118 @ai-sdk/openai-compatible@3.0.92 openai@7.59.0
cat >"$folder/see.mjs" <<'EOF_NODE'
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, streamText } from 'ai';
import OpenAI from 'openai';

let asked = 0;
let answer = {};
const server = createServer(async (request, response) => {
  for await (const _ of request);
  asked += 1;
  const { status, code } = answer;
  const error = JSON.stringify({ error: { message: 'a step of the workflow has failed', type: 'server_error', param: null, code } });
  const said = { 'x-should-retry': 'false' };
  if (status === 200) response.writeHead(200, { ...said, 'content-type': 'text/event-stream' }).end(`data: ${error}\n\n`);
  else response.writeHead(status, { ...said, 'content-type': 'application/json' }).end(error);
}).listen(0, '127.0.0.1');
await once(server, 'listening');

const settings = { baseURL: `http://127.0.0.1:${server.address().port}/v1`, apiKey: 'none' };
const client = new OpenAI(settings);
const bySdk = (model) => async (options) => {
  if (answer.status !== 200) return generateText({ model, prompt: 'Why?', ...options });
  let failure;
  const stream = streamText({ model, prompt: 'Why?', onError: ({ error }) => (failure = error), ...options });
  for await (const _ of stream.textStream);
  if (failure) throw failure;
};
const clients = {
  '@ai-sdk/openai': bySdk(createOpenAI(settings).chat('m')),
  '@ai-sdk/openai-compatible': bySdk(createOpenAICompatible({ name: 'server', ...settings })('m')),
  openai: async () => {
    const messages = [{ role: 'user', content: 'Why?' }];
    const given = await client.chat.completions.create({ model: 'm', messages, stream: answer.status === 200 });
    if (answer.status === 200) for await (const _ of given);
  },
};
const counts = {};
const count = async (what, names, options) => {
  counts[what] = [];
  for (const name of names) {
    asked = 0;
    const failure = await clients[name](options).then(() => undefined, (error) => error);
    if (failure === undefined) throw new Error(`${name} has not failed`);
    counts[what].push(asked);
    console.log(`${what.padEnd(46)} ${name.padEnd(26)} asked ${asked}x  ${failure.name}`);
  }
};
answer = { status: 200, code: 'step_failed' };
await count('status 200, an error in the stream', Object.keys(clients));
await count('the same with maxRetries: 0', ['@ai-sdk/openai'], { maxRetries: 0 });
answer = { status: 200, code: 'invalid_step' };
await count('status 200, an error called "invalid_step"', ['@ai-sdk/openai']);
answer = { status: 500, code: 'step_failed' };
await count('status 500, x-should-retry: false', Object.keys(clients));
server.close();
const seen = JSON.stringify(Object.values(counts)) === '[[3,1,1],[1],[1],[3,3,1]]';
console.log(seen ? 'SEEN: asked again by one provider and not by the other' : 'NOT SEEN');
process.exit(seen ? 0 : 1);
EOF_NODE
cd "$folder"
for name in ai @ai-sdk/openai @ai-sdk/openai-compatible openai; do
  node -p "\`$name \${JSON.parse(require('fs').readFileSync('node_modules/$name/package.json')).version}\`"
done
node see.mjs
