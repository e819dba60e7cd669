import { jsonIn } from './json-in.ts';
/** An error that a server put into words. */
export interface ServerAnswer {
  readonly status: number | undefined;
  /** Everything that looks like a code or a type of error, separated by spaces. */
  readonly code: string;
  /** The part of the request that it names, "" for none. */
  readonly param: string;
  /** As received: long, with tags, and with whatever the server repeats of the request. */
  readonly message: string;
  readonly headers: Headers | undefined;
  /** What its fields say of how long to wait: seconds, or a text with a unit, such as "34s". */
  readonly waits: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

/** The error in an answer whose HTTP status says so. */
export function answerOf(status: number, headers: Headers, text: string): ServerAnswer {
  const location = headers.get('location');
  const moved = status >= 300 && status < 400 && location !== null ? { message: `it has moved to ${location}` } : {};
  const body = jsonIn(text);
  const said = answerIn(body === undefined ? text : body);
  return { ...said, ...moved, status, headers: new Headers([...(said.headers ?? []), ...headers]) };
}

/** The error in a body that came with the status 200, undefined if there is none. */
export function errorIn(body: unknown): ServerAnswer | undefined {
  if (typeof body === 'string') return answerIn(body);
  const fields = fieldsOf(Array.isArray(body) ? body[0] : body);
  if (isGiven(fields.error) && !isSuccess(fieldsOf(fields.error))) return answerIn(body);
  if ((Array.isArray(fields.choices) && fields.choices.length > 0) || isSuccess(fields)) return undefined;
  const isError =
    fields.object === 'error' ||
    fields.type === 'error' ||
    fields.success === false ||
    [fields.detail, fields.errors, fields.fault].some(isGiven) ||
    [fields.message, fields.msg, fields.error_msg, fields.errorMessage].some((each) => typeof each === 'string' && each !== '') ||
    Boolean(fieldsOf(fields.base_resp).status_code);
  return isError ? answerIn(body) : undefined;
}

/** Spark and others write with each chunk that all is well, in the fields of an error. */
function isSuccess({ success, message, msg }: Fields): boolean {
  return success !== false && (success === true || /^\s*(success\w*|succeeded|ok)\W*$/i.test(String(message ?? msg ?? '')));
}

/**
 * The error in a body, wherever servers put it: OpenAI's {error: {...}}, vLLM's older {object: "error", ...}, FastAPI's {detail},
 * Google's list of errors, {errors}, {fault}, {base_resp}, a flat {code, message}, or just text.
 */
export function answerIn(body: unknown): ServerAnswer {
  const outer = fieldsOf(Array.isArray(body) ? (body.find((each) => isGiven(fieldsOf(each).error)) ?? body[0]) : body);
  const inner = innerError(outer);
  const status = [inner.code, inner.status, inner.statusCode, outer.code, outer.status, outer.statusCode]
    .map(Number)
    .find(isErrorStatus);
  const codes = [inner, outer].flatMap((each) => [
    each.code,
    each.type,
    each.status,
    each.reason,
    each.error_code,
    each.errorCode,
    each.error_type,
    each.__type,
  ]);
  const more = [fieldsOf(inner.innererror).code, ...detailsOf(inner).map(({ reason }) => reason)];
  const metadata = fieldsOf(inner.metadata);
  const said =
    messageIn(inner) || messageIn(outer) || (typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body));
  return {
    status,
    code: [...codes, ...more, ...(isGiven(metadata.flagged_input) ? ['flagged'] : [])].filter(isWord).join(' '),
    param: typeof inner.param === 'string' ? inner.param : '',
    // OpenRouter's "Provider returned error" has the provider's own words next to it.
    message: typeof metadata.raw === 'string' ? `${said}: ${metadata.raw}` : said,
    headers: repeatedHeaders(metadata.headers),
    waits: [inner, outer, metadata, ...detailsOf(inner)].flatMap(waitsIn).map(String),
  };
}

const inSeconds = [
  'retry_after',
  'retry_after_seconds',
  'retryAfter',
  'retryAfterSeconds',
  'retry-after',
  'retryDelay',
  'estimated_time',
  'resets_in_seconds',
  'resets_at',
];
const inMilliseconds = ['retry_after_ms', 'retryAfterMs', 'retry-after-ms'];

/** Google's delay is a text ("34s"), or, where a gateway has read it, an object with its seconds. */
function waitsIn(fields: Fields): unknown[] {
  const seconds = inSeconds.map((name) => fieldsOf(fields[name]).seconds ?? fields[name]);
  const milliseconds = inMilliseconds.map((name) => fields[name]);
  return [...seconds.filter(isWord), ...milliseconds.filter(isWord).map((value) => `${value}ms`)];
}

/** Objects unchanged, anything else as one without fields. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** One line of at most this many characters. */
export function clipped(text: string, most: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}

/** Whether a text is a page for people, or some other XML, and not an answer from an API. */
export function isMarkup(text: string): boolean {
  return /^\s*<[a-z!?]/i.test(text);
}

/** What a page says, without its tags, styles and scripts. */
export function withoutTags(text: string): string {
  if (!/<\/?[a-z!][^>]*>/i.test(text)) return text;
  return text
    .replace(/<!--[\s\S]*?(?:-->|$)/g, ' ')
    .replace(/<(script|style|svg|head)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, (part) => /<title\b[^>]*>([^<]*)/i.exec(part)?.[1] ?? ' ')
    .replace(/<\/?[a-z!][^>]*(?:>|$)/gi, ' ')
    .replace(/&(?:nbsp|#160);/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;|&#34;/g, '"')
    .replace(/&#39;|&apos;/g, "'")
    .replace(/&amp;/g, '&');
}

function innerError(outer: Fields): Fields {
  const { error, errors, fault, base_resp, detail } = outer;
  const [first] = [error, errors].map((each) => (Array.isArray(each) ? each[0] : undefined)).filter(isGiven);
  const inner = [error, first, fault, base_resp, detail].find(
    (each) => typeof each === 'object' && each !== null && !Array.isArray(each),
  );
  return inner === undefined ? outer : fieldsOf(inner);
}

const messageFields = [
  'message',
  'msg',
  'error_message',
  'error_msg',
  'errorMessage',
  'status_msg',
  'faultstring',
  'detail',
  'error_description',
  'description',
  'error',
  'title',
];

function messageIn(fields: Fields): string {
  for (const name of messageFields) {
    const value = fields[name];
    if (typeof value === 'string' && value !== '') return value;
    if (Array.isArray(value) && value.length > 0) return value.map(validationError).join('; ');
    if (name === 'message' && isGiven(value)) return JSON.stringify(value);
  }
  return '';
}

/** One of FastAPI's: where it is, and what is wrong there. */
function validationError(error: unknown): string {
  const { loc, msg } = fieldsOf(error);
  if (typeof msg !== 'string') return typeof error === 'string' ? error : JSON.stringify(error);
  return Array.isArray(loc) ? `${loc.filter((part) => part !== 'body').join('.')}: ${msg}` : msg;
}

/** Those of a provider that say how long to wait, as OpenRouter repeats them in the body. */
function repeatedHeaders(given: unknown): Headers | undefined {
  const told = Object.entries(fieldsOf(given)).filter(
    ([name, value]) => /^(?:x-ratelimit|retry-after)[\w-]*$/i.test(name) && /^[\x20-\x7e]*$/.test(String(value)),
  );
  return told.length === 0 ? undefined : new Headers(told.map(([name, value]) => [name, String(value)]));
}

function detailsOf({ details }: Fields): Fields[] {
  return Array.isArray(details) ? details.map(fieldsOf) : [];
}

function isWord(value: unknown): boolean {
  return (typeof value === 'string' && value !== '') || typeof value === 'number';
}

function isErrorStatus(status: number): boolean {
  return Number.isInteger(status) && status >= 400 && status < 600;
}

function isGiven(value: unknown): boolean {
  if (typeof value === 'string' || Array.isArray(value)) return value.length > 0;
  if (typeof value !== 'object' || value === null) return value === true;
  // Some servers send the fields of an error with each reply, and nothing in them.
  return Object.values(value).some((each) => each !== null && each !== '' && each !== 0 && each !== false);
}
