/** What the domain needs from the world. Adapters live in services/shared; tests pass object literals. */

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** What a call is for: one use of the operator of that name, a reply of the optimizer, or the judgement of an answer. */
export type CallPurpose = `operator:${string}` | 'propose' | 'predict' | 'judge';

export interface ModelRequest {
  /** The call's place, unique and stable within a job, e.g. "drafts[1].draft/0": the journal's key and part of the seed. */
  readonly callId: string;
  /** Sent to the endpoint alongside the prompt, for its log; it does not change what the model reads. */
  readonly purpose: CallPurpose;
  readonly messages: readonly ChatMessage[];
  /** What an endpoint is sent instead that can hold a model to a schema. */
  readonly structured?: StructuredPrompt;
  /** Where it is one of several samples: the call that its seed counts from, and its place among them. Absent: it is alone. */
  readonly sampleOf?: { readonly callId: string; readonly place: number };
}

/** A prompt for a reply in JSON, and the schema of that reply. */
export interface StructuredPrompt {
  readonly messages: readonly ChatMessage[];
  readonly schema: Readonly<Record<string, unknown>>;
}

/** Tokens of one call or of many. Cached and reasoning tokens are parts of the other two, not additions. */
export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cachedTokens: number;
  readonly reasoningTokens: number;
}

export const finishReasons = ['stop', 'length', 'content-filter', 'tool-call', 'other'] as const;
export type FinishReason = (typeof finishReasons)[number];

export interface ModelReply {
  /** The answer without any think block. */
  readonly text: string;
  /** The think block, "" if there was none. */
  readonly reasoning: string;
  readonly finishReason: FinishReason;
  readonly usage: Usage;
  readonly model: string;
  /** True if a simulated model answered; whatever uses the reply must say so. */
  readonly simulated: boolean;
}

export interface ModelClient {
  /**
   * Asks the model once. Model name, sampling settings and seed are up to the client.
   * @throws FailureError for what will not change by asking again (context overflow, content filter, a refused request)
   * @throws anything else for the infrastructure; the caller lets it through
   */
  complete(request: ModelRequest, signal: AbortSignal): Promise<ModelReply>;
  /**
   * Asks the model for several samples of one prompt in one request. Absent where that is not wanted.
   * @returns at least one reply, in the order of the samples: as many as the server gives
   * @throws as complete does
   */
  sample?(request: ModelRequest, count: number, signal: AbortSignal): Promise<readonly ModelReply[]>;
}

/** A Python program that a model wrote, and what to do with it. */
export interface CodeRun {
  /** The program's own code; it runs first. */
  readonly code: string;
  /** Limit of the CPU time. The wall clock is a backstop several times as long, since machines are shared. */
  readonly timeLimitMs: number;
  /**
   * Runs after the code and sees its names, e.g. a benchmark's asserts and the call of its `check`. The program can neither read
   * it nor claim that it has finished. Default: none.
   */
  readonly tests?: string;
  /**
   * A function of the code to call without arguments after everything else; what it returns, as text, is the verdict's `result`.
   */
  readonly entry?: string;
  /** What the program can read from standard input. Default: nothing. */
  readonly stdin?: string;
  /** Address space of the program. Default: the runner's. */
  readonly memoryLimitBytes?: number;
}

/** `failed`: it raised, or ended before its last line. `killed`: by a signal, or because it wrote far too much. */
export const codeVerdictKinds = ['passed', 'failed', 'timeout', 'memory', 'killed'] as const;
export type CodeVerdictKind = (typeof codeVerdictKinds)[number];

export interface CodeVerdict {
  /** Everything ran to its end without an error. */
  readonly passed: boolean;
  readonly kind: CodeVerdictKind;
  /** What it wrote to standard output, up to a limit. */
  readonly output: string;
  /** Why it did not pass, for people and models: the traceback, or one sentence. "" if it passed. */
  readonly error: string;
  /** What `entry` returned, as text; "" without an entry. */
  readonly result: string;
  readonly cpuMs: number;
  readonly outputTruncated: boolean;
  /** Which isolation the program ran in, e.g. "bwrap+seccomp+landlock". */
  readonly isolation: string;
}

export interface CodeRunner {
  /**
   * Runs a program in its sandbox and judges it; waits its turn if all cores are busy.
   * @throws SandboxError for the infrastructure, never for what the program did
   */
  run(program: CodeRun, signal: AbortSignal): Promise<CodeVerdict>;
}

/** A seeded stream of numbers in [0, 1). */
export interface Random {
  next(): number;
}
