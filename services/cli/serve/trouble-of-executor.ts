import type { AnswerTrouble } from '../../shared/contracts/generated/scale/v1/answer.ts';
import { askAgainAfter, notAgain, ServeError } from './serve-error.ts';

/** The executor ends, and another one may go on with the same question. */
export const handedBack = new ServeError(503, 'executor_ending', 'the executor is ending');

/** What a client is told of what kept an executor from answering, as it is told of the same without a cluster. */
export function serveErrorOf(trouble: AnswerTrouble | undefined): ServeError {
  const { kind = 'unknown', message = 'the executor said what this program does not know', problem = '' } = trouble ?? {};
  switch (kind) {
    case 'ending':
      return handedBack;
    case 'endpoint': {
      const headers = askAgainAfter(trouble?.retryAfterMs ?? 0);
      return new ServeError(502, `endpoint_${problem.replaceAll('-', '_')}`, message, { headers });
    }
    case 'budget':
      return new ServeError(429, 'budget_spent', message, { headers: notAgain });
    case 'deadline':
      return new ServeError(504, 'deadline', message, { headers: notAgain });
    case 'sandbox':
      return new ServeError(500, 'sandbox', message, { headers: notAgain });
    case 'refused':
      return new ServeError(502, 'refused_by_executor', message, { headers: notAgain });
    default:
      return new ServeError(500, 'internal', message, { headers: notAgain });
  }
}
