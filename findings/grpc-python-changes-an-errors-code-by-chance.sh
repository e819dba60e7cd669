#!/usr/bin/env bash
# @grpc/grpc-js 1.14.7 as the server and grpcio 1.85.3 for Python as the client: a call is refused with INVALID_ARGUMENT and a sentence that quotes
# what was wrong with it, as where a prompt, a schema or the log of a failed program is part of the text. The sentence travels in the
# trailers, for which gRPC's core has a soft limit of 8 KiB and a hard one of 16 KiB and draws lots between them, each time anew:
#   - at 7,000 letters Python's client reads INVALID_ARGUMENT, at 17,000 RESOURCE_EXHAUSTED, at 12,000 now one and now the other for the
#     same call to the same server; the sentence is replaced then by one on the size of metadata;
#   - grpc-js as the client (shown beside) reads INVALID_ARGUMENT and the whole sentence of all of them.
# What one would expect: the code that the server gave, with its text cut short if need be, and the same each time. It hurts whoever asks
# again on RESOURCE_EXHAUSTED, as one does where servers are busy: a request that can never succeed is sent again for as long as the
# lots fall so, the count of busy servers rises, and a test with a short message, or one in the server's own language, shows none of it.
# `grpc.max_metadata_size` and `grpc.absolute_max_metadata_size` of the client's channel are the limits.
#
# Needs node 20 or newer, npm, and python 3.10 or newer with venv. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" @grpc/grpc-js@1.14.7
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install --quiet --disable-pip-version-check grpcio==1.85.3
cat >"$folder/see.py" <<'EOF_PYTHON'
import json
import sys
from collections import Counter

import grpc

ask = grpc.insecure_channel(f"127.0.0.1:{sys.argv[1]}").unary_unary("/workflows.Runs/Start")
codes = {}
for letters in map(int, sys.argv[2:]):
    codes[letters] = Counter()
    for _ in range(100):
        try:
            ask(str(letters).encode(), timeout=10)
        except grpc.RpcError as error:
            codes[letters][error.code().name] += 1
print(json.dumps(codes))
EOF_PYTHON
cat >"$folder/see.mjs" <<'EOF_NODE'
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import grpc from '@grpc/grpc-js';

const asItIs = (bytes) => bytes;
const service = {
  Start: {
    path: '/workflows.Runs/Start',
    requestStream: false,
    responseStream: false,
    requestSerialize: asItIs,
    requestDeserialize: asItIs,
    responseSerialize: asItIs,
    responseDeserialize: asItIs,
  },
};
const server = new grpc.Server();
server.addService(service, {
  Start: ({ request }, answer) => answer({ code: grpc.status.INVALID_ARGUMENT, details: 'n'.repeat(Number(request)) }),
});
const port = await new Promise((done, fail) =>
  server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) => (error ? fail(error) : done(bound))),
);
const Client = grpc.makeGenericClientConstructor(service);
const client = new Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
const sizes = [7_000, 12_000, 17_000];
const { stdout } = await promisify(execFile)(process.argv[2], [process.argv[3], String(port), ...sizes.map(String)]);
const inPython = JSON.parse(stdout);
const inNode = {};
for (const letters of sizes) {
  inNode[letters] = {};
  for (let call = 0; call < 100; call += 1) {
    const error = await new Promise((done) => client.Start(Buffer.from(String(letters)), (thrown) => done(thrown)));
    const code = grpc.status[error.code] + (error.details.length === letters ? '' : ' (cut)');
    inNode[letters][code] = (inNode[letters][code] ?? 0) + 1;
  }
}
client.close();
server.forceShutdown();
console.log('server @grpc/grpc-js 1.14.7; clients grpcio 1.85.3 and @grpc/grpc-js 1.14.7; 100 calls each, all refused with INVALID_ARGUMENT');
for (const letters of sizes)
  console.log(`${letters} letters: Python ${JSON.stringify(inPython[letters])}, Node ${JSON.stringify(inNode[letters])}`);
const [short, between, long] = sizes.map((letters) => inPython[letters]);
const isSeen =
  short.INVALID_ARGUMENT === 100 &&
  between.INVALID_ARGUMENT > 0 && between.RESOURCE_EXHAUSTED > 0 &&
  long.RESOURCE_EXHAUSTED === 100 &&
  sizes.every((letters) => inNode[letters].INVALID_ARGUMENT === 100);
console.log(isSeen ? 'SEEN: one refusal has one code or another, by chance' : 'NOT SEEN');
process.exit(isSeen ? 0 : 1);
EOF_NODE
cd "$folder"
node see.mjs "$folder/python/bin/python" "$folder/see.py"
