import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startCli } from '../../support/run-cli.ts';

const runFile = `
name: kept
benchmark: { name: sample, limit: 2 }
search: { max_rounds: 1, convergence: off, final_pick: argmax }
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-kept-'));
  await mkdir(join(folder, 'below'));
  await writeFile(join(folder, 'kept.yaml'), runFile);
});
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

async function scale(...args: readonly string[]): Promise<Record<string, unknown>> {
  const cwd = args[0] === 'run' ? folder : join(folder, 'below');
  return JSON.parse((await startCli([...args, '--json'], { cwd }).ended).stdout);
}

test('runs are found from below by their labels, deleted with what depends on them, and begun anew by the same file', async () => {
  expect(await scale('list')).toEqual({ runs: [] });
  const { runId } = await scale('run', 'kept.yaml', '--label', 'nightly');
  const evaluated = await scale('eval', '--run', 'kept', '--limit', '2', '--label', 'other');
  const { runs } = (await scale('list', '--label', 'nightly')) as { runs: Record<string, unknown>[] };
  expect(runs).toMatchObject([{ runId, labels: ['nightly'], ofRun: null, status: 'completed' }]);

  const gone = {
    deleted: [
      { runId: evaluated.runId, becauseOf: runId },
      { runId, becauseOf: null, memory: true },
    ],
  };
  expect(await scale('delete', 'kept', '--dry-run')).toMatchObject({ dryRun: true, ...gone });
  expect(await scale('delete', 'kept')).toMatchObject({ dryRun: false, ...gone });
  expect(await scale('list')).toEqual({ runs: [] });
  expect(await scale('memory', 'list')).toEqual({ memory: [] });
  expect(await readdir(join(folder, '.scale', 'runs'))).toEqual([]);
  expect(await readdir(join(folder, 'below'))).toEqual([]);

  // As after whoever deleted it was killed before its folder was gone.
  const place = join(folder, '.scale', 'runs', String(runId));
  await mkdir(place);
  await writeFile(join(place, 'report.md'), 'left over');
  const leftOver = { deleted: [{ runId, memory: false, folder: expect.stringContaining(String(runId)) }] };
  expect(await scale('delete', String(runId), '--dry-run')).toMatchObject(leftOver);
  expect(await scale('delete', String(runId))).toMatchObject(leftOver);
  expect(await readdir(join(folder, '.scale', 'runs'))).toEqual([]);
  expect(await startCli(['delete', String(runId)], { cwd: join(folder, 'below') }).ended).toMatchObject({ code: 2 });

  expect(await scale('run', 'kept.yaml')).toMatchObject({ runId, status: 'completed' });
});

test('a backup is restored into a folder of this machine that is not there yet, and nothing else begins one', async () => {
  const { runId } = await scale('run', 'kept.yaml');
  const file = join(folder, 'kept.scale');
  const elsewhere = ['--data-dir', join(folder, 'elsewhere')];
  await scale('backup', file);
  expect(await scale('list', ...elsewhere)).toEqual({ runs: [] });
  expect(await readdir(folder)).not.toContain('elsewhere');
  expect(await scale('restore', file, ...elsewhere)).toMatchObject({ runIds: [runId] });
  expect(await scale('list', ...elsewhere)).toMatchObject({ runs: [{ runId, status: 'completed' }] });
});
