import { type Command, Option } from 'commander';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import type { Answer, Cli } from '../cli.ts';
import { addClusterOptions, type ClusterOptions, NothingHereError, withCluster } from '../cluster/cluster-options.ts';
import { addNamed } from '../command-words.ts';
import { countUpTo } from '../parse-count.ts';
import { isGoingOn, runDocument, runTable } from '../runs/describe-runs.ts';
import { addRunFilter } from '../runs/filter-options.ts';
import { type RunFilter, type RunOrder, runOrders, selectRuns, sortRuns } from '../runs/select-runs.ts';

interface ListOptions extends ClusterOptions, RunFilter {
  readonly json: boolean;
  readonly sort: RunOrder;
  readonly limit?: number;
}

export function addListCommand(program: Command, cli: Cli): void {
  const command = addClusterOptions(addNamed(program, 'list'));
  addRunFilter(command)
    .addOption(new Option('--sort <order>', 'the newest, the best or the dearest first').choices(runOrders).default('started'))
    .option('--limit <n>', 'only the first n of them', countUpTo(1_000_000))
    .option('--json', 'print one JSON document', false)
    .action((options: ListOptions) => cli.answer(options.json, () => list(cli, options)));
}

async function list(cli: Cli, options: ListOptions): Promise<Answer> {
  try {
    return await withCluster(cli, options, async ({ client, kind }) => {
      const { runs } = await client.listRuns(cli.interrupts.requested);
      const chosen = sortRuns(selectRuns(runs, options, kind), options.sort).slice(0, options.limit);
      const documents = chosen.map((run) => ({ ...runDocument(run), goingOn: isGoingOn(run, kind) }));
      const more = runs.length - chosen.length;
      const text = chosen.length === 0 && more > 0 ? 'No run here is like that.' : runTable(chosen, kind);
      const rest = more === 0 ? '' : `\n(${more} more without these options)`;
      return { exitCode: exitCodes.ok, document: { runs: documents }, text: `${text}${rest}` };
    });
  } catch (error) {
    if (!(error instanceof NothingHereError)) throw error;
    cli.notice(error.message);
    return { exitCode: exitCodes.ok, document: { runs: [] }, text: '' };
  }
}
