/**
 * Replies of models by a key, for whoever asks the same again. Nothing depends on it: the oldest go where space or time runs out,
 * and no operation waits for long.
 */
export interface ResponseStore {
  /** Replaces what was kept under the key, of any size. */
  put(key: string, entry: Uint8Array): Promise<void>;
  /** Undefined if there is none. What others put meanwhile may be mixed with it: an entry must know whether it is whole. */
  get(key: string): Promise<StoredResponse | undefined>;
  size(): Promise<ResponseStoreSize>;
  /** Removes all; how many there were. */
  clear(): Promise<number>;
}

export interface StoredResponse {
  /** Wall-clock time, from the server. */
  readonly keptAtMs: number;
  readonly entry: Uint8Array;
}

export interface ResponseStoreSize {
  readonly replies: number;
  readonly bytes: number;
  readonly maxBytes: number;
  /** 0 for no limit. */
  readonly maxAgeMs: number;
}
