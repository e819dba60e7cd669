import type { Command } from 'commander';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import type { Cli } from '../cli.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import { isGoingOn, runDocument, runTable } from '../runs/describe-runs.ts';

interface ListOptions extends ClusterOptions {
  readonly json: boolean;
}

export function addListCommand(program: Command, cli: Cli): void {
  addClusterOptions(program.command('list').description('list the runs that the cluster knows, the newest first'))
    .option('--json', 'print one JSON document', false)
    .action((options: ListOptions) =>
      cli.answer(options.json, () =>
        withCluster(cli, options, async ({ client, kind }) => {
          const { runs } = await client.listRuns(cli.interrupts.requested);
          const sorted = runs.toSorted((a, b) => b.createdAtMs - a.createdAtMs);
          const documents = sorted.map((run) => ({ ...runDocument(run), goingOn: isGoingOn(run, kind) }));
          return { exitCode: exitCodes.ok, document: { runs: documents }, text: runTable(sorted, kind) };
        }),
      ),
    );
}
