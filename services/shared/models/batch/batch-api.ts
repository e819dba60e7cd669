import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { within } from '../../lifecycle/abort.ts';
import type { Timing } from '../../lifecycle/timing.ts';
import { BatchRefusal, MalformedReplyError } from '../errors/endpoint-errors.ts';
import { jsonIn } from '../errors/json-in.ts';
import { answerOf } from '../errors/server-answer.ts';
import { readStart } from '../http/body-reader.ts';
import type { EndpointConnection, SendOptions } from '../http/endpoint-connection.ts';

/** A batch as far as anything here depends on it. */
export interface Batch {
  readonly id: string;
  /** validating, in_progress, finalizing, completed, failed, expired, cancelling or cancelled. */
  readonly status: string;
  readonly fileId: string;
  /** With the replies; undefined for none. */
  readonly outputFileId: string | undefined;
  /** With what was refused, or not answered in time. */
  readonly errorFileId: string | undefined;
  /** How many replies it has by its own account. */
  readonly answered: number;
  /** Why it failed as a whole, "" for nothing. */
  readonly fault: string;
  /** The same in the provider's code words, "" for none. */
  readonly faultCode: string;
}

/** The files and batches of an OpenAI-compatible server; each call has a time limit. @throws BatchRefusal, ConnectionError */
export interface BatchApi {
  /** @param lines JSON, a request each. @returns the file's id */
  upload(lines: readonly string[], signal: AbortSignal): Promise<string>;
  create(fileId: string, window: string, signal: AbortSignal): Promise<Batch>;
  get(batchId: string, signal: AbortSignal): Promise<Batch>;
  /** Among the newest thousand. */
  findByFile(fileId: string, signal: AbortSignal): Promise<Batch | undefined>;
  content(fileId: string, signal: AbortSignal): Promise<string>;
  cancel(batchId: string, signal: AbortSignal): Promise<void>;
}

const callMs = 60_000;
/** A file of requests or replies may be 200 MB. */
const fileMs = 15 * 60_000;
const longestAnswer = 1024 * 1024;
const longestFile = 512 * 1024 * 1024;
const [pageSize, mostPages] = [100, 10];

const batchShape = z.object({
  id: z.string().min(1),
  status: z.string(),
  input_file_id: z.string(),
  output_file_id: z.string().nullish(),
  error_file_id: z.string().nullish(),
  errors: z.object({ data: z.array(z.object({ code: z.unknown(), message: z.string().nullish() })).nullish() }).nullish(),
  request_counts: z.object({ completed: z.number().nullish(), failed: z.number().nullish() }).nullish(),
});
const fileShape = z.object({ id: z.string().min(1) });
const listShape = z.object({ data: z.array(batchShape), has_more: z.boolean().nullish() });

export function createBatchApi(connection: EndpointConnection, timing: Timing): BatchApi {
  const text = async (path: string, options: SendOptions, limitMs: number): Promise<string> => {
    using limit = within(timing, limitMs);
    const signal = AbortSignal.any([options.signal, limit.signal]);
    const { status, headers, body } = await connection.send(path, { ...options, signal });
    const read = await readStart(body, status < 300 ? longestFile : longestAnswer, limitMs);
    signal.throwIfAborted();
    if (status >= 200 && status < 300) return read;
    const named = Object.entries(headers).flatMap(([name, value = []]) => [value].flat().map((each) => [name, each]));
    throw new BatchRefusal(answerOf(status, new Headers(named as [string, string][]), read));
  };
  const json = async <Shape extends z.ZodType>(shape: Shape, path: string, options: SendOptions, limitMs = callMs) => {
    const read = await text(path, options, limitMs);
    const parsed = shape.safeParse(jsonIn(read));
    if (!parsed.success) throw new MalformedReplyError(`${path} answered with something else than the batch API does`);
    return parsed.data;
  };
  return {
    async upload(lines, signal) {
      const boundary = `scale-${randomUUID()}`;
      const part = (head: string, content: string) => `--${boundary}\r\n${head}\r\n\r\n${content}\r\n`;
      const content =
        part('content-disposition: form-data; name="purpose"', 'batch') +
        part(
          'content-disposition: form-data; name="file"; filename="calls.jsonl"\r\ncontent-type: application/jsonl',
          `${lines.join('\n')}\n`,
        );
      const upload = { contentType: `multipart/form-data; boundary=${boundary}`, content: `${content}--${boundary}--\r\n` };
      return (await json(fileShape, '/files', { upload, signal }, fileMs)).id;
    },
    create: async (fileId, window, signal) => {
      const body = { input_file_id: fileId, endpoint: '/v1/chat/completions', completion_window: window };
      return batchOf(await json(batchShape, '/batches', { body, signal }));
    },
    get: async (batchId, signal) => batchOf(await json(batchShape, `/batches/${encodeURIComponent(batchId)}`, { signal })),
    async findByFile(fileId, signal) {
      let after = '';
      for (let page = 0; page < mostPages; page += 1) {
        const query = `limit=${pageSize}${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`;
        const { data, has_more } = await json(listShape, '/batches', { query, signal });
        const found = data.find(({ input_file_id }) => input_file_id === fileId);
        if (found !== undefined) return batchOf(found);
        after = data.at(-1)?.id ?? '';
        if (has_more !== true || after === '') return undefined;
      }
      return undefined;
    },
    content: (fileId, signal) => text(`/files/${encodeURIComponent(fileId)}/content`, { signal }, fileMs),
    async cancel(batchId, signal) {
      await text(`/batches/${encodeURIComponent(batchId)}/cancel`, { body: {}, signal }, callMs);
    },
  };
}

function batchOf(shown: z.output<typeof batchShape>): Batch {
  const { id, status, input_file_id, output_file_id, error_file_id, errors, request_counts } = shown;
  const faults = errors?.data ?? [];
  return {
    ...{ id, status, fileId: input_file_id },
    ...{ outputFileId: output_file_id ?? undefined, errorFileId: error_file_id ?? undefined },
    answered: (request_counts?.completed ?? 0) + (request_counts?.failed ?? 0),
    fault: faults.flatMap(({ message }) => message ?? []).join('; '),
    faultCode: faults.flatMap(({ code }) => (typeof code === 'string' ? code : [])).join(' '),
  };
}
