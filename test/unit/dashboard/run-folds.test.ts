import { expect, test } from 'vitest';
import type { ClusterLink } from '../../../services/dashboard/cluster-link.ts';
import { createRunFolds, type RunChange } from '../../../services/dashboard/runs/run-folds.ts';
import type { RunEvent } from '../../../services/domain/run/event.ts';
import { decodeProtoEvent, encodeEvent } from '../../../services/shared/contracts/event-codec.ts';
import type { WatchRunResponse } from '../../../services/shared/contracts/generated/scale/v1/control.ts';
import type { ControlClient, WatchRequest } from '../../../services/shared/control-client/control-client.ts';
import { untilAborted } from '../../../services/shared/lifecycle/abort.ts';
import { createManualTiming } from '../../support/manual-timing.ts';
import { continueRun, madeUpConfiguration, madeUpWorld } from '../domain/search/made-up-world.ts';

const lingerMs = 30_000;
const configuration = madeUpConfiguration({ queryCount: 8, search: { maxRounds: 2 } });
const { log } = continueRun(madeUpWorld(), configuration);

/**
 * A coordinator whose streams end some time after they were given up, as those of a network do.
 * @param events the log, as it is now
 */
function slowToEnd(events: readonly RunEvent[] = log.slice(0, 1)) {
  const ended: PromiseWithResolvers<void>[] = [];
  async function* watchRun({ follow, afterSequence }: WatchRequest, signal: AbortSignal): AsyncGenerator<WatchRunResponse> {
    for (const [index, event] of events.entries()) {
      if (index + 1 <= afterSequence) continue;
      const value = { sequence: index + 1, timeMs: index, event: decodeProtoEvent(encodeEvent('r', event)), digest: `${index}` };
      yield { update: { $case: 'event', value } };
    }
    if (!follow) return;
    const end = Promise.withResolvers<void>();
    ended.push(end);
    await untilAborted(signal);
    await end.promise;
  }
  const client = { address: 'here', watchRun, getRun: async () => ({ budgets: [] }) } as unknown as ControlClient;
  const link: ClusterLink = {
    ...{ kind: 'server', name: 'the lab', trouble: undefined, isEmpty: false, era: 1 },
    ...{ client: () => client, clientOf: () => client, onChange: () => () => undefined },
  };
  return { link, ended };
}

test('a page that opens a run while its last watch is still ending is told of it by another one', async () => {
  const timing = createManualTiming();
  const { link, ended } = slowToEnd();
  const folds = createRunFolds({ link, timing, mostExecutions: 1_000, lingerMs });
  const first = folds.watch('r', () => undefined);
  await timing.advance(0);
  first[Symbol.dispose]();
  await timing.advance(lingerMs);
  const told: RunChange[] = [];
  folds.watch('r', (change) => told.push(change));
  ended[0]?.resolve();
  await timing.advance(0);
  expect(ended).toHaveLength(2);
  ended[1]?.resolve();
  await folds.close();
  expect(told.at(-1)?.revision).toMatch(/-1$/);
});

test('a page that is open on a run which a limit has ended is told when it goes on', async () => {
  const timing = createManualTiming();
  const reached = {
    kind: 'limit-reached',
    limit: 'stop',
    scope: 'run',
    ends: 'search',
    most: 0,
    used: 0,
    reason: 'lunch',
  } as const;
  const begun = log.slice(0, log.findIndex(({ kind }) => kind === 'round-completed') + 1);
  const events = [...continueRun(madeUpWorld(), configuration, [...begun, reached]).log];
  const { link, ended } = slowToEnd(events);
  const folds = createRunFolds({ link, timing, mostExecutions: 1_000, lingerMs });
  const told: RunChange[] = [];
  folds.watch('r', (change) => told.push(change));
  await timing.advance(60_000);
  const atTheEnd = events.length;
  expect(told.map(({ revision }) => revision.split('-').at(-1))).toEqual([`${atTheEnd}`]);
  events.push({ kind: 'limits-raised' });
  await timing.advance(10_000);
  expect(told.at(-1)?.revision).toMatch(new RegExp(`-${atTheEnd + 1}$`));
  // It is followed again, as a run that goes on.
  expect(ended).toHaveLength(1);
  ended[0]?.resolve();
  await folds.close();
});
