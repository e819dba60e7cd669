import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliHere, type Said } from '../support/cli-here.ts';
import { type CliRun, startCli } from '../support/run-cli.ts';

/**
 * What only a person can mend ends `scale eval` and `scale run` within seconds, with a sentence and a status of its own: nothing
 * is scored, nothing remembered, and the same command goes on once it is mended. All on one cluster.
 */

interface Call {
  readonly path: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a client sends is looked at field by field
  readonly body: any;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Whether it asks a sum, and does not merely look. */
  readonly isSum: boolean;
}

type Answer = (response: ServerResponse, call: Call) => void;

const model = 'Qwen/Qwen3-32B';
const sums = [
  [20, 22],
  [3, 4],
  [50, 11],
  [9, 9],
] as const;

const answers =
  (status: number, body: unknown, type = 'application/json'): Answer =>
  (response) =>
    void response.writeHead(status, { 'content-type': type }).end(typeof body === 'string' ? body : JSON.stringify(body));
const says = (status: number, message: string, more: object = {}): Answer => answers(status, { error: { message, ...more } });
const right: Answer = (response, { body }) => {
  const [, a, b] = /What are (\d+) and (\d+)/.exec(body.messages.at(-1).content) ?? [];
  const content = a === undefined ? 'OK' : String(Number(a) + Number(b));
  const usage = { prompt_tokens: 20, completion_tokens: 3 };
  answers(200, { model, choices: [{ index: 0, message: { content }, finish_reason: 'stop' }], usage })(response, {} as Call);
};

interface Row {
  readonly answer: Answer;
  /** What the sentence says of what is wrong, and what to do. */
  readonly told: RegExp;
  readonly endpoint?: string;
  readonly executor?: string;
}

const refusals: Readonly<Record<string, Row>> = {
  'refused-key': {
    answer: says(401, 'Incorrect API key provided.', { code: 'invalid_api_key' }),
    told: /it refuses the key in the variable SCALE_TEST_KEY/,
    endpoint: 'api_key_variable: SCALE_TEST_KEY',
  },
  'wants-a-key': { answer: says(401, 'Unauthorized'), told: /it requires a key; name the variable .* api_key_variable/ },
  'key-of-google': {
    answer: answers(400, [
      { error: { code: 400, message: 'API key not valid. Please pass a valid API key.', status: 'INVALID_ARGUMENT' } },
    ]),
    told: /it requires a key/,
  },
  'unknown-model': {
    answer: says(404, 'The model `Qwen/Qwen3-32B` does not exist.', { code: 'model_not_found' }),
    told: /it does not serve the model Qwen\/Qwen3-32B .*; did you mean "Qwen\/Qwen3-32b"\?/,
  },
  'unknown-model-litellm': {
    answer: says(
      400,
      "{'error': '/chat/completions: Invalid model name passed in model=Qwen/Qwen3-32B. Call `/v1/models` to view available models for your key.'}",
      { code: '400' },
    ),
    told: /it does not serve the model Qwen\/Qwen3-32B/,
  },
  'wrong-path': {
    answer: answers(404, 'Not Found', 'text/plain'),
    told: /there is no chat API at this address; base_url often ends in \/v1/,
  },
  'web-page': {
    answer: answers(200, '<!DOCTYPE html><html><title>Welcome</title></html>', 'text/html'),
    told: /serves a web page, not a chat API; base_url often ends in \/v1/,
  },
  'missing-header': {
    answer: says(400, 'Either x-portkey-config or x-portkey-provider header is required'),
    told: /it requires a header; add it under headers/,
  },
  'spent-budget': {
    answer: says(400, 'Budget has been exceeded! Current cost: 14.2, Max budget: 14.0', { type: 'budget_exceeded', code: '400' }),
    told: /Budget has been exceeded/,
  },
  'refused-setting': {
    answer: says(400, "Unsupported parameter: 'temperature' is not supported with this model.", { param: 'temperature' }),
    told: /it refuses temperature; leave it out with `temperature: null`/,
    executor: 'temperature: 0.7',
  },
  'refused-template-setting': {
    answer: says(400, 'invalid type for "enable_thinking" (expected boolean, got string)'),
    told: /it refuses enable_thinking/,
    executor: 'chat_template_kwargs: { enable_thinking: true }',
  },
  'reason-of-its-own': { answer: says(422, 'Tenant mismatch (E1047)'), told: /it refuses the request .*Tenant mismatch/ },
  'no-chat-reply': { answer: answers(200, { status: 'ok' }), told: /not as a chat API/ },
};

/** From when on the endpoint refuses. */
interface Revocation {
  readonly answer: Answer;
  readonly told: RegExp;
}

const revocations: Readonly<Record<string, Revocation>> = {
  'key-revoked': { answer: says(401, 'Incorrect API key provided.'), told: /it refuses the key in the variable SCALE_TEST_KEY/ },
  'budget-spent': {
    answer: says(400, 'Budget has been exceeded! Current cost: 14.2, Max budget: 14.0', { type: 'budget_exceeded' }),
    told: /Budget has been exceeded/,
  },
};

let folder: string;
let server: Server;
let base: string;
let holder: CliRun;
const asked = new Map<string, Call[]>();
/** Endpoints that have been mended. */
const mended = new Set<string>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-mend-'));
  const rows = sums.map(([a, b]) => `What are ${a} and ${b}?,${a + b}`).join('\n');
  await writeFile(join(folder, 'sums.csv'), `question,answer\n${rows}\n`);
  await writeFile(
    join(folder, 'sums.yaml'),
    'name: sums\ndescription: Sums.\nanswer_format: A number.\nfile: sums.csv\nsplit: { shares: { test: 1.0 }, seed: 1 }\nfields: { question: question }\nreference: answer\nscorers: { exact: exact-match }\n',
  );
  await writeFile(
    join(folder, 'one-call.yaml'),
    'workflow: 1\nname: one-call\nsteps:\n  - { id: answer, call: custom, with: { input: "{{query.question}}" } }\n  - return: "{{answer.response}}"\n',
  );
  server = createServer(async (request, response) => {
    const [, name = '', ...rest] = (request.url ?? '').split('/');
    const path = rest.join('/');
    const text = (await request.toArray()).join('');
    const body = text === '' ? undefined : JSON.parse(text);
    const isSum = /What are/.test(body?.messages?.at(-1)?.content ?? '');
    const call = { path, body, headers: request.headers, isSum };
    asked.set(name, [...(asked.get(name) ?? []), call]);
    if (path === 'v1/models') return answers(200, { data: [{ id: 'Qwen/Qwen3-32b' }] })(response, call);
    // Such as /metrics, which is asked of each server.
    if (body === undefined) return void response.writeHead(404).end();
    // What holds the cluster never ends.
    if (name === 'hold' && isSum) return;
    if (mended.has(name)) return right(response, call);
    const revoked = revocations[name];
    const sumsSoFar = (asked.get(name) ?? []).filter((earlier) => earlier.isSum).length;
    if (revoked !== undefined) return (sumsSoFar > 2 ? revoked.answer : right)(response, call);
    const isOptimizers = name === 'search' && 'temperature' in body;
    const like = isOptimizers ? 'refused-setting' : name === 'doctor' ? 'unknown-model' : name;
    (refusals[like]?.answer ?? right)(response, call);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const key = 'timeout_seconds: 600, api_key_variable: SCALE_TEST_KEY';
  holder = startCli(await evalArgs('hold', { endpoint: key }), { environment: { SCALE_TEST_KEY: 'planted-key-0123456789' } });
  const untilAsked = async () => {
    while (!asked.get('hold')?.some(({ isSum }) => isSum)) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  await Promise.race([untilAsked(), holder.ended.then(({ stderr }) => expect.fail(stderr))]);
});
afterAll(async () => {
  holder.child.kill('SIGINT');
  holder.child.kill('SIGINT');
  await holder.ended;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

const names = [...Object.keys(refusals), ...Object.keys(revocations), 'hold', 'alias', 'nobody', 'search', 'doctor'];

async function evalArgs(name: string, { endpoint = '', executor = '' }: Partial<Row> = {}, baseUrl = `${base}/${name}/v1`) {
  const file = join(folder, `${name}.yaml`);
  const more = (settings: string) => (settings === '' ? '' : `, ${settings}`);
  await writeFile(
    file,
    `seed: ${names.indexOf(name)}
benchmark: { name: sums.yaml, split: test }
models: { executor: { endpoint: e, model: ${model}${more(executor)} }, optimizer: { endpoint: e, model: ${model} } }
endpoints: { e: { base_url: "${baseUrl}"${more(endpoint)} } }
cluster: { executors: 1, slots: 16 }
`,
  );
  return ['eval', join(folder, 'one-call.yaml'), '--run-file', file, '--data-dir', join(folder, 'data')];
}

async function closedPort(): Promise<number> {
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  return port;
}

const within = () => AbortSignal.timeout(200_000);
const evaluate = (args: readonly string[], ...more: readonly string[]): Promise<Said> =>
  cliHere([...args, '--json', ...more], {
    signal: within(),
    environment: { ...process.env, SCALE_TEST_KEY: 'planted-key-0123456789' },
  });
const here = (...args: readonly string[]): Promise<Said> =>
  cliHere([...args, '--data-dir', join(folder, 'data'), '--json'], { signal: within() });

describe('before a run begins, the command ends', () => {
  it.concurrent.each(Object.entries(refusals))('%s', async (name, row) => {
    const { code, stdout, stderr } = await evaluate(await evalArgs(name, row));
    expect([code, stderr]).toEqual([5, expect.stringMatching(row.told)]);
    expect(stderr).toMatch(/Nothing was started or scored\.\n$/);
    expect(stderr.length).toBeLessThan(700);
    expect(stderr).not.toContain('planted-key');
    expect(JSON.parse(stdout)).toMatchObject({ error: { exitCode: 5 } });
    // One look at the list, one token, and one more try; not one of the run's own questions.
    expect((asked.get(name) ?? []).filter(({ isSum }) => isSum)).toEqual([]);
    expect((asked.get(name) ?? []).map(({ path }) => path)).toContain('v1/models');
    expect((asked.get(name) ?? []).find(({ body }) => body !== undefined)?.body.max_tokens).toBe(1);
  });

  it.concurrent('also a search, whose optimizer asks as it does', async () => {
    const [, , , file = ''] = await evalArgs('search', { executor: 'temperature: null' });
    const { code, stderr } = await evaluate(['run', file, '--data-dir', join(folder, 'data')]);
    expect([code, stderr]).toEqual([5, expect.stringMatching(/it refuses temperature/)]);
  });

  it.concurrent('and doctor says the same of the run file', async () => {
    const file = (await evalArgs('doctor'))[3] ?? '';
    const { code, stdout } = await here('doctor', '--run-file', file);
    const { checks } = JSON.parse(stdout) as { checks: { name: string; status: string; advice?: string }[] };
    expect(code).toBe(1);
    const advice = expect.stringMatching(/it does not serve the model/);
    expect(checks.at(-1)).toMatchObject({ name: `endpoint of ${model}`, status: 'missing', advice });
  });

  it.concurrent('nobody is there', async () => {
    const { code, stderr } = await evaluate(await evalArgs('nobody', {}, `http://127.0.0.1:${await closedPort()}/v1`));
    expect(code).toBe(3);
    expect(stderr).toMatch(/is not reachable: .*ECONNREFUSED.*--wait-for-endpoints.*Nothing was started or scored/);
    expect(stderr.match(/ECONNREFUSED/g)).toHaveLength(1);
  });
});

it('an alias, which no list names, is good', async () => {
  const { code, stdout, stderr } = await evaluate(await evalArgs('alias'));
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ score: { score: 1 } });
});

it('with --wait-for-endpoints a server that is loading is waited for, and so is one that refuses until it is mended', async () => {
  const args = await evalArgs('unknown-model');
  const waiting = evaluate(args, '--wait-for-endpoints');
  const looksSoFar = () => (asked.get('unknown-model') ?? []).length;
  const before = looksSoFar();
  while (looksSoFar() < before + 6) await new Promise((resolve) => setTimeout(resolve, 50));
  mended.add('unknown-model');
  const { code, stdout, stderr } = await waiting;
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ score: { score: 1 } });
});

describe('in mid-run, the run pauses itself', () => {
  it.concurrent.each(Object.entries(revocations))('%s', async (name, { told }) => {
    const args = await evalArgs(name, { endpoint: 'api_key_variable: SCALE_TEST_KEY' });
    const { code, stderr } = await evaluate(args);
    expect([code, stderr]).toEqual([5, expect.stringMatching(told)]);
    expect(stderr).toMatch(/is paused, and none of this was scored: once it is fixed, the same command continues the run/);
    const runId = /Run (\S+) is paused/.exec(stderr)?.[1] ?? '';
    const { stdout: status } = await here('status', runId);
    expect(JSON.parse(status)).toMatchObject({
      status: 'paused',
      waiting: { kind: 'person', what: expect.stringMatching(told), until: expect.stringContaining(`scale resume ${runId}`) },
    });
    // Looked at again before it goes on, it ends again.
    expect((await evaluate(args)).code).toBe(5);

    mended.add(name);
    const again = await evaluate(args);
    expect(again.code, again.stderr).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ score: { score: 1 }, failures: [] });
    const answered = (asked.get(name) ?? []).filter(({ isSum }) => isSum).length;
    // What was answered before is not asked again.
    expect(answered).toBeLessThanOrEqual(sums.length * 3);
  });
});

it('nothing of all this is left in runs, results or memory', async () => {
  const { runs } = JSON.parse((await here('list')).stdout) as { runs: { status: string; tokens: number }[] };
  // The one that holds the cluster, and those that were answered in the end.
  expect(runs).toHaveLength(1 + 1 + 1 + Object.keys(revocations).length);
  const { memory } = JSON.parse((await here('memory', 'list')).stdout) as { memory: { executions: number }[] };
  for (const { executions } of memory) expect(executions).toBe(sums.length);
  expect(await readdir(join(folder, 'data', 'runs'))).toHaveLength(1 + 1 + Object.keys(revocations).length);
});
