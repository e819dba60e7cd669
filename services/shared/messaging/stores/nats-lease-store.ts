import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KV } from '@nats-io/kv';
import { z } from 'zod';
import { ownProcessId, processHasEnded } from '../../toolchain/process-identity.ts';
import type { Lease, LeaseStore } from '../bus.ts';
import { BusError } from '../errors.ts';
import { isWrongLastSequence, toBusError } from '../session/nats-errors.ts';
import { readValueOnce } from '../session/nats-read.ts';
import { type NatsSession, untilAnswered, untilDone, within } from '../session/nats-session.ts';
import { sameStore } from '../streams/nats-same-store.ts';
import { streams, subjects, token } from '../subjects-and-streams.ts';

const renewPauseMs = 200;

/**
 * Leases are keys of a bucket whose entries live ttlMs: acquired by creating one, kept by updating it. The entry's revision
 * when it was created is the epoch. One whose holder was a process that is known to have ended on this machine is not waited for:
 * a cluster of one machine goes on at once after a kill of everything. A lease alone fences nothing (its holder may be asleep):
 * the log's expected sequence does.
 */
export function createNatsLeaseStore(session: NatsSession, bucket: KV, ttlMs: number): LeaseStore {
  return {
    async acquire(name, holder) {
      const key = token(name);
      const operation = `acquire lease ${key}`;
      // Distinguishes our entry from another one of the same holder.
      const id = randomUUID();
      const value = JSON.stringify({ holder, id, process: ownProcessId() });
      const asked = performance.now();
      const epoch = await untilDone(session, operation, async () => {
        const created = await unlessTaken(() => bucket.create(key, value));
        if (created !== undefined) return created;
        if (await endOfDead(bucket, key)) return await unlessTaken(() => bucket.create(key, value));
        return await revisionIfOurs(bucket, key, value);
      });
      if (epoch === undefined) return undefined;
      const store = await untilAnswered(session, operation, () => session.streams.identityOf(streams.leases));
      return createLease({ session, bucket, key, value, id, ttlMs, store }, epoch, asked);
    },

    async holding(name) {
      const subject = subjects.lease(name);
      const look = () => readValueOnce(session, streams.leases, subject);
      const value = await untilAnswered(session, `look at lease ${name}`, look);
      return value === undefined ? undefined : leaseValue.parse(JSON.parse(value)).id;
    },
  };
}

interface HeldLease {
  readonly session: NatsSession;
  readonly bucket: KV;
  readonly key: string;
  readonly value: string;
  readonly id: string;
  readonly ttlMs: number;
  /** In which it was acquired. */
  readonly store: string;
}

const leaseValue = z.object({ id: z.string(), process: z.string().optional() });

function createLease(held: HeldLease, epoch: number, acquiredAt: number): Lease {
  const { session, bucket, key, value, id, ttlMs, store } = held;
  const isSame = sameStore(session, streams.leases, store);
  let revision = epoch;
  let renewedAt = acquiredAt;
  let lost = false;

  // After a lost answer there must be time to ask again.
  const tryMs = Math.max(500, ttlMs / 5);
  const operation = `renew lease ${key}`;
  const linked = <T>(limitMs: number, request: () => Promise<T>): Promise<T> =>
    within(operation, limitMs, session.link.whileUp(operation, request));

  const renewOnce = async (limitMs: number, isAgain: boolean): Promise<boolean> => {
    const asked = performance.now();
    // Another holder may have come to the same revision in a store that was made anew.
    if (!(await linked(limitMs, () => isSame(isAgain)))) return false;
    try {
      revision = await linked(limitMs, () => bucket.update(key, value, revision, Math.ceil(limitMs)));
    } catch (error) {
      if (!isWrongLastSequence(error)) throw error;
      // An update of ours whose answer was lost ends up here too. The next try comes after a pause: whatever the server says,
      // it is asked a few times a second at most.
      const ours = await linked(limitMs, () => revisionIfOurs(bucket, key, value));
      if (ours === undefined) return false;
      revision = ours;
      throw new BusError(operation, 'an earlier renewal is in progress', { cause: error });
    }
    renewedAt = asked;
    return true;
  };

  return {
    epoch,
    id,
    ttlMs,
    async renew() {
      // At two thirds of the time the holder must stop, so that it has stopped before anyone else can start.
      const deadline = renewedAt + (ttlMs * 2) / 3;
      for (let isAgain = false; !lost; isAgain = true) {
        const leftMs = deadline - performance.now();
        if (leftMs <= 0) break;
        try {
          if (await renewOnce(Math.min(leftMs, tryMs), isAgain)) return true;
          break;
        } catch (error) {
          const busError = toBusError(operation, error);
          if (!busError.retryable) throw busError;
          session.logger.debug({ err: busError }, 'a lease could not be renewed; trying again');
          await sleep(Math.min(renewPauseMs, leftMs));
        }
      }
      lost = true;
      return false;
    },
    async release() {
      if (lost) return;
      lost = true;
      let isAgain = false;
      await untilDone(session, `release lease ${key}`, async () => {
        const isThere = await isSame(isAgain);
        isAgain = true;
        if (!isThere) return;
        try {
          await bucket.delete(key, { previousSeq: revision });
        } catch (error) {
          if (!isWrongLastSequence(error)) throw error;
        }
      });
    },
  };
}

/** Takes away the lease of a process that has ended. @returns false if it lives, or nothing is known of it */
async function endOfDead(bucket: KV, key: string): Promise<boolean> {
  const entry = await bucket.get(key);
  if (entry?.operation !== 'PUT') return false;
  const { process } = leaseValue.parse(entry.json());
  if (process === undefined || !processHasEnded(process)) return false;
  return (await unlessTaken(() => bucket.delete(key, { previousSeq: entry.revision }).then(() => true))) ?? false;
}

/** @returns undefined if another has written the key */
async function unlessTaken<T>(write: () => Promise<T>): Promise<T | undefined> {
  try {
    return await write();
  } catch (error) {
    if (isWrongLastSequence(error)) return undefined;
    throw error;
  }
}

async function revisionIfOurs(bucket: KV, key: string, value: string): Promise<number | undefined> {
  const entry = await bucket.get(key);
  return entry?.operation === 'PUT' && entry.string() === value ? entry.revision : undefined;
}
