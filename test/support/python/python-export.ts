import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pythonFile } from '../../../services/cli/export/python-file.ts';
import { createCallAccount, executorsHere } from '../../../services/cli/in-process/workflow-executor.ts';
import { createServedWorkflow } from '../../../services/cli/serve/served-workflow.ts';
import type { ModelSettings } from '../../../services/domain/run/configuration.ts';
import type { Workflow } from '../../../services/domain/workflow/workflow.ts';

/** A workflow, what it is asked, and how its model is set. */
export interface ExportCase {
  readonly name: string;
  readonly workflow: Workflow;
  readonly fields: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly model?: Partial<ModelSettings>;
}

/** What a server is asked: all that decides a reply. */
export interface AskedRequest {
  readonly messages: readonly { readonly content: string }[];
  readonly seed?: number;
  readonly n?: number;
}

/** @returns one reply of the requested ones, or a refusal of the whole request */
export type RecordedReplies = (request: AskedRequest, sample: number) => RecordedReply;

export interface RecordedReply {
  readonly message?: object;
  readonly text?: string;
  readonly finish?: string;
  readonly refusal?: { readonly message: string; readonly code: string };
}

export interface Ended {
  readonly answer: string;
  readonly failure: { readonly kind: string; readonly step: string | undefined } | undefined;
  readonly calls: number;
  readonly tokens: readonly [prompt: number, completion: number];
  /** In the order of their seeds and prompts: branches ask at the same time. */
  readonly requests: readonly object[];
}

const fixtures = fileURLToPath(new URL('../../fixtures/python', import.meta.url));
/** A Python that has the openai package; without it, a stand-in with the same call serves. */
const realPython = process.env.SCALE_OPENAI_PYTHON;

export const usesRealPackage = realPython !== undefined;

const settings: ModelSettings = {
  ...{ model: 'recorded', temperature: 0.5, topP: 0.9, maxTokens: 321 },
  ...{ chatTemplateKwargs: { enable_thinking: false }, sendSeed: true },
};

/** Runs every case by the interpreter and by its exported file, against one server that replies as told. */
export async function bothWays(
  cases: readonly ExportCase[],
  replies: RecordedReplies,
): Promise<readonly (readonly [Ended, Ended])[]> {
  await using server = await startRecordedServer(replies);
  const ours: Ended[] = [];
  for (const [index, { workflow, fields, seed, model }] of cases.entries()) {
    const baseUrl = `${server.url}/interpreter/${index}/v1`;
    const served = createServedWorkflow(
      {
        ...{ name: 'w', workflow, inputs: Object.keys(fields), executor: { ...settings, ...model }, maxCalls: 1_000 },
        endpoints: [endpointAt(baseUrl)],
      },
      executorsHere(process.env),
    );
    const account = createCallAccount();
    const { answer, failure } = await served.answer(fields, { id: `c${index}`, seed, account }, new AbortController().signal);
    await served.close();
    const { usage, calls } = account;
    ours.push({
      ...{ answer, failure: failure && { kind: failure.kind, step: failure.step }, calls },
      ...{ tokens: [usage.promptTokens, usage.completionTokens], requests: server.asked(`interpreter/${index}`) },
    });
  }
  const results = await inPython(
    await Promise.all(
      cases.map(async ({ workflow, fields, seed, model }, index) => ({
        source: await exportedFile(workflow, Object.keys(fields), model),
        ...{ fields, seed, baseUrl: `${server.url}/python/${index}/v1` },
      })),
    ),
  );
  const theirs = results.map((result, index): Ended => {
    const { text, failure, calls, prompt_tokens: prompt, completion_tokens: completion } = result as PythonAnswer;
    return {
      ...{ answer: text, failure: failure === null ? undefined : { kind: failure.kind, step: failure.step ?? undefined }, calls },
      ...{ tokens: [prompt, completion], requests: server.asked(`python/${index}`) },
    };
  });
  return ours.map((each, index) => [each, theirs[index] as Ended] as const);
}

interface PythonAnswer {
  readonly text: string;
  readonly failure: { readonly kind: string; readonly step: string | null } | null;
  readonly calls: number;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
}

export function exportedFile(workflow: Workflow, inputs: readonly string[], model: Partial<ModelSettings> = {}): Promise<string> {
  return pythonFile({ fileName: 'exported.py', workflow, inputs, model: { ...settings, ...model }, provenance: '# a test\n' });
}

/** Functions of an exported file, or additions to it, on arguments. @returns what each gives, "error" for an expression's */
export async function functionsInPython(
  source: string,
  functions: readonly (readonly [string, readonly unknown[]])[],
): Promise<unknown[]> {
  const [results] = await inPython([{ source, functions }]);
  return results as unknown[];
}

const pythonEnvironment = {
  ...process.env,
  ...(realPython === undefined && { PYTHONPATH: fixtures }),
  PYTHONDONTWRITEBYTECODE: '1',
};

/** An exported file as a command, whose query or queries cannot be used. @returns what it says */
export async function complaintOf(source: string, query: readonly string[], lines: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'scale-python-export-'));
  try {
    const file = join(folder, 'exported.py');
    await writeFile(file, source);
    const running = promisify(execFile)(realPython ?? 'python3', [file, ...query], { env: pythonEnvironment, timeout: 300_000 });
    running.child.stdin?.end(lines);
    return await running.then(
      () => 'nothing',
      (error: { readonly stderr: string }) => error.stderr,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function inPython(calls: readonly ({ readonly source: string } & Readonly<Record<string, unknown>>)[]): Promise<unknown[]> {
  const folder = await mkdtemp(join(tmpdir(), 'scale-python-export-'));
  try {
    const listed = await Promise.all(
      calls.map(async ({ source, ...call }, index) => {
        const file = join(folder, `exported_${index}.py`);
        await writeFile(file, source);
        return { ...call, file };
      }),
    );
    const orders = join(folder, 'calls.json');
    await writeFile(orders, JSON.stringify(listed));
    await promisify(execFile)(realPython ?? 'python3', [join(fixtures, 'driver.py'), orders], {
      env: pythonEnvironment,
      timeout: 300_000,
    });
    return JSON.parse(await readFile(`${orders}.results`, 'utf8')) as unknown[];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const endpointAt = (baseUrl: string) => ({
  ...{ model: 'recorded', baseUrl, apiKeyVariable: '', maxConcurrency: 64, timeoutMs: 60_000 },
});

interface RecordedServer extends AsyncDisposable {
  readonly url: string;
  asked(who: string): readonly object[];
}

async function startRecordedServer(replies: RecordedReplies): Promise<RecordedServer> {
  const requests = new Map<string, object[]>();
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const who = (incoming.url ?? '').split('/').slice(1, 3).join('/');
      const send = (status: number, body: object) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      if (!incoming.url?.endsWith('/chat/completions')) return send(404, { error: { message: 'not here' } });
      const {
        stream: _,
        stream_options: __,
        ...body
      } = JSON.parse(Buffer.concat(chunks).toString()) as AskedRequest & {
        stream?: boolean;
        stream_options?: object;
      };
      // By which the endpoint is known to answer at all.
      const isLook = body.messages.some(({ content }) => content === 'Reply with the word OK.');
      if (!isLook) requests.set(who, [...(requests.get(who) ?? []), body]);
      const all = Array.from({ length: body.n ?? 1 }, (_each, sample) => (isLook ? { text: 'OK' } : replies(body, sample)));
      const refusal = all.find((reply): reply is RecordedReply => 'refusal' in reply)?.refusal;
      if (refusal !== undefined) return send(400, { error: { ...refusal, type: 'invalid_request_error', param: null } });
      const prompt = body.messages.reduce((sum, { content }) => sum + content.length, 0);
      const completion = JSON.stringify(all).length;
      return send(200, {
        ...{ id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: 'recorded' },
        choices: all.map(({ text, message, finish = 'stop' }, index) => ({
          ...{ index, finish_reason: finish, logprobs: null, message: { role: 'assistant', content: text ?? null, ...message } },
        })),
        usage: { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion },
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sorted = (all: readonly object[]) => all.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: (who) => sorted(requests.get(who) ?? []),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function keyOf(request: object): string {
  return JSON.stringify(request, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
}

/** A number that hangs on the request alone, and on which of its samples is meant. */
export function numberOf(request: AskedRequest, sample: number): number {
  return createHash('sha256')
    .update(JSON.stringify([request.messages, request.seed, sample]))
    .digest()
    .readUInt32BE(0);
}
