#!/usr/bin/env bash
# nats-server 2.15.3 and @nats-io/jetstream 3.4.0, a consumer with `priority_policy: 'pinned_client'`: of several workers one is served until it is
# gone, for jobs that must be done in order. The server tells that worker an id, which its next request has to carry.
#   - `fetch({ group, max_messages: 1 })` in a loop: the first brings a message, and each after it is empty, without an error, for as long as
#     the pin lives (`priority_timeout`; 2 minutes by default), since the client forgets the id between two calls. The worker waits for
#     itself, and the same consumer object says by `info()` that messages are there. Then comes one again;
#   - `consume` keeps the id, and all come at once; so it does with nats.go 1.55.0, whose Fetch remembers it (both shown beside).
# What one would expect: that a worker alone in its group gets what is there, as the types of `fetch` take the group; or that it is refused, since
# the design (NATS's 42) has pins for `consume` only, and the client for .NET refuses it. It hurts whoever adds an order to workers that fetch:
# one worker, alone, does a batch in two minutes, takes "empty" for "done", and a test with one message, or with one batch, passes.
#
# Needs go 1.25 or newer, node 20 or newer and npm. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export GOFLAGS=-modcacherw
GOBIN=$folder go install github.com/nats-io/nats-server/v2@v2.15.3
npm install --silent --no-audit --no-fund --prefix "$folder" @nats-io/transport-node@3.4.0 @nats-io/jetstream@3.4.0
mkdir "$folder/go"
cat >"$folder/go/main.go" <<'GO'
package main

import (
	"context"
	"fmt"
	"os"
	"time"

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
	worker := must(must(bus.Stream(context.Background(), "jobs")).Consumer(context.Background(), "go"))
	for range 4 {
		came := 0
		batch := must(worker.Fetch(1, jetstream.FetchMaxWait(time.Second), jetstream.FetchPriorityGroup("all")))
		for message := range batch.Messages() {
			came++
			message.Ack()
		}
		fmt.Print(came)
	}
}
GO
cd "$folder/go"
go mod init see >go.log 2>&1
go get github.com/nats-io/nats.go@v1.55.0 >>go.log 2>&1
go build -o see . >>go.log 2>&1 || { cat go.log; exit 1; }
cat >"$folder/see.mjs" <<'EOF_NODE'
import { execFile, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
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
await manager.streams.add({ name: 'jobs', subjects: ['job.>'] });
for (let job = 0; job < 4; job += 1) await bus.publish('job.next', String(job));
const group = { ack_policy: 'explicit', priority_policy: 'pinned_client', priority_groups: ['all'] };
for (const name of ['fetching', 'consuming', 'go']) await manager.consumers.add('jobs', { ...group, durable_name: name });
const { config } = await manager.consumers.info('jobs', 'fetching');
console.log('nats-server', nc.info.version, '| @nats-io/jetstream 3.4.0 | nats.go 1.55.0 | 4 messages, one worker');
console.log('a pin lives', config.priority_timeout / 1e9, 's by default');

const fetching = await bus.consumers.get('jobs', 'fetching');
const came = [];
for (let turn = 0; turn < 4; turn += 1) {
  came.push(0);
  for await (const message of await fetching.fetch({ group: 'all', max_messages: 1, expires: 1_000 })) {
    came[turn] += 1;
    await message.ackAck();
  }
}
const { num_pending: left } = await fetching.info();
console.log('messages by each fetch:', came.join(', '), '| left:', left);

const consumed = await (await bus.consumers.get('jobs', 'consuming')).consume({ group: 'all' });
let all = 0;
for await (const message of consumed) {
  await message.ackAck();
  all += 1;
  if (all === 4) break;
}
console.log('messages by consume:', all);
const { stdout: byGo } = await promisify(execFile)(`${folder}/go/see`, [`127.0.0.1:${port}`]);
console.log('messages by each Fetch of nats.go:', [...byGo].join(', '));
const isSeen = config.priority_timeout === 120e9 && came.join('') === '1000' && left === 3 && all === 4 && byGo === '1111';
console.log(isSeen ? 'SEEN: a worker that fetches waits for its own pin to end' : 'NOT SEEN');
process.exit(isSeen ? 0 : 1);
EOF_NODE
cd "$folder"
timeout 60 node see.mjs "$folder"
