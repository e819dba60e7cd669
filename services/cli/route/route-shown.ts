import type { StepLeft } from '../../domain/routing/route.ts';

/** What a client is told of the way that its query went. */
export interface RouteShown {
  /** The step that answered, from 0. */
  readonly step: number;
  /** For people, e.g. "round 6". */
  readonly name: string;
  /** Of the workflow that answered. */
  readonly workflow: string;
  /** The steps before it, in order: why each was left, and the estimate that said so. */
  readonly left: readonly LeftShown[];
  /** Of each step that spent anything: what its calls used, those of its estimate included. */
  readonly tokens: readonly { readonly step: number; readonly tokens: number }[];
}

export interface LeftShown extends Omit<StepLeft, 'workflow'> {
  readonly name: string;
  readonly workflow: string;
}
