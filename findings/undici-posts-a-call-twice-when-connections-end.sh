#!/usr/bin/env bash
# undici 8.13.1, Node's own client for HTTP, and a server on Node's http2 that ends each connection in good order, as servers and proxies do
# for a restart or after so many calls: it says GOAWAY, names the last call that it took, and goes on to answer what it took. Two calls to
# a model, each of which takes longer than a connection lives; the first is on the connection that ended first, the second on the next:
#   - H2CClient by its defaults, and Pool with `pipelining` above 1: when the second connection ends, both calls are posted again, on a third.
#     The server has each of them twice, and the caller gets one answer and no error;
#   - fetch on the same client: both fail with "GOAWAY", though the server is answering both;
#   - Agent and Client, whose `pipelining` is 1: each call is posted once (shown beside).
# What one would expect: a POST that the server said it took is not sent again without being asked. A GOAWAY names the last call of its own
# connection, but undici holds it against the calls of earlier connections too, whose numbers are higher, and takes all calls after the first
# such one for calls that were not read.
# It hurts whoever has calls that take minutes before a proxy that recycles connections: the model is paid twice for one answer, a job
# is done twice, and the more so the longer a call takes. Nothing shows it but the server's log; one GOAWAY alone, as in a test, passes. A body
# that is a stream, not a string, is not posted again: the call fails then.
#
# Needs node 20 or newer and npm. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" node@24.21.0 undici@8.13.1
cat >"$folder/see.mjs" <<'EOF_NODE'
import { once } from 'node:events';
import { createServer } from 'node:http2';
import { setTimeout as after } from 'node:timers/promises';
import { Agent, Client, fetch, H2CClient, Pool } from 'undici';

const answerMs = { short: 10, long: 1_000 };

async function see(open, post) {
  const posted = {};
  const connections = [];
  const server = createServer();
  server.on('session', (connection) => connections.push(connection));
  server.on('stream', async (stream) => {
    stream.on('error', () => {});
    const call = (await stream.setEncoding('utf8').toArray()).join('');
    posted[call] = (posted[call] ?? 0) + 1;
    await after(answerMs[call.split(' ')[0]]);
    if (stream.destroyed) return;
    stream.respond({ ':status': 200 });
    stream.end('the answer');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${server.address().port}`;
  const client = open(origin);
  const ask = (call) => post(client, origin, call).catch((error) => error.cause?.message ?? error.message);
  const isPosted = async (call) => {
    while (posted[call] === undefined) await after(5);
  };

  await ask('short call');
  const first = ask('long call A');
  await isPosted('long call A');
  connections[0].close();
  await after(100);
  const second = ask('long call B');
  await isPosted('long call B');
  connections[1].close();
  const got = await Promise.all([first, second]);
  await client.destroy();
  server.close();
  return { counts: [posted['long call A'], posted['long call B']], got };
}

const byRequest = async (client, origin, body) => {
  const answer = await client.request({ origin, path: '/', method: 'POST', body });
  return await answer.body.text();
};
const byFetch = async (dispatcher, origin, body) => await (await fetch(origin, { dispatcher, method: 'POST', body })).text();
const cases = [
  ['H2CClient', (origin) => new H2CClient(origin), byRequest, [2, 2], 'the answer'],
  ['Pool, pipelining 10', (origin) => new Pool(origin, { useH2c: true, connections: 1, pipelining: 10 }), byRequest, [2, 2], 'the answer'],
  ['H2CClient and fetch', (origin) => new H2CClient(origin), byFetch, [1, 1], 'HTTP/2: "GOAWAY" frame received with code 0'],
  ['Agent', () => new Agent({ useH2c: true }), byRequest, [1, 1], 'the answer'],
  ['Client', (origin) => new Client(origin, { useH2c: true }), byRequest, [1, 1], 'the answer'],
];
console.log('node', process.versions.node, '| undici 8.13.1 | two calls of one second, and two connections that end in good order meanwhile');
let isSeen = true;
for (const [name, open, post, counts, answer] of cases) {
  const seen = await see(open, post);
  console.log(`${name.padEnd(20)} posted ${seen.counts.join(' and ')} times; the caller has: ${seen.got.join(' | ')}`);
  isSeen &&= String(seen.counts) === String(counts) && seen.got.every((text) => text === answer);
}
console.log(isSeen ? 'SEEN: calls that the server had taken are posted a second time' : 'NOT SEEN');
process.exit(isSeen ? 0 : 1);
EOF_NODE
cd "$folder"
timeout 60 "$folder/node_modules/.bin/node" see.mjs
