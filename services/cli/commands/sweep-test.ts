import type { Command } from 'commander';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { type Answer, type Cli, interruptedError } from '../cli.ts';
import { addClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import { InterruptedError } from '../interrupts.ts';
import { countUpTo } from '../parse-count.ts';
import { waitForEndpointsHelp } from '../runs/check-endpoints.ts';
import { type SweepTestOptions, testCells, untestedCells } from '../sweep-report/test-cells.ts';
import { findSweep } from '../sweeps/find-sweep.ts';

interface Options extends SweepTestOptions {
  readonly json: boolean;
}

/** @param sweep the command whose `test` it is */
export function addSweepTestCommand(sweep: Command, cli: Cli): void {
  addClusterOptions(
    sweep
      .command('test')
      .description(
        'evaluate what each completed search of a sweep has found on the test split, where that was not done; for `report`',
      ),
  )
    .argument('[sweep]', 'id, start of an id, or name; default: the newest sweep')
    .option('--split <name>', 'the part of the benchmark to execute', 'test')
    .option('--repeat <n>', 'executions of each query', countUpTo(100), 1)
    .option('--limit <n>', 'only the first n queries', countUpTo(1_000_000))
    .option('--benchmark <files...>', 'the files of benchmarks of your own, for cells that were on them', [])
    .option('--parallel <n>', 'evaluations in flight at once', countUpTo(256), 4)
    .option('--executors <n>', 'executors of the cluster on this machine', countUpTo(1_024))
    .option('--slots <n>', 'jobs in flight per executor', countUpTo(1_024))
    .option('--wait-for-endpoints', waitForEndpointsHelp, false)
    .option('--json', 'print one JSON document at the end; progress goes to stderr', false)
    .action((wanted: string | undefined, options: Options) => cli.answer(options.json, () => test(cli, wanted, options)));
}

async function test(cli: Cli, wanted: string | undefined, options: Options): Promise<Answer> {
  const signal = cli.interrupts.requested;
  const { summary, cells } = await withCluster(cli, options, async (cluster) => {
    const found = await findSweep(cluster, wanted, signal);
    return { summary: found, cells: await untestedCells(cluster, found.sweepId, signal) };
  });
  const { sweepId } = summary;
  const outcomes = cells.length === 0 ? [] : await interruptible(cli, () => testCells(cli, cells, options));
  const failed = outcomes.filter(({ error }) => error !== undefined);
  const lines = failed.map(({ cell, error }) => `${cell}: ${error}`);
  const done = `${outcomes.length - failed.length} of ${outcomes.length} were tested`;
  const said = outcomes.length === 0 ? 'There is nothing to test: every completed search has a test' : done;
  return {
    exitCode: failed.length === 0 ? exitCodes.ok : exitCodes.failed,
    document: { sweepId, tests: outcomes },
    text: [...lines, `${said}; \`scale sweep report ${sweepId}\` shows them.`].join('\n'),
  };
}

async function interruptible<Result>(cli: Cli, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    // Which of the runs in flight noticed first is chance.
    const { aborted, reason } = cli.interrupts.requested;
    if (!aborted || !(reason instanceof InterruptedError)) throw error;
    throw interruptedError(reason, `${reason.message}: what was done is kept, and the same command continues it`);
  }
}
