import { type Markup, markup } from '../markup.ts';
import type { TreeNode, TreePlot } from '../plot.ts';
import { drawing } from './axes.ts';
import { scoreMark } from './marks.ts';
import { rounded } from './scale.ts';

const box = { width: 132, height: 40 };
const columnWidth = 188;
const rowHeight = 50;
const margin = 12;

interface Placed {
  readonly node: TreeNode;
  readonly children: readonly Placed[];
  readonly depth: number;
  /** In rows from the top; a parent is centred on its children. */
  readonly row: number;
}

/** Which node came from which: the root on the left, each child to the right of its parent. */
export function treePlot(plot: TreePlot): Markup {
  const [root] = plot.nodes;
  if (root === undefined) return markup``;
  const all = allOf(placed(root, plot.nodes));
  const depth = Math.max(...all.map((one) => one.depth));
  const leaves = all.filter(({ children }) => children.length === 0).length;
  const size = {
    width: margin * 2 + depth * columnWidth + box.width,
    height: margin * 2 + (leaves - 1) * rowHeight + box.height,
  };
  const content = markup`${all.map((one) => one.children.map((child) => edge(one, child)))}
${all.map(nodeBox)}`;
  return markup`<div class="wide" tabindex="0">${drawing(plot, size, content)}</div>`;
}

function placed(root: TreeNode, nodes: readonly TreeNode[]): Placed {
  const childrenOf = Map.groupBy(nodes, ({ parent }) => parent);
  let leaves = 0;
  const place = (node: TreeNode, depth: number): Placed => {
    const children = (childrenOf.get(node.id) ?? []).map((child) => place(child, depth + 1));
    const [first, last] = [children.at(0), children.at(-1)];
    const row = first !== undefined && last !== undefined ? (first.row + last.row) / 2 : leaves++;
    return { node, children, depth, row };
  };
  return place(root, 0);
}

function allOf(one: Placed): Placed[] {
  return [one, ...one.children.flatMap(allOf)];
}

const left = ({ depth }: Placed) => margin + depth * columnWidth;
const middle = ({ row }: Placed) => rounded(margin + row * rowHeight + box.height / 2);

function edge(parent: Placed, child: Placed): Markup {
  const [from, to] = [left(parent) + box.width, left(child)];
  const bend = (from + to) / 2;
  const kind = parent.node.onLine && child.node.onLine ? 'edge lineage' : 'edge';
  return markup`<path class="${kind}" d="M${from} ${middle(parent)}C${bend} ${middle(parent)} ${bend} ${middle(child)} ${to} ${middle(child)}"/>`;
}

function nodeBox(one: Placed): Markup {
  const { name, figure, note, mark, title, share, best } = one.node;
  const [x, y] = [left(one), rounded(middle(one) - box.height / 2)];
  const kind = `node${best ? ' best' : ''}${share === undefined ? ' scoreless' : ''}`;
  return markup`<g class="${kind}"><title>${title}</title>
<rect class="box" x="${x}" y="${y}" width="${box.width}" height="${box.height}" rx="7"/>
<rect class="strip" style="--share:${Math.round(100 * (share ?? 0))}%" x="${x}" y="${y}" width="7" height="${box.height}" rx="3"/>
<text class="strong" x="${x + 16}" y="${y + 17}">${name}</text>
<text class="strong" x="${x + box.width - 10}" y="${y + 17}" text-anchor="end">${figure}</text>
${mark !== undefined && scoreMark(mark, x + 22, y + 28, note)}<text class="small" x="${x + (mark === undefined ? 16 : 33)}" y="${y + 32}">${note}</text></g>`;
}
