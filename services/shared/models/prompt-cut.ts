import type { ChatMessage } from '../../domain/ports.ts';

/** More than any tokenizer makes of text: English has four or five, and words of a language that a vocabulary favours below eight. */
const mostCharactersPerToken = 12;

/** Of a shorter prompt, chat templates and single tokens say too much. */
const leastCharacters = 2_000;

/**
 * Whether a server that counts so many tokens has read only a part of the prompt, as Ollama does with what is longer than its
 * num_ctx. One that counts only what it did not have in its cache looks the same. Repeated characters count once: of blanks and
 * dashes, 64 and more are one token.
 */
export function isPromptCut(messages: readonly ChatMessage[], promptTokens: number): boolean {
  const characters = messages.reduce((sum, { content }) => sum + content.length, 0);
  if (characters < leastCharacters || promptTokens <= 0 || characters <= promptTokens * mostCharactersPerToken) return false;
  const varied = messages.reduce((sum, { content }) => sum + content.replace(/(.)\1+|\s+/gs, '-').length, 0);
  return varied >= leastCharacters && varied > promptTokens * mostCharactersPerToken;
}
