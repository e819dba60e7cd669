import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliHere, type Said } from '../support/cli-here.ts';
import { type CliRun, startCli } from '../support/run-cli.ts';

/**
 * `scale eval` of four sums on servers that send what people report of theirs, all on one cluster: whatever is an answer scores
 * 1, what is one query's trouble is that query's failure, and what a person has to mend ends the command and scores nothing.
 */

interface Call {
  /** The right answer to the sum; "1" if no sum was asked. */
  readonly sum: string;
  /** 0 to 3, or -1 if no sum was asked. */
  readonly query: number;
  /** From 1, over all calls of this row. */
  readonly number: number;
  // biome-ignore lint/suspicious/noExplicitAny: what a client sends is looked at field by field
  readonly body: any;
  readonly headers: Readonly<Record<string, unknown>>;
}

type Answer = (response: ServerResponse, call: Call) => void;

const sums = [
  [20, 22],
  [3, 4],
  [50, 11],
  [9, 9],
] as const;
const model = 'Qwen/Qwen3-32B';
const secrets = { SCALE_TEST_HEADER: 'planted-header-value', SCALE_TEST_KEY: 'sk-planted/key+0123' };
const usage = { prompt_tokens: 20, completion_tokens: 3, total_tokens: 23 };

const json =
  (status: number, body: (call: Call) => unknown): Answer =>
  (response, call) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body(call)));
const bytes =
  (content: (call: Call) => string, type = 'text/event-stream', status = 200): Answer =>
  (response, call) =>
    void response.writeHead(status, { 'content-type': type }).end(content(call));
const event = (chunk: unknown) => `data: ${typeof chunk === 'string' ? chunk : JSON.stringify(chunk)}\n\n`;
const stream =
  (chunks: (sum: string, call: Call) => unknown[], type?: string): Answer =>
  (response, call) =>
    bytes(() => chunks(call.sum, call).map(event).join(''), type)(response, call);
const choice = (delta: object, finish_reason: unknown = null, more: object = {}) => ({
  choices: [{ index: 0, delta, finish_reason, ...more }],
});
const opening = choice({ role: 'assistant', content: '' });
const stop = choice({}, 'stop');
const figures = { choices: [], usage };
const done = '[DONE]';
const right = stream((sum) => [opening, choice({ content: sum }), stop, figures, done]);
const whole = (message: (sum: string) => object, more: object = {}, reason: unknown = 'stop'): Answer =>
  json(200, ({ sum }) => ({ choices: [{ index: 0, message: message(sum), finish_reason: reason }], usage, ...more }));
const said = (status: number, message: string, more: object = {}): Answer =>
  json(status, () => ({ error: { message, ...more } }));
/** One query of four gets this, the others what is right. */
const once =
  (odd: Answer): Answer =>
  (response, call) =>
    (call.query === 1 ? odd : right)(response, call);
const unless =
  (is: (call: Call) => boolean, refusal: Answer): Answer =>
  (response, call) =>
    (is(call) ? right : refusal)(response, call);

interface Row {
  readonly answer: Answer;
  /** Of the endpoint and the executor in the run file. */
  readonly endpoint?: string;
  readonly executor?: string;
  readonly workflow?: string;
  /** In the place of this server's own; it is the proxy then. */
  readonly host?: string;
}
const row = (answer: Answer, settings: Omit<Row, 'answer'> = {}): Row => ({ answer, ...settings });

const parts = (sum: string) => [
  { type: 'thinking', thinking: [{ type: 'text', text: 'Add.' }] },
  { type: 'text', text: sum },
];

const answered: Readonly<Record<string, Row>> = {
  parts: row(whole((sum) => ({ content: parts(sum) }))),
  'parts-streamed': row(stream((sum) => [...parts(sum).map((part) => choice({ content: [part] })), stop, figures, done])),
  'no-completion-tokens': row(whole((content) => ({ content }), { usage: { prompt_tokens: 20, total_tokens: 23 } })),
  'choices-null': row(stream((sum) => [opening, choice({ content: sum }), stop, { choices: null, usage }, done])),
  'lists-for-details': row(
    whole((content) => ({ content }), { usage: { ...usage, prompt_tokens_details: [], completion_tokens_details: [] } }),
  ),
  'another-index': row(
    json(200, ({ sum }) => ({ choices: [{ index: 1, message: { content: sum }, finish_reason: 'stop' }], usage })),
  ),
  'reasoning-beside': row(
    whole((content) => ({ content }), {
      usage: {
        ...{ prompt_tokens: 10, completion_tokens: 3, total_tokens: 23 },
        completion_tokens_details: { reasoning_tokens: 10 },
      },
    }),
  ),
  'through-a-proxy': row(right, { host: 'http://models.internal.invalid' }),
  heartbeats: row(
    bytes(
      ({ sum }) =>
        `${event(opening)}data:\n\n${event(choice({ content: sum }))}data: \n\nevent: ping\n\n${[stop, figures, done].map(event).join('')}`,
    ),
  ),
  'finish-reason-elsewhere': row(
    stream((content) => [choice({ content }), { ...choice({ content: '' }, null, { finishReason: 'stop' }), usage }, done]),
  ),
  'wrong-content-type': row(
    stream((sum) => [opening, choice({ content: sum }), stop, figures, done], 'text/plain; charset=utf-8'),
  ),
  'stays-open': row((response, { sum }) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write([opening, choice({ content: sum }), stop, figures].map(event).join(''));
  }),
  'message-beside-delta': row(
    stream((sum) =>
      [...sum].map((content, at, all) => ({
        choices: [
          {
            index: 0,
            message: { content: sum.slice(0, at + 1) },
            delta: { content },
            finish_reason: at === all.length - 1 ? 'stop' : null,
          },
        ],
        usage,
      })),
    ),
  ),
  channels: row(
    whole((sum) => ({ content: `<|channel|>analysis<|message|>Add.<|end|><|start|>assistant<|channel|>final<|message|>${sum}` })),
  ),
  'bracket-thoughts': row(whole((sum) => ({ content: `[THINK]Add.[/THINK]${sum}` }))),
  'not-both-settings': row(
    unless(
      ({ body }) => !('temperature' in body && 'top_p' in body),
      said(400, '`temperature` and `top_p` cannot both be specified for this model.'),
    ),
  ),
  'left-out': row(
    unless(
      ({ body }) => !('temperature' in body || 'top_p' in body),
      said(400, "Unsupported parameter: 'top_p' is not supported with this model.", { param: 'top_p' }),
    ),
    {
      executor: 'temperature: null, top_p: null',
    },
  ),
  'own-headers': row(
    unless(
      ({ headers }) => headers['x-portkey-provider'] === 'openai' && headers['api-key'] === 'planted-header-value',
      said(400, 'Either x-portkey-config or x-portkey-provider header is required'),
    ),
    { endpoint: 'headers: { x-portkey-provider: openai, api-key: { variable: SCALE_TEST_HEADER } }' },
  ),
  'cut-off-if-whole': row((response, call) =>
    (call.body.stream
      ? stream((sum) => [opening, choice({ content: sum }), stop, done])
      : bytes(() => 'Gateway Timeout', 'text/plain', 504))(response, call),
  ),
  'throttled-in-words': row((response, call) =>
    (call.number === 2 ? said(429, 'Please try again in 0.3s.') : right)(response, call),
  ),
};

/** What one query of four fails with, while the others score. */
const ofOneQuery: Readonly<Record<string, readonly [kind: string, Row]>> = {
  'bare-error-in-stream': [
    'context-overflow',
    row(
      once(
        bytes(() =>
          JSON.stringify({
            error: {
              message: "This model's maximum context length is 4096 tokens. However, you requested 9000 tokens.",
              code: 400,
            },
          }),
        ),
      ),
    ),
  ],
  'overflow-in-a-list': [
    'context-overflow',
    row(
      once(
        json(400, () => [
          {
            error: {
              code: 400,
              message: 'The input token count (1100000) exceeds the maximum number of tokens allowed (1048576).',
            },
          },
        ]),
      ),
    ),
  ],
  'max-tokens': ['cut-off', row(once(stream((content) => [choice({ content }), choice({}, 'max_tokens'), figures, done])))],
  'calls-a-tool': [
    'tool-call',
    row(
      once(
        whole(
          () => ({
            content: null,
            tool_calls: [{ id: 't1', type: 'function', function: { name: 'calculator', arguments: '{}' } }],
          }),
          {},
          'tool_calls',
        ),
      ),
    ),
  ],
  'empty-text': ['empty-reply', row(once(stream(() => [opening, stop, figures, done])))],
  flagged: [
    'content-filter',
    row(
      once(
        said(403, 'x requires moderation on y. Your input was flagged for "violence".', {
          code: 403,
          metadata: { reasons: ['violence'], flagged_input: '…' },
        }),
      ),
    ),
  ],
  'far-too-long': ['reply-too-large', row(once(whole(() => ({ content: 'x'.repeat(9 * 1024 ** 2) }))))],
};

/** Answers with something to doubt, and how it is told. */
const doubted: Readonly<Record<string, readonly [told: RegExp, fields: object, column: string, Row]>> = {
  'no-usage': [
    /tokens of 4 of 4 calls .* are estimates/,
    { estimatedCalls: 4 },
    '"estimated_calls":1',
    row(stream((content) => [opening, choice({ content }), stop, done])),
  ],
  'cut-prompts': [
    /Of 4 of 4 calls .* too few prompt tokens .*num_ctx/,
    { cutPrompts: 4 },
    '"cut_prompts":1',
    row(
      whole((content) => ({ content }), { usage: { ...usage, prompt_tokens: 256 } }),
      { workflow: 'long-call.yaml' },
    ),
  ],
  'another-model': [
    /Qwen\/Qwen3-32B was asked for, and the server says that gemma3-270m answered/,
    { servedAs: ['gemma3-270m'] },
    '"served_as":"gemma3-270m"',
    row(whole((content) => ({ content }), { model: 'gemma3-270m' })),
  ],
};

const html = `<!DOCTYPE html><html><head><title>Oops</title></head><body>${'<p>so sorry</p>'.repeat(10_000)}</body></html>`;
const typo = `{'error': '/chat/completions: Invalid model name passed in model=${model}. Call \`/v1/models\` to view available models for your key.'}`;

/** What a person has to mend, and the words that say how. */
const forPeople: Readonly<Record<string, readonly [words: RegExp, Row]>> = {
  'unknown-model': [/does not serve the model Qwen\/Qwen3-32B/, row(said(400, typo, { type: 'None', code: '400' }))],
  'refused-top-p': [
    /`top_p: null`/,
    row(said(400, "Unsupported parameter: 'top_p' is not supported with this model.", { param: 'top_p' })),
  ],
  'refused-temperature': [
    /`temperature: null`/,
    row(said(400, "Unsupported value: 'temperature' does not support 0 with this model.", { param: 'temperature' })),
  ],
  'wrong-key-in-a-list': [
    /key/,
    row(
      json(400, () => [
        { error: { code: 400, message: 'API key not valid. Please pass a valid API key.', status: 'INVALID_ARGUMENT' } },
      ]),
    ),
  ],
  'spent-budget': [
    /Budget has been exceeded/,
    row(said(400, 'Budget has been exceeded! Current cost: 14.2, Max budget: 14.0', { type: 'budget_exceeded' })),
  ],
  'missing-header': [
    /add it under headers/,
    row(json(400, () => ({ message: 'Either x-portkey-config or x-portkey-provider header is required' }))),
  ],
  'web-page': [/serves a web page, not a chat API.*base_url often ends in \/v1/, row(bytes(() => html, 'text/html'))],
  'wall-of-html': [/Oops so sorry/, row(bytes(() => html, 'text/html', 400))],
  'template-setting': [
    /chat_template_kwargs/,
    row(said(400, 'Unexpected reasoning effort high'), { executor: 'chat_template_kwargs: { reasoning_effort: high }' }),
  ],
  'no-word-of-why': [/Odd request/, row(said(400, 'Odd request.'))],
  'nobody-may': [/flagged/, row(said(403, 'Your input was flagged.'))],
};

/** Trouble that turns out to be one query's own, since the others are answered. */
const ofOneQueryInTheEnd: Readonly<Record<string, readonly [kind: string, Row]>> = {
  'no-choices': [
    'empty-reply',
    row(once(json(200, () => ({ choices: [], usage: { prompt_tokens: 4241, completion_tokens: 0, total_tokens: 4241 } })))),
  ],
  'always-broken-off': ['malformed-reply', row(once(stream(() => [opening, choice({ content: '4' }, '')])))],
  'odd-request': ['refused', row(once(said(400, 'Odd request.')))],
  firewall: ['refused', row(once(bytes(() => html, 'text/html', 403)))],
  'repeats-a-setting': ['refused', row(once(said(400, 'Cannot parse: "The temperature must be 20 degrees."')))],
};

/** Repeats what it was sent, in several ways, in errors of several kinds. */
const withSecrets = 'api_key_variable: SCALE_TEST_KEY, headers: { api-key: { variable: SCALE_TEST_HEADER } }';
const echo = ({ headers }: Call): string => {
  const sent = `${headers.authorization}; ${headers['api-key']}`;
  return `you sent ${sent} or ${encodeURIComponent(sent)} or ${Buffer.from(sent).toString('base64')}`;
};
const echoes: Readonly<Record<string, readonly [code: number, Row]>> = {
  'echo-overflow': [
    0,
    row(once(json(400, (call) => ({ error: { message: `maximum context length: ${echo(call)}` } }))), { endpoint: withSecrets }),
  ],
  'echo-filter': [
    0,
    row(once(json(403, (call) => ({ error: { message: `flagged: ${echo(call)}` } }))), { endpoint: withSecrets }),
  ],
  'echo-refusal': [0, row(once(json(400, (call) => ({ error: { message: echo(call) } }))), { endpoint: withSecrets })],
  'echo-page': [
    0,
    row(once(bytes((call) => `<html><title>403 ${echo(call)}</title></html>`, 'text/html', 403)), { endpoint: withSecrets }),
  ],
  'echo-in-stream': [
    0,
    row(
      once(
        bytes(
          (call) => `${event(opening)}data: {"error":${JSON.stringify(`too long prompt: context length ${echo(call)}`)}}\n\n`,
        ),
      ),
      { endpoint: withSecrets },
    ),
  ],
  'echo-broken-off': [0, row(once(bytes((call) => `${event(opening)}data: ${echo(call)}\n\n`)), { endpoint: withSecrets })],
  'echo-throttled': [
    0,
    row(
      (response, call) =>
        (call.number === 3 ? json(429, (each) => ({ error: { message: `Please try again in 0.2s. ${echo(each)}` } })) : right)(
          response,
          call,
        ),
      { endpoint: withSecrets },
    ),
  ],
  'echo-wrong-key': [
    5,
    row(
      json(401, (call) => ({ error: { message: `Incorrect API key: ${echo(call)}` } })),
      { endpoint: withSecrets },
    ),
  ],
  'echo-wrong-model': [
    5,
    row(
      json(404, (call) => ({ error: { message: `no model ${echo(call)}` } })),
      { endpoint: withSecrets },
    ),
  ],
};

let folder: string;
let server: Server;
let base: string;
let holder: CliRun;
const calls = new Map<string, number>();
/** Good for three calls of a run, then not, until a person has done something. */
let isMended = false;
const mended: Readonly<Record<string, Row>> = {
  'mended-later': row((response, call) =>
    (call.number <= 5 || isMended ? right : said(400, 'Budget has been exceeded!', { type: 'budget_exceeded' }))(response, call),
  ),
};
const rows: Record<string, Row> = {
  ...answered,
  ...Object.fromEntries(Object.entries(ofOneQuery).map(([name, [, it]]) => [name, it])),
  ...Object.fromEntries(
    [...Object.entries(forPeople), ...Object.entries(ofOneQueryInTheEnd), ...Object.entries(echoes)].map(([name, [, it]]) => [
      name,
      it,
    ]),
  ),
  ...mended,
  ...Object.fromEntries(Object.entries(doubted).map(([name, [, , , it]]) => [name, it])),
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-odd-'));
  await writeFile(
    join(folder, 'sums.csv'),
    `question,answer\n${sums.map(([a, b]) => `What are ${a} and ${b}?,${a + b}`).join('\n')}\n`,
  );
  await writeFile(
    join(folder, 'sums.yaml'),
    'name: sums\ndescription: Sums.\nanswer_format: A number.\nfile: sums.csv\nsplit: { shares: { test: 1.0 }, seed: 1 }\nfields: { question: question }\nreference: answer\nscorers: { exact: exact-match }\n',
  );
  const workflow = (padding: string) =>
    `workflow: 1\nname: one-call\nsteps:\n  - { id: answer, call: custom, with: { input: "${padding}{{query.question}}" } }\n  - return: "{{answer.response}}"\n`;
  await writeFile(join(folder, 'one-call.yaml'), workflow(''));
  await writeFile(
    join(folder, 'long-call.yaml'),
    workflow('The quick brown fox jumps over the lazy dog and runs away. '.repeat(160)),
  );
  server = createServer(async (request, response) => {
    const [, name = '', ...path] = new URL(request.url ?? '', base).pathname.split('/');
    if (path.join('/') === 'v1/models') return void response.end(JSON.stringify({ data: [{ id: model }] }));
    // Such as /metrics, which is asked of each server and which these do not have.
    if (request.method !== 'POST') return void response.writeHead(404).end();
    const body = JSON.parse((await request.toArray()).join(''));
    const [, a, b] = /What are (\d+) and (\d+)/.exec(body.messages?.at(-1)?.content ?? '') ?? [];
    const number = (calls.get(name) ?? 0) + 1;
    calls.set(name, number);
    const query = sums.findIndex(([one, other]) => one === Number(a) && other === Number(b));
    const call: Call = { sum: query < 0 ? '1' : String(Number(a) + Number(b)), query, number, body, headers: request.headers };
    // What holds the cluster never ends.
    if (name === 'hold' && query >= 0) return;
    (rows[name]?.answer ?? right)(response, call);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings = `timeout_seconds: 600, ${withSecrets}`;
  holder = startCli(
    [
      'eval',
      join(folder, 'one-call.yaml'),
      '--run-file',
      await runFile('hold', { answer: right, endpoint: settings }),
      '--data-dir',
      join(folder, 'data'),
    ],
    {
      environment: { ...secrets, HTTP_PROXY: base },
    },
  );
  const untilAsked = async () => {
    while ((calls.get('hold') ?? 0) < 4) await new Promise((resolve) => setTimeout(resolve, 50));
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

async function runFile(name: string, { endpoint = '', executor = '', host = base }: Row): Promise<string> {
  const file = join(folder, `${name}.yaml`);
  await writeFile(
    file,
    `seed: ${seedOf(name)}
benchmark: sums.yaml
models: { executor: { endpoint: e, model: ${model}${executor === '' ? '' : `, ${executor}`} } }
endpoints: { e: { base_url: "${host}/${name}/v1"${endpoint === '' ? '' : `, ${endpoint}`} } }
cluster: { executors: 1, slots: 64 }
`,
  );
  return file;
}

/** The endpoint's address is no part of what an evaluation is known by. */
const seedOf = (name: string) => Object.keys(rows).indexOf(name) + 1;

async function evaluate(name: string, it: Row, signal: AbortSignal): Promise<Said> {
  const args = [
    'eval',
    join(folder, it.workflow ?? 'one-call.yaml'),
    '--run-file',
    await runFile(name, it),
    '--data-dir',
    join(folder, 'data'),
  ];
  return cliHere([...args, '--out', join(folder, 'out', name), '--json'], {
    signal,
    environment: { ...process.env, ...secrets, HTTP_PROXY: base },
  });
}

interface Document {
  readonly score: { readonly score: number };
  readonly calls: number;
  readonly tokens: number;
  readonly failures: readonly { readonly kind: string; readonly count: number }[];
  readonly warnings: readonly string[];
  readonly estimatedCalls?: number;
}

describe('whatever is an answer scores', () => {
  it.concurrent.each(Object.entries(answered))('%s', async (name, it) => {
    const { code, stdout, stderr } = await evaluate(name, it, AbortSignal.timeout(280_000));
    expect(code, stderr).toBe(0);
    const document = JSON.parse(stdout) as Document;
    expect(document).toMatchObject({ score: { score: 1 }, failures: [] });
    if (name !== 'cut-off-if-whole') expect(document).toMatchObject({ tokens: 4 * 23, calls: 4 });
  });
});

describe("what is one query's is that query's failure", () => {
  it.concurrent.each(Object.entries(ofOneQuery))('%s', async (name, [kind, it]) => {
    const { code, stdout, stderr } = await evaluate(name, it, AbortSignal.timeout(280_000));
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ score: { score: 0.75 }, failures: [{ kind, count: 1 }] });
  });
});

describe('what is doubtful is told', () => {
  it.concurrent.each(Object.entries(doubted))('%s', async (name, [told, fields, column, it]) => {
    const { code, stdout, stderr } = await evaluate(name, it, AbortSignal.timeout(280_000));
    expect(code, stderr).toBe(0);
    const document = JSON.parse(stdout) as Document;
    expect(document).toMatchObject({ score: { score: 1 }, ...fields });
    expect(document.warnings.join('\n')).toMatch(told);
    expect(stderr).toMatch(name === 'no-usage' ? /estimates/ : told);
    expect(await readFile(join(folder, 'out', name, 'records.jsonl'), 'utf8')).toContain(column);
  });
});

describe('what a person has to mend ends the command, and scores nothing', () => {
  it.concurrent.each(Object.entries(forPeople))('%s', async (name, [words, it]) => {
    const { code, stdout, stderr } = await evaluate(name, it, AbortSignal.timeout(280_000));
    expect(code, stderr).toBe(5);
    const { error } = JSON.parse(stdout) as { readonly error: { readonly message: string } };
    expect(error.message).toMatch(words);
    expect(error.message.length).toBeLessThan(400);
    expect(`${stdout}${stderr}`).not.toMatch(/0\.0000|<p>/);
  });
});

describe("trouble that comes to one query only is that query's, in the end", () => {
  it.concurrent.each(Object.entries(ofOneQueryInTheEnd))('%s', async (name, [kind, it]) => {
    const { code, stdout, stderr } = await evaluate(name, it, AbortSignal.timeout(280_000));
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ score: { score: 0.75 }, failures: [{ kind, count: 1 }] });
  });
});

it('goes on with what was asked before, and scores it all, once it is mended', async () => {
  const [name, settings] = ['mended-later', rows['mended-later']] as const;
  if (settings === undefined) throw new Error('no such row');
  const broken = await evaluate(name, settings, AbortSignal.timeout(280_000));
  expect(broken.code, broken.stderr).toBe(5);
  expect(broken.stdout).toMatch(/Budget has been exceeded/);
  isMended = true;
  const { code, stdout, stderr } = await evaluate(name, settings, AbortSignal.timeout(280_000));
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ score: { score: 1 }, failures: [] });
});

describe('a key that a server repeats', () => {
  const said: string[] = [];
  it.concurrent.each(Object.entries(echoes))('%s', async (name, [expected, it]) => {
    const { code, stdout, stderr } = await evaluate(name, it, AbortSignal.timeout(280_000));
    expect(code, stderr).toBe(expected);
    expect(stdout + stderr).toMatch(name === 'echo-throttled' ? /"score"/ : /\[redacted\]/);
    said.push(stdout, stderr);
  });

  it('is in no file and no output', async () => {
    const traces = ['planted-header-value', 'sk-planted', 'planted%2Fkey', ...[0, 1, 2].map(base64Within)];
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    // The server removes a file of its own now and then.
    const read = (file: string): Promise<string> =>
      readFile(file, 'latin1').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return '';
        throw error;
      });
    const contents = await Promise.all(
      files
        .filter((file) => file.isFile())
        .map(async (file) => ({ name: file.name, text: await read(join(file.parentPath, file.name)) })),
    );
    // The search would find it: what stands in its place is found.
    expect(contents.filter(({ text }) => text.includes('[redacted]')).length).toBeGreaterThan(2);
    for (const { name, text } of [...contents, ...said.map((text) => ({ name: 'an output', text }))]) {
      for (const trace of traces) expect(text.includes(trace), `${trace} in ${name}`).toBe(false);
    }
  });
});

/** What base64 makes of a part of the key, after so many bytes modulo three. */
function base64Within(before: number): string {
  return Buffer.from(`${'x'.repeat(before)}sk-planted/key+0123`)
    .toString('base64')
    .slice(8, 20);
}
