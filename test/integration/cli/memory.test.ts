import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CliRun, startCli } from '../../support/run-cli.ts';

const runFile = (name: string, search = '') => `
name: ${name}
seed: 3
benchmark: { name: sample, limit: 20 }
search: { max_rounds: 3, convergence: off${search} }
evaluation: { method: rasch, warm_up_rounds: 0, few_shot_ratio: 0.2, few_shot_floor: 1 }
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-memory-'));
});
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

async function scale(...args: readonly string[]): Promise<{ cli: CliRun; document: Record<string, unknown> }> {
  const cli = startCli([...args, '--json'], { cwd: folder });
  const { stdout } = await cli.ended;
  return { cli, document: JSON.parse(stdout) };
}

async function search(name: string, settings?: string) {
  await writeFile(join(folder, `${name}.yaml`), runFile(name, settings));
  return scale('run', `${name}.yaml`);
}

test('a second search begins with what the first one has shown, and a third is told what it does without', async () => {
  const first = await search('first');
  expect(first.cli.stderr()).not.toContain('remembers');
  const { runId } = first.document as { readonly runId: string };

  const second = await search('second', ', memory: on');
  expect(second.cli.stderr()).toMatch(/memory: 3 workflows with \d+ executions from 1 earlier run/);
  const { report, files } = second.document as { report: { memory: unknown }; files: Record<string, string> };
  expect(report.memory).toMatchObject({ workflows: 3, simulated: true, used: true, runs: [{ runId, models: ['qwen-plus'] }] });
  for (const file of [files.markdown, files.html]) {
    expect(await readFile(file ?? '', 'utf8')).toMatch(new RegExp(`earlier runs with a simulated model: ${runId}`));
  }

  const third = await search('third');
  expect(third.cli.stderr()).toMatch(/Not used: what the cluster remembers, \d+ scores of \d+ workflows from 2 earlier runs/);

  const listed = (await scale('memory', 'list')).document as { memory: { runId: string; benchmark: string }[] };
  expect(listed.memory).toHaveLength(3);
  expect(listed.memory.at(-1)).toMatchObject({ runId, benchmark: 'sample', queryCount: 20, workflows: 3, simulated: true });
  expect((await scale('memory', 'forget')).document).toMatchObject({ error: { exitCode: 2 } });
  expect((await scale('memory', 'forget', 'nobody')).document).toMatchObject({ error: { exitCode: 2 } });
  expect((await scale('memory', 'forget', 'first')).document).toEqual({ forgotten: [runId] });
  expect((await scale('memory', 'list', '--benchmark', 'sample')).document.memory).toHaveLength(2);
  expect((await scale('memory', 'forget', '--all')).document.forgotten).toHaveLength(2);
});
