import { describe, expect, it } from 'vitest';
import { engineCapacity } from '../../../../services/simulator/engine/capacity.ts';
import type { EngineSettings } from '../../../../services/simulator/engine/engine-settings.ts';
import { createScheduler, type Scheduler } from '../../../../services/simulator/engine/scheduler.ts';
import type { NewSequence } from '../../../../services/simulator/engine/sequence.ts';

const roomy: EngineSettings = {
  ...{ maxSequences: 8, batchedTokens: 1000, kvBlocks: 1000 },
  ...{ stepMs: 10, prefillMs: 0.1, decodeMs: 1, speed: 1, asyncScheduling: false },
};
const sequence = (promptTokens: number, outputTokens: number, blockHashes: readonly number[] = []): NewSequence => ({
  promptTokens,
  outputTokens,
  blockHashes,
});

/** Steps to the end, each asked for when the one before it begins, if the settings say so. */
function* stepsToTheEnd(scheduler: Scheduler, { asyncScheduling }: EngineSettings) {
  let planned = scheduler.next();
  while (planned !== undefined) {
    const step = planned;
    planned = asyncScheduling ? scheduler.next() : undefined;
    yield step;
    scheduler.finish(step);
    planned ??= scheduler.next();
  }
}

/** The tokens of each step, in the order of the batch, until there is nothing left to do. */
function stepsOf(scheduler: Scheduler): number[][] {
  const steps: number[][] = [];
  for (let step = scheduler.next(); step !== undefined; step = scheduler.next()) {
    steps.push(step.parts.map(({ tokens }) => tokens));
    scheduler.finish(step);
  }
  return steps;
}

describe('the steps of the engine', () => {
  it('takes the step, the prompt tokens and the sequences that decode into account', () => {
    const scheduler = createScheduler(roomy);
    scheduler.add(sequence(100, 3));
    const first = scheduler.next();
    expect(first).toMatchObject({ prefillTokens: 100, decoding: 0, durationMs: 10 + 10 });
    if (first) expect(scheduler.finish(first)).toMatchObject([{ generated: 1 }]);
    scheduler.add(sequence(50, 1));
    expect(scheduler.next()).toMatchObject({ prefillTokens: 50, decoding: 1, durationMs: 10 + 5 + 1 });
  });

  it('computes a long prompt in chunks, and lets the others decode beside it', () => {
    const scheduler = createScheduler({ ...roomy, batchedTokens: 64 });
    scheduler.add(sequence(10, 4));
    scheduler.add(sequence(150, 1));
    expect(stepsOf(scheduler)).toEqual([[10, 54], [1, 63], [1, 33], [1]]);
  });

  it('admits in the order of arrival, and never one behind another that does not fit', () => {
    const scheduler = createScheduler({ ...roomy, maxSequences: 2, kvBlocks: 10 });
    const [, , big, small] = [sequence(64, 2), sequence(16, 9), sequence(96, 2), sequence(1, 2)].map((each) =>
      scheduler.add(each),
    );
    const states: string[] = [];
    for (let step = scheduler.next(); step !== undefined; step = scheduler.next()) {
      states.push(`${big?.state} ${small?.state}`);
      scheduler.finish(step);
    }
    // The first leaves after two steps; then 8 of 10 blocks are free, of which the big one needs 6.
    expect(states.slice(0, 3)).toEqual(['waiting waiting', 'waiting waiting', 'running waiting']);
    expect(states[4]).toBe('over running');
  });

  it('preempts the newest when a running one finds no block, keeps its output and computes all of it again', () => {
    const scheduler = createScheduler({ ...roomy, kvBlocks: 4 });
    const old = scheduler.add(sequence(16, 20));
    const young = scheduler.add(sequence(31, 4));
    // Blocks: 1 and 2 for the prompts, a second one for the old at its 17th token, and all are held. The young one's 33rd token
    // finds none in the third step: it is the newest itself, and waits until the old one has ended.
    const steps = stepsOf(scheduler);
    expect(steps.slice(0, 4)).toEqual([[16, 31], [1, 1], [1], [1]]);
    expect(young).toMatchObject({ preemptions: 1, generated: 4, state: 'over' });
    expect(old).toMatchObject({ preemptions: 0, generated: 20 });
    // 31 tokens of the prompt and 2 of the output, and then the last one.
    expect(steps.slice(20)).toEqual([[33], [1]]);
    expect(scheduler.preemptions).toBe(1);
    expect(scheduler.kvUsage).toBe(0);
  });

  it('takes a block from the newest when an older one needs it', () => {
    const scheduler = createScheduler({ ...roomy, kvBlocks: 3 });
    const old = scheduler.add(sequence(31, 3));
    const young = scheduler.add(sequence(10, 6));
    const steps = stepsOf(scheduler);
    expect(steps.slice(0, 4)).toEqual([[31, 10], [1, 1], [1], [12]]);
    expect([old.preemptions, young.preemptions]).toEqual([0, 1]);
  });

  it('lets a preempted one come back before those that came after it, which wait though they would fit', () => {
    const scheduler = createScheduler({ ...roomy, kvBlocks: 4 });
    const [old, young, late] = [sequence(31, 20), sequence(17, 4), sequence(1, 2)].map((each) => scheduler.add(each));
    const states: string[] = [];
    for (let step = scheduler.next(); step !== undefined; step = scheduler.next()) {
      states.push(`${old?.state} ${young?.state} ${late?.state}`);
      scheduler.finish(step);
    }
    // The old one's 33rd token takes a block from the young one: one is free then, which the late one would fit in, until the old
    // one ends.
    expect(states[1]).toBe('running running waiting');
    expect(states.slice(2, 20)).toEqual(Array.from({ length: 18 }, () => 'running waiting waiting'));
    expect(states[20]).toBe('over running running');
  });

  it('frees the blocks of a cancelled sequence at once, wherever it is', () => {
    const scheduler = createScheduler({ ...roomy, kvBlocks: 4 });
    const first = scheduler.add(sequence(50, 4));
    const second = scheduler.add(sequence(50, 4));
    const third = scheduler.add(sequence(50, 4));
    const step = scheduler.next();
    expect([scheduler.running, scheduler.waiting, scheduler.kvUsage]).toEqual([1, 2, 1]);
    scheduler.cancel(second);
    scheduler.cancel(first);
    scheduler.cancel(first);
    expect([scheduler.running, scheduler.waiting, scheduler.kvUsage]).toEqual([0, 1, 0]);
    if (step) expect(scheduler.finish(step)).toEqual([]);
    stepsOf(scheduler);
    expect([first.generated, second.generated, third.generated]).toEqual([0, 0, 4]);
  });

  it('refuses what could never run', () => {
    expect(() => createScheduler({ ...roomy, kvBlocks: 2 }).add(sequence(30, 3))).toThrow(
      'a sequence of 3 blocks does not fit a KV cache of 2',
    );
  });
});

describe('the prefix cache', () => {
  it('computes only what follows the whole blocks that an earlier sequence had', () => {
    const scheduler = createScheduler(roomy);
    scheduler.add(sequence(40, 1, [1, 2]));
    stepsOf(scheduler);
    const same = scheduler.add(sequence(40, 1, [1, 2]));
    const other = scheduler.add(sequence(40, 1, [1, 3]));
    const foreign = scheduler.add(sequence(40, 1, [4, 2]));
    expect(stepsOf(scheduler)).toEqual([[8, 24, 40]]);
    expect([same.cachedTokens, other.cachedTokens, foreign.cachedTokens]).toEqual([32, 16, 0]);
  });

  it('shares blocks within a step, and always computes the last token', () => {
    const scheduler = createScheduler({ ...roomy, kvBlocks: 4 });
    const hashes = [1, 2];
    scheduler.add(sequence(32, 2, hashes));
    scheduler.add(sequence(32, 2, hashes));
    const step = scheduler.next();
    expect(step?.parts.map(({ tokens }) => tokens)).toEqual([32, 16]);
    // The first block is shared; each has its second one for itself.
    expect(scheduler.kvUsage).toBe(0.75);
  });

  it('forgets the blocks that have been free longest', () => {
    const scheduler = createScheduler({ ...roomy, kvBlocks: 4 });
    for (const [first, second] of [
      [1, 2],
      [3, 4],
    ] as const) {
      scheduler.add(sequence(33, 1, [first, second]));
      stepsOf(scheduler);
    }
    // The second one took the free block and, from the end of the first one's, two more: of 1 and 2, 1 is left.
    const again = scheduler.add(sequence(33, 1, [1, 2]));
    stepsOf(scheduler);
    expect(again.cachedTokens).toBe(16);
  });

  it('makes the recompute of a preempted sequence short where its blocks are still there', () => {
    const scheduler = createScheduler({ ...roomy, kvBlocks: 4 });
    const old = scheduler.add(sequence(16, 18));
    const young = scheduler.add(sequence(31, 4, [7, 8]));
    const steps = stepsOf(scheduler);
    expect([old.preemptions, young.preemptions]).toEqual([0, 1]);
    // 33 tokens, of which the first block has outlived the old one's third.
    expect(steps.at(-2)).toEqual([17]);
  });
});

describe('steps that are decided while the one before is under way', () => {
  it('give every sequence its tokens, in any order of preemptions, and leave no block held', () => {
    const ahead = { ...roomy, asyncScheduling: true, kvBlocks: 12, batchedTokens: 50 };
    const scheduler = createScheduler(ahead);
    const lengths = Array.from({ length: 60 }, (_, index) => [1 + ((index * 37) % 70), 1 + ((index * 13) % 40)] as const);
    const all = lengths.map(([prompt, output]) => scheduler.add(sequence(prompt, output)));
    for (const { parts } of stepsToTheEnd(scheduler, ahead)) {
      expect(new Set(parts.map((part) => part.sequence)).size).toBe(parts.length);
      expect(scheduler.kvUsage).toBeLessThanOrEqual(1);
    }
    expect(all.map(({ generated, state }) => [generated, state])).toEqual(lengths.map(([, output]) => [output, 'over']));
    expect(scheduler.preemptions).toBeGreaterThan(5);
    expect([scheduler.running, scheduler.waiting, scheduler.kvUsage]).toEqual([0, 0, 0]);
  });

  it('keep a token that was under way when its sequence was preempted', () => {
    const scheduler = createScheduler({ ...roomy, asyncScheduling: true, kvBlocks: 3 });
    const old = scheduler.add(sequence(16, 20));
    const young = scheduler.add(sequence(15, 5));
    const first = scheduler.next();
    // Both want a second block, and one is there: the young one's first token is still under way.
    const second = scheduler.next();
    expect([first?.parts.length, second?.parts.length]).toEqual([2, 2]);
    scheduler.next();
    expect([old.preemptions, young.preemptions]).toEqual([0, 1]);
    if (first) scheduler.finish(first);
    if (second) scheduler.finish(second);
    expect([young.generated, young.state]).toEqual([2, 'waiting']);
  });
});

describe('its capacity', () => {
  const shape = { promptTokens: 96, outputTokens: 40 };

  /** Requests that finish in a second of the engine's time, with always so many there. */
  function measured(settings: EngineSettings, { promptTokens, outputTokens }: typeof shape, requests: number): number {
    const scheduler = createScheduler(settings);
    for (let index = 0; index < requests; index += 1) scheduler.add(sequence(promptTokens, outputTokens));
    let ms = 0;
    for (const { durationMs } of stepsToTheEnd(scheduler, settings)) ms += durationMs;
    return (1000 * requests) / ms;
  }

  it('is what the formula says, to the last digit, where the batch binds', () => {
    // 8 at once: 10 * 40 / 8 + 0.1 * 96 + 39 = 98.6 ms a request.
    expect(engineCapacity(roomy, shape)).toMatchObject({ sequences: 8, requestsPerSecond: 1000 / 98.6 });
    expect(measured(roomy, shape, 80)).toBeCloseTo(1000 / 98.6, 9);
  });

  it('is so too where steps are decided one ahead, and each request is in one more', () => {
    const ahead = { ...roomy, asyncScheduling: true };
    // 10 * 41 / 8 + 0.1 * 96 + 40 = 100.85 ms a request.
    expect(engineCapacity(ahead, shape)).toMatchObject({ sequences: 8, requestsPerSecond: 1000 / 100.85 });
    expect(measured(ahead, shape, 80)).toBeCloseTo(1000 / 100.85, 9);
  });

  it('is nearly that where prompts share the steps with decoding, and where the cache binds', () => {
    const chunked = { ...roomy, batchedTokens: 200 };
    expect(measured(chunked, shape, 800) / engineCapacity(chunked, shape).requestsPerSecond).toBeCloseTo(1, 1);
    // 135 tokens are 9 blocks: 5 at once.
    const small = { ...roomy, kvBlocks: 45 };
    const capacity = engineCapacity(small, shape);
    expect(capacity.sequences).toBe(5);
    expect(measured(small, shape, 800)).toBeGreaterThan(capacity.requestsPerSecond * 0.9);
  });

  it('grows with the cached part of the prompt, and with the speed', () => {
    const { requestsPerSecond } = engineCapacity(roomy, shape);
    expect(engineCapacity({ ...roomy, speed: 3 }, shape).requestsPerSecond).toBeCloseTo(3 * requestsPerSecond);
    expect(engineCapacity(roomy, { ...shape, cachedTokens: 80 }).requestsPerSecond).toBeCloseTo(1000 / 90.6);
  });
});
