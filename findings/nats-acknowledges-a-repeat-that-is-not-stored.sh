#!/usr/bin/env bash
# nats-server 2.10.27, a stream with three replicas: a publish that is repeated under its Nats-Msg-Id while the first attempt is still
# being replicated is acknowledged, with {"seq": 0, "duplicate": true}, though nothing is stored; if the leader is lost then, so is the
# message. What one would expect: no acknowledgement, or an error, as 2.15.2 gives (10158, "duplicate message id is in process").
#
# Needs go, node 20 or newer and npm. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
server_version=v2.10.27
GOBIN=$folder GOFLAGS=-modcacherw go install "github.com/nats-io/nats-server/v2@$server_version"
npm install --silent --no-audit --no-fund --prefix "$folder" @nats-io/transport-node@3.4.0 @nats-io/jetstream@3.4.0
cat >"$folder/see.mjs" <<'EOF'
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { connect } from '@nats-io/transport-node';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';

const folder = process.argv[2];
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const freePort = () => new Promise((done) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => done(port));
  });
});
const ports = await Promise.all(Array.from({ length: 6 }, freePort));
const routes = ports.slice(3).map((port) => `"nats://127.0.0.1:${port}"`).join(',');
const nodes = new Map([0, 1, 2].map((index) => {
  const name = `n${index}`;
  mkdirSync(`${folder}/${name}`);
  writeFileSync(`${folder}/${name}.conf`, `listen: "127.0.0.1:${ports[index]}"
server_name: ${name}
jetstream { store_dir: "${folder}/${name}" }
cluster { name: C, listen: "127.0.0.1:${ports[index + 3]}", routes: [${routes}] }
`);
  const start = () => spawn(`${folder}/nats-server`, ['-c', `${folder}/${name}.conf`], { stdio: 'ignore' });
  return [name, { name, url: `nats://127.0.0.1:${ports[index]}`, start, child: start() }];
}));
process.on('exit', () => { for (const { child } of nodes.values()) child.kill('SIGKILL'); });
const connectTo = (servers) => connect({ servers, maxReconnectAttempts: -1, reconnectTimeWait: 200, waitOnFirstConnect: true });

const anywhere = await connectTo([...nodes.values()].map(({ url }) => url));
const manager = await (async () => {
  for (;;) {
    try {
      const made = await jetstreamManager(anywhere, { timeout: 3000 });
      await made.streams.add({ name: 'S', subjects: ['s.>'], num_replicas: 3 });
      return made;
    } catch { await sleep(500); }
  }
})();
let leader;
while (!(leader = (await manager.streams.info('S').catch(() => undefined))?.cluster?.leader)) await sleep(200);
await sleep(2000);
const { url } = nodes.get(leader);
const nc = await connectTo(url);
console.log('nats-server', nc.info.version, '| client @nats-io/jetstream 3.4.0 | the stream is led by', leader);

const followers = [...nodes.values()].filter(({ name }) => name !== leader);
for (const { child } of followers) child.kill('SIGKILL');
const publish = () => jetstream(nc).publish('s.1', 'hello', { msgID: 'm1', timeout: 1500 });
const first = await publish().then((ack) => JSON.stringify(ack), (error) => error.message);
console.log('first publish, while both followers are down ->', first);
const second = await publish().then((ack) => ack, (error) => ({ error: `${error.code} ${error.message}` }));
console.log('the same again, same Nats-Msg-Id           ->', JSON.stringify(second));
nodes.get(leader).child.kill('SIGKILL');
for (const node of followers) node.child = node.start();
const rest = await connectTo(followers.map(({ url: other }) => other));
let messages;
for (let tries = 0; messages === undefined && tries < 60; tries += 1) {
  await sleep(500);
  messages = await jetstreamManager(rest, { timeout: 2000 }).then((there) => there.streams.info('S')).then(({ state }) => state.messages, () => undefined);
}
console.log('messages in the stream once the leader is gone and the other two are back ->', messages);
const seen = second.seq === 0 && second.duplicate === true && messages === 0;
console.log(seen ? 'SEEN: acknowledged, and not stored' : 'NOT SEEN');
process.exit(seen ? 0 : 1);
EOF
cd "$folder"
node see.mjs "$folder"
