import type { Command } from 'commander';
import { countRepetitions } from '../../domain/report/count-repetitions.ts';
import { reportSpent, type SpentReport } from '../../domain/report/report-spent.ts';
import { totalUse } from '../../domain/run/ledger/totals.ts';
import { RunStatus, type RunSummary } from '../../shared/contracts/generated/scale/v1/control.ts';
import { alignColumns } from '../../shared/document/align-columns.ts';
import { describeSaved, formatCount, formatDuration, formatScore } from '../../shared/document/format.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import type { Cli } from '../cli.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';
import { describeRepetitions } from '../progress/describe-repetitions.ts';
import { describeBudget, describeSpent } from '../progress/describe-spent.ts';
import { progressOf, type RunProgress } from '../progress/run-progress.ts';
import { describeWait, type ViewedWait } from '../progress/run-view.ts';
import { describeStatus, isGoingOn, runDocument } from '../runs/describe-runs.ts';
import { findRun } from '../runs/find-run.ts';
import { readRun } from '../runs/follow-run.ts';
import { createRunRecord, type RunRecord } from '../runs/run-record.ts';

interface StatusOptions extends ClusterOptions {
  readonly json: boolean;
}

export function addStatusCommand(program: Command, cli: Cli): void {
  addClusterOptions(program.command('status').description('show how far a run has got'))
    .argument('[run]', 'id, start of an id, or name; default: the newest run')
    .option('--json', 'print one JSON document', false)
    .action((wanted: string | undefined, options: StatusOptions) =>
      cli.answer(options.json, () =>
        withCluster(cli, options, async (cluster) => {
          const signal = cli.interrupts.requested;
          const run = knowingWhoWorks(knowingTheDisk(await findRun(cluster, wanted, signal), cluster.wait()), cluster.kind);
          const record = await readRun(cluster, createRunRecord(run.runId), signal);
          const progress =
            record.events.length === 0 ? undefined : progressOf(record.state(), undefined, record.times, Date.now());
          return {
            exitCode: exitCodes.ok,
            document: {
              ...runDocument(run),
              goingOn: isGoingOn(run, cluster.kind),
              ...(progress === undefined
                ? {}
                : { ...progressDocument(progress), ...spentDocument(record), repetitions: countRepetitions(record.state()) }),
            },
            text: alignColumns([
              ['run', run.runId],
              ['status', withRemedy(describeStatus(run, cluster.kind))],
              ...(run.waiting === undefined ? [] : [['', describeWait(run.waiting)]]),
              ...(progress === undefined ? [] : progressRows(progress, isGoingOn(run, cluster.kind))),
              ...(progress === undefined ? [] : [...spentRows(record), ...repeatedRows(record)]),
            ]),
          };
        }),
      ),
    );
}

/** The coordinator knows only that its server does not answer; this machine can see whether the disk is full. */
function knowingTheDisk(run: RunSummary, disk: ViewedWait | undefined): RunSummary {
  if (disk === undefined || run.status !== RunStatus.RUNNING) return run;
  const { waitedMs = disk.waitedMs, sinceMs = Date.now() - disk.waitedMs } = run.waiting ?? {};
  return { ...run, waiting: { ...disk, waitedMs, sinceMs } };
}

/** A cluster that was started for this command alone continues no run: the command that began the run is what ends the wait. */
function knowingWhoWorks(run: RunSummary, cluster: ReachedCluster['kind']): RunSummary {
  if (run.waiting === undefined || cluster !== 'own') return run;
  const remedy = '`scale run` with the same file continues it';
  const until = run.waiting.kind === 'person' ? `once that is fixed, ${remedy}` : remedy;
  return { ...run, waiting: { ...run.waiting, until } };
}

function withRemedy(status: string): string {
  return status === 'interrupted' ? 'interrupted: `scale run` with the same file continues it' : status;
}

function progressDocument(progress: RunProgress): Record<string, unknown> {
  return {
    round: progress.round,
    bestRound: progress.bestRound ?? null,
    savedShare: progress.savedShare ?? null,
    secondsLeft: progress.leftMs === undefined ? null : Math.round(progress.leftMs / 1_000),
  };
}

function spentOf(record: RunRecord): SpentReport | undefined {
  const spent = record.spent();
  return spent && reportSpent(totalUse(record.state().ledger).tokens, spent, record.isOver());
}

function spentDocument(record: RunRecord): Record<string, unknown> {
  const { tokenBudget } = record.state().configuration.search;
  return { spent: spentOf(record) ?? null, tokenBudget: tokenBudget === 0 ? null : tokenBudget };
}

function spentRows(record: RunRecord): string[][] {
  const { configuration, ledger, stopReason } = record.state();
  const spent = spentOf(record);
  const budget = describeBudget(configuration.search.tokenBudget, totalUse(ledger).tokens, spent);
  const ended = stopReason === 'token-budget' ? ', which ended the search' : '';
  const rows = [
    ['spent', describeSpent(spent)],
    ['budget', budget === '' ? '' : `${budget}${ended}`],
  ];
  return rows.filter(([, text]) => text !== '');
}

function repeatedRows(record: RunRecord): string[][] {
  const text = describeRepetitions(countRepetitions(record.state()));
  return text === '' ? [] : [['repeated', text]];
}

function progressRows(progress: RunProgress, isGoingOn: boolean): string[][] {
  const saved = progress.savedShare === undefined ? '' : `, ${describeSaved(progress.savedShare)}`;
  return [
    ['rounds', `${progress.roundsCompleted} of ${progress.maxRounds} completed`],
    ['best', progress.bestScore === undefined ? 'none yet' : `${formatScore(progress.bestScore)} in round ${progress.bestRound}`],
    ['tokens', `${formatCount(progress.tokens)}${saved}`],
    ...(!isGoingOn || progress.leftMs === undefined || progress.leftMs === 0
      ? []
      : [['time left', `about ${formatDuration(progress.leftMs)}`]]),
    ...(progress.simulated ? [['model', 'simulated: these scores are not results']] : []),
  ];
}
