import type { ExecutionRecord } from '../../domain/comparison/execution-record.ts';

/** What all records of an evaluation have in common; each record holds it, so that files can be put together. */
export interface RecordOrigin {
  /** The evaluation's run id. */
  readonly evaluation: string;
  readonly benchmark: string;
  readonly split: string;
  readonly scorer: string;
  /** Hash of the workflow's canonical form. */
  readonly workflow: string;
  readonly model: string;
}

/** A column of a table, by default of executions. */
export interface RecordColumn<Of = ExecutionRecord> {
  readonly name: string;
  readonly type: 'text' | 'whole' | 'decimal' | 'truth';
  readonly nullable: boolean;
  value(record: Of): string | number | boolean | null;
}

/** The columns of every format, in their order. Other scorers' scores have one each, named score_<scorer>. */
export function recordColumns(origin: RecordOrigin, records: readonly ExecutionRecord[]): readonly RecordColumn[] {
  const otherScorers = [...new Set(records.flatMap(({ otherScores }) => Object.keys(otherScores)))].sort();
  return [
    text('evaluation', () => origin.evaluation),
    text('benchmark', () => origin.benchmark),
    text('split', () => origin.split),
    text('workflow', () => origin.workflow),
    text('model', () => origin.model),
    text('query', ({ queryId }) => queryId),
    whole('query_index', ({ queryIndex }) => queryIndex),
    whole('repeat', ({ repeat }) => repeat),
    text('scorer', () => origin.scorer),
    { ...whole('score', ({ score }) => score), type: 'decimal' },
    ...otherScorers.map(
      (scorer): RecordColumn => optional(`score_${scorer}`, 'decimal', ({ otherScores }) => otherScores[scorer]),
    ),
    text('answer', ({ answer }) => answer),
    truth('answer_is_whole', ({ answerIsWhole }) => answerIsWhole),
    optional('extracted', 'text', ({ extracted }) => extracted),
    text('reference', ({ reference }) => reference),
    optional('failure_kind', 'text', ({ failure }) => failure?.kind),
    optional('failure_step', 'text', ({ failure }) => failure?.step),
    optional('failure_message', 'text', ({ failure }) => failure?.message),
    whole('calls', ({ calls }) => calls),
    whole('prompt_tokens', ({ usage }) => usage.promptTokens),
    whole('completion_tokens', ({ usage }) => usage.completionTokens),
    whole('cached_tokens', ({ usage }) => usage.cachedTokens),
    whole('reasoning_tokens', ({ usage }) => usage.reasoningTokens),
    whole('estimated_calls', ({ estimatedCalls }) => estimatedCalls ?? 0),
    whole('cut_prompts', ({ cutPrompts }) => cutPrompts ?? 0),
    optional('served_as', 'text', ({ servedAs }) => servedAs?.join(', ')),
    optional('latency_ms', 'whole', ({ latencyMs }) => latencyMs),
    optional('isolation', 'text', ({ isolation }) => isolation),
    truth('simulated', ({ simulated }) => simulated),
  ];
}

type ValueOf<Of, Value> = (record: Of) => Value;

export function text<Of>(name: string, value: ValueOf<Of, string>): RecordColumn<Of> {
  return { name, type: 'text', nullable: false, value };
}

/** Up to 2^31 - 1, as Parquet has it. */
export function whole<Of>(name: string, value: ValueOf<Of, number>): RecordColumn<Of> {
  return { name, type: 'whole', nullable: false, value };
}

export function truth<Of>(name: string, value: ValueOf<Of, boolean>): RecordColumn<Of> {
  return { name, type: 'truth', nullable: false, value };
}

export function optional<Of>(
  name: string,
  type: RecordColumn['type'],
  value: ValueOf<Of, string | number | undefined>,
): RecordColumn<Of> {
  return { name, type, nullable: true, value: (record) => value(record) ?? null };
}
