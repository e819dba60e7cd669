import { expect, test } from 'vitest';
import { evaluationMethodNamed, evaluationMethods } from '../../../../services/domain/evaluation/registry.ts';

const names = ['full', 'predicted', 'few-shot', 'confidence', 'constant', 'scale', 'weighted', 'difference', 'rasch'];

test('every method is found under its own name', () => {
  expect([...evaluationMethods.keys()]).toEqual(names);
  for (const [name, method] of evaluationMethods) expect(evaluationMethodNamed(name)).toBe(method);
});

test('an unknown name is refused with those that there are', () => {
  expect(() => evaluationMethodNamed('fewshot')).toThrow(
    `evaluation.method: there is no method "fewshot"; use one of ${names.join(', ')}`,
  );
});
