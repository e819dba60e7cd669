import type { FinishReason } from '../../../domain/ports.ts';
import { MalformedReplyError } from '../errors/endpoint-errors.ts';
import { fieldsOf } from '../errors/server-answer.ts';

/**
 * By the words that servers and the bridges in front of them use, the more specific ones first. Anything else ends a reply too.
 */
const reasons: readonly (readonly [RegExp, FinishReason | 'given-up'])[] = [
  // vLLM when it shuts down or its engine fails, DeepSeek, GLM, OpenRouter: what came before is a fragment.
  [/abort|error|cancel|interrupt|fail|insufficient|timeout|unload|unavailable|preempt|evict|shut_?down|deadline/, 'given-up'],
  [/tool|function/, 'tool-call'],
  [/filter|safety|prohibited|block|spii|recitation|refus|sensitive|policy|guardrail|moderat|flagged/, 'content-filter'],
  [/length|max.*token|out_of_tokens|token.*(limit|max)|context_window|truncat|incomplete|^(time_)?limit$/, 'length'],
  [/stop|eos|end|complete|finish|done/, 'stop'],
];

/**
 * Why a reply ended, as the server says.
 * @throws MalformedReplyError if it gave up on the reply half-way
 */
export function finishReasonOf(reason: string): FinishReason {
  const known = kindOf(reason);
  if (known === 'given-up') throw new MalformedReplyError(`the server gave up on the reply half-way (finish_reason ${reason})`);
  return known;
}

function kindOf(reason: string): FinishReason | 'given-up' {
  if (reason === 'stop' || reason === 'length') return reason;
  const words = reason
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
  return reasons.find(([form]) => form.test(words))?.[1] ?? 'other';
}

/**
 * What a gateway was told by the server where it says "stop" itself, as of each word that it does not know, though the text is
 * a fragment or withheld; undefined where both agree. OpenRouter gives it in the choice, LiteLLM (1.108.7, in whole bodies) among
 * the `provider_specific_fields`.
 */
export function reasonBehindStop(choice: Readonly<Record<string, unknown>>): string | undefined {
  const native = givenReason(choice.native_finish_reason ?? fieldsOf(choice.provider_specific_fields).native_finish_reason);
  return native !== undefined && ['given-up', 'length', 'content-filter'].includes(kindOf(native)) ? native : undefined;
}

/**
 * The reason as text, also where it is an object, as at SGLang's own interface; undefined where a server has only filled the
 * field: with null, "", "null" or a placeholder.
 */
export function givenReason(given: unknown): string | undefined {
  const value = typeof given === 'object' ? fieldsOf(given).type : given;
  if (typeof value !== 'string') return undefined;
  return /^\s*(|null|none|undefined|nan|.*unspecified)\s*$/i.test(value) ? undefined : value;
}
