import type { ChatMessage, CodeRunner, ModelReply, Random } from '../ports.ts';

export type Value = string | number | boolean | null | readonly Value[] | { readonly [field: string]: Value };

/** `prompt` is the name of one of the workflow's prompts; the operator receives that prompt's rendered text. */
export type FieldType = 'text' | 'texts' | 'number' | 'boolean' | 'prompt';

export interface Field {
  readonly type: FieldType;
  readonly description: string;
  /** Inputs only. Default: required. */
  readonly optional?: boolean;
}

/** What an operator may use while it runs. Every model call goes through here, so that it is counted, bounded and journaled. */
export interface OperatorContext {
  /**
   * One model call.
   * @throws FailureError (cut-off, content-filter, call-limit, …)
   */
  complete(messages: readonly ChatMessage[]): Promise<ModelReply>;
  readonly code: CodeRunner | undefined;
  /** Seeded by run, workflow, query, repeat and the step's place. */
  readonly random: Random;
  /** The query's fields that the workflow may see. */
  readonly query: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** A step that a workflow can call. A new one is one file here and one line in registry.ts. */
export interface Operator {
  readonly name: string;
  /** For the optimizer's prompt and the docs: what it does and when to use it. */
  readonly description: string;
  readonly inputs: Readonly<Record<string, Field>>;
  readonly outputs: Readonly<Record<string, Field>>;
  /** Most model calls that one use can make. */
  readonly maxCalls: number;
  /** Fewest model calls of one use that does not fail. Default: maxCalls. */
  readonly minCalls?: number;
  run(inputs: Readonly<Record<string, Value>>, context: OperatorContext): Promise<Readonly<Record<string, Value>>>;
}
