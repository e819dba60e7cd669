import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataFolder } from '../cluster/data-folder.ts';
import { encodeRunLog } from './run-log-file.ts';
import type { RunRecord } from './run-record.ts';

/** What is left of a run in a folder of its own, for people who do not want to start a cluster to read it. */
export interface RunArchive {
  readonly files: Readonly<Record<string, string>>;
}

/** Writes a run's log into the data folder, over what stood there before. */
export async function archiveRun(folder: DataFolder, record: RunRecord): Promise<RunArchive> {
  const runFolder = join(folder.runs, record.runId);
  await mkdir(runFolder, { recursive: true });
  const log = join(runFolder, 'events.binpb');
  await writeFile(log, encodeRunLog(record));
  return { files: { log } };
}
