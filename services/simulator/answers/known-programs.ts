import type { Query } from '../../domain/benchmark.ts';
import { randomStream } from '../../domain/random.ts';
import type { KnownQuery } from '../known-query.ts';
import { misspelt, mutated } from './program-mutations.ts';
import { programVariants } from './program-variants.ts';
import { plainPython } from './python-source.ts';

/** The programs that the simulated model can write for a query; they are not run here. */
export interface KnownPrograms {
  readonly right: readonly string[];
  readonly wrong: readonly string[];
  /** No Python at all. */
  readonly misspelt: readonly string[];
  /** The right ones, as plainPython gives them. */
  readonly rightKeys: ReadonlySet<string>;
}

const made = new WeakMap<Query, KnownPrograms>();

export function knownPrograms(known: KnownQuery): KnownPrograms {
  const before = made.get(known.query);
  if (before !== undefined) return before;
  const programs = programsOf(known);
  made.set(known.query, programs);
  return programs;
}

/** Without a solution to start from, it can write a stub at most. */
function programsOf({ benchmark, query, solution }: KnownQuery): KnownPrograms {
  const name = functionAskedFor(query);
  const stub = `def ${name}(*arguments):\n    raise NotImplementedError`;
  if (solution === undefined) return { right: [stub], wrong: [stub], misspelt: [], rightKeys: new Set() };
  const random = randomStream(0, 'programs', benchmark.name, query.id);
  const right = programVariants(solution);
  const rightKeys = new Set(right.map(plainPython));
  const bare = right[1] ?? solution;
  const wrong = mutated(bare, name, random).filter((program) => !rightKeys.has(plainPython(program)));
  return { right, wrong: wrong.length === 0 ? [stub] : wrong, misspelt: misspelt(bare, name, random), rightKeys };
}

/** The name of the function that a query asks for. */
export function functionAskedFor(query: Query): string {
  const named = query.fields.entry_point ?? '';
  return /^\w+$/.test(named) ? named : 'solution';
}
