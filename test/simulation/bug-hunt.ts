import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { PlantedBug } from './planted-bugs.ts';
import { roomForGarbage } from './room-for-garbage.ts';
import type { SimulatedCase } from './simulated-case.ts';

/** A defect to look for: first in the seed where it was seen before, if there is one, then from `first` on. */
export interface BugHunt {
  readonly what: string;
  readonly known?: number | undefined;
  readonly first: number;
  readonly count: number;
  /** Make the seed's case as small as it still shows the defect. */
  readonly shrink: boolean;
}

/** The first of the seeds that shows it, and what is left of it; neither where none does. */
export interface FoundBug {
  readonly what: string;
  readonly seed?: number;
  readonly shown?: ShownBug;
}

export interface ShownBug extends SimulatedCase {
  readonly violation: string;
  /** Calls of the bus until the end; 0 where the defect broke the simulation. */
  readonly steps: number;
}

/** Looks for these, on as many cores as there are. @param found is told of each, in any order */
export async function huntBugs(
  bugsToFind: readonly Pick<PlantedBug, 'what'>[],
  hunt: Omit<BugHunt, 'what' | 'known'> & { readonly known?: ReadonlyMap<string, number> },
  found: (bug: FoundBug) => void = () => undefined,
): Promise<FoundBug[]> {
  const left = bugsToFind.map(({ what }): BugHunt => ({ ...hunt, what, known: hunt.known?.get(what) })).values();
  const bugs: FoundBug[] = [];
  const huntInThread = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const thread = new Worker(new URL('./bug-hunt-thread.ts', import.meta.url), roomForGarbage);
      const next = (): void => {
        const { value, done } = left.next();
        if (done) void thread.terminate().then(() => resolve());
        else thread.postMessage(value);
      };
      thread.on('error', reject);
      thread.on('message', (bug: FoundBug) => {
        bugs.push(bug);
        found(bug);
        next();
      });
      next();
    });
  await Promise.all(Array.from({ length: availableParallelism() }, huntInThread));
  const order = bugsToFind.map(({ what }) => what);
  return bugs.sort((one, other) => order.indexOf(one.what) - order.indexOf(other.what));
}
