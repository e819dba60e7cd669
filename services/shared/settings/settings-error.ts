/** Environment variables that cannot be used: one sentence that names the variable and the rule. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly variable: string;

  constructor(variable: string, message: string) {
    super(message);
    this.variable = variable;
  }
}
