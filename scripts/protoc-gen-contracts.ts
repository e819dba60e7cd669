/**
 * What buf.gen.yaml runs: ts-proto, keeping the fields that it does not know, since a program of an older version changes a
 * manifest or a table of slots without losing what a newer one has put there. ts-proto gives every message an empty object for
 * them, which is much for messages that have none, and makes equal ones differ; here they get it when the first one is met.
 *
 * The messages of control.proto are known to every service, and its calls to few: without the client (control-service-client.ts),
 * the file loads no gRPC.
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
for (const file of response.file) {
  file.content = withoutEmptyObjects(file.content);
  if (file.name === 'scale/v1/control.ts') file.content = withoutClient(file.content);
}
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

function withoutClient(code: string): string {
  const client = /export const ControlServiceClient = makeGenericClientConstructor\([\s\S]*?\n\};\n\n/;
  const grpc = /import \{([^}]*)\} from "@grpc\/grpc-js";/;
  if (!client.test(code) || !grpc.test(code)) throw new Error('ts-proto writes clients in another way now');
  const forClient = / {2}(type (ChannelCredentials|ClientOptions)|makeGenericClientConstructor),\n/g;
  return code.replace(client, '').replace(grpc, (_whole, names: string) => {
    return `import type {${names.replaceAll(forClient, '').replaceAll('  type ', '  ')}} from "@grpc/grpc-js";`;
  });
}
