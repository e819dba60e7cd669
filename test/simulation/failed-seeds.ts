import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { describeSeed, simulateSeed } from './simulate-seed.ts';

/** Seeds from `first` on, each `every`-th of `count`. */
export interface Seeds {
  readonly first: number;
  readonly count: number;
  readonly every: number;
  /** The command that runs one of them once more. */
  readonly again: string;
}

/** What a person reads before the first is mended. */
const worthReading = 10;
/** A thread of its own is worth its start from so many seeds on. */
const seedsOfThread = 300;

/** Those of the seeds that show a violation, each described. */
export async function failedSeeds({ first, count, every, again }: Seeds): Promise<string[]> {
  const failed: string[] = [];
  for (let seed = first; seed < first + count && failed.length < worthReading; seed += every) {
    const simulated = await simulateSeed(seed);
    if (simulated.violations.length > 0) failed.push(describeSeed(simulated, again));
  }
  return failed;
}

/** The same on as many cores as there are and the seeds are worth. */
export async function failedSeedsInThreads(seeds: Omit<Seeds, 'every'>): Promise<string[]> {
  const every = Math.max(1, Math.min(availableParallelism(), Math.floor(seeds.count / seedsOfThread)));
  if (every === 1) return await failedSeeds({ ...seeds, every });
  const parts = Array.from({ length: every }, (_, index) => {
    const part: Seeds = { ...seeds, first: seeds.first + index, count: seeds.count - index, every };
    const { promise, resolve, reject } = Promise.withResolvers<string[]>();
    new Worker(new URL('./failed-seeds-thread.ts', import.meta.url), { workerData: part })
      .once('message', resolve)
      .once('error', reject);
    return promise;
  });
  return (await Promise.all(parts)).flat();
}
