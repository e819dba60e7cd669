#!/usr/bin/env bash
# nats-server 2.15.2, a work queue with three replicas that keeps one message a subject (max_msgs_per_subject 1, discard new per
# subject): after a message's acknowledgement was confirmed (ackAck, "double ack"), a publish to its subject is refused with "maximum
# messages per subject exceeded", and a moment later the subject is empty. Whoever takes the refusal for "it is there already" loses
# the message. What one would expect: a confirmed acknowledgement means that the work queue has let the message go.
#
# Needs go, node 20 or newer and npm. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
server_version=v2.15.2
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
const children = [0, 1, 2].map((index) => {
  mkdirSync(`${folder}/n${index}`);
  writeFileSync(`${folder}/n${index}.conf`, `listen: "127.0.0.1:${ports[index]}"
server_name: n${index}
jetstream { store_dir: "${folder}/n${index}" }
cluster { name: C, listen: "127.0.0.1:${ports[index + 3]}", routes: [${routes}] }
`);
  return spawn(`${folder}/nats-server`, ['-c', `${folder}/n${index}.conf`], { stdio: 'ignore' });
});
process.on('exit', () => { for (const child of children) child.kill('SIGKILL'); });
const nc = await connect({ servers: `127.0.0.1:${ports[0]}`, maxReconnectAttempts: -1, waitOnFirstConnect: true });
const config = { name: 'Q', subjects: ['q.>'], retention: 'workqueue', num_replicas: 3, max_msgs_per_subject: 1, discard: 'new', discard_new_per_subject: true };
let manager;
while (!manager) {
  try {
    const made = await jetstreamManager(nc, { timeout: 3000 });
    await made.streams.add(config);
    await made.consumers.add('Q', { durable_name: 'c', ack_policy: 'explicit' });
    manager = made;
  } catch { await sleep(500); }
}
console.log('nats-server', nc.info.version, '| client @nats-io/jetstream 3.4.0');
const js = jetstream(nc);
const consumer = await js.consumers.get('Q', 'c');
let refused = 0;
let gone = 0;
let text = '';
const tries = 40;
for (let index = 0; index < tries; index += 1) {
  const subject = `q.${index}`;
  await js.publish(subject, 'work');
  const message = await consumer.next({ expires: 5000 });
  if (!(await message.ackAck())) throw new Error('the acknowledgement was not confirmed');
  try {
    await js.publish(subject, 'the same work again');
    await (await consumer.next({ expires: 5000 })).ackAck();
  } catch (error) {
    refused += 1;
    text = `${error.code} ${error.message}`;
    await sleep(300);
    if ((await manager.streams.getMessage('Q', { last_by_subj: subject })) === null) gone += 1;
  }
}
console.log(`of ${tries} messages published again right after a confirmed acknowledgement, ${refused} were refused (${text}),`);
console.log(`and 300 ms later ${gone} of their subjects held nothing`);
console.log(gone > 0 ? 'SEEN: refused as being there, and not there' : 'NOT SEEN');
process.exit(gone > 0 ? 0 : 1);
EOF
cd "$folder"
node see.mjs "$folder"
