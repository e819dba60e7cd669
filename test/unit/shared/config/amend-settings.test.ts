import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAssignment } from '../../../../services/shared/config/amend-settings.ts';
import { parseRunFile } from '../../../../services/shared/config/parse-run-file.ts';
import { readRunFile } from '../../../../services/shared/config/run-file.ts';
import { readSweepFile } from '../../../../services/shared/config/sweep-file/sweep-file.ts';
import { runIdOf } from '../../../../services/shared/contracts/run-id.ts';

/** As a file names a variable. */
const v = (inner: string) => `$\{${inner}}`;
const set = (...texts: readonly string[]) =>
  texts.map((text) => {
    const read = readAssignment(text);
    if (typeof read === 'string') throw new Error(read);
    return read;
  });
const parse = (text: string, environment: Record<string, string> = {}, ...texts: readonly string[]) =>
  parseRunFile(text, 'a.yaml', { environment, set: set(...texts) });

describe(`${v('VAR')} in a run file`, () => {
  it('is the variable, typed where it stands alone without quotes', () => {
    const text = `benchmark: "${v('B')}"\nname: "${v('N')}"\nsearch:\n  max_rounds: ${v('N')}\n  canary: ${v('C:-false')}\nmodels: { executor: { model: "a-${v('N')}-$${v('N')}" } }`;
    const { settings, provenance } = parse(text, { B: 'sample', N: '5' });
    expect(settings).toMatchObject({ name: '5', search: { max_rounds: 5, canary: false }, benchmark: { name: 'sample' } });
    expect(settings.models.executor.model).toBe(`a-5-${v('N')}`);
    expect(provenance).toEqual(['env/B=sample', 'env/N=5', 'env/C=false']);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    [`benchmark: sample\nseed: ${v('SEED')}`, {}, /^a\.yaml:2: \$\{SEED\} names a variable that is not set: .*\$\{SEED:-…\}$/],
    [`benchmark: sample\nseed: ${v('SEED:-x')}`, {}, /^a\.yaml:2: seed must be a whole number .*, but is "x"$/],
    [
      `benchmark: sample\nname: "${v('MY_API_KEY')}"`,
      { MY_API_KEY: 'x' },
      /^a\.yaml:2: \$\{MY_API_KEY\} is a secret by its name or value/,
    ],
    [`benchmark: sample\nname: "${v('X:-b')}"`, { X: `sk-${'a1'.repeat(12)}` }, /^a\.yaml:2: \$\{X\} is a secret/],
  ])('is refused in a sentence: %j', (text, environment, message) => {
    expect(() => parse(text, environment)).toThrow(message);
    expect(() => parse(text, environment)).not.toThrow(/a1a1/);
  });
});

describe('--set', () => {
  it('stands in place of what the file says, short forms written out', () => {
    const text = 'benchmark: sample\nsearch: { final_pick: race, max_rounds: 9 }\ncache: off';
    const assignments = [
      'search.max_rounds=5',
      'benchmark.limit=7',
      'search.final_pick.share=0.1',
      'executor.model=big',
      'cache.namespace=a',
    ];
    const { settings, written, provenance } = parse(text, {}, ...assignments);
    expect(settings).toMatchObject({
      ...{ benchmark: { name: 'sample', limit: 7 }, models: { executor: { model: 'big' } }, cache: { namespace: 'a' } },
      search: { max_rounds: 5, final_pick: { policy: 'race', share: 0.1 } },
    });
    expect(written).toMatchObject({ search: { max_rounds: 5 }, benchmark: { name: 'sample', limit: 7 } });
    expect(provenance).toContain('set/search.max_rounds=5');
    expect(parse('', {}, 'benchmark=sample').settings.benchmark.name).toBe('sample');
  });

  it.each([
    ['search.max_round=5', /^--set search\.max_round=5: search has no setting "max_round"; did you mean "max_rounds"\?$/],
    ['serach.max_rounds=5', /^--set serach\.max_rounds=5: a run file has no setting "serach"; did you mean "search"\?$/],
    ['search.max_rounds=0', /^--set search\.max_rounds=0: search\.max_rounds must be a whole number .*, but is 0$/],
  ])('is refused in a sentence: %s', (text, message) => {
    expect(() => parse('benchmark: sample\nsearch: { canary: true }', {}, text)).toThrow(message);
  });

  it.each(['search.max_rounds', '=5', 'a b=1', 'seed=[1'])('must be a setting and its value: %s', (text) => {
    expect(readAssignment(text)).toEqual(expect.any(String));
  });
});

describe('what comes from outside', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scale-outside-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const put = (name: string, text: string) => writeFile(join(folder, name), text);
  const read = (environment: Record<string, string>, ...texts: readonly string[]) =>
    readRunFile(join(folder, 'a.yaml'), { environment, set: set(...texts) });

  it('is part of what a run is exactly where the file would be', async () => {
    await put('a.yaml', 'benchmark: sample\nsearch: { max_rounds: 5 }');
    const said = await read({});
    await put('a.yaml', `benchmark: sample\nsearch:\n  max_rounds: ${v('ROUNDS')}`);
    const [same, other] = [await read({ ROUNDS: '5' }), await read({ ROUNDS: '6' })];
    const set5 = await read({ ROUNDS: '6' }, 'search.max_rounds=5');
    const places = await read({ ROUNDS: '5' }, 'cluster.slots=4', 'limits.tokens=1000000');
    for (const file of [same, set5, places]) {
      expect([runIdOf(file.configuration), file.written]).toEqual([runIdOf(said.configuration), said.written]);
    }
    expect(runIdOf(other.configuration)).not.toBe(runIdOf(said.configuration));
    expect(said.provenance).toBeUndefined();
    expect(set5.provenance).toEqual(['env/ROUNDS=6', 'set/search.max_rounds=5']);
  });

  it('reaches all runs of a sweep, whose base is a file or a group', async () => {
    await put('a.yaml', `benchmark: sample\nsearch:\n  max_rounds: ${v('ROUNDS')}`);
    await put('s.yaml', 'base: a.yaml\nmatrix: { seed: [1, 2] }');
    await put('g.yaml', `base:\n  benchmark: ${v('B')}\nmatrix: { seed: [1, 2] }`);
    const sweep = async (name: string, environment: Record<string, string>, ...texts: readonly string[]) =>
      (await readSweepFile(join(folder, name), { environment, set: set(...texts) })).cells.map(
        ({ file }) => file.configuration.search.maxRounds,
      );
    expect(await sweep('s.yaml', { ROUNDS: '3' })).toEqual([3, 3]);
    expect(await sweep('s.yaml', { ROUNDS: '3' }, 'search.max_rounds=4')).toEqual([4, 4]);
    expect(await sweep('g.yaml', { B: 'sample' }, 'search.max_rounds=4')).toEqual([4, 4]);
    await expect(sweep('s.yaml', {})).rejects.toThrow(/a\.yaml:3: \$\{ROUNDS\} names a variable that is not set/);
    await expect(sweep('g.yaml', { B: 'sample' }, 'search.max_round=4')).rejects.toThrow(/did you mean "max_rounds"/);
  });
});
