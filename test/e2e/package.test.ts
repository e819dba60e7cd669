import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findNatsServer } from '../../services/shared/toolchain/find-nats-server.ts';
import { learnBenchmarks } from '../../services/simulator/learn-benchmarks.ts';
import { startSimulator } from '../../services/simulator/start-simulator.ts';

const project = join(import.meta.dirname, '../..');
const run = promisify(execFile);

interface Manifest {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
}

/** An empty folder with the packed package in it, and what an installation without development brings. */
let folder = '';
let installed = '';
let manifest: Manifest;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-package-'));
  await run('npm', ['pack', '--pack-destination', folder], { cwd: project });
  const [archive = ''] = await readdir(folder);
  await run('tar', ['-xzf', join(folder, archive), '-C', folder]);
  await mkdir(join(folder, 'node_modules'));
  installed = join(folder, 'node_modules', 'scale-search');
  await cp(join(folder, 'package'), installed, { recursive: true });
  // Of the programs that import it.
  const theirs = 'node_modules/openai';
  for (const path of [...(await productionPackages()), theirs]) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await symlink(join(project, path), join(folder, path));
  }
  manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as Manifest;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Those at the top: each holds its own. */
async function productionPackages(): Promise<string[]> {
  const { packages } = JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { readonly dev?: true }>;
  };
  return Object.entries(packages).flatMap(([path, { dev }]) =>
    dev === true || !/^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) ? [] : [path],
  );
}

async function scale(...words: readonly string[]): Promise<string> {
  const { path } = await findNatsServer({ environment: process.env });
  const env = { PATH: process.env.PATH, HOME: folder, NATS_SERVER_BIN: path };
  const program = join(installed, manifest.bin['scale-search'] ?? '');
  const { stdout } = await run(process.execPath, [program, ...words], { cwd: folder, env, maxBuffer: 32 * 1024 ** 2 });
  return stdout;
}

test('the packed package holds JavaScript with types, and nothing of its development', async () => {
  const files = (await readdir(installed, { recursive: true })).filter((file) => !file.startsWith('docs/'));
  expect(files.filter((file) => /\.ts$/.test(file) && !file.endsWith('.d.ts'))).toEqual([]);
  expect(files).toContain('dist/services/cli/main.d.ts');
  expect(files).toContain('dist/services/shared/sandbox/python/zygote.py');
  expect(files).toContain('dist/services/cli/export/python/running.py');
  expect(files.filter((file) => /^(test|node_modules|\.tools)\b|\.pyc$/.test(file))).toEqual([]);
});

test('its types compile for whoever imports it', async () => {
  const source = `import type { Benchmark } from 'scale-search/dist/services/domain/benchmark.js';
import { scorers } from 'scale-search/dist/services/domain/scoring/registry.js';
import { connectControl } from 'scale-search/dist/services/shared/control-client/control-client.js';
import OpenAI from 'openai';
import { chatClient, runWorkflow } from 'scale-search';

const client = chatClient(new OpenAI({ apiKey: 'none' }), { model: 'm', temperature: null });
export const answered: Promise<{ readonly answer: string }> = runWorkflow('', { question: '' }, client);
// @ts-expect-error a workflow is no number
export const refused = runWorkflow(1, {}, client);

const { runs } = await connectControl('localhost:7070', { token: undefined }).listRuns(AbortSignal.timeout(1000));
export const first: string | undefined = runs[0]?.runId;
export const names: string[] = [...scorers.keys()];
// @ts-expect-error a number is no name
export const wrong: Pick<Benchmark, 'name'> = { name: 1 };
`;
  const compilerOptions = {
    ...{ module: 'nodenext', moduleResolution: 'nodenext', target: 'es2024', lib: ['es2024', 'esnext.disposable', 'dom'] },
    ...{ strict: true, noEmit: true, types: ['node'], typeRoots: [join(project, 'node_modules/@types')] },
  };
  await writeFile(join(folder, 'consumer.mts'), source);
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.mts'] }));
  await expect(run(join(project, 'node_modules/.bin/tsc'), ['-p', folder])).resolves.toMatchObject({ stdout: '' });
});

const isInstalled = ['/usr/local/bin', '/usr/local/sbin', '/usr/sbin'].some((place) => existsSync(join(place, 'nats-server')));

test.skipIf(isInstalled)('its command, where nats-server is neither there nor to be had, says how to get one', async () => {
  const program = join(installed, manifest.bin['scale-search'] ?? '');
  const env = { PATH: join(folder, 'nothing'), HOME: folder };
  await cp(join(installed, 'examples/custom-benchmark'), join(folder, 'theirs'), { recursive: true });
  const failed = run(process.execPath, [program, 'run', 'theirs/search.yaml'], { cwd: folder, env });
  await expect(failed).rejects.toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/no nats-server here.*Install nats-server [\d.]+ or newer.*NATS_SERVER_BIN/s),
  });
});

test('its command searches on a benchmark of its folder and leaves a report there', async () => {
  expect(await scale('--version')).toMatch(
    new RegExp(`^scale +${manifest.version}\\ncommit +[0-9a-f]{12}(-dirty)?\\nNode.js +24\\.`),
  );
  await cp(join(installed, 'examples/custom-benchmark'), join(folder, 'mine'), { recursive: true });
  const said = await scale('run', 'mine/search.yaml', '--json');
  const [runId = ''] = await readdir(join(folder, '.scale/runs'));
  expect(await readFile(join(folder, '.scale/runs', runId, 'report.html'), 'utf8')).toContain('shop-messages');
  expect(said).toContain(runId);
});

test('the programs of its page on the library answer a query, and search on a benchmark of their folder', async () => {
  const page = await readFile(join(installed, 'docs/library.md'), 'utf8');
  const programs = [...page.matchAll(/```js\n\/\/ (\S+)\n(.*?)```/gs)];
  expect(programs.map(([, name]) => name)).toEqual(['answer.mjs', 'search.mjs']);
  const place = join(folder, 'library');
  await cp(join(installed, 'examples/custom-benchmark'), place, { recursive: true });
  await cp(join(installed, 'examples/workflows/single-call.yaml'), join(place, 'workflow.yaml'));
  for (const [, name = '', program = ''] of programs) await writeFile(join(place, name), program);
  const { known } = await learnBenchmarks(join(folder, 'none'), join(folder, 'none'), [join(place, 'benchmark.yaml')]);
  await using simulator = await startSimulator({ known });
  const node = (...words: string[]) => run(process.execPath, words, { cwd: place, env: { BASE_URL: simulator.url } });
  expect((await node('answer.mjs', 'How many months has a year?')).stdout).toMatch(/\n1 calls, \d+ \+ \d+ tokens\n$/);
  const { stdout } = await node('search.mjs');
  expect(stdout).toMatch(/^round \d of 6\nworkflow: 1\n/);
  const events = (await readFile(join(place, 'events.jsonl'), 'utf8')).trimEnd().split('\n');
  expect(JSON.parse(events[0] ?? '')).toMatchObject({ kind: 'run-started' });
  expect(JSON.parse(events.at(-1) ?? '')).toMatchObject({ kind: 'run-completed' });
});

test('the worked example of its library answers the questions of a file, a few at once', async () => {
  const place = join(folder, 'worked');
  await cp(join(installed, 'examples/library'), place, { recursive: true });
  const questions = Array.from({ length: 20 }, (_, index) => `What is ${index} plus 4?`);
  await writeFile(join(place, 'questions.txt'), `${questions.join('\n')}\n`);
  await using simulator = await startSimulator({ known: [] });
  const words = ['answer.mjs', join(installed, 'examples/workflows/samples-and-ensemble.yaml'), 'questions.txt'];
  const { stdout, stderr } = await run(process.execPath, words, { cwd: place, env: { BASE_URL: simulator.url } });
  const answered = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly question: string });
  expect(new Set(answered.map(({ question }) => question))).toEqual(new Set(questions));
  expect(stderr).toMatch(/^20 answers, \d{3,} tokens\n$/);
});

test('its bench, which starts a process of its own from a file, finds it', async () => {
  expect(await scale('bench', 'bus', '--quick')).toContain('bare loop');
});
