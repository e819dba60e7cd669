import { operators } from '../../domain/operators/registry.ts';
import { canonicalHash } from '../../domain/workflow/canonical-hash.ts';
import { readWorkflowText } from '../../shared/benchmarks/read-workflow-file.ts';
import type { Asked, WorkflowExecutor } from './workflow-executor.ts';

const inputs = ['problem', 'solution'];

const text = `workflow: 1
steps:
  - { id: review, call: review, with: { problem: "{{ query.problem }}", solution: "{{ query.solution }}" } }
  - if: "review.passed"
    then:
      - return: "right"
  - return: "wrong"
`;

const workflow = readWorkflowText(text, 'the verifier', { operators: [...operators.keys()], inputs });
const hash = canonicalHash(workflow);

/**
 * Has the model review an answer.
 * @returns the doubt: 0 if it finds the answer right, 1 if not; 0.5, which doubts nothing, where its reply says neither
 * @throws InfrastructureError, or the signal's reason
 */
export async function askVerifier(
  executor: WorkflowExecutor,
  fields: { readonly problem: string; readonly solution: string },
  asked: Asked,
  signal: AbortSignal,
): Promise<number> {
  const { answer, failure } = await executor.execute({ workflow, hash, fields, inputs, maxCalls: 1 }, asked, signal);
  if (failure !== undefined) return 0.5;
  return answer === 'right' ? 0 : 1;
}
