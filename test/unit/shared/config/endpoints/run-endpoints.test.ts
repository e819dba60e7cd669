import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluationFile } from '../../../../../services/cli/eval/evaluation-file.ts';
import { describeSimulated, missingKeys } from '../../../../../services/cli/runs/run-request.ts';
import { readRunFile } from '../../../../../services/shared/config/run-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-endpoints-'));
  await writeFile(join(folder, 'w.yaml'), 'workflow: 1\nsteps: [{ return: "{{ query.question }}" }]');
});
afterAll(() => rm(folder, { recursive: true }));

const path = () => join(folder, 'my-run.yaml');
const mine =
  'endpoints: { mine: { base_url: "http://gpu-1:8000/v1", api_key_variable: MY_KEY }, spare: { base_url: "http://gpu-2:8000/v1" } }';
const runFile = async (models: string, endpoints = mine) => {
  await writeFile(path(), `benchmark: sample\n${models === '' ? '' : `models: ${models}\n`}${endpoints}`);
  return readRunFile(path());
};
const evaluated = async (models: string) => {
  await runFile(models).catch(() => undefined);
  return evaluationFile({ kind: 'file', path: join(folder, 'w.yaml') }, { runFile: path(), split: 'test', repeat: 1 });
};

describe('the endpoints of a run file', () => {
  it('are refused if no model uses any, and simulated ones would answer unasked', async () => {
    const message =
      /my-run\.yaml:\d: endpoints\.mine is not used by any model, so simulated models would answer: give it to them, as in/;
    for (const models of ['', '{ executor: { model: m } }']) {
      await expect(runFile(models)).rejects.toThrow(message);
      await expect(evaluated(models)).rejects.toThrow(message);
    }
  });

  it.each([
    ['{ executor: { endpoint: mine, model: m } }', 'optimizer'],
    ['{ executor: { endpoint: mine, model: m }, optimizer: { model: n } }', 'optimizer'],
    ['{ optimizer: { endpoint: mine, model: m } }', 'executor'],
  ])('are refused beside a model that is simulated unasked: %s', async (models, role) => {
    await expect(runFile(models)).rejects.toThrow(
      new RegExp(
        `models\\.${role} names no endpoint, so a simulated model would answer next to the real one of mine: name its endpoint, or`,
      ),
    );
  });

  it('may stand beside a model that the file itself has simulated, which is told', async () => {
    const file = await runFile('{ executor: { endpoint: mine, model: m }, optimizer: { endpoint: simulated } }');
    expect(file.warnings).toEqual(['no model uses endpoints.spare']);
    expect(describeSimulated(file)).toBe(
      "the optimizer's model qwen3-8b is simulated alongside real models: the scores are not results",
    );
    const asked = await runFile('{ executor: { endpoint: simulated }, optimizer: { endpoint: simulated } }');
    expect(asked.warnings).toEqual(['no model uses endpoints.mine and endpoints.spare']);
    expect(describeSimulated(asked)).toBe('simulated models answer (qwen-plus, qwen3-8b): the scores are not results');
  });

  it('are for the executor alone where one workflow is evaluated', async () => {
    const file = await evaluated('{ executor: { endpoint: mine, model: m } }');
    expect(file.endpoints.map(({ model, simulated }) => [model, simulated])).toEqual([['m', false]]);
    expect((await evaluated('{ executor: { endpoint: simulated } }')).endpoints).toMatchObject([{ simulated: true }]);
  });

  it('say which variables are to hold keys, once each', async () => {
    const both = await runFile('{ executor: { endpoint: mine, model: m }, optimizer: { endpoint: mine, model: m } }');
    expect(missingKeys(both, {})).toEqual(['the key for model m must be in the environment variable MY_KEY, which is not set']);
    expect([missingKeys(both, { MY_KEY: 'x' }), describeSimulated(both)]).toEqual([[], undefined]);
    expect(describeSimulated(await runFile('', ''))).toContain('simulated models answer');
  });

  it("are the cluster's own for a model that says so, which is no simulated one", async () => {
    const file = await runFile('{ executor: { endpoint: cluster, model: m }, optimizer: { endpoint: cluster, model: n } }', '');
    expect(file.endpoints.map(({ model, baseUrl, simulated }) => ({ model, baseUrl, simulated }))).toEqual([
      { model: 'm', baseUrl: 'cluster:', simulated: false },
      { model: 'n', baseUrl: 'cluster:', simulated: false },
    ]);
    expect(describeSimulated(file)).toBeUndefined();
    const named = 'endpoints: { cluster: { base_url: "http://gpu-1:8000/v1" } }';
    const own = await runFile('{ executor: { endpoint: cluster, model: m }, optimizer: { endpoint: cluster, model: n } }', named);
    expect(own.endpoints.map(({ baseUrl }) => baseUrl)).toEqual(['http://gpu-1:8000/v1', 'http://gpu-1:8000/v1']);
  });
});
