import { expect, test } from 'vitest';
import { createCallMeter } from '../../../../services/coordinator/access/call-limits.ts';
import { createManualTiming } from '../../../support/manual-timing.ts';

test('a client may make its calls of two seconds at once, then as many as its rate allows; others are not affected', async () => {
  const timing = createManualTiming();
  const meter = createCallMeter({ callsPerSecond: 5, callsAtOnce: 100 }, timing);
  const made = (client: string) => Array.from({ length: 20 }, () => meter.begin(client)).filter((share) => 'end' in share).length;
  expect(made('ci')).toBe(10);
  expect(meter.begin('ci')).toEqual({
    refusal: 'ci makes too many calls: it may make 5 in a second (SCALE_CONTROL_CALLS_PER_SECOND)',
    retryAfterMs: 200,
  });
  expect(made('alice')).toBe(10);
  await timing.advance(1_000);
  expect(made('ci')).toBe(5);
});

test('calls under way count until they end, once', () => {
  const meter = createCallMeter({ callsPerSecond: 1_000, callsAtOnce: 2 }, createManualTiming());
  const [first, second] = [meter.begin('ci'), meter.begin('ci')];
  expect(meter.begin('ci')).toMatchObject({ refusal: 'ci has 2 calls under way, and may have 2 (SCALE_CONTROL_CALLS_AT_ONCE)' });
  if (!('end' in first && 'end' in second)) throw new Error('the first two must be admitted');
  first.end();
  first.end();
  expect(meter.begin('ci')).toHaveProperty('end');
  expect(meter.begin('ci')).toHaveProperty('refusal');
});
