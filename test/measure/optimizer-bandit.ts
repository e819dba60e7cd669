/**
 * What a bandit over two optimizer models could be worth: searches of 20 workflows whose edits are drawn from recorded ones
 * (child's score less its parent's). One optimizer makes them as they are recorded; of the other's, a share of those that help
 * does not. Scores are measured on 20 queries, and rounds see what was over four rounds before, as by default.
 *
 *   node test/measure/optimizer-bandit.ts [--recorded FOLDER] [--searches 4000] [--rounds 20]
 */
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Random } from '../../services/domain/ports.ts';
import { randomInteger, randomStream } from '../../services/domain/random.ts';
import { truthOf } from '../../services/domain/replay/recorded-search.ts';
import { mean } from '../../services/domain/statistics/intervals.ts';
import { pairedInterval } from '../../services/domain/statistics/paired-interval.ts';
import { dataFolderOf } from '../../services/shared/config/data-folder.ts';
import { readTraces } from '../../services/shared/traces/read-traces.ts';

const { values } = parseArgs({
  options: {
    recorded: { type: 'string' },
    searches: { type: 'string', default: '4000' },
    rounds: { type: 'string', default: '20' },
  },
});
const rounds = Number(values.rounds);
const [queries, finalQueries, inFlight, start, ceiling] = [20, 80, 4, 0.8, 0.97];

const recorded = await readTraces(values.recorded ?? join(dirname(dataFolderOf()), 'recorded'));
const edits = recorded.flatMap(({ workflows }) =>
  workflows.flatMap((child) => {
    const parent = workflows[child.parentRound - 1];
    return parent === undefined ? [] : [truthOf(child) - truthOf(parent)];
  }),
);
const others = edits.filter((change) => change <= 0);
console.log(`${edits.length} recorded edits, ${edits.length - others.length} of which help`);

interface Draw {
  readonly optimizer: number;
  /** Measured, less its parent's as it was measured. */
  readonly gain: number;
}
/** Which optimizer makes the next edit, from the draws that it may know of. */
type Policy = (known: readonly Draw[], made: number, random: Random) => number;

const policies: Readonly<Record<string, Policy>> = {
  'in turn': (_, made) => made % 2,
  UCB1: (known) => {
    const counts = [0, 1].map((optimizer) => known.filter((draw) => draw.optimizer === optimizer).length);
    const unseen = counts.indexOf(0);
    if (unseen >= 0) return unseen;
    const bound = (optimizer: number): number => {
      const gains = known.filter((draw) => draw.optimizer === optimizer).map(({ gain }) => Math.max(0, gain));
      return mean(gains) + 0.1 * Math.sqrt((2 * Math.log(known.length)) / gains.length);
    };
    return bound(0) >= bound(1) ? 0 : 1;
  },
  'Thompson, by how often it helps': (known, _, random) => {
    const sample = [0, 1].map((optimizer) => {
      const helped = known.filter((draw) => draw.optimizer === optimizer).map(({ gain }) => gain > 0);
      const successes = helped.filter((each) => each).length;
      return beta(1 + successes, 1 + helped.length - successes, random);
    }) as [number, number];
    return sample[0] >= sample[1] ? 0 : 1;
  },
  'the better one alone': () => 0,
  'the worse one alone': () => 1,
};

console.log(
  `| the other's edits that help | ${Object.keys(policies).join(' | ')} |\n| --- |${' --- |'.repeat(Object.keys(policies).length)}`,
);
for (const spoilt of [0, 0.25, 0.5, 1]) {
  const found = Object.values(policies).map((policy) =>
    Array.from({ length: Number(values.searches) }, (_, seed) => search(policy, spoilt, seed)),
  );
  const cells = found.map((truths, place) => {
    if (place === 0) return (100 * mean(truths)).toFixed(2);
    const { difference, low, high } = pairedInterval(truths.map((truth, seed) => truth - (found[0]?.[seed] ?? 0)));
    return `${points(difference)} (${points(low)} to ${points(high)})`;
  });
  console.log(`| ${100 * (1 - spoilt)} % as often | ${cells.join(' | ')} |`);
}

/** The true score of what a search picks. */
function search(policy: Policy, spoilt: number, seed: number): number {
  const random = randomStream(seed, 'bandit', spoilt);
  const made: { readonly truth: number; readonly measured: number; readonly draw?: Draw }[] = [
    { truth: start, measured: measure(start, queries, random) },
  ];
  while (made.length < rounds) {
    const seen = made.slice(0, Math.max(1, made.length - inFlight + 1));
    const parent = seen.reduce((best, each) => (each.measured >= best.measured ? each : best));
    const optimizer = policy(
      seen.flatMap(({ draw }) => draw ?? []),
      made.length - 1,
      random,
    );
    const drawn = edits[randomInteger(random, edits.length)] as number;
    const isSpoilt = drawn > 0 && optimizer === 1 && random.next() < spoilt;
    const change = isSpoilt ? (others[randomInteger(random, others.length)] as number) : drawn;
    const truth = Math.min(ceiling, Math.max(0, parent.truth + change));
    const measured = measure(truth, queries, random);
    made.push({ truth, measured, draw: { optimizer, gain: measured - parent.measured } });
  }
  const best = made.toSorted((one, other) => other.measured - one.measured).slice(0, 3);
  const again = best.map(({ truth }) => ({ truth, score: measure(truth, finalQueries, random) }));
  return again.reduce((one, other) => (other.score > one.score ? other : one)).truth;
}

function measure(truth: number, count: number, random: Random): number {
  let solved = 0;
  for (let query = 0; query < count; query += 1) if (random.next() < truth) solved += 1;
  return solved / count;
}

/** Of whole numbers: an order statistic of uniform ones. */
function beta(a: number, b: number, random: Random): number {
  return Array.from({ length: a + b - 1 }, () => random.next()).sort((one, other) => one - other)[a - 1] as number;
}

function points(share: number): string {
  return `${share < 0 ? '−' : '+'}${Math.abs(100 * share).toFixed(2)}`;
}
