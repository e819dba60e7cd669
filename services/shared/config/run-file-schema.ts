import { z } from 'zod';
import { evaluationRules } from '../../domain/run/evaluation-rules.ts';
import { finalPickRules } from '../../domain/run/search-rules.ts';
import { benchmarkDefinitions } from '../benchmarks/registry.ts';
import { type JsonSchema, settings, written } from '../settings/rules.ts';
import { shapeOf, tableSchema } from '../settings/setting-table.ts';
import { isGroup } from '../settings/sorted-text.ts';
import { priceTableSchema } from './price-file.ts';
import { benchmarkTable } from './run-file-tables/benchmark-table.ts';
import { clusterTable } from './run-file-tables/cluster-table.ts';
import { endpointTable } from './run-file-tables/endpoint-table.ts';
import { modelTables } from './run-file-tables/model-tables.ts';
import { evaluationShape, searchTable } from './run-file-tables/search-table.ts';
import { shareTable } from './run-file-tables/share-table.ts';
import { topTable } from './run-file-tables/top-table.ts';

/**
 * The check of a run file with this content, its preset filled in. The content decides whose own settings are known: those of its
 * evaluation method and of its pick policy.
 */
export function runFileSchema(content: unknown): RunFileSchema {
  return makeSchema(chosenIn(content));
}

/**
 * For whoever checks many contents: making a check takes far longer than using it, and contents that choose the same have the
 * same one.
 */
export function rememberedSchemas(): typeof runFileSchema {
  const made = new Map<string, RunFileSchema>();
  return (content) => {
    const chosen = chosenIn(content);
    const key = JSON.stringify(chosen);
    const schema = made.get(key) ?? makeSchema(chosen);
    made.set(key, schema);
    return schema;
  };
}

type RunFileSchema = ReturnType<typeof makeSchema>;

function makeSchema({ method, policy, hasPrices }: Chosen) {
  const { name, preset, seed, initial_workflow, cache, failure_share, limits, prices } = shapeOf(topTable);
  return settings({
    name,
    preset,
    seed,
    benchmark: written(
      z.preprocess((value) => (typeof value === 'string' ? { name: value } : withFileAsName(value)), tableSchema(benchmarkTable)),
      { also: [{ enum: [...benchmarkDefinitions.keys()] }, { type: 'string', minLength: 1 }], alias: { file: 'name' } },
    ),
    models: settings({
      executor: tableSchema(modelTables.executor).prefault({}),
      optimizer: tableSchema(modelTables.optimizer).prefault({}),
    }).prefault({}),
    endpoints: z.record(z.string(), tableSchema(endpointTable), { error: 'must be a group of endpoints by name' }).default({}),
    search: tableSchema(searchTable(policy)).prefault({}),
    evaluation: settings(evaluationShape(method)).prefault({}),
    initial_workflow,
    cache,
    failure_share,
    share: tableSchema(shareTable).prefault({}),
    limits,
    prices: hasPrices ? priceTableSchema.optional() : written(prices, { also: [priceTableForm()] }),
    cluster: tableSchema(clusterTable).prefault({}),
  });
}

export type RunFileSettings = z.infer<RunFileSchema>;

/** The settings of content that is known to be right, such as a preset's. */
export function settingsOf(content: unknown): RunFileSettings {
  return runFileSchema(content).parse(content);
}

interface Chosen {
  /** The method and the policy that a file names, whether they exist or not. */
  readonly method: string;
  readonly policy: string;
  /** Rather than where they are. */
  readonly hasPrices: boolean;
}

function chosenIn(content: unknown): Chosen {
  const { search, evaluation, prices } = isGroup(content) ? content : {};
  const method = isGroup(evaluation) ? evaluation.method : undefined;
  const pick = isGroup(search) ? search.final_pick : undefined;
  const policy = isGroup(pick) ? pick.policy : pick;
  return {
    method: nameOr(method, evaluationRules.method.default),
    policy: nameOr(policy, finalPickRules.policy.default),
    hasPrices: isGroup(prices),
  };
}

function nameOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}

function priceTableForm(): JsonSchema {
  const { $schema: _, ...form } = z.toJSONSchema(priceTableSchema, { io: 'input' });
  return form;
}

/** A benchmark file may be named as such: `file` and `name` are two words for it. */
function withFileAsName(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('file' in value) || 'name' in value) return value;
  const { file: name, ...rest } = value;
  return { name, ...rest };
}
