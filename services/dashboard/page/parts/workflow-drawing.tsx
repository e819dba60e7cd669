import type { WorkflowGraph, WorkflowNode } from '../../api/workflow-shown.ts';
import { px } from './px.ts';
import { layoutOf } from './workflow-layout.ts';

/** The workflow from the query to its answer: boxes for its calls, questions for its branches, frames around what is repeated. */
export function WorkflowDrawing({ graph, label }: { readonly graph: WorkflowGraph; readonly label: string }) {
  const { width, height, nodes, frames, edges } = layoutOf(graph);
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <div class="wide drawn-workflow" tabIndex={0} role="region" aria-label={`${label}, drawn`}>
        <svg
          width={width}
          viewBox={`0 0 ${width} ${height}`}
          role="img"
          aria-label={inWords(graph)}
          style={{ minWidth: px(Math.round(width * 0.75)) }}
        >
          <defs>
            <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
              <path class="arrow-head" d="M0 0L8 4L0 8z" />
            </marker>
          </defs>
          {frames.map(({ id, x, y, width: wide, height: high }) => (
            <g key={id} class="frame">
              <rect x={x} y={y} width={wide} height={high} rx="10" />
            </g>
          ))}
          {edges.map(({ from, to, d, label: text, x, y }) => (
            <g key={`${from} ${to} ${text ?? ''}`}>
              <path class="way" d={d} marker-end="url(#arrow)" />
              {text !== undefined && (
                <text class="small way-label" x={x} y={y} text-anchor="middle">
                  {text}
                </text>
              )}
            </g>
          ))}
          {frames.map(({ id, label: text, x, y, width: wide }) => (
            <text key={id} class="frame-head" x={x + 12} y={y + 18}>
              {cut(text, (wide - 20) / 6.6)}
              <title>{text}</title>
            </text>
          ))}
          {nodes.map(({ node, x, y, width: wide, height: high }) => (
            <Box key={node.id} node={node} x={x} y={y} width={wide} height={high} />
          ))}
        </svg>
      </div>
    </>
  );
}

interface BoxProps {
  readonly node: WorkflowNode;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function Box({ node: { kind, label, operator, detail = '' }, x, y, width, height }: BoxProps) {
  const letters = (width - 22) / 6.9;
  const head = operator === undefined || label.includes(operator) ? label : `${label} = ${operator}`;
  const isPill = kind === 'start' || kind === 'return' || kind === 'no-answer';
  return (
    <g class={`step k-${kind}`}>
      <title>
        {[head, detail]
          .filter((line) => line !== '')
          .join('\n')
          .slice(0, 2_000)}
      </title>
      <rect x={x} y={y} width={width} height={height} rx={isPill ? height / 2 : 8} />
      <text class="strong" x={x + width / 2} y={y + (detail === '' ? height / 2 + 4 : 19)} text-anchor="middle">
        {cut(head, letters)}
      </text>
      {detail !== '' && (
        <text class="small" x={x + width / 2} y={y + 36} text-anchor="middle">
          {cut(detail, letters + 2)}
        </text>
      )}
    </g>
  );
}

/** In one line, and no longer than there is room for. */
function cut(text: string, letters: number): string {
  const line = text.replaceAll(/[\s\p{Cc}\p{Bidi_Control}]+/gu, ' ').trim();
  const room = Math.max(3, Math.floor(letters));
  return line.length <= room ? line : `${line.slice(0, room - 1)}…`;
}

/** For those who cannot see the drawing: its steps in order, and where each leads. */
function inWords({ nodes, edges }: WorkflowGraph): string {
  const names = new Map(nodes.map(({ id, label }) => [id, label]));
  return nodes
    .map(({ id, kind, label, operator }) => {
      const next = edges
        .filter(({ from }) => from === id)
        .map(({ to, label: when }) => `${when === undefined ? '' : `if ${when}, `}${names.get(to) ?? to}`);
      const said = `${kind === 'start' ? 'starts with' : kind}: ${label}${operator === undefined ? '' : ` (${operator})`}`;
      return next.length === 0 ? said : `${said}, then ${next.join(' or ')}`;
    })
    .join('; ')
    .slice(0, 2_000);
}
