import type { Benchmark, Query } from '../domain/benchmark.ts';

/** A benchmark query that the simulated model has "learned", with how hard it finds it. */
export interface KnownQuery {
  readonly benchmark: Benchmark;
  readonly query: Query;
  /** In logits: a model of ability 0 solves it with probability 1 / (1 + e^difficulty). */
  readonly difficulty: number;
  /** A whole program that solves it, where it asks for one. */
  readonly solution: string | undefined;
}

/** The text by which people would know the query. */
export function mainText({ benchmark, query }: KnownQuery): string {
  const field = benchmark.inputs[0];
  return field === undefined ? '' : (query.fields[field] ?? '');
}

/** A prompt without the query's own texts: what the workflow says about it. */
export function withoutFields(prompt: string, { benchmark, query }: KnownQuery): string {
  return benchmark.inputs.reduce((text, field) => {
    const own = query.fields[field]?.trim() ?? '';
    // One word, such as the name of a function, may be anywhere.
    return /\s/.test(own) ? text.replaceAll(own, ' ') : text;
  }, prompt);
}
