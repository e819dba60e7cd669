import { z } from 'zod';
import { evaluationRules } from '../../domain/run/evaluation-rules.ts';
import { convergenceRules, finalPickRules } from '../../domain/run/search-rules.ts';
import { scorerKinds } from '../../domain/scoring/kinds/registry.ts';
import { benchmarkFileSchema } from '../benchmarks/benchmark-file/benchmark-file-schema.ts';
import { scorerSchema } from '../benchmarks/benchmark-file/scorer-options.ts';
import { extensionForm } from '../settings/parse-settings.ts';
import { namesIn } from '../settings/registries.ts';
import type { JsonSchema, WrittenForms } from '../settings/rules.ts';
import { limitsTable, sharesTable } from './limits-table.ts';
import { runFileSchema } from './run-file-schema.ts';
import { benchmarkTable } from './run-file-tables/benchmark-table.ts';
import { clusterTable } from './run-file-tables/cluster-table.ts';
import { endpointTable } from './run-file-tables/endpoint-table.ts';
import { modelTables } from './run-file-tables/model-tables.ts';
import { searchTable } from './run-file-tables/search-table.ts';
import { shareTable } from './run-file-tables/share-table.ts';
import { cacheTable, topTable } from './run-file-tables/top-table.ts';
import { sweepFileSchema, sweepTable } from './sweep-file/sweep-file-schema.ts';

/** Settings by name, as far as they are described. */
type Described = Readonly<Record<string, { readonly description: string }>>;
/** Tables by the path of their group; `*` is any name. */
type DescribedGroups = Readonly<Record<string, Described>>;

const runGroups: DescribedGroups = {
  '': topTable,
  benchmark: benchmarkTable,
  'models.executor': modelTables.executor,
  'models.optimizer': modelTables.optimizer,
  'endpoints.*': endpointTable,
  search: searchTable(finalPickRules.policy.default),
  'search.convergence': convergenceRules,
  'search.final_pick': finalPickRules,
  evaluation: evaluationRules,
  share: shareTable,
  cluster: clusterTable,
  cache: cacheTable,
  limits: limitsTable,
  'limits.shares': sharesTable,
};

const sweepGroups: DescribedGroups = { '': sweepTable, share: shareTable, limits: limitsTable };

export const schemaNames = ['run-file', 'sweep-file', 'benchmark-file'] as const;
export type SchemaName = (typeof schemaNames)[number];

/**
 * JSON schemas (2020-12) of the files that people write, made of what the files are checked by: for editors. What takes more than
 * one setting to see, or another file, only the check knows.
 */
export const fileSchemas: Readonly<Record<SchemaName, () => JsonSchema>> = {
  'run-file': runSchema,
  'sweep-file': () => described(converted(sweepFileSchema()), sweepGroups, 'A sweep of SCALE'),
  'benchmark-file': benchmarkSchema,
};

/** Groups for anchors. */
const patternProperties = { [extensionForm]: true };

function runSchema(): JsonSchema {
  // Each method, and each policy, may have settings of its own; here any of them may stand.
  const whole = converted(runFileSchema({}));
  for (const method of namesIn('evaluation methods')) {
    addOwn(whole, converted(runFileSchema({ evaluation: { method } })), ['evaluation']);
  }
  for (const policy of namesIn('pick policies')) {
    addOwn(whole, converted(runFileSchema({ search: { final_pick: policy } })), ['search', 'final_pick']);
  }
  return described({ ...whole, patternProperties }, runGroups, 'A run file of SCALE');
}

function benchmarkSchema(): JsonSchema {
  const whole = converted(benchmarkFileSchema);
  const kinds = [...scorerKinds.values()].map((kind) => converted(scorerSchema(kind)));
  const scorers = propertiesOf(whole).scorers;
  if (scorers !== undefined)
    scorers.additionalProperties = { anyOf: [{ enum: [...scorerKinds.keys()] }, { type: 'string' }, ...kinds] };
  return { ...whole, patternProperties, title: 'A benchmark of SCALE' };
}

type Schema = Record<string, unknown>;

function converted(schema: z.ZodType): Schema {
  const json = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      const { written, ...rest } = jsonSchema as Schema & { readonly written?: WrittenForms };
      if (written === undefined) return;
      const { default: preset } = rest;
      const form = written.only ?? { anyOf: [...(written.also ?? []), aliased(rest, written.alias)] };
      for (const key of Object.keys(jsonSchema)) delete (jsonSchema as Schema)[key];
      Object.assign(jsonSchema, form, preset !== undefined && { default: preset });
    },
  });
  return json as Schema;
}

function aliased(schema: Schema, alias: Readonly<Record<string, string>> = {}): Schema {
  const properties = propertiesOf(schema);
  const required = Array.isArray(schema.required) ? schema.required : [];
  const others = Object.entries(alias);
  if (others.length === 0) return schema;
  const [[other, name] = ['', '']] = others;
  return {
    ...schema,
    properties: { ...properties, [other]: properties[name] },
    required: required.filter((each) => each !== name),
    ...(required.includes(name) && { oneOf: [{ required: [name] }, { required: [other] }] }),
  };
}

/** The group itself, of forms that may stand for it. */
function groupIn(schema: Schema | undefined): Schema | undefined {
  if (schema === undefined || schema.properties !== undefined) return schema;
  return Array.isArray(schema.anyOf) ? schema.anyOf.find((form: Schema) => form.properties !== undefined) : schema;
}

function propertiesOf(schema: Schema | undefined): Record<string, Schema> {
  return (groupIn(schema)?.properties ?? {}) as Record<string, Schema>;
}

function addOwn(whole: Schema, other: Schema, path: readonly string[]): void {
  const at = (schema: Schema) => path.reduce<Schema | undefined>((group, key) => propertiesOf(group)[key], schema);
  const into = propertiesOf(at(whole));
  for (const [name, property] of Object.entries(propertiesOf(at(other)))) {
    const isRefused = into[name] === undefined || 'not' in (into[name] ?? {});
    if (isRefused && !('not' in property)) into[name] = property;
  }
}

function described(schema: Schema, groups: DescribedGroups, title: string): JsonSchema {
  for (const [path, table] of Object.entries(groups)) {
    const keys = path === '' ? [] : path.split('.');
    const group = keys.reduce<Schema | undefined>(
      (found, key) => (key === '*' ? (found?.additionalProperties as Schema | undefined) : propertiesOf(found)[key]),
      schema,
    );
    for (const [name, { description }] of Object.entries(table)) {
      const property = propertiesOf(group)[name];
      if (property !== undefined) property.description = plainText(description);
    }
  }
  return { ...schema, title };
}

/** Without the links of Markdown. */
function plainText(description: string): string {
  return description.replace(/(?:[:;,] )?\[more(?: below)?\]\([^)]*\)/g, '').replace(/\[([^\]]+)\]\([^)]*\)/g, '$1');
}
