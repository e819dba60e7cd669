import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { evaluationMethods } from '../../services/domain/evaluation/registry.ts';

/** Old logs do not say what kind of run they are of; from what they do say, the kind follows. */
const readsOldLogs = 'services/domain/run/run-kind.ts';

const names = [...evaluationMethods.keys()].join('|');
const compared = new RegExp(
  `\\b(?:method|methodName|name)\\)?\\s*(?:===|!==)\\s*'(?:${names})'|methods\\.includes\\('(?:${names})'`,
  'g',
);

function comparisonsIn(source: string): string[] {
  return source.match(compared) ?? [];
}

test('nothing tests the name of an evaluation method: what sets one apart is a property that it says of itself', () => {
  const sources = globSync('services/**/*.ts').filter((path) => path !== readsOldLogs);
  expect(sources.length).toBeGreaterThan(500);
  const found = sources.flatMap((path) => comparisonsIn(readFileSync(path, 'utf8')).map((text) => `${path}: ${text}`));
  expect(found).toEqual([]);
});

test.each([
  "return method === 'confidence' || forecasts === true;",
  "if (evaluation.forecasts && evaluation.method !== 'full') {",
  "rounds.filter(({ method }) => method === 'full')",
  "keys.filter((name) => name !== 'few-shot')",
  "const cold = methods.includes('rasch') ? memoryStrategies(ratio) : [];",
])('%s would be found', (planted) => {
  expect(comparisonsIn(planted)).toHaveLength(1);
});
