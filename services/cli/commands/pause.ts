import type { Command } from 'commander';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { statusName } from '../../shared/runs/status-name.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import { addNamed } from '../command-words.ts';
import { findOneRun } from '../runs/find-run.ts';

interface PauseOptions extends ClusterOptions {
  readonly reason: string;
  readonly json: boolean;
}

export function addPauseCommand(program: Command, cli: Cli): void {
  addClusterOptions(addNamed(program, 'pause'))
    .argument('<run>', 'id, start of an id, or name')
    .option('--reason <text>', 'shown to anyone who looks at the run while it is paused', '')
    .option('--json', 'print one JSON document', false)
    .action((wanted: string, options: PauseOptions) =>
      cli.answer(options.json, () =>
        withCluster(cli, options, async (cluster) => {
          const { runId } = await findOneRun(cluster, wanted, cli.interrupts.requested);
          if (cluster.kind === 'own') {
            const message = `no cluster runs on ${options.dataDir}, so nothing is working on run ${runId}: \`scale run\` with its file would continue it`;
            throw new CliError('bad-input', message);
          }
          const response = await cluster.client.pauseRun(runId, options.reason, cli.interrupts.requested);
          const status = statusName(response.status);
          return { exitCode: exitCodes.ok, document: { runId, status }, text: `Run ${runId} is ${status}.` };
        }),
      ),
    );
}
