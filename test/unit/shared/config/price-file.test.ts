import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { pricesOfEnvironment, readPriceFile } from '../../../../services/shared/config/price-file.ts';
import { readRunFile } from '../../../../services/shared/config/run-file.ts';
import { pricesFromProto, pricesToProto } from '../../../../services/shared/contracts/prices-codec.ts';

async function written(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'scale-prices-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

async function read(text: string) {
  const folder = await written({ 'prices.yaml': text });
  return readPriceFile(join(folder, 'prices.yaml')).catch((error: Error) =>
    error.message.replaceAll(`${folder}/`, '').split('\n'),
  );
}

test('what is left out follows from what is given', async () => {
  const table = await read(
    'date: 2026-11-29\nmodels:\n  a: { input: 0.15, output: 0.6 }\n  b: { input: 2, cached_input: 1, output: 3, reasoning: 4, batch: 0.5 }\n',
  );
  expect(table).toEqual({
    currency: 'USD',
    date: '2026-11-29',
    prices: [
      { model: 'a', input: 0.15, cachedInput: 0.15, output: 0.6, reasoning: 0.6, batch: 1 },
      { model: 'b', input: 2, cachedInput: 1, output: 3, reasoning: 4, batch: 0.5 },
    ],
  });
  if (Array.isArray(table)) throw new Error('the table was refused');
  expect(pricesFromProto(pricesToProto(table))).toEqual(table);
});

test('every fault is told at once, with its line and its field', async () => {
  const text = `currency: dollars
models:
  a: { input: -1, output: 0.60 }
  b: { input: 0.1234567, output: cheap }
  c:
    input: 1
    ouput: 2
`;
  expect(await read(text)).toEqual([
    'prices.yaml:1: currency must be the three capital letters of a currency, such as USD, but is "dollars"',
    'prices.yaml:3: models.a.input must be a number from 0 to 1000000 with at most 6 decimals, per million tokens, but is -1',
    'prices.yaml:4: models.b.input must be a number from 0 to 1000000 with at most 6 decimals, per million tokens, but is 0.1234567',
    'prices.yaml:4: models.b.output must be a number from 0 to 1000000 with at most 6 decimals, per million tokens, but is "cheap"',
    'prices.yaml:5: models.c.output is missing: it must be a number from 0 to 1000000 with at most 6 decimals, per million tokens',
    'prices.yaml:7: models.c has no setting "ouput"; did you mean "output"?',
  ]);
});

test.each([
  ['', ['prices.yaml: models is missing: it must be a group of prices by model']],
  ['models: 3', ['prices.yaml:1: models must be a group of prices by model, but is 3']],
  ['models: { a: { input: .nan, output: 1 } }', [expect.stringContaining('models.a.input must be a number')]],
  ['models: [', [expect.stringContaining('prices.yaml:1: not valid YAML')]],
])('a table that says "%s" is refused', async (text, faults) => {
  expect(await read(text)).toEqual(faults);
});

test('a run file gives prices by a path relative to it, or as they are, and they are not part of what the run is', async () => {
  const prices = 'models: { qwen-plus: { input: 1, output: 2 } }\n';
  const folder = await written({
    'table.yaml': prices,
    'path.yaml': 'name: x\nbenchmark: sample\nprices: table.yaml\n',
    'inline.yaml': `name: x\nbenchmark: sample\nprices: { ${prices.trim()} }\n`,
    'none.yaml': 'name: x\nbenchmark: sample\n',
    'wrong.yaml': 'benchmark: sample\nprices:\n  models:\n    a: { input: 1 }\n',
    'missing.yaml': 'benchmark: sample\nprices: elsewhere.yaml\n',
  });
  const [path, inline, none] = await Promise.all(
    ['path', 'inline', 'none'].map((name) => readRunFile(join(folder, `${name}.yaml`))),
  );
  expect(path?.prices).toEqual(inline?.prices);
  expect(path?.prices?.prices).toMatchObject([{ model: 'qwen-plus', input: 1, output: 2 }]);
  expect(none?.prices).toBeUndefined();
  expect(path?.configuration).toEqual(none?.configuration);
  expect(path?.written).toBe(none?.written);
  await expect(readRunFile(join(folder, 'wrong.yaml'))).rejects.toThrow(/wrong.yaml:4: prices.models.a.output is missing/);
  await expect(readRunFile(join(folder, 'missing.yaml'))).rejects.toThrow(/elsewhere.yaml: there is no such price table/);
});

test('the environment may name a table', async () => {
  const folder = await written({ 'prices.yaml': 'currency: EUR\nmodels: { a: { input: 1, output: 2 } }\n' });
  expect(await pricesOfEnvironment({ SCALE_PRICES_FILE: join(folder, 'prices.yaml') })).toMatchObject({ currency: 'EUR' });
  expect(await pricesOfEnvironment({})).toBeUndefined();
  expect(await pricesOfEnvironment({ SCALE_PRICES_FILE: '' })).toBeUndefined();
});

test('the example can be read', async () => {
  const table = await readPriceFile(join(import.meta.dirname, '../../../../examples/prices.yaml'));
  expect(table.prices.length).toBeGreaterThan(1);
});
