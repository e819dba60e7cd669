import { dirname, join, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { executionRecords } from '../../domain/comparison/execution-record.ts';
import { describeMissingResults } from '../../domain/comparison/missing-results.ts';
import { reportSpent } from '../../domain/report/report-spent.ts';
import { describeDoubts } from '../../domain/run/ledger/describe-doubts.ts';
import { totalsByModel, totalUse } from '../../domain/run/ledger/totals.ts';
import { runScope } from '../../shared/budgets/scopes-of.ts';
import type { RunFile } from '../../shared/config/run-file.ts';
import { noLimits } from '../../shared/config/run-limits.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { answersInLog } from '../../shared/runs/answers-in-log.ts';
import { readExecutionDetails } from '../../shared/runs/read-execution-details.ts';
import type { Answer, Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import { type DataFolder, dataFolderAt } from '../cluster/data-folder.ts';
import { type OutputFolder, refuseFolder, requireWritable } from '../cluster/data-folder-error.ts';
import { addNamed } from '../command-words.ts';
import { describeEvaluation } from '../eval/describe-evaluation.ts';
import { evaluationDocument } from '../eval/evaluation-document.ts';
import { type EvaluationChoices, type EvaluationSubject, evaluationFile } from '../eval/evaluation-file.ts';
import { readFoundWorkflow } from '../eval/read-found-workflow.ts';
import { writeEvaluation } from '../eval/write-evaluation.ts';
import { answerWithDryRun, dryRunHelp, dryRunOf } from '../forecast/dry-run.ts';
import { queryCases, requiredScore, scoreGate } from '../gate/evaluation-gates.ts';
import { describeGate, exitCodeOfGates, writeJUnit } from '../gate/gate.ts';
import { countUpTo } from '../parse-count.ts';
import { checkBeforeRun } from '../runs/check-before-run.ts';
import { waitForEndpointsHelp } from '../runs/check-endpoints.ts';
import { exitCodeOfStatus } from '../runs/describe-runs.ts';
import { inRunFolder } from '../runs/in-run-folder.ts';
import { addLabelOption } from '../runs/label-option.ts';
import { addLimitOptions, type LimitOptions, withLimitOptions } from '../runs/limit-options.ts';
import { type EndedRun, runToItsEnd } from '../runs/run-to-its-end.ts';
import { addSetOption } from '../runs/set-option.ts';
import { addShareOptions, addTeamOption, askedShare, type ShareOptions, withShare } from '../runs/share-options.ts';
import { pricesHelp, withPrices } from '../runs/with-prices.ts';
import { shortPath } from '../short-path.ts';

interface EvalOptions extends ClusterOptions, EvaluationChoices, ShareOptions, LimitOptions {
  readonly team?: string;
  readonly json: boolean;
  readonly fresh: boolean;
  readonly dryRun: boolean;
  readonly waitForEndpoints: boolean;
  readonly run?: string;
  readonly out?: string;
  readonly executors?: number;
  readonly slots?: number;
  readonly prices?: string;
  readonly require?: number;
  readonly junit?: string;
  readonly label: readonly string[];
}

export function addEvalCommand(program: Command, cli: Cli): void {
  const command = addClusterOptions(addNamed(program, 'eval'));
  addLimitOptions(addSetOption(addLabelOption(addTeamOption(addShareOptions(command)))))
    .argument('[workflow]', 'the workflow file; or give --run')
    .option('--run <run>', 'evaluate the best workflow of this run (id, start of an id, or name), with its model and endpoint')
    .option('--benchmark <name>', "default: the run file's or the run's")
    .option('--split <name>', 'the part of the benchmark to execute', 'test')
    .option('--repeat <n>', 'executions of each query', countUpTo(100), 1)
    .option('--limit <n>', 'only the first n queries', countUpTo(1_000_000))
    .option('--scorer <name>', 'aflow or strict; the others are reported as well')
    .option('--seed <n>', 'seed for what is random in an execution', parseSeed)
    .option('--model <name>', 'the model that executes, if its endpoint serves several')
    .option('--run-file <file>', 'take model, endpoints and benchmark from a run file')
    .option('--out <folder>', 'write the records there; default: the folder of the evaluation under --data-dir')
    .option('--executors <n>', 'executors of the cluster on this machine', countUpTo(1_024))
    .option('--slots <n>', 'jobs in flight per executor', countUpTo(1_024))
    .option('--prices <file>', pricesHelp)
    .option('--fresh', 'execute it again as a new evaluation; the earlier one is kept', false)
    .option('--dry-run', dryRunHelp, false)
    .option('--wait-for-endpoints', waitForEndpointsHelp, false)
    .option('--require <score>', 'exit with status 6 if the score is lower, or queries are missing', requiredScore)
    .option('--junit <file>', 'write what was required, and a test case for each query, as JUnit XML')
    .option('--json', 'print one JSON document at the end; progress goes to stderr', false)
    .action((workflow: string | undefined, options: EvalOptions) =>
      cli.answer(options.json, () => evaluate(cli, workflow, options)),
    );
}

async function evaluate(cli: Cli, workflow: string | undefined, options: EvalOptions): Promise<Answer> {
  const subject = await subjectOf(cli, workflow, options);
  const shared = withShare(await evaluationFile(subject, options), options);
  const file = await withPrices(withTestShare(withLimitOptions(shared, options), subject), options.prices);
  const folder = dataFolderAt(options.dataDir);
  if (options.dryRun) return answerWithDryRun(file.configuration.name, await dryRunOf([file], folder));
  const output: OutputFolder =
    options.out === undefined ? { path: folder.runs, option: '--data-dir' } : { path: options.out, option: '--out' };
  await checkBeforeRun(cli, file, options.server, output);
  if (options.junit !== undefined) {
    await refuseFolder(options.junit, '--junit');
    await requireWritable({ path: dirname(resolve(options.junit)), option: '--junit' });
  }
  const view = cli.openView(options.json);
  try {
    return await runToItsEnd({
      ...{ cli, folder, file, view, share: askedShare(options), labels: options.label },
      ...(subject.kind === 'run' && { ofRun: subject.runId }),
      options,
      collect: async (ended, signal) => {
        view.close();
        return answerOf(ended, folder, options, signal);
      },
    });
  } finally {
    view.close();
  }
}

/** What a run has kept of its limits for the test of its winner is spent by that. */
function withTestShare(file: RunFile, subject: EvaluationSubject): RunFile {
  if (subject.kind !== 'run' || (subject.limits?.shares?.test ?? 0) === 0) return file;
  return { ...file, limits: { ...(file.limits ?? noLimits), scopes: [runScope(subject.runId)] } };
}

async function subjectOf(cli: Cli, workflow: string | undefined, options: EvalOptions): Promise<EvaluationSubject> {
  const { run } = options;
  if ((workflow === undefined) === (run === undefined)) {
    throw new CliError('bad-input', 'name what to evaluate: either a workflow file, or --run RUN for its best workflow');
  }
  if (workflow !== undefined) return { kind: 'file', path: workflow };
  return withCluster(cli, options, (cluster) => readFoundWorkflow(cluster, run, cli.interrupts.requested));
}

async function answerOf(
  { cluster, record, file }: EndedRun,
  folder: DataFolder,
  { out, require: required, junit }: EvalOptions,
  signal: AbortSignal,
): Promise<Answer> {
  const state = record.state();
  const [round] = state.rounds;
  if (state.failure !== undefined) throw new CliError('failed', `${record.runId} failed: ${state.failure.message}`);
  if (round === undefined || round.outcomes.length === 0) {
    throw new CliError('unsuccessful', `${record.runId} was ${state.status} before anything was executed`);
  }
  const details = await readExecutionDetails(cluster, record.runId, round.workflowHash, signal);
  const records = executionRecords(round.outcomes, answersInLog(record, round.round), details, file.benchmark);
  const doubts = describeDoubts(totalsByModel(state.ledger)).map(({ sentence }) => sentence);
  const missing = describeMissingResults(records);
  const warnings = [...(missing === undefined ? [] : [missing]), ...doubts, ...(file.benchmark.warnings ?? [])];
  const spent = record.spent();
  const beside = spent && { spent: reportSpent(totalUse(state.ledger).tokens, spent, record.isOver()) };
  const document = { ...evaluationDocument(record.runId, state, round, records), ...beside, warnings };
  const { runId } = record;
  const writeTo = (place: string) => writeEvaluation(resolve(place), document, records);
  const files =
    out === undefined
      ? await inRunFolder(cluster, { folder, runId }, () => writeTo(join(folder.runs, runId)), signal)
      : await writeTo(out);
  const names = [files.csv, files.jsonl, files.parquet].map(shortPath).join(', ');
  const gates = required === undefined ? [] : [scoreGate(required, document)];
  if (junit !== undefined) await writeJUnit(junit, record.runId, gates, queryCases(document, records));
  return {
    exitCode: exitCodeOfGates(state.stopReason === 'limit' ? exitCodes.limitReached : exitCodeOfStatus(state.status), gates),
    document: { ...document, files, ...(gates.length > 0 && { gates }) },
    text: [describeEvaluation(document), ...gates.map(describeGate), `Records: ${names}`].join('\n\n'),
  };
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(seed)) throw new InvalidArgumentError('it must be a whole number, 0 or more.');
  return seed;
}
