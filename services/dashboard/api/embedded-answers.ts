import type { ApiFormat } from './api-format.ts';

/** What a page that is one file has in place of a server. */
export interface EmbeddedAnswers {
  readonly format: ApiFormat;
  /** By address, as the page would ask for it, e.g. "/api/runs/gsm8k-1a2b". */
  readonly answers: Readonly<Record<string, unknown>>;
  /** What was left out for its size, a sentence each. */
  readonly notes: readonly string[];
  /** The view that opens first, as it stands after the # of an address; absent: the runs. */
  readonly home?: string;
}
