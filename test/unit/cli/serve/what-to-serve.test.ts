import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FoundWorkflow } from '../../../../services/cli/eval/evaluation-file.ts';
import { whatToServe } from '../../../../services/cli/serve/what-to-serve.ts';
import { readWorkflowText } from '../../../../services/shared/benchmarks/read-workflow-file.ts';
import { clusterBaseUrl } from '../../../../services/shared/models/settings/endpoint-settings.ts';
import { madeUpConfiguration } from '../../domain/search/made-up-world.ts';

const text = `
workflow: 1
steps:
  - { id: answer, call: custom, with: { input: "{{ query.passage }} {{ query.question }}" } }
  - return: "{{ answer.response }}"
`;
const inputs = ['passage', 'question'];
const workflow = readWorkflowText(text, 'test', { operators: ['custom'], inputs });
const configuration = madeUpConfiguration();
const { model } = configuration.executor;
const endpoint = { model, baseUrl: 'http://gpu-1:8000/v1', apiKeyVariable: '', maxConcurrency: 8, timeoutMs: 60_000 };
const found = (endpoints: FoundWorkflow['endpoints']): FoundWorkflow => ({
  ...{ kind: 'run', runId: 'fruit-0123456789ab', workflow, configuration, endpoints },
});

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-what-to-serve-'));
  await writeFile(join(folder, 'best.yaml'), text);
  await writeFile(
    join(folder, 'search.yaml'),
    `benchmark: own.yaml
models: { executor: { endpoint: near, model: big }, optimizer: { endpoint: near, model: big } }
endpoints: { near: { base_url: "http://127.0.0.1:9/v1" } }
`,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('what is served', () => {
  it('of a run has the model and the servers of the run', async () => {
    expect(await whatToServe(found([endpoint]), {})).toMatchObject({
      ...{ name: configuration.name, workflow, inputs, executor: configuration.executor },
      endpoints: [{ ...endpoint, simulated: false }],
    });
  });

  it('of a run with the simulated model is served by one', async () => {
    const { endpoints } = await whatToServe(found([]), { name: 'mine' });
    expect(endpoints).toMatchObject([{ model, simulated: true }]);
  });

  it('has the model of a run file, whose benchmark need not be there', async () => {
    const runFile = join(folder, 'search.yaml');
    const file = { kind: 'file', path: join(folder, 'best.yaml') } as const;
    for (const subject of [file, found([endpoint])]) {
      expect(await whatToServe(subject, { runFile })).toMatchObject({
        ...{ inputs, executor: { model: 'big' }, benchmarkFiles: [join(folder, 'own.yaml')] },
        endpoints: [{ model: 'big', baseUrl: 'http://127.0.0.1:9/v1', simulated: false }],
      });
    }
    expect((await whatToServe(file, {})).name).toBe('best');
  });

  it('has prices for the executors of a cluster: those that are given, else those of the run', async () => {
    const price = { model, input: 1, cachedInput: 1, output: 2, reasoning: 2, batch: 0.5 };
    const table = { currency: 'USD', prices: [price, { ...price, model: 'another' }] };
    const ofRun = { ...found([endpoint]), prices: table };
    const path = join(folder, 'prices.yaml');
    await writeFile(path, `currency: EUR\nmodels: { "${model}": { input: 3, output: 4 } }\n`);
    const cluster = 'nats://nats-1:4222';
    expect((await whatToServe(ofRun, { cluster })).prices).toEqual({ currency: 'USD', prices: [price] });
    expect((await whatToServe(ofRun, { cluster, prices: path })).prices).toMatchObject({
      ...{ currency: 'EUR', prices: [{ model, input: 3, output: 4 }] },
    });
    expect((await whatToServe(found([endpoint]), { cluster })).prices).toBeUndefined();
    expect((await whatToServe(ofRun, {})).prices).toBeUndefined();
  });

  it('is refused where only the workers of a cluster know its servers', async () => {
    await expect(whatToServe(found([{ ...endpoint, baseUrl: clusterBaseUrl }]), {})).rejects.toThrow('--run-file');
  });
});
