import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { canonicalHash } from '../../../../services/domain/workflow/canonical-hash.ts';
import { readWorkflowFile } from '../../../../services/shared/benchmarks/read-workflow-file.ts';
import { benchmarkDefinitionOf } from '../../../../services/shared/benchmarks/registry.ts';

const folder = fileURLToPath(new URL('../../../../examples/workflows/published/', import.meta.url));
const files = readdirSync(folder);
const benchmarks = ['drop', 'hotpotqa', 'gsm8k', 'math', 'humaneval', 'mbpp'];

/** The default of search.max_calls_per_query. */
const mostCalls = 20;

function readPublished(file: string) {
  const benchmark = /^\w+-(\w+)\.yaml$/.exec(file)?.[1] ?? '';
  return readWorkflowFile(`${folder}${file}`, benchmarkDefinitionOf(benchmark), mostCalls);
}

describe('the workflows that AFlow and SCALE published as best', () => {
  test('are there for each benchmark', () => {
    expect(files.sort()).toEqual(
      ['aflow', 'scale'].flatMap((source) => benchmarks.map((name) => `${source}-${name}.yaml`)).sort(),
    );
  });

  test.each(files)('%s is valid for its benchmark, and says where it comes from', async (file) => {
    expect((await readPublished(file)).name).toBe(file.replace('.yaml', ''));
    const [comment = ''] = readFileSync(`${folder}${file}`, 'utf8').split('\nworkflow: 1');
    const told = file.startsWith('scale') ? /arXiv 2601\.11147.*could not be found, so it is ours/ : /Source: the results that/;
    expect(comment.replaceAll('\n# ', ' ')).toMatch(told);
  });

  test('are all different', async () => {
    const hashes = await Promise.all(files.map(async (file) => canonicalHash(await readPublished(file))));
    expect(new Set(hashes).size).toBe(files.length);
  });
});
