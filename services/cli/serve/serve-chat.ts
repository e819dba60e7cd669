import { randomInt, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isNoResult } from '../../domain/failure.ts';
import { coerceError } from '../../shared/errors/coerce-error.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import { InfrastructureError } from '../../shared/models/errors/endpoint-errors.ts';
import { SandboxError } from '../../shared/sandbox/sandbox-error.ts';
import { type CallAccount, createCallAccount } from '../in-process/workflow-executor.ts';
import type { AnswerForm } from './answer-form.ts';
import type { ChatRequest } from './chat-request.ts';
import { errorBody, type ServedAnswer } from './chat-response.ts';
import { openEventStream } from './event-stream.ts';
import { readBody } from './read-body.ts';
import { sendJson } from './send.ts';
import { askAgainAfter, gone, modelNotFound, notAgain, ServeError } from './serve-error.ts';
import type { ServeMetrics } from './serve-metrics.ts';
import type { ServedWorkflow } from './served-workflow.ts';

export interface ChatSettings {
  readonly served: ServedWorkflow;
  readonly timing: Timing;
  /** Most workflows that run at the same time; more are refused. */
  readonly atOnce: number;
  readonly deadlineMs: number;
  /** Between two signs of life in a stream. */
  readonly pauseMs: number;
  /** Told of defects: clients are not. */
  readonly defect: (error: Error) => void;
}

export interface ChatServer {
  readonly inFlight: number;
  /** Answers whatever happens. */
  answer(incoming: IncomingMessage, response: ServerResponse, form: AnswerForm): Promise<void>;
  /** Ends what runs. */
  cut(): void;
}

export function createChatServer(settings: ChatSettings, metrics: () => ServeMetrics): ChatServer {
  const { served, timing, atOnce, deadlineMs, pauseMs } = settings;
  const running = new Set<AbortController>();
  let usualSeconds = 1;

  const admit = (): AbortController => {
    if (running.size >= atOnce) {
      const seconds = Math.min(60, Math.max(1, Math.ceil(usualSeconds)));
      const message = `${atOnce} requests are being answered; ask again in ${seconds} s`;
      throw new ServeError(429, 'too_many_requests', message, { headers: { 'retry-after': String(seconds) } });
    }
    const ending = new AbortController();
    running.add(ending);
    return ending;
  };

  const run = async (request: ChatRequest, response: ServerResponse, account: CallAccount, id: string): Promise<ServedAnswer> => {
    const ending = admit();
    const onClose = (): void => ending.abort(gone);
    response.once('close', onClose);
    const inTime = timing.after(deadlineMs, () => ending.abort(tooLate(deadlineMs)));
    try {
      const asked = { id, seed: request.seed ?? randomInt(2 ** 47), account };
      const { answer: whole, failure, route } = await served.answer(request.fields, asked, ending.signal);
      if (route !== undefined) metrics().routed(route, failure !== undefined);
      if (failure !== undefined) {
        const outside = isNoResult([{ failure }]);
        const { usage } = account;
        throw new ServeError(outside ? 502 : 422, failure.kind, failure.message, { usage, headers: outside ? {} : notAgain });
      }
      const { usage, calls, simulated } = account;
      const created = Math.floor(timing.wallMs() / 1000);
      const answer = untilStop(whole, request.stop);
      const workflowHash = route?.workflow ?? served.hash;
      return { id, created, model: served.name, answer, usage, calls, workflowHash, simulated, ...(route && { route }) };
    } finally {
      inTime();
      response.off('close', onClose);
      running.delete(ending);
    }
  };

  return {
    get inFlight() {
      return running.size;
    },
    cut: () => {
      const why = new ServeError(503, 'stopping', 'the server is being stopped', { headers: { 'retry-after': '5' } });
      for (const ending of running) ending.abort(why);
    },
    answer: async (incoming, response, form) => {
      const beganMs = timing.monotonicMs();
      const account = createCallAccount();
      const id = `${form.prefix}${randomUUID()}`;
      response.setHeader('x-request-id', id);
      const ended = (outcome: string): void => metrics().ended(outcome, (timing.monotonicMs() - beganMs) / 1000, account);
      let stream: ReturnType<typeof openEventStream> | undefined;
      try {
        const request = form.read(await readBody(incoming), served.inputs);
        if (request.model !== served.name) {
          throw modelNotFound(request.model, served.name);
        }
        if (request.stream) stream = openEventStream(response, timing, pauseMs);
        const answered = await run(request, response, account, id);
        usualSeconds += ((timing.monotonicMs() - beganMs) / 1000 - usualSeconds) / 10;
        ended('200');
        if (stream === undefined) sendJson(response, 200, form.body(answered));
        else await stream.send(form.chunks(answered, request.includeUsage));
      } catch (error) {
        const shown = shownError(error, account, settings.defect);
        ended(shown === gone ? 'gone' : String(shown.status));
        if (response.destroyed) return;
        if (stream?.begun) stream.fail(form.failure(shown));
        else sendJson(response, shown.status, errorBody(shown), shown.headers);
      } finally {
        stream?.[Symbol.dispose]();
      }
    },
  };
}

function untilStop(answer: string, stop: readonly string[]): string {
  const places = stop.map((text) => answer.indexOf(text)).filter((place) => place >= 0);
  return places.length === 0 ? answer : answer.slice(0, Math.min(...places));
}

function tooLate(deadlineMs: number): ServeError {
  return new ServeError(504, 'deadline', `the workflow took longer than ${deadlineMs / 1000} s`, { headers: notAgain });
}

function shownError(error: unknown, { usage, calls }: CallAccount, defect: ChatSettings['defect']): ServeError {
  if (error instanceof ServeError) {
    if (error === gone || error.usage !== undefined || calls === 0) return error;
    const { status, code, message, param, headers } = error;
    return new ServeError(status, code, message, { param, headers, usage });
  }
  if (error instanceof InfrastructureError) {
    const headers = askAgainAfter(error.retryAfterMs);
    return new ServeError(502, `endpoint_${error.problem.replaceAll('-', '_')}`, error.message, { usage, headers, cause: error });
  }
  const { message } = coerceError(error);
  if (error instanceof SandboxError) return new ServeError(500, 'sandbox', message, { usage, headers: notAgain });
  defect(coerceError(error));
  return new ServeError(500, 'internal', 'something broke in the server; its own output says what', { usage, headers: notAgain });
}
