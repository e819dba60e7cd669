import { attribute } from '../../telemetry/conventions.ts';
import { serverAttributes } from '../../telemetry/server-attributes.ts';
import { inSpan, isTracing } from '../../telemetry/tracing.ts';
import { EndpointError } from '../errors/endpoint-errors.ts';

/** One attempt at a call, under the span of its request. @param earlier attempts at the same call */
export function tracedAttempt<Reply>(baseUrl: string, earlier: number, attempt: () => Promise<Reply>): Promise<Reply> {
  // Spares each attempt the reading of its address.
  if (!isTracing()) return attempt();
  return inSpan(
    {
      ...{ name: 'POST', kind: 'client' },
      attributes: {
        ...serverOf(baseUrl),
        [attribute.httpMethod]: 'POST',
        [attribute.httpResends]: earlier > 0 ? earlier : undefined,
      },
    },
    async (span) => {
      try {
        const reply = await attempt();
        span.set({ [attribute.httpStatus]: 200 });
        return reply;
      } catch (error) {
        if (error instanceof EndpointError) span.set({ [attribute.httpStatus]: error.status });
        throw error;
      }
    },
  );
}

/** Without user, password and query, which may be secrets. */
function serverOf(baseUrl: string) {
  const url = new URL(baseUrl);
  const { protocol, pathname, host } = url;
  return {
    [attribute.urlFull]: `${protocol}//${host}${pathname.replace(/\/+$/, '')}/chat/completions`,
    ...serverAttributes(url),
  };
}
