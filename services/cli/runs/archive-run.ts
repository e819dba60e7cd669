import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Benchmark } from '../../domain/benchmark.ts';
import { buildReport } from '../../domain/report/build-report.ts';
import type { ReportModel } from '../../domain/report/report-model.ts';
import { replaceFile } from '../../shared/document/replace-file.ts';
import { type DocumentFiles, writeDocument } from '../../shared/document/write-document.ts';
import type { RunRecord } from '../../shared/runs/run-record.ts';
import type { DataFolder } from '../cluster/data-folder.ts';
import { runToDocument } from '../report/run-to-document.ts';
import { encodeRunLog } from './run-log-file.ts';

/** What a run leaves in a folder of its own, for people who do not want to start a cluster to read it. */
export interface RunArchive {
  readonly files: DocumentFiles & { readonly log: string };
  readonly report: ReportModel;
}

/** Writes a run's report and log into the data folder, over what was there before. */
export async function archiveRun(folder: DataFolder, record: RunRecord, benchmark: Benchmark): Promise<RunArchive> {
  const runFolder = join(folder.runs, record.runId);
  await mkdir(runFolder, { recursive: true });
  const log = join(runFolder, 'events.binpb');
  await replaceFile(log, encodeRunLog(record));
  const report = reportOf(record, benchmark);
  return { files: { ...(await writeDocument(runFolder, runToDocument(report), report)), log }, report };
}

export function reportOf(record: RunRecord, benchmark: Benchmark): ReportModel {
  const [first, last] = [record.events.at(0), record.events.at(-1)];
  const meta = {
    runId: record.runId,
    ...(first === undefined ? {} : { startedAtMs: first.timeMs }),
    ...(last !== undefined && record.isOver() ? { endedAtMs: last.timeMs } : {}),
  };
  return buildReport(record.state(), benchmark, meta, {
    ...{ spent: record.spent(), prices: record.prices(), latencies: record.latencies() },
    events: record.events.map(({ event }) => event),
  });
}
