#!/usr/bin/env bash
# nats-server 2.15.3, a stream that takes one message a subject (max_msgs_per_subject 1, discard new per subject: "do this once at a
# time"), with times of their own for messages (`Nats-TTL`) and with `subject_delete_marker_ttl`, so that somebody can see what has
# expired: after the message has, its marker takes the place, and every publish to the subject is refused with "maximum messages per
# subject exceeded" for as long as the marker lives. Without the marker, the same stream takes the next message. What one would
# expect: a marker stands for the absence of a message, and is replaced by one, as it is where old messages are discarded.
# It hurts whoever adds markers to a running queue for the sake of a watcher: work that had become free again is refused for the
# marker's time, and the refusal reads as "it is there already".
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
const js = jetstream(nc);
console.log('nats-server', nc.info.version, '| client @nats-io/jetstream 3.4.0');
const nanos = (seconds) => seconds * 1_000_000_000;
const streams = {
  'no marker, new ones refused': { discard: 'new', discard_new_per_subject: true },
  'marker, old ones discarded': { discard: 'old', subject_delete_marker_ttl: nanos(60) },
  'marker, new ones refused': { discard: 'new', discard_new_per_subject: true, subject_delete_marker_ttl: nanos(60) },
};
const outcomes = [];
for (const [index, [what, config]] of Object.entries(streams).entries()) {
  const name = `S${index}`;
  const common = { max_msgs_per_subject: 1, allow_rollup_hdrs: true, allow_msg_ttl: true };
  await manager.streams.add({ name, subjects: [`${name}.>`], ...common, ...config });
  const publish = (text) => js.publish(`${name}.job`, text, { ttl: '2s' }).then(({ seq }) => `stored as ${seq}`, (error) => `refused: ${error.message}`);
  console.log(`${what}\n    first: ${await publish('work')}; at once: ${await publish('again')}`);
  // Old ones discarded: the second publish has replaced the first. Either expires.
  await new Promise((done) => setTimeout(done, 7_000));
  const held = await manager.streams.getMessage(name, { last_by_subj: `${name}.job` }).catch(() => null);
  const marker = held?.header?.get('Nats-Marker-Reason');
  const after = await publish('the next work');
  console.log(`    5 s after it has expired the subject holds ${held === null ? 'nothing' : `a marker (${marker})`}; then: ${after}`);
  outcomes.push(after.split(' ')[0]);
}
const isSeen = outcomes.join() === 'stored,stored,refused:';
console.log(isSeen ? 'SEEN: the marker of an expired message refuses the next one' : 'NOT SEEN');
process.exit(isSeen ? 0 : 1);
EOF_NODE
cd "$folder"
node see.mjs "$folder"
