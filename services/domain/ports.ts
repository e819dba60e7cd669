/** What the domain asks of the world. Adapters live in services/shared; tests pass object literals. */

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface ModelRequest {
  /** Place of the call, unique and stable within a job, e.g. "drafts[1].draft/0": the journal's key and part of the seed. */
  readonly callId: string;
  readonly messages: readonly ChatMessage[];
  /** A JSON schema that the reply must satisfy, where the endpoint can decode under one. */
  readonly responseSchema?: Readonly<Record<string, unknown>>;
}

/** Tokens of one call or of many. Cached and reasoning tokens are parts of the other two, not additions. */
export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cachedTokens: number;
  readonly reasoningTokens: number;
}

export type FinishReason = 'stop' | 'length' | 'content-filter' | 'other';

export interface ModelReply {
  /** The answer without any think block. */
  readonly text: string;
  /** The think block, "" if there was none. */
  readonly reasoning: string;
  readonly finishReason: FinishReason;
  readonly usage: Usage;
  readonly model: string;
  /** True if a simulated model answered; whatever used it must say so. */
  readonly simulated: boolean;
}

export interface ModelClient {
  /**
   * Asks the model once. Model name, sampling settings and seed are the client's business.
   * @throws FailureError for what will not change by asking again (context overflow, content filter, a refused request)
   * @throws anything else for the infrastructure; the caller lets it pass
   */
  complete(request: ModelRequest, signal: AbortSignal): Promise<ModelReply>;
}

export interface CodeRun {
  /** The whole program. */
  readonly code: string;
  readonly timeLimitMs: number;
}

export interface CodeVerdict {
  readonly passed: boolean;
  readonly output: string;
  readonly error: string;
  /** Which isolation the program ran in, e.g. "bwrap". */
  readonly isolation: string;
}

export interface CodeRunner {
  run(program: CodeRun, signal: AbortSignal): Promise<CodeVerdict>;
}

export interface Clock {
  /** Monotonic milliseconds: for durations only. */
  monotonicMs(): number;
}

/** A seeded stream of numbers in [0, 1). */
export interface Random {
  next(): number;
}
