#!/usr/bin/env bash
# nats-server 2.10.27: a stream that was created with `first_seq` has lost all its messages when the server was killed (SIGKILL) and
# started again, those too that were acknowledged with `sync_interval: always`. The same stream without `first_seq` keeps them, and
# so does 2.10.29. What one would expect: where a stream begins to count says nothing about what it keeps.
#
# Needs go, node 20 or newer and npm. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for version in v2.10.27 v2.10.29; do
  GOBIN=$folder/$version GOFLAGS=-modcacherw go install "github.com/nats-io/nats-server/v2@$version"
done
npm install --silent --no-audit --no-fund --prefix "$folder" @nats-io/transport-node@3.4.0 @nats-io/jetstream@3.4.0
cat >"$folder/see.mjs" <<'EOF'
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

const folder = process.argv[2];

async function keptAfterKill(version, settings) {
  const place = mkdtempSync(`${folder}/store-`);
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  writeFileSync(`${place}/server.conf`, `listen: "127.0.0.1:${port}"\njetstream { store_dir: "${place}", sync_interval: always }\n`);
  const start = async () => {
    const child = spawn(`${folder}/${version}/nats-server`, ['-c', `${place}/server.conf`], { stdio: 'ignore' });
    const connection = await connect({ servers: `127.0.0.1:${port}`, waitOnFirstConnect: true, reconnectTimeWait: 100, maxReconnectAttempts: 100 });
    return { child, connection, manager: await jetstreamManager(connection) };
  };
  const first = await start();
  await first.manager.streams.add({ name: 'S', subjects: ['s.>'], storage: 'file', ...settings });
  for (let index = 0; index < 5; index += 1) await jetstream(first.connection).publish(`s.${index}`, 'kept');
  await first.connection.close();
  const killed = once(first.child, 'exit');
  first.child.kill('SIGKILL');
  await killed;
  const second = await start();
  const { state } = await second.manager.streams.info('S');
  await second.connection.close();
  second.child.kill('SIGKILL');
  console.log(`nats-server ${version}, ${JSON.stringify(settings)}: ${state.messages} of 5 acknowledged messages after a kill, first_seq ${state.first_seq}, last_seq ${state.last_seq}`);
  return state.messages;
}

const lost = await keptAfterKill('v2.10.27', { first_seq: 1000 });
const plain = await keptAfterKill('v2.10.27', {});
const later = await keptAfterKill('v2.10.29', { first_seq: 1000 });
process.exit(lost === 0 && plain === 5 && later === 5 ? 0 : 1);
EOF
node "$folder/see.mjs" "$folder"
