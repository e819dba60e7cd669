import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { madeUpPublicRows, madeUpRows } from '../../support/benchmarks/made-up-programs.ts';
import { isPythonHere } from '../../support/python-here.ts';
import { startCli } from '../../support/run-cli.ts';

const runFile = `
seed: 5
benchmark: { name: humaneval, limit: 12 }
search: { max_rounds: 4, convergence: off }
evaluation: { method: scale, warm_up_rounds: 2, few_shot_ratio: 0.25 }
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-programs-'));
  const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join('\n');
  await writeFile(join(folder, 'humaneval_validate.jsonl'), lines(madeUpRows));
  await writeFile(join(folder, 'humaneval_public_test.jsonl'), lines(madeUpPublicRows));
  await writeFile(join(folder, 'run.yaml'), runFile);
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

interface RunReport {
  readonly simulated: boolean;
  readonly rounds: readonly { readonly score?: number; readonly executions: number }[];
  readonly executionFailures: readonly unknown[];
  readonly best: { readonly score: number };
}

test.skipIf(!isPythonHere)(
  'a short search on tasks whose answers are programs runs them in the sandbox, and is marked simulated',
  async () => {
    const environment = { SCALE_DATA: folder };
    const { code, stdout, stderr } = await startCli(['run', 'run.yaml', '--json'], { cwd: folder, environment }).ended;
    expect(code, stderr).toBe(0);
    const { report } = JSON.parse(stdout) as { readonly report: RunReport };
    expect(report.simulated).toBe(true);
    expect(report.rounds).toHaveLength(4);
    const [first] = report.rounds;
    expect(first?.executions).toBe(12);
    expect(first?.score).toBeGreaterThan(0.5);
    expect(report.best.score).toBeGreaterThanOrEqual(first?.score ?? 1);
  },
);
