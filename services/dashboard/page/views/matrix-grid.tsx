import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { score } from '../numbers.ts';
import { px } from '../parts/px.ts';
import { type At, columnWidth, GridRow, headHeight, rowHeight } from './matrix-grid-row.tsx';
import { cellText, type MatrixRow } from './matrix-rows.ts';

interface GridProps {
  readonly runId: string;
  readonly rows: readonly MatrixRow[];
  /** Places of rounds, in the order in which they are shown. */
  readonly columns: readonly number[];
  readonly rounds: readonly number[];
  readonly means: readonly (number | undefined)[];
  readonly best: number | undefined;
  readonly sort: string;
  readonly sortBy: (order: string) => void;
}

/** Brought in at a time, so that scrolling seldom draws anew. */
const step = { rows: 4, columns: 4 };

interface Seen {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Only the cells that can be seen are in the page, so that a hundred thousand scroll as a hundred do. */
export function MatrixGrid(props: GridProps) {
  const { runId, rows, columns, rounds, means, best, sort, sortBy } = props;
  const frame = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState<Seen>({ top: 0, bottom: 40, left: 0, right: 30 });
  const [labelWidth, setLabelWidth] = useState(280);
  const [at, setAt] = useState<At>({ row: 0, column: 0 });
  const isMoved = useRef(false);
  useLayoutEffect(() => {
    const { current } = frame;
    if (current === null) return;
    let waiting = 0;
    const look = () => {
      waiting = 0;
      const label =
        current.clientWidth < 560 ? 110 : Math.max(280, Math.min(640, current.clientWidth - columns.length * columnWidth - 20));
      setLabelWidth(label);
      const rowsFrom = Math.floor(current.scrollTop / rowHeight / step.rows) * step.rows;
      const columnsFrom = Math.floor(current.scrollLeft / columnWidth / step.columns) * step.columns;
      const next = {
        top: Math.max(0, rowsFrom - step.rows),
        bottom: Math.min(rows.length, rowsFrom + Math.ceil(current.clientHeight / rowHeight) + 2 * step.rows),
        left: Math.max(0, columnsFrom - step.columns),
        right: Math.min(columns.length, columnsFrom + Math.ceil((current.clientWidth - label) / columnWidth) + 2 * step.columns),
      };
      setSeen((now) =>
        now.top === next.top && now.bottom === next.bottom && now.left === next.left && now.right === next.right ? now : next,
      );
    };
    const soon = () => {
      if (waiting === 0) waiting = requestAnimationFrame(look);
    };
    look();
    current.addEventListener('scroll', soon, { passive: true });
    const observer = new ResizeObserver(soon);
    observer.observe(current);
    return () => {
      cancelAnimationFrame(waiting);
      current.removeEventListener('scroll', soon);
      observer.disconnect();
    };
  }, [rows.length, columns.length]);
  const here = { row: Math.min(at.row, rows.length - 1), column: Math.min(at.column, columns.length - 1) };
  // At once: with the next key the focus must be where this one has led.
  useLayoutEffect(() => {
    if (!isMoved.current) return;
    const cell = frame.current?.querySelector<HTMLElement>(`[data-cell="${here.row} ${here.column}"]`);
    if (!cell) return;
    isMoved.current = false;
    cell.focus({ preventScroll: true });
  }, [here.row, here.column, seen]);
  const move = (to: At) => {
    const { current } = frame;
    if (current === null) return;
    isMoved.current = true;
    const [y, x] = [to.row * rowHeight, to.column * columnWidth];
    const [high, wide] = [current.clientHeight - headHeight, current.clientWidth - labelWidth];
    if (y < current.scrollTop) current.scrollTop = y;
    if (y + rowHeight > current.scrollTop + high) current.scrollTop = y + rowHeight - high;
    if (x < current.scrollLeft) current.scrollLeft = x;
    if (x + columnWidth > current.scrollLeft + wide) current.scrollLeft = x + columnWidth - wide;
    setAt(to);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!(event.target instanceof Element) || event.target.closest('[data-cell]') === null) return;
    const to = movedTo(here, event, rows.length, columns.length);
    if (to === undefined) return;
    event.preventDefault();
    move(to);
  };
  const shownColumns = columns.slice(seen.left, seen.right);
  const width = labelWidth + columns.length * columnWidth;
  const isNarrow = labelWidth < 200;
  const prefix = useMemo(() => commonPrefix(rows.map(({ id }) => id)), [rows]);
  return (
    <div class="matrix-frame" ref={frame}>
      <div
        class="matrix"
        role="grid"
        aria-label="Scores of queries by workflow"
        aria-rowcount={rows.length + 1}
        aria-colcount={columns.length + 1}
        style={{ width: px(width), height: px(headHeight + rows.length * rowHeight) }}
        onKeyDown={onKeyDown}
      >
        <div class="matrix-head" role="row" aria-rowindex={1} style={{ width: px(width), height: px(headHeight) }}>
          <div class="matrix-label head" role="columnheader" aria-colindex={1} style={{ width: px(labelWidth) }}>
            query
          </div>
          {shownColumns.map((column, index) => {
            const round = rounds[column] ?? 0;
            const order = `round-${round}`;
            const sortedAs = sort === order ? 'ascending' : sort === `-${order}` ? 'descending' : 'none';
            return (
              <div
                key={column}
                class="matrix-column"
                role="columnheader"
                aria-colindex={seen.left + index + 2}
                aria-sort={sortedAs}
                style={{ left: px(labelWidth + (seen.left + index) * columnWidth), width: px(columnWidth) }}
              >
                <button
                  type="button"
                  onClick={() => sortBy(sort === order ? `-${order}` : order)}
                  title={`round ${round}, mean ${score(means[column])}: sort the queries by it`}
                >
                  <span class="hidden">round </span>
                  {round}
                  {round === best && '★'}
                  <span aria-hidden="true">{sortedAs === 'none' ? '' : sortedAs === 'ascending' ? '↑' : '↓'}</span>
                  <span class="under">
                    {means[column] === undefined ? '' : cellText(Number((means[column] ?? 0).toFixed(2)))}
                  </span>
                </button>
              </div>
            );
          })}
        </div>
        {rows.slice(seen.top, seen.bottom).map((row, index) => (
          <GridRow
            key={row.index}
            {...{ runId, row, columns, rounds, labelWidth, width }}
            place={seen.top + index}
            left={seen.left}
            right={seen.right}
            label={isNarrow && prefix > 0 ? `…${row.id.slice(prefix)}` : row.id}
            isNarrow={isNarrow}
            focused={here.row === seen.top + index ? here.column : undefined}
            onFocus={setAt}
          />
        ))}
      </div>
    </div>
  );
}

/** Letters that all names begin with, up to a separator: where there is little room they say nothing. */
function commonPrefix([first = '', ...others]: readonly string[]): number {
  let length = others.length === 0 ? 0 : first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length -= 1;
  return Math.max(...['-', '_', '/', '.', ':'].map((separator) => first.slice(0, length).lastIndexOf(separator))) + 1;
}

/** Where a key leads; undefined for other keys. */
function movedTo({ row, column }: At, event: KeyboardEvent, rows: number, columns: number): At | undefined {
  const to = (newRow: number, newColumn: number) => ({
    row: Math.max(0, Math.min(rows - 1, newRow)),
    column: Math.max(0, Math.min(columns - 1, newColumn)),
  });
  const whole = event.ctrlKey || event.metaKey;
  switch (event.key) {
    case 'ArrowDown':
      return to(row + 1, column);
    case 'ArrowUp':
      return to(row - 1, column);
    case 'ArrowRight':
      return to(row, column + 1);
    case 'ArrowLeft':
      return to(row, column - 1);
    case 'PageDown':
      return to(row + 15, column);
    case 'PageUp':
      return to(row - 15, column);
    case 'Home':
      return to(whole ? 0 : row, 0);
    case 'End':
      return to(whole ? rows - 1 : row, columns - 1);
    default:
      return undefined;
  }
}
