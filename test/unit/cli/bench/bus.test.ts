import { expect, test } from 'vitest';
import { foldTimes } from '../../../../services/cli/bench/bus.ts';
import { continueRun, madeUpConfiguration, madeUpWorld } from '../../domain/search/made-up-world.ts';

test("times to the first and to the last results are those of the log's entries, from its first", () => {
  const { log } = continueRun(
    madeUpWorld(),
    madeUpConfiguration({ queryCount: 4, search: { maxRounds: 2 }, evaluation: { method: 'full', warmUpRounds: 0 } }),
  );
  const events = log.map((event, index) => ({ event, sequence: index + 1, timeMs: 10_000 + 250 * index }));
  const places = log.flatMap(({ kind }, index) => (kind === 'executions-completed' ? [index] : []));
  expect(places.length).toBeGreaterThan(1);
  expect(foldTimes(events)).toEqual({
    secondsToFirst: ((places[0] as number) * 250) / 1000,
    seconds: ((places.at(-1) as number) * 250) / 1000,
  });
  expect(foldTimes(events.slice(0, 1)).seconds).toBeNaN();
});
