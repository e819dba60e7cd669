#!/usr/bin/env bash
# @bufbuild/protovalidate 1.3.0 with @bufbuild/protobuf 2.17.0 (protobuf-es), and protovalidate 2.1.0 for Python, on one message with fields of
# the type `float`. protobuf-es keeps the number of 64 bits that it is given until the message is written; the limit in the schema is one of 32:
#   - `float.lte = 0.9` refuses 0.9, `float.gte = 0.1` refuses 0.1, and `float.in = [0, 0.7, 1]` refuses 0.7, whether set by hand or read by
#     fromJson. The same message, written and read again, is valid, in JavaScript as in Python;
#   - a rule in CEL, `this <= 0.1`, accepts 0.1, and refuses it after the message was sent, in both languages;
#   - equals() says of a message and of what is read from its bytes that they differ.
# What one would expect: that a limit written as 0.9 admits 0.9, and that what the sender has found valid is valid to the receiver. It hurts whoever
# has temperatures, thresholds or shares checked in a page or a gateway by the schema that the service uses: the form refuses its own limit,
# and a request that was checked comes back with an error. 0.5 and 0.25 are not affected, so tests with them pass; nor is `double`.
#
# Needs node 20 or newer, npm, and python 3.10 or newer with venv. Prints versions and what is seen; exits 1 if it is seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" @bufbuild/protovalidate@1.3.0 @bufbuild/protobuf@2.17.0
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check protovalidate==2.1.0 protobuf==7.36.2
cat >"$folder/see.mjs" <<'EOF_NODE'
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { create, createFileRegistry, equals, fromBinary, fromJson, setExtension, toBinary } from '@bufbuild/protobuf';
import * as known from '@bufbuild/protobuf/wkt';
import { createValidator } from '@bufbuild/protovalidate';
import * as validate from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';

const float = (rules) => ({ type: { case: 'float', value: rules } });
const cel = (expression) => ({ cel: [{ id: 'limit', message: 'beyond the limit', expression }] });
const cases = [
  ['float.lte = 0.9', float({ lessThan: { case: 'lte', value: 0.9 } }), 0.9],
  ['float.gte = 0.1', float({ greaterThan: { case: 'gte', value: 0.1 } }), 0.1],
  ['float.in = [0, 0.7, 1]', float({ in: [0, 0.7, 1] }), 0.7],
  ['float.lte = 0.5', float({ lessThan: { case: 'lte', value: 0.5 } }), 0.5],
  ['cel: this <= 0.1', cel('this <= 0.1'), 0.1],
  ['double.lte = 0.9', { type: { case: 'double', value: { lessThan: { case: 'lte', value: 0.9 } } } }, 0.9],
];
// A schema as protoc would write it: one message for each case, with one field.
const messageType = cases.map(([, rules], index) => {
  const options = create(known.FieldOptionsSchema);
  setExtension(options, validate.field, create(validate.FieldRulesSchema, rules));
  const { DOUBLE, FLOAT } = known.FieldDescriptorProto_Type;
  const type = rules.type?.case === 'double' ? DOUBLE : FLOAT;
  const field = { name: 'value', jsonName: 'value', number: 1, label: known.FieldDescriptorProto_Label.OPTIONAL, type, options };
  return { name: `Case${index}`, field: [field] };
});
const file = { name: 'cases.proto', package: 'cases', syntax: 'proto3', dependency: ['buf/validate/validate.proto'], messageType };
const imported = [
  known.file_google_protobuf_descriptor,
  known.file_google_protobuf_duration,
  known.file_google_protobuf_timestamp,
  known.file_google_protobuf_field_mask,
  validate.file_buf_validate_validate,
];
const set = create(known.FileDescriptorSetSchema, { file: [...imported.map(({ proto }) => proto), file] });
const schema = toBinary(known.FileDescriptorSetSchema, set);
const registry = createFileRegistry(fromBinary(known.FileDescriptorSetSchema, schema));
const validator = createValidator({ registry });

const results = cases.map(([rule, , value], index) => {
  const desc = registry.getMessage(`cases.Case${index}`);
  const made = create(desc, { value });
  const bytes = toBinary(desc, made);
  const received = fromBinary(desc, bytes);
  writeFileSync(`${index}.bin`, bytes);
  const verdict = (message) => validator.validate(desc, message).kind;
  const [set, read, sent] = [made, fromJson(desc, { value }), received].map(verdict);
  return { rule, value, set, read, sent, equal: equals(desc, made, received) };
});
writeFileSync('schema.bin', schema);
const there = JSON.parse(execFileSync('venv/bin/python', ['there.py'], { encoding: 'utf8', timeout: 60_000 }));
console.log(`node ${process.versions.node} | @bufbuild/protovalidate 1.3.0 | @bufbuild/protobuf 2.17.0 | protovalidate ${there.version} for Python`);
for (const [index, one] of results.entries()) {
  one.python = there.verdicts[index];
  console.log(
    `${one.rule.padEnd(22)} ${one.value}: set ${one.set}, from JSON ${one.read}, after sending ${one.sent}, in Python ${one.python}, equal ${one.equal}`,
  );
}
const is = (index, set, sent, equal) => {
  const one = results[index];
  return one.set === set && one.read === set && one.sent === sent && one.python === sent && one.equal === equal;
};
const isSeen =
  [0, 1, 2].every((index) => is(index, 'invalid', 'valid', false)) &&
  is(3, 'valid', 'valid', true) &&
  is(4, 'valid', 'invalid', false) &&
  is(5, 'valid', 'valid', true);
console.log(isSeen ? 'SEEN: a message is valid or not by whether it was sent' : 'NOT SEEN');
process.exit(isSeen ? 0 : 1);
EOF_NODE
cat >"$folder/there.py" <<'PYTHON'
import json
from importlib.metadata import version
from pathlib import Path

import protovalidate
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

pool = descriptor_pool.DescriptorPool()
for file in descriptor_pb2.FileDescriptorSet.FromString(Path("schema.bin").read_bytes()).file:
    pool.AddSerializedFile(file.SerializeToString())
verdicts = []
for index in range(len(list(Path().glob("?.bin")))):
    kind = message_factory.GetMessageClass(pool.FindMessageTypeByName(f"cases.Case{index}"))
    message = kind.FromString(Path(f"{index}.bin").read_bytes())
    verdicts.append("invalid" if protovalidate.collect_violations(message) else "valid")
print(json.dumps({"version": version("protovalidate"), "verdicts": verdicts}))
PYTHON
cd "$folder"
node see.mjs
