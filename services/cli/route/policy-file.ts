import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { defined } from '../../domain/defined.ts';
import { operators } from '../../domain/operators/registry.ts';
import { failureEstimators } from '../../domain/routing/estimators/registry.ts';
import { queryLevelHash } from '../../domain/routing/matrix-of-runs.ts';
import type { Route } from '../../domain/routing/route.ts';
import type { ModelSettings } from '../../domain/run/configuration.ts';
import { canonicalHash } from '../../domain/workflow/canonical-hash.ts';
import type { Workflow } from '../../domain/workflow/workflow.ts';
import { readWorkflowText } from '../../shared/benchmarks/read-workflow-file.ts';
import { whyUnread } from '../../shared/errors/file-error.ts';
import { utf8Text } from '../../shared/settings/utf8-text.ts';
import { CliError } from '../cli-error.ts';

export const policyVersion = 1;

const model = z
  .object({
    model: z.string().min(1),
    temperature: z.number().min(0).max(2).nullable(),
    topP: z.number().positive().max(1).nullable(),
    maxTokens: z.int().min(1),
    chatTemplateKwargs: z.record(z.string(), z.unknown()),
    sendSeed: z.boolean(),
    structured: z.string().optional(),
    joinSamples: z.boolean().optional(),
  })
  .transform(({ structured, joinSamples, ...rest }): ModelSettings => ({ ...rest, ...defined({ structured, joinSamples }) }));

const step = z.object({
  workflow: z.int().min(0),
  check: z
    .object({
      estimator: z.string(),
      threshold: z.number(),
      second: z.int().min(0).optional(),
      state: z.record(z.string(), z.array(z.number())),
    })
    .optional(),
});

/** A routing policy: everything that `scale serve --router` needs, and what it rests on. JSON, or YAML. */
const schema = z.looseObject({
  policy: z.literal(policyVersion, { error: `must be ${policyVersion}, the version that this program reads` }),
  name: z.string().min(1),
  run: z.looseObject({ id: z.string(), benchmark: z.string(), split: z.string(), scorer: z.string() }),
  simulated: z.boolean(),
  pays: z.boolean(),
  summary: z.string(),
  inputs: z.array(z.string().min(1)).min(1),
  maxCalls: z.int().min(1),
  executor: model,
  /** Of its model; none: simulated. As the contract writes them. */
  endpoints: z.array(z.record(z.string(), z.unknown())),
  workflows: z.array(z.object({ name: z.string(), hash: z.string(), workflow: z.record(z.string(), z.unknown()) })).min(1),
  /** Of a route whose last step is a workflow that the optimizer writes for the query. */
  queryLevel: z
    .object({
      optimizer: model,
      endpoints: z.array(z.record(z.string(), z.unknown())),
      task: z.object({ name: z.string(), description: z.string(), answerFormat: z.string(), operators: z.array(z.string()) }),
    })
    .optional(),
  steps: z.array(step).min(1),
  texts: z.object({ frequency: z.record(z.string(), z.number()), texts: z.array(z.array(z.number())) }),
  evidence: z.looseObject({}),
});

export type PolicyDocument = z.infer<typeof schema>;

export interface RoutingPolicy extends PolicyDocument {
  readonly route: Route;
  /** Parallel to the document's. */
  readonly parsed: readonly Workflow[];
}

/** @throws CliError, WorkflowFileError with a sentence that says what is wrong where */
export async function readPolicyFile(path: string): Promise<RoutingPolicy> {
  const document = parsed(path, await textOf(path));
  const read = schema.safeParse(document);
  if (!read.success) {
    const [issue] = read.error.issues;
    const field = issue?.path.join('.') ?? '';
    throw refuse(path, `${field === '' ? 'this is no routing policy' : field}: ${issue?.message ?? 'is wrong'}`);
  }
  const policy = read.data;
  checkSteps(path, policy);
  const surroundings = { operators: [...operators.keys()], inputs: policy.inputs };
  const workflows = policy.workflows.map(({ name, hash, workflow }, place) => {
    const found = readWorkflowText(JSON.stringify(workflow), `${path}, workflows.${place}`, surroundings, policy.maxCalls);
    if (hash === queryLevelHash || canonicalHash(found) === hash) return found;
    throw refuse(path, `workflows.${place} (${name}) is not the workflow that the route was fitted on: its hash is another one`);
  });
  return { ...policy, parsed: workflows, route: { steps: stepsOf(policy), texts: policy.texts } };
}

function stepsOf({ steps }: PolicyDocument): Route['steps'] {
  return steps.map(({ workflow, check }) => {
    if (check === undefined) return { workflow };
    const { second, ...rest } = check;
    return { workflow, check: { ...rest, ...(second !== undefined && { second }) } };
  });
}

function checkSteps(path: string, { steps, workflows, texts, queryLevel }: PolicyDocument): void {
  const written = workflows.findIndex(({ hash }) => hash === queryLevelHash);
  if (written >= 0 && queryLevel === undefined) {
    throw refuse(path, `workflows.${written} is to be written for each query, and queryLevel does not say by which model`);
  }
  for (const [place, { workflow, check }] of steps.entries()) {
    const named = [workflow, check?.second ?? workflow].find((each) => each >= workflows.length);
    if (named !== undefined) throw refuse(path, `steps.${place} names workflow ${named}, and there are ${workflows.length}`);
    if ((check === undefined) !== (place === steps.length - 1)) {
      throw refuse(path, `steps.${place}: every step but the last has a check, and the last has none`);
    }
    if (check === undefined) continue;
    const estimator = failureEstimators.get(check.estimator);
    if (estimator === undefined)
      throw refuse(path, `steps.${place}.check.estimator: ${failureEstimators.unknown(check.estimator).message}`);
    const { threshold, state } = check;
    if (threshold < 0 || threshold > 1)
      throw refuse(path, `steps.${place}.check.threshold is ${threshold}, and estimates are from 0 to 1`);
    const [missing] = estimator.learns.filter((list) => (state[list] ?? []).length === 0);
    if (missing !== undefined)
      throw refuse(path, `steps.${place}.check.state.${missing} is missing: ${estimator.name} learned it, and needs it`);
    const lists = Object.values(state);
    if (estimator.when === 'before' && lists.some(({ length }) => length !== texts.texts.length)) {
      throw refuse(path, `steps.${place}.check.state has not one value for each of the ${texts.texts.length} texts`);
    }
  }
}

function parsed(path: string, text: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw refuse(path, `is neither JSON nor YAML: ${(cause as Error).message.split('\n')[0]}`, cause);
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return utf8Text(await readFile(path));
  } catch (cause) {
    throw refuse(path, whyUnread(cause, 'file'), cause);
  }
}

function refuse(path: string, why: string, cause?: unknown): CliError {
  return new CliError('bad-input', `${path}: ${why}; \`scale route fit RUN\` writes routing policies`, { cause });
}
