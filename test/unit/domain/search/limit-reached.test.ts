import { describe, expect, test } from 'vitest';
import { applyEvent } from '../../../../services/domain/run/apply/apply-event.ts';
import { EventRefusedError } from '../../../../services/domain/run/apply/event-refused-error.ts';
import type { LimitReached, RunEvent } from '../../../../services/domain/run/event.ts';
import { totalUse } from '../../../../services/domain/run/ledger/totals.ts';
import { continueRun, madeUpConfiguration, madeUpWorld, replay } from './made-up-world.ts';

const reached: LimitReached = { kind: 'limit-reached', limit: 'tokens', scope: 'run', ends: 'search', most: 9_000, used: 9_010 };
const finalPick = { policy: 'halving', topK: 2, share: 0.5 };
const configuration = madeUpConfiguration({
  queryCount: 24,
  search: { maxRounds: 6, finalPick },
  evaluation: { warmUpRounds: 2 },
});
const undisturbed = continueRun(madeUpWorld(3), configuration);

describe('a limit, after any event of a search', () => {
  const cuts = undisturbed.log.flatMap((_, place) => (place > 0 && place < undisturbed.log.length ? [place] : []));

  test('ends it with nothing but the final pick, and with a winner if there is a score', () => {
    for (const cut of cuts) {
      const begun = undisturbed.log.slice(0, cut);
      const { state, log } = continueRun(madeUpWorld(3), configuration, [...begun, reached]);
      const rest = log.slice(cut + 1).map(({ kind }) => kind);
      expect(state.status).toBe('completed');
      expect(state.stopReason).toBe('limit');
      expect(state.limit?.reached.most).toBe(9_000);
      expect(rest.filter((kind) => !/^(round-completed|final-executions-completed|run-completed)$/.test(kind))).toEqual([]);
      if (replay(begun).rounds.some(({ evaluation }) => evaluation !== undefined)) expect(state.bestRound).toBeGreaterThan(0);
    }
  });

  test('that is raised again leaves the run as it would have been without it, charged what it would have been', () => {
    for (const cut of cuts) {
      const ended = continueRun(madeUpWorld(3), configuration, [...undisturbed.log.slice(0, cut), reached]);
      const raised: readonly RunEvent[] = [...ended.log, { kind: 'limits-raised' }];
      expect(replay(raised)).toEqual(replay(undisturbed.log.slice(0, cut)));
      const { state } = continueRun(madeUpWorld(3), configuration, raised);
      expect(state).toEqual(undisturbed.state);
      expect(totalUse(state.ledger)).toEqual(totalUse(undisturbed.state.ledger));
    }
  });
});

test('the final pick that reaches a limit ends at once with the winner by what it has', () => {
  const cut = undisturbed.log.findIndex(({ kind }) => kind === 'final-executions-completed') + 1;
  const begun = [...undisturbed.log.slice(0, cut), { ...reached, ends: 'pick' as const }];
  const { state, log } = continueRun(madeUpWorld(3), configuration, begun);
  expect(log.slice(begun.length).map(({ kind }) => kind)).toEqual(['run-completed']);
  expect(state.stopReason).toBe('limit');
  expect(state.bestRound).toBeGreaterThan(0);
});

test.each(['argmax', 'top', 'halving', 'race', 'refine'])(
  'a pick by %s that is cut before it has begun names a winner',
  (policy) => {
    const own = madeUpConfiguration({ queryCount: 24, search: { maxRounds: 5, finalPick: { ...finalPick, policy } } });
    const full = continueRun(madeUpWorld(4), own);
    const cut = full.log.findLastIndex(({ kind }) => kind === 'round-completed') + 1;
    const { state } = continueRun(madeUpWorld(4), own, [...full.log.slice(0, cut), { ...reached, ends: 'pick' }]);
    expect(state.bestRound).toBeGreaterThan(0);
  },
);

test('a limit before any score ends the run without a winner', () => {
  const { state } = continueRun(madeUpWorld(3), configuration, [...undisturbed.log.slice(0, 1), reached]);
  expect([state.status, state.bestRound, state.stopReason]).toEqual(['completed', undefined, 'limit']);
});

describe('refused', () => {
  const running = replay(undisturbed.log.slice(0, 3));
  test.each<[string, () => unknown]>([
    ['limits that nobody has reached', () => applyEvent(running, { kind: 'limits-raised' })],
    ['limits of a run that has ended otherwise', () => applyEvent(undisturbed.state, { kind: 'limits-raised' })],
    ['the same end twice', () => applyEvent(applyEvent(running, reached), reached)],
    ['the end of a pick that has not begun', () => applyEvent(running, { ...reached, ends: 'pick' })],
    ['a limit below 0', () => applyEvent(running, { ...reached, most: -1 })],
    [
      'an end by a limit that was not reached',
      () => applyEvent(replay(undisturbed.log.slice(0, -1)), { kind: 'run-completed', bestRound: 1, reason: 'limit' }),
    ],
  ])('%s', (_, apply) => {
    expect(apply).toThrow(EventRefusedError);
  });
});
