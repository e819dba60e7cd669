#!/usr/bin/env bash
# OpenAI's Agents SDK, as its packages for JavaScript (@openai/agents 0.20.0) and for Python (openai-agents 0.24.0), with chat completions from a
# server whose model thinks (`reasoning` beside the answer, as by vLLM and OpenRouter), and one tool:
#   - all tokens went into the thought: finish_reason "length", `content` null. JavaScript asks again, and again, until its ten turns are
#     over (MaxTurnsExceededError); all requests but the first are the same. Python asks once and says that "length" left no answer
#     (ModelBehaviorError); so does JavaScript where the thought is called `reasoning_content`, as by DeepSeek and llama.cpp;
#   - neither thought nor answer, "stop" and `content` null: JavaScript asks ten times, Python ends with the answer "";
#   - text beside a call of the tool: JavaScript sends the message back with a part {"type": "text"} that holds the message's role, thought and
#     calls once more beside its text; Python sends the text;
#   - a tool that returns {"found": True, "price": None} (in JavaScript, true and null): Python tells the model "{'found': True, 'price': None}",
#     JavaScript '{"found":true,"price":null}'.
# What one would expect: one project makes of one reply one answer or one error, and asks again only where something has changed. It hurts
# whoever has a model that thinks behind an agent in JavaScript, with a limit on tokens: the dearest replies of all, those that reach the
# limit, are paid ten times, and the error speaks of turns, as if the agent had gone round in circles, not of tokens. Tests with short
# thoughts, or with the other field, show none of it. `maxTurns` is the only limit.
#
# Needs node 20 or newer, npm, and python 3.10 or newer with venv. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" node@24.21.0 @openai/agents@0.20.0 zod@4.6.7
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check openai-agents==0.24.0
cat >"$folder/by_python.py" <<'PYTHON'
import asyncio
import json
import sys

from agents import Agent, OpenAIProvider, RunConfig, Runner, function_tool


@function_tool
async def look(item: str):
    return {"found": True, "price": None}


async def end_of(address: str) -> str:
    provider = OpenAIProvider(base_url=address, api_key="none", use_responses=False)
    try:
        run = await Runner.run(
            Agent(name="clerk", instructions="Be short.", model="m", tools=[look]), "What is it?",
            run_config=RunConfig(model_provider=provider, tracing_disabled=True),
        )
        return json.dumps(run.final_output)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


async def ends() -> list[str]:
    return [await end_of(address) for address in sys.argv[1:]]


print(json.dumps(asyncio.run(ends())))
PYTHON
cat >"$folder/see.mjs" <<'EOF_NODE'
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { Agent, OpenAIProvider, Runner, tool } from '@openai/agents';
import { z } from 'zod';

const reply = (finish_reason, message) => ({
  id: 'r', object: 'chat.completion', created: 1, model: 'm',
  choices: [{ index: 0, finish_reason, message: { role: 'assistant', ...message } }],
  usage: { prompt_tokens: 10, completion_tokens: 500, total_tokens: 510 },
});
const calls = [{ id: 'call-1', type: 'function', function: { name: 'look', arguments: '{"item":"x"}' } }];
const replies = {
  'long reasoning': [reply('length', { content: null, reasoning: 'On the one hand' })],
  'long reasoning_content': [reply('length', { content: null, reasoning_content: 'On the one hand' })],
  'nothing said': [reply('stop', { content: null })],
  'text and a call': [
    reply('tool_calls', { content: 'I will look.', reasoning: 'It may be there', tool_calls: calls }),
    reply('stop', { content: 'done' }),
  ],
};
const asked = {};
const server = createServer(async (request, response) => {
  const text = (await request.setEncoding('utf8').toArray()).join('');
  const which = decodeURIComponent(request.url.split('/').slice(1, 3).join('/'));
  asked[which] ??= [];
  asked[which].push(JSON.stringify(JSON.parse(text).messages));
  const list = replies[which.split('/')[1]];
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(list[Math.min(asked[which].length, list.length) - 1]));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const addressOf = (language, name) => `http://127.0.0.1:${server.address().port}/${language}/${encodeURIComponent(name)}/v1`;

const look = tool({
  name: 'look', description: '', parameters: z.object({ item: z.string() }), execute: async () => ({ found: true, price: null }),
});
async function endOf(address) {
  const modelProvider = new OpenAIProvider({ baseURL: address, apiKey: 'none', useResponses: false });
  const runner = new Runner({ modelProvider, tracingDisabled: true });
  try {
    const agent = new Agent({ name: 'clerk', instructions: 'Be short.', model: 'm', tools: [look] });
    return JSON.stringify((await runner.run(agent, 'What is it?')).finalOutput);
  } catch (error) {
    return `${error.constructor.name}: ${error.message}`;
  }
}
const names = Object.keys(replies);
const inJavaScript = [];
for (const name of names) inJavaScript.push(await endOf(addressOf('js', name)));
const { stdout } = await promisify(execFile)('venv/bin/python', ['by_python.py', ...names.map((name) => addressOf('py', name))]);
const inPython = JSON.parse(stdout);
server.close();

const { version } = JSON.parse(readFileSync('node_modules/@openai/agents/package.json', 'utf8'));
console.log('node', process.versions.node, '| @openai/agents', version, '| openai-agents 0.24.0');
const times = (language, name) => asked[`${language}/${name}`].length;
for (const [place, name] of names.entries()) {
  console.log(`\n${name}`);
  console.log(`  JavaScript asks ${times('js', name)} times: ${inJavaScript[place]}`);
  console.log(`  Python     asks ${times('py', name)} times: ${inPython[place]}`);
}
const again = new Set(asked['js/long reasoning'].slice(1)).size;
console.log(`\ndifferent requests among the second to the tenth for "long reasoning": ${again}`);
const sent = (language) => JSON.parse(asked[`${language}/text and a call`][1]);
const textOf = (language) => sent(language).find(({ role }) => role === 'assistant').content;
const resultOf = (language) => sent(language).find(({ role }) => role === 'tool').content;
console.log('sent back as content: JavaScript', JSON.stringify(textOf('js')), '| Python', JSON.stringify(textOf('py')));
console.log('the result of the tool: JavaScript', resultOf('js'), '| Python', resultOf('py'));

const counts = (language) => names.map((name) => times(language, name)).join();
const isSeen =
  counts('js') === '10,1,10,2' && counts('py') === '1,1,1,2' && again === 1 &&
  inJavaScript[0].startsWith('MaxTurnsExceededError') && inPython[0].startsWith('ModelBehaviorError') &&
  inJavaScript[1].startsWith('ModelBehaviorError') && inPython[2] === '""' &&
  textOf('js')[0].tool_calls?.length === 1 && textOf('js')[0].reasoning !== undefined && textOf('py') === 'I will look.' &&
  resultOf('py') === "{'found': True, 'price': None}" && resultOf('js') === '{"found":true,"price":null}';
console.log(isSeen ? 'SEEN: a thought that reaches the limit is paid ten times in JavaScript' : 'NOT SEEN');
process.exit(isSeen ? 0 : 1);
EOF_NODE
cd "$folder"
timeout 120 "$folder/node_modules/.bin/node" see.mjs
