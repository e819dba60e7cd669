const longestDrainMs = 1_000;

/**
 * The same response, whose body is read to its end in the background when its reader stops early. The client library stops
 * at the event [DONE], before the end of the body where that comes in a packet of its own, as from uvicorn; the connection
 * would then be dropped instead of kept, and each call would open a new one.
 */
export function readToEnd(response: Response): Response {
  const reader = response.body?.getReader();
  if (reader === undefined) return response;
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: () => {
      void drain(reader);
    },
  });
  return new Response(body, response);
}

async function drain(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  const stop = () => void reader.cancel().catch(() => undefined);
  const limit = setTimeout(stop, longestDrainMs);
  try {
    while (!(await reader.read()).done);
  } catch {
    // The connection broke after all that was wanted had come.
  } finally {
    clearTimeout(limit);
  }
}
