import type { Command } from 'commander';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import type { Cli } from '../cli.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import { addNamed } from '../command-words.ts';
import { findOneRun } from '../runs/find-run.ts';

interface LabelOptions extends ClusterOptions {
  readonly json: boolean;
  readonly remove?: readonly string[];
}

export function addLabelCommand(program: Command, cli: Cli): void {
  addClusterOptions(addNamed(program, 'label'))
    .argument('<run>', 'id, start of an id, or name')
    .argument('[words...]', 'labels to add')
    .option('--remove <words...>', 'labels to remove')
    .option('--json', 'print one JSON document', false)
    .action((wanted: string, add: string[], options: LabelOptions) =>
      cli.answer(options.json, () =>
        withCluster(cli, options, async ({ client }) => {
          const signal = cli.interrupts.requested;
          const { runId, labels: known } = await findOneRun({ client }, wanted, signal);
          const { remove = [] } = options;
          const isChange = add.length + remove.length > 0;
          const { labels } = isChange ? await client.setLabels({ runId, add, remove: [...remove] }, signal) : { labels: known };
          const words = labels?.words ?? [];
          const text = words.length === 0 ? `Run ${runId} has no labels.` : `Run ${runId}: ${words.join(', ')}`;
          return { exitCode: exitCodes.ok, document: { runId, labels: words }, text };
        }),
      ),
    );
}
