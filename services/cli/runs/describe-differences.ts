import type { RunConfiguration } from '../../domain/search/configuration.ts';
import { canonicalHash } from '../../domain/workflow/canonical-hash.ts';
import { configurationToProto } from '../../shared/contracts/configuration-codec.ts';
import type { Endpoint } from '../../shared/contracts/generated/scale/v1/control.ts';
import { shortPath } from '../short-path.ts';

/** As a person names them: what stood in an earlier run's configuration, and what stands there now. */
export function describeDifferences(
  before: RunConfiguration,
  now: RunConfiguration,
  benchmarkFile: string | undefined,
): readonly string[] {
  const settings = settingsOf(before);
  const changed = [...settingsOf(now)].flatMap(([name, value]) => {
    const old = settings.get(name);
    return old === value ? [] : [`${name} was ${old === undefined ? 'not there' : old} and is ${value}`];
  });
  const workflow =
    canonicalHash(before.initialWorkflow) === canonicalHash(now.initialWorkflow) ? [] : ['the first workflow is another'];
  return [...describeBenchmark(before, now, benchmarkFile), ...workflow, ...changed];
}

/** The benchmark's content, which a user sees least of all. */
function describeBenchmark(
  { benchmark: before }: RunConfiguration,
  { benchmark: now }: RunConfiguration,
  file: string | undefined,
): string[] {
  if (before.contentHash === now.contentHash) return [];
  const what = file === undefined ? `the benchmark ${now.name}` : `the benchmark file ${shortPath(file)}, or data that it names,`;
  const counts = before.queryCount === now.queryCount ? '' : ` (${before.queryCount} queries then, ${now.queryCount} now)`;
  return [`${what} has changed${counts}`];
}

/** What a run file calls them, with their values as they would stand there. */
function settingsOf(configuration: RunConfiguration): Map<string, string> {
  const { seed, benchmark, executor, optimizer, search, evaluation } = configurationToProto(configuration);
  const { convergenceRounds, convergenceTop, convergenceZ, ...rest } = { ...search };
  const groups = {
    seed,
    benchmark: { split: benchmark?.split, scorer: benchmark?.scorer },
    models: { executor, optimizer },
    search: { ...rest, convergence: { rounds: convergenceRounds, top: convergenceTop, z: convergenceZ } },
    evaluation,
  };
  return new Map(leavesOf('', groups));
}

function leavesOf(path: string, value: unknown): [string, string][] {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, shown(path, value)]];
  return Object.entries(value).flatMap(([key, inner]) => {
    const name = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return leavesOf(path === '' ? name : `${path}.${name}`, inner);
  });
}

/** The contract has "" for what is left out; of these settings that means something. */
function shown(path: string, value: unknown): string {
  if (value === '' && path === 'search.ties') return 'oldest';
  if (value === '' && path === 'search.mode') return 'task-level';
  return value === '' ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);
}

/** Models that are asked elsewhere than before; undefined for none. Where a model is simulated, its address says nothing. */
export function describeMoves(
  before: readonly Endpoint[],
  now: readonly (Endpoint & { readonly simulated: boolean })[],
): string | undefined {
  const moves = now.flatMap(({ model, baseUrl, simulated }) => {
    const old = before.find((endpoint) => endpoint.model === model);
    return simulated || old === undefined || old.baseUrl === baseUrl
      ? []
      : [`${model} was asked at ${old.baseUrl} and now is at ${baseUrl}`];
  });
  return moves.length === 0 ? undefined : moves.join(', ');
}

/** So many are told by name; the others are counted. */
const mostTold = 3;

export function listedDifferences(differences: readonly string[]): string {
  const told = differences.slice(0, mostTold).join('; ');
  const others = differences.length - mostTold;
  return others > 0 ? `${told}; and ${others} more` : told;
}
