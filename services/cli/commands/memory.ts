import { Argument, type Command } from 'commander';
import type { KeptMemory, RunMemory } from '../../shared/contracts/generated/scale/v1/control.ts';
import { alignColumns } from '../../shared/document/align-columns.ts';
import { formatCount } from '../../shared/document/format.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import type { Answer, Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';
import { addNamed } from '../command-words.ts';

interface MemoryOptions extends ClusterOptions {
  readonly json: boolean;
  readonly benchmark?: string;
  readonly all: boolean;
}

export function addMemoryCommand(program: Command, cli: Cli): void {
  const command = addNamed(program, 'memory');
  addClusterOptions(command)
    .addArgument(new Argument('<action>', 'list or forget').choices(['list', 'forget']))
    .argument('[runs...]', 'run ids, or starts of ids; default: all for list, none for forget')
    .option('--benchmark <name>', 'only the memory of this benchmark')
    .option('--all', 'forget all of it', false)
    .option('--json', 'print one JSON document', false)
    .action((action: 'list' | 'forget', runs: string[], options: MemoryOptions) =>
      cli.answer(options.json, () =>
        withCluster(cli, options, (cluster) =>
          action === 'list' ? list(cluster, runs, options, cli) : forget(cluster, runs, options, cli),
        ),
      ),
    );
}

async function list(cluster: ReachedCluster, runs: readonly string[], options: MemoryOptions, cli: Cli): Promise<Answer> {
  const kept = await chosen(cluster, runs, options, cli);
  return { exitCode: exitCodes.ok, document: { memory: kept.map(memoryDocument) }, text: memoryTable(kept) };
}

async function forget(cluster: ReachedCluster, runs: readonly string[], options: MemoryOptions, cli: Cli): Promise<Answer> {
  if (runs.length === 0 && options.benchmark === undefined && !options.all) {
    throw new CliError('bad-input', 'say what to forget: runs by their ids, --benchmark NAME, or --all');
  }
  const wanted = (await chosen(cluster, runs, options, cli)).map(({ memory }) => memory?.runId ?? '');
  const { runIds } = await cluster.client.forgetMemory(wanted, cli.interrupts.requested);
  const text = runIds.length === 0 ? 'There was nothing to forget.' : `Forgot the memory of ${runIds.join(', ')}.`;
  return { exitCode: exitCodes.ok, document: { forgotten: runIds }, text };
}

/** @throws CliError for a run that has no memory here */
async function chosen(
  { client }: ReachedCluster,
  runs: readonly string[],
  { benchmark }: MemoryOptions,
  cli: Cli,
): Promise<readonly KeptMemory[]> {
  const { kept } = await client.listMemory(cli.interrupts.requested);
  const ofBenchmark = kept.filter(({ memory }) => benchmark === undefined || memory?.benchmark === benchmark);
  for (const run of runs) {
    if (ofBenchmark.some(({ memory }) => memory?.runId.startsWith(run))) continue;
    throw new CliError('bad-input', `there is no memory of a run ${run}: \`scale memory list\` shows what there is`);
  }
  return runs.length === 0 ? ofBenchmark : ofBenchmark.filter(({ memory }) => runs.some((run) => memory?.runId.startsWith(run)));
}

function memoryDocument({ memory, keptAtMs, executions }: KeptMemory): Record<string, unknown> {
  const { runId, benchmark, split, scorer, queryCount, queriesHash } = memory as RunMemory;
  const { workflows, models, simulated } = figuresOf(memory);
  return {
    ...{ runId, benchmark, split, scorer, queryCount, queriesHash, workflows, executions, models, simulated },
    keptAt: new Date(keptAtMs).toISOString(),
  };
}

function memoryTable(kept: readonly KeptMemory[]): string {
  if (kept.length === 0) return 'There is no memory of earlier searches here.';
  const header = ['RUN', 'BENCHMARK', 'QUERIES', 'WORKFLOWS', 'EXECUTIONS', 'MODEL', 'KEPT', ''];
  const rows = kept.map(({ memory, keptAtMs, executions }) => {
    const { workflows, models, simulated } = figuresOf(memory);
    return [
      memory?.runId ?? '',
      `${memory?.benchmark} ${memory?.split}`,
      `${memory?.queryCount}`,
      `${workflows}`,
      formatCount(executions),
      models.join(', '),
      new Date(keptAtMs).toISOString().slice(0, 16).replace('T', ' '),
      simulated ? 'simulated model' : '',
    ];
  });
  return alignColumns([header, ...rows]);
}

function figuresOf(memory: RunMemory | undefined) {
  const rows = memory?.rows ?? [];
  return {
    workflows: rows.length,
    models: [...new Set(rows.map(({ model }) => model))],
    simulated: rows.some(({ simulated }) => simulated),
  };
}
