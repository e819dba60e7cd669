/** Resolves when this turn of the event loop has done all that had come by then, such as replies on many connections. */
export function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
