/**
 * A JSON text's value with its numbers as texts, digit by digit as they were written: JavaScript's numbers would change long ones
 * such as 18446744073709551615, turn 0.0000001 into 1e-7 and 1.10 into 1.1, and make two long ids equal.
 * @throws SyntaxError
 */
export function jsonAsWritten(text: string): unknown {
  return JSON.parse(text, asWritten);
}

function asWritten(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === 'number' ? (context?.source ?? String(value)) : value;
}
