import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createOutcomeColumns, type KeptOutcome } from '../../../../../services/domain/run/outcomes/outcome-columns.ts';
import { OutcomeList } from '../../../../../services/domain/run/outcomes/outcome-list.ts';
import { anyOutcome } from '../../../../support/contracts/contract-arbitraries.ts';

const outcomes = fc.array(
  anyOutcome.map(({ answer: _, ...kept }): KeptOutcome => kept),
  { maxLength: 80 },
);

test('a list gives what was put into it, whichever way it is asked', () => {
  fc.assert(
    fc.property(outcomes, (given) => {
      const list = OutcomeList.of(given);
      expect([...list]).toEqual(given);
      expect(list).toHaveLength(given.length);
      expect(JSON.parse(JSON.stringify(list))).toEqual(JSON.parse(JSON.stringify(given)));
      expect(list.at(-1)).toEqual(given.at(-1));
      expect(list.at(given.length)).toBeUndefined();
      expect(list.map(({ score }, place) => [place, score])).toEqual(given.map(({ score }, place) => [place, score]));
      expect(list.flatMap(({ tokens }) => tokens)).toEqual(given.flatMap(({ tokens }) => tokens));
      const isFailed = ({ failure }: KeptOutcome): boolean => failure !== undefined;
      expect(list.filter(isFailed)).toEqual(given.filter(isFailed));
      expect(list.find(isFailed)).toEqual(given.find(isFailed));
      expect(list.findIndex(isFailed)).toBe(given.findIndex(isFailed));
      expect(list.some(isFailed)).toBe(given.some(isFailed));
    }),
  );
});

test('a list is the same after others were made from it, and so is each of those', () => {
  fc.assert(
    fc.property(outcomes, outcomes, outcomes, (first, one, other) => {
      const list = OutcomeList.of(first);
      const [withOne, withOther] = [list.with(one), list.with(other)];
      const withBoth = withOne.with(other);
      expect([list, withOne, withOther, withBoth].map((each) => [...each])).toEqual([
        first,
        [...first, ...one],
        [...first, ...other],
        [...first, ...one, ...other],
      ]);
    }),
  );
});

test('a list is made again from its values', () => {
  fc.assert(
    fc.property(outcomes, outcomes, (first, more) => {
      const list = OutcomeList.of(first);
      list.with(more);
      const again = new OutcomeList(createOutcomeColumns(list.values()));
      expect([...again]).toEqual(first);
      expect([...again.with(more)]).toEqual([...first, ...more]);
    }),
  );
});
