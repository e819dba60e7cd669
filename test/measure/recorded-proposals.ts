/**
 * What recorded searches say of proposals, before any is made:
 *
 * - merges: how many queries more the better of two workflows would solve if it also solved what the other does, against two
 *   executions of one workflow, which is what chance gives (`*.matrix.json`, as scale replay reads them);
 * - near edits: how many proposals are nearly an earlier workflow, and how far their scores are from its (`--workspaces`: folders
 *   of AFlow's with round_N/graph.py, prompt.py, experience.json and the scores in the names of the CSV files).
 *
 *   node test/measure/recorded-proposals.ts [--recorded FOLDER] [--workspaces FOLDER]
 */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { defined } from '../../services/domain/defined.ts';
import { randomStream, shuffled } from '../../services/domain/random.ts';
import { truthOf, workingOf } from '../../services/domain/replay/recorded-search.ts';
import { complement } from '../../services/domain/search/parents/plan-merge.ts';
import { mean } from '../../services/domain/statistics/intervals.ts';
import { commonRuns, runsOfText } from '../../services/domain/workflow/similarity.ts';
import { dataFolderOf } from '../../services/shared/config/data-folder.ts';
import { readTraces } from '../../services/shared/traces/read-traces.ts';

const { values } = parseArgs({ options: { recorded: { type: 'string' }, workspaces: { type: 'string' } } });

console.log('| search | queries | working workflows | two workflows | one workflow, twice | the pair that a merge takes |');
console.log('| --- | --- | --- | --- | --- | --- |');
for (const { name, queryCount, workflows } of await readTraces(values.recorded ?? join(dirname(dataFolderOf()), 'recorded'))) {
  const isWorking = workingOf(workflows.map(truthOf));
  const working = workflows.filter((_, place) => isWorking[place]).map(({ repeats }) => repeats);
  const two = pairsOf(working).map(([one, other]) => gain(one[0] ?? [], other[0] ?? []));
  const twice = working.flatMap((repeats) => pairsOf(repeats).map(([one, other]) => gain(one, other)));
  const taken = chosenGains(
    working.map(([scores = []]) => scores),
    queryCount,
  );
  const shown = [two, twice, taken].map((gains) => (gains.length === 0 ? '–' : (100 * mean(gains)).toFixed(1)));
  console.log(`| ${name} | ${queryCount} | ${working.length} | ${shown.join(' | ')} |`);
}

/** By how much the better one would be better if it also solved what the other does. */
function gain(one: readonly number[], other: readonly number[]): number {
  return mean(one.map((score, query) => Math.max(score, other[query] ?? 0))) - Math.max(mean(one), mean(other));
}

/** On the queries left over, of the two that would be merged after 20 queries: the most solved together, each a query alone. */
function chosenGains(rows: readonly (readonly number[])[], queryCount: number): number[] {
  return Array.from({ length: 200 }, (_, seed) => {
    const order = shuffled(randomStream(seed, 'recorded-proposals'), [...Array(queryCount).keys()]);
    const on = (scores: readonly number[], queries: readonly number[]) => queries.map((query) => scores[query] ?? 0);
    const seen = order.slice(0, 20);
    const rest = order.slice(20);
    const row = (scores: readonly number[]) => ({ queries: seen, scores: on(scores, seen) });
    const pairs = pairsOf(rows).flatMap((pair) => {
      const { onlyFirst, onlySecond, together } = complement(row(pair[0]), row(pair[1]));
      return onlyFirst.length === 0 || onlySecond.length === 0 ? [] : [{ pair, together }];
    });
    const [best] = pairs.sort((one, other) => other.together - one.together);
    return best === undefined ? [] : [gain(on(best.pair[0], rest), on(best.pair[1], rest))];
  }).flat();
}

function pairsOf<T>(all: readonly T[]): [T, T][] {
  return all.flatMap((one, place) => all.slice(place + 1).map((other): [T, T] => [one, other]));
}

interface Proposed {
  readonly round: number;
  readonly parent?: number;
  readonly runs: ReadonlySet<string>;
  readonly score?: number;
}

interface Near {
  /** 1: the same but for capitals, blanks, punctuation and comments. */
  readonly similar: number;
  readonly score: number | undefined;
  readonly tried: number | undefined;
  /** Of all rounds before it. */
  readonly best: number;
}

const bands = [
  [1, 2],
  [0.9, 1],
  [0.8, 0.9],
  [0.5, 0.8],
] as const;
if (values.workspaces !== undefined) {
  const searches = await Promise.all((await searchFolders(values.workspaces)).map(readSearch));
  const proposals = searches.flatMap((search) => search.filter(({ parent }) => parent !== undefined));
  const near = searches.flatMap(nearEdits);
  console.log(`\n${proposals.length} proposals in ${searches.length} searches`);
  console.log(
    '| similar | proposals | mean distance of the scores | largest | better than all before |\n| --- | --- | --- | --- | --- |',
  );
  for (const [from, to] of bands) {
    const there = near.filter(({ similar }) => similar >= from && similar < to);
    const apart = there.flatMap(({ score, tried }) =>
      score === undefined || tried === undefined ? [] : [Math.abs(score - tried)],
    );
    const better = there.filter(({ score = 0, best }) => score > best).length;
    const distances =
      apart.length === 0 ? '– | –' : `${(100 * mean(apart)).toFixed(1)} | ${(100 * Math.max(...apart)).toFixed(1)}`;
    console.log(`| ${from === 1 ? '1' : `${from} to ${to}`} | ${there.length} | ${distances} | ${better} |`);
  }
}

/** Proposals that are at least twice as near to an earlier workflow as to their parent. */
function nearEdits(search: readonly Proposed[]): Near[] {
  return search.flatMap(({ round, parent, runs, score }) => {
    const edited = search.find((other) => other.round === parent);
    if (edited === undefined) return [];
    const earlier = search.filter((other) => other.round < round && (other.parent !== undefined || other.round === 1));
    const best = Math.max(...earlier.map((other) => other.score ?? 0));
    const moved = apartOf(runs, edited.runs);
    const near = earlier
      .filter((other) => other !== edited && 2 * apartOf(runs, other.runs) <= moved)
      .map((other) => {
        const common = commonRuns(runs, other.runs);
        return { similar: common / (runs.size + other.runs.size - common), score, tried: other.score, best };
      });
    return near.sort((one, other) => other.similar - one.similar).slice(0, 1);
  });
}

function apartOf(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  return one.size + other.size - 2 * commonRuns(one, other);
}

/** Folders that hold a search's rounds. */
async function searchFolders(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return [
    ...new Set(names.flatMap((name) => (/round_1\/graph\.py$/.test(name) ? [join(folder, dirname(dirname(name)))] : []))),
  ].sort();
}

async function readSearch(folder: string): Promise<Proposed[]> {
  const rounds = (await readdir(folder)).flatMap((name) => /^round_(\d+)$/.exec(name)?.[1] ?? []).map(Number);
  return await Promise.all(
    rounds.sort((one, other) => one - other).map((round) => readRound(join(folder, `round_${round}`), round)),
  );
}

async function readRound(folder: string, round: number): Promise<Proposed> {
  const names = await readdir(folder);
  const read = async (name: string) => (names.includes(name) ? await readFile(join(folder, name), 'utf8') : '');
  const graph = await read('graph.py');
  // From here on all of AFlow's files differ: before it are imports and operators.
  const body = graph.slice(graph.indexOf('async def __call__')).replace(/"""[\s\S]*?"""/g, '');
  const text = `${body}\n${await read('prompt.py')}`
    .replace(/#.*$/gm, '')
    .replace(/[.,;:!?'"`*-]+/g, ' ')
    .toLowerCase();
  const scores = names.flatMap((name) => /^([01]\.\d+)_\d{8}_\d+\.csv$/.exec(name)?.[1] ?? []).map(Number);
  // Without one the round has failed, and its files are what another round left there.
  const experience = await read('experience.json');
  const parent = /"\w+ node": (\d+)/.exec(experience)?.[1];
  const after = /"after": ([\d.]+)/.exec(experience)?.[1];
  const score = scores.length > 0 ? mean(scores) : after === undefined ? undefined : Number(after);
  return { round, runs: runsOfText(text), ...defined({ parent: parent === undefined ? undefined : Number(parent), score }) };
}
