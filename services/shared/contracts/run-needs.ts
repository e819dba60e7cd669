import type { Benchmark } from '../../domain/benchmark.ts';
import { operators } from '../../domain/operators/registry.ts';
import { scorerKinds } from '../../domain/scoring/kinds/registry.ts';
import { scorers } from '../../domain/scoring/registry.ts';
import type { RunManifest } from './generated/scale/v1/control.ts';

/**
 * What a program must know to do a run's jobs, by name: "execute/operator/custom" for those who execute, "any/..." for all. One
 * of an earlier version lacks what came later, and leaves the run to others; it would otherwise take for a workflow's failure
 * what is its own.
 */
export type Need = `${'execute' | 'any'}/${string}`;

/** Rises with a change to jobs that an earlier worker would misread. */
const jobs: Need = 'any/jobs/1';
const language: Need = 'execute/workflow-language/1';

export function needsOf({ operators: called, scorer, otherScorers, ownScorers = {} }: Benchmark): Need[] {
  const builtIn = [scorer, ...otherScorers].filter((name) => ownScorers[name] === undefined);
  const needs = [
    ...[jobs, language],
    ...called.map(needOfOperator),
    ...builtIn.map(needOfScorer),
    ...Object.values(ownScorers).map(({ kind }) => needOfKind(kind)),
  ];
  return [...new Set(needs)].sort();
}

/** What this program knows. */
export function knownNeeds(): ReadonlySet<string> {
  return new Set<Need>([
    ...[jobs, language],
    ...[...operators.keys()].map(needOfOperator),
    ...[...scorers.keys()].map(needOfScorer),
    ...[...scorerKinds.keys()].map(needOfKind),
  ]);
}

/** @param kinds of jobs that are to be done; all of them where it is not given */
export function lackingFor(
  { needs }: Pick<RunManifest, 'needs'>,
  known: ReadonlySet<string>,
  kinds: readonly string[] = ['execute'],
): string[] {
  const concerned = (needs?.names ?? []).filter(
    (need) => need.startsWith('any/') || kinds.some((kind) => need.startsWith(`${kind}/`)),
  );
  return concerned.filter((need) => !known.has(need));
}

/** E.g. "the operator ponder" of "execute/operator/ponder". */
export function describeNeed(need: string): string {
  const [, what = need, ...name] = need.split('/');
  return name.length === 0 ? what : `the ${what.replaceAll('-', ' ')} ${name.join('/')}`;
}

function needOfOperator(name: string): Need {
  return `execute/operator/${name}`;
}

function needOfScorer(name: string): Need {
  return `execute/scorer/${name}`;
}

function needOfKind(kind: string): Need {
  return `execute/kind-of-scorer/${kind}`;
}
