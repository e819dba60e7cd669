import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import type { OpenExecutor } from '../../services/cli/in-process/workflow-executor.ts';
import { createServedWorkflow } from '../../services/cli/serve/served-workflow.ts';
import { inputsIn, type ToServe } from '../../services/cli/serve/what-to-serve.ts';
import { startWorkflowServer, type WorkflowServerSettings } from '../../services/cli/serve/workflow-server.ts';
import { operators } from '../../services/domain/operators/registry.ts';
import { readWorkflowText } from '../../services/shared/benchmarks/read-workflow-file.ts';
import { systemTiming } from '../../services/shared/lifecycle/timing.ts';
import { type SimulatorOptions, startSimulator } from '../../services/simulator/start-simulator.ts';
import { WireError } from '../../services/simulator/wire-error.ts';

const two = `
workflow: 1
steps:
  - { id: drafts, parallel: 2, steps: [{ id: draft, call: custom, with: { input: "{{ query.question }}" } }], yield: "{{ draft.response }}" }
  - { id: last, call: custom, with: { input: "{{ query.question }} {{ drafts[0] }}" } }
  - return: "{{ last.response }}"
`;
const broken = `
workflow: 1
steps:
  - { id: last, call: custom, with: { input: "{{ query.question }}" } }
  - return: "{{ last.response.split('?')[7] }}"
`;

interface Serving {
  readonly name?: string;
  readonly text?: string;
  readonly simulator?: Partial<SimulatorOptions>;
  readonly server?: Partial<WorkflowServerSettings>;
}

/**
 * What clients see of a served workflow, wherever it is executed.
 * @param where "in this process"
 * @param open executors for it
 */
export function describeWorkflowServer(where: string, open: OpenExecutor): void {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function serving({ name = 'w', text = two, simulator: options = {}, server: settings = {} }: Serving = {}) {
    const served: string[] = [];
    const simulator = await startSimulator({
      known: [],
      onServed: ({ cutOff }) => served.push(cutOff ? 'cut' : 'whole'),
      ...options,
    });
    closing.push(() => simulator.stop());
    const inputs = inputsIn(text);
    const executor = { model: 'm', temperature: 0, topP: 1, maxTokens: 500, chatTemplateKwargs: {}, sendSeed: false };
    const endpoint = {
      model: 'm',
      baseUrl: simulator.url,
      apiKeyVariable: '',
      maxConcurrency: 300,
      timeoutMs: 0,
      simulated: false,
    };
    const workflow = readWorkflowText(text, 'test', { operators: [...operators.keys()], inputs }, 20);
    const what: ToServe = { name, workflow, inputs, executor, endpoints: [endpoint], maxCalls: 20, benchmarkFiles: [] };
    const workflowServed = createServedWorkflow(what, open);
    closing.push(() => workflowServed.close());
    const defects: Error[] = [];
    const server = await startWorkflowServer({
      ...{ served: workflowServed, host: '127.0.0.1', port: 0, token: undefined, simulated: true, timing: systemTiming },
      ...{ atOnce: 300, deadlineMs: 60_000, pauseMs: 5_000, defect: (error: Error) => void defects.push(error) },
      ...settings,
    });
    const forced = AbortSignal.abort();
    closing.push(() => server.stop(forced));
    const client = new OpenAI({ baseURL: server.url, apiKey: settings.token || 'none', maxRetries: 0 });
    return { server, client, served, defects, simulator };
  }

  const ask = { model: 'w', messages: [{ role: 'user' as const, content: 'What is three plus four?' }] };

  describe(`OpenAI's client of a workflow ${where}`, () => {
    it('gets an answer with the usage of all inner calls', async () => {
      const { client, served } = await serving();
      const answer = await client.chat.completions.create(ask);
      expect(answer).toMatchObject({
        object: 'chat.completion',
        model: 'w',
        system_fingerprint: 'scale-simulator',
        scale: { calls: 3 },
      });
      expect(answer.choices[0]?.message.content).not.toBe('');
      expect(answer.usage?.total_tokens).toBe((answer.usage?.prompt_tokens ?? 0) + (answer.usage?.completion_tokens ?? 0));
      expect(served).toEqual(['whole', 'whole', 'whole']);
      expect((await client.models.list()).data).toMatchObject([{ id: 'w', owned_by: 'scale-simulator' }]);
      expect(await client.models.retrieve('w')).toMatchObject({ id: 'w' });
    });

    it('gets the same answer in a stream, with signs of life before it and the usage at its end', async () => {
      const gate = Promise.withResolvers<void>();
      const { client, server } = await serving({ server: { pauseMs: 5 }, simulator: { untilAdmitted: () => gate.promise } });
      const stream = client.chat.completions.stream({ ...ask, stream_options: { include_usage: true } });
      const raw = await fetch(`${server.url}/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...ask, stream: true }),
      });
      const reader = raw.body?.getReader();
      expect(new TextDecoder().decode((await reader?.read())?.value)).toMatch(/^: /);
      gate.resolve();
      await reader?.cancel();
      const whole = await stream.finalChatCompletion();
      expect(whole.choices[0]).toMatchObject({ finish_reason: 'stop' });
      const { choices, usage } = await client.chat.completions.create(ask);
      expect(whole.choices[0]?.message.content).toBe(choices[0]?.message.content);
      expect(whole.usage?.total_tokens).toBe(usage?.total_tokens);
    });

    it('gets an answer that ends before the first text of `stop`, whole and in a stream', async () => {
      const { client } = await serving();
      const whole = (await client.chat.completions.create(ask)).choices[0]?.message.content ?? '';
      const [early, late] = [whole.slice(4, 6), whole.slice(8)];
      for (const stop of [early, [late, early, 'nothing of the kind']]) {
        const kept = whole.slice(0, whole.indexOf(early));
        const { choices, usage } = await client.chat.completions.create({ ...ask, stop });
        expect(choices[0]).toMatchObject({ message: { content: kept }, finish_reason: 'stop' });
        expect(usage?.completion_tokens).toBeGreaterThan(0);
        const stream = await client.chat.completions.stream({ ...ask, stop }).finalChatCompletion();
        expect(stream.choices[0]?.message.content ?? '').toBe(kept);
      }
      await expect(client.chat.completions.create({ ...ask, logprobs: true })).rejects.toMatchObject({
        status: 400,
        param: 'logprobs',
      });
    });

    it('gets the same answer by the Responses API, whole and in a stream', async () => {
      const { client } = await serving();
      const { choices, usage } = await client.chat.completions.create(ask);
      const parts = [{ role: 'user' as const, content: [{ type: 'input_text' as const, text: ask.messages[0]?.content ?? '' }] }];
      for (const input of [ask.messages[0]?.content ?? '', parts]) {
        const whole = await client.responses.create({ model: 'w', input, instructions: 'Be brief.', store: false });
        expect(whole).toMatchObject({ object: 'response', status: 'completed', output_text: choices[0]?.message.content });
        expect(whole.usage?.total_tokens).toBe(usage?.total_tokens);
        const stream = client.responses.stream({ model: 'w', input });
        const kinds: string[] = [];
        for await (const { type } of stream) kinds.push(type);
        expect(kinds[0]).toBe('response.created');
        expect(kinds.at(-1)).toBe('response.completed');
        expect((await stream.finalResponse()).output_text).toBe(choices[0]?.message.content);
      }
      for (const wrong of [
        { previous_response_id: 'resp_1' },
        { background: true },
        { tools: [{ type: 'web_search' as const }] },
      ])
        await expect(client.responses.create({ model: 'w', input: 'x', ...wrong })).rejects.toMatchObject({ status: 400 });
      await expect(client.responses.create({ model: 'w', input: [] })).rejects.toMatchObject({ status: 400, param: 'input' });
    });

    it.each([false, true])('is told of a workflow that fails, and what it has used (stream: %s)', async (stream) => {
      const { client } = await serving({ text: broken });
      const failed = client.chat.completions.create({ ...ask, stream });
      await expect(failed).rejects.toMatchObject({ status: 422, type: 'workflow_failure', code: 'expression' });
      const { error } = (await failed.catch((thrown) => thrown)) as { error: { usage: { total_tokens: number } } };
      expect(error.usage.total_tokens).toBeGreaterThan(0);
    });

    it('reads in a stream that has begun why there is no answer, in either form', async () => {
      const gate = Promise.withResolvers<void>();
      const simulator = { untilAdmitted: () => gate.promise };
      const { client, server } = await serving({ text: broken, server: { pauseMs: 5 }, simulator });
      const [chat, responses] = [ask, { model: 'w', input: 'What?' }];
      // Each is answered with its first sign of life.
      const [plain, named] = await Promise.all(
        Object.entries({ 'chat/completions': chat, responses }).map(([path, asked]) => {
          const body = JSON.stringify({ ...asked, stream: true });
          return fetch(`${server.url}/${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
        }),
      );
      const read = [
        client.chat.completions.stream(chat).finalChatCompletion(),
        client.responses.stream(responses).finalResponse(),
      ];
      const failed = read.map((one) => expect(one).rejects.toMatchObject({ type: 'workflow_failure', code: 'expression' }));
      gate.resolve();
      await Promise.all(failed);
      const texts = [await plain?.text(), await named?.text()].map(String);
      const [error, event] = texts.map((text) => JSON.parse(text.split('data: ')[1] ?? ''));
      const why = { code: 'expression', param: null };
      expect(error).toMatchObject({ error: { ...why, type: 'workflow_failure' } });
      expect(event).toMatchObject({ type: 'error', sequence_number: 0, ...why, error: { ...why, type: 'workflow_failure' } });
      expect(texts[1]).toContain('event: error\n');
      // One without data would end the stream for OpenAI's client for Go.
      for (const block of texts.join('').trimEnd().split('\n\n')) expect(block).toMatch(/^data: /m);
    });

    it('is refused by its own errors', async () => {
      const { client } = await serving({ server: { token: 'secret' } });
      await expect(client.chat.completions.create({ ...ask, model: 'other' })).rejects.toMatchObject({
        status: 404,
        code: 'model_not_found',
      });
      await expect(client.chat.completions.create({ ...ask, n: 2 })).rejects.toMatchObject({ status: 400, param: 'n' });
      const stranger = new OpenAI({ baseURL: client.baseURL, apiKey: 'wrong', maxRetries: 0 });
      await expect(stranger.chat.completions.create(ask)).rejects.toMatchObject({ status: 401 });
      await expect(stranger.models.list()).rejects.toMatchObject({ status: 401 });
    });

    it('is told at its deadline, and does not pay for the whole again', async () => {
      const { server, served } = await serving({
        server: { deadlineMs: 50 },
        simulator: { latency: { timeToFirstTokenMs: 60_000, tokensPerSecond: 1 } },
      });
      const patient = new OpenAI({ baseURL: server.url, apiKey: 'none', maxRetries: 3 });
      await expect(patient.chat.completions.create(ask)).rejects.toMatchObject({ status: 504, code: 'deadline' });
      // Asked once, and no call of it was waited for: whether any had begun by then is up to the machine.
      expect(await (await fetch(new URL('/metrics', server.url))).text()).toContain(
        'scale_serve_requests_total{outcome="504"} 1',
      );
      expect(served).not.toContain('whole');
    });

    it('waits as it is told where too many ask at the same time', async () => {
      const gate = Promise.withResolvers<void>();
      const { client, server } = await serving({ server: { atOnce: 1 }, simulator: { untilAdmitted: () => gate.promise } });
      const first = client.chat.completions.create(ask);
      const second = async () => {
        const error = await client.chat.completions.create(ask).then(
          () => undefined,
          (thrown) => thrown as InstanceType<typeof OpenAI.APIError>,
        );
        return error?.status === 429 ? error.headers?.get('retry-after') : undefined;
      };
      const metric = async () => (await fetch(new URL('/metrics', server.url))).text();
      await expect.poll(metric).toContain('scale_serve_requests_in_flight 1');
      expect(await second()).toBe('1');
      const retrying = new OpenAI({ baseURL: server.url, apiKey: 'none', maxRetries: 20 }).chat.completions.create(ask);
      gate.resolve();
      await Promise.all([first, retrying]);
    });

    it('does not ask again within a second where the endpoint asks for a longer wait than OpenAI’s client heeds', async () => {
      // openai 7.57.0 for JavaScript heeds up to 60 s and else asks again after half a second; 3.57.0 for Python heeds 120 s.
      const untilAdmitted = () => Promise.reject(new WireError(429, 'RateLimitError', 'Rate limit reached. Try again in 7m12s.'));
      const { server } = await serving({ simulator: { untilAdmitted } });
      const patient = new OpenAI({ baseURL: server.url, apiKey: 'none', maxRetries: 3 });
      const error = await patient.chat.completions.create(ask).then(
        () => undefined,
        (thrown) => thrown as InstanceType<typeof OpenAI.APIError>,
      );
      expect(error).toMatchObject({ status: 502, code: 'endpoint_throttled' });
      expect(Number(error?.headers?.get('retry-after'))).toBeGreaterThan(400);
      expect(await (await fetch(new URL('/metrics', server.url))).text()).toContain(
        'scale_serve_requests_total{outcome="502"} 1',
      );
    });

    it('is answered two hundred times at once', async () => {
      const { client, served, defects } = await serving();
      const answers = await Promise.all(Array.from({ length: 200 }, () => client.chat.completions.create(ask)));
      expect(answers.every(({ choices }) => choices[0]?.finish_reason === 'stop')).toBe(true);
      expect([served.length, defects]).toEqual([600, []]);
    });

    it.each([false, true])('that hangs up stops the inner calls (stream: %s)', async (stream) => {
      const { client, served, server } = await serving({
        server: { pauseMs: 5 },
        simulator: { latency: { timeToFirstTokenMs: 10, tokensPerSecond: 0.5 } },
      });
      const hanging = new AbortController();
      const asked = client.chat.completions.create({ ...ask, stream }, { signal: hanging.signal });
      const metric = async () => (await fetch(new URL('/metrics', server.url))).text();
      await expect.poll(metric).toContain('scale_serve_requests_in_flight 1');
      hanging.abort();
      await asked.then(undefined, () => undefined);
      await expect.poll(metric).toContain('scale_serve_requests_total{outcome="gone"} 1');
      expect(await metric()).toContain('scale_serve_requests_in_flight 0');
      // Only the two drafts had begun, and the third call is never made.
      expect(served.filter((end) => end === 'whole')).toEqual([]);
    });
  });

  describe(`the server of a workflow ${where}`, () => {
    const post = (url: string, body: string | Uint8Array, headers: Record<string, string>) =>
      new Promise<{ status: number; text: string }>((resolve, reject) => {
        const sent = httpRequest(`${url}/chat/completions`, { method: 'POST', headers }, (answer) => {
          let text = '';
          answer.setEncoding('utf8').on('data', (part: string) => {
            text += part;
          });
          answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text }));
        });
        sent.once('error', reject);
        sent.end(body);
      });
    const json = { 'content-type': 'application/json' };

    it.each([
      ['a type that any web page can send', 'text/plain', 415],
      ['no JSON', 'application/json', 400],
    ])('refuses %s', async (_, type, status) => {
      const { server } = await serving();
      expect(await post(server.url, '{', { 'content-type': type })).toMatchObject({ status });
    });

    it('lets nobody in by an empty token', async () => {
      const { server } = await serving({ server: { token: '' } });
      expect((await fetch(`${server.url}/models`)).status).toBe(401);
    });

    it('refuses what it would misread', async () => {
      const { server, served } = await serving();
      const body = Buffer.from(JSON.stringify(ask));
      expect(await post(server.url, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), body]), json)).toMatchObject({ status: 200 });
      const calls = served.length;
      const latin = Buffer.from(JSON.stringify(ask).replace('three', 'tr\u00e9s'), 'latin1');
      expect(await post(server.url, latin, json)).toMatchObject({ status: 400, text: expect.stringContaining('UTF-8') });
      const packed = await post(server.url, gzipSync(body), { ...json, 'content-encoding': 'gzip' });
      expect(packed).toMatchObject({ status: 415, text: expect.stringContaining('\\"gzip\\"') });
      const number = JSON.stringify({ ...ask, messages: [{ role: 'user', content: 5 }] });
      expect((await post(server.url, number, json)).text).toContain('messages.0.content: must be a text');
      expect(served).toHaveLength(calls);
    });

    it('finds its model under a name of any form, by whichever client, and names it to who asks for another', async () => {
      const { server, client, defects } = await serving({ name: 'team/w:2 é' });
      for (const path of ['team%2Fw%3A2%20%C3%A9', 'team/w:2%20%C3%A9', 'team%2Fw:2%20%C3%A9/']) {
        const answer = await fetch(`${server.url}/models/${path}`);
        expect(await answer.json()).toMatchObject({ id: 'team/w:2 é' });
        expect((await fetch(`${server.url}/models/${path}`, { method: 'HEAD' })).status).toBe(200);
      }
      await expect(client.models.retrieve('other')).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
      expect(await (await fetch(`${server.url}/models/%zz`)).json()).toMatchObject({ error: { code: 'model_not_found' } });
      expect(defects).toEqual([]);
    });

    it.each(['//', '//models', 'http://[/', '*', '/v1/completions?a#b'])('answers a request for %s with 404', async (target) => {
      const { server, defects } = await serving();
      const { hostname, port } = new URL(server.url);
      const socket = connect(Number(port), hostname).setEncoding('utf8');
      socket.write(`GET ${target} HTTP/1.1\r\nhost: ${hostname}\r\nconnection: close\r\n\r\n`);
      let text = '';
      for await (const part of socket) text += part;
      expect(text).toMatch(/^HTTP\/1\.1 404 /);
      expect(defects).toEqual([]);
    });

    it('takes a client that hangs up within its request for no fault of its own', async () => {
      const { server, defects } = await serving();
      const { hostname, port } = new URL(server.url);
      const socket = connect(Number(port), hostname);
      socket.write(
        `POST /v1/chat/completions HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\ncontent-length: 100\r\nexpect: 100-continue\r\n\r\n{`,
      );
      // The server reads the body by now.
      await once(socket, 'data');
      socket.destroy();
      const metric = async () => (await fetch(new URL('/metrics', server.url))).text();
      await expect.poll(metric).toContain('scale_serve_requests_total{outcome="gone"} 1');
      expect(defects).toEqual([]);
    });

    it('refuses a body that is too long, before it has read it', async () => {
      const { server } = await serving();
      const answer = await fetch(`${server.url}/chat/completions`, {
        method: 'POST',
        headers: json,
        body: 'x'.repeat(5 * 1024 * 1024),
      }).then(
        ({ status }) => status,
        // The connection may be closed while the client still writes.
        () => 413,
      );
      expect(answer).toBe(413);
    });

    it('answers a page of another site in a browser here with nothing', async () => {
      const { server } = await serving();
      expect(await post(server.url, JSON.stringify(ask), { ...json, host: 'evil.example' })).toMatchObject({ status: 403 });
      const guarded = await serving({ server: { token: 'secret' } });
      const headers = { ...json, host: 'workflows.example', authorization: 'Bearer secret' };
      expect(await post(guarded.server.url, JSON.stringify(ask), headers)).toMatchObject({ status: 200 });
    });

    it('says in time that the endpoint is gone', async () => {
      const { client, simulator } = await serving({ server: { deadlineMs: 1_000 } });
      await simulator.stop();
      await expect(client.chat.completions.create(ask)).rejects.toMatchObject({
        status: expect.toSatisfy((status) => status >= 502),
      });
    });

    it('lets what runs end when it is stopped, and refuses what is new', async () => {
      const gate = Promise.withResolvers<void>();
      const { client, server } = await serving({ simulator: { untilAdmitted: () => gate.promise } });
      const asked = client.chat.completions.create(ask);
      await expect.poll(async () => (await fetch(new URL('/metrics', server.url))).text()).toContain('in_flight 1');
      const stopped = server.stop(new AbortController().signal);
      await expect(client.chat.completions.create(ask)).rejects.toMatchObject({ status: undefined });
      gate.resolve();
      expect((await asked).choices).toHaveLength(1);
      await stopped;
    });

    it('keeps no place for a client that does not read', async () => {
      const { server } = await serving({ server: { atOnce: 1 } });
      const { hostname, port } = new URL(server.url);
      const socket = connect(Number(port), hostname);
      socket.pause();
      const body = JSON.stringify({ ...ask, stream: true });
      socket.write(
        `POST /v1/chat/completions HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      await expect
        .poll(async () => (await fetch(new URL('/metrics', server.url))).text())
        .toContain('scale_serve_requests_total{outcome="200"} 1');
      expect(await post(server.url, JSON.stringify(ask), json)).toMatchObject({ status: 200 });
      socket.destroy();
    });
  });
}
