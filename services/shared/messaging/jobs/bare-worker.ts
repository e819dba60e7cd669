import { jetstream } from '@nats-io/jetstream';
import { connect } from 'nats';
import { laneName, lastToken, streams, subjects } from '../subjects-and-streams.ts';

// The other side of bare-jobs.ts: says when it is ready, works on that many jobs, and says what they cost it.
const [url = '', runId = '', jobs = '', inFlight = '', resultBytes = ''] = process.argv.slice(2);
const connection = await connect({ servers: [url], noAsyncTraces: true, timeout: 30_000 });
const client = jetstream(connection, { timeout: 30_000 });
const consumer = await client.consumers.get(streams.jobs, laneName('execute', runId));
const body = new Uint8Array(Number(resultBytes)).fill(66);
const settled: Promise<unknown>[] = [];
const half = Math.floor(Number(jobs) / 2);
let warm = process.cpuUsage();
// No more than inFlight are out at a time: the consumer's max_ack_pending sees to it.
const messages = await consumer.consume({ max_messages: Number(inFlight) });
process.send?.({ cpuMsPerJob: 0 });
for await (const message of messages) {
  const settle = async (): Promise<void> => {
    await client.publish(subjects.result(runId, lastToken(message.subject)), body);
    await message.ackAck();
  };
  settled.push(settle());
  if (settled.length === half) warm = process.cpuUsage();
  if (settled.length === Number(jobs)) break;
}
await Promise.all(settled);
const { user, system } = process.cpuUsage(warm);
process.send?.({ cpuMsPerJob: (user + system) / 1000 / (Number(jobs) - half) });
await connection.close();
process.disconnect?.();
