import type { Query } from '../../domain/benchmark.ts';
import type { Workflow } from '../../domain/workflow/workflow.ts';

/** Everything about a benchmark but its queries. A new one is one file beside this one and one line in registry.ts. */
export interface BenchmarkDefinition {
  readonly name: string;
  /** What the task is, for the optimizer's prompts. */
  readonly description: string;
  /** For the optimizer: how an answer must look. */
  readonly answerFormat: string;
  /** The fields that a workflow may read as query.<field>. */
  readonly inputs: readonly string[];
  readonly operators: readonly string[];
  readonly splits: readonly string[];
  /** What `aflow`, `strict` and so on in a run file stand for here; the first is the default. */
  readonly scorers: Readonly<Record<string, string>>;
  /** Round 1's workflow. */
  readonly initialWorkflow: Workflow;
  /**
   * All queries of a split, in the order of its file.
   * @param folder where data files lie; a benchmark that is built in does not look there
   * @throws BenchmarkError
   */
  loadSplit(split: string, folder: string): Promise<LoadedSplit>;
}

export interface LoadedSplit {
  readonly queries: readonly Query[];
  /** What a user should know about the queries, a sentence each. */
  readonly warnings: readonly string[];
}
