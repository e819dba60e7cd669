import type { Markish } from '@observablehq/plot';
import type { Mark } from '../../../domain/evaluation/mark.ts';
import { markPaths } from '../../../shared/document/plots/marks.ts';

export interface MarkPoint {
  readonly x: number;
  readonly y: number;
  readonly mark: Mark;
  readonly title: string;
  /** Where a click leads. */
  readonly href?: string;
  /** Beside the mark. */
  readonly label?: string;
}

type Place = (value: number) => number;

const namespace = 'http://www.w3.org/2000/svg';

export function element(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS(namespace, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** The marks of the reports, which have a shape for each way to score. */
export function marksLayer(points: readonly MarkPoint[]): Markish {
  return (_index, scales) => {
    const layer = element('g', {});
    const [x, y] = [scales.x as Place, scales.y as Place];
    for (const point of points) {
      const { mark, title, href, label } = point;
      const drawn = element('path', {
        ...{ class: `mark m-${mark}`, d: markPaths[mark], transform: `translate(${x(point.x)} ${y(point.y)})` },
      });
      const tip = element('title', {});
      tip.textContent = title;
      drawn.append(tip);
      if (href !== undefined) {
        drawn.classList.add('leads');
        drawn.addEventListener('click', () => location.assign(href));
      }
      layer.append(drawn);
      if (label === undefined) continue;
      const text = element('text', { class: 'point-label', x: x(point.x), y: y(point.y) - 11, 'text-anchor': 'middle' });
      text.textContent = label;
      layer.append(text);
    }
    return layer;
  };
}

export interface Strip {
  readonly from: number;
  readonly to: number;
  readonly className: string;
  readonly title: string;
}

/** A band along the bottom: what happened meanwhile. */
export function stripLayer(strips: readonly Strip[]): Markish {
  return (_index, scales, _values, { height, marginBottom }) => {
    const layer = element('g', {});
    const x = scales.x as Place;
    for (const { from, to, className, title } of strips) {
      const drawn = element('rect', {
        ...{ class: className, x: x(from), width: Math.max(0.5, x(to) - x(from)), y: height - marginBottom - 7, height: 7 },
      });
      const tip = element('title', {});
      tip.textContent = title;
      drawn.append(tip);
      layer.append(drawn);
    }
    return layer;
  };
}
