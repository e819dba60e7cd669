import type { Command } from 'commander';
import { defined } from '../../domain/defined.ts';
import { countOf } from '../../domain/names/count-of.ts';
import type { Assignment } from '../../shared/config/amend-settings.ts';
import { noLimits } from '../../shared/config/run-limits.ts';
import { readSweepFile, type SweepFile } from '../../shared/config/sweep-file/sweep-file.ts';
import type { GetSweepResponse, SweepSummary } from '../../shared/contracts/generated/scale/v1/control.ts';
import { type ExitCode, exitCodes } from '../../shared/errors/exit-codes.ts';
import { describeLimits } from '../../shared/runs/describe-limits.ts';
import type { Answer, Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import { dataFolderAt } from '../cluster/data-folder.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';
import { addNamed } from '../command-words.ts';
import { answerWithDryRun, dryRunHelp, dryRunOf } from '../forecast/dry-run.ts';
import { countUpTo } from '../parse-count.ts';
import { checkBeforeRun } from '../runs/check-before-run.ts';
import { waitForEndpointsHelp } from '../runs/check-endpoints.ts';
import { addLimitOptions, askedLimits, type LimitOptions } from '../runs/limit-options.ts';
import { addSetOption } from '../runs/set-option.ts';
import { cellTable, describeCounts, sweepDocument, sweepTable, sweepViewDocument } from '../sweeps/describe-sweeps.ts';
import { findSweep } from '../sweeps/find-sweep.ts';
import { followSweep } from '../sweeps/follow-sweep.ts';
import { runSweep, type SweepRunOptions } from '../sweeps/run-sweep.ts';
import { addSweepReportCommand } from './sweep-report.ts';
import { addSweepTestCommand } from './sweep-test.ts';

interface RunOptions extends ClusterOptions, LimitOptions, SweepRunOptions {
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly set: readonly Assignment[];
}

interface SteerOptions extends ClusterOptions {
  readonly json: boolean;
  readonly reason: string;
}

const sweepArgument = 'id, start of an id, or name';

export function addSweepCommand(program: Command, cli: Cli): void {
  const sweep = addNamed(program, 'sweep');
  // What is none of the other names is a file.
  const command = sweep.command('run', { isDefault: true }).description('run the sweep that a file describes, or continue it');
  addLimitOptions(addSetOption(addClusterOptions(command), 'that all its runs have in common'), 'all its runs together')
    .argument('<file>', 'the sweep file, see docs/sweeps.md')
    .option('--executors <n>', 'executors of the cluster on this machine', countUpTo(1_024))
    .option('--slots <n>', 'jobs in flight per executor', countUpTo(1_024))
    .option('--dry-run', dryRunHelp, false)
    .option('--wait-for-endpoints', waitForEndpointsHelp, false)
    .option('--detach', 'end once a cluster that stays has the sweep; `sweep status` shows it', false)
    .option('--json', 'print one JSON document at the end; progress goes to stderr', false)
    .action((file: string, options: RunOptions) => cli.answer(options.json, () => run(cli, file, options)));
  addClusterOptions(sweep.command('list').description('list sweeps, newest first'))
    .option('--json', 'print one JSON document', false)
    .action((options: SteerOptions) =>
      cli.answer(options.json, () =>
        withCluster(cli, options, async ({ client }) => {
          const { sweeps } = await client.listSweeps(cli.interrupts.requested);
          return { exitCode: exitCodes.ok, document: { sweeps: sweeps.map(sweepDocument) }, text: sweepTable(sweeps) };
        }),
      ),
    );
  addClusterOptions(
    sweep.command('status').description('show the cells of a sweep: how far each is, its score and tokens, why it failed'),
  )
    .argument('[sweep]', `${sweepArgument}; default: the newest sweep`)
    .option('--json', 'print one JSON document', false)
    .action((wanted: string | undefined, options: SteerOptions) =>
      cli.answer(options.json, () => withCluster(cli, options, (cluster) => status(cli, cluster, wanted))),
    );
  addClusterOptions(sweep.command('pause').description('hold a sweep: its runs are paused, and no other is started'))
    .argument('<sweep>', sweepArgument)
    .option('--reason <text>', 'shown to anyone who looks at it while it is paused', '')
    .option('--json', 'print one JSON document', false)
    .action((wanted: string, options: SteerOptions) =>
      cli.answer(options.json, () =>
        steer(cli, wanted, options, 'paused', ({ client }, sweepId, signal) =>
          client.pauseSweep(sweepId, options.reason, signal),
        ),
      ),
    );
  addClusterOptions(sweep.command('resume').description('let a sweep go on, with its runs that were paused'))
    .argument('<sweep>', sweepArgument)
    .option('--json', 'print one JSON document', false)
    .action((wanted: string, options: SteerOptions) =>
      cli.answer(options.json, () =>
        steer(cli, wanted, options, 'running', ({ client }, sweepId, signal) => client.resumeSweep(sweepId, signal)),
      ),
    );
  addClusterOptions(sweep.command('cancel').description('end a sweep and its runs; what has ended stays'))
    .argument('<sweep>', sweepArgument)
    .option('--reason <text>', 'kept in the logs', 'cancelled by a person')
    .option('--json', 'print one JSON document', false)
    .action((wanted: string, options: SteerOptions) => cli.answer(options.json, () => cancel(cli, wanted, options)));
  addSweepReportCommand(sweep, cli);
  addSweepTestCommand(sweep, cli);
}

async function run(cli: Cli, path: string, options: RunOptions): Promise<Answer> {
  const file = withLimits(await readSweepFile(path, { set: options.set }), options);
  const folder = dataFolderAt(options.dataDir);
  if (options.dryRun) {
    const { name, cells, settings } = file;
    const files = cells.map((cell) => cell.file);
    const subject = `${countOf(cells.length, 'run')} of the sweep ${name}`;
    return answerWithDryRun(subject, await dryRunOf(files, folder, { name, ...defined({ limits: settings.limits }) }));
  }
  await checkCells(cli, file, options.server, folder.runs);
  const screen = cli.openScreen(options.json);
  try {
    const view = await runSweep({ cli, options, folder, file, screen });
    screen.close();
    return answerOf(view, options.detach);
  } finally {
    screen.close();
  }
}

/** The file with what the command line says of the limits of all its runs together. */
function withLimits(file: SweepFile, options: LimitOptions): SweepFile {
  const limits = askedLimits(options, file.settings.limits && { ...noLimits, ...file.settings.limits });
  return limits === undefined ? file : { ...file, settings: { ...file.settings, limits } };
}

/** Cells that differ only in how they search are checked once, and what they all have to say is said once. */
async function checkCells(cli: Cli, { cells, warnings }: SweepFile, server: string | undefined, path: string): Promise<void> {
  const said = new Set<string>();
  const notice = (message: string): void => {
    if (!said.has(message)) cli.notice(message);
    said.add(message);
  };
  const different = new Map(cells.map(({ file }) => [JSON.stringify([file.configuration.benchmark, file.endpoints]), file]));
  for (const file of different.values()) {
    await checkBeforeRun({ ...cli, notice }, { ...file, warnings: [] }, server, { path, option: '--data-dir' });
  }
  for (const warning of warnings) cli.notice(`scale: ${warning}`);
}

function answerOf(view: GetSweepResponse, detached: boolean): Answer {
  const { summary, cells } = view;
  const { sweepId = '' } = summary ?? {};
  const text = detached
    ? `Sweep ${sweepId} goes on there: \`scale sweep status ${sweepId}\` shows it.`
    : `${cellTable(cells)}\n\n${describeCounts(summary ?? {})}`;
  return { exitCode: detached ? exitCodes.ok : exitCodeOf(summary), document: sweepViewDocument(view), text };
}

function exitCodeOf(summary: SweepSummary | undefined): ExitCode {
  if (summary?.status === 'cancelled') return exitCodes.endedWithoutSuccess;
  const { failed = 0, cancelled = 0 } = summary?.counts ?? {};
  if (failed > 0) return exitCodes.failed;
  return cancelled > 0 ? exitCodes.endedWithoutSuccess : exitCodes.ok;
}

async function status(cli: Cli, cluster: ReachedCluster, wanted: string | undefined): Promise<Answer> {
  const signal = cli.interrupts.requested;
  const { sweepId } = await findSweep(cluster, wanted, signal);
  const view = await cluster.client.getSweep(sweepId, signal);
  const { summary } = view;
  const isInterrupted = cluster.kind === 'own' && summary?.isOver === false;
  const how = isInterrupted ? 'interrupted: the command that started it continues it' : (summary?.status ?? '');
  const reason = summary === undefined || summary.reason === '' ? '' : ` (${summary.reason})`;
  const head = `Sweep ${sweepId}: ${how}${reason}. ${describeCounts(summary ?? {})}`;
  const spent = describeLimits(summary?.settings?.limits, view.budgets, summary?.money?.currency).map((line) => `  ${line}\n`);
  const text = `${head}\n${spent.join('')}\n${cellTable(view.cells)}`;
  return { exitCode: exitCodes.ok, document: sweepViewDocument(view), text };
}

type Ask = (cluster: ReachedCluster, sweepId: string, signal: AbortSignal) => Promise<{ status: string }>;

function steer(cli: Cli, wanted: string, options: SteerOptions, done: string, ask: Ask): Promise<Answer> {
  return withCluster(cli, options, async (cluster) => {
    const signal = cli.interrupts.requested;
    const { sweepId } = await findSweep(cluster, wanted, signal);
    if (cluster.kind === 'own') {
      const message = `no cluster runs on ${options.dataDir}, so nothing is working on sweep ${sweepId}: \`scale sweep\` with its file would continue it`;
      throw new CliError('bad-input', message);
    }
    await ask(cluster, sweepId, signal);
    return { exitCode: exitCodes.ok, document: { sweepId, status: done }, text: `Sweep ${sweepId} is ${done}.` };
  });
}

/** The request is stored once it is answered; the sweep is over once none of its runs goes on. */
function cancel(cli: Cli, wanted: string, options: SteerOptions): Promise<Answer> {
  return withCluster(cli, options, async (cluster) => {
    const signal = cli.interrupts.requested;
    const { sweepId, status: before } = await findSweep(cluster, wanted, signal);
    if (before !== 'cancelled') await cluster.client.cancelSweep(sweepId, options.reason, signal);
    const { summary } = await followSweep({ cluster, sweepId, seen: () => false, notice: cli.notice }, signal);
    const text = `Sweep ${sweepId} is cancelled. ${describeCounts(summary ?? {})}`;
    return { exitCode: exitCodes.ok, document: { sweepId, status: 'cancelled' }, text };
  });
}
