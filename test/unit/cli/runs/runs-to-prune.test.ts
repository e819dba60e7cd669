import { describe, expect, test } from 'vitest';
import { runsToPrune } from '../../../../services/cli/runs/runs-to-prune.ts';
import { parseAge, selectRuns, sortRuns } from '../../../../services/cli/runs/select-runs.ts';
import { RunStatus, type RunSummary } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';

const dayMs = 86_400_000;
const nowMs = 100 * dayMs;

function run(runId: string, days: number, more: Partial<RunSummary> & { words?: string[] } = {}): RunSummary {
  const { words, ...given } = more;
  return {
    ...{ runId, name: 'nightly', benchmark: 'sample', status: RunStatus.COMPLETED, roundsCompleted: 1, maxRounds: 1, tokens: 10 },
    ...{ createdAtMs: nowMs - days * dayMs, simulated: true, underWay: [], ...given },
    ...(words && { labels: { words } }),
  };
}

const runs = [
  run('new', 1, { bestScore: 0.5 }),
  run('kept', 40, { words: ['keep', 'paper'] }),
  run('old', 50, { bestScore: 0.9, tokens: 99 }),
  run('evaluated', 60),
  run('eval-of-it', 59, { name: 'eval', ofRun: 'evaluated', words: ['keep'] }),
  run('going-on', 70, { status: RunStatus.RUNNING, driven: true }),
  run('interrupted', 80, { status: RunStatus.RUNNING, driven: false }),
  run('other', 90, { name: 'other', benchmark: 'gsm8k', words: ['paper'] }),
];
const idsOf = (those: readonly RunSummary[]) => those.map(({ runId }) => runId);
const prune = (rule: Parameters<typeof runsToPrune>[1]) => idsOf(runsToPrune(runs, rule, { cluster: 'attached', nowMs }));

describe('what may be pruned', () => {
  test('is old and has ended; what is labelled to be kept stays, and what an evaluation to be kept depends on', () => {
    expect(prune({ olderThan: 30 * dayMs })).toEqual(['old', 'other']);
    expect(prune({ olderThan: 30 * dayMs, name: 'night' })).toEqual(['old']);
    expect(prune({ olderThan: 200 * dayMs })).toEqual([]);
  });

  test('is not among the newest of its name', () => {
    expect(prune({ keep: 1 })).toEqual(['old']);
    expect(prune({ keep: 3 })).toEqual([]);
  });

  test('counts the runs of a sweep as one of its name', () => {
    const cells = (sweepId: string, days: number) =>
      ['a', 'b', 'c'].map((cell, place) => run(`${sweepId}-${cell}`, days + place / 10, { name: 'two', sweepId }));
    const rule = { cluster: 'attached', nowMs } as const;
    const swept = [...cells('s1', 9), ...cells('s2', 5), run('alone', 7, { name: 'two' })];
    expect(idsOf(runsToPrune(swept, { keep: 1 }, rule))).toEqual(['alone', 's1-a', 's1-b', 's1-c']);
    expect(idsOf(runsToPrune(swept, { keep: 2 }, rule))).toEqual(['s1-a', 's1-b', 's1-c']);
  });

  test('has been interrupted only where that was asked for, and never goes on', () => {
    expect(prune({ olderThan: dayMs, status: 'interrupted' })).toEqual(['interrupted']);
  });
});

describe('runs in a list', () => {
  test('are those for which all that is said holds', () => {
    const select = (filter: Parameters<typeof selectRuns>[1]) => idsOf(selectRuns(runs, filter, 'attached'));
    expect(select({ label: ['paper'] })).toEqual(['kept', 'other']);
    expect(select({ label: ['paper', 'keep'] })).toEqual(['kept']);
    expect(select({ status: 'interrupted' })).toEqual(['interrupted']);
    expect(select({ benchmark: 'gsm8k' })).toEqual(['other']);
    expect(select({ of: 'evalu' })).toEqual(['eval-of-it']);
  });

  test('come in the order that is asked for, the newest of equals first', () => {
    expect(idsOf(sortRuns(runs, 'started')).slice(0, 2)).toEqual(['new', 'kept']);
    expect(idsOf(sortRuns(runs, 'score')).slice(0, 3)).toEqual(['old', 'new', 'kept']);
    expect(idsOf(sortRuns(runs, 'tokens')).slice(0, 2)).toEqual(['old', 'new']);
    expect(idsOf(sortRuns(runs, 'name'))[0]).toBe('eval-of-it');
  });

  test('are of an age in hours, days or weeks', () => {
    expect(['12h', '30d', '8w'].map(parseAge)).toEqual([12 * 3_600_000, 30 * dayMs, 56 * dayMs]);
    for (const bad of ['30', 'd', '-1d', '1.5d', '30m', ''])
      expect(() => parseAge(bad)).toThrow('it must be hours, days or weeks');
  });
});
