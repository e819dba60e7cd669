import { describe, expect, test } from 'vitest';
import { groupsThatGo, groupsThatMayGo } from '../../../../services/coordinator/retention/retention-rule.ts';
import { type RunManifest, RunStatus } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import { runManifest } from '../../../support/bus-messages.ts';

const ended = (runId: string, endedAtMs: number, more: Partial<RunManifest> = {}): RunManifest => ({
  ...runManifest(runId, RunStatus.COMPLETED),
  endedAtMs,
  ...more,
});
const idsOf = (runs: readonly RunManifest[], underWay: readonly string[] = []): string[][] =>
  groupsThatMayGo(runs, new Set(underWay)).map((group) => group.runs.map(({ runId }) => runId));

describe('what may go', () => {
  test('is what has ended, the oldest first', () => {
    const going = runManifest('going', RunStatus.RUNNING);
    const paused = runManifest('paused', RunStatus.PAUSED);
    expect(idsOf([ended('b', 2), going, ended('a', 1), paused])).toEqual([['a'], ['b']]);
  });

  test('is not what has the label keep, nor what such a run evaluates', () => {
    const keep = { labels: { words: ['keep'] } };
    expect(idsOf([ended('own', 1, keep), ended('search', 2), ended('eval', 3, { ofRun: 'search', ...keep })])).toEqual([]);
    expect(idsOf([ended('a', 1, { labels: { words: ['baseline'] } })])).toEqual([['a']]);
  });

  test('goes with its evaluations, which go first, and stays with one that goes on', () => {
    const [search, evaluation] = [ended('search', 1), ended('eval', 9, { ofRun: 'search' })];
    expect(idsOf([search, evaluation])).toEqual([['eval', 'search']]);
    expect(idsOf([search, runManifest('eval2', RunStatus.RUNNING), { ...evaluation, status: RunStatus.PAUSED }])).toEqual([]);
  });

  test('of a sweep goes as a whole, once nothing of it goes on', () => {
    const sweepId = 's';
    const [one, other] = [ended('one', 1, { sweepId }), ended('other', 5, { sweepId })];
    const evaluation = ended('eval', 7, { ofRun: 'other' });
    expect(idsOf([one, other, evaluation])).toEqual([['eval', 'one', 'other']]);
    expect(idsOf([one, other, evaluation], ['s'])).toEqual([]);
    expect(idsOf([one, runManifest('other', RunStatus.RUNNING), evaluation].map((run) => ({ ...run, sweepId })))).toEqual([]);
  });

  test('is left alone where nobody knows when it ended', () => {
    expect(idsOf([runManifest('old', RunStatus.COMPLETED)])).toEqual([]);
  });
});

describe('what goes', () => {
  const runs = [ended('a', 100), ended('b', 200), ended('c', 300)];
  const going = (rule: Parameters<typeof groupsThatGo>[1], of = runs, nowMs = 310): string[] =>
    groupsThatGo(groupsThatMayGo(of, new Set()), rule, { ended: of.length, nowMs }).flatMap((group) =>
      group.runs.map(({ runId }) => runId),
    );

  test('is too old, or one too many', () => {
    expect(going({ maxAgeMs: 110 })).toEqual(['a', 'b']);
    expect(going({ maxRuns: 2 })).toEqual(['a']);
    expect(going({ maxAgeMs: 110, maxRuns: 1 })).toEqual(['a', 'b']);
    expect(going({ maxAgeMs: 1_000, maxRuns: 3 })).toEqual([]);
    expect(going({ maxBytes: 1 })).toEqual([]);
  });

  test('counts what was restored as ended then', () => {
    expect(going({ maxAgeMs: 110 }, [ended('a', 100, { restoredAtMs: 305 }), ended('b', 200)])).toEqual(['b']);
  });
});
