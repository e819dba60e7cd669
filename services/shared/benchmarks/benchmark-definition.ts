import type { Query, ScorerSettings } from '../../domain/benchmark.ts';
import type { Workflow } from '../../domain/workflow/workflow.ts';

/** Everything about a benchmark except its queries. A new one is one file next to this one and one line in registry.ts. */
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
  /** What `aflow`, `strict` and so on in a run file mean here; the first is the default. */
  readonly scorers: Readonly<Record<string, string>>;
  /** Those that the benchmark brings itself, by full name. */
  readonly ownScorers?: Readonly<Record<string, ScorerSettings>>;
  /** Where the models of its judges are served. */
  readonly judgeEndpoints?: readonly JudgeEndpoint[];
  /** Round 1's workflow. */
  readonly initialWorkflow: Workflow;
  /** The absolute path of the file that defines it; none if it is built in. */
  readonly file?: string;
  /** What that file says, without the defaults for what it leaves out, as one text; none if it is built in. */
  readonly written?: string;
  /**
   * All queries of a split, in the order of its file.
   * @param folder where data files are; a benchmark that needs none does not look there
   * @throws BenchmarkError
   */
  loadSplit(split: string, folder: string): Promise<LoadedSplit>;
}

/** An endpoint of the run file that serves a judge's model; both may be "", for the executor's. */
export interface JudgeEndpoint {
  readonly scorer: string;
  readonly model: string;
  readonly endpoint: string;
}

export interface LoadedSplit {
  readonly queries: readonly Query[];
  /** What a user should know about the queries, a sentence each. */
  readonly warnings: readonly string[];
}
