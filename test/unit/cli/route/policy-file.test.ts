import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { readPolicyFile } from '../../../../services/cli/route/policy-file.ts';
import { operators } from '../../../../services/domain/operators/registry.ts';
import { textIndexOf } from '../../../../services/domain/routing/text-index.ts';
import { canonicalHash } from '../../../../services/domain/workflow/canonical-hash.ts';
import { toDocument } from '../../../../services/domain/workflow/to-document.ts';
import { readWorkflowText } from '../../../../services/shared/benchmarks/read-workflow-file.ts';

const text =
  'workflow: 1\nsteps:\n  - { id: a, call: custom, with: { input: "{{ query.question }}" } }\n  - return: "{{ a.response }}"\n';
const workflow = readWorkflowText(text, 'test', { operators: [...operators.keys()], inputs: ['question'] });
const entry = { name: 'round 1', hash: canonicalHash(workflow), workflow: toDocument(workflow) };
const check = { estimator: 'neighbours', threshold: 0.4, state: { failures: [0, 1] } };
const good = {
  ...{ policy: 1, name: 'w', run: { id: 'r', benchmark: 'b', split: 'validate', scorer: 's' }, simulated: true, pays: true },
  ...{ summary: 'Routing pays.', inputs: ['question'], maxCalls: 64, endpoints: [], evidence: {} },
  executor: { model: 'm', temperature: 0, topP: null, maxTokens: 500, chatTemplateKwargs: {}, sendSeed: false },
  workflows: [entry, { ...entry, name: 'round 2' }],
  steps: [{ workflow: 0, check }, { workflow: 1 }],
  texts: textIndexOf(['one', 'two']),
};

async function read(document: unknown, write: (value: unknown) => string = JSON.stringify) {
  const folder = await mkdtemp(join(tmpdir(), 'scale-policy-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'router.json');
  await writeFile(file, write(document));
  return readPolicyFile(file);
}

test('a policy is read as JSON and as YAML', async () => {
  const { route, parsed } = await read(good);
  expect(route.steps).toEqual(good.steps);
  expect(parsed.map(canonicalHash)).toEqual([entry.hash, entry.hash]);
  expect((await read(good, stringify)).route).toEqual(route);
});

test.each<readonly [string, unknown, string]>([
  ['another version', { ...good, policy: 2 }, 'policy: must be 1'],
  ['what is no policy at all', [], 'this is no routing policy: '],
  ['a setting that no model takes', { ...good, executor: { ...good.executor, temperature: -5 } }, 'executor.temperature: '],
  ['a field that is not there', { ...good, inputs: undefined }, 'inputs'],
  ['a workflow that was changed', { ...good, workflows: [{ ...entry, hash: '0'.repeat(64) }, entry] }, 'its hash is another one'],
  ['a step of no workflow', { ...good, steps: [{ workflow: 0, check }, { workflow: 2 }] }, 'steps.1 names workflow 2'],
  ['a last step with a check', { ...good, steps: [{ workflow: 0, check }] }, 'the last has none'],
  ['a step without one', { ...good, steps: [{ workflow: 0 }, { workflow: 1 }] }, 'every step but the last has a check'],
  [
    'an unknown estimate',
    { ...good, steps: [{ workflow: 0, check: { ...check, estimator: 'neighbour' } }, { workflow: 1 }] },
    'did you mean',
  ],
  ...[-0.1, 5, '0.4', null].map(
    (threshold) =>
      [
        `the threshold ${threshold}`,
        { ...good, steps: [{ workflow: 0, check: { ...check, threshold } }, { workflow: 1 }] },
        'steps.0.check.threshold',
      ] as [string, unknown, string],
  ),
  ...[
    ['neighbours', {}, 'failures'],
    ['difficulty', { failures: [] }, 'failures'],
    ['answer-length', { failures: [1] }, 'edges'],
  ].map(
    ([estimator, state, list]) =>
      [
        `${estimator} without ${list}`,
        { ...good, steps: [{ workflow: 0, check: { ...check, estimator, state } }, { workflow: 1 }] },
        `steps.0.check.state.${list} is missing`,
      ] as [string, unknown, string],
  ),
  [
    'a state for other texts',
    { ...good, steps: [{ workflow: 0, check: { ...check, state: { failures: [1] } } }, { workflow: 1 }] },
    'one value for each of the 2 texts',
  ],
])('%s is refused, with the place', async (_, document, message) => {
  await expect(read(document)).rejects.toThrow(message);
});

test('a file that is not there, and one that is neither form', async () => {
  await expect(readPolicyFile('/nowhere/router.json')).rejects.toThrow('/nowhere/router.json: there is no such file');
  await expect(read('a: [', String)).rejects.toThrow('neither JSON nor YAML');
});
