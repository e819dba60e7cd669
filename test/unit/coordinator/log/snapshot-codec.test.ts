import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldLog } from '../../../../services/coordinator/log/log-fold.ts';
import { decodeSnapshot, encodeSnapshot, type RunSnapshot } from '../../../../services/coordinator/log/snapshot-codec.ts';
import { evaluationMethods } from '../../../../services/domain/evaluation/registry.ts';
import type { RunEvent } from '../../../../services/domain/run/event.ts';
import type { RunState } from '../../../../services/domain/run/state.ts';
import { planNextStep } from '../../../../services/domain/search/plan-next-step.ts';
import { decodeEvent, encodeEvent } from '../../../../services/shared/contracts/event-codec.ts';
import { readRunLog } from '../../../../services/shared/traces/read-run-log.ts';
import { continueRun, madeUpConfiguration, madeUpWorld } from '../../domain/search/made-up-world.ts';

/** As the log gives it back. */
const stored = (log: readonly RunEvent[]) => log.map((event) => decodeEvent(encodeEvent('r', event)).event);
const place = { sequence: 7, timeMs: 8, entryDigest: 'e', digest: 'd' };

function snapshotAfter(log: readonly RunEvent[]): RunSnapshot {
  const fold = foldLog();
  for (const [index, event] of log.entries()) {
    fold.add({ sequence: 2 * index + 1, timeMs: 1_000 * index, entry: encodeEvent('r', event) });
  }
  return { runId: 'r', place: { ...place, entries: log.length }, state: fold.state() as RunState, ...fold.copies(), results: 3 };
}

const run = fc.record({
  seed: fc.nat(1_000),
  queryCount: fc.integer({ min: 12, max: 30 }),
  search: fc.record({
    maxRounds: fc.integer({ min: 1, max: 6 }),
    canary: fc.boolean(),
    tokenBudget: fc.constantFrom(0, 0, 20_000),
    finalPick: fc.constantFrom({ policy: 'argmax', topK: 3, share: 0.2 }, { policy: 'race', topK: 3, share: 0.2 }),
  }),
  evaluation: fc.record({ method: fc.constantFrom(...evaluationMethods.keys()), repeats: fc.integer({ min: 1, max: 2 }) }),
});

test('a snapshot and what came after it add up to what the whole log adds up to, wherever it was taken', () => {
  fc.assert(
    fc.property(run, fc.double({ min: 0, max: 1, noNaN: true }), (overrides, share) => {
      const log = stored(continueRun(madeUpWorld(overrides.seed, 0.3), madeUpConfiguration(overrides)).log);
      const cut = 1 + Math.floor(share * (log.length - 1));
      const snapshot = snapshotAfter(log.slice(0, cut));
      const read = decodeSnapshot(encodeSnapshot(snapshot));
      expect(read).toEqual(snapshot);
      const fold = foldLog(read);
      const whole = foldLog();
      for (const [index, event] of log.entries()) {
        const entry = { sequence: 2 * index + 1, timeMs: 1_000 * index, entry: encodeEvent('r', event) };
        whole.add(entry);
        if (index < cut) continue;
        fold.add(entry);
      }
      expect(fold.state()).toEqual(whole.state());
      expect(fold.copies()).toEqual(whole.copies());
      const [state, expected] = [fold.state(), whole.state()];
      if (state?.status === 'running' && expected) expect(planNextStep(state)).toEqual(planNextStep(expected));
    }),
    { numRuns: 60 },
  );
});

test('a snapshot of another version is none, and one that was cut or changed is refused', () => {
  const log = stored(continueRun(madeUpWorld(), madeUpConfiguration({ queryCount: 20, search: { maxRounds: 2 } })).log);
  const bytes = encodeSnapshot(snapshotAfter(log));
  expect(() => decodeSnapshot(bytes.subarray(0, -1))).toThrow();
  expect(() => decodeSnapshot(bytes.subarray(0, 3))).toThrow();
  expect(() => decodeSnapshot(new Uint8Array())).toThrow();
  const header = zstdDecompressSync(bytes.subarray(4, 4 + Buffer.from(bytes).readUInt32LE(0))).toString();
  const older = zstdCompressSync(Buffer.from(header.replace('"format":"', '"format":"0.')));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(older.length);
  expect(decodeSnapshot(Buffer.concat([length, older]))).toBeUndefined();
});

test('the states of known logs are what they were when the format got its number: where this fails, raise it', async () => {
  const folder = join(import.meta.dirname, '../../../fixtures/logs');
  const states = await Promise.all(['search', 'paper', 'evaluation'].map((name) => readRunLog(join(folder, `${name}.binpb`))));
  const digest = createHash('sha256').update(JSON.stringify(states)).digest('hex');
  expect(digest).toBe('69a5a807b134e08d976bf73cefc893eddc2343ced5fb436b4f9f1d0c344d5c1c');
});
