import type { ReportModel, RoundReport } from '../../../domain/report/report-model.ts';
import { formatScore, oneLine } from '../../../shared/document/format.ts';
import { type Markup, markup } from '../../../shared/document/markup.ts';
import { drawing } from '../../../shared/document/plots/axes.ts';
import { rounded } from '../../../shared/document/plots/scale.ts';
import { className } from './marks.ts';

const box = { width: 132, height: 40 };
const columnWidth = 188;
const rowHeight = 50;
const margin = 12;

interface Node {
  readonly round: RoundReport;
  readonly children: readonly Node[];
  readonly depth: number;
  /** In rows from the top; a parent stands in the middle of its children. */
  readonly row: number;
}

/** Who came from whom: the initial workflow on the left, each child to the right of its parent. */
export function searchTree(model: ReportModel): Markup {
  const [root] = model.rounds;
  if (root === undefined) return markup`<p>No round has begun.</p>`;
  const tree = placed(root, model.rounds);
  const nodes = allNodes(tree);
  const depth = Math.max(...nodes.map((node) => node.depth));
  const leaves = nodes.filter(({ children }) => children.length === 0).length;
  const size = {
    width: margin * 2 + depth * columnWidth + box.width,
    height: margin * 2 + (leaves - 1) * rowHeight + box.height,
  };
  const scores = nodes.flatMap(({ round }) => round.score ?? []);
  const range = { low: Math.min(...scores), high: Math.max(...scores) };
  const lineage = new Set(model.best?.lineage);
  const description = `${nodes.length} rounds; ${model.best === undefined ? 'no best yet' : `the best is round ${model.best.round}`}.`;
  return drawing(
    'search-tree',
    size,
    'Search tree',
    description,
    markup`${nodes.map((node) => node.children.map((child) => edge(node, child, lineage)))}
${nodes.map((node) => nodeBox(node, model, range))}`,
  );
}

function placed(root: RoundReport, rounds: readonly RoundReport[]): Node {
  const childrenOf = Map.groupBy(rounds, ({ parentRound }) => parentRound);
  let leaves = 0;
  const place = (round: RoundReport, depth: number): Node => {
    const children = (childrenOf.get(round.round) ?? []).map((child) => place(child, depth + 1));
    const [first, last] = [children.at(0), children.at(-1)];
    const row = first !== undefined && last !== undefined ? (first.row + last.row) / 2 : leaves++;
    return { round, children, depth, row };
  };
  return place(root, 0);
}

function allNodes(node: Node): Node[] {
  return [node, ...node.children.flatMap(allNodes)];
}

const left = ({ depth }: Node) => margin + depth * columnWidth;
const middle = ({ row }: Node) => rounded(margin + row * rowHeight + box.height / 2);

function edge(parent: Node, child: Node, lineage: ReadonlySet<number>): Markup {
  const [from, to] = [left(parent) + box.width, left(child)];
  const bend = (from + to) / 2;
  const kind = lineage.has(parent.round.round) && lineage.has(child.round.round) ? 'edge lineage' : 'edge';
  return markup`<path class="${kind}" d="M${from} ${middle(parent)}C${bend} ${middle(parent)} ${bend} ${middle(child)} ${to} ${middle(child)}"/>`;
}

function nodeBox(node: Node, model: ReportModel, range: { readonly low: number; readonly high: number }): Markup {
  const { round } = node;
  const [x, y] = [left(node), rounded(middle(node) - box.height / 2)];
  const best = model.best?.round === round.round;
  const share = round.score === undefined ? 0 : Math.round((100 * (round.score - range.low)) / (range.high - range.low || 1));
  const method = round.method ?? (round.completed ? 'no workflow' : 'in progress');
  const kind = `node${best ? ' best' : ''}${round.score === undefined ? ' scoreless' : ''}`;
  return markup`<g class="${kind}"><title>${titleOf(round)}</title>
<rect class="box" x="${x}" y="${y}" width="${box.width}" height="${box.height}" rx="7"/>
<rect class="strip" style="--share:${share}%" x="${x}" y="${y}" width="7" height="${box.height}" rx="3"/>
<text class="strong" x="${x + 16}" y="${y + 17}">${round.round}${best ? ' ★' : ''}</text>
<text class="strong" x="${x + box.width - 10}" y="${y + 17}" text-anchor="end">${round.score === undefined ? '–' : formatScore(round.score)}</text>
<text class="small" x="${x + 16}" y="${y + 32}"><tspan class="t-${className(method)}">${method}</tspan></text></g>`;
}

function titleOf(round: RoundReport): string {
  const parent = round.parentRound === 0 ? 'the initial workflow' : `from round ${round.parentRound}`;
  const score = round.score === undefined ? (round.failure ?? 'no score yet') : `${formatScore(round.score)} (${round.method})`;
  const edit = round.modification === '' ? '' : `: ${oneLine(round.modification, 300)}`;
  return `round ${round.round}, ${parent}, ${score}${edit}`;
}
