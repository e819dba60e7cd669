import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fromBinary, toJson } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodeRunManifest, encodeRunManifest } from '../../services/shared/contracts/run-manifest-codec.ts';
import { decodeSlotTable, encodeSlotTable } from '../../services/shared/contracts/slots-codec.ts';
import { version } from '../../services/shared/telemetry/version.ts';
import { readRunLog } from '../../services/shared/traces/read-run-log.ts';
import {
  type FilledMessage,
  filledMessages,
  messagesOf,
  readContracts,
  serviceCodecs,
} from '../support/contracts/filled-messages.ts';
import { outcomeOf } from '../support/run-outcome.ts';

const project = join(import.meta.dirname, '../..');
const folder = join(project, 'test/fixtures/releases');
const releases = readdirSync(folder);
const codecs = await serviceCodecs();

let today: ReturnType<typeof readContracts>;
beforeAll(async () => {
  const settings = { cwd: project, encoding: 'buffer', maxBuffer: 64 * 1024 ** 2 } as const;
  const { stdout } = await promisify(execFile)(join(project, 'node_modules/.bin/buf'), ['build', '-o', '-'], settings);
  today = readContracts(stdout);
});

/** Bytes that the services have read and written again. */
function passedOn(type: string, bytes: Uint8Array): Uint8Array {
  const codec = codecs.get(type);
  if (codec === undefined) throw new Error(`the services have no message ${type}`);
  return codec.encode(codec.decode(bytes)).finish();
}

/** As a field of a later version would come: with a number that none here has. */
function withUnknownField(bytes: Uint8Array): Uint8Array {
  const writer = new BinaryWriter().raw(bytes);
  return writer
    .tag(50_000, WireType.LengthDelimited)
    .string('from a later version')
    .tag(50_001, WireType.Varint)
    .uint32(7)
    .finish();
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

test('the version of package.json is out, or its goldens are written before it is', () => {
  expect(releases).toContain(version);
});

test('every message of today passes through the services whole, with what a later version may add to it', () => {
  const messages = filledMessages(today);
  expect(new Set(messages.map(({ type }) => type))).toEqual(new Set(messagesOf(today).map(({ typeName }) => typeName)));
  for (const { type, hex, json } of messages) {
    const bytes = Buffer.from(hex, 'hex');
    const desc = today.getMessage(type);
    if (desc === undefined) throw new Error(`${type} is not there`);
    expect(toJson(desc, fromBinary(desc, passedOn(type, bytes)), { registry: today }), type).toEqual(json);
    const extended = withUnknownField(bytes);
    const added = hexOf(extended).slice(hexOf(bytes).length);
    expect(hexOf(passedOn(type, extended)).endsWith(added), `${type} loses what it does not know`).toBe(true);
  }
});

describe.each(releases)('what release %s has written', (release) => {
  const contracts = readContracts(readFileSync(join(folder, release, 'contracts.binpb')));
  const goldens = JSON.parse(readFileSync(join(folder, release, 'messages.json'), 'utf8')) as FilledMessage[];
  const outcomes = JSON.parse(readFileSync(join(folder, release, 'outcomes.json'), 'utf8')) as Record<string, object>;

  test('has an example of every message', () => {
    const missing = messagesOf(contracts).filter(({ typeName }) => !goldens.some(({ type }) => type === typeName));
    expect(missing.map(({ typeName }) => typeName)).toEqual([]);
  });

  test('is read as what it was', () => {
    for (const { type, hex, json } of goldens) {
      const bytes = Buffer.from(hex, 'hex');
      const [then, now] = [contracts.getMessage(type), today.getMessage(type)];
      if (then === undefined || now === undefined) throw new Error(`there is no message ${type} any more`);
      expect(toJson(now, fromBinary(now, bytes), { registry: today }), type).toEqual(json);
      expect(toJson(then, fromBinary(then, passedOn(type, bytes)), { registry: contracts }), type).toEqual(json);
    }
  });

  test('no contract of today breaks it', async () => {
    const against = join('test/fixtures/releases', release, 'contracts.binpb');
    const buf = promisify(execFile)(join(project, 'node_modules/.bin/buf'), ['breaking', '--against', against], { cwd: project });
    await expect(buf).resolves.toBeDefined();
  });

  test.each(Object.entries(outcomes))('the log of its run %s adds up to what it did', async (name, outcome) => {
    const state = await readRunLog(join(folder, release, `${name}.binpb`));
    expect(JSON.parse(JSON.stringify(outcomeOf(state)))).toEqual(outcome);
  });
});

describe('what several versions change in turn', () => {
  test('a manifest keeps what a later version has put there, at each depth', () => {
    const manifest = filledMessages(today).find(({ type }) => type === 'scale.v1.RunManifest');
    const known = decodeRunManifest(withVersion(Buffer.from(manifest?.hex ?? '', 'hex')));
    const [endpoint] = known.endpoints;
    if (endpoint === undefined) throw new Error('it has no endpoint');
    const later = { ...known, endpoints: [{ ...endpoint, _unknownFields: unknown }], _unknownFields: unknown };
    const changed = decodeRunManifest(
      encodeRunManifest({ ...decodeRunManifest(encodeRunManifest(later)), pauseReason: 'for now' }),
    );
    expect(changed.pauseReason).toBe('for now');
    expect(changed._unknownFields).toEqual(unknown);
    expect(changed.endpoints[0]?._unknownFields).toEqual(unknown);
  });

  test('a table of slots keeps what a later version has put at its own holder', () => {
    const holder = { holder: 'later', slots: 1, wanted: 1, limit: 4, beat: 1, turn: 0, ttlMs: 5000, runs: [] };
    const table = { schemaVersion: 1, endpoint: 'http://it', holders: [{ ...holder, _unknownFields: unknown }] };
    const read = decodeSlotTable(encodeSlotTable(table));
    const changed = { ...read, holders: [...read.holders, { ...holder, holder: 'earlier' }] };
    expect(decodeSlotTable(encodeSlotTable(changed)).holders[0]?._unknownFields).toEqual(unknown);
  });
});

/** Field 50,000 with the text "x": its tag, and what follows it. */
const unknown = { [(50_000 << 3) | WireType.LengthDelimited]: [Uint8Array.of(1, 0x78)] };

/** The example has a version that nobody reads. The last value of a field counts. */
function withVersion(bytes: Uint8Array): Uint8Array {
  return new BinaryWriter().raw(bytes).tag(1, WireType.Varint).uint32(1).finish();
}
