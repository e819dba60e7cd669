import { canonicalHash } from '../../domain/workflow/canonical-hash.ts';
import type { Workflow } from '../../domain/workflow/workflow.ts';
import type { Asked, ModelUse, OpenExecutor, WorkflowAnswer } from '../in-process/workflow-executor.ts';
import type { RouteShown } from '../route/route-shown.ts';

/** What clients ask for, and how it is answered. */
export interface Offered extends ModelUse {
  readonly name: string;
  /** The fields of a query that are read, at least one. */
  readonly inputs: readonly string[];
  readonly maxCalls: number;
}

/** What is served, and with what. */
export interface WhatToServe extends Offered {
  readonly workflow: Workflow;
}

export interface ServedWorkflow extends Pick<Offered, 'name' | 'inputs'> {
  /** Of the workflow, or of the policy that chooses among several. */
  readonly hash: string;
  /**
   * Answers a query once.
   * @throws InfrastructureError, SandboxError, ServeError, or the signal's reason
   */
  answer(fields: Readonly<Record<string, string>>, asked: Asked, signal: AbortSignal): Promise<ServedOutcome>;
  close(): Promise<void>;
}

export interface ServedOutcome extends WorkflowAnswer {
  /** Which workflow it was, and why, where there are several. */
  readonly route?: RouteShown;
}

/** @throws EndpointSettingsError, SettingsError */
export function createServedWorkflow(what: WhatToServe, open: OpenExecutor): ServedWorkflow {
  const { name, workflow, inputs, maxCalls } = what;
  const hash = canonicalHash(workflow);
  const executor = open(what);
  return {
    ...{ name, inputs, hash },
    answer: (fields, asked, signal) => executor.execute({ workflow, hash, fields, inputs, maxCalls }, asked, signal),
    close: executor.close,
  };
}
