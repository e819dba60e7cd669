/**
 * Talks between two services that live now, about something that is worth nothing later: nothing of them is kept, and either side
 * learns when the other has gone. What must survive goes by the streams of the Bus.
 */
export interface Talks {
  /**
   * Begins a talk with one of those who listen to the topic.
   * @returns undefined where the one that was asked has no room, or does not answer: another one may
   * @throws NobodyListensError, BusError, or the signal's reason
   */
  begin(topic: string, signal: AbortSignal): Promise<Talk | undefined>;
  /**
   * Talks that others begin, until the signal aborts; those that have begun go on.
   * @param hasRoom asked for each
   */
  listen(topic: string, hasRoom: () => boolean, signal: AbortSignal): AsyncIterable<Talk>;
}

/** One side of a talk. Whoever has it ends it. */
export interface Talk {
  /** Of any length. Does nothing once the talk is over. */
  send(message: Uint8Array): void;
  /**
   * What the other side sends, in order and without gaps, until it ends the talk.
   * @throws TalkLostError when the other side is gone, or something was lost on the way
   */
  messages(): AsyncIterable<Uint8Array>;
  /** Aborts when no more can come, whoever ended it; its reason is a TalkLostError where the talk was lost. */
  readonly over: AbortSignal;
  /** Idempotent. */
  end(): void;
}
