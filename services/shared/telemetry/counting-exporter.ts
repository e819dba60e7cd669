import type { SpanExporter } from '@opentelemetry/sdk-trace';

export interface CountingExporter extends SpanExporter {
  exported(): number;
  /** Spans of batches that could not be sent. */
  dropped(): number;
}

interface Listener {
  /** The collector is out of reach, or is there again: each is told once. */
  told(message: string, error?: Error): void;
  /** This many spans are the exporter's now. */
  took(spans: number): void;
}

/** Counts what another exporter sends and loses. A collector that is away costs spans, and nothing else. */
export function countingExporter(exporter: SpanExporter, { told, took }: Listener): CountingExporter {
  let exported = 0;
  let dropped = 0;
  let isAway = false;
  return {
    export(spans, done) {
      took(spans.length);
      exporter.export(spans, (result) => {
        // Of @opentelemetry/core's ExportResultCode: 0 is a success.
        const isSent = result.code === 0;
        if (isSent) exported += spans.length;
        else dropped += spans.length;
        if (isAway === isSent) {
          isAway = !isSent;
          if (isSent) told('the trace collector takes spans again');
          else
            told('the trace collector does not take spans: they are dropped until it does, and the work goes on', result.error);
        }
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
    exported: () => exported,
    dropped: () => dropped,
  };
}
