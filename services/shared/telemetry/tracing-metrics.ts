import type { Registry } from 'prom-client';
import { counterOf } from './metrics.ts';

/** For a process that exports traces. */
export function createTracingMetrics(
  registry: Registry,
  figures: () => { readonly exported: number; readonly dropped: number },
): void {
  counterOf(
    registry,
    'scale_trace_spans_total',
    'Spans by what became of them: exported, or dropped since the collector did not take them in time',
    ['outcome'],
    () => {
      const { exported, dropped } = figures();
      return [
        [{ outcome: 'exported' }, exported],
        [{ outcome: 'dropped' }, dropped],
      ];
    },
  );
}
