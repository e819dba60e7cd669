import { type Failure, FailureError, type FailureKind } from '../../../domain/failure.ts';
import { ConnectionError, wasStale } from '../errors/connection-error.ts';
import { connectionRemedy } from '../errors/connection-remedy.ts';
import {
  BatchRefusal,
  type BilledUsage,
  EmptyReplyError,
  EndpointError,
  type EndpointProblem,
  ForeignReplyError,
  isTransient,
  LargeReplyError,
  MalformedReplyError,
  MixedRepliesError,
  RequestFailure,
  ServerRefusal,
  WebPageError,
} from '../errors/endpoint-errors.ts';
import { wasNeverSent } from '../errors/never-sent.ts';
import { clipped, fieldsOf, type ServerAnswer, withoutTags } from '../errors/server-answer.ts';
import type { EndpointRequest } from '../model-endpoint.ts';
import { type EndpointSettings, endpointName } from '../settings/endpoint-settings.ts';
import type { Redact } from '../settings/redact.ts';
import {
  isBotCheck,
  isBreakdown,
  isContentFilter,
  isContextOverflow,
  isCutOff,
  isHeaderTooLong,
  isMissingCertificate,
  isMissingHeader,
  isMissingModel,
  isMissingParameter,
  isMissingPath,
  isProxyLogin,
  isRefusedKey,
  isReplyLimitTooHigh,
  isSchemaTooLarge,
  isThrottling,
  isTunnelDown,
  isWithoutTls,
  refusedSetting,
} from './refusal-rules.ts';
import { retryAfterMs } from './retry-after.ts';

/** Of a message including its address: anything longer is a page, or a list of everything that was sent. */
const longestMessage = 300;
const leastQuote = 120;
/** Of what a server said, where its words decide how to proceed. */
const longestSaid = 2_000;

export interface CallCircumstances {
  readonly endpoint: EndpointSettings;
  /** Undefined for a call that asks no model, such as one for the list of models. */
  readonly request: EndpointRequest | undefined;
  readonly redact: Redact;
  readonly billed: BilledUsage | undefined;
  /** Wall-clock time: a server may say until when to wait. */
  readonly nowMs: number;
}

/**
 * The one place that knows how endpoints say that something went wrong, and the only way for their words into messages:
 * shortened, and without the endpoint's secrets.
 * @returns undefined for an error that no endpoint caused: a defect of ours, to be rethrown
 */
export function callError(error: unknown, circumstances: CallCircumstances): EndpointError | FailureError | undefined {
  const { endpoint, redact, billed } = circumstances;
  const trouble = (problem: EndpointProblem, message: string, failure?: FailureKind) =>
    new EndpointError(problem, endpointName(endpoint), message, { billed, ofRequest: failure && { kind: failure, message } });
  if (error instanceof FailureError) return error;
  if (error instanceof EndpointError) return billed === undefined ? error : withBilled(error, billed);
  if (error instanceof BatchRefusal) return fromBatchRefusal(error.answer, circumstances);
  if (error instanceof ServerRefusal) return fromAnswer(error.answer, circumstances);
  if (error instanceof MixedRepliesError)
    return new EndpointError('malformed', endpointName(endpoint), error.message, { billed, isLearnt: true });
  if (error instanceof MalformedReplyError)
    return trouble('malformed', clipped(redact(error.message), longestMessage), 'malformed-reply');
  if (error instanceof EmptyReplyError) return trouble('empty', error.message, 'empty-reply');
  if (error instanceof LargeReplyError) {
    return new RequestFailure({ kind: 'reply-too-large', message: error.message }, billed === undefined ? [] : [billed]);
  }
  if (error instanceof WebPageError) {
    const quote = quoted(error.message, redact, longestMessage - 120);
    return trouble(
      'misconfigured',
      `this address serves a web page, not a chat API; base_url often ends in /v1 (it says: ${quote})`,
    );
  }
  if (error instanceof ForeignReplyError) {
    const quote = quoted(error.message, redact, longestMessage - 120);
    return trouble(
      'misconfigured',
      `this address answers, but not as a chat API; base_url often ends in /v1 (it says: ${quote})`,
    );
  }
  if (error instanceof ConnectionError) return fromTransportError(error, circumstances);
  return undefined;
}

function fromAnswer(answer: ServerAnswer, circumstances: CallCircumstances): EndpointError | FailureError {
  const { endpoint, request, redact, billed, nowMs } = circumstances;
  const { status } = answer;
  const wait = retryAfterMs(answer, nowMs);
  const quote = (before: string) => quoted(answer.message, redact, longestMessage - before.length - 24);
  // These become part of a run's log, so they do not name an address.
  const failure = (kind: FailureKind, message: string) =>
    new RequestFailure({ kind, message: `${message}: ${quote(message)}` }, billed === undefined ? [] : [billed]);
  /** @param mayBeOfRequest other requests, with the same settings, may be answered */
  const trouble = (problem: EndpointProblem, message: string, mayBeOfRequest = false) => {
    const said = `HTTP ${status ?? 200}: ${quote(endpointName(endpoint) + message)}`;
    const ofRequest: Failure =
      problem === 'unavailable'
        ? { kind: 'unavailable', message: `the endpoint breaks down over the request (${said})` }
        : { kind: 'refused', message: `the endpoint refuses the request (${said})` };
    return new EndpointError(problem, endpointName(endpoint), `${message} (${said})`, {
      status,
      retryAfterMs: wait,
      said: clipped(redact(`${answer.param} ${answer.message}`), longestSaid),
      billed,
      ofRequest: mayBeOfRequest ? ofRequest : undefined,
    });
  };

  const read = { ...answer, message: withoutInnerStops(answer.message) };
  if (request !== undefined && isReplyLimitTooHigh(read, request)) {
    return trouble(
      'misconfigured',
      `max_tokens, ${request.maxTokens}, is more than the model or its context allows; lower it in the run file`,
    );
  }
  const isOfSchema = request?.structured !== undefined && isSchemaTooLarge(read);
  if (!isOfSchema && isContextOverflow(read))
    return failure('context-overflow', 'the prompt does not fit the context of the model');
  if (isProxyLogin(read)) {
    return trouble(
      'misconfigured',
      'a proxy before it requires a login: http://USER:PASSWORD@HOST:PORT in HTTP_PROXY or HTTPS_PROXY',
    );
  }
  if (isTunnelDown(read)) return trouble('unavailable', 'nobody is at the other end of its tunnel');
  if (isMissingCertificate(read)) {
    return trouble(
      'misconfigured',
      'it wants a certificate of its client, and none is sent: let a proxy on this machine send it',
    );
  }
  if (isBotCheck(read)) {
    return trouble('misconfigured', 'a check for browsers stands before it: have the calls of this machine let through there');
  }
  if (isContentFilter(read)) return failure('content-filter', "the endpoint's content filter refuses the prompt");
  // A firewall in front of the endpoint answers 403 to one prompt; the endpoint itself does so to all.
  if (isRefusedKey(read)) return trouble('credentials', keyAdvice(endpoint, answer), status === 403);
  // It is of the moment, whatever else its words may be about.
  if (status === 429) return trouble('throttled', throttled(wait));
  if (isCutOff(read)) return failure('cut-off', "the model's reply reached its token limit");
  const setting = request && refusedSetting(answer, request);
  if (setting) return trouble('misconfigured', `it refuses ${setting.name}; ${setting.remedy}`, true);
  if (isMissingModel(read)) {
    return trouble('misconfigured', `it does not serve the model ${request?.model ?? ''}`, status !== 404);
  }
  if (isWithoutTls(read)) return trouble('misconfigured', 'it wants TLS; write base_url with https://');
  if (isMissingPath(read)) return trouble('misconfigured', 'there is no chat API at this address; base_url often ends in /v1');
  if (isMissingHeader(read)) {
    return trouble('misconfigured', 'it requires a header; add it under headers of the endpoint in the run file', true);
  }
  if (isHeaderTooLong(read)) {
    return trouble('misconfigured', 'the headers are too long for it: a key, or what is under headers of the endpoint');
  }
  if (isMissingParameter(read)) {
    return trouble('misconfigured', 'it requires a parameter in its address, as in base_url: https://…?api-version=…', true);
  }
  if (status === 501) return trouble('misconfigured', 'it does not do what is asked of it');
  if (isThrottling(read, wait)) return trouble('throttled', throttled(wait));
  if (status === 408 || status === 504 || status === 524) return trouble('timeout', 'it gave up on the call');
  // Other requests show whether a server breaks down over this one only; a server that is down answers none.
  if (isBreakdown(read)) return trouble('unavailable', 'it has broken down', status === undefined || status <= 500);
  // OpenAI's and Anthropic's clients heed it. That it is "false" says nothing of whose fault the refusal is.
  if (answer.headers?.get('x-should-retry') === 'true') return trouble('unavailable', 'it wants to be asked again', true);
  return trouble('unclear-refusal', 'it refuses the request', true);
}

/** A call whose batch is refused may be in order: it is made again where that may help, and otherwise a person is told. */
function fromBatchRefusal(answer: ServerAnswer, circumstances: CallCircumstances): EndpointError {
  const { endpoint, redact } = circumstances;
  const { status } = answer;
  const found = fromAnswer(answer, { ...circumstances, request: undefined });
  const name = endpointName(endpoint);
  const isKnown = found instanceof EndpointError;
  const problem = isKnown && (isTransient(found) || found.problem === 'credentials') ? found.problem : 'misconfigured';
  const advice =
    isMissingPath(answer) || status === 501
      ? 'it has no batch API, or not this batch; without `batch` of the endpoint in the run file, calls are made at once'
      : problem === 'credentials'
        ? `it refuses a batch: ${keyAdvice(endpoint, answer)}`
        : 'it refuses a batch';
  const said = `HTTP ${status ?? 200}: ${quoted(answer.message, redact, longestMessage - name.length - advice.length - 24)}`;
  const retryAfter = isKnown ? found.retryAfterMs : undefined;
  return new EndpointError(problem, name, `${advice} (${said})`, { status, retryAfterMs: retryAfter, ofBatch: true });
}

function keyAdvice({ apiKey, apiKeyVariable, headers = {} }: EndpointSettings, { status, code, message }: ServerAnswer): string {
  const named = Object.keys(headers).join(', ');
  const whose = apiKey === undefined ? 'that it charges' : `of the key in the variable ${apiKeyVariable}`;
  const isMoney =
    /insufficient(?!.(permission|scope|privilege|access))|balance|billing|budget|credit|quota|arrear|payment|usage limit|free tier/i.test(
      `${code} ${message}`,
    );
  if (status === 402 || isMoney) return `the account ${whose} is out of credit or has an unpaid bill`;
  if (apiKey !== undefined) return `it refuses the key in the variable ${apiKeyVariable}, or what the key is used for`;
  if (named === '') return 'it requires a key; name the variable that holds it in api_key_variable';
  return `it refuses the endpoint's headers (${named}), or requires a key: name its variable in api_key_variable`;
}

function throttled(waitMs: number | undefined): string {
  return `it asks for fewer calls${waitMs === undefined ? '' : `, and for none in the next ${Math.ceil(waitMs / 1000)} s`}`;
}

/** Rules look for words in one sentence, and a full stop in a model's name or a number ends none. */
function withoutInnerStops(text: string): string {
  return text.replace(/(?<=\w)\.(?=\w)/g, '-');
}

/** What a server said, fit for a message. Secrets are removed before it is shortened, which might cut one in two. */
function quoted(text: string, redact: Redact, most: number): string {
  return clipped(redact(withoutTags(redact(text))), Math.max(leastQuote, most));
}

function fromTransportError(error: Error, { endpoint, redact, billed }: CallCircumstances): EndpointError {
  const origin = innermost(error);
  const code = String(fieldsOf(origin).code ?? '');
  const said = clipped(redact(origin.message), longestMessage - endpointName(endpoint).length - 40);
  const detail = code === '' || said.includes(code) ? said : `${code}, ${said}`;
  const remedy = connectionRemedy(code, origin.message);
  const sent = wasNeverSent(error) ? 'never' : wasStale(error) ? 'stale' : undefined;
  return remedy === undefined
    ? new EndpointError('unavailable', endpointName(endpoint), `the connection failed: ${detail}`, { billed, sent })
    : new EndpointError('misconfigured', endpointName(endpoint), `${remedy} (${detail})`, { billed, sent });
}

function innermost(error: Error): Error {
  return error.cause instanceof Error ? innermost(error.cause) : error;
}

function withBilled(error: EndpointError, billed: BilledUsage): EndpointError {
  const { problem, endpoint, status, retryAfterMs: wait, said, ofRequest, sent } = error;
  const message = error.message.slice(endpoint.length + 2);
  return new EndpointError(problem, endpoint, message, { status, retryAfterMs: wait, said, ofRequest, sent, billed });
}
