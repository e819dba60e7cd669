/** A rough count of tokens: 4 characters each, as English text has on average under a Qwen tokenizer. */
export const charactersPerToken = 4;

export function estimateTokens(text: string): number {
  return Math.ceil(text.length / charactersPerToken);
}

/** The prompt's tokens with what a chat template adds around each message. */
export function estimatePromptTokens(messages: readonly { readonly content: string }[]): number {
  return messages.reduce((sum, message) => sum + estimateTokens(message.content) + 4, 3);
}

/** The text cut to a number of tokens, and whether anything was cut. */
export function cutToTokens(text: string, maxTokens: number): { readonly text: string; readonly cut: boolean } {
  if (estimateTokens(text) <= maxTokens) return { text, cut: false };
  return { text: text.slice(0, maxTokens * charactersPerToken), cut: true };
}
