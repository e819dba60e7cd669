import { type Markup, markup } from '../../../shared/document/markup.ts';
import { rounded } from '../../../shared/document/plots/scale.ts';

/** How a score came about has a shape as well as a colour, for eyes and printers that see no colour. */
const paths: Readonly<Record<string, string>> = {
  full: 'M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z',
  scale: 'M0-6.5L6.5 0L0 6.5L-6.5 0z',
  calibrated: 'M0-6.5L6.5 0L0 6.5L-6.5 0z',
  'few-shot': 'M0-6L6 5L-6 5z',
  predicted: 'M-4.5-4.5h9v9h-9z',
};

export function scoreMark(method: string, x: number, y: number, title: string): Markup {
  return markup`<path class="mark m-${className(method)}" transform="translate(${rounded(x)} ${rounded(y)})" d="${paths[method] ?? paths.full}"><title>${title}</title></path>`;
}

/** For a legend beside a plot. */
export function legend(
  entries: readonly { readonly name: string; readonly text: string; readonly shape: 'mark' | 'swatch' }[],
): Markup {
  return markup`<ul class="legend">${entries.map(
    ({ name, text, shape }) =>
      markup`<li><svg width="16" height="16" viewBox="-8 -8 16 16" aria-hidden="true">${
        shape === 'mark'
          ? scoreMark(name, 0, 0, text)
          : markup`<rect class="p-${className(name)}" x="-6" y="-6" width="12" height="12" rx="2"/>`
      }</svg>${text}</li>`,
  )}</ul>`;
}

/** Names come from registries, but a class must be one word whatever they are. */
export function className(name: string): string {
  return name.replace(/[^a-z0-9-]/gi, '-');
}
