import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { Benchmark } from '../../domain/benchmark.ts';
import { bestOf } from '../../domain/report/run-progress.ts';
import { isQueryLevel } from '../../domain/run/run-kind.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import type { Answer, Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import { workflowFileText } from '../report/workflow-file-text.ts';
import { reportOf } from '../runs/archive-run.ts';
import { findRun } from '../runs/find-run.ts';
import { readRun } from '../runs/follow-run.ts';
import { readRunBenchmark } from '../runs/read-run-benchmark.ts';
import { encodeRunLog, renderRunEvents } from '../runs/run-log-file.ts';
import { createRunRecord, type RunRecord } from '../runs/run-record.ts';

const parts = ['workflow', 'log', 'events-jsonl', 'report'] as const;

interface ExportOptions extends ClusterOptions {
  readonly json: boolean;
  readonly what: (typeof parts)[number];
  readonly out?: string;
}

export function addExportCommand(program: Command, cli: Cli): void {
  addClusterOptions(program.command('export').description('write a part of a run to stdout or to a file'))
    .argument('[run]', 'id, start of an id, or name; default: the newest run')
    .addOption(
      new Option('--what <part>', 'the best workflow (YAML), the log (bytes), its events as JSON lines, or the report (JSON)')
        .choices(parts)
        .default('workflow'),
    )
    .option('--out <file>', 'write to this file instead of stdout')
    .option('--json', 'print one JSON document with the content, or with the file', false)
    .action((wanted: string | undefined, options: ExportOptions) =>
      cli.answer(options.json, () => exportRun(cli, wanted, options)),
    );
}

async function exportRun(cli: Cli, wanted: string | undefined, options: ExportOptions): Promise<Answer> {
  const { what, out, json } = options;
  if (what === 'log' && out === undefined && !json && cli.outputIsTerminal) {
    throw new CliError('bad-input', 'the log is binary, which a terminal cannot show: give --out FILE, or redirect stdout');
  }
  const signal = cli.interrupts.requested;
  const { record, content } = await withCluster(cli, options, async (cluster) => {
    const { runId } = await findRun(cluster, wanted, signal);
    const read = await readRun(cluster, createRunRecord(runId), signal);
    return { record: read, content: await contentOf(what, read, () => readRunBenchmark(cluster, runId, signal)) };
  });
  const about = { runId: record.runId, what };
  if (out !== undefined) {
    const file = resolve(out);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    return { exitCode: exitCodes.ok, document: { ...about, file }, text: '' };
  }
  if (!json) await cli.writeOut(content);
  const encoded = typeof content === 'string' ? { content } : { contentBase64: Buffer.from(content).toString('base64') };
  return { exitCode: exitCodes.ok, document: { ...about, ...encoded }, text: '' };
}

async function contentOf(
  what: ExportOptions['what'],
  record: RunRecord,
  readBenchmark: () => Promise<Benchmark>,
): Promise<string | Uint8Array> {
  switch (what) {
    case 'log':
      return encodeRunLog(record);
    case 'events-jsonl':
      return renderRunEvents(record);
    case 'report':
      return `${JSON.stringify(reportOf(record, await readBenchmark()), null, 2)}\n`;
    case 'workflow': {
      if (isQueryLevel(record.state().configuration)) {
        const message = `run ${record.runId} has a workflow for each query: \`--what events-jsonl\` holds all of them`;
        throw new CliError('bad-input', message);
      }
      const best = bestOf(record.state());
      if (best?.workflow !== undefined) return workflowFileText(best.workflow);
      throw new CliError('bad-input', `run ${record.runId} has no scored workflow yet`);
    }
  }
}
