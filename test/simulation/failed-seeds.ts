import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { roomForGarbage } from './room-for-garbage.ts';
import { simulateSeed } from './simulate-seed.ts';
import { type SimulatedCase, shrinkCase } from './simulated-case.ts';

/** Seeds from `first` on, each `every`-th of `count`. */
export interface Seeds {
  readonly first: number;
  readonly count: number;
  readonly every: number;
  /** Only searches whose name has this. Default: all. */
  readonly searches?: string;
}

/** Told while a thread is at work: how many seeds it has tried so far, and those that failed since it told that last. */
export interface SeedsTried {
  readonly tried: number;
  readonly failed: readonly string[];
}

/** What a person reads before the first is mended. */
const worthReading = 10;
/** Shrinking takes up to a minute each. */
const worthShrinking = 2;
const toldEvery = 100;
/** A thread of its own is worth its start from so many seeds on. */
const seedsOfThread = 150;

/**
 * Those of the seeds that show a violation, each described, the first ones with the smallest plan that still shows one.
 * @param tell is told of each hundred seeds, and of each failure
 */
export async function failedSeeds(
  { first, count, every, searches = '' }: Seeds,
  tell: (news: SeedsTried) => void,
): Promise<string[]> {
  const failed: string[] = [];
  let tried = 0;
  for (let seed = first; seed < first + count && failed.length < worthReading; seed += every) {
    const { violations, search, rounds, plan } = await simulateSeed(seed, searches);
    tried += 1;
    if (tried % toldEvery === 0) tell({ tried, failed: [] });
    if (violations.length === 0) continue;
    const shown = failed.length < worthShrinking ? await shrinkCase({ search, rounds, plan }) : { search, rounds, plan };
    failed.push(describe(seed, searches, violations, shown));
    tell({ tried, failed: failed.slice(-1) });
  }
  return failed;
}

function describe(seed: number, searches: string, violations: readonly string[], shown: SimulatedCase): string {
  const among = searches === '' ? '' : ` --searches ${quoted(searches)}`;
  return [
    `seed ${seed}, ${shown.search}:`,
    ...violations.map((violation) => `  ${violation}`),
    `  the seed again: node scripts/simulate.ts --first ${seed} --seeds 1${among}`,
    `  as small as it still shows one: node scripts/simulate.ts --again ${quoted(JSON.stringify(shown))}`,
  ].join('\n');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * The same on as many cores as there are and the seeds are worth.
 * @param tell is told how many all threads have tried, and of failures as they come
 */
export async function failedSeedsInThreads(
  seeds: Omit<Seeds, 'every'>,
  tell: (news: SeedsTried) => void = () => undefined,
): Promise<string[]> {
  const triedBy = new Map<number, number>();
  const every = Math.max(1, Math.min(availableParallelism(), Math.floor(seeds.count / seedsOfThread)));
  const parts = Array.from({ length: every }, (_, index) => {
    const part: Seeds = { ...seeds, first: seeds.first + index, count: seeds.count - index, every };
    const { promise, resolve, reject } = Promise.withResolvers<string[]>();
    new Worker(new URL('./failed-seeds-thread.ts', import.meta.url), { workerData: part, ...roomForGarbage })
      .on('message', (news: SeedsTried | readonly string[]) => {
        if (!('tried' in news)) return resolve([...news]);
        triedBy.set(index, news.tried);
        tell({ ...news, tried: [...triedBy.values()].reduce((sum, tried) => sum + tried, 0) });
      })
      .once('error', reject);
    return promise;
  });
  return (await Promise.all(parts)).flat();
}
