import type { Usage } from '../../../domain/ports.ts';
import { fieldsOf } from '../errors/server-answer.ts';

/** What a server has said about a call's tokens so far, in its own terms. */
export type UsageFigures = Readonly<Partial<Record<keyof typeof places, number>>>;

type Place = readonly string[];

/** Anything larger is not a count. */
const mostTokens = 1e9;

/** Where servers put it: OpenAI's names first, then Anthropic's, DeepSeek's, Moonshot's, Bedrock's, Gemini's and Cohere's. */
const places = {
  prompt: [['prompt_tokens'], ['input_tokens'], ['inputTokens'], ['promptTokenCount'], ['tokens', 'input_tokens']],
  completion: [['completion_tokens'], ['output_tokens'], ['outputTokens'], ['candidatesTokenCount'], ['tokens', 'output_tokens']],
  total: [['total_tokens'], ['totalTokens'], ['totalTokenCount']],
  cached: [
    ['prompt_tokens_details', 'cached_tokens'],
    ['input_tokens_details', 'cached_tokens'],
    ['prompt_cache_hit_tokens'],
    ['cache_read_input_tokens'],
    ['cacheReadInputTokens'],
    ['cachedContentTokenCount'],
    ['cached_tokens'],
  ],
  reasoning: [
    ['completion_tokens_details', 'reasoning_tokens'],
    ['output_tokens_details', 'reasoning_tokens'],
    ['reasoning_tokens'],
    ['thoughtsTokenCount'],
  ],
} as const satisfies Readonly<Record<string, readonly Place[]>>;

const waysByName = Object.entries(places);
const noFigures: UsageFigures = {};

/**
 * The figures in a body or in one chunk of a stream. Groq and Moonshot put usage in places of their own; llama-server gives
 * timings, and its old versions give nothing else in a stream.
 */
export function usageFigures(body: unknown): UsageFigures {
  const { usage, x_groq, choices, timings, usageMetadata } = fieldsOf(body);
  const choiceUsage = fieldsOf(Array.isArray(choices) ? choices[0] : undefined).usage;
  // Most chunks of a stream have none.
  if (!usage && !x_groq && !choiceUsage && !timings && !usageMetadata) return noFigures;
  const given = [usage, fieldsOf(x_groq).usage, choiceUsage, usageMetadata].find(
    (each) => Object.keys(fieldsOf(each)).length > 0,
  );
  const figures = waysByName.map(([name, ways]) => [name, ways.map((way) => countAt(given, way)).find(isCount)]);
  const apart = promptBesideCache(fieldsOf(given));
  return { ...timingFigures(timings), ...Object.fromEntries(figures.filter(([, count]) => isCount(count))), ...apart };
}

/** Anthropic and Bedrock count what was read from the cache, and what was written to it, beside the input. */
function promptBesideCache(usage: Readonly<Record<string, unknown>>): UsageFigures {
  const named = (...names: readonly string[]) => names.map((name) => asCount(usage[name])).find(isCount);
  const read = named('cache_read_input_tokens', 'cacheReadInputTokens');
  const written = named('cache_creation_input_tokens', 'cacheWriteInputTokens');
  const input = named('input_tokens', 'inputTokens');
  const isApart = input !== undefined && usage.prompt_tokens === undefined && (read ?? written) !== undefined;
  return isApart ? { prompt: input + (read ?? 0) + (written ?? 0) } : {};
}

/** Later figures replace earlier ones; a zero is what servers write where they do not know yet, or no longer know. */
export function laterFigures(earlier: UsageFigures, later: UsageFigures): UsageFigures {
  if (later === noFigures) return earlier;
  return { ...later, ...earlier, ...Object.fromEntries(Object.entries(later).filter(([, count]) => count > 0)) };
}

/** Where a server gives none: four characters a token, which is within a quarter of the truth for English text. */
export function guessedUsage(prompt: readonly { readonly content: string }[], length: number, thoughtLength = 0): Usage {
  const tokensIn = (characters: number): number => Math.ceil(characters / 4);
  return {
    promptTokens: tokensIn(prompt.reduce((sum, { content }) => sum + content.length, 0)),
    completionTokens: tokensIn(length),
    cachedTokens: 0,
    reasoningTokens: tokensIn(thoughtLength),
  };
}

/**
 * The tokens of a call. What a server leaves out follows from its total, or otherwise from `guess`. Tokens that are only in the
 * total were generated: Gemini and xAI count reasoning separately from the completion.
 * @param hasText whether anything was generated: if so, a count of zero is not believed
 */
export function readUsage(
  { prompt, completion, total = 0, cached = 0, reasoning = 0 }: UsageFigures,
  { guess, hasText }: { readonly guess: Usage; readonly hasText: boolean },
): { readonly usage: Usage; readonly estimated: boolean } {
  const counted = completion === 0 && hasText ? undefined : completion;
  const read = positive(prompt) ?? (counted === undefined ? undefined : positive(total - counted));
  const guessed = total > 0 ? Math.max(0, total - guess.completionTokens) : guess.promptTokens;
  const promptTokens = withUncounted(read ?? guessed, cached);
  const rest = read === undefined ? 0 : total - promptTokens;
  const generated = rest > (counted ?? 0) ? rest : counted;
  const uncounted = counted === undefined || generated === undefined ? 0 : generated - counted;
  return {
    usage: {
      promptTokens,
      completionTokens: withUncounted(generated ?? guess.completionTokens, reasoning),
      cachedTokens: cached,
      reasoningTokens: reasoning || (generated === undefined ? guess.reasoningTokens : uncounted),
    },
    estimated: read === undefined || generated === undefined,
  };
}

/** A part that is larger than the whole was not included in it. */
function withUncounted(whole: number, part: number): number {
  return part > whole ? whole + part : whole;
}

function timingFigures(timings: unknown): UsageFigures {
  const { prompt_n, predicted_n, cache_n } = fieldsOf(timings);
  const [read, predicted, cached = 0] = [prompt_n, predicted_n, cache_n].map(asCount);
  if (read === undefined || predicted === undefined) return {};
  return { prompt: read + cached, completion: predicted, cached };
}

function countAt(value: unknown, [name = '', ...inner]: Place): number | undefined {
  const found = fieldsOf(value)[name];
  return inner.length === 0 ? asCount(found) : countAt(found, inner);
}

function asCount(value: unknown): number | undefined {
  const count = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof count === 'number' && count >= 0 && count <= mostTokens ? Math.round(count) : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number';
}

function positive(count = 0): number | undefined {
  return count > 0 ? count : undefined;
}
