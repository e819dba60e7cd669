import { setTimeout as sleep } from 'node:timers/promises';
import type { KV } from '@nats-io/kv';
import { schemaVersion } from '../contracts/read-message.ts';
import { decodeSlotTable, encodeSlotTable } from '../contracts/slots-codec.ts';
import type { SlotTableStore } from './bus.ts';
import { BusError } from './errors.ts';
import { isWrongLastSequence } from './nats-errors.ts';
import { followStream } from './nats-follow.ts';
import { type NatsSession, untilDone } from './nats-session.ts';
import { slotsKey, streams, subjects } from './subjects-and-streams.ts';

/** Writers that meet are back after a few milliseconds each; those that meet this often are slowed down. */
const quickTries = 8;
const quickPauseMs = 4;

export function createNatsSlotTables(session: NatsSession, bucket: KV): SlotTableStore {
  return {
    async update(endpoint, change) {
      const key = slotsKey(endpoint);
      const operation = `update the slots of ${endpoint}`;
      return await untilDone(session, operation, async () => {
        for (let tries = 1; ; tries += 1) {
          const entry = await bucket.get(key);
          const known = entry?.operation === 'PUT' ? decodeSlotTable(entry.value) : { schemaVersion, endpoint, holders: [] };
          const table = change(known);
          if (table === known) return known;
          try {
            const content = encodeSlotTable(table);
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
      const settings = { stream: streams.slots, filter: subjects.slotTables, after: 0, whenRemade: 'start-over' } as const;
      for await (const message of followStream(session, settings, signal)) yield decodeSlotTable(message.data);
    },
  };
}
