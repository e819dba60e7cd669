import { mkdir } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { findPrice } from '../../domain/prices/find-price.ts';
import type { PriceTable } from '../../domain/prices/price-table.ts';
import { ExpressionError } from '../../domain/workflow/expression/expression.ts';
import type { Workflow } from '../../domain/workflow/workflow.ts';
import { oneLine } from '../../shared/document/format.ts';
import { replaceFile } from '../../shared/document/replace-file.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { clusterBaseUrl } from '../../shared/models/settings/endpoint-settings.ts';
import type { Answer } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { whatToServe } from '../serve/what-to-serve.ts';
import { describeProvenance, type Provenance } from './provenance.ts';
import { modules, type PythonExport, pythonFile } from './python-file.ts';
import { reservedWords } from './python-workflow.ts';

/** Whether what is exported is named as a file, and not as a run. */
export function isWorkflowFile(wanted: string | undefined): wanted is string {
  return wanted !== undefined && /\.(?:ya?ml|json)$/i.test(wanted);
}

/** A workflow of a run, with what says where it is from. */
export interface WorkflowOfRun {
  readonly workflow: Workflow;
  readonly about: Provenance;
  readonly prices: PriceTable | undefined;
  /** The servers of its model; none for the simulated model. */
  readonly endpoints: readonly Server[];
}

type Server = NonNullable<PythonExport['server']>;

/** @throws CliError for a workflow that has no Python form, and for a name that Python could not import */
export async function exportRunAsPython(file: string, { workflow, about, prices, endpoints }: WorkflowOfRun): Promise<Answer> {
  const { model } = about.model;
  const price = prices && findPrice(prices, model);
  const told =
    price && `${price.input} in, ${price.output} out, ${price.cachedInput} cached, in ${prices.currency} per million tokens`;
  const asOf = prices?.date === undefined ? '' : `, as of ${prices.date}`;
  const remark = `# ${oneLine(`prices: ${told ?? 'not known'}${asOf}`, 300)}\n`;
  const exported = { workflow, inputs: about.inputs, model: about.model, provenance: describeProvenance(about) + remark };
  return writePython(file, exported, endpoints, { runId: about.runId, round: about.round });
}

/** The same of a workflow file, with the model of a run file. @throws CliError, RunFileError, WorkflowFileError */
export async function exportFileAsPython(file: string, path: string, runFile: string | undefined): Promise<Answer> {
  const { workflow, inputs, executor, endpoints } = await whatToServe(
    { kind: 'file', path },
    { ...(runFile !== undefined && { runFile }) },
  );
  const from =
    runFile === undefined
      ? 'nobody has said with which model: these are the defaults'
      : `the model is that of ${basename(runFile)}`;
  const provenance = `# workflow file: ${oneLine(basename(path), 200)}; ${oneLine(from, 300)}\n# score: not known\n`;
  const servers = endpoints.filter(({ simulated }) => !simulated);
  return writePython(file, { workflow, inputs, model: executor, provenance }, servers, { workflow: path });
}

async function writePython(
  wanted: string,
  exported: Omit<PythonExport, 'fileName' | 'server'>,
  endpoints: readonly Server[],
  about: object,
): Promise<Answer> {
  const fileName = basename(wanted);
  if (extname(fileName) !== '.py' || !/^[A-Za-z_]\w*\.py$/.test(fileName)) {
    const message = `--python ${wanted}: name a file such as best_workflow.py, of letters, digits and _, so that Python can import it`;
    throw new CliError('bad-input', message);
  }
  const module = basename(fileName, '.py');
  if (reservedWords.has(module) || module === 'openai' || modules.includes(module)) {
    const message = `--python ${wanted}: Python has another use for the name ${module}; name the file otherwise, such as best_workflow.py`;
    throw new CliError('bad-input', message);
  }
  // Where only a cluster's workers know the address, the file's user must say it.
  const server = endpoints.find(({ baseUrl }) => baseUrl !== clusterBaseUrl);
  const text = await textOf({ ...exported, fileName, ...(server && { server }) });
  const file = resolve(wanted);
  await mkdir(dirname(file), { recursive: true });
  await replaceFile(file, text);
  const runsPrograms = text.includes('async def run_program(');
  const remark = runsPrograms
    ? ' It runs programs that the model writes only with --run-programs: do that in a container.\n'
    : '\n';
  const document = { ...about, file, runsPrograms };
  return {
    exitCode: exitCodes.ok,
    document,
    text: `${file} answers queries with \`pip install openai\` alone; its head says how.${remark}`,
  };
}

async function textOf(exported: PythonExport): Promise<string> {
  try {
    return await pythonFile(exported);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new CliError('bad-input', `this workflow has no Python form: ${error.message}`, { cause: error });
  }
}
