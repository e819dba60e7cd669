/**
 * What SGLang's gateway makes of an endpoint with `gateway: true`: calls of twelve workflows through it, to three simulated
 * models, first with all of them up, then with one that is killed and comes back. It retries nothing itself here. To install it
 * into an environment of its own: `python3 -m venv ENV && ENV/bin/pip install sglang-router`.
 *
 *   node test/measure/behind-gateway.ts --gateway ENV/bin/smg [--calls 1200]
 *
 * Ends with 1 if the calls of a workflow were spread over servers while all were up, if a call was given up, or if the gateway
 * was left alone for the failures of one server.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { systemTiming } from '../../services/shared/lifecycle/timing.ts';
import { createOpenAiEndpoint } from '../../services/shared/models/endpoint/openai-endpoint.ts';
import type { EndpointRequest } from '../../services/shared/models/model-endpoint.ts';
import { createEndpointPool, type EndpointPool } from '../../services/shared/models/pool/endpoint-pool.ts';
import { endpointSettings } from '../../services/shared/models/settings/endpoint-settings.ts';
import { type Simulator, startSimulator } from '../../services/simulator/start-simulator.ts';

const workflows = Array.from({ length: 12 }, (_, index) => `workflow-${index}`);
const slots = 24;
const latency = { timeToFirstTokenMs: 50, tokensPerSecond: 2_000 };

const request: EndpointRequest = {
  ...{ model: 'qwen-plus', messages: [{ role: 'user', content: 'How many?' }], temperature: 0, topP: 1, maxTokens: 64 },
  ...{ seed: 1, chatTemplateKwargs: {}, jobId: '', callId: '' },
};

const { values } = parseArgs({
  options: { gateway: { type: 'string', default: 'smg' }, calls: { type: 'string', default: '1200' } },
});
process.exitCode = await measure(values.gateway, Number(values.calls));

async function measure(program: string, calls: number): Promise<number> {
  /** Which servers have answered calls of a workflow, by the length of its prompt: the gateway passes on no header of ours. */
  const answeredBy = new Map<number, Set<number>>();
  const start = (index: number, port = 0): Promise<Simulator> =>
    startSimulator({
      ...{ known: [], latency, port },
      onServed: ({ promptTokens, generationTokens }) => {
        if (generationTokens > 0) answeredBy.set(promptTokens, (answeredBy.get(promptTokens) ?? new Set()).add(index));
      },
    });
  const servers = await Promise.all([start(0), start(1), start(2)]);
  const urls = servers.map(({ url }) => new URL(url).origin);
  const [port, metricsPort] = [await freePort(), await freePort()];
  const settings = ['--policy', 'manual', '--disable-retries', '--health-check-interval-secs', '1', '--log-level', 'error'];
  const place = ['--host', '127.0.0.1', '--port', `${port}`, '--prometheus-port', `${metricsPort}`];
  const gateway = spawn(program, ['launch', '--worker-urls', ...urls, ...settings, ...place], { stdio: 'ignore' });
  const baseUrl = `http://127.0.0.1:${port}/v1`;
  const pool = poolAt(baseUrl);
  try {
    await untilReady(baseUrl);
    answeredBy.clear();
    const calm = await drive(pool, calls);
    const together = [...answeredBy.values()].filter(({ size }) => size === 1).length;
    const used = new Set([...answeredBy.values()].flatMap((each) => [...each])).size;
    console.log(
      `all up:   ${calm.answered} of ${calls} answered, ${calm.failed} failed attempts, workflows on one server ` +
        `${together} of ${workflows.length}, servers used ${used} of 3`,
    );
    const restart = async (): Promise<void> => {
      await sleep(300);
      await servers[1]?.stop(AbortSignal.abort());
      await sleep(1_500);
      servers[1] = await start(1, Number(new URL(urls[1] ?? '').port));
    };
    const [faulty] = await Promise.all([drive(pool, calls), restart()]);
    console.log(
      `one down: ${faulty.answered} of ${calls} answered, ${faulty.failed} failed attempts, ` +
        `the gateway was left alone in ${faulty.leftAlone} of ${faulty.looks} looks`,
    );
    return together === workflows.length && calm.answered === calls && faulty.answered === calls && faulty.leftAlone === 0
      ? 0
      : 1;
  } finally {
    gateway.kill();
    await pool.close();
    for (const server of servers) await server.stop(AbortSignal.abort());
  }
}

function poolAt(baseUrl: string): EndpointPool {
  const endpoint = { model: 'qwen-plus', baseUrl, apiKeyVariable: '', maxConcurrency: slots, timeoutMs: 30_000, gateway: true };
  return createEndpointPool({
    model: 'qwen-plus',
    endpoints: [createOpenAiEndpoint(endpointSettings(endpoint, {}), systemTiming)],
    timing: systemTiming,
    random: Math.random,
  });
}

async function drive(pool: EndpointPool, calls: number) {
  const signal = new AbortController().signal;
  const failuresNow = () => Object.values(pool.health()[0]?.failures ?? {}).reduce((sum, count) => sum + count, 0);
  const before = failuresNow();
  let [next, answered, looks, leftAlone] = [0, 0, 0, 0];
  const slot = async (): Promise<void> => {
    while (next < calls) {
      next += 1;
      const index = next % workflows.length;
      const workflow = workflows[index] ?? '';
      const messages = [{ role: 'user' as const, content: `How many?${' And how many more?'.repeat(index)}` }];
      const asked = { ...request, messages, jobId: workflow, callId: `${next}`, runId: 'measure' };
      await pool.complete(asked, workflow, signal).then(
        () => {
          answered += 1;
        },
        (error: Error) => console.error(error.message),
      );
    }
  };
  const looking = setInterval(() => {
    looks += 1;
    if (pool.health()[0]?.state !== 'closed') leftAlone += 1;
  }, 20);
  await Promise.all(Array.from({ length: slots }, slot));
  clearInterval(looking);

  return { answered, failed: failuresNow() - before, looks, leftAlone };
}

async function untilReady(baseUrl: string): Promise<void> {
  const body = JSON.stringify({ model: request.model, messages: request.messages, max_tokens: 1 });
  for (let tries = 0; tries < 100; tries += 1) {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${baseUrl}/chat/completions`, { method: 'POST', headers, body }).catch(() => undefined);
    await response?.text();
    if (response?.ok) return;
    await sleep(200);
  }
  throw new Error('the gateway has not begun to serve within 20 s');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
