/**
 * What a simulated vLLM replica is made of. Times are of the machine that it stands for: `speed` divides all of them.
 *
 * The defaults (services/shared/config/service-tables/simulator-table.ts) are about a Qwen3-8B in bfloat16 on one H100 SXM,
 * whose data sheet says 80 GB, 3.35 TB/s and 989 TFLOPS, dense. The model card says 8.2 billion parameters, 36 layers and 8 KV
 * heads (of 128): 16.4 GB of weights, 147,456 bytes of KV a token.
 * - `stepMs`: reading the weights once takes 4.9 ms; assumed: 70 % of the bandwidth.
 * - `prefillMs`: 16.4 GFLOP a token take 0.0166 ms; assumed: 55 % of the peak.
 * - `decodeMs`: reading the KV of 1,000 tokens takes 0.044 ms; assumed: contexts of about that length, sampling included.
 * - `kvBlocks`: nine tenths of the memory (vLLM's default) less the weights and, assumed, 3 GB for activations.
 * - `batchedTokens`: vLLM's default for a server on such a GPU.
 */
export interface EngineSettings {
  /** max_num_seqs: sequences in the running batch. */
  readonly maxSequences: number;
  /**
   * max_num_batched_tokens: tokens computed in one step, prompts and decoding together; longer prompts are computed in chunks.
   */
  readonly batchedTokens: number;
  /** Blocks of 16 tokens in the KV cache. */
  readonly kvBlocks: number;
  /** Milliseconds of any step. */
  readonly stepMs: number;
  /** Milliseconds more for each prompt token computed in it. */
  readonly prefillMs: number;
  /** Milliseconds more for each sequence that decodes in it. */
  readonly decodeMs: number;
  /** How many times faster than that machine; 1: real time. */
  readonly speed: number;
  /**
   * Each step is decided when the one before it begins, as vLLM does by default (async_scheduling, since vllm#27614): who comes
   * during a step waits for the next one too, and a sequence is in one more step than it has tokens, since its end is not known
   * before.
   */
  readonly asyncScheduling: boolean;
}
