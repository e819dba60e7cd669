import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunConfiguration } from '../../../../services/domain/run/configuration.ts';
import { configurationFromProto, configurationToProto } from '../../../../services/shared/contracts/configuration-codec.ts';
import { ContractError } from '../../../../services/shared/contracts/contract-error.ts';
import { RunConfiguration as ProtoConfiguration } from '../../../../services/shared/contracts/generated/scale/v1/event.ts';
import { runIdOf } from '../../../../services/shared/contracts/run-id.ts';
import { token } from '../../../../services/shared/messaging/subjects-and-streams.ts';
import { anyConfiguration } from '../../../support/contracts/contract-arbitraries.ts';
import { sampleEvents } from '../../../support/contracts/sample-events.ts';

const [started] = sampleEvents;
if (started?.kind !== 'run-started') throw new Error('the first sample starts the run');
const { configuration } = started;

const throughBytes = (any: RunConfiguration): RunConfiguration =>
  configurationFromProto(ProtoConfiguration.decode(ProtoConfiguration.encode(configurationToProto(any)).finish()));

test('any configuration comes back from its bytes as it was', () => {
  fc.assert(
    fc.property(anyConfiguration, (any) => {
      expect(throughBytes(any)).toStrictEqual(any);
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

test.each([
  ['search', '', 8, 'scale'],
  ['search', '', 8, 'full'],
  ['search', '', 1, 'scale'],
  ['evaluation', '', 1, 'full'],
  ['query-level', 'query-level', 1, 'full'],
] as const)(
  'a configuration that does not say its kind is that of a %s (mode "%s", %i rounds, %s)',
  (kind, mode, maxRounds, method) => {
    const { search, evaluation, ...rest } = configurationToProto(configuration);
    const proto = {
      ...rest,
      kind: '',
      search: search && { ...search, mode, maxRounds },
      evaluation: evaluation && { ...evaluation, method },
    };
    const read = configurationFromProto(proto);
    expect(read.kind).toBe(kind);
    // The run is found again by the id that it got then.
    const { encode } = ProtoConfiguration;
    expect(runIdOf(read).slice(-12)).toBe(createHash('sha256').update(encode(proto).finish()).digest('hex').slice(0, 12));
  },
);

test('a search of one round and the evaluation of its workflow are two runs, and each stays what it is', () => {
  const once = {
    ...configuration,
    search: { ...configuration.search, maxRounds: 1 },
    evaluation: { ...configuration.evaluation, method: 'full' },
  };
  const [search, evaluation] = [
    { ...once, kind: 'search' },
    { ...once, kind: 'evaluation' },
  ] as const;
  expect(runIdOf(search)).not.toBe(runIdOf(evaluation));
  for (const run of [search, evaluation]) expect(throughBytes(run)).toStrictEqual(run);
  expect(() => configurationFromProto({ ...configurationToProto(once), kind: 'sweep' })).toThrow(/kind is "sweep"/);
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
