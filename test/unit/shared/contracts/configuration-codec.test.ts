import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  configurationFromProto,
  configurationToProto,
  decodeConfiguration,
  encodeConfiguration,
} from '../../../../services/shared/contracts/configuration-codec.ts';
import { ContractError } from '../../../../services/shared/contracts/contract-error.ts';
import { runIdOf } from '../../../../services/shared/contracts/run-id.ts';
import { token } from '../../../../services/shared/messaging/subjects-and-streams.ts';
import { anyConfiguration } from '../../../support/contract-arbitraries.ts';
import { sampleEvents } from '../../../support/sample-events.ts';

const [started] = sampleEvents;
if (started?.kind !== 'run-started') throw new Error('the first sample starts the run');
const { configuration } = started;

test('any configuration comes back from its bytes as it was', () => {
  fc.assert(
    fc.property(anyConfiguration, (any) => {
      expect(decodeConfiguration(encodeConfiguration(any))).toStrictEqual(any);
    }),
  );
});

test('parts that are missing or unknown are refused by name', () => {
  const proto = configurationToProto(configuration);
  const evaluation = proto.evaluation as NonNullable<typeof proto.evaluation>;
  const executor = proto.executor as NonNullable<typeof proto.executor>;
  expect(() => configurationFromProto({ ...proto, search: undefined })).toThrow(/field search is missing/);
  expect(() => configurationFromProto({ ...proto, initialWorkflow: undefined })).toThrow(/initial_workflow is missing/);
  expect(() => configurationFromProto({ ...proto, evaluation: { ...evaluation, draw: 'twice' } })).toThrow(/draw is "twice"/);
  for (const chatTemplateKwargs of ['{', '[1]', 'null', '"text"']) {
    const broken = { ...proto, executor: { ...executor, chatTemplateKwargs } };
    expect(() => configurationFromProto(broken), chatTemplateKwargs).toThrow(ContractError);
  }
});

test("a run's id is a slug of its name and a hash of all that decides it", () => {
  const id = runIdOf(configuration);
  expect(id).toMatch(/^a-sample-run-[0-9a-f]{12}$/);
  expect(runIdOf(structuredClone(configuration))).toBe(id);
  expect(runIdOf({ ...configuration, seed: 7 })).not.toBe(id);
  expect(runIdOf({ ...configuration, search: { ...configuration.search, lambda: 0.31 } })).not.toBe(id);
});

test.each([
  ['GSM8K, full evaluation', 'gsm8k-full-evaluation'],
  ['  Über-Größe!  ', 'uber-gro-e'],
  ['数学', 'run'],
  ['', 'run'],
  ['--', 'run'],
  ['a'.repeat(100), 'a'.repeat(40)],
  [`${'a'.repeat(39)} b`, 'a'.repeat(39)],
])('the name "%s" gives the slug %s', (name, slug) => {
  expect(runIdOf({ ...configuration, name }).slice(0, -13)).toBe(slug);
});

test("any run's id can be part of a subject", () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      expect(() => token(runIdOf({ ...configuration, name }))).not.toThrow();
    }),
  );
});
