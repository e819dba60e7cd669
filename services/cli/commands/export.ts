import { mkdir } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Benchmark } from '../../domain/benchmark.ts';
import { bestOf } from '../../domain/report/run-progress.ts';
import { isQueryLevel } from '../../domain/run/run-kind.ts';
import type { Workflow } from '../../domain/workflow/workflow.ts';
import { workflowFileText } from '../../shared/benchmarks/workflow-file-text.ts';
import { replaceFile } from '../../shared/document/replace-file.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { readLatencies } from '../../shared/runs/read-latencies.ts';
import { readRun } from '../../shared/runs/read-run.ts';
import { readRunBenchmark } from '../../shared/runs/read-run-benchmark.ts';
import { createRunRecord, type RunRecord } from '../../shared/runs/run-record.ts';
import type { Answer, Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';
import { addNamed } from '../command-words.ts';
import { callTable } from '../export/call-table.ts';
import { type TableFormat, tableFormats } from '../export/encode-table.ts';
import { executionTable, type TableWanted } from '../export/execution-table.ts';
import { exportPage, type RunOrSweepId } from '../export/export-page.ts';
import { exportFileAsPython, exportRunAsPython, isWorkflowFile, type WorkflowOfRun } from '../export/export-python.ts';
import { describeProvenance, type Provenance, provenanceOf } from '../export/provenance.ts';
import { roundTable } from '../export/round-table.ts';
import { countUpTo } from '../parse-count.ts';
import { showWork } from '../progress/show-work.ts';
import { reportOf } from '../runs/archive-run.ts';
import { endpointsOfModel } from '../runs/endpoints-of-model.ts';
import { findRun } from '../runs/find-run.ts';
import { encodeRunLog, renderRunEvents } from '../runs/run-log-file.ts';
import { roundOf } from '../show/rounds-shown.ts';
import { findRunOrSweep } from '../sweeps/find-run-or-sweep.ts';

const tables = ['executions', 'rounds', 'calls'] as const;
const parts = ['workflow', ...tables, 'log', 'events-jsonl', 'report'] as const;

interface ExportOptions extends ClusterOptions {
  readonly json: boolean;
  readonly what: (typeof parts)[number];
  readonly out?: string;
  readonly round?: number;
  readonly format?: TableFormat;
  readonly python?: string;
  readonly page?: string;
  readonly runFile?: string;
}

export function addExportCommand(program: Command, cli: Cli): void {
  addClusterOptions(addNamed(program, 'export'))
    .argument(
      '[run]',
      'id, start of an id, or name; default: the newest run. With --python, a workflow file too; with --page, a sweep too',
    )
    .addOption(
      new Option(
        '--what <part>',
        'the best workflow (YAML), a table of executions, rounds or calls of models, the log (bytes), its events as JSON lines, or the report (JSON)',
      )
        .choices(parts)
        .default('workflow'),
    )
    .option(
      '--round <n>',
      "this round's workflow, executions or calls, instead of the best workflow, or all of them",
      countUpTo(1_000_000),
    )
    .addOption(
      new Option(
        '--format <format>',
        'of a table; default: as the name of --out ends, otherwise jsonl. spreadsheet: CSV in which no text is a formula',
      )
        .choices(tableFormats)
        .argParser(parseFormat),
    )
    .option('--out <file>', 'write to this file instead of stdout')
    .option('--python <file>', 'write the workflow as one Python file that needs the openai package alone')
    .option('--page <file>', 'write all views of the dashboard into one HTML file that needs no network')
    .option('--run-file <file>', 'for --python of a workflow file: take model and endpoint from this run file')
    .option('--json', 'print one JSON document with the content, or with the file', false)
    .action((wanted: string | undefined, options: ExportOptions) =>
      cli.answer(options.json, () => exportRun(cli, wanted, options)),
    );
}

async function exportRun(cli: Cli, wanted: string | undefined, options: ExportOptions): Promise<Answer> {
  const { what, out, json, python } = options;
  const format = formatOf(options);
  refuseUnfit(options, wanted);
  if (python !== undefined && isWorkflowFile(wanted)) return exportFileAsPython(python, wanted, options.runFile);
  const isBinary = what === 'log' || (isTable(what) && format === 'parquet');
  if (isBinary && out === undefined && !json && cli.outputIsTerminal) {
    const name = what === 'log' ? 'the log' : 'Parquet';
    throw new CliError('bad-input', `${name} is binary, which a terminal cannot show: give --out FILE, or redirect stdout`);
  }
  const signal = cli.interrupts.requested;
  if (options.page !== undefined) {
    const of = await withCluster(cli, options, (cluster) => runOrSweep(cluster, wanted, signal));
    return exportPage(cli, of, options.page, options);
  }
  if (python !== undefined) {
    const found = await withCluster(cli, options, (cluster) => workflowOfRun(cluster, wanted, options.round, signal));
    return exportRunAsPython(python, found);
  }
  const { record, content } = await withCluster(cli, options, async (cluster) => {
    const { runId } = await findRun(cluster, wanted, signal);
    let doing = `reading run ${runId}`;
    const step = (what: string): void => {
      doing = what;
    };
    const reading = readRun(cluster, createRunRecord(runId), signal).then(async (read) => ({
      record: read,
      content: await contentOf(cluster, read, { ...options, format, step }, signal),
    }));
    return showWork(cli, () => doing, reading);
  });
  const about = { runId: record.runId, what, ...(content.about && { about: content.about }) };
  if (out !== undefined) {
    const file = resolve(out);
    await mkdir(dirname(file), { recursive: true });
    await replaceFile(file, content.bytes);
    return { exitCode: exitCodes.ok, document: { ...about, file }, text: '' };
  }
  const { bytes } = content;
  if (!json) await cli.writeOut(bytes);
  const encoded = typeof bytes === 'string' ? { content: bytes } : { contentBase64: Buffer.from(bytes).toString('base64') };
  return { exitCode: exitCodes.ok, document: { ...about, ...encoded }, text: '' };
}

async function runOrSweep(cluster: ReachedCluster, wanted: string | undefined, signal: AbortSignal): Promise<RunOrSweepId> {
  if (wanted === undefined) return { runId: (await findRun(cluster, wanted, signal)).runId };
  const { run, sweep } = await findRunOrSweep(cluster, wanted, signal);
  return run === undefined ? { sweepId: sweep.sweepId } : { runId: run.runId };
}

interface Content {
  readonly bytes: string | Uint8Array;
  /** Of a workflow. */
  readonly about?: Provenance;
}

async function contentOf(
  cluster: ReachedCluster,
  record: RunRecord,
  { what, round, format, step }: Pick<ExportOptions, 'what' | 'round'> & Omit<TableWanted, 'round'>,
  signal: AbortSignal,
): Promise<Content> {
  const readBenchmark = () => readRunBenchmark(cluster, record.runId, signal);
  switch (what) {
    case 'log':
      return { bytes: encodeRunLog(record) };
    case 'events-jsonl':
      return { bytes: renderRunEvents(record) };
    case 'report':
      await readLatencies(cluster, record, signal);
      return { bytes: `${JSON.stringify(reportOf(record, await readBenchmark()), null, 2)}\n` };
    case 'rounds':
      await readLatencies(cluster, record, signal);
      return { bytes: roundTable(reportOf(record, await readBenchmark()), format) };
    case 'executions':
    case 'calls': {
      if (round !== undefined) roundOf(record.state(), record.runId, round);
      const table = what === 'calls' ? callTable : executionTable;
      return { bytes: await table(cluster, record, await readBenchmark(), { format, round, step }, signal) };
    }
    case 'workflow':
      return workflowContent(record, readBenchmark, round);
  }
}

async function workflowOfRun(
  cluster: ReachedCluster,
  wanted: string | undefined,
  round: number | undefined,
  signal: AbortSignal,
): Promise<WorkflowOfRun> {
  const { runId } = await findRun(cluster, wanted, signal);
  const record = await readRun(cluster, createRunRecord(runId), signal);
  const found = await findWorkflow(record, () => readRunBenchmark(cluster, runId, signal), round);
  const { manifest } = await cluster.client.getRun(runId, signal);
  const endpoints = manifest === undefined ? [] : endpointsOfModel(manifest, found.about.model.model);
  return { ...found, prices: record.prices(), endpoints };
}

async function workflowContent(
  record: RunRecord,
  readBenchmark: () => Promise<Benchmark>,
  wanted: number | undefined,
): Promise<Content> {
  const { workflow, about } = await findWorkflow(record, readBenchmark, wanted);
  return { bytes: `${describeProvenance(about)}${workflowFileText(workflow)}`, about };
}

async function findWorkflow(
  record: RunRecord,
  readBenchmark: () => Promise<Benchmark>,
  wanted: number | undefined,
): Promise<{ readonly workflow: Workflow; readonly about: Provenance }> {
  const { runId } = record;
  const state = record.state();
  if (isQueryLevel(state.configuration)) {
    const message = `run ${runId} has a workflow for each query: \`--what events-jsonl\` holds all of them`;
    throw new CliError('bad-input', message);
  }
  const best = bestOf(state);
  if (wanted === undefined && best === undefined) throw new CliError('bad-input', `run ${runId} has no scored workflow yet`);
  const round = roundOf(state, runId, wanted ?? best?.round);
  const { workflow } = round;
  if (workflow === undefined) {
    throw new CliError('bad-input', `round ${round.round} of run ${runId} has no workflow: all of its proposals were refused`);
  }
  const about = provenanceOf(runId, state, { ...round, workflow }, await readBenchmark(), best?.round);
  return { workflow, about };
}

function formatOf({ format, out }: ExportOptions): TableFormat {
  const ending = extname(out ?? '').slice(1);
  return format ?? tableFormats.find((each) => each === ending) ?? 'jsonl';
}

/** What a person may take for a format, or for the ending of a file, and has an option of its own. */
const ownOptions = new Map([
  ['python', '`--python FILE` writes a Python file'],
  ['py', '`--python FILE` writes a Python file'],
  ['html', '`--page FILE` writes a page'],
  ['page', '`--page FILE` writes a page'],
  ['json', '`--json` prints a JSON document'],
  ['yaml', 'a workflow is YAML without it'],
]);

function parseFormat(given: string): TableFormat {
  const format = tableFormats.find((each) => each === given);
  if (format !== undefined) return format;
  const own = ownOptions.get(given);
  throw new InvalidArgumentError(`Allowed choices are ${tableFormats.join(', ')}${own === undefined ? '' : `; ${own}`}.`);
}

/** @throws CliError for an option that says nothing about this part */
function refuseUnfit({ what, round, format, out, python, page, runFile }: ExportOptions, wanted: string | undefined): void {
  if (page !== undefined && (what !== 'workflow' || out !== undefined || round !== undefined || python !== undefined)) {
    const message = '--page writes the whole run to the file that it names: leave --what, --out, --round and --python out';
    throw new CliError('bad-input', message);
  }
  if (python !== undefined && (what !== 'workflow' || out !== undefined)) {
    throw new CliError(
      'bad-input',
      '--python names the file that it writes: give --out, for a workflow file, or --what in a command of its own',
    );
  }
  const ending = extname(out ?? '').slice(1);
  if (what === 'workflow' && ['py', 'html'].includes(ending)) {
    throw new CliError(
      'bad-input',
      `--out writes the workflow as YAML, which ${out} is not named for: ${ownOptions.get(ending)}`,
    );
  }
  if (runFile !== undefined && !(python !== undefined && isWorkflowFile(wanted))) {
    throw new CliError('bad-input', '--run-file is for --python of a workflow file; a run has its own model');
  }
  if (format !== undefined && !isTable(what)) {
    throw new CliError('bad-input', `--format is for the tables ${tables.join(', ')}; ${what} has one form`);
  }
  if (round !== undefined && !['workflow', 'executions', 'calls'].includes(what)) {
    throw new CliError('bad-input', `--round is for a workflow, executions and calls; ${what} is of the whole run`);
  }
}

function isTable(what: ExportOptions['what']): boolean {
  return tables.some((table) => table === what);
}
