import { describe, expect, test } from 'vitest';
import { buildSweepReport } from '../../../../services/domain/sweep-report/build-sweep-report.ts';
import type { SweepFacts } from '../../../../services/domain/sweep-report/sweep-report-model.ts';
import { cellOf, runOf, scoreOf, testOf } from './made-up-cells.ts';

const method = 'evaluation.method';
const axes = [
  { name: method, values: ['full', 'scale', 'few-shot'] },
  { name: 'seed', values: ['1', '2'] },
];
const facts: SweepFacts = { sweepId: 'nightly-1', name: 'nightly', status: 'completed', axes };

const about = (value: number) => expect.closeTo(value, 4);

/**
 * Three methods, two seeds, a test of four queries; the run of few-shot's second seed has failed, after it had found something.
 *
 *               seed 1                              seed 2
 *   full        score .8, test 1 1 0 0, 100 tokens  score .9, test 1 0 0 0, 300 tokens
 *   scale       score .7, test 1 1 1 0,  50 tokens  score .8, test 1 1 0 0, 150 tokens
 *   few-shot    score .6, test 0 0 0 0,  40 tokens  failed after score .1, test 1 1 1 1, 7 tokens
 */
const cells = [
  cellOf({ [method]: 'full', seed: '1' }, runOf(100, { score: scoreOf(0.8), test: testOf([1, 1, 0, 0]), wallMs: 60_000 })),
  cellOf({ [method]: 'full', seed: '2' }, runOf(300, { score: scoreOf(0.9), test: testOf([1, 0, 0, 0]), wallMs: 180_000 })),
  cellOf({ [method]: 'scale', seed: '1' }, runOf(50, { score: scoreOf(0.7), test: testOf([1, 1, 1, 0]), wallMs: 30_000 })),
  cellOf({ [method]: 'scale', seed: '2' }, runOf(150, { score: scoreOf(0.8), test: testOf([1, 1, 0, 0]), wallMs: 30_000 })),
  cellOf({ [method]: 'few-shot', seed: '1' }, runOf(40, { score: scoreOf(0.6), test: testOf([0, 0, 0, 0]), wallMs: 20_000 })),
  cellOf({ [method]: 'few-shot', seed: '2' }, runOf(7, { score: scoreOf(0.1), test: testOf([1, 1, 1, 1]), wallMs: 10_000 }), {
    status: 'failed',
    reason: 'no endpoint',
  }),
];
const report = buildSweepReport(facts, cells);

describe('a small sweep, worked out by hand', () => {
  test('has the scores that searches give themselves over seeds', () => {
    const [full, scale, fewShot] = report.groups;
    // Mean of .8 and .9; s = .0707107, s / sqrt(2) = .05, t(.975, 1) = 12.7062: .85 +- .63531, at most 1.
    expect(full?.score).toMatchObject({ value: about(0.85), low: about(0.85 - 0.63531), high: 1, cells: 2 });
    expect(scale?.score).toMatchObject({ value: about(0.75), low: about(0.75 - 0.63531), high: 1, cells: 2 });
    // One seed is left, which has no interval; the failed one, which had found .1, is not counted, and is not 0.
    expect(fewShot?.score).toEqual({ value: 0.6, cells: 1, queries: 20, ofQueries: 20, methods: ['full'] });
    expect(report.groups.map(({ seeds, cells: ended, ofCells }) => [seeds, ended, ofCells])).toEqual([
      [['1', '2'], 2, 2],
      [['1', '2'], 2, 2],
      [['1'], 1, 2],
    ]);
  });

  test('has test scores over seeds and queries', () => {
    const [full, , fewShot] = report.groups;
    // Seeds .5 and .25, mean .375. Over seeds: s^2 / 2 = (2 x .125^2) / 1 / 2 = .015625, 1 degree of freedom.
    // Queries' means 1 .5 0 0: squares .390625 + .015625 + 2 x .140625 = .6875, and 2 x .5^2 = .5 made up: 1.1875 / 4^2 =
    // .07421875, 3 degrees. Together .08984375 = .29974^2 with .08984375^2 / (.015625^2 + .07421875^2 / 3) = 3.8805 degrees,
    // of which t(.975) is 2.8106: +- .8424, so that the interval is [0, 1].
    expect(full?.test).toMatchObject({ value: about(0.375), low: 0, high: 1, cells: 2, queries: 4, ofQueries: 4 });
    // All wrong: squares 0 + .5 = .5 / 16 = .03125 = .17678^2, 3 degrees, t = 3.18245: +- .56258.
    expect(fewShot?.test).toMatchObject({ value: 0, low: 0, high: about(0.56258), cells: 1 });
  });

  test('has the tokens, in all and by group', () => {
    // 100, 300: mean 200, s / sqrt(2) = 100: +- 1270.62, not below 0.
    expect(report.groups[0]?.tokens).toEqual({ value: 200, low: 0, high: about(1470.6205) });
    // 100 + 300 + 50 + 150 + 40, and 7 of the one that failed. Six tests of 10.
    expect(report.total).toMatchObject({ tokens: 647, testTokens: 60, wallMs: 330_000 });
    expect(report.total.spentTokens).toBeUndefined();
  });

  test('has the differences between methods, seed by seed and query by query', () => {
    const [fullScale, fullFew, scaleFew] = report.comparisons;
    // Seed 1: 0 0 1 0, seed 2: 0 1 0 0; .25 on average. Seeds do not differ. Queries' means 0 .5 .5 0: squares 4 x .25^2 = .25,
    // and 2 made up: 2.25 / 16 = .140625 = .375^2, 3 degrees: .25 +- 3.18245 x .375 = 1.19342.
    // Signs of .5 .5: 2 of 4 ways are as far from 0 as both alike.
    expect(fullScale).toMatchObject({
      ...{ axis: method, a: 'full', b: 'scale', basis: 'test', pairs: 2, ofPairs: 2, queries: 4, pValue: 0.5 },
      difference: { value: about(0.25), low: about(0.25 - 1.19342), high: 1 },
      // 50 / 100 and 150 / 300.
      tokenRatio: { value: about(0.5), low: about(0.5), high: about(0.5) },
    });
    // Only the first seed: -1 -1 0 0; 2 of 4 ways.
    expect(fullFew).toMatchObject({ a: 'full', b: 'few-shot', pairs: 1, ofPairs: 2, pValue: 0.5, difference: { value: -0.5 } });
    expect(fullFew?.tokenRatio).toEqual({ value: about(0.4) });
    // -1 -1 -1 0: 2 of 8 ways.
    expect(scaleFew).toMatchObject({ pairs: 1, pValue: 0.25, difference: { value: -0.75 } });
    // Holm over the three: .25 x 3 = .75, then .5 x 2 = 1.
    expect(report.comparisons.map(({ adjustedPValue }) => adjustedPValue)).toEqual([1, 1, 0.75]);
    expect(report.comparisons.map(({ verdict }) => verdict)).toEqual(['undecided', 'undecided', 'undecided']);
  });

  test('says what became of its cells', () => {
    expect(report.partial).toBe(false);
    expect(report.cellsByStatus).toEqual({ completed: 5, failed: 1 });
    expect(report.remarks.join('\n')).toMatch(/1 cell of 6 failed.* in no score, which is not the same as a score of 0/);
    expect(report.cells.at(-1)).toMatchObject({ status: 'failed', reason: 'no endpoint', run: { tokens: 7 } });
  });
});

test('a seed that is added later is one more in its groups, and changes no figure of the others', () => {
  const more = { ...facts, axes: [axes[0] as never, { name: 'seed', values: ['1', '2', '3'] }] };
  const third = ['full', 'scale', 'few-shot'].map((value) => cellOf({ [method]: value, seed: '3' }));
  const before = buildSweepReport(more, [...cells, ...third]);
  expect(before.partial).toBe(true);
  expect(before.comparisons.map(({ ofPairs, ...same }) => same)).toEqual(report.comparisons.map(({ ofPairs, ...same }) => same));
  expect(before.groups.map(({ ofCells, ...same }) => same)).toEqual(report.groups.map(({ ofCells, ...same }) => same));

  const [full = cells[0] as never, ...rest] = third;
  const run = runOf(200, { score: scoreOf(1), test: testOf([1, 1, 1, 1]) });
  const after = buildSweepReport(more, [...cells, { ...full, status: 'completed', run }, ...rest]);
  expect(after.groups[0]).toMatchObject({ seeds: ['1', '2', '3'], cells: 3, score: { value: about(0.9), cells: 3 } });
  expect(after.groups[1]).toEqual(before.groups[1]);
});

test('a difference is called one if Holm and the interval agree', () => {
  const right = new Array<number>(8).fill(1);
  const wrong = new Array<number>(8).fill(0);
  const lone = { ...facts, axes: [{ name: method, values: ['full', 'scale', 'few-shot'] }] };
  const { comparisons } = buildSweepReport(lone, [
    cellOf({ [method]: 'full' }, runOf(1, { test: testOf(wrong) })),
    cellOf({ [method]: 'scale' }, runOf(1, { test: testOf(right) })),
    cellOf({ [method]: 'few-shot' }, runOf(1, { test: testOf(right) })),
  ]);
  // All eight alike: 2 of 2^8 ways, .0078125. Squares 0, 2 made up: 2 / 64 = .17678^2; t(.975, 7) = 2.36462: 1 -+ .41801.
  expect(comparisons[0]).toMatchObject({
    pValue: 0.0078125,
    difference: { value: 1, low: about(0.58199), high: 1 },
    verdict: 'b',
  });
  // x 3; the second x 2 would be less than the first, and is raised to it.
  expect(comparisons.map(({ adjustedPValue }) => adjustedPValue)).toEqual([0.0234375, 0.0234375, 1]);
  expect(comparisons.map(({ verdict }) => verdict)).toEqual(['b', 'b', 'undecided']);
});

describe('benchmarks have the same weight, and are not compared with each other', () => {
  const two = [
    { name: 'benchmark', values: ['sums', 'words'] },
    { name: method, values: ['full', 'scale'] },
  ];
  const on = (benchmark: string, value: string, scores: readonly number[]) =>
    cellOf({ benchmark, [method]: value }, runOf(10, { test: testOf(scores, benchmark), score: scoreOf(0.5, benchmark) }));
  const compared = (sums: readonly number[][], words: readonly number[][]) =>
    buildSweepReport({ ...facts, axes: two }, [
      on('sums', 'full', sums[0] ?? []),
      on('sums', 'scale', sums[1] ?? []),
      on('words', 'full', words[0] ?? []),
      on('words', 'scale', words[1] ?? []),
    ]).comparisons;

  test('in the difference and its test', () => {
    // Differences 1 1 1 0 and -1 0: (3/4 - 1/2) / 2 = .125, not 2/6.
    const comparisons = compared(
      [
        [0, 0, 0, 0],
        [1, 1, 1, 0],
      ],
      [
        [1, 0],
        [0, 0],
      ],
    );
    expect(comparisons).toHaveLength(1);
    expect(comparisons[0]).toMatchObject({ axis: method, pairs: 2, queries: 6, difference: { value: 0.125 } });
    // With three queries for four and for two, each of sums' weighs 3/4 and of words' 3/2: 3 x .75 - 1.5 = .75. Every way to
    // choose the signs is as far from 0: 3.75, 2.25, .75 and those with all signs changed.
    expect(comparisons[0]?.pValue).toBe(1);
  });

  test('in the interval', () => {
    const alike = (score: number, count: number) => new Array<number>(count).fill(score);
    const [comparison] = compared([alike(0, 40), alike(1, 40)], [alike(0, 20), alike(0, 20)]);
    // Two values of 1 are made up in each: 2 / 40^2 = .00125 with 39 degrees of freedom, 2 / 20^2 = .005 with 19; a fourth of
    // their sum is .0015625 = .0395285^2, with .0015625^2 / (.0003125^2 / 39 + .00125^2 / 19) = 28.810 degrees, of which t(.975)
    // is 2.04581: .5 +- .08087.
    expect(comparison?.difference).toEqual({ value: 0.5, low: about(0.5 - 0.08087), high: about(0.5 + 0.08087) });
  });
});

test('without tests, runs are compared by their own scores, seed by seed', () => {
  const three = {
    ...facts,
    axes: [
      { name: method, values: ['full', 'scale'] },
      { name: 'seed', values: ['1', '2', '3'] },
    ],
  };
  const scores = { full: [0.5, 0.6, 0.7], scale: [0.6, 0.8, 0.7] };
  const all = (['full', 'scale'] as const).flatMap((value) =>
    scores[value].map((score, seed) => cellOf({ [method]: value, seed: String(seed + 1) }, runOf(10, { score: scoreOf(score) }))),
  );
  const { comparisons, remarks } = buildSweepReport(three, all);
  // .1 .2 0: mean .1, s = .1, / sqrt(3) = .0577350, t(.975, 2) = 4.30265: +- .24841. Of .1 .2, 2 of 4 ways.
  expect(comparisons[0]).toMatchObject({
    ...{ basis: 'search', pairs: 3, pValue: 0.5, verdict: 'undecided' },
    difference: { value: about(0.1), low: about(0.1 - 0.24841), high: about(0.1 + 0.24841) },
  });
  expect(comparisons[0]?.queries).toBeUndefined();
  expect(remarks.join('\n')).toMatch(/With 3 pairs of runs.*below 0\.250/);
});

test('runs that agree to the last digit give no interval, which would have no width', () => {
  const two = {
    ...facts,
    axes: [
      { name: method, values: ['full', 'scale'] },
      { name: 'seed', values: ['1', '2'] },
    ],
  };
  const all = (['full', 'scale'] as const).flatMap((value, place) =>
    ['1', '2'].map((seed) => cellOf({ [method]: value, seed }, runOf(10, { score: scoreOf(0.5 + 0.1 * place) }))),
  );
  const { comparisons, groups } = buildSweepReport(two, all);
  expect(groups[0]?.score).toEqual({ value: 0.5, cells: 2, queries: 20, ofQueries: 20, methods: ['full'] });
  // Two pairs of .1: 2 of 4 ways.
  expect(comparisons[0]).toMatchObject({ difference: { value: about(0.1) }, pValue: 0.5, verdict: 'undecided' });
  expect(comparisons[0]?.difference.low).toBeUndefined();
});

test('a query without a score is left out of what is compared, and the report says on how many it stands', () => {
  const lone = { ...facts, axes: [{ name: method, values: ['full', 'scale'] }] };
  const { comparisons, groups, remarks } = buildSweepReport(lone, [
    cellOf({ [method]: 'full' }, runOf(1, { test: testOf([1, undefined, 1, 0]) })),
    cellOf({ [method]: 'scale' }, runOf(1, { test: testOf([0, 1, undefined, 0]) })),
  ]);
  // Queries 0 and 3 are left: -1 and 0.
  expect(comparisons[0]).toMatchObject({ queries: 2, difference: { value: -0.5 } });
  expect(
    groups.map(({ test: { value, queries, ofQueries } = { value: 0, queries: 0, ofQueries: 0 } }) => [value, queries, ofQueries]),
  ).toEqual([
    [about(2 / 3), 3, 4],
    [about(1 / 3), 3, 4],
  ]);
  expect(remarks.join('\n')).toMatch(/2 test scores stand on fewer queries/);
});

test('a sweep of which nothing has begun has a report', () => {
  const { partial, groups, comparisons, total } = buildSweepReport(facts, [cellOf({ [method]: 'full', seed: '1' })]);
  expect({ partial, comparisons, total }).toEqual({
    partial: true,
    comparisons: [],
    total: { tokens: 0, testTokens: 0, wallMs: 0, cellsWithoutMoney: 0 },
  });
  expect(groups).toEqual([{ values: { [method]: 'full' }, seeds: [], cells: 0, ofCells: 1 }]);
});

test('money is added up where it is known, and what lacks it is said', () => {
  const usd = (amount: number, unpriced?: string[]) => ({ amount, currency: 'USD', ...(unpriced && { unpriced }) });
  const tested = { ...testOf([1]), money: usd(0.5) };
  const some = [
    cellOf({ [method]: 'full', seed: '1' }, runOf(1, { money: usd(1), spentMoney: usd(1.5), test: tested })),
    cellOf({ [method]: 'full', seed: '2' }, runOf(1, { money: usd(3) })),
    cellOf({ [method]: 'scale', seed: '1' }, runOf(1, { money: usd(2, ['qwen3-8b']) })),
    cellOf({ [method]: 'scale', seed: '2' }, runOf(1)),
  ];
  const { total, groups } = buildSweepReport(facts, some);
  // 1 + 3 + 2, of which the last lacks a model, and a fourth run has none.
  expect(total).toMatchObject({ money: usd(6, ['qwen3-8b']), spentMoney: usd(1.5), testMoney: usd(0.5), cellsWithoutMoney: 1 });
  // Mean 2, s / sqrt(2) = 1, t(.975, 1) = 12.7062, not below 0. Of the other row no mean is known.
  expect(groups.map(({ money }) => money)).toEqual([{ value: 2, low: 0, high: about(14.7062) }, undefined]);
  // A run that has used nothing lacks nothing.
  const withUnspent = buildSweepReport(facts, [...some, cellOf({ [method]: 'few-shot', seed: '1' }, runOf(0))]);
  expect(withUnspent.total.cellsWithoutMoney).toBe(1);
  const mixed = buildSweepReport(facts, [
    ...some,
    cellOf({ [method]: 'few-shot', seed: '1' }, runOf(1, { money: { amount: 1, currency: 'EUR' } })),
  ]);
  expect(mixed.total.money).toBeUndefined();
});

test('runs that ended without a result are told with the reason, and what they cost is in the totals', () => {
  const earlierRuns = [
    { runId: 'run-0', why: 'it failed: no endpoint', tokens: 30, money: { amount: 0.25, currency: 'USD' } },
    { runId: 'run-0-2', why: 'it failed: no endpoint', tokens: 5 },
  ];
  const again = [
    cellOf({ [method]: 'full', seed: '1' }, runOf(100, { score: scoreOf(0.5), money: { amount: 1, currency: 'USD' } }), {
      earlierRuns,
    }),
    cellOf({ [method]: 'full', seed: '2' }, undefined, { earlierRuns: [{ runId: 'run-9', why: 'it was cancelled', tokens: 7 }] }),
  ];
  const { total, repeated, groups } = buildSweepReport(facts, again);
  expect(total).toMatchObject({ tokens: 142, money: { amount: 1.25 } });
  expect(repeated).toEqual([
    { what: 'run', why: 'it failed: no endpoint', count: 2, tokens: 35, cells: 1 },
    { what: 'run', why: 'it was cancelled', count: 1, tokens: 7, cells: 1 },
  ]);
  // The tokens of a row are those of the runs whose scores it has.
  expect(groups[0]?.tokens).toEqual({ value: 100 });
});

describe('the calls of a sweep at once', () => {
  const run = (startedAtMs: number, endedAtMs: number, tookMs: number) =>
    runOf(10, { period: { startedAtMs, endedAtMs }, timedCalls: [{ model: 'm', tookMs }, { model: 'untimed' }] });

  test('are those of all its runs, over the time in which one of them went on', () => {
    const cells = [
      cellOf({ seed: '1' }, run(0, 1_000, 3_000)),
      cellOf({ seed: '2' }, run(500, 2_000, 4_000)),
      // The next night, of which the day between is no part.
      cellOf({ seed: '3' }, run(90_000, 91_000, 5_000)),
      cellOf({ seed: '4' }, runOf(0, {}), { status: 'running' }),
    ];
    const { total, cells: reported } = buildSweepReport(facts, cells);
    expect(total.callsAtOnce).toEqual([{ model: 'm', calls: 4 }]);
    expect(reported[0]?.run).not.toHaveProperty('timedCalls');
  });

  test('are not told if those of one run are not known: the others would stand for all', () => {
    const cells = [cellOf({ seed: '1' }, run(0, 1_000, 3_000)), cellOf({ seed: '2' }, runOf(10, {}))];
    expect(buildSweepReport(facts, cells).total.callsAtOnce).toBeUndefined();
  });
});
