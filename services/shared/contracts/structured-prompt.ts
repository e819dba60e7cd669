import type { StructuredPrompt } from '../../domain/ports.ts';
import { ContractError } from './contract-error.ts';
import { readJsonObject } from './read-message.ts';

/** The blob of a prompt for a reply under a schema. */
export function structuredPromptToJson(prompt: string, schema: StructuredPrompt['schema']): string {
  return JSON.stringify({ prompt, schema });
}

/** @throws ContractError */
export function structuredPromptFromJson(text: string): StructuredPrompt {
  const { prompt, schema } = readJsonObject('StructuredPrompt', 'blob', text);
  if (typeof prompt !== 'string' || typeof schema !== 'object' || schema === null)
    throw new ContractError('StructuredPrompt', 'it needs a prompt and a schema');
  return { messages: [{ role: 'user', content: prompt }], schema: schema as StructuredPrompt['schema'] };
}
