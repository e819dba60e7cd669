import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliError } from '../../../../services/cli/cli-error.ts';
import { validateFile, type Yardstick } from '../../../../services/cli/validation/validate-file.ts';
import type { Benchmark } from '../../../../services/domain/benchmark.ts';
import { SandboxError } from '../../../../services/shared/sandbox/sandbox-error.ts';

const example = join(import.meta.dirname, '../../../../examples/custom-benchmark');
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-own-'));
  await cp(example, folder, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function validate(change: (text: string) => string, tryScorers: Yardstick['tryScorers'] = async () => []) {
  const file = join(folder, 'benchmark.yaml');
  await writeFile(file, change(await readFile(file, 'utf8')));
  return validateFile(file, { benchmark: { operators: [], inputs: [] }, tryScorers, environment: {} });
}
const asItIs = (text: string) => text;

describe('a benchmark file that is validated', () => {
  it('is read with all its splits', async () => {
    const tried: Benchmark[] = [];
    const checked = await validate(asItIs, async (benchmark) => {
      tried.push(benchmark);
      return ['a remark'];
    });
    expect(checked).toMatchObject({
      kind: 'benchmark file',
      problems: [],
      summary: '24 queries in validate, 24 queries in test; scorers choice, named',
      warnings: ['a remark'],
    });
    expect(tried.map(({ name, split }) => [name, split])).toEqual([['shop-messages', 'validate']]);
  });

  it.each([
    [
      'of its own',
      (text: string) => text.replace('reference:', 'refrence:'),
      {
        line: 10,
        field: '',
        rule: 'bad-file',
        message: /^a benchmark file has no setting "refrence"; did you mean "reference"\?$/,
      },
    ],
    [
      'of a file that it names',
      (text: string) => text.replace('messages.csv', 'other.csv'),
      { field: 'benchmark', rule: 'missing-file', message: /other\.csv is not there/ },
    ],
  ])('tells a fault %s, with its place', async (_what, change, { message, ...place }) => {
    const { problems } = await validate(change);
    expect(problems).toEqual([{ step: '', ...place, message: expect.stringMatching(message) }]);
  });

  it('names the workflow file whose fault it is', async () => {
    const steps = 'steps:\n  - { id: a, call: custom, with: { input: "{{ message }}" } }\n  - return: "{{ a.response }}"\n';
    await writeFile(join(folder, 'start.yaml'), `workflow: 1\n${steps}`);
    const withStart = (text: string) => text.replace(/^initial_workflow:(?:.*\n)(?:[ #].*\n|\n)*/m, '');
    const { problems } = await validate((text) => `${withStart(text)}\ninitial_workflow: start.yaml\n`);
    expect(problems).toMatchObject([
      { step: 'a', message: `in ${join(folder, 'start.yaml')}: there is no "message": the query's field is query.message` },
    ]);
    const inside = await validate((text) =>
      text.replace('initial_workflow: start.yaml', `initial_workflow:\n  workflow: 1\n  ${steps.replaceAll('\n', '\n  ')}`),
    );
    expect(inside.problems).toMatchObject([{ step: 'a', message: `there is no "message": the query's field is query.message` }]);
  });

  it('has a fault if its scorer has one, and only a warning if the machine has no Python', async () => {
    const failing = async () => {
      throw new CliError('bad-input', 'the scorer mine failed: mine.py, line 2: KeyError');
    };
    expect((await validate(asItIs, failing)).problems).toMatchObject([{ field: 'scorers', rule: 'scorer' }]);
    const lacking = async () => {
      throw new CliError('bad-input', 'no Python', { cause: new SandboxError('no-python', 'none') });
    };
    expect(await validate(asItIs, lacking)).toMatchObject({ problems: [], warnings: ['no Python'] });
  });
});
