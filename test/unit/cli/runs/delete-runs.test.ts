import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DataFolder, dataFolderAt } from '../../../../services/cli/cluster/data-folder.ts';
import { deleteEach, folderOf } from '../../../../services/cli/runs/delete-runs.ts';
import { inRunFolder } from '../../../../services/cli/runs/in-run-folder.ts';
import type { ControlClient } from '../../../../services/shared/control-client/control-client.ts';
import { ControlError } from '../../../../services/shared/control-client/control-error.ts';

let folder: DataFolder;
beforeEach(async () => {
  folder = dataFolderAt(await mkdtemp(join(tmpdir(), 'scale-delete-')));
  for (const runId of ['one', 'two', 'three']) await mkdir(join(folder.runs, runId), { recursive: true });
});
afterEach(() => rm(folder.root, { recursive: true }));

test('what is interrupted leaves no folder of a run that is gone, and says which are', async () => {
  const told: string[] = [];
  const deletion = { folder, dryRun: false, notice: (message: string) => told.push(message) };
  const deleting = deleteEach(['one', 'two', 'three'], deletion, async (runId) => {
    if (runId === 'three') throw new Error('interrupted');
    return [{ runId, memory: false }];
  });
  await expect(deleting).rejects.toThrow('interrupted');
  expect(await readdir(folder.runs)).toEqual(['three']);
  expect(told).toEqual(['Deleted one, with its report.\nDeleted two, with its report.']);
});

test('only a folder of the runs is one of a run', async () => {
  expect(await folderOf(folder, 'one')).toBe(join(folder.runs, 'one'));
  for (const none of ['four', '', '.', '..', ['..', 'runs'].join('/'), 'one/', '/tmp'])
    expect(await folderOf(folder, none)).toBeNull();
});

test('what is written of a run that is deleted meanwhile goes again', async () => {
  const known = new Set(['one', 'two']);
  const getRun = async (runId: string) => {
    if (!known.has(runId)) throw new ControlError('GetRun', 'here', 'not-found', `there is no run ${runId}`);
    return { budgets: [] };
  };
  const cluster = { client: { getRun } as unknown as ControlClient };
  const write = (runId: string, during: () => void) =>
    inRunFolder(
      cluster,
      { folder, runId },
      async () => {
        during();
        await mkdir(join(folder.runs, runId), { recursive: true });
        return runId;
      },
      new AbortController().signal,
    );
  expect(await write('one', () => undefined)).toBe('one');
  await expect(write('two', () => known.delete('two'))).rejects.toThrow('run two was deleted while its results were written');
  expect((await readdir(folder.runs)).toSorted()).toEqual(['one', 'three']);
});
