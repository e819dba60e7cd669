import { z } from 'zod';
import type { Batch } from './batch-api.ts';

/** What came of one call of a batch, as a server answers a call made at once. */
export interface BatchAnswer {
  readonly status: number;
  /** JSON. */
  readonly text: string;
}

/** Whether nothing more will come of it. */
export function isOver({ status }: Pick<Batch, 'status'>): boolean {
  return ['completed', 'failed', 'expired', 'cancelled'].includes(status);
}

const lineShape = z.object({
  custom_id: z.string(),
  response: z.object({ status_code: z.number(), body: z.unknown() }).nullish(),
  error: z.object({ code: z.string().nullish(), message: z.string().nullish() }).nullish(),
});

/**
 * By the calls' own ids. A line that cannot be read answers nothing, as one that is missing.
 * @param files JSON lines of replies and of errors, in any order
 */
export function readBatchAnswers(files: readonly string[]): Map<string, BatchAnswer> {
  const answers = new Map<string, BatchAnswer>();
  for (const line of files.flatMap((file) => file.split('\n'))) {
    const read = lineShape.safeParse(parsedOr(line)).data;
    if (read === undefined) continue;
    const { custom_id, response, error } = read;
    if (response != null) answers.set(custom_id, { status: response.status_code, text: JSON.stringify(response.body ?? null) });
    else if (error != null) answers.set(custom_id, unanswered(error.message ?? error.code ?? 'no reason was given'));
  }
  return answers;
}

/** What a call gets that its batch does not answer. */
export function answerWithout({ id, status, fault }: Batch): BatchAnswer {
  if (status === 'failed') return errorAnswer(400, `the batch ${id} was refused: ${fault || 'no reason was given'}`);
  return unanswered(`the batch ${id} is ${status}`);
}

/** The provider is not there for it now, and it has cost nothing: it may be asked again. */
function unanswered(why: string): BatchAnswer {
  return errorAnswer(503, `the call was not answered: ${why}`);
}

function errorAnswer(status: number, message: string): BatchAnswer {
  return { status, text: JSON.stringify({ error: { message, type: status === 503 ? 'unavailable' : 'invalid_request_error' } }) };
}

function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
