import type { Command } from 'commander';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { describeLimits, limitsDocument } from '../../shared/runs/describe-limits.ts';
import { statusName } from '../../shared/runs/status-name.ts';
import type { Answer, Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';
import { addNamed } from '../command-words.ts';
import { addLimitOptions, askedLimits, type LimitOptions } from '../runs/limit-options.ts';
import { findLimitedRun } from '../sweeps/find-run-or-sweep.ts';

interface LimitsOptions extends ClusterOptions, LimitOptions {
  readonly json: boolean;
}

export function addLimitsCommand(program: Command, cli: Cli): void {
  const command = addNamed(program, 'limits');
  addLimitOptions(addClusterOptions(command).argument('<run>', 'id, start of an id, or name'))
    .option('--json', 'print one JSON document', false)
    .action((wanted: string, options: LimitsOptions) =>
      cli.answer(options.json, () => withCluster(cli, options, (cluster) => limitsOf(cli, cluster, wanted, options))),
    );
}

async function limitsOf(cli: Cli, cluster: ReachedCluster, wanted: string, options: LimitsOptions): Promise<Answer> {
  const signal = cli.interrupts.requested;
  const changes = askedLimits(options, undefined) !== undefined;
  const { runId } = await findLimitedRun(cluster, wanted, changes, signal);
  const before = await cluster.client.getRun(runId, signal);
  const asked = askedLimits(options, before.manifest?.limits && { ...before.manifest.limits, stopReason: '' });
  if (asked !== undefined && cluster.kind === 'own') {
    const message = `no cluster runs on ${options.dataDir} to go on with run ${runId}: \`scale run\` with its file and these options does`;
    throw new CliError('bad-input', message);
  }
  if (asked !== undefined) await cluster.client.setRunLimits(runId, asked, signal);
  const { manifest, budgets } = asked === undefined ? before : await cluster.client.getRun(runId, signal);
  const status = statusName(manifest?.status ?? 0);
  const lines = describeLimits(manifest?.limits, budgets, manifest?.prices?.currency);
  const told = lines.length === 0 ? 'It has no limits.' : lines.map((line) => `  ${line}`).join('\n');
  return {
    exitCode: exitCodes.ok,
    document: { runId, status, ...limitsDocument(manifest?.limits, budgets) },
    text: `Run ${runId} is ${status}.\n${told}`,
  };
}
