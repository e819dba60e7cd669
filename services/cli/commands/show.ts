import { type Command, InvalidArgumentError } from 'commander';
import { workflowFileText } from '../../shared/benchmarks/workflow-file-text.ts';
import { configurationFromProto } from '../../shared/contracts/configuration-codec.ts';
import { workflowFromProto } from '../../shared/contracts/workflow-codec.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { executionShown } from '../../shared/runs/execution-shown.ts';
import { readRun } from '../../shared/runs/read-run.ts';
import { readRunBenchmark, readRunQuery } from '../../shared/runs/read-run-benchmark.ts';
import { createRunRecord } from '../../shared/runs/run-record.ts';
import type { Answer, Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';
import { addNamed } from '../command-words.ts';
import { countUpTo } from '../parse-count.ts';
import { findRun } from '../runs/find-run.ts';
import { describeExecution } from '../show/describe-execution.ts';
import { diffWorkflows } from '../show/diff-workflows.ts';
import { describeProposals, proposalsShown } from '../show/proposals-shown.ts';
import { queryIn } from '../show/query-in.ts';
import { describeRound, describeRounds, executionRows, roundOf, roundsShown } from '../show/rounds-shown.ts';

interface ShowOptions extends ClusterOptions {
  readonly json: boolean;
  readonly round?: number;
  readonly query?: string;
  readonly diff?: readonly [number, number];
  readonly executions: number;
  readonly prompt: boolean;
}

export function addShowCommand(program: Command, cli: Cli): void {
  addClusterOptions(addNamed(program, 'show'))
    .argument('[run]', 'id, start of an id, or name; default: the newest run')
    .option('--round <n>', "this round's workflow, its difference to its parent, and its executions", countUpTo(1_000_000))
    .option(
      '--query <id>',
      'each call of the executions on this query (id, or place from 0), by the best workflow or that of --round',
    )
    .option('--diff <n,m>', 'how the workflows of two rounds differ', roundPair)
    .option('--executions <n>', 'executions to show with --round', countUpTo(1_000_000), 20)
    .option('--prompt', 'with --round: what the optimizer was sent for it, and what it replied', false)
    .option('--json', 'print one JSON document, with all executions', false)
    .action((wanted: string | undefined, options: ShowOptions) => cli.answer(options.json, () => show(cli, wanted, options)));
}

async function show(cli: Cli, wanted: string | undefined, options: ShowOptions): Promise<Answer> {
  const { query, round, diff, prompt } = options;
  if (prompt && (round === undefined || query !== undefined)) {
    throw new CliError('bad-input', '--prompt shows what the optimizer was sent for a round: give --round N, and no --query');
  }
  if (diff !== undefined && (query !== undefined || round !== undefined)) {
    throw new CliError('bad-input', '--diff names its rounds itself: leave out --round and --query');
  }
  const signal = cli.interrupts.requested;
  return withCluster(cli, options, async (cluster) => {
    const { runId } = await findRun(cluster, wanted, signal);
    return query === undefined
      ? await showRounds(cluster, runId, options, signal)
      : await showExecutions(cluster, runId, query, round ?? 0, signal);
  });
}

async function showRounds(cluster: ReachedCluster, runId: string, options: ShowOptions, signal: AbortSignal): Promise<Answer> {
  const { round, diff, executions, prompt } = options;
  const record = await readRun(cluster, createRunRecord(runId), signal);
  const state = record.state();
  const answer = (document: object, text: string): Answer => ({
    ...{ exitCode: exitCodes.ok, document: { runId, ...document }, text },
  });
  if (diff !== undefined) {
    const [before, after] = diff.map((each) => {
      const { workflow } = roundOf(state, runId, each);
      if (workflow !== undefined) return workflow;
      throw new CliError('bad-input', `round ${each} of run ${runId} has no workflow: all of its proposals were refused`);
    });
    if (before === undefined || after === undefined) throw new RangeError('two rounds are compared');
    const difference = diffWorkflows(before, after);
    return answer({ rounds: diff, difference }, difference === '' ? 'The two workflows are the same.' : difference);
  }
  if (round !== undefined) {
    const found = roundOf(state, runId, round);
    const benchmark = await readRunBenchmark(cluster, runId, signal);
    if (prompt) {
      const events = record.events.map(({ event }) => event);
      const proposals = proposalsShown(events, benchmark, found.round);
      return answer({ round: found.round, proposals }, describeProposals(proposals));
    }
    const rows = executionRows(state, found, benchmark);
    const [about] = roundsShown(state).filter((each) => each.round === found.round);
    const workflow = found.workflow && workflowFileText(found.workflow);
    return answer({ ...about, workflow: workflow ?? null, executions: rows }, describeRound(state, found, rows, executions));
  }
  const rounds = roundsShown(state);
  const next = 'Look further: --round N for a workflow, --query ID for its calls on a query, --diff N,M for two workflows.';
  return answer({ rounds }, `${runId} (* the best)\n\n${describeRounds(rounds)}\n\n${next}`);
}

/** Asks for nothing but this query's executions, however many the run has. */
async function showExecutions(
  cluster: ReachedCluster,
  runId: string,
  wanted: string,
  round: number,
  signal: AbortSignal,
): Promise<Answer> {
  const { client } = cluster;
  const [read, { manifest }] = await Promise.all([readRunQuery(cluster, runId, wanted, signal), client.getRun(runId, signal)]);
  const { benchmark } = read;
  const queryIndex = read.queryIndex ?? queryIn(benchmark, wanted);
  const query = benchmark.queries[read.queryIndex === undefined ? queryIndex : 0];
  const found = await client.getRound({ runId, round, queryIndex }, signal);
  const { workflowHash } = found;
  if (query === undefined || manifest?.configuration === undefined || found.workflow === undefined) {
    throw new CliError('bad-input', `round ${found.round} of run ${runId} has no workflow`);
  }
  const fixed = {
    ...{ workflow: workflowFromProto(found.workflow), workflowHash, query, benchmark },
    configuration: configurationFromProto(manifest.configuration),
  };
  const shown = [];
  for await (const { result, repeat } of client.listExecutions({ runId, workflowHash, queryIndex }, signal)) {
    if (result !== undefined) shown.push(await executionShown({ ...fixed, result, repeat }, signal));
  }
  signal.throwIfAborted();
  if (shown.length === 0) {
    const best = found.isBest ? ', the best one,' : '';
    const message = `round ${found.round}${best} of run ${runId} was not executed on query ${query.id}, or its results have gone: they are kept for two weeks. \`scale show ${runId} --round ${found.round}\` lists its executions`;
    throw new CliError('bad-input', message);
  }
  const { round: number, isBest } = found;
  return {
    exitCode: exitCodes.ok,
    document: { runId, round: number, isBest, executions: shown },
    text: [`${runId}, round ${number}${isBest ? ' (the best)' : ''}`, ...shown.map(describeExecution)].join('\n\n'),
  };
}

function roundPair(text: string): readonly [number, number] {
  const [, before, after] = /^(\d+),(\d+)$/.exec(text) ?? [];
  if (Number(before) >= 1 && Number(after) >= 1) return [Number(before), Number(after)];
  throw new InvalidArgumentError('it must be two rounds, such as 1,6.');
}
