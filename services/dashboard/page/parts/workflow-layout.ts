import type { WorkflowGraph, WorkflowNode } from '../../api/workflow-shown.ts';

interface PlacedNode {
  readonly node: WorkflowNode;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface PlacedEdge {
  readonly from: string;
  readonly to: string;
  readonly d: string;
  readonly label?: string;
  /** Of the label. */
  readonly x: number;
  readonly y: number;
}

interface PlacedFrame {
  readonly id: string;
  readonly label: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface WorkflowLayout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly frames: readonly PlacedFrame[];
}

const rowGap = 34;
const columnGap = 28;
const framePadding = 14;
const frameHead = 28;
const margin = 16;

const widthOf = ({ label, detail = '', operator = '' }: WorkflowNode) => {
  const head = operator === '' || label.includes(operator) ? label.length : label.length + operator.length + 3;
  return Math.min(300, Math.max(110, Math.max(head, Math.min(40, detail.length)) * 7.2 + 28));
};
const heightOf = ({ detail = '' }: WorkflowNode) => (detail === '' ? 34 : 48);

/**
 * Rows from top to bottom by the longest way from the start; a way back (of a loop) does not count and is drawn at the side.
 * Nodes of a row stand side by side, in the order of the workflow. Frames are drawn around what stands in them.
 */
export function layoutOf({ nodes, edges, frames }: WorkflowGraph): WorkflowLayout {
  const order = new Map(nodes.map(({ id }, place) => [id, place]));
  const placeOf = (id: string) => order.get(id) ?? 0;
  const forward = edges.filter(({ from, to }) => placeOf(from) < placeOf(to));
  const rows = new Map<string, number>();
  for (const { id } of nodes) {
    const before = forward.filter(({ to }) => to === id).map(({ from }) => (rows.get(from) ?? 0) + 1);
    rows.set(id, Math.max(0, ...before));
  }
  const byRow = [...Map.groupBy(nodes, ({ id }) => rows.get(id) ?? 0)].sort(([one], [other]) => one - other);
  const chains = new Map(frames.map((frame) => [frame.id, chainOf(frame.id, frames)]));
  const framesOf = (node: WorkflowNode) => (node.frame === undefined ? [] : (chains.get(node.frame) ?? []));
  const opened = new Set<string>();
  const rowWidths = byRow.map(([, row]) => row.reduce((sum, node) => sum + widthOf(node) + columnGap, -columnGap));
  const depth = Math.max(0, ...[...chains.values()].map((chain) => chain.length));
  const hasBack = forward.length < edges.length;
  const inner = Math.max(180, ...rowWidths);
  const sides = margin + depth * framePadding + (hasBack ? 36 : 0);
  const width = inner + 2 * sides;
  const placed = new Map<string, PlacedNode>();
  let y = margin;
  for (const [index, [, row]] of byRow.entries()) {
    // Room for the heads of frames that begin in this row.
    const begun = new Set(row.flatMap(framesOf).filter((frame) => !opened.has(frame)));
    for (const frame of begun) opened.add(frame);
    y += begun.size * frameHead;
    let x = (width - (rowWidths[index] ?? 0)) / 2;
    const height = Math.max(...row.map(heightOf));
    for (const node of row) {
      placed.set(node.id, { node, x, y: y + (height - heightOf(node)) / 2, width: widthOf(node), height: heightOf(node) });
      x += widthOf(node) + columnGap;
    }
    const next = new Set((byRow[index + 1]?.[1] ?? []).flatMap(framesOf));
    const closed = [...new Set(row.flatMap(framesOf))].filter((frame) => !next.has(frame));
    y += height + rowGap + closed.length * framePadding;
  }
  const all = [...placed.values()];
  return {
    width,
    height: y - rowGap + margin + (depth > 0 ? framePadding : 0),
    nodes: all,
    edges: edges.flatMap((edge) => {
      const [from, to] = [placed.get(edge.from), placed.get(edge.to)];
      return from === undefined || to === undefined
        ? []
        : [{ ...edge, ...wayOf(from, to, [sides - depth * framePadding, width - sides + depth * framePadding]) }];
    }),
    frames: frames.flatMap(({ id, label }) => {
      const within = all.filter(({ node }) => framesOf(node).includes(id));
      if (within.length === 0) return [];
      const level = chains.get(id)?.length ?? 1;
      const nested = Math.max(0, ...within.map(({ node }) => framesOf(node).length)) - level;
      const padding = framePadding * (nested + 1);
      const left = Math.min(...within.map((each) => each.x)) - padding;
      const topmost = Math.min(...within.map((each) => each.y)) - frameHead * (nested + 1) + 4;
      const right = Math.max(...within.map((each) => each.x + each.width), left + 150) + padding;
      const bottom = Math.max(...within.map((each) => each.y + each.height)) + padding - 2;
      return [{ id, label, x: left, y: topmost, width: right - left, height: bottom - topmost }];
    }),
  };
}

/** A frame and those around it. */
function chainOf(id: string, frames: WorkflowGraph['frames']): readonly string[] {
  const frame = frames.find((each) => each.id === id);
  return frame?.inside === undefined ? [id] : [id, ...chainOf(frame.inside, frames)];
}

/** @param sides where a way back goes up, on the left and on the right */
function wayOf(from: PlacedNode, to: PlacedNode, [left, right]: readonly [number, number]): Pick<PlacedEdge, 'd' | 'x' | 'y'> {
  const [startX, endX] = [from.x + from.width / 2, to.x + to.width / 2];
  const start = from.y + from.height;
  if (to.y > from.y) {
    const end = to.y - 1;
    const bend = end - 16;
    if (Math.abs(startX - endX) < 1) return { d: `M${startX} ${start}V${end}`, x: startX + 14, y: start + 18 };
    return {
      d: `M${startX} ${start}C${startX} ${bend} ${endX} ${start + 6} ${endX} ${end}`,
      x: startX + (endX - startX) * 0.4,
      y: start + 15,
    };
  }
  // On the side that it is nearer to, so that it crosses nothing beside it.
  const isLeft = startX < (left + right) / 2 - 1;
  const [side, turn] = isLeft ? [left - 18, 8] : [right + 18, -8];
  const [outX, inX] = isLeft ? [from.x, to.x - 2] : [from.x + from.width, to.x + to.width + 2];
  const [outY, inY] = [from.y + from.height / 2, to.y + to.height / 2];
  return {
    d: `M${outX} ${outY}H${side + turn}Q${side} ${outY} ${side} ${outY - 8}V${inY + 8}Q${side} ${inY} ${side + turn} ${inY}H${inX}`,
    x: side - turn * 2,
    y: (outY + inY) / 2,
  };
}
