/**
 * What `scale bench makespan` measures, where no machine decides: the real coordinator, workers, lanes, lines and leases on the
 * bus in memory, before a simulated endpoint whose calls take a fixed time; everything else takes none, but for a message's way.
 *
 *   node test/measure/makespan-in-virtual-time.ts [--searches default,paper] [--slots 16,50] [--seeds 1,2,3] [--message-ms 0]
 *   node test/measure/makespan-in-virtual-time.ts --searches default --slots 16 --seeds 1 --trace calls.jsonl
 *
 * A line for each: seconds from the first call to the last, calls x latency / slots, the longest chain of calls on any number of
 * slots and on those that there are, the ratio of the first to the larger of the second and either, the busy share of the slots,
 * and the hash of the log. With --trace each call with its times.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { longestChain } from '../../services/cli/bench/longest-chain.ts';
import { writeMadeUpBenchmark } from '../../services/cli/bench/made-up-benchmark.ts';
import { runFileOf } from '../../services/cli/bench/run-search.ts';
import { type ServedCall, slotUse } from '../../services/cli/bench/served-calls.ts';
import { createControlHandlers } from '../../services/coordinator/control/control-handlers.ts';
import { startCoordinator } from '../../services/coordinator/coordinator.ts';
import type { RunEvent } from '../../services/domain/run/event.ts';
import { createExecuteWork } from '../../services/executor/execute-job.ts';
import { createCompleteWork } from '../../services/predictor/complete-job.ts';
import { readRunFile } from '../../services/shared/config/run-file.ts';
import { benchmarkToProto } from '../../services/shared/contracts/benchmark-codec.ts';
import { configurationToProto } from '../../services/shared/contracts/configuration-codec.ts';
import { decodeEvent } from '../../services/shared/contracts/event-codec.ts';
import { RunStatus } from '../../services/shared/contracts/generated/scale/v1/control.ts';
import { runIdOf } from '../../services/shared/contracts/run-id.ts';
import type { Timing } from '../../services/shared/lifecycle/timing.ts';
import type { Bus, JobKind } from '../../services/shared/messaging/bus.ts';
import { createInMemoryServer, type InMemoryServer } from '../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { createModelClient } from '../../services/shared/models/model-client.ts';
import type { EndpointReply, EndpointRequest } from '../../services/shared/models/model-endpoint.ts';
import { createEndpointPool, type EndpointPool } from '../../services/shared/models/pool/endpoint-pool.ts';
import { endpointSettings } from '../../services/shared/models/settings/endpoint-settings.ts';
import { createSlotLeases } from '../../services/shared/models/slots/slot-leases.ts';
import { createFairLine } from '../../services/shared/sharing/fair-line.ts';
import { usualStanding } from '../../services/shared/sharing/standing.ts';
import { createLogger } from '../../services/shared/telemetry/logger.ts';
import type { ModelClients } from '../../services/shared/worker/calls/model-clients.ts';
import { startWorker } from '../../services/shared/worker/worker.ts';
import { complete } from '../../services/simulator/chat-completion.ts';
import { learnBenchmarks } from '../../services/simulator/learn-benchmarks.ts';
import { buildQueryIndex } from '../../services/simulator/query-index.ts';
import { createSimulatedModel, type SimulatedModel } from '../../services/simulator/simulated-model.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const { values: given } = parseArgs({
  options: {
    searches: { type: 'string', default: 'default,paper' },
    slots: { type: 'string', default: '16,50' },
    seeds: { type: 'string', default: '1,2,3,4,5' },
    'latency-ms': { type: 'string', default: '200' },
    rounds: { type: 'string', default: '11' },
    parallelism: { type: 'string', default: '4' },
    'message-ms': { type: 'string', default: '0' },
    trace: { type: 'string', default: '' },
  },
});

const settingsOf: Readonly<Record<string, string>> = {
  default: '',
  paper: 'preset: paper\n',
  full: 'preset: aflow\nevaluation: { method: full, warm_up_rounds: 0 }\n',
};
const logger = createLogger({ service: 'measure', version: '0', level: 'silent' });
const never = new AbortController().signal;
const latencyMs = Number(given['latency-ms']);
/** Of a predictor, as its settings have it. */
const predictorSlots = 8;

/** Requests that a call of the bus makes one after another at a NATS server. */
const requestsOf: Readonly<Record<string, number>> = { 'blobs.put': 2, 'blobs.get': 2 };

const streamed = new Set(['results.follow', 'log.read', 'spending.read', 'runs.watch', 'slots.watch', 'budgets.watch']);

/** Each message so late, and not later for those before it. */
async function* late<Message>(messages: AsyncIterable<Message>, lateMs: number, timing: Timing): AsyncGenerator<Message> {
  const inOrder = messages[Symbol.asyncIterator]();
  const onTheWay: Promise<IteratorResult<Message>>[] = [];
  const send = (): void => {
    const next = inOrder.next();
    onTheWay.push(next.then((result) => timing.sleep(lateMs, never).then(() => result)));
    next.then(({ done }) => done !== true && send()).catch(() => undefined);
  };
  send();
  for (;;) {
    const result = await onTheWay.shift();
    if (result === undefined || result.done === true) return;
    yield result.value;
  }
}

/** The bus as a process reaches it whose requests to the server take a while each, half of it on the way there. */
function slowed(bus: Bus, timing: Timing): Bus {
  const messageMs = Number(given['message-ms']);
  if (messageMs === 0) return bus;
  const slow = (name: string, part: object): object =>
    new Proxy(part, {
      get: (target, method: string) => {
        const own = Reflect.get(target, method);
        if (typeof own !== 'function' || method === 'pull') return own;
        const took = messageMs * (requestsOf[`${name}.${method}`] ?? 1);
        if (streamed.has(`${name}.${method}`)) return (...args: unknown[]) => late(own.apply(target, args), took / 2, timing);
        return async (...args: unknown[]) => {
          await timing.sleep(took / 2, never);
          const answer = await own.apply(target, args);
          await timing.sleep(took / 2, never);
          return answer;
        };
      },
    });
  const parts = ['jobs', 'results', 'log', 'journal', 'spending', 'blobs', 'runs', 'leases', 'slots', 'budgets'] as const;
  return { ...bus, ...Object.fromEntries(parts.map((name) => [name, slow(name, bus[name])])) };
}

interface Served {
  readonly model: SimulatedModel;
  readonly timing: Timing;
  readonly calls: ServedCall[];
}

async function answer({ model, timing, calls }: Served, request: EndpointRequest): Promise<EndpointReply> {
  const beganMs = timing.monotonicMs();
  await timing.sleep(latencyMs, never);
  const { jobId, callId, purpose, messages, temperature, topP, maxTokens, seed, chatTemplateKwargs } = request;
  calls.push({ jobId, callId, model: request.model, cutOff: false, beganMs, endedMs: timing.monotonicMs() });
  const asked = {
    ...{ model: request.model, messages: [...messages], max_tokens: maxTokens, seed },
    ...(temperature !== null && { temperature }),
    ...(topP !== null && { top_p: topP }),
    ...(Object.keys(chatTemplateKwargs).length > 0 && { chat_template_kwargs: chatTemplateKwargs }),
  };
  const { promptTokens, choices } = complete(asked, [model.reply(asked, 0, purpose)], '', 0);
  const [choice] = choices;
  if (choice === undefined) throw new RangeError('the simulated model gave no choice');
  return {
    ...{ text: choice.text, reasoning: '', finishReason: choice.finishReason, simulated: true, servedModel: request.model },
    usage: { promptTokens, completionTokens: choice.tokens, cachedTokens: 0, reasoningTokens: 0 },
    ...{ usageEstimated: false, promptCut: false, firstTokenMs: latencyMs, latencyMs },
  };
}

function startMember(server: InMemoryServer, served: Served, limit: number, kinds: readonly JobKind[], slots: number) {
  const { timing } = served;
  const bus = slowed(server.connect(), timing);
  const name = kinds.join('-');
  const leases = createSlotLeases({ store: bus.slots, name, id: name, ttlMs: 8_000, timing, logger });
  const pools = new Map<string, EndpointPool>();
  const line = createFairLine((runId) => Math.max(...[...pools.values()].map((pool) => pool.partOf(runId))));
  const baseUrl = 'http://simulated:8000/v1';
  const openPool = (model: string): EndpointPool => {
    const settings = endpointSettings({ model, baseUrl, apiKeyVariable: '', maxConcurrency: limit, timeoutMs: 0 }, {});
    const models = async () => ({ names: [model], simulated: true, ownedBy: '' });
    const endpoint = { settings, complete: (request: EndpointRequest) => answer(served, request), models, close: async () => {} };
    return createEndpointPool({ model, endpoints: [endpoint], timing, random: () => 0.5, line, slotsAt: leases.leaseFor });
  };
  const models: ModelClients = {
    clientFor: ({ job, run, role, settings = run.configuration[role], prefixKey, seed, record, waits }) => {
      const pool = pools.get(settings.model) ?? openPool(settings.model);
      pools.set(settings.model, pool);
      const used: Parameters<typeof record>[0][] = [];
      const onCall: typeof record = async (call) => {
        used.push(call);
        await record(call);
      };
      const caller = { party: { runId: run.runId, standing: () => usualStanding }, ...(waits && { waits }) };
      const client = createModelClient({ pool, settings, seed, jobId: job.jobId, runId: run.runId, prefixKey, caller, onCall });
      return { client, calls: () => used.toSorted((one, other) => (one.callId < other.callId ? -1 : 1)) };
    },
    health: () => [],
    lookUpKeys: () => {},
    close: async () => {},
  };
  const work = kinds.includes('execute') ? createExecuteWork({ bus, models }) : createCompleteWork(bus, models);
  const worker = startWorker({ name, kinds, slots, ackWaitMs: 8_000, drainMs: 0 }, { bus, work, timing, logger });
  return {
    stop: async (): Promise<void> => {
      await worker.drain();
      for (const pool of pools.values()) await pool.close();
      await leases.close();
      await bus.close();
    },
  };
}

interface Measured {
  readonly calls: readonly ServedCall[];
  readonly events: readonly RunEvent[];
  /** Of the log. */
  readonly hash: string;
}

async function measure(runFile: string, model: SimulatedModel, slots: number): Promise<Measured> {
  const { configuration, benchmark, endpoints } = await readRunFile(runFile);
  const clock = createVirtualClock();
  const { timing } = clock;
  const server = createInMemoryServer({ timing, ackWaitMs: 8_000, leaseTtlMs: 3_000 });
  const bus = slowed(server.connect(), timing);
  const calls: ServedCall[] = [];
  const served = { model, timing, calls };
  const coordinator = startCoordinator({ name: 'c', resume: 'all', maxInFlight: 1_000, reconcileMs: 5_000 }, bus, logger, timing);
  const members = [
    startMember(server, served, slots, ['execute'], Math.ceil(1.5 * slots)),
    startMember(server, served, slots, ['predict', 'propose'], predictorSlots),
  ];
  const runId = runIdOf(configuration);
  const completed = async (): Promise<void> => {
    await createControlHandlers(bus, coordinator, timing).startRun({
      configuration: configurationToProto(configuration),
      benchmark: benchmarkToProto(benchmark),
      endpoints: endpoints.map(({ model: name, baseUrl = '' }) => ({
        model: name,
        baseUrl,
        apiKeyVariable: '',
        maxConcurrency: slots,
        timeoutMs: 0,
      })),
      maxInFlight: 0,
      simulated: true,
    });
    for await (const { status } of bus.runs.watch(never)) {
      if (status === RunStatus.COMPLETED) return;
      if (status !== RunStatus.RUNNING) throw new Error(`the run ended with the status ${status}`);
    }
  };
  await clock.until(completed(), 600_000);
  const [events, hash] = [[] as RunEvent[], createHash('sha256')];
  for await (const { entry } of server.connect().log.read(runId, { after: 0, follow: false }, never)) {
    hash.update(entry);
    events.push(decodeEvent(entry).event);
  }
  const stopping = Promise.all([coordinator.stop(), ...members.map((member) => member.stop())]);
  await clock.until(stopping);
  return { calls: calls.toSorted((one, other) => one.beganMs - other.beganMs), events, hash: hash.digest('hex').slice(0, 12) };
}

const folder = await mkdtemp(join(tmpdir(), 'scale-makespan-'));
try {
  const benchmark = await writeMadeUpBenchmark(folder, 264);
  const { known } = await learnBenchmarks(folder, folder, [benchmark]);
  const model = createSimulatedModel(buildQueryIndex(known), 1);
  console.log('search   slots seed  seconds  work  chain  chain on slots  ratio  ratio on slots  busy  calls  log');
  for (const name of given.searches.split(',')) {
    for (const slots of given.slots.split(',').map(Number)) {
      for (const seed of given.seeds.split(',').map(Number)) {
        const settings = `${settingsOf[name]}search: { max_rounds: ${given.rounds}, parallelism: ${given.parallelism} }`;
        const runFile = join(folder, `${name}-${slots}-${seed}.yaml`);
        const cluster = { executors: 1, slots: Math.ceil(1.5 * slots), maxConcurrency: slots, settings };
        await writeFile(runFile, runFileOf(cluster, '"http://simulated:8000/v1"', seed));
        const { calls, events, hash } = await measure(runFile, model, slots);
        const { seconds, busy } = slotUse(calls, slots);
        const work = (calls.length * latencyMs) / 1000 / slots;
        const chain = (longestChain(events, calls) * latencyMs) / 1000;
        const onSlots = (longestChain(events, calls, slots) * latencyMs) / 1000;
        const ratios = [Math.max(work, chain), Math.max(work, onSlots)].map((least) => (seconds / least).toFixed(3));
        const figures = [seconds, work, chain, onSlots].map((each) => each.toFixed(2)).concat(ratios);
        console.log([name.padEnd(8), slots, seed, ...figures, busy.toFixed(3), calls.length, hash].join('  '));
        if (given.trace !== '') await writeFile(given.trace, calls.map((call) => `${JSON.stringify(call)}\n`).join(''));
      }
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
