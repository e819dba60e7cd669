import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runFileSchema } from '../../../../../services/shared/config/run-file-schema.ts';
import { readSweepFile } from '../../../../../services/shared/config/sweep-file/sweep-file.ts';
import { SweepFileError } from '../../../../../services/shared/config/sweep-file/sweep-file-error.ts';
import { runIdOf } from '../../../../../services/shared/contracts/run-id.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-sweep-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(text: string, name = 'night.yaml'): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const read = async (text: string) => readSweepFile(await write(text));
const faultsOf = async (text: string): Promise<string[]> => {
  const error = await read(text).catch((thrown: unknown) => thrown);
  if (!(error instanceof SweepFileError)) throw error;
  return error.message.split('\n').map((line) => line.replace(`${folder}/`, ''));
};

const small = 'base: { benchmark: { name: sample, limit: 5 }, search: { max_rounds: 2 } }';

test('each cell is the run of the base with its settings', async () => {
  const { name, cells, settings } = await read(`
${small}
matrix:
  evaluation.method: [full, few-shot]
  executor.temperature: [0, 0.5]
  seed: [3]
at_once: 2
`);
  expect([name, settings, cells.length]).toEqual(['night', { atOnce: 2 }, 4]);
  const { configuration } = cells[3]?.file ?? {};
  expect(configuration).toMatchObject({
    ...{ name: 'night', seed: 3, executor: { temperature: 0.5 }, search: { maxRounds: 2 } },
    ...{ evaluation: { method: 'few-shot' }, benchmark: { name: 'sample', queryCount: 5 } },
  });
});

test('a benchmark of the matrix replaces the name and leaves the rest of the base', async () => {
  const { cells } = await read('base: { benchmark: { name: gsm8k, limit: 2 } }\nmatrix: { benchmark: [sample] }\n');
  expect(cells[0]?.file.configuration.benchmark).toMatchObject({ name: 'sample', queryCount: 2 });
});

test('a base of its own file has its own place for paths and messages', async () => {
  await write('benchmark: sample\nsearch: { max_rounds: 0 }\n', 'base.yaml');
  expect(await faultsOf('base: base.yaml\nmatrix: { seed: [1] }\n')).toEqual([
    'base.yaml:2: search.max_rounds must be a whole number from 1 to 10000, but is 0',
  ]);
  expect((await faultsOf('base: none.yaml\nmatrix: { seed: [1] }\n'))[0]).toContain('there is no such run file');
});

test('more values, another order and other shares leave the sweep and its runs what they are; another base does not', async () => {
  const before = await read(`${small}\nmatrix: { seed: [1, 2] }\n`);
  const more = await read(`${small}\nmatrix: { seed: [3, 2, 1] }\nat_once: 9\nshare: { weight: 2 }\nlimits: { tokens: 5 }\n`);
  expect(more.baseHash).toBe(before.baseHash);
  const ids = (file: typeof before) => file.cells.map((cell) => runIdOf(cell.file.configuration));
  expect(ids(more)).toEqual(expect.arrayContaining(ids(before)));
  expect(more.settings).toEqual({
    ...{ atOnce: 9, share: { weight: 2, priority: 0, atMost: 0 } },
    limits: { tokens: 5, calls: 0, money: 0, durationMs: 0, untilMs: 0 },
  });
  const other = await read(`${small.replace('max_rounds: 2', 'max_rounds: 3')}\nmatrix: { seed: [1, 2] }\n`);
  expect(other.baseHash).not.toBe(before.baseHash);
});

describe('everything that is wrong is told at once, with its line', () => {
  test('in the file, its matrix, its base and its cells', async () => {
    const faults = await faultsOf(`base:
  benchmark: { name: sample, limit: 5 }
  search: { max_round: 2 }
matrix:
  evaluation.metod: [full]
  executor.temperature: [0, 5]
  seed: [1, 1, x]
exclude:
  - { seed: 9 }
  - { sed: 1 }
at_once: 0
atonce: 3
`);
    expect(faults.map((fault) => fault.slice(0, 60))).toEqual(
      [
        'night.yaml:3: base: search has no setting "max_round"; did you mean',
        'night.yaml:5: matrix.evaluation.metod: evaluation has no setting',
        'night.yaml:6: matrix.executor.temperature: models.executor.temperature',
        'night.yaml:7: matrix.seed names 1 twice',
        'night.yaml:7: matrix.seed: seed must be a whole number from 0 to',
        'night.yaml:9: exclude.0.seed names 9, which matrix.seed does not',
        'night.yaml:10: exclude.1.sed is no axis of the matrix; did you mean',
        'night.yaml:11: at_once must be a whole number from 1 to 1024, but is 0',
        'night.yaml:12: a sweep file has no setting "atonce"; did you mean',
      ].map((fault) => fault.slice(0, 60)),
    );
  });

  test('of combinations, with the cell that has it', async () => {
    const faults = await faultsOf(`${small}
matrix:
  evaluation.warm_up_rounds: [1, 8]
  search.max_rounds: [3, 10]
  benchmark: [sample, gsm9k]
`);
    expect(faults).toEqual([
      'night.yaml:3: matrix.evaluation.warm_up_rounds: evaluation.warm_up_rounds must be at most search.max_rounds (3), but is 8 (2 cells, the first is evaluation.warm_up_rounds 8, search.max_rounds 3, benchmark sample)',
      expect.stringMatching(
        /^night\.yaml:5: matrix\.benchmark: benchmark\.name: there is no benchmark "gsm9k".*\(3 cells, the first is/,
      ),
    ]);
  });

  test('of cells that are the same run', async () => {
    expect(await faultsOf(`${small}\nmatrix:\n  cluster.executors: [1, 2]\n`)).toEqual([
      'night.yaml:3: matrix.cluster.executors: cluster.executors 2 is the same run as cluster.executors 1: nothing that decides a run differs',
    ]);
  });

  test.each([
    ['a file that is not there', undefined, 'there is no such sweep file'],
    ['no YAML', 'matrix: [', 'not valid YAML'],
    ['an axis of one value', `${small}\nmatrix: { seed: 1 }`, 'night.yaml:2: matrix.seed must be a list of values, or a group'],
    ['a named value that is no group', `${small}\nmatrix: { models: { small: 3 } }`, 'matrix.models must be a list of values'],
    ['limits of shares', `${small}\nlimits: { shares: { test: 0.1 } }`, 'limits.shares is for single runs'],
    ['nothing at all', '', 'the file must be a group of settings'],
    ['a matrix without a base', 'matrix: { seed: [1] }', 'benchmark is missing'],
  ])('%s', async (_, text, fault) => {
    const reading = text === undefined ? readSweepFile(join(folder, 'none.yaml')) : read(text);
    await expect(reading).rejects.toThrow(fault);
  });
});

test('a check of settings is made once for all cells that choose the same, since making one is most of the work', async () => {
  const cells = 200;
  const seeds = Array.from({ length: cells }, (_, seed) => seed);
  const cpuOf = async (work: () => unknown): Promise<number> => {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  const reading = await cpuOf(() => read(`${small}\nmatrix: { seed: [${seeds}] }\n`));
  const making = await cpuOf(() => {
    for (const _ of seeds) runFileSchema({ benchmark: 'sample' }).parse({ benchmark: 'sample' });
  });
  expect(reading / making).toBeLessThan(3);
});
