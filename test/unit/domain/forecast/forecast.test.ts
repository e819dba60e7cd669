import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerNature } from '../../../../services/domain/forecast/edit-effects.ts';
import { expectedExecutions } from '../../../../services/domain/forecast/expected-executions.ts';
import { addCourses, forecastOf, playCourses } from '../../../../services/domain/forecast/forecast.ts';
import { likelyRange } from '../../../../services/domain/forecast/likely-range.ts';
import { childGrowth } from '../../../../services/domain/forecast/made-up-edit.ts';
import { publishedEdits } from '../../../../services/domain/forecast/published-edits.ts';
import { simulatedEdits, simulatedStart } from '../../../../services/domain/forecast/simulated-edits.ts';
import type { StandIn } from '../../../../services/domain/forecast/stand-in.ts';
import { replyTokens, simulatedReplies } from '../../../../services/domain/forecast/typical-replies.ts';
import { randomStream } from '../../../../services/domain/random.ts';
import { madeUpBenchmark } from '../report/made-up-benchmark.ts';
import { madeUpConfiguration, madeUpWorkflow, type Overrides } from '../search/made-up-world.ts';

const queryCount = 40;
const standIn: StandIn = {
  executions: Array.from({ length: queryCount }, () => ({ calls: 1, promptTokens: 100, completionTokens: 50 })),
  ...{ score: 0.6, edits: simulatedEdits('number'), tokensPerCharacter: 0.25, proposalTokens: 45, predictionTokens: 30 },
  ...{ refused: { first: 0.3, later: 0.2 }, doubts: { executor: 0.1, optimizer: 0.05, branches: 0 } },
};
const played = (overrides: Overrides = {}, limits: { tokens?: number; calls?: number; money?: number } = {}) => ({
  configuration: madeUpConfiguration({ queryCount, ...overrides }),
  benchmark: madeUpBenchmark(queryCount),
  ...{ standIn, limits: { pickShare: 0.1, testShare: 0, ...limits } },
  prices: {
    currency: 'EUR',
    prices: [{ model: 'executor', input: 1, cachedInput: 1, output: 2, reasoning: 2, batch: 1 }],
  },
});

describe('a likely range', () => {
  it('is at most from one to two, lies within what was played, and says how much it holds', () => {
    const amounts = fc.array(fc.double({ min: 1, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(amounts, (courses) => {
        const { low, high, share, least, most, middle } = likelyRange(courses);
        expect(high / low).toBeLessThanOrEqual(2 + 1e-9);
        const within = courses.filter((value) => value >= low && value <= high).length;
        expect(share).toBeCloseTo(within / courses.length, 9);
        expect([least, most]).toEqual([Math.min(...courses), Math.max(...courses)]);
        expect(courses).toContain(middle);
        expect(share).toBeGreaterThan(0);
      }),
    );
  });

  it('is narrow where the courses agree, in their middle where they do not, and the fullest one where they fall into groups', () => {
    expect(likelyRange([10, 10, 10, 10])).toMatchObject({ low: 10, high: 10, share: 1 });
    // From 1 to 10,000 at equal ratios: the middle is at 100.
    const spread = likelyRange(Array.from({ length: 41 }, (_, index) => 10 ** (index / 10)));
    expect([spread.low, spread.high].map((end) => end / 100)).toEqual(
      [Math.SQRT1_2, Math.SQRT2].map((end) => expect.closeTo(end, 9)),
    );
    const groups = likelyRange([1, 1, 100, 101, 102, 103, 104, 105]);
    expect(groups.share).toBe(6 / 8);
    expect(groups.low).toBeLessThanOrEqual(100);
    expect(groups.high).toBeGreaterThanOrEqual(105);
    expect(likelyRange([0, 0, 5])).toMatchObject({ least: 0 });
  });

  it('is wider by the doubt at each end, but not where all courses are the same, and never beyond from one to two', () => {
    const courses = Array.from({ length: 40 }, (_, index) => 100 + index);
    const [sure, doubtful] = [likelyRange(courses), likelyRange(courses, 1.1)];
    expect(doubtful.high / doubtful.low).toBeCloseTo((1.1 ** 2 * sure.high) / sure.low, 9);
    expect(doubtful.low).toBeLessThan(sure.low);
    expect(doubtful.high).toBeGreaterThan(sure.high);
    expect(likelyRange([10, 10], 1.1)).toMatchObject({ low: 10, high: 10 });
    expect(likelyRange([10, 19], 1.1)).toMatchObject({ share: 1 });
    const wide = likelyRange([10, 19], 1.1);
    expect(wide.high / wide.low).toBeCloseTo(2, 9);
  });
});

describe('a run that is played', () => {
  it('takes the same course for the same number, and others for others', () => {
    const [one, again] = [playCourses(played(), 6), playCourses(played(), 6)];
    expect(one).toEqual(again);
    expect(new Set(one.map(({ tokens }) => tokens)).size).toBeGreaterThan(3);
  });

  it('costs an evaluation what its executions take, by the prices, and names the model without one', () => {
    const courses = playCourses(played({ kind: 'evaluation', search: { maxRounds: 1 }, evaluation: { method: 'full' } }), 20);
    const { calls, money, rounds } = forecastOf(courses);
    expect([calls.low, calls.high, rounds.high]).toEqual([queryCount, queryCount, 1]);
    // 40 x (100 x 1 + 50 x 2) millionths, give or take the doubt about replies.
    expect(money).toMatchObject({ currency: 'EUR' });
    expect(money?.low).toBeGreaterThan(0.006);
    expect(money?.high).toBeLessThan(0.0105);
    expect(forecastOf(playCourses(played(), 4)).money?.unpriced).toEqual(['optimizer']);
  });

  it.each(['full', 'few-shot', 'scale', 'predicted', 'difference'])('ends, whatever the method: %s', (method) => {
    const { rounds, tokens } = forecastOf(playCourses(played({ evaluation: { method }, search: { maxRounds: 6 } }), 4));
    expect(rounds.high).toBe(6);
    expect(tokens.least).toBeGreaterThan(0);
  });

  it('plays a workflow for each query, and an early stop', () => {
    const queryLevel = played({ kind: 'query-level', search: { maxRounds: 1 }, evaluation: { method: 'full', warmUpRounds: 0 } });
    expect(forecastOf(playCourses(queryLevel, 4)).tokensByModel.map(({ model }) => model)).toEqual(['executor', 'optimizer']);
    const early = played({ search: { maxRounds: 40, convergenceRounds: 3 }, evaluation: { method: 'full' } });
    expect(forecastOf(playCourses(early, 4)).ends.converged).toBeGreaterThan(0);
  });

  it.each<[Parameters<typeof played>[1]]>([[{ tokens: 20_000 }], [{ calls: 100 }], [{ money: 0.01 }]])(
    'ends by its limit %o, and not much beyond',
    (limits) => {
      const { ends, tokens, calls, money } = forecastOf(playCourses(played({}, limits), 5));
      expect(ends).toEqual({ limit: 1 });
      if (limits?.tokens !== undefined) expect(tokens.most).toBeLessThan(1.5 * limits.tokens);
      if (limits?.calls !== undefined) expect(calls.most).toBeLessThan(1.5 * limits.calls);
      if (limits?.money !== undefined) expect(money?.most).toBeLessThan(1.7 * limits.money);
    },
  );

  it('adds up with others, course by course', () => {
    const [one, other] = [playCourses(played(), 5), playCourses(played({ seed: 2 }), 5)];
    const both = addCourses([one, other]);
    expect(both.map(({ tokens }) => tokens)).toEqual(one.map(({ tokens }, index) => tokens + (other[index]?.tokens ?? 0)));
    expect(both[0]?.money?.amount).toBeCloseTo((one[0]?.money?.amount ?? 0) + (other[0]?.money?.amount ?? 0), 9);
  });
});

describe('a made-up edit', () => {
  const random = randomStream(1, 'edits');
  const effect = { calls: 1, overhead: 0, reply: 0, gain: 0 };
  const many = Number.POSITIVE_INFINITY;
  const start = { calls: 1, overhead: 0, reply: 1, score: 0.5, edits: 0 };

  it('is one of those of the initial workflow, and after it one of those of workflows that were edited', () => {
    const edits = [
      { mostCalls: many, mostReply: many, mostEdits: 0, effects: [{ ...effect, calls: 2 }] },
      { mostCalls: many, mostReply: many, effects: [{ ...effect, calls: 1.5 }] },
    ];
    const child = childGrowth(start, 1, 100, edits, random);
    expect(child).toMatchObject({ calls: 2, edits: 1 });
    expect(childGrowth(child, 1, 100, edits, random)).toMatchObject({ calls: 3, edits: 2 });
  });

  it('that makes replies long after one that made them short does not multiply them by the ratio of the two', () => {
    const [short, long] = [-0.95, 3].map((reply) => [{ mostCalls: many, mostReply: many, effects: [{ ...effect, reply }] }]);
    let growth = start;
    for (let turn = 0; turn < 3; turn += 1) {
      growth = childGrowth(childGrowth(growth, 1, 100, short ?? [], random), 1, 100, long ?? [], random);
    }
    expect(growth.reply).toBeCloseTo(1 + 3 * 2.05, 9);
    for (let turn = 0; turn < 20; turn += 1) growth = childGrowth(growth, 1, 100, short ?? [], random);
    expect(growth.reply).toBeGreaterThan(0);
  });

  it('of published searches leaves replies as long as they are', () => {
    const grown = childGrowth({ ...start, reply: 1.3 }, 1, 100, publishedEdits, random);
    expect(grown.reply).toBe(1.3);
  });
});

it('a simulated reply to a longer task or passage is longer, and a start scores by what answers are', () => {
  const [words, program] = [simulatedReplies('words'), simulatedReplies('program')];
  expect(replyTokens(words, 'custom', 'x'.repeat(4000))).toBe(53);
  expect(replyTokens(words, 'custom', 'x'.repeat(400))).toBe(35);
  expect(replyTokens(program, 'custom_code_generate', 'x'.repeat(400))).toBe(70);
  expect(simulatedStart('words')).toBeLessThan(simulatedStart('number'));
});

it('a proposal is shown answers as long as the replies of the workflow that gave them', () => {
  const optimizer = (completionTokens: number): number => {
    const executions = standIn.executions.map((each) => ({ ...each, completionTokens }));
    const courses = playCourses({ ...played(), standIn: { ...standIn, executions } }, 4);
    return courses.reduce((sum, { byModel }) => sum + (byModel.get('optimizer') ?? 0), 0);
  };
  expect(optimizer(90) / optimizer(10)).toBeGreaterThan(1.02);
});

it('an execution is expected to take what its texts and the replies that it asks for take', async () => {
  const benchmark = {
    inputs: ['question'],
    queries: [
      { id: 'a', fields: { question: 'x'.repeat(400) }, reference: '1' },
      { id: 'b', fields: { question: 'x'.repeat(4000) }, reference: '1' },
    ],
  };
  const settings = { maxCalls: 9, tokensPerCharacter: 0.25, replyLength: () => 70 };
  const [short, long] = await expectedExecutions(madeUpWorkflow('Answer.'), benchmark, settings);
  expect(short).toMatchObject({ calls: 1, completionTokens: 70 });
  expect((long?.promptTokens ?? 0) - (short?.promptTokens ?? 0)).toBeCloseTo(900, 6);
});

it('a benchmark is known by the operators that it allows', () => {
  expect(answerNature(['custom', 'custom_code_generate', 'test'])).toBe('program');
  expect(answerNature(['custom', 'format'])).toBe('words');
  expect(answerNature(['custom', 'programmer'])).toBe('number');
});
