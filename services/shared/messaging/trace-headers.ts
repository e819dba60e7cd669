import { headers, type MsgHdrs } from 'nats';
import { presentTraceparent } from '../telemetry/tracing.ts';

/** Of W3C Trace Context. */
const header = 'traceparent';

/** A message's headers with the trace that it is sent under, if there is one. */
export function withTrace(given?: MsgHdrs): MsgHdrs | undefined {
  const traceparent = presentTraceparent();
  if (traceparent === undefined) return given;
  const traced = given ?? headers();
  traced.set(header, traceparent);
  return traced;
}

/** For a Delivery or a FollowedResult: nothing where there is no trace. */
export function traceIn(carried: MsgHdrs | undefined): { readonly traceparent?: string } {
  const traceparent = carried?.get(header);
  return traceparent ? { traceparent } : {};
}
