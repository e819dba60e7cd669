/**
 * What a model's tokens cost, in units of the table's currency per million tokens. Prices have at most six decimals, so that what
 * they add up to is exact.
 */
export interface ModelPrice {
  /** As the endpoint calls the model; `*` stands for any characters, e.g. "Qwen/*". */
  readonly model: string;
  /** Of prompt tokens that the server did not have in its cache. */
  readonly input: number;
  /** Of prompt tokens that it had. */
  readonly cachedInput: number;
  /** Of generated tokens that are part of the answer. */
  readonly output: number;
  /** Of generated tokens spent on reasoning. */
  readonly reasoning: number;
  /** What a call through the provider's batch API costs, as a share of the same call made at once. */
  readonly batch: number;
}

/** What models cost, as of some day. */
export interface PriceTable {
  /** ISO 4217, e.g. "USD". */
  readonly currency: string;
  /** A model's own entry counts; otherwise the first pattern that fits its name. */
  readonly prices: readonly ModelPrice[];
  /** Where the prices were read, and when; absent if nobody says. */
  readonly source?: string;
  readonly date?: string;
}
