import type { ServerAnswer } from '../errors/server-answer.ts';
import type { EndpointRequest } from '../model-endpoint.ts';

/** What the words of a server's error mean. Codes and types come first where they are conclusive; statuses differ by server. */

/** Messages of providers' own servers, and of the proxies in front of them, that say that the text is too long. */
const tooLong = [
  /context[ _-]?(length|size|window|limit)|ContextWindowExceeded/i,
  /maximum (model|sequence|input|prompt) ?length|max_model_len|range of input length|exceeds max length/i,
  /\b(prompt|inputs?|messages?|request|content|conversation|query|text|string)\b(?!.{0,40}\barray\b)[^.]{0,40}\btoo (long|large|big)/i,
  /\b(inputs?|prompt|messages?|request|tokens?)\b[^.]{0,80}\bexceed[^.]{0,60}\b(max|limit|allowed|supported|context)/i,
  /\binputs?`?\s*(tokens\b[^.]{0,40}must be|must have (less|fewer))|max_new_tokens`? must be/i,
  /max_tokens must be at least 1, got -|tokens in request more than|too many (input |prompt )?tokens|token limit exceeded/i,
  /(reduce|shorten)[^.]{0,30}\b(length|prompt|messages?|input|number of tokens)/i,
  // TensorRT-LLM, SambaNova, LMDeploy.
  /\bsum of prompt length\b.{0,120}\bexceed max_seq_len/i,
  /\bprompt length\b[^.]{0,20}\.?\d*\)?,? [^.]{0,40}exceed max_num_tokens|default_max_tokens \(-?\d+\) must be greater|maximum supported sequence length/i,
  /\b(prompt|inputs?|request)\b[^.]{0,40}\b(longer|greater|larger|bigger|more) than\b[^.]{0,30}\b(context|sequence|session|max)/i,
  // mistral.rs.
  /\b(prompt|input) (sequence )?length is (greater|longer|larger) than \d/i,
  /超长|过长|超出.*长度|上下文长度/,
];
const ofTheMinute = /rate.?limit|too many requests|quota|per (second|minute|hour|day)|wait before/i;

export function isContextOverflow({ code, message, status }: ServerAnswer): boolean {
  if (/context_length|exceed_context|context_window|string_above_max_length|prompt_too_long|input_too_long/i.test(code))
    return true;
  // What the header is too long for is no prompt.
  if (status === 431 || status === 494 || /header[^.]{0,30}too (large|long)/i.test(message)) return false;
  if (status === 413 || /request too large/i.test(message)) return true;
  return status !== 429 && !ofTheMinute.test(message) && tooLong.some((form) => form.test(message));
}

/** Of a request under a JSON schema: the schema is too much for the server, whatever the prompt is. */
export function isSchemaTooLarge({ message }: ServerAnswer): boolean {
  if (/\bcontext\b|tokens/i.test(message)) return false;
  return /\b(schema|grammar)s?\b[^.]{0,60}\b(too (large|long|big|complex|deep)|exceed\w*|more than)\b/i.test(message);
}

/** OpenAI, OpenRouter and SGLang name the context in the same words; vLLM its setting; TGI, and Together, the sum. */
const room =
  /(?:context (?:length|size|window)|max_(?:model_len|total_tokens|seq_len)|max_new_tokens`? must be <=)\D{0,20}(\d[\d,]*)/i;
/** Bedrock says it in plain words. */
const replyLimit = /max_?\w*tokens|(completion|output) tokens|maximum tokens you requested/i;

/**
 * Whether the limit of the reply alone is more than the context has room for, or than the model can write: this affects every
 * query.
 */
export function isReplyLimitTooHigh({ status, param, message }: ServerAnswer, { maxTokens }: EndpointRequest): boolean {
  const said = `${param} ${message}`;
  if (status === 429 || ofTheMinute.test(message)) return false;
  if (!replyLimit.test(said) && !/completion|output/i.test(said)) return false;
  const most = room.exec(message)?.[1];
  if (most !== undefined) return maxTokens >= Number(most.replaceAll(',', ''));
  const isBeyond = /too large|at most|maximum|exceed|must be less|should be less|supported range/i.test(message);
  return isBeyond && replyLimit.test(said) && !/input|prompt|messages/i.test(message);
}

/** OpenAI's reasoning models refuse afterwards what they did not finish thinking about. */
export function isCutOff({ status, message }: ServerAnswer): boolean {
  return status === 400 && /could not finish the message because max_tokens/i.test(message);
}

const filterCodes =
  /content_filter|content_policy|content_moderation|ResponsibleAIPolicy|data_inspection_failed|invalid_prompt|flagged|sensitive/i;
const filterWords = [
  /\bflagged\b|content[ _]?(management )?polic|usage polic|content[ _-]?filter|safety (system|filter|polic|setting|check)/i,
  /inappropriate content|sensitive (content|information|words?)|new_sensitive|prohibited[ _]content/i,
  /violat\w+ [\w' ]*\b(polic|guideline)|blocked (due to|because|by)[^.]*(safety|content|polic|filter)/i,
  /\bprompt\b[^.]{0,20} is blocked/i,
  /敏感|不安全|违规/,
];

export function isContentFilter({ status, code, message }: ServerAnswer): boolean {
  if (isAboutAccount(message)) return false;
  // 446 is Portkey's, where a guardrail refuses.
  return status === 451 || status === 446 || filterCodes.test(code) || filterWords.some((form) => form.test(message));
}

// LiteLLM 1.80.10 without a database answers every key but its own by saying that it has no database.
const keyCodes =
  /insufficient_quota|insufficient_balance|no_balance|arrearage|billing|budget_exceeded|exceeded_current_quota|invalid_api_key|api_key_invalid|auth(entication|orization)?_?error|invalid_authentication|unauthenticated|unauthorized|account_deactivated|no_db_connection|permission_denied|permission_error|access_?denied|AuthenticationError/i;
const keyWords =
  /(api[ _-]?key|auth(entication|orization)? (token|header)|access token|bearer token|credentials)\b[^.]{0,40}\b(not valid|invalid|incorrect|missing|required|expired|revoked|not provided|not found|wrong|denied|disabled)|authentication (error|fail\w*|required)|(invalid|incorrect|missing|expired|revoked|unknown|no|wrong) (api[ _-]?key|auth(entication|orization)? (token|header)|access token|bearer token|credentials)|budget has been exceeded|exceeded (your|the) (current )?(quota|budget|credit|spending)|insufficient (balance|credit|quota|funds)|credit balance is too low|out of credits|payment required|(spend|spending|hard|billing) limit|quota (is )?exhausted|(location|country|region|territory)\b[^.]{0,30}\bnot supported|\b(login fail|API secret key)|\b(pass|provide|use|supply) a valid api[ _-]?key|reached your\b[^.]{0,30}\busage limits?|free tier is not available/i;
const noMoneyInChinese = /余额不足|欠费|请充值|额度(已)?(用尽|不足|耗尽)|账[户号][^。]{0,10}(冻结|停用|欠)/;

/** Only the owner of the key can fix it: it is unknown, lacks the permission, or its money is spent. */
export function isRefusedKey(answer: ServerAnswer): boolean {
  const { status, code, message } = answer;
  if (status === 401 || status === 402 || status === 403 || noMoneyInChinese.test(message)) return true;
  // Google also reports a limit per minute as an exceeded quota.
  if (status === 429 && !/insufficient|balance|billing|budget|credit|arrear|payment/i.test(`${code} ${withoutAdvice(message)}`))
    return false;
  return keyCodes.test(code) || keyWords.test(message) || isAboutAccount(message);
}

function withoutAdvice(message: string): string {
  return /per (second|minute|hour|day)|retry|try again/i.test(message) ? '' : message;
}

function isAboutAccount(message: string): boolean {
  return /(account|organi[sz]ation|project|team|subscription)\b[^.]{0,60}\b(suspended|deactivated|disabled|banned|blocked|overdue|restricted|terminated)/i.test(
    message,
  );
}

export function isMissingModel({ status, code, param, message }: ServerAnswer): boolean {
  if (/model_not_found|model_not_available|model_not_supported|invalid_model|model_not_exist/i.test(code)) return true;
  if (status === 404 && /model|deployment|no endpoints found/i.test(message)) return true;
  if (status !== undefined && status >= 500) return false;
  return (
    (param === 'model' && !/support/i.test(message)) ||
    /\b(invalid|unknown|unavailable|unsupported|unrecognized|no such|not a valid) model\b|\bmodels?\b[^.]{0,100}\b(not (be )?(found|exist|available|served|deployed|loaded|valid|allowed)|does(n.t| not) exist|unavailable|decommissioned|no longer (available|supported|served)|reached the end of its life|requires terms acceptance)|\bmodel [`'"]?[\w./:-]+[`'"]? is not supported|no models? (is |are )?loaded|unable to access model|\bmodel not supported\b|does not work with the specified model|\bmodel (identifier|id)\b[^.]{0,100}\b(invalid|isn.t supported)|does(n.t| not) support (the )?chat([ _]completions?)?( API)?\s*($|[.,;])|provider not provided|模型(不存在|未找到|不可用)/i.test(
      message,
    )
  );
}

export function isMissingPath({ status, message }: ServerAnswer): boolean {
  // LM Studio says so with the status 200, Cloudflare with 400.
  if (
    (status === undefined || status === 400) &&
    /unexpected endpoint|no route (for|matched)|cannot (get|post) \/|API version (is )?not supported/i.test(message)
  )
    return true;
  return status === 404 || status === 405 || status === 410 || (status !== undefined && status >= 300 && status < 400);
}

/** nginx and servers written in Go say so, with the status 400. */
export function isWithoutTls({ message }: ServerAnswer): boolean {
  return /HTTP request (was sent )?to (an )?HTTPS (port|server)/i.test(message);
}

/** The tunnels of ngrok answer with 404 while nobody is at their other end. */
export function isTunnelDown({ message }: ServerAnswer): boolean {
  return /ERR_NGROK_(3200|8012)/.test(message);
}

/** nginx, with the status 400 or, where it is told to, 495 or 496. */
export function isMissingCertificate({ status, message }: ServerAnswer): boolean {
  return status === 495 || status === 496 || (status === 400 && /\bSSL certificate (error|was sent)/i.test(message));
}

/** Cloudflare's page for browsers. */
export function isBotCheck({ status, message }: ServerAnswer): boolean {
  return (status === 403 || status === 503) && /<title>(just a moment|attention required)/i.test(message);
}

/** Of a proxy or a network on the way that wants to know who calls. */
export function isProxyLogin({ status }: ServerAnswer): boolean {
  return status === 407 || status === 511;
}

export function isMissingHeader({ status, message }: ServerAnswer): boolean {
  return (
    status !== undefined &&
    status < 500 &&
    /\bheaders?\b[^.]{0,60}\b(required|missing|must|not (set|provided|found))|(required|missing|provide|set)\b[^.]{0,40}\bheader/i.test(
      message,
    )
  );
}

/** All calls carry the same headers. */
export function isHeaderTooLong({ status, message }: ServerAnswer): boolean {
  return status === 431 || status === 494 || (status === 400 && /header[^.]{0,30}too (large|long)/i.test(message));
}

/** Azure's `api-version`, for example, is a part of the address. */
export function isMissingParameter({ status, message }: ServerAnswer): boolean {
  return status !== undefined && status < 500 && /(required|missing)\b[^.]{0,20}\bquery (string |parameter)/i.test(message);
}

const busy =
  /server (is )?(too )?busy|\bqueue (is )?full|exceeds maximum queue size|due to backpressure|pending requests exceeded|\bat (full |max\w* )?capacity|capacity (is |has been )?exceeded|too busy|workers are busy|high demand|slow down|spike arrest|timed out in queue|queue time exceeded|访问量过大|并发(数)?过高/i;

/** vLLM with a bound to its queue, and SGLang, which also gives up on what has waited too long, or makes room for others. */
const engineFull =
  /\bengine is currently busy|backlog limit|waiting timeout reached|by a higher priority request|memory pressure/i;

/** Envoy, and so Istio and most gateways in Kubernetes, where more calls are under way than its settings let through. */
const envoyFull = /reset reason: overflow/;

/** 529 is "overloaded" at some hosts, and 498 says so of Groq's flexible tier. */
export function isThrottling({ status, code, message, headers }: ServerAnswer, retryAfterMs: number | undefined): boolean {
  if (status === 429 || status === 529) return true;
  if (headers?.get('x-envoy-overloaded') === 'true' || envoyFull.test(message)) return true;
  if (/rate_?limit|too_many_requests|overloaded|resource_exhausted|throttl|capacity_exceeded|slow_down/i.test(code)) return true;
  if (busy.test(message)) return true;
  if (status !== undefined && status < 500) return /wait before trying again/i.test(message);
  if (status === 503 && engineFull.test(message)) return true;
  return (status === 503 && retryAfterMs !== undefined) || /rate limit|too many requests|overloaded/i.test(message);
}

/** Of the request's making it may be only if it happens to no other. */
const brokenDown =
  /\b(model|process|engine|worker|runner|server|backend)\b[^.]{0,20}\b(crashed|terminated|unloaded|died|exited)\b|^channel error|out of memory|internal (server )?error|try (your|the) request again/i;

/**
 * Without a status, the server reported an error in a reply with status 200, without saying which. TGI and Bedrock say 424 when
 * the generation fails, and LM Studio says 400 when the model crashes.
 */
export function isBreakdown({ status, message }: ServerAnswer): boolean {
  return status === undefined || status >= 500 || [409, 423, 424, 425, 499].includes(status) || brokenDown.test(message);
}

/** A setting of the run file that a server refuses, and how to leave it out there. */
export interface RefusedSetting {
  readonly name: string;
  readonly remedy: string;
}

const leftOut = (name: string): RefusedSetting => ({
  name,
  remedy: `leave it out with \`${name}: null\`, or change it, under models in the run file`,
});

/**
 * The setting that a refusal is about, undefined if it names none. A server may also repeat the text of the request, which may
 * hold any of these words: other requests show whether the setting is really the reason.
 */
export function refusedSetting(answer: ServerAnswer, { model, chatTemplateKwargs }: EndpointRequest): RefusedSetting | undefined {
  const { status, param } = answer;
  const message = answer.message.replaceAll(model, '…');
  if (status !== undefined && status !== 400 && status !== 422) return undefined;
  const complains =
    /un(supported|known|recogni[sz]ed|expected|available)|not (be )?(supported|permitted|allowed|both|valid|available|specified)|does(n.t| not) support|cannot|invalid|extra|must|should|only|out of range|between|expected|deprecated|incompatible/i.test(
      message,
    );
  // The model's name may contain such a word.
  const names = (form: RegExp) => form.test(param) || (complains && form.test(message));
  const both = names(/\btemperature\b/) && names(/\btop_?p\b/i);
  if (both)
    return {
      name: 'temperature and top_p together',
      remedy: 'leave one out with `temperature: null` or `top_p: null` under models in the run file',
    };
  if (names(/\btop_?p\b/i)) return leftOut('top_p');
  if (names(/\btemperature\b/)) return leftOut('temperature');
  if (names(/\b(random_)?seed\b/))
    return { name: 'seed', remedy: 'leave it out with `send_seed: false` under models in the run file' };
  if (names(/\bmax_(completion_|output_|new_)?tokens\b/))
    return { name: 'max_tokens', remedy: 'change `max_tokens` under models in the run file' };
  const kwarg = Object.keys(chatTemplateKwargs).find((key) => names(wordsOf(key)));
  if (kwarg !== undefined) return { name: kwarg, remedy: 'change or remove it in `chat_template_kwargs` in the run file' };
  const ofTemplate = /chat_template|enable_thinking|reasoning[ _]effort|\b(chat|jinja) ?template|thinking[ _]budget/i;
  if (names(ofTemplate)) return { name: 'chat_template_kwargs', remedy: 'change `chat_template_kwargs` in the run file' };
  if (names(/\b(stream_options|stream|response_format)\b/))
    return { name: 'stream or response_format', remedy: 'serve the model with a server that supports it' };
  return undefined;
}

/** reasoning_effort, in a template's own words "reasoning effort". */
function wordsOf(name: string): RegExp {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![a-z0-9])${escaped.replace(/[_-]+/g, '[\\s_-]?')}(?![a-z0-9])`, 'i');
}
