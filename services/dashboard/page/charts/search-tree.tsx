import { useMemo, useState } from 'preact/hooks';
import type { RoundReport } from '../../../domain/report/report-model.ts';
import { lookOfScore } from '../../../domain/report/score-look.ts';
import { score } from '../numbers.ts';
import { px } from '../parts/px.ts';
import { MarkSign } from '../parts/score-mark.tsx';
import { links } from '../route.ts';
import { Legend } from './legend.tsx';
import { type Placed, treeLayout } from './tree-layout.ts';

const box = { width: 148, height: 46 };
const columnWidth = 190;
const rowHeight = 58;
const margin = 6;

const left = ({ depth }: Placed) => margin + depth * columnWidth;
const top = ({ row }: Placed) => margin + row * rowHeight;
const middle = (placed: Placed) => top(placed) + box.height / 2;

interface SearchTreeProps {
  readonly runId: string;
  readonly rounds: readonly RoundReport[];
  readonly best?: number | undefined;
  /** From the start to the best. */
  readonly lineage?: readonly number[];
  /** The round that is looked at. */
  readonly current?: number;
}

/** Which workflow came from which. A tree to a screen reader as well: one tab stop, and the arrow keys go along its branches. */
export function SearchTree({ runId, rounds, best, lineage = [], current }: SearchTreeProps) {
  const placed = useMemo(() => treeLayout(rounds), [rounds]);
  const byRound = useMemo(() => new Map(placed.map((each) => [each.round.round, each])), [placed]);
  const [focused, setFocused] = useState<number | undefined>(undefined);
  const line = new Set(lineage);
  const share = shares(rounds);
  const size = {
    width: 2 * margin + Math.max(0, ...placed.map(({ depth }) => depth)) * columnWidth + box.width,
    height: 2 * margin + Math.max(0, ...placed.map(({ row }) => row)) * rowHeight + box.height,
  };
  const stop = focused ?? current ?? best ?? placed[0]?.round.round;
  const onKeyDown = (event: KeyboardEvent) => {
    const from = byRound.get(stop ?? 0);
    const to = from && neighbour(from, placed, byRound, event.key);
    if (to === undefined) return;
    event.preventDefault();
    setFocused(to);
    const node = event.currentTarget as HTMLElement;
    node.querySelector<HTMLElement>(`[data-round="${to}"]`)?.focus();
  };
  const methods = [...new Set(rounds.flatMap(({ method }) => method ?? []))];
  return (
    <>
      <div class="wide tree-frame">
        <div
          class="tree"
          role="tree"
          aria-label="Search tree"
          style={{ width: px(size.width), height: px(size.height) }}
          onKeyDown={onKeyDown}
        >
          <svg class="edges" width={size.width} height={size.height} aria-hidden="true">
            {placed.map((each) => {
              const parent = byRound.get(each.parent ?? 0);
              if (parent === undefined) return null;
              const [from, to] = [left(parent) + box.width, left(each)];
              const bend = (from + to) / 2;
              const onLine = line.has(each.round.round) && line.has(parent.round.round);
              return (
                <path
                  key={each.round.round}
                  class={onLine ? 'edge lineage' : 'edge'}
                  d={`M${from} ${middle(parent)}C${bend} ${middle(parent)} ${bend} ${middle(each)} ${to} ${middle(each)}`}
                />
              );
            })}
          </svg>
          {placed.map((each) => (
            <Node
              key={each.round.round}
              placed={each}
              href={links.round(runId, each.round.round)}
              isBest={each.round.round === best}
              isCurrent={each.round.round === current}
              isStop={each.round.round === stop}
              share={share(each.round)}
              onFocus={setFocused}
            />
          ))}
        </div>
      </div>
      <Legend
        entries={[
          ...methods.map((method) => ({ mark: lookOfScore(method).mark, text: `${method}: ${lookOfScore(method).label}` })),
          { className: 'scale-low', text: 'lowest score of the run' },
          { className: 'scale-high', text: 'highest' },
        ]}
      />
    </>
  );
}

interface NodeProps {
  readonly placed: Placed;
  readonly href: string;
  readonly isBest: boolean;
  readonly isCurrent: boolean;
  readonly isStop: boolean;
  readonly share: number | undefined;
  readonly onFocus: (round: number) => void;
}

function Node({ placed, href, isBest, isCurrent, isStop, share, onFocus }: NodeProps) {
  const { round, depth, place, siblings } = placed;
  const number = round.round;
  const how = round.method ?? (round.completed ? 'no workflow' : 'in progress');
  const edit = round.modification === '' ? 'the initial workflow' : round.modification;
  return (
    <a
      class={`node${isBest ? ' best' : ''}${share === undefined ? ' scoreless' : ''}`}
      href={href}
      role="treeitem"
      aria-level={depth + 1}
      aria-posinset={place}
      aria-setsize={siblings}
      aria-selected={isCurrent}
      aria-current={isCurrent ? 'true' : undefined}
      title={edit.slice(0, 400)}
      tabIndex={isStop ? 0 : -1}
      data-round={number}
      onFocus={() => onFocus(number)}
      style={{
        left: px(left(placed)),
        top: px(top(placed)),
        width: px(box.width),
        height: px(box.height),
        '--share': `${Math.round(100 * (share ?? 0))}%`,
      }}
    >
      <span class="node-head">
        <span>
          <span class="hidden">Round </span>
          {number}
          {isBest && (
            <>
              {' '}
              <span aria-hidden="true">★</span>
              <span class="hidden">, the best</span>
            </>
          )}
        </span>
        <span>{score(round.score)}</span>
      </span>
      <span class="node-how">
        {round.method !== undefined && <MarkSign mark={lookOfScore(round.method).mark} />}
        {how}
      </span>
      <span class="hidden">: {round.failure ?? edit.slice(0, 200)}</span>
    </a>
  );
}

/** From the lowest score to the highest, as 0 to 1. */
function shares(rounds: readonly RoundReport[]): (round: RoundReport) => number | undefined {
  const scores = rounds.flatMap((round) => round.score ?? []);
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  return (round) => (round.score === undefined ? undefined : (round.score - low) / (high - low || 1));
}

/** The round that a key leads to; undefined for other keys, and at the ends. */
function neighbour(
  from: Placed,
  placed: readonly Placed[],
  byRound: ReadonlyMap<number, Placed>,
  key: string,
): number | undefined {
  switch (key) {
    case 'ArrowLeft':
      return byRound.get(from.parent ?? 0)?.round.round;
    case 'ArrowRight':
      return from.children[0];
    case 'ArrowDown':
      return vertical(from, placed, 1);
    case 'ArrowUp':
      return vertical(from, placed, -1);
    case 'Home':
      return placed[0]?.round.round;
    case 'End':
      return placed.at(-1)?.round.round;
    default:
      return undefined;
  }
}

/** The next in its column; at the end of that, the next in the order of drawing. */
function vertical(from: Placed, placed: readonly Placed[], by: 1 | -1): number | undefined {
  const column = placed.filter(({ depth }) => depth === from.depth).sort((one, other) => one.row - other.row);
  const next = column[column.indexOf(from) + by] ?? placed[placed.indexOf(from) + by];
  return next?.round.round;
}
