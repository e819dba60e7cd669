import type { ChatMessage } from '../../../domain/ports.ts';

/**
 * Characters per token beyond any tokenizer: English has four or five, and the words of a language that a vocabulary favours
 * fewer than eight.
 */
const mostCharactersPerToken = 12;

/** In a shorter prompt, chat templates and single tokens weigh too much. */
const leastCharacters = 2_000;

/**
 * Whether a server that counts this many tokens has read only part of the prompt, as Ollama does with what is longer than its
 * num_ctx. A server that counts only what was not in its cache looks the same. Repeated characters count once: 64 or more spaces
 * or dashes are one token.
 */
export function isPromptCut(messages: readonly ChatMessage[], promptTokens: number): boolean {
  const characters = messages.reduce((sum, { content }) => sum + content.length, 0);
  if (characters < leastCharacters || promptTokens <= 0 || characters <= promptTokens * mostCharactersPerToken) return false;
  const varied = messages.reduce((sum, { content }) => sum + content.replace(/(.)\1+|\s+/gs, '-').length, 0);
  return varied >= leastCharacters && varied > promptTokens * mostCharactersPerToken;
}
