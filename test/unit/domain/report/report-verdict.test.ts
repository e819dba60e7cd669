import { expect, test } from 'vitest';
import { randomStream } from '../../../../services/domain/random.ts';
import { buildReport } from '../../../../services/domain/report/build-report.ts';
import { reportVerdict, type Verdict } from '../../../../services/domain/report/report-verdict.ts';
import { progressOf } from '../../../../services/domain/report/run-progress.ts';
import type { RunState } from '../../../../services/domain/run/state.ts';
import { progressToProto, verdictFromProto } from '../../../../services/shared/contracts/progress-codec.ts';
import { describeVerdict } from '../../../../services/shared/document/describe-verdict.ts';
import { asTerminal } from '../../cli/report/written-report.ts';
import { continueRun, madeUpConfiguration, madeUpWorld, type World } from '../search/made-up-world.ts';
import { madeUpBenchmark } from './made-up-benchmark.ts';

const finished = continueRun(
  madeUpWorld(),
  madeUpConfiguration({
    queryCount: 40,
    search: { maxRounds: 6, objective: 'score', finalPick: { policy: 'race', topK: 3, share: 0.2 } },
    evaluation: { method: 'full', warmUpRounds: 0 },
  }),
).state;

/** The finished search with other outcomes of round 1 and of the winner, which both were executed in full. */
function stateWith(winner: number, start: Executed, found: Executed): RunState {
  const rounds = finished.rounds.map((round) => {
    const wanted = round.round === 1 ? start : round.round === winner ? found : undefined;
    if (wanted === undefined) return round;
    const use = { model: 'm', calls: 1, simulated: false };
    const usage = { promptTokens: wanted.tokens, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0 };
    const outcomes = round.outcomes.map((outcome, place) => ({
      ...{ queryIndex: outcome.queryIndex, repeat: 0, tokens: [{ ...use, usage }] },
      score: place < wanted.right ? 1 : 0,
    }));
    return { ...round, outcomes } as unknown as typeof round;
  });
  const { finalOutcomes: _, ...rest } = finished;
  return { ...rest, rounds, bestRound: winner };
}

interface Executed {
  readonly right: number;
  readonly tokens: number;
}

test.each<[string, number, Executed, Executed, RegExp]>([
  [
    'better',
    3,
    { right: 10, tokens: 70 },
    { right: 34, tokens: 592 },
    /^Better than the start: round 3, by \+60\.0 points \(95 % interval \+\d+\.\d to \+\d+\.\d\) on the 40 queries that both executed, 592 instead of 70 tokens an answer\.$/,
  ],
  [
    'better',
    3,
    { right: 36, tokens: 70 },
    { right: 39, tokens: 592 },
    /^Better than the start: round 3, probably, by \+7\.5 points \(95 % interval −\d+\.\d to \+\d+\.\d\) on the 40 queries that both executed, 592 instead of 70 tokens an answer\.$/,
  ],
  [
    'cheaper',
    3,
    { right: 38, tokens: 592 },
    { right: 38, tokens: 70 },
    /^As good as the start, but cheaper: round 3, 70 instead of 592 tokens an answer; the difference is 0\.0 points/,
  ],
  [
    'nothing-better',
    3,
    { right: 37, tokens: 70 },
    { right: 38, tokens: 592 },
    /^Nothing better than the start was found: round 3 differs from it by \+2\.5 points .*, which may be chance, 592 instead of 70 tokens an answer\.$/,
  ],
  [
    'nothing-better',
    3,
    { right: 38, tokens: 700 },
    { right: 5, tokens: 70 },
    /^Nothing better than the start was found: round 3 differs from it by −82\.5 points \(.*\) on the 40 queries that both executed, 70 instead of 700 tokens an answer\.$/,
  ],
  [
    'nothing-better',
    1,
    { right: 40, tokens: 70 },
    { right: 40, tokens: 70 },
    /^Nothing better than the start was found: round 1 is recommended, which is the start\.$/,
  ],
])('a search is %s in one sentence', (kind, winner, start, found, told) => {
  const state = stateWith(winner, start, found);
  const verdict = reportVerdict(state);
  expect(verdict).toMatchObject({ kind, round: winner, isFinal: true });
  const sentence = describeVerdict(verdict as NonNullable<typeof verdict>, 'completed');
  expect(sentence).toMatch(told);
  // What `scale status` has comes over the wire.
  const sent = progressToProto(state, progressOf(state, undefined, new Map(), 0)).verdict;
  const received = sent && verdictFromProto(sent);
  expect(received && describeVerdict(received, 'completed')).toBe(sentence);
});

test.each(['race', 'halving', 'top', 'argmax'])(
  '%s recommends nothing dearer than the start that its first line does not call better',
  (policy) => {
    const found = { dearer: 0, better: 0 };
    for (let seed = 1; seed <= 40; seed += 1) {
      const search = { maxRounds: 8, objective: 'score', parallelism: 1 + 3 * (seed % 2) } as const;
      const configuration = madeUpConfiguration({
        ...{ seed, queryCount: 40, evaluation: { method: 'few-shot', warmUpRounds: 0, fewShotFloor: 20, draw: 'once' } },
        search: { ...search, finalPick: { policy, topK: 3, share: 0.2 } },
      });
      const state = continueRun(noisyWorld(seed), configuration).state;
      const { kind, winner, start } = reportVerdict(state) as Verdict;
      const isDearer = (winner?.tokens ?? 0) > (start?.tokens ?? 0);
      expect(isDearer && kind !== 'better', `seed ${seed}: ${kind}`).toBe(false);
      found.dearer += Number(isDearer);
      found.better += Number(kind === 'better');
    }
    expect(found.dearer).toBeGreaterThan(0);
    expect(found.dearer).toBeLessThan(40);
  },
);

/** Workflows are about equally good, and the start is the cheapest of nearly all. */
function noisyWorld(seed: number): World {
  const shareOf = (hash: string): number => 0.8 + 0.15 * randomStream(seed, `share ${hash}`).next();
  return {
    ...madeUpWorld(),
    score: (hash, queryIndex) => Number(randomStream(seed, `${hash} ${queryIndex}`).next() < shareOf(hash)),
    cost: (hash) => 50 + 500 * randomStream(seed, `cost ${hash}`).next(),
  };
}

test('a winner that was executed on no query of the start says so', () => {
  const verdict = { kind: 'nothing-better', round: 3, queries: 0, isFinal: true } as const;
  expect(describeVerdict(verdict, 'completed')).toBe(
    'Nothing better than the start was found: round 3 is recommended, by its score alone: no query was executed with both.',
  );
});

test('it is the first line of the report, and a search that goes on says so', () => {
  const model = buildReport(finished, madeUpBenchmark(40), { runId: 'r' });
  // After the mark of a simulation and the run's name.
  const [, , first] = asTerminal(model)
    .split('\n')
    .filter((line) => line.trim() !== '');
  expect(first).toMatch(/^(Better than the start|As good as the start, but cheaper|Nothing better than the start was found)/);
  const { bestRound: _, stopReason: __, ...going } = finished;
  const verdict = reportVerdict({ ...going, status: 'running' });
  const told = verdict as NonNullable<typeof verdict>;
  expect(describeVerdict(told, 'running')).toMatch(/^So far: [bna]/);
  expect(describeVerdict(told, 'cancelled')).toMatch(/^When it was cancelled: [bna]/);
  expect(describeVerdict(told, 'failed')).toMatch(/^When it failed: [bna]/);
});

test('the rounds say what an answer takes, and which of them are on the front', () => {
  const { rounds } = buildReport(finished, madeUpBenchmark(40), { runId: 'r' });
  const scored = rounds.filter(({ score }) => score !== undefined);
  expect(scored.every(({ answer }) => (answer?.tokens ?? 0) > 0)).toBe(true);
  const front = scored.filter(({ isOnFront }) => isOnFront);
  expect(front.length).toBeGreaterThan(0);
  for (const one of front) {
    const beaten = scored.some(
      (other) => (other.score as number) > (one.score as number) && (other.answer?.tokens ?? 0) <= (one.answer?.tokens ?? 0),
    );
    expect(beaten).toBe(false);
  }
});

test('an evaluation has no verdict', () => {
  expect(reportVerdict({ ...finished, configuration: { ...finished.configuration, kind: 'evaluation' } })).toBeUndefined();
});
