import { resolve } from 'node:path';
import type { CellSetting } from '../../../domain/sweep/expand-matrix.ts';
import { isBenchmarkFile } from '../../benchmarks/find-benchmark.ts';
import { isGroup } from '../../settings/sorted-text.ts';

type Group = Readonly<Record<string, unknown>>;

/** Short paths for what is varied most. */
const shortened: readonly (readonly [string, string])[] = [
  ['executor', 'models.executor'],
  ['optimizer', 'models.optimizer'],
];

/** The path in a run file of a setting that a sweep file names. */
export function settingPath(path: string): string {
  for (const [short, whole] of shortened) if (path === short || path.startsWith(`${short}.`)) return path.replace(short, whole);
  return path === 'benchmark.file' ? 'benchmark.name' : path;
}

/** The content of a run file with its short forms written out, so that a part of a group can be set. */
export function writtenOut(content: unknown): Group {
  const { benchmark, search, ...rest } = isGroup(content) ? content : {};
  return {
    ...rest,
    ...(benchmark !== undefined && { benchmark: benchmarkGroup(benchmark) }),
    ...(search !== undefined && { search: searchGroup(search) }),
  };
}

function benchmarkGroup(benchmark: unknown): unknown {
  if (typeof benchmark === 'string') return { name: benchmark };
  if (!isGroup(benchmark) || !('file' in benchmark) || 'name' in benchmark) return benchmark;
  const { file: name, ...rest } = benchmark;
  return { name, ...rest };
}

function searchGroup(search: unknown): unknown {
  if (!isGroup(search) || typeof search.final_pick !== 'string') return search;
  return { ...search, final_pick: { policy: search.final_pick } };
}

/** A run file's content with the settings of a cell. @param folder of the sweep file, in which its paths start */
export function cellContent(base: Group, set: readonly CellSetting[], folder: string): Group {
  return set.reduce<Group>((content, { path, value }) => {
    const [at, given] = placeOf(settingPath(path), value);
    return assigned(content, at.split('.'), absolute(at, given, folder));
  }, base);
}

/** Only the name is another one: the number of queries, for example, stays. */
function placeOf(path: string, value: unknown): readonly [string, unknown] {
  if (path === 'benchmark') return typeof value === 'string' ? ['benchmark.name', value] : [path, benchmarkGroup(value)];
  return path === 'search.final_pick' && typeof value === 'string' ? [path, { policy: value }] : [path, value];
}

const pathSettings: ReadonlySet<string> = new Set(['benchmark.folder', 'initial_workflow', 'prices']);

function absolute(path: string, value: unknown, folder: string): unknown {
  if (path === 'benchmark' && isGroup(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, absolute(`benchmark.${key}`, inner, folder)]));
  }
  if (typeof value !== 'string') return value;
  const isPath = pathSettings.has(path) || (path === 'benchmark.name' && isBenchmarkFile(value));
  return isPath ? resolve(folder, value) : value;
}

function assigned(group: unknown, [key = '', ...rest]: readonly string[], value: unknown): Group {
  const before = isGroup(group) ? group : {};
  const inner = Object.hasOwn(before, key) ? before[key] : undefined;
  return { ...before, [key]: rest.length === 0 ? value : assigned(inner, rest, value) };
}
