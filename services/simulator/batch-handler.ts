import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { mapAtOnce } from '../shared/lifecycle/map-at-once.ts';
import { badRequest, WireError } from './wire-error.ts';

/** What becomes of a call of a batch: a reply, none in time, or a refusal in the file of errors. */
export type BatchFate = 'answered' | 'expired' | 'refused';

export interface BatchOptions {
  /** From the creation of a batch until its calls are made, in milliseconds. */
  readonly delayMs: number;
  /** Default: each is answered. @param number from 0, in the order of the calls of all batches */
  readonly fateOf?: (number: number) => BatchFate;
  /** Called for each batch that was created. */
  readonly onCreated?: (batch: { readonly id: string; readonly calls: number }) => void;
}

interface SimulatedBatch {
  readonly id: string;
  readonly input_file_id: string;
  readonly endpoint: string;
  readonly completion_window: string;
  readonly created_at: number;
  readonly requests: readonly BatchedRequest[];
  status: string;
  output_file_id: string | null;
  error_file_id: string | null;
  errors: { readonly object: 'list'; readonly data: readonly object[] } | null;
}

const requestShape = z.object({ custom_id: z.string(), url: z.string(), body: z.record(z.string(), z.unknown()) });
type BatchedRequest = z.output<typeof requestShape>;
const creationShape = z.object({ input_file_id: z.string(), endpoint: z.string(), completion_window: z.string() });

const callsAtOnce = 32;
const pageSize = 100;

/** The files and batches of OpenAI's API, as far as SCALE uses them. Calls of a batch are made at the server's own address. */
export function createBatchHandler({ delayMs, fateOf = () => 'answered', onCreated }: BatchOptions, chatUrl: () => string) {
  const files = new Map<string, string>();
  const batches = new Map<string, SimulatedBatch>();
  const closing = new AbortController();
  const working = new Set<Promise<void>>();
  let calls = 0;

  const store = (content: string): string => {
    const id = `file-${randomUUID()}`;
    files.set(id, content);
    return id;
  };
  const create = (text: string): SimulatedBatch => {
    const asked = creationShape.safeParse(JSON.parse(text));
    if (!asked.success) throw badRequest(z.prettifyError(asked.error));
    const content = files.get(asked.data.input_file_id);
    if (content === undefined) throw badRequest(`There is no file ${asked.data.input_file_id}.`);
    const lines = content.split('\n').filter((line) => line !== '');
    const requests = lines.flatMap((line) => requestShape.safeParse(JSON.parse(line)).data ?? []);
    const isWrong = requests.length < lines.length || new Set(requests.map(({ custom_id }) => custom_id)).size < lines.length;
    const batch: SimulatedBatch = {
      ...{ id: `batch_${randomUUID()}`, ...asked.data, created_at: Math.floor(Date.now() / 1000), requests },
      ...{ status: isWrong ? 'failed' : 'in_progress', output_file_id: null, error_file_id: null },
      errors: isWrong ? { object: 'list', data: [{ message: 'a line is no request, or an id stands twice' }] } : null,
    };
    batches.set(batch.id, batch);
    onCreated?.({ id: batch.id, calls: requests.length });
    if (!isWrong) {
      const work = answerAll(batch)
        .catch(() => undefined)
        .finally(() => working.delete(work));
      working.add(work);
    }
    return batch;
  };
  const answerAll = async (batch: SimulatedBatch): Promise<void> => {
    await sleep(delayMs, undefined, { signal: closing.signal });
    const fates = batch.requests.map((request) => ({ request, fate: batch.status === 'in_progress' ? nextFate() : 'expired' }));
    const lines = await mapAtOnce(fates, callsAtOnce, ({ request, fate }) => answerOne(request, fate as BatchFate));
    const [answered, others] = [lines.filter(({ error }) => error === null), lines.filter(({ error }) => error !== null)];
    const fileOf = (those: readonly object[]): string | null =>
      those.length === 0 ? null : store(`${those.map((line) => JSON.stringify(line)).join('\n')}\n`);
    // In another order than they were asked.
    [batch.output_file_id, batch.error_file_id] = [fileOf(answered.toReversed()), fileOf(others)];
    if (batch.status === 'cancelling') batch.status = 'cancelled';
    else batch.status = fates.some(({ fate }) => fate === 'expired') ? 'expired' : 'completed';
  };
  const nextFate = (): BatchFate => {
    calls += 1;
    return fateOf(calls - 1);
  };
  const answerOne = async ({ custom_id, body }: BatchedRequest, fate: BatchFate) => {
    const id = `batch_req_${randomUUID()}`;
    const failed = (code: string, message: string) => ({ id, custom_id, response: null, error: { code, message } });
    if (fate === 'expired')
      return failed('batch_expired', 'This request could not be executed before the completion window expired.');
    if (fate === 'refused') return failed('server_error', 'The request failed.');
    const [attemptId = '', , purpose = ''] = custom_id.split(' ');
    const response = await fetch(chatUrl(), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-scale-attempt-id': attemptId, 'x-scale-purpose': purpose },
      body: JSON.stringify(body),
      signal: closing.signal,
    });
    const answer = { status_code: response.status, request_id: id, body: (await response.json()) as unknown };
    return { id, custom_id, response: answer, error: null };
  };
  const shown = ({ requests, ...batch }: SimulatedBatch) => ({
    ...{ object: 'batch', ...batch },
    request_counts: { total: requests.length, completed: 0, failed: 0 },
  });
  const list = (after: string | null) => {
    const newest = [...batches.values()].reverse();
    const from = after === null ? 0 : newest.findIndex(({ id }) => id === after) + 1;
    const data = newest.slice(from, from + pageSize).map(shown);
    return { object: 'list', data, has_more: from + pageSize < newest.length };
  };
  const found = <Kept>(kept: ReadonlyMap<string, Kept>, id: string): Kept => {
    const one = kept.get(decodeURIComponent(id));
    if (one === undefined) throw new WireError(404, 'NotFoundError', `There is no ${id}.`);
    return one;
  };

  return {
    /** @returns whether the path is of this API */
    async handle(request: IncomingMessage, response: ServerResponse, { pathname, searchParams }: URL): Promise<boolean> {
      const [, kind, id = '', what = ''] = /^\/v1\/(files|batches)(?:\/([^/]+))?(?:\/(content|cancel))?$/.exec(pathname) ?? [];
      const json = (body: object): void =>
        void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      const route = `${request.method} ${kind}${id && '/id'}${what && `/${what}`}`;
      if (route === 'POST files') json({ object: 'file', purpose: 'batch', id: store(uploadedIn(await textOf(request))) });
      else if (route === 'GET files/id/content') response.writeHead(200).end(found(files, id));
      else if (route === 'POST batches') json(shown(create(await textOf(request))));
      else if (route === 'GET batches') json(list(searchParams.get('after')));
      else if (route === 'GET batches/id') json(shown(found(batches, id)));
      else if (route === 'POST batches/id/cancel') {
        const batch = found(batches, id);
        if (batch.status === 'in_progress') batch.status = 'cancelling';
        json(shown(batch));
      } else return false;
      return true;
    },
    async close() {
      closing.abort();
      await Promise.all(working);
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

/** The part of a form that is a file. @throws WireError */
function uploadedIn(form: string): string {
  const boundary = form.slice(0, form.indexOf('\r\n'));
  const part = form.split(boundary).find((each) => /name="file"/.test(each));
  if (part === undefined || boundary === '') throw badRequest('The form has no part "file".');
  return part.slice(part.indexOf('\r\n\r\n') + 4).replace(/\r\n$/, '');
}
