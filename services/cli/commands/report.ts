import type { Command } from 'commander';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { readLatencies } from '../../shared/runs/read-latencies.ts';
import { readRun } from '../../shared/runs/read-run.ts';
import { readRunBenchmark } from '../../shared/runs/read-run-benchmark.ts';
import { createRunRecord } from '../../shared/runs/run-record.ts';
import type { Answer, Cli } from '../cli.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import { dataFolderAt } from '../cluster/data-folder.ts';
import { addNamed } from '../command-words.ts';
import { answerWithReport } from '../runs/answer-with-report.ts';
import { archiveRun } from '../runs/archive-run.ts';
import { findRun } from '../runs/find-run.ts';
import { inRunFolder } from '../runs/in-run-folder.ts';

interface ReportOptions extends ClusterOptions {
  readonly json: boolean;
}

export function addReportCommand(program: Command, cli: Cli): void {
  addClusterOptions(addNamed(program, 'report'))
    .argument('[run]', 'id, start of an id, or name; default: the newest run')
    .option('--json', 'print one JSON document with the report', false)
    .action((wanted: string | undefined, options: ReportOptions) => cli.answer(options.json, () => report(cli, wanted, options)));
}

async function report(cli: Cli, wanted: string | undefined, options: ReportOptions): Promise<Answer> {
  const signal = cli.interrupts.requested;
  const folder = dataFolderAt(options.dataDir);
  const archive = await withCluster(cli, options, async (cluster) => {
    const { runId } = await findRun(cluster, wanted, signal);
    const record = await readRun(cluster, createRunRecord(runId), signal);
    await readLatencies(cluster, record, signal);
    const benchmark = await readRunBenchmark(cluster, runId, signal);
    return inRunFolder(cluster, { folder, runId }, () => archiveRun(folder, record, benchmark), signal);
  });
  return answerWithReport(exitCodes.ok, archive);
}
