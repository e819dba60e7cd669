import { type Markup, markup } from '../markup.ts';
import type { Scale } from './scale.ts';

export interface PlotArea {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

interface Axis {
  readonly scale: Scale;
  readonly label: string;
  readonly format: (value: number) => string;
}

/** Grid lines with their values along the left, values along the bottom, and labels for both. */
export function axes(frame: PlotArea, horizontal: Axis, vertical: Axis): Markup {
  const middle = (frame.left + frame.right) / 2;
  return markup`<g class="axis">
${vertical.scale.ticks.map((tick) => {
  const y = vertical.scale(tick);
  return markup`<line class="grid" x1="${frame.left}" x2="${frame.right}" y1="${y}" y2="${y}"/><text x="${frame.left - 8}" y="${y + 4}" text-anchor="end">${vertical.format(tick)}</text>`;
})}
<line class="base" x1="${frame.left}" x2="${frame.right}" y1="${frame.bottom}" y2="${frame.bottom}"/>
${horizontal.scale.ticks.map((tick) => {
  const x = horizontal.scale(tick);
  return markup`<line class="base" x1="${x}" x2="${x}" y1="${frame.bottom}" y2="${frame.bottom + 5}"/><text x="${x}" y="${frame.bottom + 18}" text-anchor="middle">${horizontal.format(tick)}</text>`;
})}
<text class="label" x="${middle}" y="${frame.bottom + 36}" text-anchor="middle">${horizontal.label}</text>
<text class="label" transform="translate(14 ${(frame.top + frame.bottom) / 2}) rotate(-90)" text-anchor="middle">${vertical.label}</text>
</g>`;
}

export interface DrawingSize {
  readonly width: number;
  readonly height: number;
}

/** Width in pixels below which a drawing is scrolled instead of shrunk, on a small screen. */
const narrowest = 640;

/** A drawing with a name and a description for those who cannot see it. */
export function drawing({ id, title, description }: Described, { width, height }: DrawingSize, content: Markup): Markup {
  const labels = description === undefined ? `${id}-title` : `${id}-title ${id}-description`;
  return markup`<svg class="drawing" role="img" aria-labelledby="${labels}" style="min-width:${Math.min(width, narrowest)}px" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<title id="${id}-title">${title}</title>${description !== undefined && markup`<desc id="${id}-description">${description}</desc>`}
${content}
</svg>`;
}

interface Described {
  readonly id: string;
  readonly title: string;
  readonly description?: string;
}
