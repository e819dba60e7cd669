/** One choice of a request, as the engine sees it. */
export interface NewSequence {
  /** 1 or more. */
  readonly promptTokens: number;
  /** 1 or more; a model does not know it before, but nothing is decided by it. */
  readonly outputTokens: number;
  /** Of its full blocks, the prompt's and then the output's, as far as they are known; none: it shares nothing. */
  readonly blockHashes: readonly number[];
}

export interface Sequence extends NewSequence {
  readonly state: 'waiting' | 'running' | 'over';
  /** Output tokens so far. They stay when the sequence is preempted. */
  readonly generated: number;
  /** Tokens of the prompt that were found in the cache when it was first admitted. */
  readonly cachedTokens: number;
  /** How often it has lost its blocks, and its tokens have been computed again. */
  readonly preemptions: number;
}
