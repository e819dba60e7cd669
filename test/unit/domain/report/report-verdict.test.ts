import { expect, test } from 'vitest';
import { buildReport } from '../../../../services/domain/report/build-report.ts';
import { reportVerdict } from '../../../../services/domain/report/report-verdict.ts';
import { progressOf } from '../../../../services/domain/report/run-progress.ts';
import type { RunState } from '../../../../services/domain/run/state.ts';
import { progressToProto, verdictFromProto } from '../../../../services/shared/contracts/progress-codec.ts';
import { describeVerdict } from '../../../../services/shared/document/describe-verdict.ts';
import { asTerminal } from '../../cli/report/written-report.ts';
import { continueRun, madeUpConfiguration, madeUpWorld } from '../search/made-up-world.ts';
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
