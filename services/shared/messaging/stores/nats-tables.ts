import { setTimeout as sleep } from 'node:timers/promises';
import type { KV } from '@nats-io/kv';
import { BusError } from '../errors.ts';
import { isWrongLastSequence } from '../session/nats-errors.ts';
import { type NatsSession, untilDone } from '../session/nats-session.ts';
import { followStream } from '../streams/nats-follow.ts';
import type { TableKind } from '../table-kinds.ts';
import type { TableStore } from '../table-store.ts';

/** Writers that meet are back after a few milliseconds each; those that meet this often are slowed down. */
const quickTries = 8;
const quickPauseMs = 4;

export function createNatsTables<Table>(session: NatsSession, bucket: KV, kind: TableKind<Table>): TableStore<Table> {
  return {
    async update(name, change) {
      const key = kind.keyOf(name);
      const operation = `update ${kind.what} ${name}`;
      return await untilDone(session, operation, async () => {
        for (let tries = 1; ; tries += 1) {
          const entry = await bucket.get(key);
          const known = entry?.operation === 'PUT' ? kind.decode(entry.value) : kind.empty(name);
          const table = change(known);
          if (table === known) return known;
          try {
            const content = kind.encode(table);
            await (entry === null ? bucket.create(key, content) : bucket.update(key, content, entry.revision));
            return table;
          } catch (error) {
            if (!isWrongLastSequence(error)) throw error;
            if (tries === quickTries) {
              throw new BusError(operation, 'other writers came first', { cause: error, retryable: true });
            }
          }
          await sleep(Math.random() * quickPauseMs * tries);
        }
      });
    },

    async *watch(signal) {
      const settings = { stream: kind.stream, filter: kind.filter, after: 0, whenRemade: 'start-over' } as const;
      for await (const message of followStream(session, settings, signal)) yield kind.decode(message.data);
    },
  };
}
