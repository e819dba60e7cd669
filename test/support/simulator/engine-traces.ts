import type { Random } from '../../../services/domain/ports.ts';
import { randomInteger } from '../../../services/domain/random.ts';
import type { EngineSettings } from '../../../services/simulator/engine/engine-settings.ts';
import { createScheduler, type Step } from '../../../services/simulator/engine/scheduler.ts';
import type { Sequence } from '../../../services/simulator/engine/sequence.ts';
import { qwen8bOnH100 } from './qwen8b-on-h100.ts';

/** Traces on which the simulated vLLM is compared with a simulator by others, and what it makes of them. */

export const blockTokens = 16;

/** One call of a conversation: its prompt begins with all but `new` tokens of what the call before it left. */
export interface Call {
  readonly input: number;
  readonly new: number;
  readonly output: number;
  readonly gap: number;
}

export interface EngineTrace {
  readonly name: string;
  readonly engine: EngineSettings;
  readonly conversations: readonly (readonly Call[])[];
  /** Conversations a second, at random times; or so many at once, each followed by the next. */
  readonly arrival: { readonly perSecond: number } | { readonly atOnce: number };
}

export interface TraceOutcome {
  readonly outputTokensPerSecond: number;
  readonly meanFirstTokenMs: number;
  readonly meanLatencyMs: number;
  readonly promptTokensComputed: number;
  readonly preemptions: number;
}

const engine: EngineSettings = { ...qwen8bOnH100, maxSequences: 64 };

/** By a seeded stream. */
export const engineTraces = (random: Random): readonly EngineTrace[] => [
  { name: 'half loaded', engine, conversations: singles(random, 400), arrival: { perSecond: 7 } },
  { name: 'saturated', engine, conversations: singles(random, 600), arrival: { atOnce: 128 } },
  {
    name: 'prompts in chunks',
    engine: { ...engine, batchedTokens: 512 },
    conversations: singles(random, 600),
    arrival: { atOnce: 96 },
  },
  { name: 'preempting', engine: { ...engine, kvBlocks: 600 }, conversations: singles(random, 400), arrival: { atOnce: 96 } },
  { name: 'conversations', engine, conversations: chats(random, 200), arrival: { perSecond: 4 } },
  {
    name: 'chats, cache small',
    engine: { ...engine, kvBlocks: 1500 },
    conversations: chats(random, 200),
    arrival: { atOnce: 40 },
  },
];

function singles(random: Random, count: number): Call[][] {
  return Array.from({ length: count }, () => {
    const input = between(random, 100, 900);
    return [{ input, new: input, output: between(random, 30, 400), gap: 0 }];
  });
}

function chats(random: Random, count: number): Call[][] {
  return Array.from({ length: count }, () => {
    const calls: Call[] = [];
    for (let context = 0; calls.length < 4; ) {
      const added = between(random, 50, 400);
      const output = between(random, 30, 300);
      calls.push({ input: context + added, new: added, output, gap: calls.length === 0 ? 0 : 0.5 });
      context += added + output;
    }
    return calls;
  });
}

function between(stream: Random, low: number, high: number): number {
  return low + randomInteger(stream, high - low + 1);
}

interface Arrival {
  readonly atMs: number;
  readonly conversation: number;
  readonly call: number;
  /** Of the call before it, prompt and output. */
  readonly hashes: readonly number[];
}

/** @param startsMs when each conversation begins, for arrivals at random times */
export function outcomeOf({ engine, conversations, arrival }: EngineTrace, startsMs: readonly number[] = []): TraceOutcome {
  const scheduler = createScheduler(engine);
  const atOnce = 'atOnce' in arrival ? arrival.atOnce : conversations.length;
  const arrivals: Arrival[] = conversations.slice(0, atOnce).map((_, conversation) => ({
    ...{ atMs: 'atOnce' in arrival ? 0 : (startsMs[conversation] ?? 0), conversation, call: 0, hashes: [] },
  }));
  const calls = new Map<Sequence, Arrival>();
  const all: Sequence[] = [];
  const firstTokenMs: number[] = [];
  const latencyMs: number[] = [];
  let begun = atOnce;
  let nowMs = 0;
  let planned: Step | undefined;
  let promptTokensComputed = 0;
  let lastHash = 0;

  const submit = (call: Arrival): void => {
    const spec = conversations[call.conversation]?.[call.call];
    if (spec === undefined) throw new Error('there is no such call');
    const shared = call.hashes.slice(0, Math.floor((spec.input - spec.new) / blockTokens));
    const blocks = Math.floor((spec.input + spec.output) / blockTokens);
    const own = Array.from({ length: blocks - shared.length }, () => ++lastHash);
    const blockHashes = [...shared, ...own];
    const sequence = scheduler.add({ promptTokens: spec.input, outputTokens: spec.output, blockHashes });
    all.push(sequence);
    calls.set(sequence, call);
  };
  const over = (sequence: Sequence, { conversation, call, atMs }: Arrival): void => {
    latencyMs.push(nowMs - atMs);
    const next = conversations[conversation]?.[call + 1];
    if (next !== undefined) {
      arrivals.push({ atMs: nowMs + next.gap * 1000, conversation, call: call + 1, hashes: sequence.blockHashes });
    } else if (begun < conversations.length) {
      arrivals.push({ atMs: nowMs, conversation: begun, call: 0, hashes: [] });
      begun += 1;
    }
  };

  for (;;) {
    arrivals.sort((a, b) => a.atMs - b.atMs);
    while ((arrivals[0]?.atMs ?? Number.POSITIVE_INFINITY) <= nowMs) submit(arrivals.shift() as Arrival);
    const step = planned ?? scheduler.next();
    if (step === undefined) {
      if (arrivals[0] === undefined) break;
      nowMs = arrivals[0].atMs;
      continue;
    }
    planned = engine.asyncScheduling ? scheduler.next() : undefined;
    nowMs += step.durationMs;
    promptTokensComputed += step.prefillTokens;
    for (const sequence of scheduler.finish(step)) {
      const call = calls.get(sequence);
      if (call === undefined) continue;
      if (sequence.generated === 1) firstTokenMs.push(nowMs - call.atMs);
      if (sequence.state === 'over') over(sequence, call);
    }
  }
  return {
    outputTokensPerSecond: (1000 * sum(all.map(({ generated }) => generated))) / nowMs,
    meanFirstTokenMs: sum(firstTokenMs) / firstTokenMs.length,
    meanLatencyMs: sum(latencyMs) / latencyMs.length,
    promptTokensComputed,
    preemptions: scheduler.preemptions,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
