import { createReadStream } from 'node:fs';
import { appendFile, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { archivePath, archiveRun } from '../../../../services/coordinator/retention/run-archive.ts';
import { decodeBackup } from '../../../../services/shared/contracts/backup-file.ts';
import { RunStatus } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import { systemTiming } from '../../../../services/shared/lifecycle/timing.ts';
import { createInMemoryServer } from '../../../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { executionResult, runManifest } from '../../../support/bus-messages.ts';

const never = new AbortController().signal;

async function begin() {
  const folder = await mkdtemp(join(tmpdir(), 'scale-archive-'));
  const bus = createInMemoryServer().connect();
  const run = { ...runManifest('r', RunStatus.COMPLETED), endedAtMs: 1_795_000_000_123 };
  await bus.runs.put(run);
  await bus.log.append('r', Buffer.from('one'), 0);
  const path = archivePath(folder, run);
  const countOf = async (wanted: string) => {
    let count = 0;
    for await (const { body } of decodeBackup(createReadStream(path))) if (body?.$case === wanted) count += 1;
    return count;
  };
  return {
    ...{ bus, folder, path, countOf, entriesIn: () => countOf('entry') },
    archive: () => archiveRun(bus, path, 'r', systemTiming, never),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

test('a copy is a backup of the run for its owner alone, and nothing else is left', async () => {
  await using it = await begin();
  await it.archive();
  expect(await readdir(it.folder)).toEqual(['r-1795000000123.scale']);
  expect((await stat(it.path)).mode & 0o777).toBe(0o600);
  expect(await it.entriesIn()).toBe(1);
});

test('a result that the store drops while the run is read is not waited for', async () => {
  await using it = await begin();
  for (const jobId of ['execute-1', 'execute-2', 'execute-3']) await it.bus.results.put(executionResult('r', jobId));
  const jobIds = async (runId: string) => new Set([...(await it.bus.results.jobIds(runId)), 'execute-0']);
  const bus = { ...it.bus, results: { ...it.bus.results, jobIds } };
  await archiveRun(bus, it.path, 'r', systemTiming, never);
  expect(await it.countOf('result')).toBe(3);
});

test('the draft of a coordinator that was killed goes with the next copy, and those of other runs stay', async () => {
  await using it = await begin();
  await writeFile(`${it.path}.4711.draft`, 'half of it');
  await writeFile(join(it.folder, 'r-1.scale.4711.draft'), "another run's");
  await it.archive();
  expect((await readdir(it.folder)).sort()).toEqual(['r-1.scale.4711.draft', 'r-1795000000123.scale']);
});

test('what is left of a run that is half deleted does not replace its copy', async () => {
  await using it = await begin();
  await it.archive();
  const before = await readFile(it.path);
  await it.bus.removeRun('r');
  await it.archive();
  expect(await readFile(it.path)).toEqual(before);
});

test('a copy that is no whole one is written again', async () => {
  await using it = await begin();
  await it.archive();
  await truncate(it.path, 60);
  await it.archive();
  expect(await it.entriesIn()).toBe(1);
  await appendFile(it.path, 'x');
  await it.archive();
  expect(await it.entriesIn()).toBe(1);
});
