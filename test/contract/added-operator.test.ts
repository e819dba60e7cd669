import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Operator } from '../../services/domain/operators/operator.ts';
import { operators, selectOperators } from '../../services/domain/operators/registry.ts';
import { describeOperators } from '../../services/domain/prompts/describe-operators.ts';
import { readTags } from '../../services/domain/replies/read-tags.ts';
import type { ModelSettings, RunConfiguration } from '../../services/domain/run/configuration.ts';
import { validateWorkflow } from '../../services/domain/workflow/check/validate-workflow.ts';
import { interpretWorkflow } from '../../services/domain/workflow/execution/interpret.ts';
import { parseWorkflow } from '../../services/domain/workflow/parse-workflow.ts';
import { loadBenchmark } from '../../services/shared/benchmarks/load-benchmark.ts';
import type { Job } from '../../services/shared/contracts/generated/scale/v1/job.ts';
import { systemTiming } from '../../services/shared/lifecycle/timing.ts';
import { createModelClients } from '../../services/shared/worker/calls/model-clients.ts';
import { operatorRoles, type Role } from '../../services/simulator/behaviour/roles.ts';
import { answerTo } from '../../services/simulator/behaviour/solve.ts';
import { knownQueries } from '../../services/simulator/difficulty.ts';
import { type Simulator, startSimulator } from '../../services/simulator/start-simulator.ts';
import { addToRegistry } from '../support/add-to-registry.ts';
import { executionContext } from '../support/execution-context.ts';
import { noAccount } from '../support/no-account.ts';

/** What somebody with an idea would write: services/domain/operators/ponder.ts. */
const ponder: Operator = {
  name: 'ponder',
  description: 'Asks the model for its doubts before its answer, and gives both.',
  inputs: { input: { type: 'text', description: 'the question' } },
  outputs: { answer: { type: 'text', description: 'the answer' }, doubts: { type: 'text', description: 'the doubts' } },
  maxCalls: 1,
  async run(inputs, context) {
    const content = `Say what you doubt in <doubts>, then answer in <answer>.\n\n${inputs.input}`;
    const reply = await context.complete([{ role: 'user', content }]);
    const { answer = '', doubts = '' } = readTags(reply.text, ['answer', 'doubts']);
    return { answer, doubts };
  },
};

/** Its simulated role: services/simulator/behaviour/ponder.ts. */
const ponderRole: Role = (question) =>
  `<doubts>None.</doubts><answer>${question.known === undefined ? '?' : answerTo(question.known, question)}</answer>`;

// What the line in each registry does.
const added: (() => void)[] = [];
const add = (): void => void added.push(addToRegistry(operators, ponder.name, ponder));
const addRole = (): void => void added.push(addToRegistry(operatorRoles, ponder.name, ponderRole));
afterEach(() => {
  for (const takeOut of added.splice(0)) takeOut();
});

const benchmark = await loadBenchmark({ name: 'sample', split: 'validate', folder: '' });
const [query] = benchmark.queries;
const document = {
  workflow: 1,
  steps: [
    { id: 'pondered', call: 'ponder', with: { input: '{{ query.question }}' } },
    { return: '{{ pondered.answer }} ({{ pondered.doubts }})' },
  ],
};
const settings: ModelSettings = {
  model: 'qwen-plus',
  temperature: 0,
  topP: 1,
  maxTokens: 512,
  chatTemplateKwargs: {},
  sendSeed: true,
};

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({
    known: knownQueries(benchmark, { difficulties: new Map(benchmark.queries.map(({ id }) => [id, -9])) }),
  });
});
afterAll(() => simulator.stop());

async function execute() {
  const parsed = parseWorkflow(document);
  if (!parsed.ok || query === undefined) throw new Error('the workflow cannot be read');
  const configuration = { executor: settings } as RunConfiguration;
  const endpoint = { model: settings.model, baseUrl: simulator.url, apiKeyVariable: '', maxConcurrency: 2, timeoutMs: 10_000 };
  const models = createModelClients(
    () => ({}),
    systemTiming,
    () => 0.5,
  );
  try {
    const { client } = models.clientFor({
      job: { jobId: 'execute-0-0-0' } as Job,
      run: { runId: 'r', configuration, endpoints: [endpoint] },
      role: 'executor',
      prefixKey: 'w',
      seed: [1],
      draw: [0],
      journal: new Map(),
      record: async () => undefined,
      stored: async () => undefined,
      account: noAccount,
    });
    return await interpretWorkflow(parsed.workflow, query, executionContext({ model: client, inputs: benchmark.inputs }));
  } finally {
    await models.close();
  }
}

test('an operator is one file and one registry line, and its simulated role another: prompts, checks, and calls over HTTP know it', async () => {
  add();
  addRole();
  expect(describeOperators(['custom', 'ponder'])).toContain(`- ponder: ${ponder.description}`);
  const parsed = parseWorkflow(document);
  const rules = { operators: selectOperators(['ponder']), queryFields: benchmark.inputs, maxCalls: 1 };
  expect(parsed.ok && validateWorkflow(parsed.workflow, rules)).toEqual([]);
  expect(await execute()).toMatchObject({ answer: `${query?.reference} (None.)` });
});

test('an operator without a simulated role is refused, and the sentence says what is missing', async () => {
  add();
  expect(await execute()).toMatchObject({
    failure: {
      kind: 'refused',
      step: 'pondered',
      message: expect.stringContaining(
        'HTTP 400: no simulated role for operator ponder: add one in services/simulator/behaviour/roles.ts',
      ),
    },
  });
});
