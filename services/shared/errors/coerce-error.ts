/** Whatever was thrown, as an Error. */
export function coerceError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(`something that is not an error was thrown: ${String(thrown)}`);
}
