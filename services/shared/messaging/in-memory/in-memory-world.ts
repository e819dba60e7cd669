import { onAbort } from '../../lifecycle/abort.ts';
import type { Timing } from '../../lifecycle/timing.ts';
import { BusError } from '../errors.ts';

/** What the parts of the in-memory bus share: the time, one stream sequence, and whether the store is still the same. */
export interface World {
  readonly timing: Timing;
  nextSequence(): number;
  lastSequence(): number;
  /** How often the store was recreated. */
  incarnation(): number;
  /** Starts counting again, and tells listeners. Dropping what is stored is the caller's job, first. */
  remake(): void;
  onRemade(listener: () => void): () => void;
  /**
   * A place for what a part stores, by name. @param copy of a value that changes in its place; those of others are shared by
   * copies of the store
   */
  shelf<Value>(copy?: (value: Value) => Value): Map<string, Value>;
  /** Takes over what another store of the same parts holds, and its count. */
  copyFrom(other: World): void;
  readonly shelves: readonly Shelf[];
  /** Rings for changes to one part, so that those who wait for another sleep on. */
  hangBell(): Bell;
  /** Rings all bells: a client has closed its connection. */
  ringAll(): void;
}

export interface Bell {
  ring(): void;
  /** Resolves at the next change, when the signal aborts, or after the time. */
  change(signal?: AbortSignal, limitMs?: number): Promise<void>;
}

interface Shelf {
  readonly stored: Map<string, unknown>;
  readonly copy: (value: unknown) => unknown;
}

/** A part of the store, and each client's way to it. */
export interface InMemoryPart<Port> {
  open(client: Client): Port;
  /** Loses everything stored. */
  wipe(): void;
}

/** One that keeps something of each run. */
export interface PartOfRuns<Port> extends InMemoryPart<Port> {
  /** Loses what it has of a run. */
  remove(runId: string): void;
}

/** Loses what lies under subjects that begin like this. */
export function removeUnder(stored: Map<string, unknown>, prefix: string): void {
  for (const subject of [...stored.keys()]) if (subject.startsWith(prefix)) stored.delete(subject);
}

/** A message with its place in the one sequence. Bytes are kept, so no two clients share an object. */
export interface Stored {
  readonly sequence: number;
  readonly bytes: Uint8Array;
}

export function createWorld(timing: Timing): World {
  let sequence = 0;
  let incarnation = 0;
  const listeners = new Set<() => void>();
  const bells: Bell[] = [];
  const shelves: Shelf[] = [];
  const ringAll = (): void => {
    for (const bell of bells) bell.ring();
  };
  return {
    timing,
    nextSequence: () => {
      sequence += 1;
      return sequence;
    },
    incarnation: () => incarnation,
    shelves,
    shelf<Value>(copy: (value: Value) => Value = (value) => value) {
      const stored = new Map<string, Value>();
      shelves.push({ stored, copy } as unknown as Shelf);
      return stored;
    },
    copyFrom(other) {
      sequence = other.lastSequence();
      incarnation = other.incarnation();
      for (const [index, { stored, copy }] of shelves.entries()) {
        stored.clear();
        for (const [key, value] of other.shelves[index]?.stored ?? []) stored.set(key, copy(value));
      }
    },
    lastSequence: () => sequence,
    remake() {
      sequence = 0;
      incarnation += 1;
      for (const listener of [...listeners]) listener();
      ringAll();
    },
    onRemade(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    hangBell() {
      const bell = createBell(timing);
      bells.push(bell);
      return bell;
    },
    ringAll,
  };
}

function createBell(timing: Timing): Bell {
  const waiting = new Set<() => void>();
  return {
    ring() {
      for (const wake of [...waiting]) wake();
    },
    change: (signal, limitMs) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const wake = () => {
          waiting.delete(wake);
          listening?.[Symbol.dispose]();
          cancel?.();
          resolve();
        };
        const cancel = limitMs === undefined ? undefined : timing.after(limitMs, wake);
        waiting.add(wake);
        const listening = signal && onAbort(signal, wake);
      }),
  };
}

/** One client's connection. */
export interface Client {
  closed: boolean;
}

/** @throws BusError if the client has closed its connection */
export function requireOpen(client: Client, operation: string): void {
  if (client.closed) throw new BusError(operation, 'the connection is closed', { retryable: false });
}
