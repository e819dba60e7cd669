import type { ServerResponse } from 'node:http';
import type { Timing } from '../../shared/lifecycle/timing.ts';

/** A client that reads nothing for so long is given up. */
const stallMs = 60_000;

export function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(JSON.stringify(body));
}

/** Writes, and waits while the client is behind. One that has stopped to read loses its connection, and so ends the wait. */
export async function written(response: ServerResponse, text: string, timing: Timing): Promise<void> {
  if (response.destroyed || response.write(text)) return;
  const room = Promise.withResolvers<void>();
  const onRoom = (): void => room.resolve();
  const cancel = timing.after(stallMs, () => response.destroy());
  response.once('drain', onRoom).once('close', onRoom);
  await room.promise;
  cancel();
  response.off('drain', onRoom).off('close', onRoom);
}
