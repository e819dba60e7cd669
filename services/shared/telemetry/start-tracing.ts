import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from './logger.ts';
import type { ServiceIdentity, SpanFigures } from './open-telemetry.ts';
import { useTracer } from './tracing.ts';
import type { TracingSettings } from './tracing-settings.ts';

export interface Tracing {
  figures(): SpanFigures;
  /** Sends what is left, for as long as that takes at most. */
  stop(): Promise<void>;
}

/** A collector that does not answer must not use up the time for draining. */
const flushWithinMs = 2_000;

/** Switches tracing on for this process; undefined where the settings leave it off. OpenTelemetry is loaded only then. */
export async function startTracing(
  settings: TracingSettings | undefined,
  identity: ServiceIdentity,
  log: Logger,
): Promise<Tracing | undefined> {
  if (settings === undefined) return undefined;
  const { openTelemetry } = await import('./open-telemetry.ts');
  const telemetry = openTelemetry(settings, identity, (message, error) => {
    if (error === undefined) log.info(message);
    else log.warn({ err: error }, message);
  });
  useTracer(telemetry.tracer);
  const { sampler, sampledShare } = settings;
  const collector = new URL(settings.url).origin;
  log.info({ collector, sampler, sampledShare }, 'exporting traces');
  return {
    figures: telemetry.figures,
    async stop() {
      useTracer(undefined);
      const given = new AbortController();
      const patience = delay(flushWithinMs, 'late' as const, { signal: given.signal, ref: false }).catch(() => undefined);
      // What was refused has been told by then.
      const ended = await Promise.race([telemetry.stop().catch(() => undefined), patience]);
      given.abort();
      if (ended === 'late') log.warn({ collector }, 'the trace collector has not taken the last spans in time: they are lost');
    },
  };
}
