#!/usr/bin/env bash
# nats-server 2.15.3 and one bucket of its object store, for what is too large for a message, such as models, reports and data sets, used by
# three of NATS's own clients: @nats-io/obj 3.4.0 for JavaScript, nats.go 1.55.0 and nats-py 2.16.0.
#   - A link, such as `latest` to `run-7`: one that JavaScript makes is "object-store meta information invalid" to Go, and BadObjectMetaError
#     to Python. One that Go makes is read by JavaScript.
#   - Metadata, {"run": "7"}, by JavaScript: Python has no field for it, and when it changes an object's description the metadata is gone for
#     all; renaming to a free name, by the same call, is refused by Python with ObjectAlreadyExists.
#   - A name with a letter such as ö, put by JavaScript: Go and Python list it, and say "not found" of it, and so the other way round. After
#     both have put it the bucket has two objects of one name, and JavaScript lists it twice. (JavaScript makes the subject of the
#     letters' numbers up to 255, the others of UTF-8; beyond 255, as in Chinese, it throws "Invalid character".)
# What one would expect: what one client of a project stores another can read, what is listed can be got, and what a client does not know it
# leaves as it is. It hurts whoever has a service in JavaScript that publishes models or reports for workers in Go or Python: the workers do not
# find `latest`; the provenance of a model is gone after somebody has corrected its description; a report with an accent in its
# name is there and not there. Plain objects with plain names, as in every example, are alike in all three.
#
# Needs go 1.25 or newer, node 20 or newer, npm, and python 3.10 or newer with venv. Prints versions and what is seen; exits 1 if it is
# seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export GOFLAGS=-modcacherw
GOBIN=$folder go install github.com/nats-io/nats-server/v2@v2.15.3
npm install --silent --no-audit --no-fund --prefix "$folder" @nats-io/transport-node@3.4.0 @nats-io/jetstream@3.4.0 @nats-io/obj@3.4.0
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check nats-py==2.16.0
mkdir "$folder/go"
cat >"$folder/go/main.go" <<'GO'
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// Reads the named objects, then puts one of each kind.
func main() {
	all := context.Background()
	bus := must(jetstream.New(must(nats.Connect(os.Args[1]))))
	bucket := must(bus.ObjectStore(all, "shared"))
	got := map[string]string{}
	for _, name := range os.Args[2:] {
		text, err := bucket.GetString(all, name)
		if err != nil {
			text = err.Error()
		}
		got[name] = text
	}
	names := []string{}
	for _, info := range must(bucket.List(all)) {
		names = append(names, info.Name)
	}
	run := must(bucket.Put(all, jetstream.ObjectMeta{Name: "run-go", Metadata: map[string]string{"run": "7"}}, strings.NewReader("by go")))
	must(bucket.AddLink(all, "latest-go", run))
	must(bucket.PutString(all, "Größe", "by go"))
	fmt.Println(string(must(json.Marshal(map[string]any{"got": got, "names": names}))))
}
GO
cd "$folder/go"
go mod init see >go.log 2>&1
go get github.com/nats-io/nats.go@v1.55.0 >>go.log 2>&1
go build -o see . >>go.log 2>&1 || { cat go.log; exit 1; }
cat >"$folder/by_python.py" <<'PYTHON'
import asyncio
import json
import sys

import nats
from nats.js.api import ObjectMeta


async def main():
    client = await nats.connect(sys.argv[1])
    bucket = await client.jetstream().object_store("shared")
    got = {}
    for name in sys.argv[2:]:
        try:
            got[name] = (await bucket.get(name)).data.decode()
        except Exception as error:
            got[name] = type(error).__name__
    await bucket.update_meta("run-js", ObjectMeta(name="run-js", description="the seventh run"))
    try:
        await bucket.update_meta("run-js", ObjectMeta(name="a-free-name"))
        renaming = "done"
    except Exception as error:
        renaming = type(error).__name__
    print(json.dumps({"got": got, "renaming": renaming}))
    await client.close()


asyncio.run(main())
PYTHON
cat >"$folder/see.mjs" <<'EOF_NODE'
import { execFile, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { Objm } from '@nats-io/obj';
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
const address = `127.0.0.1:${port}`;
const nc = await connect({ servers: address, waitOnFirstConnect: true, maxReconnectAttempts: -1 });
const bucket = await new Objm(nc).create('shared');
const put = async (name, text, more) => await bucket.put({ name, ...more }, new Blob([text]).stream());
const get = async (name) => {
  const object = await bucket.get(name);
  return object === null ? 'not there' : await new Response(object.data).text();
};
const run = async (command, args) => JSON.parse((await promisify(execFile)(command, args)).stdout);
const listed = async (name) => (await bucket.list()).filter((info) => info.name === name).length;
const metadataOf = async (name) => JSON.stringify((await bucket.info(name)).metadata);

await put('run-js', 'by js', { metadata: { run: '7' } });
await bucket.link('latest-js', await bucket.info('run-js'));
await put('Köln', 'by js');
const asked = ['run-js', 'latest-js', 'Köln'];
const metadata = await metadataOf('run-js');
const byGo = await run('go/see', [address, ...asked]);
const byPython = await run('venv/bin/python', ['by_python.py', address, ...asked]);

console.log('nats-server', nc.info.version, '| @nats-io/obj 3.4.0 | nats.go 1.55.0 | nats-py 2.16.0');
for (const name of asked) console.log(`${name}, put by JavaScript: JavaScript "${await get(name)}", Go "${byGo.got[name]}", Python "${byPython.got[name]}"`);
console.log('Go lists Köln:', byGo.names.includes('Köln'));
const late = { metadata: await metadataOf('run-js'), link: await get('latest-go'), name: await get('Größe'), once: await listed('Größe') };
console.log('metadata of run-js:', metadata, '| after Python has set a description:', late.metadata, '| a new name by Python:', byPython.renaming);
console.log(`put by Go, in JavaScript: latest-go "${late.link}", Größe "${late.name}", in its list ${late.once} time`);
await put('Größe', 'by js');
const twice = await listed('Größe');
console.log('after JavaScript has put Größe too, the list has it', twice, 'times');
const chinese = await put('报告', '').then(() => 'done', (error) => error.message);
console.log('a name in Chinese:', chinese);

const isSeen =
  byGo.got['run-js'] === 'by js' && byPython.got['run-js'] === 'by js' &&
  byGo.got['latest-js'].includes('invalid') && byPython.got['latest-js'] === 'BadObjectMetaError' && late.link === 'by go' &&
  byGo.got['Köln'].includes('not found') && byPython.got['Köln'] === 'ObjectNotFoundError' && byGo.names.includes('Köln') &&
  metadata === '{"run":"7"}' && late.metadata === '{}' && byPython.renaming === 'ObjectAlreadyExists' &&
  late.name === 'not there' && late.once === 1 && twice === 2 && chinese === 'Invalid character';
console.log(isSeen ? 'SEEN: links, metadata and names of one client are lost on another' : 'NOT SEEN');
process.exit(isSeen ? 0 : 1);
EOF_NODE
cd "$folder"
timeout 60 node see.mjs "$folder"
