import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FailureError, failureKinds } from '../../../../../services/domain/failure.ts';
import { classOfKind, failureClasses } from '../../../../../services/domain/failure-class.ts';
import {
  EndpointError,
  endpointProblems,
  InfrastructureError,
  RequestFailure,
} from '../../../../../services/shared/models/errors/endpoint-errors.ts';
import { classOfProblem, failureClassOf } from '../../../../../services/shared/models/errors/failure-class-of.ts';
import { subClassesIn } from '../../../../support/project/error-classes.ts';

const services = join(import.meta.dirname, '../../../../../services');

test('a failure is of the class of its kind, and trouble with an endpoint of that of its problem', () => {
  for (const kind of failureKinds) {
    const failure = { kind, message: '' };
    expect(failureClassOf(new FailureError(failure))).toBe(classOfKind[kind]);
    expect(failureClassOf(new RequestFailure(failure, []))).toBe(classOfKind[kind]);
  }
  for (const problem of endpointProblems) {
    const error = new EndpointError(problem, 'http://a/v1', 'no');
    expect(failureClassOf(error)).toBe(classOfProblem[problem]);
    expect(failureClassOf(new InfrastructureError('m', 'no', [error], { waitMs: 0 }))).toBe(classOfProblem[problem]);
  }
});

test('every error class of ours has a class; only failures and trouble with endpoints have one of their own', async () => {
  const found = subClassesIn(services).filter(({ name, file }) => name !== '' && !file.endsWith('main.ts'));
  const own = new Set<string>();
  let seen = 0;
  for (const [file, classes] of Map.groupBy(found, (each) => each.file)) {
    const module = (await import(join(services, file))) as Record<string, { readonly prototype: object } | undefined>;
    for (const { name } of classes) {
      const exported = module[name];
      if (exported === undefined) continue;
      const error: unknown = Object.assign(Object.create(exported.prototype), {
        failure: { kind: 'cut-off', message: '' },
        problem: 'throttled',
      });
      const failureClass = failureClassOf(error);
      seen += 1;
      expect(failureClasses).toContain(failureClass);
      if (failureClass !== 'infrastructure') own.add(name);
    }
  }
  expect(seen).toBeGreaterThan(50);
  expect([...own].sort()).toEqual(['EndpointError', 'FailureError', 'InfrastructureError', 'RequestFailure']);
});
