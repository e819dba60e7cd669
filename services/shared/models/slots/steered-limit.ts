import type { EngineLoad } from './engine-load.ts';

/** How a worker's limit stands when an engine has been asked for its load. */
export interface Steering {
  readonly limit: number;
  readonly max: number;
  /** Of this worker. */
  readonly inFlight: number;
  readonly load: EngineLoad;
  /** Since it was asked before. */
  readonly preempted: number;
}

/** A few requests may wait, so that a place in the batch is never empty: this part of those that run, and at least so many. */
const queue = { part: 0.1, least: 2 } as const;
const full = { raisesBelow: 0.9, lowersFrom: 0.95 } as const;
const raise = 0.25;
const lower = 0.9;

/**
 * The next limit. A queue that grows at the engine makes nothing faster and takes from the caller the choice of where calls go; a
 * cache that is full makes it compute prompts again. Each worker changes its own part by the same factor, so the whole changes by
 * it. Holds while calls of an earlier, higher limit are in flight, since the load is still theirs.
 */
export function steeredLimit({ limit, max, inFlight, load, preempted }: Steering): number {
  const { running, waiting, cacheUse } = load;
  const mayWait = Math.max(queue.least, queue.part * running);
  if (inFlight > limit) return limit;
  const used = Math.min(limit, inFlight);
  if (preempted > 0 || (cacheUse >= full.lowersFrom && waiting > 0)) return Math.max(1, Math.floor(used * lower));
  if (waiting > 2 * mayWait) return Math.max(1, Math.min(limit, Math.ceil((used * (running + mayWait)) / (running + waiting))));
  const isBinding = inFlight >= limit - 1;
  if (isBinding && waiting <= mayWait && cacheUse < full.raisesBelow) return Math.min(max, limit + Math.ceil(limit * raise));
  return limit;
}

/**
 * Whether a load is that of the server that has these calls. Behind one address of several replicas, each question is answered by
 * another of them, and none knows of all calls.
 */
export function isOwnLoad({ running, waiting }: EngineLoad, inFlight: number): boolean {
  return running + waiting >= inFlight / 2 - 2;
}
