import type { APIError } from 'openai';

/** An error that a server put into words. */
export interface ServerAnswer {
  readonly status: number | undefined;
  readonly code: string;
  readonly param: string;
  readonly message: string;
  readonly headers: Headers | undefined;
}

export function answerOf(error: APIError): ServerAnswer {
  const body = answerIn(error.error);
  return {
    ...body,
    status: error.status ?? body.status,
    message: body.message || error.message,
    headers: error.headers,
  };
}

/** The error in a body: OpenAI's {error: {...}}, vLLM's older {object: "error", ...}, FastAPI's {detail}, or just text. */
export function answerIn(body: unknown): ServerAnswer {
  const outer = fieldsOf(body);
  const inner = typeof outer.error === 'object' ? fieldsOf(outer.error) : outer;
  const code = inner.code ?? inner.type ?? '';
  const status = Number(inner.code);
  const message = inner.message ?? outer.error ?? inner.detail ?? (typeof body === 'string' ? body : '');
  return {
    status: Number.isInteger(status) && status >= 400 && status < 600 ? status : undefined,
    code: `${code} ${inner.type ?? ''} ${fieldsOf(inner.innererror).code ?? ''}`,
    param: String(inner.param ?? ''),
    message: shortened(typeof message === 'string' ? message : JSON.stringify(message)),
    headers: undefined,
  };
}

export function isContextOverflow({ code, message }: ServerAnswer): boolean {
  if (/context_length_exceeded|exceed_context_size/.test(code)) return true;
  return /context (length|size|window)|maximum (model|sequence) length|max_model_len|too long for the model|max_new_tokens`? must be/i.test(
    message,
  );
}

export function isContentFilter({ code }: ServerAnswer): boolean {
  return /content_filter|content_policy|ResponsibleAIPolicy/i.test(code);
}

export function isRefusedKey({ status, code }: ServerAnswer): boolean {
  return status === 401 || status === 402 || status === 403 || /insufficient_quota|invalid_api_key/.test(code);
}

export function isMissingModel({ status, code, message }: ServerAnswer): boolean {
  return /model_not_found/.test(code) || (status === 404 && /model/i.test(message));
}

export function isMissingPath({ status }: ServerAnswer): boolean {
  return status === 404 || status === 405 || status === 410;
}

/** 529 is "overloaded" at some hosts. */
export function isThrottling({ status }: ServerAnswer, retryAfterMs: number | undefined): boolean {
  return status === 429 || ((status === 503 || status === 529) && retryAfterMs !== undefined);
}

/** Without a status, the server said in a reply of 200 that something is wrong, and not what. */
export function isBreakdown({ status }: ServerAnswer): boolean {
  return status === undefined || status >= 500 || status === 409 || status === 425;
}

const settingNames = /\b(chat_template_kwargs|temperature|top_p|seed|max_tokens|max_completion_tokens|stream_options)\b/;

export function isRefusedSetting({ status, param, message }: ServerAnswer): boolean {
  if (status !== 400 && status !== 422) return false;
  return (
    settingNames.test(param) ||
    (settingNames.test(message) && /un(supported|known|recognized)|not (supported|permitted)/i.test(message))
  );
}

export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}
