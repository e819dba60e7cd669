import { afterAll, describe, expect, test } from 'vitest';
import { randomStream } from '../../../services/domain/random.ts';
import { answerOf } from '../../../services/shared/models/errors/server-answer.ts';
import { isContentFilter, isContextOverflow } from '../../../services/shared/models/refusals/refusal-rules.ts';
import { createFaults, type FaultKind, faultKinds, parseFaults, refuseBy } from '../../../services/simulator/faults.ts';
import { startSimulator } from '../../../services/simulator/start-simulator.ts';
import { WireError } from '../../../services/simulator/wire-error.ts';

test('shares are read, and what is no share is refused with what to write', () => {
  expect(parseFaults('')).toEqual({});
  expect(parseFaults(' 429:0.05, hang:0.01 ')).toEqual({ '429': 0.05, hang: 0.01 });
  expect(() => parseFaults('404:0.1')).toThrow(/no fault "404"; use 429, 500/);
  expect(() => parseFaults('429')).toThrow(/share of 429 must be a number from 0 to 1, but is ""/);
  expect(() => parseFaults('429:2')).toThrow(/but is "2"/);
  expect(() => parseFaults('429:0.6,500:0.6')).toThrow(/add up to 1.2/);
});

test('calls meet each fault as often as its share says, the same calls for the same seed', () => {
  const draw = (seed: number) => {
    const next = createFaults({ '429': 0.1, reset: 0.05 }, randomStream(seed, 'faults'));
    return Array.from({ length: 10_000 }, next);
  };
  const met = Map.groupBy(draw(1), (fault) => fault);
  expect(met.get('429')?.length).toBeGreaterThan(900);
  expect(met.get('429')?.length).toBeLessThan(1100);
  expect(met.get('reset')?.length).toBeGreaterThan(400);
  expect(met.get('reset')?.length).toBeLessThan(600);
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
});

test.each([
  ['429', 429],
  ['500', 500],
  ['503', 503],
  ['overflow', 400],
  ['refusal', 400],
] as const)('%s is answered with HTTP %i', (fault, status) => {
  expect(() => refuseBy(fault)).toThrow(expect.objectContaining({ status }));
});

test('what is about one query is read so', () => {
  const answer = (fault: FaultKind) => {
    try {
      refuseBy(fault);
    } catch (error) {
      if (error instanceof WireError) return answerOf(error.status, new Headers(), JSON.stringify(error.body()));
    }
    throw new Error(`${fault} is no refusal`);
  };
  expect([isContextOverflow(answer('overflow')), isContentFilter(answer('overflow'))]).toEqual([true, false]);
  expect([isContextOverflow(answer('refusal')), isContentFilter(answer('refusal'))]).toEqual([false, true]);
});

describe('over HTTP', () => {
  const stops: (() => Promise<void>)[] = [];
  afterAll(() => Promise.all(stops.map((stop) => stop())));

  const ask = async (fault: FaultKind, streamed = true) => {
    const simulator = await startSimulator({ known: [], faults: { [fault]: 1 } });
    const giveUp = new AbortController();
    stops.push(() => simulator.stop(AbortSignal.abort()));
    const answer = fetch(`${simulator.url}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({
        model: 'm',
        stream: streamed,
        messages: [{ role: 'user', content: 'What is two and two? Explain it at length.' }],
      }),
      signal: giveUp.signal,
    });
    return { answer, giveUp };
  };

  test('a hung call gets no byte', async () => {
    const { answer, giveUp } = await ask('hang');
    const first = await Promise.race([
      answer.then(() => 'answered'),
      new Promise((resolve) => setTimeout(resolve, 100, 'nothing')),
    ]);
    expect(first).toBe('nothing');
    giveUp.abort();
    await expect(answer).rejects.toThrow();
  });

  test('a stalled stream brings its first part and no more', async () => {
    const { answer, giveUp } = await ask('stall');
    const reader = (await answer).body?.getReader();
    const first = await reader?.read();
    expect(new TextDecoder().decode(first?.value)).toContain('"role":"assistant"');
    giveUp.abort();
    await expect(reader?.read()).rejects.toThrow();
  });

  test('a truncated stream ends in order, before its end', async () => {
    const { answer } = await ask('truncate');
    const text = await (await answer).text();
    expect(text).toContain('data: {');
    expect(text).not.toContain('[DONE]');
  });

  test('a reset stream is cut', async () => {
    const { answer } = await ask('reset');
    await expect(answer.then((response) => response.text())).rejects.toThrow();
  });

  test('every kind is one that a call can meet', () => {
    expect(faultKinds).toHaveLength(10);
  });
});
