import { setTimeout as sleep } from 'node:timers/promises';

const gauges = /^vllm:num_requests_(?:running|waiting)\b[^\n]* (\d+)$/gm;

/**
 * Resolves once a simulated model has no call in hand: those that were on their way to it have begun, and have ended or been
 * cut off. Calls that it is told not to admit do not count.
 * @param url of its API
 */
export async function untilModelIsIdle(url: string): Promise<void> {
  // What was on its way is read before a later request is answered, but may take some turns of the event loop to begin.
  for (let idleLooks = 0; idleLooks < 3; ) {
    const text = await (await fetch(new URL('/metrics', url))).text();
    const counts = [...text.matchAll(gauges)].map(([, count]) => Number(count));
    if (counts.length < 2) throw new Error(`${url} does not tell what it has in hand:\n${text}`);
    idleLooks = counts.every((count) => count === 0) ? idleLooks + 1 : 0;
    await sleep(5);
  }
}
