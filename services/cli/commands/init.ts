import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { countOf } from '../../domain/names/count-of.ts';
import { type LoadedBenchmark, loadBenchmark } from '../../shared/benchmarks/load-benchmark.ts';
import { dataFileEndings, isDataFile, readRows } from '../../shared/benchmarks/rows/read-rows.ts';
import { rowsError } from '../../shared/benchmarks/rows/row-faults.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import type { Answer, Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { addNamed } from '../command-words.ts';
import { askChoices } from '../init/ask-choices.ts';
import { type PlannedKind, plannedKinds } from '../init/plan-benchmark.ts';
import { type InitChoices, lookAt, planScaffold } from '../init/plan-scaffold.ts';
import { benchmarkText, runText, type Scaffold } from '../init/scaffold-texts.ts';
import { schemaFileName, writeSchemas } from '../init/write-schemas.ts';
import { shortPath } from '../short-path.ts';

interface InitOptions {
  readonly name?: string;
  readonly task?: string;
  readonly input?: readonly string[];
  readonly answer?: readonly string[];
  readonly scorer?: PlannedKind;
  readonly group?: readonly string[];
  readonly baseUrl?: string;
  readonly model?: string;
  readonly optimizerModel?: string;
  readonly apiKeyVariable?: string;
  readonly out: string;
  readonly yes: boolean;
  readonly json: boolean;
}

/** Beside the files, out of the way. */
const schemaFolder = '.scale-schemas';

export function addInitCommand(program: Command, cli: Cli): void {
  addNamed(program, 'init')
    .argument('<file>', `the data: ${dataFileEndings.map((ending) => `.${ending}`).join(', ')}`)
    .option('--input <columns...>', 'the columns that are asked about; default: a guess')
    .option('--answer <columns...>', 'the column of the right answer, or several; default: a guess')
    .addOption(new Option('--scorer <kind>', 'how answers are judged; default: by what they are').choices(plannedKinds))
    .option('--task <text>', 'what the task is, in a sentence or two')
    .option('--group <columns...>', 'keep rows with the same value in one split')
    .option('--name <name>', "what benchmark and run are called; default: the file's name")
    .option('--base-url <url>', 'of an OpenAI-compatible server; default: the simulated model answers')
    .option('--model <name>', 'the model there that answers the queries')
    .option('--optimizer-model <name>', 'the model there that proposes workflows; default: the same')
    .option('--api-key-variable <name>', 'the NAME of the environment variable that holds the key')
    .option('--out <folder>', 'where the files go', '.')
    .option('--yes', 'ask nothing: what no option says is guessed', false)
    .option('--json', 'print one JSON document, and ask nothing', false)
    .action((file: string, options: InitOptions) => cli.answer(options.json, () => init(cli, file, options)));
}

async function init(cli: Cli, file: string, options: InitOptions): Promise<Answer> {
  if (!isDataFile(file)) {
    throw new CliError(
      'bad-input',
      `${file} must end in ${dataFileEndings.map((ending) => `.${ending}`).join(', ')} (also with .gz)${adviceFor(file)}`,
    );
  }
  const path = resolve(file);
  const read = await readRows(path, 'name an existing data file');
  if (read.faults.length > 0) throw rowsError(read.faults);
  if (read.rows.length < 2)
    throw new CliError('bad-input', `${file} holds ${read.rows.length === 1 ? 'one row' : 'no rows'}, too few for two splits`);
  const looked = lookAt(path, read);
  const given = givenChoices(options);
  const folder = resolve(options.out);
  const choices = isAsking(cli, options) ? await askChoices(looked, given, folder, cli.interrupts.requested) : given;
  const scaffold = planScaffold(looked, choices, folder);
  refuseUnsaid(cli, options, scaffold);
  const written = await write(scaffold, folder);
  const [validate, test] = written.splits;
  const about = {
    ...{ rows: read.rows.length, columns: read.columns, input: Object.values(scaffold.fields), answer: scaffold.reference },
    leftOut: scaffold.leftOut,
    ...{ scorers: scaffold.answer.scorers, simulated: scaffold.models === undefined },
    splits: Object.fromEntries(written.splits.map(({ split, queries }) => [split, queries.length])),
  };
  const next = nextCommands(scaffold, written);
  return {
    exitCode: exitCodes.ok,
    document: { name: scaffold.name, files: written.files, ...about, next, warnings: validate?.warnings ?? [] },
    text: [
      `${file}: ${read.rows.length} rows, ${read.columns.length} columns`,
      `  input   ${Object.values(scaffold.fields).join(', ')}`,
      `  answer  ${scaffold.reference.join(', ')}: ${scaffold.answer.about}`,
      ...(scaffold.leftOut.length === 0
        ? []
        : [`  unread  ${shownColumns(scaffold.leftOut)}; --input and --group take in what matters`]),
      `  scorer  ${Object.values(scaffold.answer.scorers).map(kindOf).join(', then ')}`,
      `  splits  ${queriesIn(validate)} to search on, ${test?.queries.length ?? 0} to check with`,
      ...(validate?.warnings ?? []).map((warning) => `  note    ${warning}`),
      '',
      `Wrote ${written.files.map(shortPath).join(', ')}. What is guessed in them is yours to change.`,
      ...(scaffold.models === undefined
        ? ['The run file names no model, so a simulated one answers: its scores are not results.']
        : []),
      '',
      'Next:',
      ...next
        .map((words) => `  \`${words}\``.replaceAll('`', ''))
        .map((line) => line.replace(/^ {2}scale /, `  ${cli.command} `)),
    ].join('\n'),
  };
}

/** For what people have instead. */
function adviceFor(file: string): string {
  if (/\.(?:xls[xmb]?|ods|numbers)$/i.test(file)) return ': save the sheet as CSV, in UTF-8';
  return /\.(?:txt|dat|tab)$/i.test(file) ? ': if it is a table, give it that name' : '';
}

function givenChoices(options: InitOptions): InitChoices {
  const { name, task, input, answer, scorer, group, baseUrl, model, optimizerModel, apiKeyVariable } = options;
  if (baseUrl === undefined && (model ?? optimizerModel ?? apiKeyVariable) !== undefined) {
    throw new CliError('bad-input', 'a model is served at an address: name it with --base-url, or leave --model out');
  }
  if (baseUrl !== undefined && model === undefined) {
    throw new CliError('bad-input', `name the model that is served at ${baseUrl}: --model NAME`);
  }
  const models =
    baseUrl === undefined || model === undefined
      ? undefined
      : { baseUrl, executor: model, optimizer: optimizerModel ?? model, keyVariable: apiKeyVariable };
  return {
    ...(name !== undefined && { name }),
    ...(task !== undefined && { task }),
    ...(input !== undefined && { inputs: input }),
    ...(answer !== undefined && { answer }),
    ...(scorer !== undefined && { kind: scorer }),
    ...(group !== undefined && { group }),
    ...(models !== undefined && { models }),
  };
}

function isAsking(cli: Cli, { yes, json }: InitOptions): boolean {
  return !yes && !json && cli.outputIsTerminal && process.stdin.isTTY;
}

/** A script must not depend on a guess that nobody has seen. */
function refuseUnsaid(cli: Cli, options: InitOptions, { fields, reference }: Scaffold): void {
  if (options.yes || isAsking(cli, options) || (options.input !== undefined && options.answer !== undefined)) return;
  const quoted = (columns: readonly string[]): string =>
    columns.map((column) => (/^[\w.-]+$/.test(column) ? column : `"${column}"`)).join(' ');
  throw new CliError(
    'bad-input',
    `say which columns are what, or --yes to what they seem to be: --input ${quoted(Object.values(fields))} --answer ${quoted(reference)}`,
  );
}

interface Written {
  readonly files: readonly string[];
  readonly benchmarkFile: string;
  readonly runFile: string;
  readonly splits: readonly LoadedBenchmark[];
}

/** Nothing stays of files that turn out to be of no use. */
async function write(scaffold: Scaffold, folder: string): Promise<Written> {
  const benchmarkFile = join(folder, `${scaffold.name}-benchmark.yaml`);
  const runFile = join(folder, `${scaffold.name}.yaml`);
  const schema = (name: 'benchmark-file' | 'run-file'): string => `${schemaFolder}/${schemaFileName(name)}`;
  await mkdir(folder, { recursive: true });
  await writeNew(benchmarkFile, benchmarkText(scaffold, schema('benchmark-file')));
  try {
    await writeNew(runFile, runText(scaffold, relative(folder, benchmarkFile), schema('run-file')));
    try {
      const splits: LoadedBenchmark[] = [];
      for (const split of ['validate', 'test']) {
        splits.push(await loadBenchmark({ name: benchmarkFile, split, folder: '', compareSplits: split === 'validate' }));
      }
      await writeSchemas(join(folder, schemaFolder));
      return { files: [benchmarkFile, runFile], benchmarkFile, runFile, splits };
    } catch (error) {
      await rm(runFile);
      throw error;
    }
  } catch (error) {
    await rm(benchmarkFile);
    throw error;
  }
}

async function writeNew(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    const message = `${shortPath(path)} is there already, and is not overwritten: take another --name or --out, or move it away`;
    throw new CliError('bad-input', message, { cause });
  }
}

function nextCommands({ name }: Scaffold, { benchmarkFile, runFile }: Written): string[] {
  return [
    `scale run ${shortPath(runFile)}`,
    `scale show ${name}`,
    `scale eval --run ${name} --benchmark ${shortPath(benchmarkFile)}`,
    `scale export ${name} > best.yaml`,
  ];
}

const mostShown = 20;

function shownColumns(columns: readonly string[]): string {
  const more = columns.length - mostShown;
  return `${columns.slice(0, mostShown).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function kindOf(scorer: Scaffold['answer']['scorers'][string]): string {
  return typeof scorer === 'string' ? scorer : String(scorer.kind);
}

function queriesIn(split: Pick<LoadedBenchmark, 'queries'> | undefined): string {
  return countOf(split?.queries.length ?? 0, 'query');
}
