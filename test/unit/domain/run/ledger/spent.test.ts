import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { knowsModels } from '../../../../../services/domain/report/money-spent.ts';
import { attemptStates, type CallAttempt, deliveryOf } from '../../../../../services/domain/run/ledger/call-attempt.ts';
import { createSpentTally, type Spent, type SpentPart, spentBeside } from '../../../../../services/domain/run/ledger/spent.ts';

const usageOf = (promptTokens: number) => ({ promptTokens, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0 });

function attempt(attemptId: string, state: CallAttempt['state'], tokens: number, change: Partial<CallAttempt> = {}): CallAttempt {
  const usageEstimated = state === 'begun' || state === 'broken-off';
  return { attemptId, jobId: 'j', callId: 'a/0', model: 'm', state, usage: usageOf(tokens), usageEstimated, ...change };
}

function tallied(attempts: readonly CallAttempt[], isOver = true): Spent {
  const tally = createSpentTally();
  for (const each of attempts) tally.add(each);
  return tally.spent(isOver);
}

const note = fc
  .record({
    ...{ delivery: fc.nat(3), n: fc.nat(2), job: fc.nat(1), call: fc.nat(1), tokens: fc.nat(50) },
    state: fc.constantFrom(...attemptStates),
  })
  .map(({ delivery, n, job, call, state, tokens }) =>
    attempt(`${job}-${delivery}/${n}-${call}`, state, tokens, { jobId: `j${job}`, callId: `c${call}` }),
  );

/** The plain way: every attempt is kept, and all are gone through. */
function remembering(notes: readonly CallAttempt[], isOver: boolean): Omit<Spent, 'uses'> {
  const finalities = { begun: 0, 'broken-off': 1, answered: 2, useless: 2, refused: 2, cached: 2 };
  const attempts = new Map<string, CallAttempt>();
  const newest = new Map<string, string>();
  for (const each of notes) {
    const known = attempts.get(each.attemptId);
    if (known === undefined) newest.set(each.jobId, deliveryOf(each.attemptId));
    if (known === undefined || finalities[each.state] > finalities[known.state]) attempts.set(each.attemptId, each);
  }
  const parts = { answered: [0, 0], answeredAgain: [0, 0], useless: [0, 0], lost: [0, 0] };
  let [callsInFlight, estimatedTokens] = [0, 0];
  const answered = new Set<string>();
  const fromCache = new Map<string, number>();
  for (const { attemptId, jobId, callId, state, usage, usageEstimated } of attempts.values()) {
    if (state === 'cached') fromCache.set(`${jobId} ${callId}`, usage.promptTokens);
    if (state === 'refused' || state === 'cached') continue;
    if (state === 'begun' && !isOver && newest.get(jobId) === deliveryOf(attemptId)) {
      callsInFlight += 1;
      continue;
    }
    const again = answered.has(`${jobId} ${callId}`) ? ('answeredAgain' as const) : ('answered' as const);
    const part = parts[state === 'begun' || state === 'broken-off' ? 'lost' : state === 'useless' ? 'useless' : again];
    if (state === 'answered') answered.add(`${jobId} ${callId}`);
    part[0] = (part[0] ?? 0) + 1;
    part[1] = (part[1] ?? 0) + usage.promptTokens;
    if (usageEstimated) estimatedTokens += usage.promptTokens;
  }
  const [a, again, useless, lost] = [parts.answered, parts.answeredAgain, parts.useless, parts.lost].map(
    ([calls = 0, tokens = 0]) => ({ calls, tokens }),
  ) as [SpentPart, SpentPart, SpentPart, SpentPart];
  const preflight = { calls: 0, tokens: 0 };
  const saved = [...fromCache].filter(([call]) => !answered.has(call)).map(([, tokens]) => tokens);
  const cached = { calls: saved.length, tokens: saved.reduce((sum, tokens) => sum + tokens, 0) };
  return {
    ...{ answered: a, answeredAgain: again, useless, lost, preflight, callsInFlight, estimatedTokens },
    ...(fromCache.size > 0 && { cached }),
  };
}

describe('what calls have used', () => {
  it('is what was answered, when nothing went wrong', () => {
    const spent = tallied([attempt('d1/1', 'begun', 10), attempt('d1/1', 'answered', 35)]);
    expect(spent.answered).toEqual({ calls: 1, tokens: 35 });
    expect(spentBeside(35, spent)).toEqual({ tokens: 35, saved: 0, estimatedTokens: 0, unlogged: 0 });
  });

  it('has a part for each thing that can go wrong', () => {
    const spent = tallied([
      attempt('d1/1', 'useless', 100),
      attempt('d1/2', 'broken-off', 20),
      attempt('d1/3', 'refused', 0),
      attempt('d1/4', 'begun', 30),
      // The worker died there; the job began again.
      attempt('d2/1', 'begun', 30),
      attempt('d2/1', 'answered', 45),
      // And so did another worker, which was only slow.
      attempt('d3/1', 'answered', 46),
      attempt('p/1', 'answered', 5, { jobId: '' }),
    ]);
    expect(spent).toEqual({
      answered: { calls: 1, tokens: 45 },
      answeredAgain: { calls: 1, tokens: 46 },
      useless: { calls: 1, tokens: 100 },
      lost: { calls: 2, tokens: 50 },
      preflight: { calls: 1, tokens: 5 },
      callsInFlight: 0,
      estimatedTokens: 50,
      uses: [
        { part: 'useless', model: 'm', usage: usageOf(100) },
        { part: 'preflight', model: 'm', usage: usageOf(5) },
        { part: 'lost', model: 'm', usage: usageOf(50) },
        { part: 'answered', model: 'm', usage: usageOf(45) },
        { part: 'answeredAgain', model: 'm', usage: usageOf(46) },
      ],
    });
    expect(spentBeside(45, spent).tokens).toBe(45 + 46 + 100 + 50 + 5);
  });

  it('leaves open what is under way, until another delivery of the job begins or the run is over', () => {
    const begun = attempt('d1/1', 'begun', 10);
    expect(tallied([begun], false)).toMatchObject({ callsInFlight: 1, lost: { calls: 0 }, estimatedTokens: 0 });
    expect(tallied([begun], true)).toMatchObject({ callsInFlight: 0, lost: { calls: 1, tokens: 10 } });
    const next = attempt('d2/1', 'begun', 10);
    expect(tallied([begun, next], false)).toMatchObject({ callsInFlight: 1, lost: { calls: 1 } });
    // It was only slow, and tells so: then it is the one that answered first.
    expect(tallied([begun, next, attempt('d1/1', 'answered', 17)], false)).toMatchObject({
      callsInFlight: 1,
      lost: { calls: 0 },
      answered: { calls: 1, tokens: 17 },
    });
  });

  it('counts a call that died before its end was noted, and that the journal had, once', () => {
    // What the next delivery, which finds it in the journal, notes of it.
    const spent = tallied([attempt('d1/1', 'begun', 10), attempt('d1/1', 'answered', 35)], false);
    expect(spent).toMatchObject({ lost: { calls: 0 }, answered: { calls: 1, tokens: 35 } });
  });

  it('names answers that the log does not hold, and is never less than what was charged', () => {
    const spent = tallied([attempt('d1/1', 'answered', 35)]);
    expect(spentBeside(0, spent)).toEqual({ tokens: 35, saved: 0, estimatedTokens: 0, unlogged: 35 });
    // The notes are of the last two weeks, and the log of all time.
    expect(spentBeside(1000, spent)).toMatchObject({ tokens: 1000, unlogged: 0 });
  });

  it('is what remembering every attempt gives, though only those of unsettled jobs are remembered', () => {
    fc.assert(
      fc.property(fc.array(note, { maxLength: 30 }), fc.boolean(), (notes, isOver) => {
        const { uses: _, ...spent } = tallied(notes, isOver);
        expect(spent).toEqual(remembering(notes, isOver));
        expect(knowsModels(tallied(notes, isOver))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is the same if notes come twice', () => {
    fc.assert(
      fc.property(fc.array(note, { maxLength: 20 }), fc.boolean(), (notes, isOver) => {
        const once = tallied(notes, isOver);
        expect(tallied([...notes, ...notes], isOver)).toEqual(once);
        expect(
          tallied(
            notes.flatMap((each) => [each, each]),
            isOver,
          ),
        ).toEqual(once);
      }),
    );
  });

  it('is less than what was charged by what the response cache saved', () => {
    const cached = [
      attempt('d1/1', 'answered', 45),
      attempt('d1/2', 'cached', 100, { callId: 'b/0' }),
      // The same once more, by another delivery of the job.
      attempt('d2/1', 'cached', 100, { callId: 'b/0' }),
    ];
    const spent = tallied(cached);
    expect(spent.cached).toEqual({ calls: 1, tokens: 100 });
    expect(spentBeside(145, spent)).toEqual({ tokens: 45, saved: 100, estimatedTokens: 0, unlogged: 0 });
    // Not all of it is in the log yet.
    expect(spentBeside(0, spent)).toMatchObject({ tokens: 45, unlogged: 145 });
  });

  it('saves nothing where an earlier delivery of the job has paid for the call', () => {
    const spent = tallied([
      attempt('d1/1', 'begun', 10),
      attempt('d2/1', 'cached', 100),
      attempt('d1/1', 'answered', 100),
      attempt('d1/2', 'useless', 7, { callId: 'c/0' }),
    ]);
    expect(spent.cached).toEqual({ calls: 0, tokens: 0 });
    expect(spentBeside(100, spent)).toMatchObject({ tokens: 107, saved: 0 });
    expect(tallied([attempt('d1/1', 'answered', 1)])).not.toHaveProperty('cached');
  });
});
