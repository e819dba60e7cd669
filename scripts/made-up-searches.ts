import { publishedEdits } from '../services/domain/forecast/published-edits.ts';
import type { Random } from '../services/domain/ports.ts';
import { randomInteger, randomStream } from '../services/domain/random.ts';
import type { RecordedSearch, RecordedWorkflow } from '../services/domain/replay/recorded-search.ts';
import { mean } from '../services/domain/statistics/intervals.ts';

/** Workflows of a search, as by default. */
const workflowCount = 20;
/** The share of outcomes that come out the other way. Recorded: 3 to 4 % differ between two repeats of one workflow. */
const flips = 0.02;
/** Of the edits, as AFlow's: broken, and harmful. */
const [brokenShare, harmfulShare] = [0.12, 0.12];

/**
 * A search that nobody made, whose truth is known: each workflow's score on endlessly many queries like these. Abilities and
 * difficulties are on one scale, with noise for each pair, so that two workflows that work disagree on 10 to 21 % of the queries
 * (recorded: 6 to 19 %) and lie 1.6 to 2.8 points around their mean (recorded: 1.6 to 2.6). In two of five, the start lacks
 * something that an edit may find. Each edit is one of AFlow's published ones as far as cost goes.
 * @param seed the same seed gives the same search, and the same workflows for any number of queries
 */
export function madeUpSearch(seed: number, queryCount: number): RecordedSearch {
  const random = randomStream(seed, 'made-up');
  const hardness = -1 - 3 * random.next();
  const noise = 0.7 + 0.9 * random.next();
  const spread = 0.15 + 0.3 * random.next();
  const lack = random.next() < 0.4 ? 0.5 + 3 * random.next() : 0;
  const difficulty = (): number => hardness + 2.6 * normal(random);
  const all = Array.from({ length: 1500 }, difficulty);
  const made: Made[] = [];
  for (let round = 1; round <= workflowCount; round += 1) {
    made.push(
      round === 1 ? { parentRound: 0, ability: 0, lack, isBroken: false, cost: 1 } : edited(made, truthOf, spread, random),
    );
  }
  const difficulties = Array.from({ length: queryCount }, difficulty);
  const workflows = made.map((one, index): RecordedWorkflow => {
    const scores = difficulties.map((hard) => {
      const solved = one.isBroken ? random.next() < 0.02 : one.ability - one.lack - hard + noise * normal(random) > 0;
      return Number(random.next() < flips ? !solved : solved);
    });
    return { round: index + 1, parentRound: one.parentRound, repeats: [scores], cost: one.cost, truth: truthOf(one) };
  });
  return { source: 'made up', name: `made up ${seed}`, queryCount, workflows };

  function truthOf({ ability, lack: missing, isBroken }: Made): number {
    if (isBroken) return 0.02;
    const solved = mean(all.map((hard) => 1 / (1 + Math.exp((-1.7 * (ability - missing - hard)) / noise))));
    return flips + (1 - 2 * flips) * solved;
  }
}

interface Made {
  readonly parentRound: number;
  readonly ability: number;
  readonly lack: number;
  readonly isBroken: boolean;
  readonly cost: number;
}

/** An edit of one of the three that look best, or of the start. */
function edited(made: readonly Made[], truthOf: (one: Made) => number, spread: number, random: Random): Made {
  const looks = made.map((one, index) => ({ one, index, score: truthOf(one) + 0.04 * normal(random) }));
  const best = looks.toSorted((a, b) => b.score - a.score).slice(0, 3);
  const parents = [looks[0], ...best];
  const { one: parent, index } = parents[randomInteger(random, parents.length)] as (typeof looks)[number];
  const effects = publishedEdits.find(({ mostCalls }) => parent.cost <= mostCalls)?.effects ?? [];
  const cost = Math.min(30, Math.max(0.3, parent.cost * (effects[randomInteger(random, effects.length)]?.calls ?? 1)));
  const fate = random.next();
  const isHarmful = fate >= brokenShare && fate < brokenShare + harmfulShare;
  const change = isHarmful ? -Math.abs(0.8 + 0.5 * normal(random)) : 0.04 + spread * normal(random);
  return {
    parentRound: index + 1,
    ability: parent.ability + change,
    lack: random.next() < 0.35 ? 0 : parent.lack,
    isBroken: fate < brokenShare,
    cost,
  };
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
