import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  createFileRegistry,
  type DescEnum,
  type DescField,
  type DescMessage,
  type FileRegistry,
  fromBinary,
  type JsonValue,
  ScalarType,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

/** What every message could hold, made by another implementation of protobuf than the one that services use. */

/** Deeper ones stay empty: a workflow's steps hold steps. */
const deepest = 5;

/** A message with every field set. One with a oneof comes once for each of its cases. */
export interface FilledMessage {
  readonly type: string;
  readonly hex: string;
  readonly json: JsonValue;
}

/** @param contracts what `buf build` writes */
export function readContracts(contracts: Uint8Array): FileRegistry {
  return createFileRegistry(fromBinary(FileDescriptorSetSchema, contracts));
}

/** Those of scale.v1; others' contracts are theirs to keep. */
export function messagesOf(contracts: FileRegistry): DescMessage[] {
  return [...contracts].filter((desc) => desc.kind === 'message' && desc.file.proto.package === 'scale.v1') as DescMessage[];
}

export function filledMessages(contracts: FileRegistry): FilledMessage[] {
  return messagesOf(contracts).flatMap((desc) => {
    const cases = Math.max(1, ...desc.oneofs.map(({ fields }) => fields.length));
    return Array.from({ length: cases }, (_, choice) => {
      const { message } = filled(desc, choice, 1);
      return {
        type: desc.typeName,
        hex: Buffer.from(toBinary(desc, message)).toString('hex'),
        json: toJson(desc, message, { registry: contracts }),
      };
    });
  });
}

function filled(desc: DescMessage, choice: number, depth: number): ReflectMessage {
  const message = reflect(desc);
  for (const field of desc.fields) {
    const { oneof } = field;
    if (oneof !== undefined && oneof.fields[choice % oneof.fields.length] !== field) continue;
    fill(message, field, choice, depth);
  }
  return message;
}

function fill(message: ReflectMessage, field: DescField, choice: number, depth: number): void {
  const { fieldKind: kind } = field;
  const inner = field.message;
  if (inner !== undefined && depth >= deepest) return;
  const value = (place: number) => {
    if (inner !== undefined) return filled(inner, choice, depth + 1);
    if (field.enum !== undefined) return lastOf(field.enum);
    return scalarValue(field.scalar ?? ScalarType.STRING, field, place);
  };
  if (kind === 'list') {
    message.get(field).add(value(1) as never);
    message.get(field).add(value(2) as never);
  } else if (kind === 'map') {
    message.get(field).set(scalarValue(field.mapKey, field, 1) as never, value(1) as never);
    message.get(field).set(scalarValue(field.mapKey, field, 2) as never, value(2) as never);
  } else message.set(field, value(1) as never);
}

function lastOf(desc: DescEnum): number {
  return desc.values.at(-1)?.number ?? 0;
}

function scalarValue(type: ScalarType, { name, number }: DescField, place: number): unknown {
  switch (type) {
    case ScalarType.STRING:
      return `${name} ${place} é`;
    case ScalarType.BYTES:
      return Uint8Array.of(number, place, 255);
    case ScalarType.BOOL:
      return true;
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return number + place + 0.5;
    case ScalarType.INT64:
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
    case ScalarType.SINT64:
      return 2n ** 40n + BigInt(number + place);
    default:
      return 100 * number + place;
  }
}

/** A message as the services read and write it. */
export interface ServiceCodec {
  decode(bytes: Uint8Array): object;
  encode(message: object): { finish(): Uint8Array };
}

/** By the names that the contracts have for them. */
export async function serviceCodecs(): Promise<ReadonlyMap<string, ServiceCodec>> {
  const folder = join(import.meta.dirname, '../../../services/shared/contracts/generated/scale/v1');
  const modules = await Promise.all(readdirSync(folder).map((file) => import(join(folder, file)) as Promise<object>));
  const exported = modules.flatMap((module) => Object.entries(module) as [string, Partial<ServiceCodec>][]);
  return new Map(
    exported.flatMap(([name, value]) =>
      value.decode === undefined ? [] : [[`scale.v1.${name.replaceAll('_', '.')}`, value as ServiceCodec] as const],
    ),
  );
}
