#!/usr/bin/env bash
# @bufbuild/protobuf 2.17.0 (protobuf-es), protobuf 7.36.2 for Python and google.golang.org/protobuf 1.36.12 for Go read the same messages
# in JSON differently:
#   - an int64 as a JSON number, which the JSON mapping accepts and other programs write: 9007199254740993, a seed or an id, is read as
#     9007199254740992 by protobuf-es, without an error, though its field is a bigint and 18446744073709551615 for a uint64 is refused. Python
#     and Go read both exactly;
#   - an int64 as a string: "0x10" is 16, and " 1" is 1, in protobuf-es, and an error in the others; "1e3" is the reverse, 1000 in Python and Go;
#   - a Timestamp: "2026-02-30T00:00:00Z" is the 2nd of March in protobuf-es, an error in the others; a Duration "+1s" is an error there
#     and one second in Python and Go.
# What one would expect: libraries that pass the conformance tests of one format read one text alike, or refuse it; and a field of 64
# bits keeps its digits or says that it cannot. It hurts whoever has a job's JSON written by hand or by another language's JSON library,
# and a service in Node read it: a run is done with another seed, and cannot be repeated; a job is valid in the page and refused by the
# worker, or the other way round. An int64 in quotation marks keeps its digits everywhere.
#
# Needs node 20 or newer, npm, go 1.23 or newer, and python 3.10 or newer with venv. Prints versions and what is seen; exits 1 if it is
# seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" @bufbuild/protobuf@2.17.0
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check protobuf==7.36.2
cd "$folder"
cat >cases.json <<'EOF_JSON'
[
  ["Int64Value", "9007199254740993"],
  ["Int64Value", "\"9007199254740993\""],
  ["UInt64Value", "18446744073709551615"],
  ["Int64Value", "\"0x10\""],
  ["Int64Value", "\" 1\""],
  ["Int64Value", "\"1e3\""],
  ["Timestamp", "\"2026-02-28T00:00:00Z\""],
  ["Timestamp", "\"2026-02-30T00:00:00Z\""],
  ["Duration", "\"+1s\""]
]
EOF_JSON
cat >see.mjs <<'EOF_NODE'
import { readFileSync } from 'node:fs';
import { fromJsonString, toJsonString } from '@bufbuild/protobuf';
import * as types from '@bufbuild/protobuf/wkt';

const seen = JSON.parse(readFileSync('cases.json', 'utf8')).map(([type, text]) => {
  const schema = types[`${type}Schema`];
  try {
    return toJsonString(schema, fromJsonString(schema, text));
  } catch {
    return 'error';
  }
});
console.log(JSON.stringify(seen));
EOF_NODE
cat >see.go <<'EOF_GO'
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

func main() {
	var cases [][2]string
	file, _ := os.ReadFile("cases.json")
	if err := json.Unmarshal(file, &cases); err != nil {
		panic(err)
	}
	seen := []string{}
	for _, one := range cases {
		message := map[string]proto.Message{
			"Int64Value": &wrapperspb.Int64Value{}, "UInt64Value": &wrapperspb.UInt64Value{},
			"Timestamp": &timestamppb.Timestamp{}, "Duration": &durationpb.Duration{},
		}[one[0]]
		text := []byte("error")
		if protojson.Unmarshal([]byte(one[1]), message) == nil {
			text, _ = protojson.Marshal(message)
		}
		seen = append(seen, string(text))
	}
	out, _ := json.Marshal(seen)
	fmt.Println(string(out))
}
EOF_GO
cat >see.py <<'EOF_PYTHON'
import json
import sys

import google.protobuf
from google.protobuf import duration_pb2, json_format, timestamp_pb2, wrappers_pb2

types = {
    "Int64Value": wrappers_pb2.Int64Value,
    "UInt64Value": wrappers_pb2.UInt64Value,
    "Timestamp": timestamp_pb2.Timestamp,
    "Duration": duration_pb2.Duration,
}


def read(kind, text):
    try:
        return json_format.MessageToJson(json_format.Parse(text, types[kind]()))
    except json_format.ParseError:
        return "error"


cases = json.load(open("cases.json"))
found = {"protobuf-es": json.load(open("node.json")), "python": [read(*case) for case in cases], "go": json.load(open("go.json"))}
print("python", sys.version.split()[0], "| protobuf", google.protobuf.__version__)
print(f"{'':36}", *(f"{name:>24}" for name in found))
for place, (kind, text) in enumerate(cases):
    print(f"{kind:12} {text:23}", *(f"{values[place]:>24}" for values in found.values()))
whole, ok, day, error = '"9007199254740993"', '"18446744073709551615"', '"2026-02-28T00:00:00Z"', "error"
others = [whole, whole, ok, error, error, '"1000"', day, error, found["go"][8]]
seen = (
    found["protobuf-es"] == ['"9007199254740992"', whole, error, '"16"', '"1"', error, day, '"2026-03-02T00:00:00Z"', error]
    and found["python"] == [*others[:8], '"1s"']
    and found["go"] == others
)
print("SEEN: one text, different messages" if seen else "NOT SEEN")
sys.exit(0 if seen else 1)
EOF_PYTHON
cat >go.mod <<'EOF_MODULE'
module see

go 1.23

require google.golang.org/protobuf v1.36.12
EOF_MODULE
go mod tidy >go.log 2>&1 || { cat go.log >&2; exit 1; }
node -p '`@bufbuild/protobuf ${require("./node_modules/@bufbuild/protobuf/package.json").version} | node ${process.version}`'
echo "$(go version) | $(go list -m google.golang.org/protobuf)"
node see.mjs >node.json
go run see.go >go.json
venv/bin/python see.py
