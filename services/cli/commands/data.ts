import { access, constants, mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { defined } from '../../domain/defined.ts';
import { downloadDefaults } from '../../shared/benchmarks/releases/download.ts';
import { importFiles } from '../../shared/benchmarks/releases/import-files.ts';
import type { ReleaseOrigin } from '../../shared/benchmarks/releases/load-release.ts';
import { type PulledBenchmark, pullBenchmark } from '../../shared/benchmarks/releases/pull-benchmark.ts';
import { releasedBenchmarks, releasedBenchmarksOf } from '../../shared/benchmarks/releases/registry.ts';
import { ReleaseError } from '../../shared/benchmarks/releases/release-error.ts';
import { dataFolderOf } from '../../shared/config/data-folder.ts';
import { alignColumns } from '../../shared/document/align-columns.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { lockFolder } from '../../shared/toolchain/folder-lock.ts';
import { type Answer, type Cli, interruptedError } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { addNamed } from '../command-words.ts';
import { InterruptedError } from '../interrupts.ts';
import { type BenchmarkFiles, benchmarkFiles, describeState, renderBenchmarkFiles } from '../releases/benchmark-files.ts';
import { createDownloadProgress, formatBytes } from '../releases/download-progress.ts';

interface FolderOptions {
  readonly json: boolean;
  readonly folder?: string;
}

interface PullOptions extends FolderOptions {
  readonly from?: string;
  readonly mirror?: string;
}

const namesArgument = ['[benchmarks...]', `${[...releasedBenchmarks.keys()].join(', ')}; default: all`] as const;

export function addDataCommand(program: Command, cli: Cli): void {
  const data = addNamed(program, 'data');
  withFolder(
    data.command('list', { isDefault: true }),
    'show which files are there, and whether they are the ones that AFlow used',
  )
    .argument(...namesArgument)
    .action((names: string[], options: FolderOptions) => cli.answer(options.json, () => list(cli, names, options)));
  withFolder(data.command('pull'), "download official releases and rebuild AFlow's files from them")
    .argument(...namesArgument)
    .option('--from <folder>', 'take the official files from this folder instead of downloading them')
    .option('--mirror <url>', 'download from here instead of from the official hosts; default: SCALE_DATA_MIRROR', parseUrl)
    .action((names: string[], options: PullOptions) => cli.answer(options.json, () => pull(cli, names, options)));
  withFolder(data.command('verify'), "check files by their hashes; exits with 1 if one is missing or differs from AFlow's")
    .argument('[benchmarks...]', 'default: those with at least one file')
    .action((names: string[], options: FolderOptions) => cli.answer(options.json, () => verify(cli, names, options)));
  withFolder(data.command('import'), "copy files that are already AFlow's, such as its own data archive")
    .argument('<path>', 'a file, a folder, or a tar archive')
    .action((path: string, options: FolderOptions) => cli.answer(options.json, () => importPath(cli, path, options)));
}

function withFolder(command: Command, description: string): Command {
  return command
    .description(description)
    .option('--folder <folder>', 'where the files are; default: SCALE_DATA, otherwise the data folder')
    .option('--json', 'print one JSON document; progress goes to stderr', false);
}

async function list(cli: Cli, names: readonly string[], { folder: wanted }: FolderOptions): Promise<Answer> {
  const folder = resolve(wanted ?? dataFolderOf(cli.environment));
  const benchmarks = await benchmarkFiles(folder, names);
  const document = { folder, benchmarks };
  return { exitCode: exitCodes.ok, document, text: renderFolder(folder, benchmarks) };
}

function renderFolder(folder: string, benchmarks: readonly BenchmarkFiles[]): string {
  const lacking = benchmarks.filter(({ files }) => files.some(({ state, optional }) => state === 'missing' && !optional));
  const names = lacking.map(({ benchmark }) => benchmark).join(' ');
  const advice = names === '' ? [] : [`To get what is missing: \`scale data pull ${names}\``];
  return [`In ${folder}:`, renderBenchmarkFiles(benchmarks), ...advice].join('\n');
}

async function verify(cli: Cli, names: readonly string[], { folder: wanted }: FolderOptions): Promise<Answer> {
  const folder = resolve(wanted ?? dataFolderOf(cli.environment));
  const all = await benchmarkFiles(folder, names);
  const begun = all.filter(({ files }) => files.some(({ state }) => state !== 'missing'));
  const benchmarks = names.length > 0 || begun.length === 0 ? all : begun;
  const verified = benchmarks.every(({ complete }) => complete);
  return {
    exitCode: verified ? exitCodes.ok : exitCodes.failed,
    document: { folder, verified, benchmarks },
    text: renderFolder(folder, benchmarks),
  };
}

type Pulled = { readonly benchmark: string } & (
  | PulledBenchmark
  | { readonly error: { readonly kind: string; readonly message: string } }
);

async function pull(cli: Cli, names: readonly string[], options: PullOptions): Promise<Answer> {
  const benchmarks = releasedBenchmarksOf(names);
  const folder = await writableFolder(cli, options);
  const downloads = join(folder, '.downloads');
  await mkdir(downloads, { recursive: true });
  const release = await lockFolder(downloads);
  const pulled: Pulled[] = [];
  try {
    for (const benchmark of benchmarks) {
      const origin = originOf(cli, options, downloads);
      const { name } = benchmark;
      pulled.push({ benchmark: name, ...(await pullBenchmark(benchmark, folder, origin).catch(errorOf)) });
    }
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    throw interruptedError(error, 'interrupted: what has been downloaded is kept, and the same command continues from there');
  } finally {
    await release();
  }
  const complete = pulled.every((each) => !('error' in each));
  if (complete) await rm(downloads, { recursive: true, force: true });
  return {
    exitCode: complete ? exitCodes.ok : exitCodes.failed,
    document: { folder, complete, benchmarks: pulled },
    text: [...pulled.map(renderPulled), ...adviceOn(cli, folder)].join('\n'),
  };
}

/** A benchmark that cannot be pulled does not stop the others. */
function errorOf(error: unknown): { readonly error: { readonly kind: string; readonly message: string } } {
  if (error instanceof ReleaseError) return { error: { kind: error.problem, message: error.message } };
  throw error;
}

function originOf(cli: Cli, { from, mirror = mirrorSetting(cli) }: PullOptions, downloads: string): ReleaseOrigin {
  return {
    from,
    mirror,
    downloads,
    settings: downloadDefaults,
    signal: cli.interrupts.requested,
    onProgress: createDownloadProgress(cli.notice),
    onNote: cli.notice,
  };
}

function mirrorSetting({ environment }: Cli): string | undefined {
  const setting = environment.SCALE_DATA_MIRROR;
  if (!setting || isWebAddress(setting)) return setting || undefined;
  throw new CliError('bad-input', `SCALE_DATA_MIRROR must be an http or https URL, but is "${setting}"`);
}

function renderPulled(pulled: Pulled): string {
  if ('error' in pulled) return `${pulled.benchmark}: ${pulled.error.message}`;
  const files = pulled.files.map(({ file, rows, size, state, written, fault }) => [
    `  ${file}`,
    `${rows} rows`,
    formatBytes(size),
    written ? 'written' : 'already there',
    describeState({ state, ...defined({ fault }) }),
  ]);
  const from = pulled.from.length === 0 ? '' : ` from ${pulled.from.join(', ')}`;
  const lacking = pulled.notToBeHad.map(({ file, why }) => `  ${file} is not available: ${why}`);
  return [`${pulled.benchmark}${from}`, alignColumns(files), ...lacking].join('\n');
}

/** Other commands do not see files in a folder that they do not read. */
function adviceOn(cli: Cli, folder: string): string[] {
  const read = dataFolderOf(cli.environment);
  return read === folder ? [] : [`Other commands read ${read}; to make them read these files, set SCALE_DATA=${folder}`];
}

async function importPath(cli: Cli, path: string, options: FolderOptions): Promise<Answer> {
  const folder = await writableFolder(cli, options);
  const files = await importFiles(resolve(path), folder);
  const complete = files.every(({ what }) => what !== 'refused');
  const rows = files.map((each) => [each.file, `${each.rows} rows`, each.what, each.fault ?? describeState(each)]);
  return {
    exitCode: complete ? exitCodes.ok : exitCodes.failed,
    document: { folder, complete, files },
    text: [`In ${folder}:`, alignColumns(rows), ...adviceOn(cli, folder)].join('\n'),
  };
}

async function writableFolder(cli: Cli, { folder: wanted }: FolderOptions): Promise<string> {
  const folder = resolve(wanted ?? dataFolderOf(cli.environment));
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    return folder;
  } catch (cause) {
    const { message } = cause as Error;
    throw new CliError('bad-input', `${folder} cannot be written to (${message}); name another with --folder`, { cause });
  }
}

function parseUrl(text: string): string {
  if (isWebAddress(text)) return text;
  throw new InvalidArgumentError('it must be an http or https URL.');
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:/.test(text);
}
