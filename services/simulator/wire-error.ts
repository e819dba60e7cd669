import type { ErrorKind } from '../domain/errors/error-kind.ts';
import { ScaleError } from '../domain/errors/scale-error.ts';

/** An error as vLLM's OpenAI-compatible server words it. */
export class WireError extends ScaleError {
  readonly kind: ErrorKind;
  readonly status: number;
  readonly type: string;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.kind = status < 500 ? 'bad-input' : 'failed';
    this.status = status;
    this.type = type;
  }

  body(): Record<string, unknown> {
    return { object: 'error', message: this.message, type: this.type, param: null, code: this.status };
  }
}

export function badRequest(message: string): WireError {
  return new WireError(400, 'BadRequestError', message);
}

/** @throws WireError if the prompt and what it may generate do not fit the context */
export function checkContextLength(promptTokens: number, maxTokens: number, contextLength: number): void {
  const completion = Number.isFinite(maxTokens) ? maxTokens : 0;
  if (promptTokens < contextLength && promptTokens + completion <= contextLength) return;
  throw badRequest(
    `This model's maximum context length is ${contextLength} tokens. However, you requested ${promptTokens + completion} tokens ` +
      `(${promptTokens} in the messages, ${completion} in the completion). Please reduce the length of the messages or completion.`,
  );
}
