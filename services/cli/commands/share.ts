import type { Command } from 'commander';
import { countOf } from '../../domain/names/count-of.ts';
import type { CallShare, ShareGroup } from '../../shared/contracts/generated/scale/v1/control.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { usualShare } from '../../shared/sharing/share-rules.ts';
import type { Answer, Cli } from '../cli.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import { addNamed } from '../command-words.ts';
import { describeShare, shareDocument } from '../runs/describe-share.ts';
import { addShareOptions, askedShare, type ShareOptions } from '../runs/share-options.ts';
import { findRunOrSweep } from '../sweeps/find-run-or-sweep.ts';

interface ShareCommandOptions extends ClusterOptions, ShareOptions {
  readonly json: boolean;
}

export function addShareCommand(program: Command, cli: Cli): void {
  const command = addNamed(program, 'share');
  addShareOptions(addClusterOptions(command).argument('<run or sweep>', 'id, start of an id, or name'))
    .option('--json', 'print one JSON document', false)
    .action((wanted: string, options: ShareCommandOptions) =>
      cli.answer(options.json, () =>
        withCluster(cli, options, async ({ client }) => {
          const signal = cli.interrupts.requested;
          const { run, sweep } = await findRunOrSweep({ client }, wanted, signal);
          const asked = askedShare(options);
          const runId = run?.runId ?? '';
          const sweepId = sweep?.sweepId ?? '';
          const known = { share: run?.share ?? sweep?.settings?.share, team: run?.team };
          const now = asked === undefined ? known : await client.setShare({ runId, sweepId, ...asked }, signal);
          return sweep === undefined ? ofRun(runId, now.share ?? usualShare, now.team) : answerForSweep(sweepId, now.share);
        }),
      ),
    );
}

function ofRun(runId: string, share: CallShare, team: string | undefined): Answer {
  const { sweep, team: group } = share;
  const ofTeam = group === undefined ? '' : ` The runs of its team have ${describeGroup(group)} together.`;
  const ofSweep = sweep === undefined ? '' : ` The runs of its sweep ${sweep.name} have ${describeGroup(sweep)} together.`;
  return {
    exitCode: exitCodes.ok,
    document: { runId, ...shareDocument(share, team), sweepId: sweep?.name ?? null },
    text: `Run ${runId} has ${describeShare(share, team)}.${ofTeam}${ofSweep}`,
  };
}

/** E.g. "weight 2, at most 16 calls in flight, a priority of 5 or less". */
function describeGroup({ weight, atMost, priority, highestPriority }: ShareGroup): string {
  return [
    `weight ${weight || 1}`,
    ...(priority === undefined ? [] : [`priority ${priority}`]),
    ...(atMost === 0 ? [] : [`at most ${countOf(atMost, 'call')} in flight`]),
    ...(highestPriority === undefined ? [] : [`a priority of ${highestPriority} or less`]),
  ].join(', ');
}

function answerForSweep(sweepId: string, share: CallShare | undefined): Answer {
  const text =
    share === undefined
      ? `Sweep ${sweepId} has no share of its own: each of its runs has one.`
      : `The runs of sweep ${sweepId} have ${describeShare(share, undefined)} together.`;
  const document = share === undefined ? {} : shareDocument(share, undefined);
  return { exitCode: exitCodes.ok, document: { sweepId, ...document }, text };
}
