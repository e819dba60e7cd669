import { createHash } from 'node:crypto';
import { canonicalHash } from '../../domain/workflow/canonical-hash.ts';
import type { Workflow } from '../../domain/workflow/workflow.ts';
import type { LoadedBenchmark } from '../benchmarks/load-benchmark.ts';
import { hashQueryContent } from '../contracts/benchmark-codec.ts';
import { isGroup, sortedText } from '../settings/sorted-text.ts';

type Group = Readonly<Record<string, unknown>>;

export interface WrittenParts {
  readonly benchmark: LoadedBenchmark;
  readonly initialWorkflow: Workflow;
}

const besideTheRun: ReadonlySet<string> = new Set([
  'name',
  'endpoints',
  'cluster',
  'cache',
  'share',
  'limits',
  'prices',
  'failure_share',
]);

/**
 * What a user has decided, as one text: what the run file says, and the content of what it names. It contains no defaults, so
 * that a version with other defaults finds the run again; nor anything that says where, how fast or at what cost (addresses,
 * keys, workers, the response cache, its share beside other runs, limits, prices, when it pauses itself).
 */
export function writtenSettings(written: unknown, { benchmark, initialWorkflow }: WrittenParts): string {
  const said = ofTheRun(written);
  const { initial_workflow: workflow, models, benchmark: about, ...rest } = said;
  const { split, limit, scorer } = groupOf(about);
  return sortedText({
    ...rest,
    models: withoutPlaces(models),
    benchmark: { name: benchmark.name, split, limit, scorer, queries: hashQueryContent(benchmark), file: benchmark.written },
    // Its text decides, wherever the file is.
    workflow: workflow === undefined ? undefined : canonicalHash(initialWorkflow),
  });
}

/** The same of a file whose benchmark and workflow are not known: hash of what it says, with the names that it uses. */
export function writtenBaseHash(written: unknown): string {
  const { models, ...rest } = ofTheRun(written);
  return createHash('sha256')
    .update(sortedText({ ...rest, models: withoutPlaces(models) }))
    .digest('hex');
}

function ofTheRun(written: unknown): Group {
  return Object.fromEntries(Object.entries(groupOf(written)).filter(([key]) => !besideTheRun.has(key)));
}

function withoutPlaces(models: unknown): Group {
  return Object.fromEntries(Object.entries(groupOf(models)).map(([role, model]) => [role, withoutPlace(model)]));
}

/** Under a name, which distinguishes runs with the same settings. */
export function writtenHash(name: string, written: string): string {
  return createHash('sha256')
    .update(JSON.stringify([name, written]))
    .digest('hex');
}

function withoutPlace(model: unknown): unknown {
  const { endpoint: _, ...rest } = groupOf(model);
  return rest;
}

function groupOf(value: unknown): Group {
  return isGroup(value) ? value : {};
}
