let turn: Promise<void> | undefined;

/**
 * Resolves in the next turn of the event loop, for all who ask in this one at once: what they then send leaves in one write,
 * where the client would make one for each. A busy worker sends a dozen messages a turn, and writes were a tenth of its time.
 */
export function nextTurn(): Promise<void> {
  turn ??= new Promise((resolve) => {
    setImmediate(() => {
      turn = undefined;
      resolve();
    });
  });
  return turn;
}
