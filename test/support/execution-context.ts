import type { Query } from '../../services/domain/benchmark.ts';
import { operators } from '../../services/domain/operators/registry.ts';
import type { ExecutionContext } from '../../services/domain/workflow/execution/frame.ts';

/** A context for interpretWorkflow with all operators and no limits; the model is the test's. */
export function executionContext(parts: Partial<ExecutionContext> & Pick<ExecutionContext, 'model'>): ExecutionContext {
  const signal = new AbortController().signal;
  return {
    code: undefined,
    operators,
    seed: [1, 'test'],
    inputs: ['question'],
    maxCalls: Number.POSITIVE_INFINITY,
    signal,
    ...parts,
  };
}

export function queryOf(question: string): Query {
  return { id: 'q1', fields: { question, hidden: 'not for workflows' }, reference: '2' };
}
