#!/usr/bin/env bash
# nats-server 2.15.3 and @nats-io/jetstream 3.4.0: a message that is published for later (`schedule` with a time and a target, for which the stream
# has `allow_msg_schedules`), here in three seconds, as a job that is to be tried again after a while, and a worker on the same stream:
#   - retention by interest, a worker that asks for the target's subjects only: the publish is acknowledged, the stream is empty at once, since
#     nobody has an interest in the subject on which the schedule lies, and the message never comes;
#   - a work queue (or interest), a worker that asks for all subjects: it gets the schedule itself as a job, three seconds early, and its
#     acknowledgement takes the schedule away, so that nothing comes when it is due;
#   - retention by limits, and a worker for all: the job comes twice, at once and when it is due, on two subjects.
# Only a worker for the target alone, on a work queue or a stream with limits (shown beside), gets it once and in time.
# What one would expect: that what was acknowledged for later comes then, once; that a schedule is no message to a worker until it is due, and
# that retention leaves it alone, or that the stream refuses it. It hurts whoever adds delays to a running queue: with interest the
# job is gone without an error; in a work queue what was to wait for a busy server is tried at once, each time, so that all tries are spent in a
# moment. The header `Nats-Schedule` is what tells a schedule from a job. The first is known (the server's issue 7408, and its design
# 51); the client's types do not speak of it, and the server lets such a stream be made.
#
# Needs go, node 20 or newer and npm. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
GOBIN=$folder GOFLAGS=-modcacherw go install github.com/nats-io/nats-server/v2@v2.15.3
npm install --silent --no-audit --no-fund --prefix "$folder" @nats-io/transport-node@3.4.0 @nats-io/jetstream@3.4.0
cat >"$folder/see.mjs" <<'EOF_NODE'
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

const folder = process.argv[2];
const port = await new Promise((done) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const free = probe.address().port;
    probe.close(() => done(free));
  });
});
const server = spawn(`${folder}/nats-server`, ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', `${folder}/store`], { stdio: 'ignore' });
process.on('exit', () => server.kill('SIGKILL'));
const nc = await connect({ servers: `127.0.0.1:${port}`, waitOnFirstConnect: true, maxReconnectAttempts: -1 });
const manager = await jetstreamManager(nc);
const bus = jetstream(nc);
console.log('nats-server', nc.info.version, '| client @nats-io/jetstream 3.4.0 | a job for 3 s later');

async function whatComes(retention, worker) {
  const stream = `${retention}-${worker}`;
  await manager.streams.add({ name: stream, subjects: [`${stream}.>`], allow_msg_schedules: true, retention });
  const filter = worker === 'target' ? `${stream}.due.>` : `${stream}.>`;
  await manager.consumers.add(stream, { durable_name: 'worker', ack_policy: 'explicit', filter_subject: filter });
  const schedule = { specification: new Date(Date.now() + 3_000), target: `${stream}.due.1` };
  const { seq } = await bus.publish(`${stream}.later.1`, 'job', { schedule });
  const { state } = await manager.streams.info(stream);
  const consumer = await bus.consumers.get(stream, 'worker');
  const published = Date.now();
  const came = [];
  while (Date.now() - published < 6_000) {
    const message = await consumer.next({ expires: 1_000 });
    if (message === null) continue;
    came.push(`${message.subject.split('.')[1]} ${Date.now() - published < 1_500 ? 'at once' : 'in time'}`);
    await message.ackAck();
  }
  console.log(`${retention}, worker for ${worker}: acknowledged as ${seq}, then ${state.messages} in the stream; what comes: ${came.join(', ') || 'nothing'}`);
  return `${state.messages}: ${came.join(', ')}`;
}

const expected = [
  ['limits', 'target', '1: due in time'],
  ['workqueue', 'target', '1: due in time'],
  ['interest', 'target', '0: '],
  ['limits', 'all', '1: later at once, due in time'],
  ['workqueue', 'all', '1: later at once'],
  ['interest', 'all', '1: later at once'],
];
let isSeen = true;
for (const [retention, worker, came] of expected) isSeen = (await whatComes(retention, worker)) === came && isSeen;
console.log(isSeen ? 'SEEN: what was acknowledged for later is lost, or comes at once' : 'NOT SEEN');
process.exit(isSeen ? 0 : 1);
EOF_NODE
cd "$folder"
node see.mjs "$folder"
