import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { fileKindOf } from '../../../../services/cli/validation/file-kind.ts';
import { decodeYaml } from '../../../../services/domain/workflow/decode-yaml.ts';
import { benchmarkFileSchema } from '../../../../services/shared/benchmarks/benchmark-file/benchmark-file-schema.ts';
import { fileSchemas, type SchemaName, schemaNames } from '../../../../services/shared/config/file-schemas.ts';
import { withPreset } from '../../../../services/shared/config/presets.ts';
import { runFileSchema } from '../../../../services/shared/config/run-file-schema.ts';
import { sweepFileSchema } from '../../../../services/shared/config/sweep-file/sweep-file-schema.ts';

const project = join(import.meta.dirname, '../../../..');
const examples = join(project, 'examples');
const names = readdirSync(examples, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));
const validators = new Map(schemaNames.map((name) => [name, new Ajv2020({ strict: false }).compile(fileSchemas[name]())]));

const checks: Readonly<Record<SchemaName, (content: unknown) => boolean>> = {
  'run-file': (content) =>
    runFileSchema(withPreset(withoutExtensions(content))).safeParse(withPreset(withoutExtensions(content))).success,
  'sweep-file': (content) => sweepFileSchema().safeParse(content).success,
  'benchmark-file': (content) => benchmarkFileSchema.safeParse(withoutExtensions(content)).success,
};

/** As these files are read. */
function withoutExtensions(content: unknown): unknown {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return content;
  return Object.fromEntries(Object.entries(content).filter(([name]) => !name.startsWith('x-')));
}

/** What the check says, if the schema says the same. */
function verdict(name: SchemaName, content: unknown): boolean {
  const said = checks[name](content);
  const validate = validators.get(name);
  const bySchema = validate?.(content);
  expect(bySchema, `${JSON.stringify(content)}: the check says ${said}; ${JSON.stringify(validate?.errors)}`).toBe(said);
  return said;
}

function yamlIn(page: string): unknown[] {
  const text = readFileSync(join(project, 'docs', page), 'utf8');
  return [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].flatMap(([, block = '']) => {
    try {
      return [parse(block, { merge: true, logLevel: 'error' })];
    } catch {
      return [];
    }
  });
}

describe('the JSON schemas of files that people write', () => {
  it('take every example, as the check does', async () => {
    const counts = new Map<SchemaName, number>();
    for (const name of names) {
      const content = decodeYaml(readFileSync(join(examples, name), 'utf8')) as Readonly<Record<string, unknown>>;
      const kind = await fileKindOf(join(examples, name));
      const isSweep = 'matrix' in content;
      if (kind === 'workflow' || name === 'prices.yaml') continue;
      const schema = isSweep ? 'sweep-file' : kind === 'run file' ? 'run-file' : 'benchmark-file';
      expect(verdict(schema, content), name).toBe(true);
      counts.set(schema, (counts.get(schema) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([...schemaNames].sort());
  });

  it('say the same as the check of everything that the pages show, whatever kind it is', () => {
    const shown = ['run-file.md', 'benchmarks.md', 'sweeps.md', 'limits.md', 'endpoints.md'].flatMap(yamlIn);
    let good = 0;
    for (const content of shown) for (const name of schemaNames) good += verdict(name, content) ? 1 : 0;
    expect(good).toBeGreaterThan(10);
  });

  const sample = { benchmark: 'sample' };
  it.each<[unknown, boolean]>([
    [sample, true],
    [{ benchmark: { name: 'sample', limit: 3 } }, true],
    [{ benchmark: { file: 'own.yaml' } }, true],
    [{ benchmark: { name: 'sample', limit: 0 } }, false],
    [{ benchmark: { split: 'test' } }, false],
    [{}, false],
    [{ ...sample, serach: {} }, false],
    [{ ...sample, seed: -1 }, false],
    [{ ...sample, seed: 1.5 }, false],
    [{ ...sample, seed: '1' }, false],
    [{ ...sample, preset: 'papr' }, false],
    [{ ...sample, preset: 'paper' }, true],
    [{ ...sample, search: { max_rounds: 0 } }, false],
    [{ ...sample, search: { convergence: 'off' } }, true],
    [{ ...sample, search: { convergence: 'on' } }, false],
    [{ ...sample, search: { convergence: { rounds: 3, tops: 1 } } }, false],
    [{ ...sample, search: { final_pick: 'race' } }, true],
    [{ ...sample, search: { final_pick: { policy: 'race', share: 2 } } }, false],
    [{ ...sample, search: { final_pick: 'rase' } }, false],
    [{ ...sample, search: { memory: 'on' } }, true],
    [{ ...sample, search: { memory: 'yes' } }, false],
    [{ ...sample, cache: 'on' }, true],
    [{ ...sample, cache: { namespace: 'a' } }, true],
    [{ ...sample, cache: { name: 'a' } }, false],
    [{ ...sample, models: { executor: { temperature: null } } }, true],
    [{ ...sample, models: { executor: { temperature: 3 } } }, false],
    [{ ...sample, models: { judge: {} } }, false],
    [{ ...sample, 'x-short': { max_rounds: 3 } }, true],
    [{ ...sample, short: { max_rounds: 3 } }, false],
    [{ ...sample, endpoints: { a: { base_url: 'http://x/v1' } } }, true],
    [{ ...sample, endpoints: { a: { base_url: ['http://x/v1', { url: 'http://y/v1', weight: 2 }] } } }, true],
    [{ ...sample, endpoints: { a: { base_url: 'ftp://x' } } }, false],
    [{ ...sample, endpoints: { a: {} } }, false],
    [{ ...sample, endpoints: { a: { base_url: 'http://x/v1', headers: { 'x-a': 'b', 'x-key': { variable: 'K' } } } } }, true],
    [{ ...sample, endpoints: { a: { base_url: 'http://x/v1', headers: { 'x-a': 1 } } } }, false],
    [{ ...sample, evaluation: { method: 'guess' } }, false],
    [{ ...sample, limits: { tokens: 0 } }, false],
    [{ ...sample, prices: 'prices.yaml' }, true],
    [{ ...sample, prices: { models: { m: { input: 1, output: 2 } } } }, true],
    [{ ...sample, prices: { models: { m: { input: -1, output: 2 } } } }, false],
  ])('agree with the check of the run file %j', (content, isGood) => {
    expect(verdict('run-file', content)).toBe(isGood);
  });

  it.each<[unknown, boolean]>([
    [{ base: 'a.yaml', matrix: { seed: [1, 2] } }, true],
    [{ matrix: { m: { a: { seed: 1 } } }, at_once: 2 }, true],
    [{ matrix: { seed: 1 } }, false],
    [{ matrix: [] }, false],
    [{ base: 3 }, false],
    [{ at_once: 0 }, false],
    [{ exclude: {} }, false],
  ])('agree with the check of the sweep file %j', (content, isGood) => {
    expect(verdict('sweep-file', content)).toBe(isGood);
  });

  const own = {
    name: 'a',
    description: 'b',
    answer_format: 'c',
    file: 'd.csv',
    fields: { Question: 'q' },
    scorers: { e: 'number' },
  };
  it.each<[unknown, boolean]>([
    [own, true],
    [{ ...own, name: 'A b' }, false],
    [{ ...own, scorers: undefined }, false],
    [{ ...own, reference: ['a', 'b'], empty: 'skip', duplicates: 'drop', format: { separator: 'tab' } }, true],
    [{ ...own, reference: [] }, false],
    [{ ...own, format: { separator: ', ' } }, false],
    [{ ...own, options: { of: 'o', answer: 'index' } }, true],
    [{ ...own, options: { list: [1, true, 'x'], answer: 'label' } }, true],
    [{ ...own, options: { of: 'o' } }, false],
    [{ ...own, fields: { 'a b': 'q' } }, false],
    [{ ...own, split: { shares: { validate: 1.5 } } }, false],
    [{ ...own, operators: ['custm'] }, false],
    [{ ...own, extra: 1 }, false],
  ])('agree with the check of the benchmark file %j', (content, isGood) => {
    expect(verdict('benchmark-file', JSON.parse(JSON.stringify(content)))).toBe(isGood);
  });

  it('tell an editor what each setting is', () => {
    const text = JSON.stringify(fileSchemas['run-file']());
    expect(text).toContain('"description":"the same seed gives the same search"');
    expect(text).not.toMatch(/\]\(/);
  });
});
