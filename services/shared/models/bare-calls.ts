import { Agent, fetch } from 'undici';

export interface BareCalls {
  /** With /v1. */
  readonly baseUrl: string;
  readonly calls: number;
  readonly atOnce: number;
  /** The body of a streamed chat completion. */
  readonly body: (index: number) => unknown;
}

/**
 * Streamed chat completions by undici's fetch, each read to its end and each event parsed as it comes; nothing is checked,
 * counted or tried again. The limit that executors are measured against.
 * @returns milliseconds of this process's CPU for each call of the second half; the first half warms up
 */
export async function runBareCalls({ baseUrl, calls, atOnce, body }: BareCalls, signal: AbortSignal): Promise<number> {
  const dispatcher = new Agent({ connections: atOnce, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
  let next = 0;
  const callOnce = async (): Promise<void> => {
    const response = await fetch(`${baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body(next)),
      dispatcher,
      signal,
    });
    const decoder = new TextDecoder();
    let unended = '';
    let parsed = 0;
    for await (const bytes of response.body ?? []) {
      const lines = (unended + decoder.decode(bytes, { stream: true })).split('\n');
      unended = lines.pop() ?? '';
      for (const line of lines) {
        if (!line.startsWith('data: {')) continue;
        JSON.parse(line.slice('data: '.length));
        parsed += 1;
      }
    }
    if (!response.ok || parsed === 0) throw new Error(`the endpoint of the bare loop answered ${response.status}`);
  };
  const callUntil = async (end: number): Promise<void> => {
    const worker = async (): Promise<void> => {
      while (next < end) {
        const called = callOnce();
        next += 1;
        await called;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  };
  try {
    const half = Math.floor(calls / 2);
    await callUntil(half);
    const warm = process.cpuUsage();
    await callUntil(calls);
    const { user, system } = process.cpuUsage(warm);
    return (user + system) / 1000 / (calls - half);
  } finally {
    await dispatcher.destroy();
  }
}
