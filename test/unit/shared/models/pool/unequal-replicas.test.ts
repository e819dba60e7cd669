import { expect, test } from 'vitest';
import { capacityUsed, leastSeconds } from '../../../../../services/cli/bench/capacity.ts';
import type { ServedCall } from '../../../../../services/cli/bench/served-calls.ts';
import { EndpointError } from '../../../../../services/shared/models/errors/endpoint-errors.ts';
import type { EndpointReply, EndpointRequest, ModelEndpoint } from '../../../../../services/shared/models/model-endpoint.ts';
import { createEndpointPool, type EndpointPool } from '../../../../../services/shared/models/pool/endpoint-pool.ts';
import { endpointSettings } from '../../../../../services/shared/models/settings/endpoint-settings.ts';
import { createManualTiming, type ManualTiming } from '../../../../support/manual-timing.ts';
import { quickRandom } from '../../../../support/quick-random.ts';

const never = new AbortController().signal;
const callMs = 200;
const sizes = [4, 8, 16, 32];
const jobs = 120;
const calls = 6_000;

/** A server that runs so many calls at once, and lets the others wait in order, as vLLM does. */
function replicaOf(size: number, index: number, timing: ManualTiming, saysLoad: boolean) {
  const served: ServedCall[] = [];
  const waiting: (() => void)[] = [];
  const cuts = new Set<() => void>();
  let [running, isUp] = [0, true];
  const baseUrl = `http://gpu-${index}/v1`;
  const gone = () => new EndpointError('unavailable', baseUrl, 'the connection failed: ECONNREFUSED');
  const reply = { text: '', usage: { completionTokens: 9 }, usageEstimated: false, latencyMs: 0 } as EndpointReply;
  const endpoint: ModelEndpoint = {
    settings: endpointSettings(
      { model: 'm', baseUrl, apiKeyVariable: '', maxConcurrency: 2 * Math.max(...sizes), timeoutMs: 0 },
      {},
    ),
    complete: ({ callId }) =>
      new Promise((resolve, reject) => {
        if (!isUp) return reject(gone());
        const askedMs = timing.monotonicMs();
        const cut = (): void => reject(gone());
        cuts.add(cut);
        const begin = (): void => {
          running += 1;
          const beganMs = timing.monotonicMs();
          const cancel = timing.after(callMs, () => {
            running -= 1;
            cuts.delete(cut);
            waiting.shift()?.();
            const endedMs = timing.monotonicMs();
            served.push({ jobId: '', callId, model: 'm', cutOff: false, beganMs, endedMs });
            resolve({ ...reply, latencyMs: endedMs - askedMs });
          });
          ends.push(cancel);
        };
        if (running < size) begin();
        else waiting.push(begin);
      }),
    models: async () => {
      if (!isUp) throw gone();
      return { names: ['m'], simulated: false, ownedBy: '' };
    },
    ...(saysLoad && {
      loadText: async () => `vllm:num_requests_running ${running}\nvllm:num_requests_waiting ${waiting.length}\n`,
    }),
    close: async () => {},
  };
  const ends: (() => void)[] = [];
  return {
    endpoint,
    served,
    kill: () => {
      isUp = false;
      for (const cancel of ends) cancel();
      for (const cut of cuts) cut();
      cuts.clear();
      [running, waiting.length] = [0, 0];
    },
    restart: () => {
      isUp = true;
    },
  };
}

async function sweep(pool: EndpointPool, timing: ManualTiming, at: (done: number) => void): Promise<void> {
  let [next, done] = [0, 0];
  const job = async (): Promise<void> => {
    while (next < calls) {
      next += 1;
      const workflow = `workflow-${next % 8}`;
      await pool.complete({ model: 'm', callId: `${next}` } as EndpointRequest, workflow, never);
      done += 1;
      at(done);
    }
  };
  const over = Promise.all(Array.from({ length: jobs }, job));
  while (done < calls) await timing.advance(callMs / 8);
  await over;
}

test.each([
  { saysLoad: false, what: 'say nothing of their load' },
  { saysLoad: true, what: 'say their load as vLLM does' },
])(
  'unequal replicas that $what are all full under one limit for all, also while one is down',
  async ({ saysLoad }) => {
    const timing = createManualTiming();
    const replicas = sizes.map((size, index) => replicaOf(size, index, timing, saysLoad));
    const pool = createEndpointPool({
      ...{ model: 'm', endpoints: replicas.map(({ endpoint }) => endpoint), timing, random: quickRandom(1) },
    });
    const down = { fromMs: 0, toMs: 0 };
    let before = 0;
    const failed = () =>
      pool.health().reduce((sum, { failures }) => sum + Object.values(failures).reduce((all, count) => all + count, 0), 0);
    await sweep(pool, timing, (done) => {
      if (done === 0.3 * calls) {
        before = failed();
        down.fromMs = timing.monotonicMs();
        replicas[2]?.kill();
      }
      if (done === 0.6 * calls) {
        down.toMs = timing.monotonicMs();
        replicas[2]?.restart();
      }
    });
    // Figures without the machine: with nothing learned of the servers' speeds it is 0.72 and 1.39.
    const served = replicas.flatMap((replica) => replica.served);
    const there = sizes.map((slots, index) => ({ slots, ...(index === 2 && { down }) }));
    const seconds = Math.max(...served.map(({ endedMs }) => endedMs)) / 1000;
    const used = capacityUsed(served, there, 0.05, 0.95);
    // A few were sent to a second server too, and these replicas do not notice who hangs up.
    expect(served.length).toBeGreaterThanOrEqual(calls);
    expect(served.length).toBeLessThan(1.02 * calls);
    expect(before).toBe(0);
    expect(used).toBeGreaterThan(0.95);
    expect(seconds).toBeLessThan(1.1 * leastSeconds((calls * callMs) / 1000, there));
  },
  60_000,
);
