import type { ComponentChildren } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import { usePage } from '../page-context.ts';
import { px } from './px.ts';
import { type Order, orderText, parseOrder, type SortKey, sorted } from './sorted.ts';
import { useWindow } from './window-of.ts';

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Absent: it cannot be sorted by. */
  readonly sort?: (row: Row) => SortKey;
  /** Figures are set to the right, and sorted from the highest first. */
  readonly isNumber?: boolean;
  /** 1 is left out first where there is little room, then 2. */
  readonly minor?: 1 | 2;
}

interface TableProps<Row> {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
  /** E.g. "-score". */
  readonly order: string;
  /** Under which name the address keeps the order, where a view has several tables. */
  readonly orderName?: string;
  readonly rowClass?: (row: Row) => string | undefined;
}

/** From so many rows on, only those that can be seen are in the page, and each is of one height. */
const windowedFrom = 120;
const rowHeight = 45;

export function Table<Row>({ label, rows, columns, keyOf, order, orderName = 'sort', rowClass }: TableProps<Row>) {
  const { route, want } = usePage();
  const { column, isDescending } = parseOrder(route.wanted[orderName], order);
  const inOrder = useMemo(
    () => sorted(rows, columns.find(({ id }) => id === column)?.sort, isDescending),
    [rows, columns, column, isDescending],
  );
  const body = useRef<HTMLTableSectionElement>(null);
  const isWindowed = inOrder.length > windowedFrom;
  const { first, end } = useWindow(body, inOrder.length, rowHeight, isWindowed);
  const sortBy = (next: Order) => want({ [orderName]: orderText(next) === order ? undefined : orderText(next) });
  return (
    <div class="wide">
      <table
        class={isWindowed ? 'windowed' : undefined}
        aria-label={label}
        aria-rowcount={isWindowed ? inOrder.length + 1 : undefined}
      >
        <thead>
          <tr>
            {columns.map((each) => (
              <Head
                key={each.id}
                column={each}
                order={each.id === column ? { column, isDescending } : undefined}
                sortBy={sortBy}
              />
            ))}
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={moveBetweenRows}>
          {first > 0 && <Spacer rows={first} columns={columns.length} />}
          {inOrder.slice(first, end).map((row, place) => (
            <tr key={keyOf(row)} class={rowClass?.(row)} aria-rowindex={isWindowed ? first + place + 2 : undefined}>
              {columns.map((each, index) => {
                const style = classesOf(each);
                return index === 0 ? (
                  <th key={each.id} scope="row" class={style}>
                    {each.cell(row)}
                  </th>
                ) : (
                  <td key={each.id} class={style}>
                    {each.cell(row)}
                  </td>
                );
              })}
            </tr>
          ))}
          {end < inOrder.length && <Spacer rows={inOrder.length - end} columns={columns.length} />}
        </tbody>
      </table>
    </div>
  );
}

function Spacer({ rows, columns }: { readonly rows: number; readonly columns: number }) {
  return (
    <tr class="spacer">
      <td colSpan={columns} style={{ height: px(rows * rowHeight) }} />
    </tr>
  );
}

interface HeadProps<Row> {
  readonly column: Column<Row>;
  readonly order: Order | undefined;
  readonly sortBy: (order: Order) => void;
}

function Head<Row>({ column, order, sortBy }: HeadProps<Row>) {
  const { id, title, sort, isNumber = false } = column;
  if (sort === undefined) {
    return (
      <th scope="col" class={classesOf(column)}>
        {title}
      </th>
    );
  }
  const sortedAs = order === undefined ? 'none' : order.isDescending ? 'descending' : 'ascending';
  const next = { column: id, isDescending: order === undefined ? isNumber : !order.isDescending };
  const arrow = (
    <span aria-hidden="true" class="arrow">
      {order === undefined ? '' : order.isDescending ? '↓' : '↑'}
    </span>
  );
  return (
    <th scope="col" class={classesOf(column)} aria-sort={sortedAs}>
      <button type="button" class="sort" onClick={() => sortBy(next)}>
        {isNumber && arrow}
        {title}
        {!isNumber && arrow}
      </button>
    </th>
  );
}

function classesOf({ isNumber, minor }: Pick<Column<never>, 'isNumber' | 'minor'>): string | undefined {
  return (
    [isNumber ? 'number' : '', minor === undefined ? '' : `minor-${minor}`].filter((name) => name !== '').join(' ') || undefined
  );
}

/** From a link in a row to that of the row above or below, by the arrow keys. */
function moveBetweenRows(event: KeyboardEvent): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const row = event.target instanceof Element ? event.target.closest('tr') : null;
  const next = event.key === 'ArrowDown' ? row?.nextElementSibling : row?.previousElementSibling;
  const link = next?.querySelector<HTMLElement>('a, button');
  if (!link) return;
  event.preventDefault();
  link.focus();
  link.scrollIntoView({ block: 'nearest' });
}
