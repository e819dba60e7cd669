#!/usr/bin/env bash
# nats-server 2.15.3, a consumer with a priority policy, as for jobs that one worker does in order (`pinned_client`) or that helpers take only
# when the line is long (`overflow`), and a change of its description by three of NATS's clients: each reads the consumer, changes that, and
# writes it back:
#   - nats-py 2.16.0, `consumer_info` and `add_consumer`, takes the policy, its groups and its timeout away with it, and the limits of what one
#     request may ask for (`max_batch`, `max_expires`, `max_bytes`), without an error or a warning. Its types have no field for them;
#   - then the jobs in order stand still for all workers until the old pin is over, 2 minutes by default, and after that each worker gets
#     some, at the same time. A helper is refused: "not a overflow priority consumer";
#   - nats.go 1.55.0, `UpdateConsumer`, and @nats-io/jetstream 3.4.0, `consumers.update`, leave all of it as it was (shown beside).
# What one would expect: what a client does not know it leaves as it is, or it refuses; and that a server takes no order away from under
# those who work by it. It hurts whoever has workers in Go or JavaScript and a script in Python that sees to descriptions, metadata or
# replicas: a wrong order shows up in the results, days after and far from the change. That nats-py lacks the fields is known (its issue 784).
#
# Needs go 1.25 or newer, node 20 or newer, npm, and python 3.10 or newer with venv. Prints versions and what is seen; exits 1 if it is
# seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export GOFLAGS=-modcacherw
npm install --silent --no-audit --no-fund --prefix "$folder" @nats-io/transport-node@3.4.0 @nats-io/jetstream@3.4.0 &
installing=$!
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check nats-py==2.16.0
GOBIN=$folder go install github.com/nats-io/nats-server/v2@v2.15.3
mkdir "$folder/go"
cat >"$folder/go/main.go" <<'GO'
package main

import (
	"context"
	"os"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func main() {
	bus := must(jetstream.New(must(nats.Connect(os.Args[1]))))
	consumer := must(bus.Consumer(context.Background(), "jobs", "by-go"))
	config := must(consumer.Info(context.Background())).Config
	config.Description = "changed"
	must(bus.UpdateConsumer(context.Background(), "jobs", config))
}
GO
cat >"$folder/change.py" <<'PYTHON'
import asyncio
import sys

import nats


async def main(address, *names):
    connection = await nats.connect(address)
    bus = connection.jetstream()
    for name in names:
        config = (await bus.consumer_info("jobs", name)).config
        config.description = "changed"
        await bus.add_consumer("jobs", config)
    await connection.close()


asyncio.run(main(*sys.argv[1:]))
PYTHON
cat >"$folder/see.mjs" <<'EOF_NODE'
import { execFile, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, nanos } from '@nats-io/transport-node';

const run = promisify(execFile);
const port = await new Promise((done) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const free = probe.address().port;
    probe.close(() => done(free));
  });
});
const server = spawn('./nats-server', ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', 'store'], { stdio: 'ignore' });
process.on('exit', () => server.kill('SIGKILL'));
const address = `127.0.0.1:${port}`;
const nc = await connect({ servers: address, waitOnFirstConnect: true, maxReconnectAttempts: -1 });
const manager = await jetstreamManager(nc);
const bus = jetstream(nc);
await manager.streams.add({ name: 'jobs', subjects: ['job.>'] });
for (let job = 1; job <= 6; job += 1) await bus.publish('job.next', String(job));
const limits = { max_batch: 5, max_bytes: 100_000, max_expires: nanos(30_000) };
const group = { ack_policy: 'explicit', ack_wait: nanos(600_000), priority_groups: ['all'], ...limits };
const pinned = { ...group, priority_policy: 'pinned_client', priority_timeout: nanos(15_000) };
for (const name of ['by-python', 'by-go', 'by-javascript']) await manager.consumers.add('jobs', { ...pinned, durable_name: name });
await manager.consumers.add('jobs', { ...group, durable_name: 'overflow', priority_policy: 'overflow' });

/** @returns what a worker, each of which is a client of its own, gets without acknowledging it */
async function take(consumer, options) {
  const worker = await jetstream(await connect({ servers: address })).consumers.get('jobs', consumer);
  const came = [];
  try {
    for await (const message of await worker.fetch({ group: 'all', max_messages: 1, expires: 1_000, ...options })) came.push(message.string());
  } catch (error) {
    return error.message;
  }
  return came.join(', ') || 'nothing';
}

const settings = ['priority_policy', 'priority_groups', 'priority_timeout', 'max_batch', 'max_bytes', 'max_expires'];
async function settingsOf(consumer) {
  const { config } = await manager.consumers.info('jobs', consumer);
  return [config.description, ...settings.filter((name) => config[name] !== undefined)];
}

console.log('nats-server', nc.info.version, '| nats-py 2.16.0 | nats.go 1.55.0 | @nats-io/jetstream 3.4.0');
const before = [await take('by-python', { expires: 10_000 }), await take('by-python'), await take('overflow', { min_pending: 100 })];
console.log('before: two workers at once', before.slice(0, 2), '| a helper for a line of 100 and more:', before[2]);
await run('venv/bin/python', ['change.py', address, 'by-python', 'overflow']);
await run('go/change', [address]);
await manager.consumers.update('jobs', 'by-javascript', { description: 'changed' });
const left = {};
for (const name of ['by-python', 'by-go', 'by-javascript']) {
  left[name] = await settingsOf(name);
  console.log(`${name}:`, left[name].join(', '));
}
const after = [];
const end = Date.now() + 60_000;
while (after.length < 2 && Date.now() < end) {
  const job = await take('by-python');
  if (job !== 'nothing') after.push(job);
}
const helper = await take('overflow', { min_pending: 100 });
console.log('after: two workers at once', after, '| a helper:', helper);
const isSeen =
  JSON.stringify(before) === JSON.stringify(['1', 'nothing', 'nothing']) &&
  JSON.stringify(left['by-python']) === JSON.stringify(['changed']) &&
  ['by-go', 'by-javascript'].every((name) => JSON.stringify(left[name]) === JSON.stringify(['changed', ...settings])) &&
  new Set(after).size === 2 &&
  after.every((job) => /^[2-6]$/.test(job)) &&
  /not a overflow priority consumer/.test(helper);
console.log(isSeen ? 'SEEN: a description changed by Python takes the order away' : 'NOT SEEN');
process.exit(isSeen ? 0 : 1);
EOF_NODE
cd "$folder/go"
go mod init change >go.log 2>&1
go get github.com/nats-io/nats.go@v1.55.0 >>go.log 2>&1
go build -o change . >>go.log 2>&1 || { cat go.log; exit 1; }
wait "$installing"
cd "$folder"
timeout 110 node see.mjs
