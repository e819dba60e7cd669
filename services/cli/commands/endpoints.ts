import type { Command } from 'commander';
import type { EndpointUse, WorkerReport } from '../../shared/contracts/generated/scale/v1/job.ts';
import { alignColumns } from '../../shared/document/align-columns.ts';
import { formatCount } from '../../shared/document/format.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import type { Cli } from '../cli.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import { addNamed } from '../command-words.ts';

interface EndpointsOptions extends ClusterOptions {
  readonly json: boolean;
}

export function addEndpointsCommand(program: Command, cli: Cli): void {
  addClusterOptions(addNamed(program, 'endpoints'))
    .option('--json', 'print one JSON document', false)
    .action((options: EndpointsOptions) =>
      cli.answer(options.json, () =>
        withCluster(cli, options, async ({ client }) => {
          const { workers, settled } = await client.listWorkers(cli.interrupts.requested);
          const sorted = workers.toSorted((one, other) => one.worker.localeCompare(other.worker));
          return { exitCode: exitCodes.ok, document: { workers: sorted.map(workerDocument) }, text: textOf(sorted, settled) };
        }),
      ),
    );
}

function textOf(workers: readonly WorkerReport[], settled: boolean): string {
  const rows = workers.flatMap(({ worker, endpoints }) => endpoints.map((endpoint) => rowOf(worker, endpoint)));
  if (rows.length > 0)
    return alignColumns([['worker', 'endpoint', 'state', 'in flight', 'limit', 'calls', 'failed', 'last error'], ...rows]);
  if (workers.length > 0) return 'No worker has called a model yet.';
  return settled ? 'There are no workers.' : 'No worker has reported yet; the coordinator has only just begun to listen.';
}

function rowOf(worker: string, endpoint: EndpointUse): string[] {
  const { state, callsInFlight, lastError, limit, calls, failed } = endpoint;
  const count = (figure: number | undefined): string => (figure === undefined ? '–' : formatCount(figure));
  return [worker, nameOf(endpoint), state, String(callsInFlight), count(limit), count(calls), count(failed), lastError];
}

function workerDocument({ worker, condition, kinds, slots, endpoints }: WorkerReport): Record<string, unknown> {
  return { worker, version: condition?.version ?? null, kinds, slots, endpoints: endpoints.map(endpointDocument) };
}

function endpointDocument(endpoint: EndpointUse): Record<string, unknown> {
  const { baseUrl, state, callsInFlight, silentMs, lastError, limit = null, calls = null, failed = null } = endpoint;
  const name = nameOf(endpoint);
  return { endpoint: name, baseUrl, state, callsInFlight, limit, calls, failed, silentMs, lastError: lastError || null };
}

function nameOf({ name, baseUrl }: EndpointUse): string {
  return name || baseUrl;
}
