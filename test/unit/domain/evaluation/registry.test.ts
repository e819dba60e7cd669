import { expect, test } from 'vitest';
import { evaluationMethods } from '../../../../services/domain/evaluation/registry.ts';

const names = [...evaluationMethods.keys()];

test('every method is found under its own name', () => {
  expect(names).toEqual(expect.arrayContaining(['full', 'predicted', 'few-shot', 'scale']));
  for (const [name, method] of evaluationMethods) expect(evaluationMethods.named(name)).toBe(method);
});

test('an unknown name is refused with those that there are', () => {
  expect(() => evaluationMethods.named('fewshot')).toThrow(
    `there is no evaluation method "fewshot"; did you mean "few-shot"? There are ${names.join(', ')}`,
  );
});

test('every method says how its scores look, and no two look alike', () => {
  const methods = [...evaluationMethods.values()];
  for (const { label } of methods) expect(label).not.toBe('');
  expect(new Set(methods.map(({ mark }) => mark)).size).toBe(methods.length);
  expect(methods.map(({ mark }) => mark)).not.toContain('other');
});
