#!/usr/bin/env bash
# nats-server 2.15.3 and nats-py 2.16.0, a bucket with `limit_marker_ttl`, so that watchers learn of keys that expire, and a key created for
# two seconds (a leader, a lease, a lock). After it has expired, and for as long as its marker lives:
#   - get() returns an entry, the same as if somebody had put an empty value (None, and no operation), where it raises KeyNotFoundError for
#     a key that was deleted;
#   - create() is refused with KeyWrongLastSequenceError, "it is there already";
#   - watch() says PURGE of the same message.
# @nats-io/kv 3.4.0 for JavaScript, on the same bucket (shown beside it), takes the key for one that is gone, and create() makes it again.
# What one would expect: that a key that has expired is absent to get() and free to create(), and that one client has one opinion of it.
# It hurts whoever elects a leader or locks a job in Python: when the holder dies, nobody can follow it until the marker has gone too, which
# may be an hour, and whoever asks who leads gets an entry without a name. The client's issue 966 had watch() mended, not these.
#
# Needs go, node 20 or newer, npm, and python 3.10 or newer with venv. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
GOBIN=$folder GOFLAGS=-modcacherw go install github.com/nats-io/nats-server/v2@v2.15.3
npm install --silent --no-audit --no-fund --prefix "$folder" @nats-io/transport-node@3.4.0 @nats-io/jetstream@3.4.0 @nats-io/kv@3.4.0
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check nats-py==2.16.0
cat >"$folder/see.py" <<'PYTHON'
import asyncio
import json
import socket
import subprocess
import sys
import time
from importlib.metadata import version

import nats
from nats.js.api import KeyValueConfig
from nats.js.errors import KeyNotFoundError, KeyWrongLastSequenceError

folder = sys.argv[1]


def get_free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_server(port):
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise TimeoutError("nats-server does not listen")


async def outcome(attempt):
    """What a call returns, or the name of what it raises."""
    try:
        found = await attempt
        return found if isinstance(found, int) else repr(found.value)
    except (KeyNotFoundError, KeyWrongLastSequenceError) as error:
        return type(error).__name__


async def expired(bucket, key):
    """Creates a key for two seconds, and returns what a watcher sees happen to it."""
    watcher = await bucket.watch(key)
    await bucket.create(key, b"me", msg_ttl=2)
    seen = []
    while len(seen) < 2:
        entry = await watcher.updates(timeout=30)
        if entry is not None:
            seen.append(entry.operation)
    await watcher.stop()
    return seen


async def see(address):
    client = await nats.connect(address)
    print("nats-server", client._server_info["version"], "| nats-py", version("nats-py"), "| @nats-io/kv 3.4.0")
    bucket = await client.jetstream().create_key_value(KeyValueConfig(bucket="leaders", limit_marker_ttl=600))

    await bucket.create("gone", b"me")
    await bucket.delete("gone")
    deleted = (await outcome(bucket.get("gone")), await outcome(bucket.create("gone", b"another")) > 0)
    print("nats-py, a key that was deleted: get() gives", deleted[0], "| create() makes it again:", deleted[1])

    await bucket.put("empty", b"")
    empty = await outcome(bucket.get("empty"))
    print("nats-py, a key with an empty value: get() gives", empty)

    watched = await expired(bucket, "leader")
    late = (await outcome(bucket.get("leader")), await outcome(bucket.create("leader", b"another", msg_ttl=2)))
    print("nats-py, a key that has expired: watch() gives", watched, "| get()", late[0], "| create()", late[1])

    there = subprocess.run(["node", "there.mjs", address], capture_output=True, text=True, check=True, timeout=60).stdout
    print("@nats-io/kv, the same key:", there.strip())
    other = json.loads(there)
    await client.close()
    seen = deleted == ("KeyNotFoundError", True) and watched == [None, "PURGE"]
    return seen and late == (empty, "KeyWrongLastSequenceError") and other["get"] == "PURGE" and other["create"] == "made"


port = get_free_port()
server = subprocess.Popen(
    [f"{folder}/nats-server", "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", f"{folder}/store"], stderr=subprocess.DEVNULL
)
try:
    wait_for_server(port)
    seen = asyncio.run(see(f"nats://127.0.0.1:{port}"))
finally:
    server.kill()
    server.wait()
print("SEEN: to nats-py an expired key holds an empty value and cannot be created" if seen else "NOT SEEN")
sys.exit(0 if seen else 1)
PYTHON
cat >"$folder/there.mjs" <<'EOF_NODE'
import { Kvm } from '@nats-io/kv';
import { connect } from '@nats-io/transport-node';

const nc = await connect({ servers: process.argv[2] });
const bucket = await new Kvm(nc).open('leaders');
const get = (await bucket.get('leader'))?.operation;
const create = await bucket.create('leader', 'another').then(() => 'made', (error) => error.message);
console.log(JSON.stringify({ get, create }));
await nc.close();
EOF_NODE
cd "$folder"
venv/bin/python see.py "$folder"
