import type { Benchmark, Query } from '../../domain/benchmark.ts';
import type { RunConfiguration } from '../../domain/run/configuration.ts';
import { evaluationRules } from '../../domain/run/evaluation-rules.ts';
import { isQueryLevel } from '../../domain/run/run-kind.ts';
import { finalPickRules, searchRules } from '../../domain/run/search-rules.ts';
import { camelCase } from '../../domain/settings/configured.ts';
import type { OwnSettings } from '../../domain/settings/own-settings.ts';
import type { SettingRules } from '../../domain/settings/setting-rule.ts';
import { canonicalHash } from '../../domain/workflow/canonical-hash.ts';
import { configurationToProto } from '../../shared/contracts/configuration-codec.ts';
import type { Endpoint } from '../../shared/contracts/generated/scale/v1/control.ts';
import { sortedText } from '../../shared/settings/sorted-text.ts';
import { shortPath } from '../short-path.ts';

/** A benchmark's content as a run has it, and the file that defines it, if it is not built in. */
export interface RunContent {
  readonly configuration: RunConfiguration;
  readonly benchmark: Benchmark;
  readonly benchmarkFile?: string;
}

/** In a person's words: what an earlier run's configuration said, and what it says now. */
export function describeDifferences(before: RunContent, now: RunContent): readonly string[] {
  const settings = settingsOf(before.configuration);
  const changed = [...settingsOf(now.configuration)].flatMap(([name, value]) => {
    const old = settings.get(name);
    return old === value ? [] : [`${name} changed from ${old === undefined ? 'unset' : old} to ${value}`];
  });
  const [then, first] = [before, now].map(({ configuration }) => canonicalHash(configuration.initialWorkflow));
  return [...describeContent(before, now), ...(then === first ? [] : ['the first workflow has changed']), ...changed];
}

/** The benchmark's content, the change that a user is least likely to notice. */
function describeContent(before: RunContent, now: RunContent): string[] {
  if (before.configuration.benchmark.contentHash === now.configuration.benchmark.contentHash) return [];
  const { benchmarkFile, benchmark } = now;
  const what =
    benchmarkFile === undefined
      ? `the benchmark ${benchmark.name} has changed`
      : `the benchmark file ${shortPath(benchmarkFile)}, or data that it names, has changed`;
  return [`${what} (${describeQueries(before.benchmark.queries, benchmark.queries)})`];
}

function describeQueries(before: readonly Query[], now: readonly Query[]): string {
  const both = Math.min(before.length, now.length);
  const changed = now.slice(0, both).filter((query, index) => sortedText(query) !== sortedText(before[index])).length;
  if (changed > 0) return `${changed} of ${both} queries differ`;
  return before.length === now.length
    ? 'something other than its queries'
    : `${now.length} queries instead of ${before.length}; the first ${both} are the same`;
}

/** Whether the earlier queries are the first ones of the current, or the other way round: as a rule, the limit has changed. */
export function isOtherLength({ benchmark: before }: RunContent, { benchmark: now }: RunContent): boolean {
  const both = Math.min(before.queries.length, now.queries.length);
  return (
    before.queries.length !== now.queries.length &&
    sortedText(before.queries.slice(0, both)) === sortedText(now.queries.slice(0, both))
  );
}

/** Settings under the names that a run file has for them, with their values as a run file would write them. */
function settingsOf(configuration: RunConfiguration): Map<string, string> {
  const { seed, benchmark, executor, optimizer, search, evaluation } = configurationToProto(configuration);
  const { convergenceRounds, convergenceTop, convergenceZ, finalPick, ...rest } = { ...search };
  const groups = {
    seed,
    benchmark: { split: benchmark?.split, scorer: benchmark?.scorer },
    models: { executor, optimizer },
    search: {
      ...withOtherSettings(searchRules, rest, configuration.search),
      finalPick: finalPick && withOtherSettings(finalPickRules, finalPick, configuration.search.finalPick ?? {}),
      mode: modeOf(configuration),
      convergence: { rounds: convergenceRounds, top: convergenceTop, z: convergenceZ },
    },
    evaluation: evaluation && withOtherSettings(evaluationRules, evaluation, configuration.evaluation),
  };
  return new Map(leavesOf('', groups));
}

/** A message's fields, and what it carries besides them, under the names that a run file has for them. */
function withOtherSettings(
  rules: SettingRules,
  message: object,
  settings: object & { readonly own?: OwnSettings },
): Readonly<Record<string, unknown>> {
  const { otherSettings: _, ...fields }: Readonly<Record<string, unknown>> = { ...message };
  const given: Readonly<Record<string, unknown>> = { ...settings };
  const later = Object.entries(rules)
    .filter(([name]) => !(camelCase(name) in fields))
    .map(([name, { leftOut }]) => [name, given[camelCase(name)] ?? leftOut]);
  return { ...fields, ...Object.fromEntries(later), ...settings.own };
}

function modeOf(configuration: RunConfiguration): string {
  return isQueryLevel(configuration) ? 'query-level' : 'task-level';
}

function leavesOf(path: string, value: unknown): [string, string][] {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, shown(path, value)]];
  return Object.entries(value).flatMap(([key, inner]) => {
    const name = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return leavesOf(path === '' ? name : `${path}.${name}`, inner);
  });
}

/** The contract has "" for what is left out; for these settings that means something. */
function shown(path: string, value: unknown): string {
  if (value === '' && path === 'search.ties') return 'oldest';
  if (value === '' && path === 'models.optimizer.structured') return 'off';
  return value === '' ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);
}

/** Models that are now asked at another address; undefined for none. The address of a simulated model says nothing. */
export function describeMoves(
  before: readonly Endpoint[],
  now: readonly (Endpoint & { readonly simulated: boolean })[],
): string | undefined {
  const models = [...new Set(now.filter(({ simulated }) => !simulated).map(({ model }) => model))];
  const moves = models.flatMap((model) => {
    const [old, present] = [before, now].map((endpoints) => addressesOf(endpoints, model));
    return old === '' || old === present ? [] : [`${model} was asked at ${old} and is now at ${present}`];
  });
  return moves.length === 0 ? undefined : moves.join(', ');
}

/** Of all servers that serve the model, whatever their order. */
function addressesOf(endpoints: readonly Endpoint[], wanted: string): string {
  return endpoints
    .flatMap(({ model, baseUrl }) => (model === wanted ? [baseUrl] : []))
    .sort()
    .join(' and ');
}

/** This many are named; the others are counted. */
const mostTold = 3;

export function listedDifferences(differences: readonly string[]): string {
  const told = differences.slice(0, mostTold).join('; ');
  const others = differences.length - mostTold;
  return others > 0 ? `${told}; and ${others} more` : told;
}
