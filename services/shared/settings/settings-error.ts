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
