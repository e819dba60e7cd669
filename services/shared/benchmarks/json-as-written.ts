/**
 * A JSON text's value with its numbers as texts, digit by digit as they were written: JavaScript's numbers make 18446744073709551616 of
 * another one, 1e-7 of 0.0000001 and 1.1 of 1.10, and two long ids one.
 * @throws SyntaxError
 */
export function jsonAsWritten(text: string): unknown {
  return JSON.parse(text, asWritten);
}

function asWritten(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === 'number' ? (context?.source ?? String(value)) : value;
}
