/** What a table may be ordered by: numbers by size, words by the alphabet, what is not known last either way. */
export type SortKey = number | string | undefined;

export interface Order {
  readonly column: string;
  readonly isDescending: boolean;
}

/** "score" ascending, "-score" descending. */
export function parseOrder(text: string | undefined, otherwise: string): Order {
  const wanted = text === undefined || text === '' ? otherwise : text;
  return wanted.startsWith('-') ? { column: wanted.slice(1), isDescending: true } : { column: wanted, isDescending: false };
}

export const orderText = ({ column, isDescending }: Order) => `${isDescending ? '-' : ''}${column}`;

/** Keeps the order of before among equals. */
export function sorted<Row>(
  rows: readonly Row[],
  keyOf: ((row: Row) => SortKey) | undefined,
  isDescending: boolean,
): readonly Row[] {
  if (keyOf === undefined) return rows;
  const sign = isDescending ? -1 : 1;
  return rows
    .map((row, place) => ({ row, place, key: keyOf(row) }))
    .sort((one, other) => {
      if (one.key === undefined || other.key === undefined) {
        return Number(one.key === undefined) - Number(other.key === undefined) || one.place - other.place;
      }
      return sign * compared(one.key, other.key) || one.place - other.place;
    })
    .map(({ row }) => row);
}

function compared(one: number | string, other: number | string): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return String(one).localeCompare(String(other), 'en', { numeric: true });
}
