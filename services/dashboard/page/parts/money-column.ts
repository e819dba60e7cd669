import type { Money } from '../../../domain/prices/money-of.ts';
import { money } from '../numbers.ts';
import type { Column } from './table.tsx';

/** What each row has cost, if that is known of one of them. */
export function moneyColumn<Row extends { readonly money?: Money }>(rows: readonly Row[]): readonly Column<Row>[] {
  if (rows.every((row) => row.money === undefined)) return [];
  return [
    {
      ...{ id: 'money', title: 'cost', isNumber: true, minor: 2 },
      sort: (row) => row.money?.amount,
      cell: (row) => money(row.money),
    },
  ];
}
