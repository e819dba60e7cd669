import { describe, expect, test } from 'vitest';
import { evaluationMethods } from '../../../../services/domain/evaluation/registry.ts';
import { registryOf } from '../../../../services/domain/names/registry.ts';
import { UnknownNameError } from '../../../../services/domain/names/unknown-name-error.ts';
import { operators } from '../../../../services/domain/operators/registry.ts';
import { pickPolicies } from '../../../../services/domain/picking/registry.ts';
import { scorerKinds } from '../../../../services/domain/scoring/kinds/registry.ts';
import { scorers } from '../../../../services/domain/scoring/registry.ts';

const fruits = registryOf('fruit', [{ name: 'apple' }, { name: 'pear' }, { name: 'quince' }]);

test('an item is found by its name, and all keep their order', () => {
  expect(fruits.named('pear')).toEqual({ name: 'pear' });
  expect([...fruits.keys()]).toEqual(['apple', 'pear', 'quince']);
});

test.each([
  ['aple', 'there is no fruit "aple"; did you mean "apple"? There are apple, pear, quince'],
  ['Pear', 'there is no fruit "Pear"; did you mean "pear"? There are apple, pear, quince'],
  ['watermelon', 'there is no fruit "watermelon"; there are apple, pear, quince'],
  ['constructor', 'there is no fruit "constructor"; there are apple, pear, quince'],
])('%s is refused with what was meant and what there is', (name, message) => {
  expect(() => fruits.named(name)).toThrow(new UnknownNameError('fruit', name, [...fruits.keys()]));
  expect(fruits.unknown(name)).toMatchObject({ message, kind: 'bad-input', what: 'fruit', unknown: name });
});

test('an empty registry says so', () => {
  expect(registryOf('fruit', []).unknown('apple').message).toBe('there is no fruit "apple"; there is none');
});

test('two of one name are refused', () => {
  expect(() => registryOf('fruit', [{ name: 'pear' }, { name: 'pear' }])).toThrow('two are called "pear"');
});

describe('a name that is nearly one of the domain finds it', () => {
  test.each([
    [operators, 'sc_ensembel', 'operator "sc_ensembel"; did you mean "sc_ensemble"?'],
    [evaluationMethods, 'fewshot', 'evaluation method "fewshot"; did you mean "few-shot"?'],
    [pickPolicies, 'halvin', 'pick policy "halvin"; did you mean "halving"?'],
    [scorers, 'gsm8k-stric', 'scorer "gsm8k-stric"; did you mean "gsm8k-strict"?'],
    [scorerKinds, 'patern', 'kind of scorer "patern"; did you mean "pattern"?'],
  ])('%#', (registry, name, message) => {
    expect(registry.unknown(name).message).toContain(`there is no ${message} There are ${[...registry.keys()].join(', ')}`);
  });
});
