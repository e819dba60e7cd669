import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkBenchmarks } from '../../../../services/cli/doctor/check-benchmarks.ts';
import { fileOf, madeUpGsm8k } from '../../../support/benchmarks/made-up-release.ts';
import { cliHere } from '../../../support/cli-here.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-doctor-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('says of each benchmark how to get what is missing; the built-in one is always there', async () => {
  const checks = await checkBenchmarks(folder);
  for (const name of ['gsm8k', 'math', 'drop', 'hotpotqa', 'humaneval', 'mbpp']) {
    expect(checks.find((check) => check.name === `benchmark ${name}`)).toMatchObject({
      status: 'warning',
      found: expect.stringContaining(`get it with \`scale data pull ${name}\``),
    });
  }
  expect(checks.find(({ name }) => name === 'benchmark sample')?.status).toBe('ok');
});

it("warns of files that can be read but are not AFlow's", async () => {
  await writeFile(join(folder, 'gsm8k_validate.jsonl'), fileOf(madeUpGsm8k.validate));
  await writeFile(join(folder, 'gsm8k_test.jsonl'), fileOf(madeUpGsm8k.test));
  const [gsm8k] = await checkBenchmarks(folder);
  expect(gsm8k).toMatchObject({
    status: 'warning',
    found: "queries: 1 in validate, 2 in test; not AFlow's: gsm8k_validate.jsonl, gsm8k_test.jsonl",
  });
});

it('looks at the benchmark of a run file alone, and says once what two roles find', async () => {
  const path = join(folder, 'mine.yaml');
  const server = createServer((_, response) => void response.writeHead(401).end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const model = '{ endpoint: mine, model: m }';
    await writeFile(
      path,
      `benchmark: sample\nmodels: { executor: ${model}, optimizer: ${model} }\nendpoints: { mine: { base_url: "http://127.0.0.1:${port}/v1" } }\n`,
    );
    const { signal } = new AbortController();
    const said = await cliHere(['doctor', '--json', '--run-file', path, '--data-dir', join(folder, '.scale')], { signal });
    const { checks } = JSON.parse(said.stdout) as { readonly checks: readonly { readonly name: string }[] };
    const names = checks.map(({ name }) => name).filter((name) => /^(benchmark|endpoint) /.test(name));
    expect(names).toEqual(['benchmark sample', 'endpoint of m']);
  } finally {
    server.close();
  }
});
