import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCli } from '../../support/run-cli.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-route-'));
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

async function scale(...args: readonly string[]): Promise<Record<string, never>> {
  const { stdout } = await startCli([...args, '--json'], { cwd: folder }).ended;
  return JSON.parse(stdout);
}

interface Policy {
  readonly workflows: readonly { readonly hash: string; readonly name: string }[];
  readonly steps: readonly object[];
  readonly run: object;
}

test('a search is fitted, evaluated on the test split, and served by its policy', async () => {
  const search =
    'name: s\nseed: 5\nbenchmark: { name: sample, limit: 30 }\nevaluation: { method: full }\nsearch: { max_rounds: 3 }\n';
  await writeFile(join(folder, 's.yaml'), search);
  await scale('run', 's.yaml');

  const fitted = (await scale('route', 'fit', 's', '--html', '--out', 'policy.json')) as unknown as {
    pays: boolean;
    summary: string;
    policy: Policy & { evidence: { queries: number } };
  };
  expect(fitted.summary).toMatch(/^Routing (?:pays|does not pay)/);
  expect(fitted.policy.evidence.queries).toBe(30);
  const page = await readFile(join(folder, 'route.html'), 'utf8');
  expect(page).toContain('Simulated model');
  expect(page).toContain(fitted.pays ? 'Routing pays' : 'Routing does not pay');

  // Whatever came of that, a policy with two steps is tried: the first is always skipped.
  const written = JSON.parse(await readFile(join(folder, 'policy.json'), 'utf8')) as Policy;
  const state = { failures: [1] };
  const check = { estimator: 'neighbours', threshold: 0.1, state };
  const texts = { frequency: {}, texts: [[1, 1]] };
  const [only] = written.workflows;
  const two = {
    ...written,
    texts,
    workflows: [only, { ...only, name: 'dear' }],
    steps: [{ workflow: 0, check }, { workflow: 1 }],
  };
  await writeFile(join(folder, 'two.json'), JSON.stringify(two));

  const evaluated = await scale('route', 'eval', 'two.json', '--limit', '6');
  expect(evaluated).toMatchObject({ benchmark: 'sample', split: 'test', queries: 6, lost: 0, simulated: true });
  expect(evaluated.steps).toEqual([{ step: 1, name: 'dear', share: 1 }]);
  const here = (url: string): string =>
    `benchmark: sample\nmodels: { executor: &m { endpoint: e, model: m }, optimizer: *m }\nendpoints: { e: { base_url: "${url}" } }\n`;
  await writeFile(join(folder, 'dead.yaml'), here('http://127.0.0.1:9/v1'));
  const dead = await startCli(['route', 'eval', 'two.json', '--limit', '6', '--run-file', 'dead.yaml'], { cwd: folder }).ended;
  expect(dead).toMatchObject({ code: 3, stderr: expect.stringContaining('the endpoint of m does not answer') });
  // One that answers what tries it, and nothing else.
  const silent = createServer((request, response) => {
    if (request.method === 'GET')
      response.setHeader('content-type', 'application/json').end('{"object":"list","data":[{"id":"m"}]}');
  });
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  await writeFile(join(folder, 'silent.yaml'), here(`http://127.0.0.1:${(silent.address() as AddressInfo).port}/v1`));
  const waiting = ['route', 'eval', 'two.json', '--limit', '6', '--run-file', 'silent.yaml', '--deadline', '2'];
  const late = await startCli(waiting, { cwd: folder }).ended;
  silent.closeAllConnections();
  silent.close();
  expect(late).toMatchObject({ code: 3, stderr: expect.stringContaining('was not answered within 2 s') });
  const compared = await scale('compare', 'router-test.jsonl', 'router-test.jsonl');
  expect(compared).toMatchObject({ queries: 6, verdict: 'undecided' });

  await writeFile(join(folder, 'own.json'), JSON.stringify({ ...two, run: { ...written.run, benchmark: 'mine' } }));
  const own = startCli(['route', 'eval', 'own.json'], { cwd: folder });
  expect([(await own.ended).code, own.stderr()]).toEqual([2, expect.stringContaining('give its file with --benchmark')]);

  const server = startCli(['serve', '--router', 'two.json', '--port', '0', '--json'], { cwd: folder });
  await server.until(/\n}\n/);
  const { url } = JSON.parse(server.stdout()) as { readonly url: string };
  const client = new OpenAI({ baseURL: url, apiKey: 'none' });
  const answer = await client.chat.completions.create({ model: 's', messages: [{ role: 'user', content: 'What is 3 plus 4?' }] });
  expect(answer).toMatchObject({
    system_fingerprint: 'scale-simulator',
    scale: { workflow: only?.hash, route: { step: 1, name: 'dear', left: [{ step: 0, why: 'skipped' }] } },
  });
  server.child.kill('SIGTERM');
  expect(await server.ended).toMatchObject({ code: 0 });
});

test('what cannot be routed over is refused, with what to do', async () => {
  const few =
    'name: few\nseed: 6\nbenchmark: { name: sample, limit: 10 }\nevaluation: { method: full }\nsearch: { max_rounds: 2 }\n';
  await writeFile(join(folder, 'few.yaml'), few);
  await scale('run', 'few.yaml');
  const refused = (await scale('route', 'fit', 'few')) as unknown as { error: { exitCode: number; message: string } };
  expect(refused.error).toMatchObject({ exitCode: 2, message: expect.stringMatching(/10 queries in common|no two workflows/) });
  const other = (await scale('route', 'fit', 's', '--with', 'few')) as unknown as { error: { message: string } };
  expect(other.error.message).toContain('they have not the same queries');
  const none = (await scale('serve', '--router', 'nothing.json')) as unknown as { error: { message: string } };
  expect(none.error.message).toContain('there is no such file');
});
