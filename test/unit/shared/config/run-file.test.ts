import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { benchmarkDefinitionOf } from '../../../../services/shared/benchmarks/registry.ts';
import { parseRunFile } from '../../../../services/shared/config/parse-run-file.ts';
import { readRunFile } from '../../../../services/shared/config/run-file.ts';
import { hashBenchmark } from '../../../../services/shared/contracts/benchmark-codec.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-run-file-'));
});
afterAll(() => rm(folder, { recursive: true }));

const runFile = async (text: string) => {
  const path = join(folder, 'my-run.yaml');
  await writeFile(path, text);
  return readRunFile(path);
};

const projectFile = (path: string) => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));

describe('reading a run file', () => {
  it('gives the configuration, the benchmark, the endpoints and the cluster, frozen', async () => {
    const { configuration, benchmark, endpoints, cluster } = await runFile('benchmark: { name: sample, limit: 10 }');
    expect(configuration).toMatchObject({
      name: 'my-run',
      benchmark: {
        name: 'sample',
        split: 'validate',
        queryCount: 10,
        scorer: 'gsm8k-aflow',
        contentHash: hashBenchmark(benchmark),
      },
      search: { maxRounds: 20, ties: 'newest' },
      evaluation: { method: 'few-shot', fewShotRatio: 0.03 },
      initialWorkflow: benchmarkDefinitionOf(benchmark.name).initialWorkflow,
    });
    expect(endpoints.map(({ model, simulated, baseUrl }) => ({ model, simulated, baseUrl }))).toEqual([
      { model: 'qwen-plus', simulated: true, baseUrl: '' },
      { model: 'qwen3-8b', simulated: true, baseUrl: '' },
    ]);
    expect(cluster).toEqual({ executors: 1, slots: 32 });
    expect(Object.isFrozen(configuration.search)).toBe(true);
  });

  it('resolves the endpoints that the models name', async () => {
    const { endpoints } = await runFile(`
benchmark: sample
models:
  executor: { endpoint: a, model: m }
  optimizer: { endpoint: a, model: m }
endpoints:
  a: { base_url: http://a/v1/, api_key_variable: MY_KEY, max_concurrency: 3, timeout_seconds: 1.5 }
  unused: { base_url: http://b/v1 }
`);
    expect(endpoints).toEqual([
      { model: 'm', baseUrl: 'http://a/v1', apiKeyVariable: 'MY_KEY', maxConcurrency: 3, timeoutMs: 1500, simulated: false },
    ]);
  });

  it("takes a list of servers of one model, each with its own limit or the endpoint's", async () => {
    const { endpoints } = await runFile(`benchmark: sample
models: { executor: { model: big, endpoint: a }, optimizer: { model: big, endpoint: a } }
endpoints:
  a: { base_url: [http://gpu-1/v1/, { url: http://gpu-2/v1, max_concurrency: 4 }], max_concurrency: 16, api_key_variable: MY_KEY }`);
    expect(endpoints).toEqual([
      expect.objectContaining({ model: 'big', baseUrl: 'http://gpu-1/v1', maxConcurrency: 16, apiKeyVariable: 'MY_KEY' }),
      expect.objectContaining({ model: 'big', baseUrl: 'http://gpu-2/v1', maxConcurrency: 4, apiKeyVariable: 'MY_KEY' }),
    ]);
  });

  it('takes batches of one server with their defaults, and refuses them where a model is on several', async () => {
    const fileWith = (endpoint: string) =>
      runFile(`benchmark: sample
models: { executor: { model: m, endpoint: a }, optimizer: { model: m, endpoint: a } }
endpoints: { a: { ${endpoint} } }`);
    const batchOf = async (text: string) => (await fileWith(`base_url: http://a/v1, batch: ${text}`)).endpoints[0]?.batch;
    expect(await batchOf('true')).toEqual({ window: '24h', gatherMs: 10_000, pollMs: 30_000 });
    expect(await batchOf('{ window: 1h, gather_seconds: 0.5 }')).toEqual({ window: '1h', gatherMs: 500, pollMs: 30_000 });
    await expect(batchOf('{ window: 49h }')).rejects.toThrow('endpoints.a.batch.window must be hours, from 1h to 48h');
    await expect(batchOf('always')).rejects.toThrow('endpoints.a.batch must be true or { window, gather_seconds, poll_seconds }');
    await expect(fileWith('base_url: [http://a/v1, http://b/v1], batch: true')).rejects.toThrow(
      'endpoints.a.batch needs one address in base_url, and there are 2',
    );
  });

  it('leaves settings out that are null, and takes headers as texts or variables', async () => {
    const { configuration, endpoints } = await runFile(`
benchmark: sample
models: { executor: { endpoint: a, model: m, temperature: null, top_p: null }, optimizer: { endpoint: a, model: m } }
endpoints: { a: { base_url: http://a/v1, headers: { x-provider: openai, api-key: { variable: AZURE_KEY } } } }
`);
    expect(configuration.executor).toMatchObject({ temperature: null, topP: null });
    expect(configuration.optimizer).toMatchObject({ temperature: 0.7, topP: 1 });
    expect(endpoints[0]?.headers?.headers).toEqual([
      { name: 'x-provider', value: 'openai', variable: '' },
      { name: 'api-key', value: '', variable: 'AZURE_KEY' },
    ]);
  });

  it('shows no header that may hold a key', async () => {
    const file = 'benchmark: sample\nendpoints: { a: { base_url: http://a/v1, headers: { api-key: planted } } }';
    await expect(runFile(file)).rejects.toThrow(/endpoints\.a\.headers\.api-key must be \{ variable: NAME \}/);
    await expect(runFile(file)).rejects.not.toThrow(/planted/);
  });

  it('lets an entry replace the simulated model', async () => {
    const { endpoints } = await runFile('benchmark: sample\nendpoints: { simulated: { base_url: "http://sim/v1" } }');
    expect(endpoints.map(({ simulated, baseUrl }) => [simulated, baseUrl])).toEqual([
      [false, 'http://sim/v1'],
      [false, 'http://sim/v1'],
    ]);
  });

  it('starts from the workflow that it names', async () => {
    await writeFile(
      join(folder, 'terse.yaml'),
      'workflow: 1\nname: terse\nsteps:\n  - id: answer\n    call: custom\n    with: { input: "Briefly: {{query.question}}" }\n  - return: "{{answer.response}}"\n',
    );
    const { configuration } = await runFile('benchmark: sample\ninitial_workflow: terse.yaml');
    expect(configuration.initialWorkflow.name).toBe('terse');
  });

  describe("with a benchmark of the user's own", () => {
    const own = (scorers: string) =>
      writeFile(
        join(folder, 'own.yaml'),
        `name: own\ndescription: d\nanswer_format: f\nfiles: { validate: own.csv }\nfields: { question: Q }\nreference: A\nscorers: ${scorers}\n`,
      );
    beforeAll(() => writeFile(join(folder, 'own.csv'), 'Q,A\n1 + 1?,2\n2 + 2?,4\n'));

    it.each(['benchmark: own.yaml', 'benchmark: { name: own.yaml }', 'benchmark: { file: own.yaml }'])(
      'reads it beside the run file: %s',
      async (text) => {
        await own('{ right: number, words: exact-match }');
        const { benchmark, benchmarkFile, configuration } = await runFile(text);
        expect(benchmark).toMatchObject({ name: 'own', scorer: 'right', otherScorers: ['words'] });
        expect(benchmarkFile).toBe(join(folder, 'own.yaml'));
        expect(configuration.benchmark).toMatchObject({ name: 'own', scorer: 'right', contentHash: hashBenchmark(benchmark) });
        expect(configuration.initialWorkflow.name).toBe('single-call');
      },
    );

    const prompt = 'prompt: "{{ answer }}"';
    const endpoints = 'endpoints: { far: { base_url: "http://far/v1" } }';

    it('serves the model of a judge where its file says', async () => {
      await own(`{ j: { kind: judge, ${prompt}, model: big, endpoint: far }, k: { kind: judge, ${prompt} } }`);
      const models = 'models: { executor: { endpoint: simulated }, optimizer: { endpoint: simulated } }';
      const file = await runFile(`benchmark: own.yaml\n${models}\n${endpoints}`);
      expect(file.endpoints.map(({ model, baseUrl }) => [model, baseUrl])).toEqual([
        ['qwen-plus', ''],
        ['qwen3-8b', ''],
        ['big', 'http://far/v1'],
      ]);
    });

    it.each([
      [
        `{ j: { kind: judge, ${prompt}, model: big, endpoint: fra } }`,
        /scorers\.j\.endpoint of the benchmark file names the endpoint "fra"/,
      ],
      [
        `{ j: { kind: judge, ${prompt}, endpoint: far } }`,
        /scorers\.j\.endpoint .* same model qwen-plus already comes from "simulated"/,
      ],
      ['{ j: unknown }', /own\.yaml:7: scorers\.j is "unknown", which is not a kind of scorer/],
    ])('refuses %s', async (scorers, message) => {
      await own(scorers);
      await expect(runFile(`benchmark: own.yaml\n${endpoints}`)).rejects.toThrow(message);
    });
  });

  it.each([
    ['an unknown benchmark', 'benchmark: gsm9k', /my-run\.yaml:1: benchmark\.name: there is no benchmark "gsm9k"/],
    ['an unknown split', 'benchmark:\n  name: sample\n  split: train', /my-run\.yaml:3: benchmark\.split: .* no split "train"/],
    ['an unknown scorer', 'benchmark:\n  name: sample\n  scorer: f1', /my-run\.yaml:3: benchmark\.scorer: .* no scorer "f1"/],
    [
      'a limit beyond the split',
      'benchmark:\n  name: sample\n  limit: 61',
      /my-run\.yaml:3: benchmark\.limit: limit 61 is out of range/,
    ],
    [
      'an unknown endpoint',
      'benchmark: sample\nendpoints: { my-vllm: { base_url: "http://a/v1" } }\nmodels:\n  optimizer:\n    endpoint: my-vlm',
      /my-run\.yaml:5: models\.optimizer\.endpoint names the endpoint "my-vlm", .*did you mean "my-vllm"\?/,
    ],
    [
      'two endpoints for one model',
      'benchmark: sample\nendpoints: { a: { base_url: "http://a/v1" } }\nmodels:\n  executor: { model: qwen3-8b }\n  optimizer:\n    endpoint: a',
      /my-run\.yaml:6: models\.optimizer\.endpoint is "a", but the same model qwen3-8b already comes from "simulated"/,
    ],
    [
      'more warm-up than rounds',
      'benchmark: sample\nsearch: { max_rounds: 2 }\nevaluation:\n  warm_up_rounds: 3',
      /my-run\.yaml:4: evaluation\.warm_up_rounds must be at most search\.max_rounds \(2\), but is 3/,
    ],
    [
      'a price for tokens that the objective does not read',
      'benchmark: sample\nsearch:\n  cost_weight: 2',
      /my-run\.yaml:3: search\.cost_weight means something with search\.objective score-minus-cost alone, but that is score$/,
    ],
    [
      'a gain that the objective does not read',
      'benchmark: sample\nsearch:\n  objective: score-minus-cost\n  least_gain: 1',
      /my-run\.yaml:4: search\.least_gain means something with search\.objective cheapest alone, but that is score-minus-cost$/,
    ],
    [
      'an objective that there is not',
      'benchmark: sample\nsearch: { objective: cheap }',
      /search\.objective must be score, score-minus-cost, cheapest or highest-score, but is "cheap"/,
    ],
    ['a missing data file', 'benchmark: { name: gsm8k, folder: nowhere }', /nowhere\/gsm8k_validate\.jsonl is not there/],
    ['a missing workflow file', 'benchmark: sample\ninitial_workflow: nowhere.yaml', /nowhere\.yaml/],
  ])('refuses %s in one sentence', async (_what, text, message) => {
    await expect(runFile(text)).rejects.toThrow(message);
    await expect(runFile(text)).rejects.not.toThrow(/\n/);
  });

  it('says so if there is no such file', async () => {
    await expect(readRunFile(join(folder, 'none.yaml'))).rejects.toThrow(/none\.yaml: there is no such run file$/);
    await expect(readRunFile(folder)).rejects.toThrow(/: cannot be read: it is a folder \(EISDIR\)/);
  });
});

describe('the page on run files', () => {
  const blocks = async () =>
    [...(await readFile(projectFile('docs/run-file.md'), 'utf8')).matchAll(/```yaml\n(.*?)```/gs)].map(([, yaml]) => yaml ?? '');

  it('shows only YAML that can be used', async () => {
    const examples = await blocks();
    expect(examples.length).toBeGreaterThan(2);
    for (const yaml of examples) expect(parseRunFile(yaml, 'run-file.md').settings.benchmark.name).toMatch(/^(gsm8k|sample)$/);
  });
});

it.each(['demo', 'local-model'])('the example %s can be read as it is', async (name) => {
  expect((await readRunFile(projectFile(`examples/${name}.yaml`))).benchmark.name).toBe('sample');
});

const benchmarksOfPaper = ['gsm8k', 'math', 'drop', 'hotpotqa', 'humaneval', 'mbpp'];
const exampleOf = async (name: string) =>
  parseRunFile(await readFile(projectFile(`examples/${name}.yaml`), 'utf8'), name).settings;

it.each(benchmarksOfPaper)(
  'the example %s is a search of 20 rounds with the default method, and the one beside it with that of the paper',
  async (name) => {
    const byDefault = parseRunFile(`benchmark: { name: ${name}, scorer: aflow }`, name).settings;
    const { search, evaluation, benchmark } = await exampleOf(name);
    expect({ search, evaluation, benchmark }).toEqual({
      search: byDefault.search,
      evaluation: byDefault.evaluation,
      benchmark: byDefault.benchmark,
    });
    expect(search.max_rounds).toBe(20);
    const paper = parseRunFile(`preset: paper\nbenchmark: { name: ${name}, scorer: aflow }`, name).settings;
    expect(await exampleOf(`paper/${name}`)).toMatchObject({
      search: paper.search,
      evaluation: paper.evaluation,
      benchmark: { name },
    });
  },
);

it('the example gsm8k-full evaluates every workflow on all queries', async () => {
  const settings = { evaluation: { method: 'full', warm_up_rounds: 0 }, search: { max_rounds: 20, convergence: { rounds: 0 } } };
  expect(await exampleOf('gsm8k-full')).toMatchObject(settings);
});
