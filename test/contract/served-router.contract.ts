import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import type { OpenExecutor } from '../../services/cli/in-process/workflow-executor.ts';
import type { RoutingPolicy } from '../../services/cli/route/policy-file.ts';
import { createServedRouter } from '../../services/cli/serve/served-router.ts';
import { startWorkflowServer, type WorkflowServerSettings } from '../../services/cli/serve/workflow-server.ts';
import { operators } from '../../services/domain/operators/registry.ts';
import type { RouteCheck } from '../../services/domain/routing/route.ts';
import { textIndexOf } from '../../services/domain/routing/text-index.ts';
import { canonicalHash } from '../../services/domain/workflow/canonical-hash.ts';
import { toDocument } from '../../services/domain/workflow/to-document.ts';
import { readWorkflowText } from '../../services/shared/benchmarks/read-workflow-file.ts';
import { systemTiming } from '../../services/shared/lifecycle/timing.ts';
import { type SimulatorOptions, startSimulator } from '../../services/simulator/start-simulator.ts';

const call = '{ id: last, call: custom, with: { input: "{{ query.question }}" } }';
const texts = {
  cheap: `workflow: 1\nsteps:\n  - ${call}\n  - return: "{{ last.response }}"\n`,
  broken: `workflow: 1\nsteps:\n  - ${call}\n  - return: "{{ last.response.split('?')[7] }}"\n`,
  dear: `workflow: 1\nsteps:\n  - { id: drafts, parallel: 3, steps: [${call}], yield: "{{ last.response }}" }\n  - return: "{{ drafts[0] }} at last"\n`,
};
const inputs = ['question'];
const executor = { model: 'm', temperature: 0, topP: 1, maxTokens: 500, chatTemplateKwargs: {}, sendSeed: false };

function policyOf(names: readonly (keyof typeof texts)[], checks: readonly RouteCheck[]): RoutingPolicy {
  const parsed = names.map((name) => readWorkflowText(texts[name], name, { operators: [...operators.keys()], inputs }, 20));
  const steps = names.map((_, workflow) => {
    const check = checks[workflow];
    return check === undefined ? { workflow } : { workflow, check };
  });
  const index = textIndexOf(['What is three plus four?', 'Quarks and leptons']);
  return {
    ...{ policy: 1, name: 'w', run: { id: 'r', benchmark: 'b', split: 'validate', scorer: 's' } },
    ...{ simulated: true, pays: true, summary: '', inputs, maxCalls: 20, executor, endpoints: [], evidence: {} },
    workflows: parsed.map((workflow, place) => ({
      ...{ name: names[place] ?? '', hash: canonicalHash(workflow), workflow: toDocument(workflow) },
    })),
    steps: steps as RoutingPolicy['steps'],
    texts: index as RoutingPolicy['texts'],
    ...{ parsed, route: { steps, texts: index } },
  };
}

interface Serving {
  readonly policy: RoutingPolicy;
  readonly simulator?: Partial<SimulatorOptions>;
  readonly server?: Partial<WorkflowServerSettings>;
}

const ask = { model: 'w', messages: [{ role: 'user' as const, content: 'What is three plus four?' }] };
const byNeighbours = (failures: readonly number[]): RouteCheck => ({
  estimator: 'neighbours',
  threshold: 0.5,
  state: { failures },
});

interface Routed {
  readonly scale: {
    readonly workflow: string;
    readonly calls: number;
    readonly route: { readonly step: number; readonly left: readonly object[]; readonly tokens: readonly { tokens: number }[] };
  };
}
const routed = async (client: OpenAI) => (await client.chat.completions.create(ask)) as OpenAI.ChatCompletion & Routed;

/**
 * A server that answers by a routing policy, whoever executes its workflows.
 * @param writes whether they make calls that are no workflow's, as one that is written for a query needs
 */
export function describeServedRouter(how: string, executors: OpenExecutor, writes: boolean): void {
  describe(`a router ${how}`, () => {
    const closing: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const close of closing.splice(0).reverse()) await close();
    });

    async function serving({ policy, simulator: options = {}, server: settings = {} }: Serving) {
      const calls: string[] = [];
      const simulator = await startSimulator({
        known: [],
        onServed: ({ cutOff }) => calls.push(cutOff ? 'cut' : 'whole'),
        ...options,
      });
      closing.push(() => simulator.stop());
      const endpoint = { model: 'm', baseUrl: simulator.url, apiKeyVariable: '', maxConcurrency: 300, timeoutMs: 0 };
      const served = createServedRouter(
        { name: 'w', policy, inputs, executor, ...(writes && { optimizer: executor }), endpoints: [endpoint], maxCalls: 20 },
        executors,
      );
      closing.push(() => served.close());
      const server = await startWorkflowServer({
        ...{ served, host: '127.0.0.1', port: 0, token: undefined, simulated: true, timing: systemTiming },
        ...{
          atOnce: 300,
          deadlineMs: 60_000,
          pauseMs: 5_000,
          defect: (error: Error) => closing.push(() => Promise.reject(error)),
        },
        ...settings,
      });
      closing.push(() => server.stop(AbortSignal.abort()));
      const metrics = async (): Promise<string> => (await fetch(new URL('/metrics', server.url))).text();
      return { client: new OpenAI({ baseURL: server.url, apiKey: 'none', maxRetries: 0 }), calls, metrics };
    }

    it('answers by the first step where nothing speaks against it', async () => {
      const policy = policyOf(['cheap', 'dear'], [byNeighbours([0, 1])]);
      const { client, calls } = await serving({ policy });
      const { scale, choices } = await routed(client);
      expect(scale).toMatchObject({ calls: 1, workflow: policy.workflows[0]?.hash, route: { step: 0, name: 'cheap', left: [] } });
      expect([calls.length, choices[0]?.message.content?.endsWith('at last')]).toEqual([1, false]);
    });

    it('does not execute a workflow that failed on the nearest queries, and says so', async () => {
      const policy = policyOf(['cheap', 'dear'], [byNeighbours([1, 0])]);
      const { client, metrics } = await serving({ policy });
      const { scale, choices } = await routed(client);
      expect(scale).toMatchObject({ calls: 3, workflow: policy.workflows[1]?.hash, route: { step: 1, name: 'dear' } });
      expect(scale.route.left).toEqual([
        {
          ...{ step: 0, name: 'cheap', workflow: policy.workflows[0]?.hash, why: 'skipped', estimator: 'neighbours' },
          ...{ estimate: expect.closeTo(0.75, 5), threshold: 0.5 },
        },
      ]);
      expect(choices[0]?.message.content).toMatch(/at last$/);
      expect(await metrics()).toContain('scale_serve_route_steps_total{step="0",outcome="skipped"} 1');
      expect(await metrics()).toContain('scale_serve_route_steps_total{step="1",outcome="answered"} 1');
    });

    it('goes on from a workflow that fails, and counts what it took', async () => {
      const { client, metrics } = await serving({ policy: policyOf(['broken', 'dear'], [byNeighbours([0, 0])]) });
      const { scale, usage } = await routed(client);
      expect(scale).toMatchObject({ calls: 4, route: { step: 1, left: [{ step: 0, name: 'broken', why: 'failed' }] } });
      const [first, second] = scale.route.tokens.map(({ tokens }) => tokens);
      expect(first).toBeGreaterThan(0);
      expect((first ?? 0) + (second ?? 0)).toBe(usage?.total_tokens);
      expect(await metrics()).toContain(`scale_serve_route_tokens_total{step="1"} ${second}`);
    });

    it.each([
      ['agreement', 2],
      ['verifier', 2],
    ])('pays for what %s asks', async (estimator, calls) => {
      const check: RouteCheck = { estimator, threshold: 0.5, state: {}, ...(estimator === 'agreement' && { second: 0 }) };
      const { client } = await serving({ policy: policyOf(['cheap', 'dear'], [check]) });
      const { scale, usage } = await routed(client);
      expect(scale.calls).toBe(scale.route.step === 0 ? calls : calls + 3);
      expect(scale.route.tokens.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(usage?.total_tokens);
    });

    it.runIf(writes)('has a workflow written for the query where that is the last step', async () => {
      const plain = policyOf(['broken', 'cheap'], [byNeighbours([0, 0])]);
      const task = { name: 'sums', description: 'Sums.', answerFormat: 'A number.', operators: [...operators.keys()] };
      const workflows = plain.workflows.with(1, {
        ...(plain.workflows[1] as (typeof plain.workflows)[number]),
        hash: 'query-level',
      });
      const policy = { ...plain, workflows: [...workflows], queryLevel: { optimizer: executor, endpoints: [], task } };
      const { client } = await serving({ policy });
      const { scale, usage } = await routed(client);
      expect(scale.route).toMatchObject({ step: 1, left: [{ why: 'failed' }] });
      // The hash of what was written, or of the usual workflow if that could not be.
      expect(scale.workflow).toMatch(/^[0-9a-f]{64}$/);
      expect(scale.calls).toBeGreaterThanOrEqual(3);
      expect(scale.route.tokens.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(usage?.total_tokens);
    });

    it('is told of the last failure where no step answers', async () => {
      const { client } = await serving({ policy: policyOf(['broken', 'broken'], [byNeighbours([0, 0])]) });
      await expect(client.chat.completions.create(ask)).rejects.toMatchObject({ status: 422, code: 'expression' });
    });

    it('holds its deadline over all steps', async () => {
      const { client, metrics } = await serving({
        ...{ policy: policyOf(['broken', 'dear'], [byNeighbours([0, 0])]), server: { deadlineMs: 50 } },
        simulator: { latency: { timeToFirstTokenMs: 60_000, tokensPerSecond: 1 } },
      });
      await expect(client.chat.completions.create(ask)).rejects.toMatchObject({ status: 504, code: 'deadline' });
      expect(await metrics()).toContain('scale_serve_requests_in_flight 0');
    });

    it('takes no further step for a client that has hung up', async () => {
      const admitted: string[] = [];
      const gate = Promise.withResolvers<void>();
      const { client, metrics } = await serving({
        policy: policyOf(['broken', 'dear'], [byNeighbours([0, 0])]),
        simulator: {
          untilAdmitted: async () => {
            admitted.push('call');
            await gate.promise;
          },
        },
      });
      const hanging = new AbortController();
      const asked = client.chat.completions.create(ask, { signal: hanging.signal });
      await expect.poll(() => admitted.length).toBe(1);
      hanging.abort();
      await asked.then(undefined, () => undefined);
      await expect.poll(metrics).toContain('scale_serve_requests_total{outcome="gone"} 1');
      gate.resolve();
      expect(admitted).toHaveLength(1);
    });
  });
}
