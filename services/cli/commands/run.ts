import type { Command } from 'commander';
import type { Assignment } from '../../shared/config/amend-settings.ts';
import { readRunFile } from '../../shared/config/run-file.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { readLatencies } from '../../shared/runs/read-latencies.ts';
import type { Answer, Cli } from '../cli.ts';
import { addClusterOptions, type ClusterOptions } from '../cluster/cluster-options.ts';
import { dataFolderAt } from '../cluster/data-folder.ts';
import { addNamed } from '../command-words.ts';
import { answerWithDryRun, dryRunHelp, dryRunOf } from '../forecast/dry-run.ts';
import { countUpTo } from '../parse-count.ts';
import { answerWithReport } from '../runs/answer-with-report.ts';
import { archiveRun } from '../runs/archive-run.ts';
import { checkBeforeRun } from '../runs/check-before-run.ts';
import { waitForEndpointsHelp } from '../runs/check-endpoints.ts';
import { describeChoices } from '../runs/describe-choices.ts';
import { exitCodeOfStatus } from '../runs/describe-runs.ts';
import { inRunFolder } from '../runs/in-run-folder.ts';
import { addLabelOption } from '../runs/label-option.ts';
import { addLimitOptions, type LimitOptions, withLimitOptions } from '../runs/limit-options.ts';
import { runToItsEnd } from '../runs/run-to-its-end.ts';
import { addSetOption } from '../runs/set-option.ts';
import { addShareOptions, addTeamOption, askedShare, type ShareOptions, withShare } from '../runs/share-options.ts';
import { refuseStopFile } from '../runs/watch-stop-file.ts';
import { pricesHelp, withPrices } from '../runs/with-prices.ts';

interface RunOptions extends ClusterOptions, ShareOptions, LimitOptions {
  readonly stopFile?: string;
  readonly team?: string;
  readonly json: boolean;
  readonly fresh: boolean;
  readonly continue?: string;
  readonly dryRun: boolean;
  readonly waitForEndpoints: boolean;
  readonly executors?: number;
  readonly slots?: number;
  readonly prices?: string;
  readonly label: readonly string[];
  readonly set: readonly Assignment[];
}

export function addRunCommand(program: Command, cli: Cli): void {
  const command = addClusterOptions(addNamed(program, 'run'));
  addLimitOptions(addSetOption(addLabelOption(addTeamOption(addShareOptions(command)))))
    .argument('<file>', 'the run file, see docs/run-file.md')
    .option('--executors <n>', 'executors of the cluster on this machine', countUpTo(1_024))
    .option('--slots <n>', 'jobs in flight per executor', countUpTo(1_024))
    .option('--prices <file>', pricesHelp)
    .option('--dry-run', dryRunHelp, false)
    .option('--stop-file <path>', 'end the search, and name the best workflow so far, when this file appears')
    .option('--wait-for-endpoints', waitForEndpointsHelp, false)
    .option('--fresh', 'start the same search again as a new run; the earlier one is kept', false)
    .option('--continue <run>', 'continue this run as it was started, even if the file or its benchmark has changed since')
    .option('--json', 'print one JSON document at the end; progress goes to stderr', false)
    .addHelpText('after', describeChoices)
    .action((file: string, options: RunOptions) => cli.answer(options.json, () => run(cli, file, options)));
}

async function run(cli: Cli, path: string, options: RunOptions): Promise<Answer> {
  await refuseStopFile(options.stopFile);
  const file = await withPrices(
    withLimitOptions(withShare(await readRunFile(path, { set: options.set }), options), options),
    options.prices,
  );
  const folder = dataFolderAt(options.dataDir);
  if (options.dryRun) return answerWithDryRun(file.configuration.name, await dryRunOf([file], folder));
  await checkBeforeRun(cli, file, options.server, { path: folder.runs, option: '--data-dir' });
  const view = cli.openView(options.json);
  try {
    const { record, archive } = await runToItsEnd({
      ...{ cli, options, folder, file, view, share: askedShare(options), labels: options.label },
      collect: async ({ cluster, record, file: { benchmark } }, signal) => {
        await readLatencies(cluster, record, signal);
        const where = { folder, runId: record.runId };
        return { record, archive: await inRunFolder(cluster, where, () => archiveRun(folder, record, benchmark), signal) };
      },
    });
    view.close();
    const { status, failure, stopReason } = record.state();
    if (failure !== undefined) cli.notice(`scale: run ${record.runId} failed: ${failure.message}`);
    const isFruitless = status === 'completed' && archive.report.best === undefined;
    const exitCode = stopReason === 'limit' ? exitCodes.limitReached : exitCodeOfStatus(status);
    return answerWithReport(isFruitless ? exitCodes.endedWithoutSuccess : exitCode, archive);
  } finally {
    view.close();
  }
}
