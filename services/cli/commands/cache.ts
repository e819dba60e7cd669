import { Argument, type Command } from 'commander';
import { alignColumns } from '../../shared/document/align-columns.ts';
import { exact } from '../../shared/document/format.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import type { Answer, Cli } from '../cli.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';
import { addNamed } from '../command-words.ts';
import { formatBytes } from '../releases/download-progress.ts';

interface CacheOptions extends ClusterOptions {
  readonly json: boolean;
}

export function addCacheCommand(program: Command, cli: Cli): void {
  addClusterOptions(addNamed(program, 'cache'))
    .addArgument(new Argument('<action>', 'show or clear').choices(['show', 'clear']))
    .option('--json', 'print one JSON document', false)
    .action((action: 'show' | 'clear', options: CacheOptions) =>
      cli.answer(options.json, () =>
        withCluster(cli, options, (cluster) => (action === 'show' ? show(cluster, cli) : clear(cluster, cli))),
      ),
    );
}

async function show({ client }: ReachedCluster, cli: Cli): Promise<Answer> {
  const { replies, bytes, maxBytes, maxAgeMs } = await client.getCache(cli.interrupts.requested);
  const days = maxAgeMs / 86_400_000;
  return {
    exitCode: exitCodes.ok,
    document: { replies, bytes, maxBytes, maxAgeDays: maxAgeMs === 0 ? null : days },
    text: alignColumns([
      ['replies', exact(replies)],
      ['size', `${formatBytes(bytes)} of ${formatBytes(maxBytes)}; beyond that the oldest go`],
      ['age', maxAgeMs === 0 ? 'kept for ever' : `kept for ${days} days`],
    ]),
  };
}

async function clear({ client }: ReachedCluster, cli: Cli): Promise<Answer> {
  const { replies } = await client.clearCache(cli.interrupts.requested);
  const text = replies === 0 ? 'The response cache was empty.' : `Removed ${exact(replies)} replies from the response cache.`;
  return { exitCode: exitCodes.ok, document: { removed: replies }, text };
}
