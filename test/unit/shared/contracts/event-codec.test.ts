import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunEvent } from '../../../../services/domain/run/event.ts';
import { ContractError } from '../../../../services/shared/contracts/contract-error.ts';
import { decodeEvent, encodeEvent } from '../../../../services/shared/contracts/event-codec.ts';
import { Event } from '../../../../services/shared/contracts/generated/scale/v1/event.ts';
import { anyEvent } from '../../../support/contracts/contract-arbitraries.ts';
import { bareEvents, sampleEvents } from '../../../support/contracts/sample-events.ts';

/** Hex of the bytes that this program writes, by kind of event. */
const golden = JSON.parse(readFileSync(new URL('../../../fixtures/contracts/events.json', import.meta.url), 'utf8')) as Record<
  RunEvent['kind'],
  string
>;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('any event comes back from its bytes as it was', () => {
  fc.assert(
    fc.property(anyEvent, fc.uuid(), (event, runId) => {
      expect(decodeEvent(encodeEvent(runId, event))).toStrictEqual({ runId, event });
    }),
    { numRuns: 200 },
  );
});

test('what is absent stays absent, and a zero stays a zero', () => {
  for (const event of bareEvents) expect(decodeEvent(encodeEvent('r', event)).event).toStrictEqual(event);
});

test.each(sampleEvents.map((event) => [event.kind, event] as const))(
  'logs with %s stay readable, and are written alike',
  (kind, event) => {
    expect(decodeEvent(Buffer.from(golden[kind], 'hex'))).toStrictEqual({ runId: 'sample-run-0123456789ab', event });
    expect(hex(encodeEvent('sample-run-0123456789ab', event))).toBe(golden[kind]);
  },
);

test('a run that was started before runs said their kind is read as the search that it is', () => {
  const before = readFileSync(new URL('../../../fixtures/contracts/run-started-without-kind.hex', import.meta.url), 'utf8');
  expect(decodeEvent(Buffer.from(before.trim(), 'hex')).event).toStrictEqual(sampleEvents[0]);
});

test('there is a sample of each kind', () => {
  expect(sampleEvents.map(({ kind }) => kind).sort()).toEqual(Object.keys(golden).sort());
  expect(Object.keys(golden)).toHaveLength(20);
});

test('equal events have equal bytes, whatever the order of their keys', () => {
  const [started] = sampleEvents;
  if (started?.kind !== 'run-started') throw new Error('the first sample starts the run');
  const { configuration } = started;
  const reversed = <T>(record: Readonly<Record<string, T>>) => Object.fromEntries(Object.entries(record).reverse());
  const turned = {
    ...configuration,
    executor: { ...configuration.executor, chatTemplateKwargs: { b: { y: 1, x: 2 }, a: 1 } },
    initialWorkflow: { ...configuration.initialWorkflow, prompts: reversed(configuration.initialWorkflow.prompts) },
  };
  const straight = { ...configuration, executor: { ...configuration.executor, chatTemplateKwargs: { a: 1, b: { x: 2, y: 1 } } } };
  const bytesOf = (configuration: typeof turned) => hex(encodeEvent('r', { kind: 'run-started', configuration }));
  expect(bytesOf(turned)).toBe(bytesOf(straight));
});

test('bytes that are no event, or cut off anywhere, are a typed error or another event, and never anything else', () => {
  const bytes = encodeEvent('r', sampleEvents[0] as RunEvent);
  expect(() => decodeEvent(new Uint8Array([255, 255, 255]))).toThrow(ContractError);
  for (let end = 0; end < bytes.length; end += 7) {
    expect(() => decodeEvent(bytes.subarray(0, end)), `${end} bytes`).toThrow(ContractError);
  }
  fc.assert(
    fc.property(fc.uint8Array(), (noise) => {
      try {
        decodeEvent(noise);
      } catch (error) {
        expect(error).toBeInstanceOf(ContractError);
      }
    }),
  );
});

test('an event of another version is refused with both versions', () => {
  const newer = Event.encode({ schemaVersion: 2, runId: 'r', body: { $case: 'runPaused', value: {} } }).finish();
  expect(() => decodeEvent(newer)).toThrow('Event: it has schema version 2, and this program reads version 1');
  const none = Event.encode({ schemaVersion: 0, runId: 'r', body: { $case: 'runPaused', value: {} } }).finish();
  expect(() => decodeEvent(none)).toThrow('Event: it has no schema version');
});

test.each<[string, Event['body'], RegExp]>([
  ['no body', undefined, /field body is missing/],
  ['no configuration', { $case: 'runStarted', value: { configuration: undefined } }, /run_started.configuration is missing/],
  ['no failure', { $case: 'runFailed', value: { failure: undefined } }, /run_failed.failure is missing/],
  [
    'an unknown reason',
    { $case: 'runCompleted', value: { bestRound: 1, reason: 'bored' } },
    /"bored", and this program knows max-rounds/,
  ],
  [
    'an unknown failure',
    { $case: 'runFailed', value: { failure: { kind: 'gremlins', message: '', step: '' } } },
    /field kind is "gremlins"/,
  ],
])('an event with %s is refused by name', (_, body, message) => {
  const bytes = Event.encode({ schemaVersion: 1, runId: 'r', body }).finish();
  expect(() => decodeEvent(bytes)).toThrow(ContractError);
  expect(() => decodeEvent(bytes)).toThrow(message);
});

test('fields that a newer program added are passed over', () => {
  const unknownField = [0xfa, 0x07, 0x03, 1, 2, 3]; // number 127, three bytes
  const bytes = encodeEvent('r', { kind: 'run-cancelled', reason: 'x' });
  expect(decodeEvent(new Uint8Array([...bytes, ...unknownField])).event).toEqual({ kind: 'run-cancelled', reason: 'x' });
});
