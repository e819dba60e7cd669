import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Cli } from '../../../../services/cli/cli.ts';
import { checkBeforeRun } from '../../../../services/cli/runs/check-before-run.ts';
import { readRunFile } from '../../../../services/shared/config/run-file.ts';

test('who is simulated, and what no model uses, is said before a run starts', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scale-before-'));
  const said = async (yaml: string): Promise<string[]> => {
    const told: string[] = [];
    const cli = {
      notice: (message: string) => told.push(message),
      environment: {},
      interrupts: { requested: new AbortController().signal },
    };
    await writeFile(join(folder, 'run.yaml'), yaml);
    // With a server elsewhere, nothing of this machine is looked at.
    await checkBeforeRun(cli as unknown as Cli, await readRunFile(join(folder, 'run.yaml')), 'server:1', {
      ...{ path: join(folder, 'runs'), option: '--data-dir' },
    });
    return told;
  };
  const endpoints = 'endpoints: { e: { base_url: "http://x/v1" }, f: { base_url: "http://y/v1" } }';
  const real = '{ endpoint: e, model: m }';
  expect(await said('benchmark: sample')).toEqual([
    'scale: simulated models answer (qwen-plus, qwen3-8b): the scores are not results',
  ]);
  expect(
    await said(`benchmark: sample\nmodels: { executor: ${real}, optimizer: { endpoint: simulated } }\n${endpoints}`),
  ).toEqual([
    "scale: the optimizer's model qwen3-8b is simulated alongside real models: the scores are not results",
    'scale: no model uses endpoints.f',
  ]);
  expect(await said(`benchmark: sample\nmodels: { executor: ${real}, optimizer: ${real} }\n${endpoints}`)).toEqual([
    'scale: no model uses endpoints.f',
  ]);
  const only = (name: string) => `benchmark: sample\nprices: { models: { ${name}: { input: 1, output: 1 } } }`;
  expect((await said(only('gpt'))).at(-1)).toBe(
    'scale: the price table has no price for qwen-plus and qwen3-8b: no money is shown',
  );
  expect((await said(only('qwen-plus'))).at(-1)).toBe(
    'scale: the price table has no price for qwen3-8b: money is shown without it',
  );
  expect((await said(only('"qwen*"'))).join()).not.toContain('price');
  await rm(folder, { recursive: true });
});
