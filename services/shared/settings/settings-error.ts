import { ScaleError } from '../../domain/errors/scale-error.ts';

/** An environment variable that cannot be used: one sentence that names the variable and the rule. */
export class SettingsError extends ScaleError {
  readonly kind = 'bad-input';
  readonly variable: string;

  constructor(variable: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.variable = variable;
  }
}

/** @param cause of Node.js */
export function unreadableFile(variable: string, file: string, cause: unknown): SettingsError {
  const { code } = cause as NodeJS.ErrnoException;
  const fault = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
  return new SettingsError(variable, `${variable} names ${file}, which ${fault}`, { cause });
}
