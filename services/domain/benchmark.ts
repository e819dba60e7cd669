/** A dataset's split with its scorer and the operators a workflow may use. */
export interface Benchmark {
  readonly name: string;
  readonly split: string;
  /** What the task is, for the optimizer's prompts. */
  readonly description: string;
  readonly queries: readonly Query[];
  /** The fields that a workflow may read as query.<field>. */
  readonly inputs: readonly string[];
  readonly operators: readonly string[];
  /** Name of the scorer whose score decides the search. */
  readonly scorer: string;
  /** Scorers whose scores are recorded as well. */
  readonly otherScorers: readonly string[];
  /** For the optimizer: how an answer must look. */
  readonly answerFormat: string;
  /** Scorers that the benchmark brings, by the names given above; all others are built in. */
  readonly ownScorers?: Readonly<Record<string, ScorerSettings>>;
  /** What a reader of its scores should know about its queries, one sentence each. */
  readonly warnings?: readonly string[];
}

/** How a benchmark's own scorer is set up: everything that it needs travels with the benchmark. */
export interface ScorerSettings {
  /** See scoring/kinds. */
  readonly kind: string;
  readonly options: Readonly<Record<string, OptionValue>>;
}

export interface AttachedFile {
  /** For messages. */
  readonly name: string;
  readonly text: string;
}

export type OptionValue = boolean | number | string | readonly string[] | AttachedFile;

export interface Query {
  readonly id: string;
  readonly fields: Readonly<Record<string, string>>;
  /** What the scorer compares with; never shown to a workflow. */
  readonly reference: string;
  /**
   * Two or more right answers, any one of which is enough, if the data has a list of them. The reference is then the same list
   * joined by bars, for people only: an answer may itself contain a bar.
   */
  readonly rightAnswers?: readonly string[];
}
