import { join } from 'node:path';
import type { Command } from 'commander';
import { buildSweepReport } from '../../domain/sweep-report/build-sweep-report.ts';
import { writeDocument } from '../../shared/document/write-document.ts';
import { writeTables } from '../../shared/document/write-tables.ts';
import { writeTerminal } from '../../shared/document/write-terminal.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { readSweep } from '../../shared/runs/read-sweep.ts';
import type { Answer, Cli } from '../cli.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import { dataFolderAt } from '../cluster/data-folder.ts';
import { inDataFolder } from '../cluster/data-folder-error.ts';
import { shortPath } from '../short-path.ts';
import { sweepToDocument } from '../sweep-report/sweep-to-document.ts';
import { findSweep } from '../sweeps/find-sweep.ts';

interface SweepReportOptions extends ClusterOptions {
  readonly json: boolean;
}

/** @param sweep the command whose `report` it is */
export function addSweepReportCommand(sweep: Command, cli: Cli): void {
  addClusterOptions(
    sweep
      .command('report')
      .description('write the report of a sweep, finished or not: scores, differences between its settings, cost; and print it'),
  )
    .argument('[sweep]', 'id, start of an id, or name; default: the newest sweep')
    .option('--json', 'print one JSON document with the report', false)
    .action((wanted: string | undefined, options: SweepReportOptions) =>
      cli.answer(options.json, () => report(cli, wanted, options)),
    );
}

async function report(cli: Cli, wanted: string | undefined, options: SweepReportOptions): Promise<Answer> {
  const signal = cli.interrupts.requested;
  const { facts, cells } = await withCluster(cli, options, async (cluster) =>
    readSweep(cluster, (await findSweep(cluster, wanted, signal)).sweepId, signal),
  );
  const folder = dataFolderAt(options.dataDir);
  const model = buildSweepReport(facts, cells);
  const shown = sweepToDocument(model);
  const place = join(folder.root, 'sweeps', facts.sweepId);
  const files = await inDataFolder(folder, async () => ({
    ...(await writeDocument(place, shown, model)),
    tables: await writeTables(place, shown),
  }));
  return {
    exitCode: exitCodes.ok,
    document: { sweepId: facts.sweepId, files, report: model },
    text: `${writeTerminal(shown)}\n\nReport: ${shortPath(files.html)}`,
  };
}
