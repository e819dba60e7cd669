import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseRunFile } from '../../../../services/shared/config/parse-run-file.ts';
import { readSweepFile } from '../../../../services/shared/config/sweep-file/sweep-file.ts';

it.each([
  ['a sweep file', 'base: { benchmark: sample }\nmatrix: { seed: [1] }', '`scale sweep`'],
  ['a sweep file', 'matrix: { seed: [1] }\nname: night', '`scale sweep`'],
  ['a benchmark file', 'name: mine\nfile: d.csv\nfields: { question: q }\nreference: a', '`benchmark`'],
  ['a workflow', 'workflow: 1\nname: w\nsteps: []', '`scale eval`'],
])('%s in place of a run file is told as that, with what takes it', (what, text, advice) => {
  expect(() => parseRunFile(text, 'f.yaml')).toThrow(`f.yaml: this is ${what}`);
  expect(() => parseRunFile(text, 'f.yaml')).toThrow(advice);
});

it('a run file in place of a sweep file is told as that', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scale-kind-'));
  try {
    await writeFile(join(folder, 'f.yaml'), 'benchmark: sample\nseed: 1');
    await expect(readSweepFile(join(folder, 'f.yaml'))).rejects.toThrow(/f\.yaml: this is a run file: `scale run`/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('a file that has something of its own kind, or of none, is checked as what it was given for', () => {
  expect(() => parseRunFile('seed: 1', 'f.yaml')).toThrow('benchmark is missing');
  expect(() => parseRunFile('benchmark: sample\nmatrix: {}', 'f.yaml')).toThrow('no setting "matrix"');
});
