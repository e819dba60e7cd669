/**
 * What buf.gen.yaml runs: ts-proto, keeping the fields that it does not know, since a program of an older version changes a
 * manifest or a table of slots without losing what a newer one has put there. ts-proto gives every message an empty object for
 * them, which is much for messages that have none, and makes equal ones differ; here they get it when the first one is met.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { CodeGeneratorResponseSchema } from '@bufbuild/protobuf/wkt';

const plugin = join(import.meta.dirname, '../node_modules/ts-proto/protoc-gen-ts_proto');
const { stdout, status } = spawnSync(process.execPath, [plugin], {
  input: readFileSync(0),
  stdio: ['pipe', 'pipe', 'inherit'],
  maxBuffer: 64 * 1024 ** 2,
});
if (status !== 0) process.exit(1);
const response = fromBinary(CodeGeneratorResponseSchema, stdout);
for (const file of response.file) file.content = withoutEmptyObjects(file.content);
process.stdout.write(toBinary(CodeGeneratorResponseSchema, response));

function withoutEmptyObjects(code: string): string {
  const parts = code.split('_unknownFields').length;
  const lazily = code
    .replaceAll(/,? ?_unknownFields: \{\},?(?= )/g, '')
    .replaceAll(/^\s*_unknownFields: \{\},\n/gm, '')
    .replaceAll(
      /( +)const list = message\._unknownFields!\[tag\];\n\n +if \(list === undefined\) \{\n +message\._unknownFields!\[tag\] = \[buf\];\n +\} else \{\n +list\.push\(buf\);\n +\}\n/g,
      (_whole, indent: string) => `${indent}((message._unknownFields ??= {})[tag] ??= []).push(buf);\n`,
    );
  if (parts > 1 && /_unknownFields: \{\}|_unknownFields!/.test(lazily))
    throw new Error('ts-proto writes unknown fields in another way now');
  return lazily;
}
