import type { Command } from 'commander';
import type { CallShare } from '../../shared/contracts/generated/scale/v1/control.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { usualShare } from '../../shared/sharing/share-rules.ts';
import type { Cli } from '../cli.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import { describeShare, shareDocument } from '../runs/describe-share.ts';
import { findRun } from '../runs/find-run.ts';
import { addShareOptions, askedShare, type ShareOptions } from '../runs/share-options.ts';

interface ShareCommandOptions extends ClusterOptions, ShareOptions {
  readonly json: boolean;
}

export function addShareCommand(program: Command, cli: Cli): void {
  const command = program.command('share').description('show, or change while it goes on, what a run has beside other runs');
  addShareOptions(addClusterOptions(command).argument('<run>', 'id, start of an id, or name'))
    .option('--json', 'print one JSON document', false)
    .action((wanted: string, options: ShareCommandOptions) =>
      cli.answer(options.json, () =>
        withCluster(cli, options, async ({ client }) => {
          const signal = cli.interrupts.requested;
          const { runId, share, team } = await findRun({ client }, wanted, signal);
          const asked = askedShare(options);
          const now = asked === undefined ? { share, team } : await client.setShare({ runId, ...asked }, signal);
          return answerOf(runId, now.share ?? usualShare, now.team);
        }),
      ),
    );
}

function answerOf(runId: string, share: CallShare, team: string | undefined) {
  return {
    exitCode: exitCodes.ok,
    document: { runId, ...shareDocument(share, team) },
    text: `Run ${runId} has ${describeShare(share, team)}.`,
  };
}
