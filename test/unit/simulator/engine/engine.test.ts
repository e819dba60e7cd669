import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../../services/simulator/engine/engine.ts';
import type { EngineSettings } from '../../../../services/simulator/engine/engine-settings.ts';
import { createManualTiming } from '../../../support/manual-timing.ts';

const settings: EngineSettings = {
  ...{ maxSequences: 1, batchedTokens: 1000, kvBlocks: 100 },
  ...{ stepMs: 10, prefillMs: 0.1, decodeMs: 1, speed: 1, asyncScheduling: false },
};
const call = { promptTokens: 100, outputTokens: 3, blockHashes: [] };
const never = new AbortController().signal;

describe('the engine in time', () => {
  it('gives the first token after the prompt, and to who queues after those before it', async () => {
    const timing = createManualTiming();
    const engine = createEngine(settings, timing);
    const [first, second] = engine.submit([call, call]);
    expect([engine.running, engine.waiting]).toEqual([1, 1]);
    await timing.advance(200);
    // 20 ms for the prompt, then two tokens of 11 ms each.
    expect(first).toMatchObject({ startedAtMs: 0, firstTokenAtMs: 20 });
    expect(second).toMatchObject({ startedAtMs: 42, firstTokenAtMs: 62 });
    expect(timing.waiting()).toBe(0);
  });

  it('divides all times by the speed', async () => {
    const timing = createManualTiming();
    const [first] = createEngine({ ...settings, speed: 10 }, timing).submit([call]);
    await timing.advance(100);
    expect(first?.firstTokenAtMs).toBe(2);
  });

  it('begins a step where the last one ended, however late its timer', async () => {
    const timing = createManualTiming();
    const engine = createEngine(settings, timing);
    const [, second] = engine.submit([call, call]);
    timing.stop(1000);
    await timing.advance(0);
    expect(second?.firstTokenAtMs).toBe(62);
  });

  it('lets nobody into a step that should have begun before they came', async () => {
    const timing = createManualTiming();
    const engine = createEngine({ ...settings, maxSequences: 2 }, timing);
    engine.submit([call]);
    // The timer at 20 ms is late: the second step, of 11 ms, is under way.
    timing.stop(25);
    const [late] = engine.submit([call]);
    expect(timing.waiting()).toBe(1);
    await timing.advance(100);
    expect(late?.startedAtMs).toBe(31);
  });

  it('never tells of a start before the arrival, however far behind its clock it is', async () => {
    const timing = createManualTiming();
    const engine = createEngine({ ...settings, maxSequences: 2 }, timing);
    engine.submit([{ ...call, outputTokens: 1000 }]);
    timing.stop(5000);
    const [late] = engine.submit([call]);
    await timing.advance(0);
    expect(late).toMatchObject({ startedAtMs: 5000, firstTokenAtMs: 5000 });
  });

  it('tells when so many tokens are there, and not before', async () => {
    const timing = createManualTiming();
    const [first] = createEngine(settings, timing).submit([call]);
    const told: string[] = [];
    const waits = [
      first?.untilStarted(never).then(() => told.push('started')),
      first?.untilTokens(2, never).then(() => told.push('two')),
      first?.untilTokens(Number.POSITIVE_INFINITY, never).then(() => told.push('all')),
    ];
    await timing.advance(30.9);
    expect(told).toEqual(['started']);
    await timing.advance(0.2);
    expect(told).toEqual(['started', 'two']);
    await timing.advance(11);
    await Promise.all(waits);
    expect(told).toEqual(['started', 'two', 'all']);
  });

  it('lets the next one in when a call is cancelled, and ends its waits with the reason', async () => {
    const timing = createManualTiming();
    const engine = createEngine(settings, timing);
    const [first, second] = engine.submit([{ ...call, outputTokens: 1000 }, call]);
    const gone = new AbortController();
    const waiting = first?.untilTokens(500, gone.signal);
    await timing.advance(21);
    gone.abort(new Error('hung up'));
    first?.cancel();
    await expect(waiting).rejects.toThrow('hung up');
    expect([engine.running, engine.waiting]).toEqual([0, 1]);
    // The step that it was in, of 11 ms, ends first.
    await timing.advance(100);
    expect(second?.startedAtMs).toBe(31);
  });

  it('decides steps one ahead, as vLLM does by default: who comes in one waits for the next too, and each is in one more', async () => {
    const timing = createManualTiming();
    const engine = createEngine({ ...settings, maxSequences: 2, asyncScheduling: true }, timing);
    const [first] = engine.submit([call]);
    await timing.advance(5);
    const [second] = engine.submit([call]);
    await timing.advance(25);
    const [third] = engine.submit([{ ...call, outputTokens: 1 }]);
    await timing.advance(200);
    expect(first).toMatchObject({ startedAtMs: 0, firstTokenAtMs: 20 });
    // The first one's prompt until 20; its second token until 31, decided at 0; its third beside this prompt until 52.
    expect(second).toMatchObject({ startedAtMs: 31, firstTokenAtMs: 52 });
    // At 52 the first one ends, which is known only then: it is in the step until 64, and its place is free in the one after.
    expect(third).toMatchObject({ startedAtMs: 64, firstTokenAtMs: 85 });
    expect([engine.running, engine.waiting, engine.kvUsage]).toEqual([0, 0, 0]);
    expect(timing.waiting()).toBe(0);
  });
});
