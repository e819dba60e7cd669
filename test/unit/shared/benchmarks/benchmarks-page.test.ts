import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scorerKinds } from '../../../../services/domain/scoring/kinds/registry.ts';
import { decodeYaml } from '../../../../services/domain/workflow/decode-yaml.ts';
import { benchmarkFileSchema } from '../../../../services/shared/benchmarks/benchmark-file/benchmark-file-schema.ts';
import { scorerSchema } from '../../../../services/shared/benchmarks/benchmark-file/scorer-options.ts';
import { benchmarkDefinitions } from '../../../../services/shared/benchmarks/registry.ts';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/benchmarks.md'), 'utf8');
const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text);

function cellsOf(first: string): string[] {
  const row = page.split('\n').find((line) => line.startsWith(`| \`${first}\` |`)) ?? '';
  return row.split(/(?<!\\)\|/).map((cell) => cell.trim());
}

describe('docs/benchmarks.md', () => {
  it.each([...benchmarkDefinitions])('has %s as it is', (name, definition) => {
    const [, , , fields, scorers, operators] = cellsOf(name);
    const quoted = (names: readonly string[]) => names.map((each) => `\`${each}\``).join(', ');
    expect({ fields, scorers, operators }).toEqual({
      fields: quoted(definition.inputs),
      scorers: quoted(Object.keys(definition.scorers)),
      operators: definition.operators.join(', '),
    });
  });

  it('shows every key of a benchmark file, and no other', () => {
    const full = blocks.find((text) => text.includes('initial_workflow:')) ?? '';
    // Of the ways to name the data, one stands there and the others in remarks.
    const keys = new Set([...full.matchAll(/^(?:# )?(?:or [^\n]*\n# )?([a-z_]+):/gm)].map(([, key]) => key));
    expect([...keys].sort()).toEqual(Object.keys(benchmarkFileSchema.shape).sort());
    for (const group of ['split', 'format', 'options'] as const) {
      for (const key of Object.keys(benchmarkFileSchema.shape[group].unwrap().shape))
        expect(full).toMatch(new RegExp(`\\b${key}:`));
    }
    expect(benchmarkFileSchema.safeParse(decodeYaml(full))).toMatchObject({ success: true });
  });

  it('shows files and scorers that can be used', () => {
    const files = blocks.map((text) => decodeYaml(text) as { readonly name?: string; readonly scorers: Record<string, unknown> });
    for (const { name, scorers, ...rest } of files) {
      if (name !== undefined) expect(benchmarkFileSchema.safeParse({ name, scorers, ...rest }).error).toBeUndefined();
      for (const scorer of Object.values(scorers)) {
        if (typeof scorer === 'string') continue;
        const kind = scorerKinds.get((scorer as { kind: string }).kind);
        expect(kind && scorerSchema(kind).safeParse(scorer).error).toBeUndefined();
      }
    }
    expect(files.filter(({ scorers }) => scorers !== undefined)).toHaveLength(4);
  });

  it.each([...scorerKinds.values()].map((kind) => [kind.name, kind] as const))('names every option of %s', (name, kind) => {
    const [, , , options = ''] = cellsOf(name);
    const shown = options.includes('as `exact-match`') ? `${options} ${cellsOf('exact-match')[3]}` : options;
    for (const option of Object.keys(kind.options)) expect(shown).toMatch(new RegExp(`\`${option}[:\`]`));
  });
});
