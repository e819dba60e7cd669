import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changed, fileBlocks } from '../support/project/page-blocks.ts';

const project = join(import.meta.dirname, '../..');
const page = await readFile(join(project, 'docs/extending.md'), 'utf8');
const blocks = fileBlocks(page);
const added = blocks.filter(({ language, path }) => language === 'ts' && path.startsWith('services/'));
const changes = blocks.filter(({ language }) => language === 'diff');

const sources = [
  ...['services', 'scripts', 'docs', 'package.json', 'tsconfig.json', 'biome.json', 'vitest.config.ts'],
  ...[
    'test/support',
    'test/simulation',
    'test/unit',
    'test/contract/workflow-server.contract.ts',
    'test/contract/served-router.contract.ts',
  ],
];

/** A copy of the sources in which everything that docs/extending.md adds is there. */
let copy = '';
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'scale-extended-'));
  for (const path of sources) await cp(join(project, path), join(copy, path), { recursive: true });
  for (const path of ['node_modules', '.tools']) await symlink(join(project, path), join(copy, path));
  for (const { language, path, text } of blocks) {
    const file = join(copy, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, language === 'diff' ? changed(path, await readFile(file, 'utf8'), text) : text);
  }
});
afterAll(() => rm(copy, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function inCopy(program: string, ...args: readonly string[]): Promise<Ended> {
  const env = { ...process.env, NODE_OPTIONS: '', SCALE_DATA: join(copy, 'no-data') };
  try {
    const said = await promisify(execFile)(program, args, { cwd: copy, env, maxBuffer: 32 * 1024 ** 2 });
    return { code: 0, ...said };
  } catch (error) {
    const { code, stdout, stderr } = error as Ended;
    if (typeof code !== 'number') throw error;
    return { code, stdout, stderr };
  }
}

const scale = (...args: readonly string[]) => inCopy(process.execPath, 'services/cli/main.ts', ...args);
const tool = (name: string, ...args: readonly string[]) => inCopy(join(project, 'node_modules/.bin', name), ...args);

test('each thing is one new file and one registry line with its import', () => {
  expect(blocks.length * 2, 'a block without the name of its file').toBe(page.match(/^```/gm)?.length);
  expect(added).toHaveLength(11);
  const registries = changes.filter(({ path }) => /registry|roles|program/.test(path));
  expect(registries).toHaveLength(added.length);
  for (const { path, text } of registries) {
    const lines = text.split('\n');
    expect(
      lines.filter((line) => line.startsWith('+import')),
      path,
    ).toHaveLength(1);
    // A list that was one line and has become several is the same list with one name more.
    const words = (sign: string) =>
      lines.filter((line) => line.startsWith(sign) && !line.startsWith('+import')).flatMap((line) => line.match(/\w+/g) ?? []);
    expect(words('+').length - words('-').length, path).toBe(1);
  }
});

test('what is added compiles and passes the linter', async () => {
  expect(await tool('tsc', '-p', '.')).toMatchObject({ code: 0, stdout: '' });
  const files = blocks.map(({ path }) => path).filter((path) => path.endsWith('.ts'));
  const linted = await tool('biome', 'check', '--vcs-enabled=false', '--error-on-warnings', ...files);
  expect(linted.code, linted.stdout + linted.stderr).toBe(0);
});

test('a search uses benchmark, scorer, operator, method, policy and settings, and its report shows them', async () => {
  const checked = await scale('validate', 'times-table.yaml');
  expect(checked.code, checked.stdout + checked.stderr).toBe(0);
  const run = await scale('run', 'times-table.yaml', '--json');
  expect(run.code, run.stderr).toBe(0);
  const { files, report } = JSON.parse(run.stdout);
  expect(report).toMatchObject({
    simulated: true,
    configuration: {
      benchmark: { name: 'times-table', scorer: 'whole-number' },
      search: { parents: 'newest', finalPick: { policy: 'newcomer', own: { slack: 0.1 } } },
      evaluation: { method: 'pessimist', fewestQueries: 5, own: { doubt: 0.5 } },
    },
    pick: { policy: 'newcomer' },
  });
  const scored = report.rounds.filter(({ method }: { method?: string }) => method === 'pessimist');
  expect(scored.length).toBeGreaterThan(1);
  // A tenth of 18 queries are 2; the simulated model solves some of them, so that the answers came through the operator.
  for (const { executions } of scored) expect(executions).toBe(5);
  expect(Math.max(...scored.map(({ score }: { score: number }) => score))).toBeGreaterThan(0);
  const shown = await readFile(files.html, 'utf8');
  for (const text of ['few-shot less its error', 'm-hexagon', 'newcomer', 'call: restate', 'doubt'])
    expect(shown).toContain(text);
  const summary = await scale('report');
  expect(summary.stdout).toMatch(/^The dearest rounds\nround +tokens +edit\n\d+ +[\d,]+/m);
  expect(shown).toMatch(/<section id="dearest"[^>]*><h2[^>]*>The dearest rounds<\/h2><div class="wide" tabindex="0"><table>/);
  expect(await readFile(files.markdown, 'utf8')).toContain('## The dearest rounds\n\n| round | tokens | edit |\n');
});

test('faults name the method whose setting was used, and the experiment runs', async () => {
  await writeFile(join(copy, 'wrong.yaml'), 'benchmark: times-table\nevaluation: { method: few-shot, doubt: 1 }\n');
  const { code, stdout } = await scale('validate', 'wrong.yaml');
  expect(code).toBe(2);
  expect(stdout).toContain('doubt must be left out unless evaluation.method is pessimist');
  const experiment = await scale('experiment', 'parents', '--benchmarks', 'times-table', '--seeds', '1', '--rounds', '2');
  expect(experiment.code, experiment.stderr).toBe(0);
  expect(experiment.stdout).toContain('Parents: how many of the best workflows may be edited');
});

test('the unit test of the page passes, and so does the one that compares the page of workflows with the operators', async () => {
  const tests = ['test/unit/domain/operators/restate.test.ts', 'test/unit/domain/workflow/workflows-page.test.ts'];
  const { code, stdout } = await inCopy(process.execPath, 'node_modules/vitest/vitest.mjs', 'run', ...tests);
  expect(code, stdout).toBe(0);
  expect(stdout).toMatch(/Test Files .*2 passed/);
});

test('a kind of scorer is there for benchmark files', async () => {
  await writeFile(
    join(copy, 'capitals.csv'),
    'id,country,capital\n1,France,Paris\n2,Japan,Tokyo\n3,Peru,Lima\n4,Kenya,Nairobi\n',
  );
  await writeFile(
    join(copy, 'capitals.yaml'),
    [
      'name: capitals',
      'description: capitals of countries',
      'answer_format: the name alone',
      'file: capitals.csv',
      'split: { shares: { validate: 0.5, test: 0.5 }, seed: 1 }',
      'fields: { country: country }',
      'reference: capital',
      'scorers: { capital: { kind: starts-with, case: true } }',
    ].join('\n'),
  );
  expect(await scale('validate', 'capitals.yaml')).toMatchObject({ code: 0 });
});

test('--help, the new command and the tables of the documentation show what is added', async () => {
  expect((await scale('--help')).stdout).toContain('operators [options]');
  expect((await scale('experiment', '--help')).stdout).toContain('test score and tokens by the number of parents');
  const ofRun = (await scale('run', '--help')).stdout;
  expect(ofRun).toMatch(/pessimist +executes a few queries and takes their mean less/);
  expect(ofRun).toMatch(/newcomer +takes the newest workflow/);
  const { operators } = JSON.parse((await scale('operators', '--json')).stdout);
  expect(operators).toContainEqual(expect.objectContaining({ name: 'restate', maxCalls: 1 }));
  expect(await inCopy(process.execPath, 'scripts/tables/write-setting-tables.ts')).toMatchObject({ code: 0 });
  const tables = await readFile(join(copy, 'docs/run-file.md'), 'utf8');
  expect(tables).toMatch(/^\| `method` \|.*\bpessimist\b/m);
  expect(tables).toMatch(/^\| `final_pick\.policy` \|.*\bnewcomer\b/m);
  expect(tables).toMatch(/^\| `doubt` \| `1` \| 0 to 5 standard errors \| of `pessimist` alone: how far below/m);
  expect(tables).toMatch(/^\| `final_pick\.slack` \| `0\.02` \|/m);
  expect(tables).toMatch(/^\| `fewest_queries` \| `1` \| whole, 1 to 10,000 queries \|/m);
});
