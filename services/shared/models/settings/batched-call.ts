/** Where a call lies that was handed to a provider as a part of a batch. */
export interface PendingCall {
  /** Of the uploaded requests. */
  readonly fileId: string;
  /** "" until the provider has said it: whoever asks finds the batch by its file. */
  readonly batchId: string;
  /** Of the call in the file. */
  readonly customId: string;
  /** By which its costs are noted, whoever fetches the reply. */
  readonly attemptId: string;
}

/** A call that is made through a provider's batch API, and may outlive whoever made it. */
export interface BatchedCall {
  /** Where it lies, undefined if it has not been handed over, or if what came of it is known. */
  readonly pending: PendingCall | undefined;
  /** The attempt that was to be handed over last and surely was not, so that it has cost nothing; undefined if there is none. */
  readonly unsent: string | undefined;
  /** An attempt is about to be gathered. Resolves when that is stored. @throws if it cannot be */
  gather(attemptId: string): Promise<void>;
  /** Resolves when it is stored. @throws if it cannot be */
  keep(pending: PendingCall): Promise<void>;
  /** The batch has no reply for it: another attempt begins anew. */
  forget(): void;
}

export interface BatchSettings {
  /** Within which the provider promises the replies, as it is told to it, such as "24h". */
  readonly window: string;
  /** A batch is sent once no further call has come for so long. */
  readonly gatherMs: number;
  /** Longest pause between two looks at a batch. */
  readonly pollMs: number;
}

export const batchDefaults = { window: '24h', gatherMs: 10_000, pollMs: 30_000 } as const satisfies BatchSettings;

/** From when a call is gathered until it is given up, in milliseconds: its window, and three hours for what is around it. */
export function longestMs(settings: Pick<BatchSettings, 'window'>): number {
  return windowMs(settings) + 3 * 3_600_000;
}

/** How long a batch may take, in milliseconds. @param window hours, such as "24h" */
export function windowMs({ window }: Pick<BatchSettings, 'window'>): number {
  return Number.parseInt(window, 10) * 3_600_000;
}
