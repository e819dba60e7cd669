import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../../../services/shared/benchmarks/rows/parse-csv.ts';
import { teams, ticketExports, tickets } from '../../../support/benchmarks/tickets.ts';

describe('made-up tickets', () => {
  const rows = tickets();

  it('are the same for the same seed, in six teams of unequal size', () => {
    expect(rows).toHaveLength(300);
    expect(tickets()).toEqual(rows);
    expect(tickets({ seed: 2 })).not.toEqual(rows);
    const sizes = teams.map((team) => rows.filter(({ Team }) => Team === team).length);
    expect(Math.min(...sizes)).toBeGreaterThan(10);
    expect(Math.max(...sizes)).toBeGreaterThan(2 * Math.min(...sizes));
  });

  it('hold what makes an export hard to read', () => {
    const texts = rows.map(({ Message }) => Message);
    for (const hard of [',', ';', '"', '\n', '€']) expect(texts.filter((text) => text.includes(hard)).length).toBeGreaterThan(5);
    expect(new Set(texts).size).toBeLessThan(texts.length);
    expect(rows.some(({ Paid }) => Paid === '')).toBe(true);
  });

  it('say the same in each export', () => {
    const cells = rows.map((row) => Object.values(row));
    const read = (text: string, separator: string) =>
      parseCsv(text, separator)
        .slice(1)
        .map((record) => record.cells);
    expect(read(ticketExports.comma(rows), ',')).toEqual(cells);
    expect(read(ticketExports.semicolon(rows).slice(1), ';')).toEqual(cells);
    expect(JSON.parse(ticketExports.json(rows))).toEqual(rows);
  });
});
