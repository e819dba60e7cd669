/**
 * The workflow language, version 1: a workflow is data, not program text. Expressions are CEL. A template is text that contains
 * {{ expression }}; a template that is exactly one {{ expression }} keeps the expression's type (a list stays a list).
 */
export const languageVersion = 1;

export interface Workflow {
  /** For people: not part of the canonical form. */
  readonly name: string;
  readonly description: string;
  /** Templates by name. */
  readonly prompts: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

export type Step = CallStep | ParallelStep | MapStep | BranchStep | LoopStep | SetStep | ReturnStep;

/** Calls an operator. `id` then names an object with the operator's outputs. */
export interface CallStep {
  readonly kind: 'call';
  readonly id: string;
  readonly operator: string;
  /** Templates by input name; for an input of type "prompt", the name of a prompt. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** Runs the steps `times` times in parallel; `id` then names the list of what the branches yield, in branch order. */
export interface ParallelStep {
  readonly kind: 'parallel';
  readonly id: string;
  readonly times: number;
  readonly steps: readonly Step[];
  /** Template for a branch's value; without it, the value of the branch's last step. */
  readonly yield?: string;
}

/** Runs the steps once for each item of a list, using at most `max` items; `id` then names the list of values. */
export interface MapStep {
  readonly kind: 'map';
  readonly id: string;
  /** Template of the list. */
  readonly over: string;
  /** Name of the item inside the steps. */
  readonly item: string;
  readonly max: number;
  readonly steps: readonly Step[];
  readonly yield?: string;
}

export interface BranchStep {
  readonly kind: 'if';
  /** CEL expression, without braces. */
  readonly condition: string;
  readonly then: readonly Step[];
  readonly else: readonly Step[];
}

/** Repeats the steps while the condition holds, at most `max` times; it is checked before each pass. */
export interface LoopStep {
  readonly kind: 'loop';
  readonly condition: string;
  readonly max: number;
  readonly steps: readonly Step[];
}

/** Names a value. In a loop, the name may be set before and again inside. */
export interface SetStep {
  readonly kind: 'set';
  readonly id: string;
  readonly value: string;
}

/** Ends the workflow with an answer, from anywhere except inside parallel or map. */
export interface ReturnStep {
  readonly kind: 'return';
  readonly value: string;
}

/** One thing that is wrong with a workflow text, precise enough for a person or a model to fix it. */
export interface WorkflowProblem {
  /** Where it is: a step's id or its position such as "steps[2].then[0]", "prompts.solve", or "" for the whole. */
  readonly step: string;
  /** Which field of it, e.g. "with.input". */
  readonly field: string;
  /** The name of the rule that is broken, e.g. "unknown-operator". */
  readonly rule: string;
  /** One sentence: what is wrong and what would be right. */
  readonly message: string;
}
