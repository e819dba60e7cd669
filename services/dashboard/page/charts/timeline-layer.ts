import type { Markish } from '@observablehq/plot';
import { formatScore } from '../../../shared/document/format.ts';
import { latency } from '../numbers.ts';
import { links } from '../route.ts';
import type { Lane } from './lanes.ts';
import { element } from './marks-layer.ts';

interface LayerOptions {
  readonly runId: string;
  readonly round: number;
  /** Milliseconds since 1970 at the left edge. */
  readonly from: number;
  readonly rowHeight: number;
  readonly laneGap: number;
}

/** A bar for each execution, in the lane of what did it. */
export function timelineLayer(lanes: readonly Lane[], { runId, round, from, rowHeight, laneGap }: LayerOptions): Markish {
  return (_index, scales) => {
    const layer = element('g', {});
    const x = scales.x as (value: number) => number;
    let top = 4;
    for (const { name, spans, rows } of lanes) {
      const title = element('text', { class: 'lane-name', x: x(0), y: top + 12, 'text-anchor': 'start' });
      title.textContent = name.length > 90 ? `${name.slice(0, 89)}…` : name;
      layer.append(title);
      for (const { span, row } of spans) {
        const kind = span.failed ? 't-failed' : span.score >= 1 ? 't-right' : 't-wrong';
        const [began, ended] = [x(span.beganMs - from), x(span.endedMs - from)];
        const bar = element('rect', {
          ...{
            class: `span leads ${kind}`,
            x: began,
            y: top + 18 + row * rowHeight,
            width: Math.max(1, ended - began),
            height: rowHeight - 2,
          },
        });
        const tip = element('title', {});
        const score = span.failed ? 'failed' : formatScore(span.score);
        tip.textContent = `${span.queryId}: ${score}, ${latency(span.endedMs - span.beganMs)}, ${span.calls} calls`;
        bar.append(tip);
        bar.addEventListener('click', () => location.assign(links.query(runId, round, span.queryId)));
        layer.append(bar);
      }
      top += rows * rowHeight + laneGap;
    }
    return layer;
  };
}
