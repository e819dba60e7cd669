import { useMemo } from 'preact/hooks';
import { formatScore } from '../../../shared/document/format.ts';
import { px } from '../parts/px.ts';
import { links } from '../route.ts';
import { cellText, cellWords, type MatrixRow } from './matrix-rows.ts';

/** Pixels. */
export const rowHeight = 28;
export const headHeight = 46;
export const columnWidth = 46;

export interface At {
  readonly row: number;
  readonly column: number;
}

interface RowProps {
  readonly runId: string;
  readonly row: MatrixRow;
  readonly place: number;
  readonly columns: readonly number[];
  readonly rounds: readonly number[];
  readonly left: number;
  readonly right: number;
  readonly labelWidth: number;
  readonly width: number;
  readonly label: string;
  readonly isNarrow: boolean;
  /** The column that has the focus, if it is in this row. */
  readonly focused: number | undefined;
  readonly onFocus: (at: At) => void;
}

/** Drawn anew only if something of it has changed: while rows scroll by, those that stay cost nothing. */
export function GridRow(props: RowProps) {
  return useMemo(() => drawnRow(props), Object.values(props));
}

function drawnRow({
  runId,
  row,
  place,
  columns,
  rounds,
  left,
  right,
  labelWidth,
  width,
  label,
  isNarrow,
  focused,
  onFocus,
}: RowProps) {
  return (
    <div
      class="matrix-row"
      role="row"
      aria-rowindex={place + 2}
      style={{ top: px(headHeight + place * rowHeight), width: px(width), height: px(rowHeight) }}
    >
      <div
        class="matrix-label"
        role="rowheader"
        aria-colindex={1}
        style={{ width: px(labelWidth) }}
        title={`${row.id}: ${row.question}`.slice(0, 400)}
      >
        <bdi class="id">{label}</bdi>
        {!isNarrow && <bdi class="question">{row.question}</bdi>}
      </div>
      {columns.slice(left, right).map((column, across) => {
        const cell = row.cells[column] ?? null;
        const columnPlace = left + across;
        const round = rounds[column] ?? 0;
        const isHere = focused === columnPlace;
        const shared = {
          'data-cell': `${place} ${columnPlace}`,
          tabIndex: isHere ? 0 : -1,
          onFocus: () => {
            if (!isHere) onFocus({ row: place, column: columnPlace });
          },
        };
        const at = px(labelWidth + columnPlace * columnWidth);
        return cell === null ? (
          <div
            key={column}
            {...shared}
            role="gridcell"
            aria-colindex={columnPlace + 2}
            class="matrix-cell none"
            style={{ left: at }}
            aria-label={`round ${round}: not executed`}
          />
        ) : (
          <div key={column} role="gridcell" aria-colindex={columnPlace + 2} class="matrix-cell" style={{ left: at }}>
            <a
              {...shared}
              class={typeof cell === 'string' ? 'failed' : undefined}
              href={links.query(runId, round, row.id)}
              style={{ '--share': `${typeof cell === 'string' ? 0 : Math.round(100 * cell)}%` }}
              aria-label={`round ${round}: ${typeof cell === 'string' ? cellWords[cell] : formatScore(cell)}`}
            >
              {cellText(cell)}
            </a>
          </div>
        );
      })}
    </div>
  );
}
