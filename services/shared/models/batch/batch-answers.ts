import { z } from 'zod';
import { BatchRefusal } from '../errors/endpoint-errors.ts';
import { jsonIn } from '../errors/json-in.ts';
import { answerIn } from '../errors/server-answer.ts';
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

/** Whether it has replies by its own account, and does not say where. */
export function isUnwritten({ status, answered, outputFileId, errorFileId }: Batch): boolean {
  return status === 'completed' && answered > 0 && outputFileId === undefined && errorFileId === undefined;
}

const lineShape = z.object({
  custom_id: z.string(),
  response: z.object({ status_code: z.coerce.number(), body: z.unknown() }).nullish(),
  error: z.object({ code: z.unknown(), message: z.string().nullish() }).nullish(),
});

/**
 * By the calls' own ids. Of several lines for one call, the first with a reply counts. A line that cannot be read answers
 * nothing, as one that is missing.
 * @param files JSON lines of replies and of errors, in any order
 */
export function readBatchAnswers(files: readonly string[]): Map<string, BatchAnswer> {
  const answers = new Map<string, BatchAnswer>();
  for (const line of files.flatMap((file) => file.split('\n'))) {
    const read = lineShape.safeParse(jsonIn(line)).data;
    if (read === undefined) continue;
    const { custom_id, response, error } = read;
    if (isWell(answers.get(custom_id))) continue;
    if (response != null) answers.set(custom_id, { status: response.status_code, text: JSON.stringify(response.body ?? null) });
    else if (error != null && !answers.has(custom_id))
      answers.set(custom_id, unanswered(error.message ?? String(error.code ?? 'no reason was given')));
  }
  return answers;
}

/** What a call gets that its batch does not answer. */
export function answerWithout({ id, status }: Batch): BatchAnswer {
  return unanswered(`the batch ${id} is ${status}`);
}

function isWell(answer: BatchAnswer | undefined): boolean {
  return answer !== undefined && answer.status >= 200 && answer.status < 300;
}

/** OpenAI: "Enqueued token limit reached for …", token_limit_exceeded. Limits of money are other words. */
const noRoom = /enqueued|(token|request|batch|job|task)s?_?(count_?)?_limit|too_many|limit_(exceeded|reached)|too many/i;
const ofMoney = /billing|spend|budget|credit|quota/i;

/** Whether a batch was refused since its provider has enough to do for this account: it may be made later. */
export function isCrowdedOut({ faultCode, fault }: Batch): boolean {
  const said = `${faultCode} ${fault}`;
  return noRoom.test(said) && !ofMoney.test(said);
}

/** What refused a whole batch. @param retryAfterMs when to make another one, for one that was crowded out */
export function refusalOfBatch({ id, faultCode: code, fault }: Batch, retryAfterMs: number | undefined): BatchRefusal {
  const message = `the batch ${id} was refused: ${fault || code || 'no reason was given'}`;
  const headers = new Headers(retryAfterMs === undefined ? {} : { 'retry-after-ms': String(Math.ceil(retryAfterMs)) });
  return new BatchRefusal({ ...answerIn({ error: { message, code } }), status: retryAfterMs === undefined ? 400 : 429, headers });
}

/** The provider is not there for it now, and it has cost nothing: it may be asked again. */
function unanswered(why: string): BatchAnswer {
  return { status: 503, text: JSON.stringify({ error: { message: `the call was not answered: ${why}`, type: 'unavailable' } }) };
}
