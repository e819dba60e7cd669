import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request of a batch, as it was uploaded. */
export interface BatchedLine {
  readonly custom_id: string;
  readonly method: string;
  readonly url: string;
  readonly body: { readonly model: string; readonly messages: readonly { readonly content: string }[] };
}

/** What a batch is when it is over. */
export interface BatchEnd {
  readonly status: string;
  /** Lines of the file of replies, null for no file. */
  readonly output?: readonly (object | string)[] | null;
  readonly errors?: readonly (object | string)[] | null;
  /** `errors.data` of a batch that was refused. */
  readonly faults?: readonly object[];
}

interface Answer {
  readonly status: number;
  readonly body: object;
  readonly headers?: Record<string, string>;
}

export interface BatchServerOptions {
  /** Default: each line is answered with "42". @param number of the batch, from 0 */
  readonly end?: (lines: readonly BatchedLine[], number: number) => BatchEnd;
  /**
   * An answer in place of the right one, undefined for that.
   * @param route such as "POST /files", "GET /batches/id" or "GET /files/id/content"
   * @param time how often the route was asked before
   */
  readonly instead?: (route: string, time: number, body: string) => Answer | 'made, but 502' | undefined;
  /** How many looks at a batch find it under way. Default 1. */
  readonly looks?: number;
}

export interface BatchServer extends AsyncDisposable {
  readonly url: string;
  /** The requests of each batch that was made. */
  readonly batches: readonly (readonly BatchedLine[])[];
  /** How often each route was asked. */
  readonly asked: ReadonlyMap<string, number>;
  /** The next look at a batch finds it over. */
  hurry(): void;
}

interface Kept {
  readonly id: string;
  readonly fileId: string;
  readonly end: BatchEnd;
  looks: number;
  cancelled: boolean;
}

/** A line with a reply, as OpenAI writes it. */
export function answered({ custom_id }: Pick<BatchedLine, 'custom_id'>, text = '42') {
  const message = { role: 'assistant', content: text, refusal: null };
  const body = {
    ...{ id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: 'm', system_fingerprint: null },
    choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
    usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 },
  };
  return { id: 'batch_req_1', custom_id, response: { status_code: 200, request_id: 'r', body }, error: null };
}

/** A line without a reply, as OpenAI writes it. */
export function unanswered({ custom_id }: Pick<BatchedLine, 'custom_id'>, code: string) {
  return { id: 'batch_req_2', custom_id, response: null, error: { code, message: `It is ${code}.` } };
}

/** The batch API as OpenAI's reference describes it, with whatever may go wrong in it. It shares nothing with the simulator's. */
export async function startBatchServer(options: BatchServerOptions = {}): Promise<BatchServer> {
  const { end = (lines) => ({ status: 'completed', output: lines.map((line) => answered(line)) }) } = options;
  const { instead = () => undefined, looks = 1 } = options;
  const files = new Map<string, string>();
  const kept: Kept[] = [];
  const batches: (readonly BatchedLine[])[] = [];
  const asked = new Map<string, number>();
  const store = (content: string): string => {
    files.set(`file-${files.size + 1}`, content);
    return `file-${files.size}`;
  };
  const fileOf = (lines: BatchEnd['output']): string | null =>
    lines ? store(`${lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')}\n`) : null;
  const shown = (batch: Kept): object => {
    const isOver = batch.looks <= 0;
    const isGood = batch.end.status !== 'failed';
    return {
      ...{ id: batch.id, object: 'batch', endpoint: '/v1/chat/completions', completion_window: '24h', created_at: 1 },
      input_file_id: batch.fileId,
      status: isOver ? batch.end.status : batch.cancelled ? 'cancelling' : 'validating',
      errors: isOver && batch.end.faults ? { object: 'list', data: batch.end.faults } : null,
      output_file_id: isOver && isGood ? outputs(batch)[0] : null,
      error_file_id: isOver && isGood ? outputs(batch)[1] : null,
      request_counts: { total: 1, completed: 0, failed: 0 },
    };
  };
  const written = new Map<Kept, readonly (string | null)[]>();
  const outputs = (batch: Kept): readonly (string | null)[] => {
    const known = written.get(batch) ?? [fileOf(batch.end.output), fileOf(batch.end.errors)];
    written.set(batch, known);
    return known;
  };
  const make = (body: string): Kept => {
    const { input_file_id } = JSON.parse(body) as { input_file_id: string };
    const lines = (files.get(input_file_id) ?? '').split('\n').filter((line) => line !== '');
    const requests = lines.map((line) => JSON.parse(line) as BatchedLine);
    const models = new Set(requests.map((line) => line.body.model));
    const mixed = { status: 'failed', faults: [{ code: 'mismatched_model', line: 2, message: 'All requests need one model.' }] };
    const ended: BatchEnd = models.size > 1 ? mixed : end(requests, batches.length);
    batches.push(requests);
    const batch = { id: `batch_${batches.length}`, fileId: input_file_id, end: ended, looks, cancelled: false };
    kept.unshift(batch);
    return batch;
  };
  const missing: Answer = {
    status: 404,
    body: { error: { message: 'No such thing.', type: 'invalid_request_error', code: null } },
  };
  const answerTo = (route: string, id: string, body: string): Answer | string => {
    if (route === 'POST /files') return { status: 200, body: { id: store(uploaded(body)), object: 'file', purpose: 'batch' } };
    if (route === 'GET /files/id/content') return files.get(id) ?? missing;
    if (route === 'POST /batches') return { status: 200, body: shown(make(body)) };
    if (route === 'GET /batches') return { status: 200, body: { object: 'list', data: kept.map(shown), has_more: false } };
    const batch = kept.find((each) => each.id === id);
    if (route === 'POST /chat/completions') return { status: 200, body: answered({ custom_id: '' }, 'OK').response.body };
    if (route === 'GET /models') return { status: 200, body: { object: 'list', data: [{ id: 'm', object: 'model' }] } };
    if (batch === undefined) return missing;
    if (route === 'POST /batches/id/cancel') [batch.cancelled, batch.looks] = [true, 1];
    else batch.looks -= 1;
    return { status: 200, body: shown(batch) };
  };
  const http = createServer((request, response) => {
    void (async () => {
      const { pathname } = new URL(request.url ?? '', 'http://here');
      const [, kind = '', id = '', what = ''] = /^\/v1\/(\w+)(?:\/([^/]+))?(?:\/(\w+))?$/.exec(pathname) ?? [];
      const isChat = kind === 'chat';
      const route = `${request.method} /${kind}${isChat ? `/${id}` : id && '/id'}${what && `/${what}`}`;
      const body = await textOf(request);
      const time = asked.get(route) ?? 0;
      asked.set(route, time + 1);
      const other = instead(route, time, body);
      const right = other === undefined || other === 'made, but 502' ? answerTo(route, id, body) : other;
      const given = other === 'made, but 502' ? { status: 502, body: { error: { message: 'Bad gateway' } } } : right;
      if (typeof given === 'string') response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(given);
      else
        response
          .writeHead(given.status, { 'content-type': 'application/json', ...given.headers })
          .end(JSON.stringify(given.body));
    })();
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const server: BatchServer = {
    ...{ url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/v1`, batches, asked },
    hurry: () => {
      for (const batch of kept) batch.looks = 1;
    },
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return server;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

function uploaded(form: string): string {
  const [, content = ''] = /filename="[^"]*"\r\ncontent-type: [^\r]*\r\n\r\n([\s\S]*?)\r\n--/.exec(form) ?? [];
  return content;
}
