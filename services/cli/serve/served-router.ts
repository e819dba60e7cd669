import { createHash } from 'node:crypto';
import type { OpenExecutor } from '../in-process/workflow-executor.ts';
import { createPolicyAnswerer, type PolicyModels } from '../route/answer-by-policy.ts';
import type { RoutingPolicy } from '../route/policy-file.ts';
import type { Offered, ServedWorkflow } from './served-workflow.ts';

export interface RouterToServe extends Offered, PolicyModels {
  readonly policy: RoutingPolicy;
}

/** Answers by the cheapest workflow of a policy that is trusted with the query. @throws EndpointSettingsError, SettingsError */
export function createServedRouter(what: RouterToServe, open: OpenExecutor): ServedWorkflow {
  const { name, inputs, policy } = what;
  const { steps, workflows, run } = policy;
  const hash = createHash('sha256')
    .update(JSON.stringify([run, steps, workflows.map((each) => each.hash)]))
    .digest('hex');
  return { ...{ name, inputs, hash }, ...createPolicyAnswerer(policy, what, open) };
}
