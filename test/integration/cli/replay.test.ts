import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCli } from '../../support/run-cli.ts';
import { madeUpSearch } from '../../unit/domain/replay/made-up-searches.ts';

const log = join(import.meta.dirname, '../../fixtures/logs/paper.binpb');
let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'replay-'));
  const runs = [1, 2].flatMap((search) =>
    madeUpSearch({ seed: search, queries: 25, workflows: 8, repeats: 1 }).workflows.flatMap(({ round, repeats }) =>
      repeats.map((scores) => ({ search, round, scores })),
    ),
  );
  await writeFile(join(root, 'Made.matrix.json'), JSON.stringify({ n: 25, runs }));
});
afterAll(() => rm(root, { recursive: true }));

function replay(...more: readonly string[]) {
  return startCli(['replay', '--traces', root, '--seeds', '4', '--out', join(root, 'out'), ...more]).ended;
}

test('scale replay prints tables, writes three files, and gives the same figures on one thread and on two', async () => {
  const [two, one] = await Promise.all([
    replay('--budgets', '0.3', '--ratios', '0.1', '--threads', '2'),
    startCli([
      'replay',
      '--traces',
      root,
      '--seeds',
      '4',
      '--out',
      join(root, 'one'),
      '--budgets',
      '0.3',
      '--ratios',
      '0.1',
      '--threads',
      '1',
    ]).ended,
  ]);
  expect(two.code, two.stderr).toBe(0);
  expect(one.code, one.stderr).toBe(0);
  for (const text of ['S_pred is simulated', 'The pick at f = 0.3', 'rasch, refine', 'full validation'])
    expect(two.stdout).toContain(text);
  expect(two.stderr).toMatch(/replayed \d+ of \d+ parts/);
  const json = await readFile(join(root, 'out/replay.json'), 'utf8');
  expect(await readFile(join(root, 'one/replay.json'), 'utf8')).toBe(json);
  const { tables } = JSON.parse(json) as {
    tables: { rows: { strategy: { name: string }; pooled: { regret: { mean: number } } }[] }[];
  };
  const full = tables[1]?.rows.find(({ strategy }) => strategy.name === 'full validation');
  // One repeat a workflow is its own truth, so full validation picks the best.
  expect(full?.pooled.regret.mean).toBe(0);
  expect(await readFile(join(root, 'out/replay.html'), 'utf8')).toMatch(/<svg[\s\S]*halving/);
  expect(await readFile(join(root, 'out/replay.md'), 'utf8')).toContain('| halving |');
});

test('--json prints the one document; --picks crosses methods with policies', async () => {
  const { code, stdout } = await replay(
    '--json',
    '--methods',
    'few-shot,weighted',
    '--picks',
    'argmax,race',
    '--budgets',
    '.5',
    '--ratios',
    '',
  );
  expect(code).toBe(0);
  const { tables, files } = JSON.parse(stdout);
  expect(tables[0].rows.map(({ strategy }: { strategy: { name: string } }) => strategy.name)).toEqual([
    'few-shot, argmax',
    'few-shot, race',
    'weighted, argmax',
    'weighted, race',
    'full validation',
  ]);
  expect(files.json).toContain('replay.json');
});

test('--leave-one-out is refused where there is nothing to choose, or nothing to choose by', async () => {
  const { repeats } = madeUpSearch({ seed: 3, queries: 25, workflows: 1, repeats: 1 }).workflows[0] ?? { repeats: [] };
  const written = async (folder: string, rows: readonly object[]): Promise<string[]> => {
    await mkdir(join(root, folder), { recursive: true });
    await writeFile(join(root, folder, 'One.matrix.json'), JSON.stringify({ n: 25, runs: rows }));
    return ['--traces', join(root, folder), '--leave-one-out', '--seeds', '2'];
  };
  const rows = [1, 2].map((round) => ({ search: 1, round, scores: repeats[0] ?? [] }));
  const said = async (args: readonly string[]) => (await startCli(['replay', '--out', join(root, 'none'), ...args]).ended).stderr;
  const one = await written('alone', rows);
  expect(await said(one)).toMatch(/chooses by the other searches, and there is one/);
  expect(await said([...one, '--budgets', '', '--ratios', '0.1'])).toMatch(/--budgets "" leaves none/);
});

test.each([
  [['--traces', '/nowhere/at/all'], /\/nowhere\/at\/all: there is no such folder/],
  [['--methods', 'oracle'], /there is no evaluation method "oracle"; there are full, predicted/],
  [['--budgets', '1.5'], /above 0 and at most 1/],
  [['--budgets', '', '--ratios', ''], /nothing to replay/],
  [['--run', log, log], /the search fixture paper of gsm8k is there twice/],
])('%j is refused with one sentence and status 2', async (args, sentence) => {
  const { code, stderr } = await startCli(['replay', '--out', join(root, 'none'), ...args]).ended;
  expect(stderr).toMatch(sentence);
  expect(code).toBe(2);
});
