import type { CallStep, Step } from '../../../domain/workflow/workflow.ts';
import { oneLine } from '../format.ts';
import { type Markup, markup } from '../markup.ts';
import type { WorkflowPlot } from '../plot.ts';
import { drawing } from './axes.ts';
import { rounded } from './scale.ts';

const gap = 24;
const padding = 16;
const headHeight = 24;
const longestLine = 44;
/** Character width of the small monospaced font, generously. */
const characterWidth = 7.4;

/** A piece of the drawing, entered at the middle of its top and left at the middle of its bottom. */
interface Block {
  readonly width: number;
  readonly height: number;
  /** Nothing follows it. */
  readonly ends: boolean;
  draw(x: number, y: number): Markup;
}

/** The workflow from the query to its answer, drawn from its steps. */
export function workflowPlot(plot: WorkflowPlot): Markup {
  const { workflow } = plot;
  const block = stacked([pill('query', 'start'), ...workflow.steps.map(blockOf)]);
  const size = { width: Math.max(260, block.width + 2 * padding), height: block.height + 2 * padding };
  const content = markup`<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="arrow-head" d="M0 0L8 4L0 8z"/></marker></defs>
${block.draw((size.width - block.width) / 2, padding)}`;
  return markup`<div class="wide" tabindex="0">${drawing(plot, size, content)}</div>`;
}

function blockOf(step: Step): Block {
  switch (step.kind) {
    case 'call':
      return box('call', `${step.id} = ${step.operator}`, callDetails(step));
    case 'set':
      return box('set', `${step.id} = ${step.value}`, []);
    case 'parallel':
      return framed(`${step.id} = ${step.times} times at once`, step.steps, step.yield);
    case 'map':
      return framed(`${step.id} = each ${step.item} of ${step.over}, at most ${step.max}`, step.steps, step.yield);
    case 'loop':
      return framed(`while ${step.condition}, at most ${step.max} times`, step.steps, undefined);
    case 'if':
      return branched(step.condition, step.then, step.else);
    case 'return':
      return pill(`return ${step.value}`, 'end');
  }
}

function callDetails({ inputs }: CallStep): string[] {
  return Object.entries(inputs).map(([name, template]) => `${name}: ${template}`);
}

const widthOf = (lines: readonly string[]) => rounded(Math.max(...lines.map((line) => line.length)) * characterWidth + 28);

function box(kind: string, title: string, details: readonly string[]): Block {
  const head = oneLine(title, longestLine);
  const lines = details.map((line) => oneLine(line, longestLine));
  const width = Math.max(150, widthOf([head, ...lines]));
  const height = 30 + lines.length * 16;
  return {
    width,
    height,
    ends: false,
    draw: (
      x,
      y,
    ) => markup`<g class="step ${kind}"><title>${[title, ...details].join('\n')}</title><rect x="${rounded(x)}" y="${rounded(y)}" width="${width}" height="${height}" rx="6"/>
<text class="code strong" x="${rounded(x + 14)}" y="${rounded(y + 20)}">${head}</text>${lines.map(
      (line, index) => markup`<text class="code" x="${rounded(x + 14)}" y="${rounded(y + 37 + index * 16)}">${line}</text>`,
    )}</g>`,
  };
}

function pill(text: string, kind: 'start' | 'end'): Block {
  const line = oneLine(text, longestLine);
  const width = Math.max(90, widthOf([line]));
  const height = 30;
  return {
    width,
    height,
    ends: kind === 'end',
    draw: (
      x,
      y,
    ) => markup`<g class="step ${kind}"><title>${text}</title><rect x="${rounded(x)}" y="${rounded(y)}" width="${width}" height="${height}" rx="15"/>
<text class="code" x="${rounded(x + width / 2)}" y="${rounded(y + 20)}" text-anchor="middle">${line}</text></g>`,
  };
}

/** Stacked vertically, with arrows in between. */
function stacked(blocks: readonly Block[]): Block {
  const width = Math.max(120, ...blocks.map((block) => block.width));
  const height = blocks.reduce((sum, block) => sum + block.height, 0) + gap * Math.max(0, blocks.length - 1);
  return {
    width,
    height,
    ends: blocks.at(-1)?.ends ?? false,
    draw: (x, y) => {
      let top = y;
      const middle = x + width / 2;
      return markup`${blocks.map((block, index) => {
        const drawn = block.draw(middle - block.width / 2, top);
        const previous = blocks[index - 1];
        const led =
          previous !== undefined && !previous.ends && arrow(`M${rounded(middle)} ${rounded(top - gap)}V${rounded(top - 1)}`);
        top += block.height + gap;
        return markup`${led}${drawn}`;
      })}`;
    },
  };
}

/** Steps that run several times, in a frame with what governs them on top. */
function framed(title: string, steps: readonly Step[], yields: string | undefined): Block {
  const head = oneLine(title, longestLine + 16);
  const foot = yields === undefined ? '' : `yields ${oneLine(yields, longestLine)}`;
  const inner = stacked(steps.map(blockOf));
  const footHeight = foot === '' ? 0 : headHeight;
  const width = Math.max(inner.width + 2 * padding, widthOf([head, foot]));
  const height = inner.height + headHeight + footHeight + 2 * padding - 4;
  return {
    width,
    height,
    ends: false,
    draw: (
      x,
      y,
    ) => markup`<g class="frame"><title>${title}</title><rect x="${rounded(x)}" y="${rounded(y)}" width="${width}" height="${height}" rx="8"/>
<text class="code strong" x="${rounded(x + 14)}" y="${rounded(y + 20)}">${head}</text>
${foot === '' ? undefined : markup`<text class="code" x="${rounded(x + 14)}" y="${rounded(y + height - 12)}">${foot}</text>`}</g>
${inner.draw(x + (width - inner.width) / 2, y + headHeight + padding - 4)}`,
  };
}

/** A condition, its two branches side by side below it, and the point where they meet again. */
function branched(condition: string, then: readonly Step[], otherwise: readonly Step[]): Block {
  const test = box('test', 'if', [condition]);
  const ways = [
    { label: 'yes', block: stacked(then.map(blockOf)) },
    { label: 'no', block: stacked(otherwise.map(blockOf)) },
  ];
  const fork = 40;
  const waysWidth = ways.reduce((sum, { block }) => sum + block.width, gap);
  const width = Math.max(test.width, waysWidth);
  const waysHeight = Math.max(...ways.map(({ block }) => block.height));
  const open = ways.some(({ block }) => !block.ends);
  const height = test.height + fork + waysHeight + (open ? gap : 0);
  return {
    width,
    height,
    ends: !open,
    draw: (x, y) => {
      const middle = x + width / 2;
      const forkTop = y + test.height;
      let left = x + (width - waysWidth) / 2;
      return markup`${test.draw(middle - test.width / 2, y)}${ways.map(({ label, block }) => {
        const centre = left + block.width / 2;
        const top = forkTop + fork;
        const drawn = block.draw(left, top);
        left += block.width + gap;
        const onward =
          !block.ends &&
          way(
            `M${rounded(centre)} ${rounded(top + block.height - 1)}V${rounded(y + height - gap / 2)}H${rounded(middle)}V${rounded(y + height)}`,
          );
        const lead = block.height === 0 ? way : arrow;
        return markup`${lead(`M${rounded(middle)} ${rounded(forkTop)}v14H${rounded(centre)}V${rounded(top - 1)}`)}
<text class="small" x="${rounded(centre + 7)}" y="${rounded(top - 9)}">${label}</text>${drawn}${onward}`;
      })}`;
    },
  };
}

function way(path: string): Markup {
  return markup`<path class="way" d="${path}"/>`;
}

function arrow(path: string): Markup {
  return markup`<path class="way" marker-end="url(#arrow)" d="${path}"/>`;
}
