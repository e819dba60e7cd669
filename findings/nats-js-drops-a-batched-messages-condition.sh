#!/usr/bin/env bash
# nats-server 2.15.3 and @nats-io/jetstream 3.4.0: an atomic batch (`startBatch`, `add`, `commit`; a stream with `allow_atomic`), all of whose
# messages are stored or none. A message's options are those of `publish`, and the client's types offer them to `add` as well:
#   - `expect: { lastSubjectSequence }`, "only if nobody has written it since": heeded for the batch's first message, dropped without a word for
#     those that are added, with or without `ack`. The server never sees it, stores all, and the batch is acknowledged;
#   - `ttl: '1s'`: heeded for the first; what is added stays for ever. An added message's `headers` are sent (shown beside);
#   - where the server does refuse a batch, it says why ("wrong last sequence", code 10071), and `commit` throws an Error without a code that says
#     "batch didn't contain number of published messages", the same as for a message that was too large.
# What one would expect: that an option which the types take is sent, or refused; and that a conflict can be told from a fault, as with `publish`,
# whose error has the code. It hurts whoever writes two subjects at once under a lock, such as a state and its entry in a log: the second
# write of a race wins, though each was told to yield, and both were acknowledged; and where the lock is on the first message, the loser cannot
# know that reading anew and trying again is what it should do.
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
import { connect, headers } from '@nats-io/transport-node';

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
console.log('nats-server', nc.info.version, '| client @nats-io/jetstream 3.4.0');
await manager.streams.add({ name: 'runs', subjects: ['run.>'], allow_atomic: true, allow_msg_ttl: true, max_msg_size: 1_000 });
await bus.publish('run.state', 'begun');

const stale = () => ({ expect: { lastSubjectSequence: 999 } });
const inHeaders = headers();
inHeaders.set('Nats-Expected-Last-Subject-Sequence', '999');
const batch = async (first, added, text = 'ended') => {
  const open = await bus.startBatch('run.state', 'ended', first);
  const acknowledged = open.add('run.log', text, added);
  if (added?.ack) await acknowledged;
  return open.commit('run.done', 'yes');
};
const outcome = (promise) =>
  promise.then(
    ({ count }) => `acknowledged${count ? `, ${count} messages` : ''}`,
    ({ code, message }) => `refused: ${message}${code ? `, code ${code}` : ', no code'}`,
  );
const hidden = "refused: batch didn't contain number of published messages, no code";
const tries = [
  ['publish, stale lock', () => bus.publish('run.state', 'ended', stale()), /^refused: wrong last sequence.*code 10071$/],
  ['batch, stale lock on its first', () => batch(stale()), hidden],
  ['batch, stale lock on what is added', () => batch(undefined, stale()), 'acknowledged, 3 messages'],
  ['the same with ack', () => batch(undefined, { ...stale(), ack: true }), 'acknowledged, 3 messages'],
  ['the same as a header', () => batch(undefined, { headers: inHeaders }), hidden],
  ['batch, a message too large', () => batch(undefined, undefined, 'x'.repeat(2_000)), hidden],
];
let isSeen = true;
for (const [name, attempt, expected] of tries) {
  const came = await outcome(attempt());
  isSeen &&= typeof expected === 'string' ? came === expected : expected.test(came);
  console.log(`${name}: ${came}`);
}

await manager.streams.purge('runs');
await batch({ ttl: '1s' }, { ttl: '1s' });
let left = ['run.state'];
for (const until = Date.now() + 15_000; left.includes('run.state') && Date.now() < until; ) {
  left = Object.keys((await manager.streams.info('runs', { subjects_filter: '>' })).state.subjects ?? {});
  await new Promise((done) => setTimeout(done, 200));
}
const kept = await manager.streams.getMessage('runs', { last_by_subj: 'run.log' });
console.log(`first and added message for 1 s each: once the first has gone, there are ${left.join(', ')}; run.log has`, kept?.header.keys());
isSeen &&= !left.includes('run.state') && left.includes('run.log') && !kept.header.has('Nats-TTL');
console.log(isSeen ? "SEEN: an added message's lock and time are dropped, and a refusal's reason is hidden" : 'NOT SEEN');
process.exit(isSeen ? 0 : 1);
EOF_NODE
cd "$folder"
node see.mjs "$folder"
