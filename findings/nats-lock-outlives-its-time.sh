#!/usr/bin/env bash
# nats-server 2.15.3 and @nats-io/kv 3.4.0, the usual lock: a bucket with `markerTTL`, so that watchers are told of a key that expires,
# and `kv.create('lock', 'me', '1s')`. If the bucket keeps any history (2 or more), the server stores the key with the marker's 60 s in
# place of the second that was asked for, and acknowledges it as ever: a holder that dies keeps the lock a minute, and what waits for it
# (a job, a leader's election) stands still. Without history it expires in time; but then `keys()` goes on listing it, whose `get()` says PURGE.
# What one would expect: the time that was asked for, or a refusal, whatever the history; and no expired key among the keys.
# The server means it so (the marker must not be missed: its pull requests 6741 and 6818); the client's page of `create` does not say it.
#
# Needs go, node 20 or newer and npm. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
GOBIN=$folder GOFLAGS=-modcacherw go install github.com/nats-io/nats-server/v2@v2.15.3
npm install --silent --no-audit --no-fund --prefix "$folder" @nats-io/transport-node@3.4.0 @nats-io/jetstream@3.4.0 @nats-io/kv@3.4.0
cat >"$folder/see.mjs" <<'EOF_NODE'
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
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
console.log('nats-server', nc.info.version, '| client @nats-io/kv 3.4.0');
const seen = [];
for (const history of [1, 2]) {
  const kv = await new Kvm(nc).create(`locks-${history}`, { history, markerTTL: 60_000 });
  const revision = await kv.create('lock', 'me', '1s');
  const stored = await manager.streams.getMessage(`KV_locks-${history}`, { seq: revision });
  const time = stored.header.get('Nats-TTL');
  await new Promise((done) => setTimeout(done, 8_000));
  const operation = (await kv.get('lock'))?.operation;
  const keys = [];
  for await (const key of await kv.keys()) keys.push(key);
  const again = await kv.create('lock', 'another', '1s').then(() => 'taken', (error) => error.message);
  console.log(`history ${history}: created for 1s, stored for ${time}; 8 s later get() says ${operation}, keys() ${JSON.stringify(keys)}, create() ${again}`);
  seen.push({ time, operation, keys: keys.length, again: again === 'taken' });
}
const [without, kept] = seen;
const isSeen =
  kept.time === '60' && kept.operation === 'PUT' && !kept.again &&
  without.time === '1s' && without.operation === 'PURGE' && without.keys === 1 && without.again;
console.log(isSeen ? 'SEEN: with history a lock lives as long as the marker; without, an expired key is listed' : 'NOT SEEN');
process.exit(isSeen ? 0 : 1);
EOF_NODE
cd "$folder"
node see.mjs "$folder"
