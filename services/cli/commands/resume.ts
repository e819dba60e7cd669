import type { Command } from 'commander';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { statusName } from '../../shared/runs/status-name.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import { addNamed } from '../command-words.ts';
import { findOneRun } from '../runs/find-run.ts';

interface ResumeOptions extends ClusterOptions {
  readonly json: boolean;
}

export function addResumeCommand(program: Command, cli: Cli): void {
  addClusterOptions(addNamed(program, 'resume'))
    .argument('<run>', 'id, start of an id, or name')
    .option('--json', 'print one JSON document', false)
    .action((wanted: string, options: ResumeOptions) =>
      cli.answer(options.json, () =>
        withCluster(cli, options, async (cluster) => {
          const { runId } = await findOneRun(cluster, wanted, cli.interrupts.requested);
          if (cluster.kind === 'own') {
            const message = `no cluster runs on ${options.dataDir} to continue run ${runId}: \`scale run\` with its file starts one`;
            throw new CliError('bad-input', message);
          }
          const response = await cluster.client.resumeRun(runId, cli.interrupts.requested);
          const status = statusName(response.status);
          return { exitCode: exitCodes.ok, document: { runId, status }, text: `Run ${runId} is ${status}.` };
        }),
      ),
    );
}
