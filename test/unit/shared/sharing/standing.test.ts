import { expect, test } from 'vitest';
import { usualShare } from '../../../../services/shared/sharing/share-rules.ts';
import { standingOf, usualStanding } from '../../../../services/shared/sharing/standing.ts';

const share = { ...usualShare, weight: 3, priority: 7, atMost: 4 };
const team = { name: 't', weight: 2, atMost: 9, highestPriority: 5 };
const sweep = { name: 's', weight: 0, atMost: 6, priority: -1 };

test('a run has what its own share says, and one that says nothing what any other has', () => {
  expect(standingOf({ runId: 'r', share })).toEqual({
    ...{ weight: 3, priority: 7, within: [] },
    caps: [{ name: 'run r', atMost: 4 }],
  });
  expect(standingOf({ runId: 'r', share: usualShare })).toEqual(usualStanding);
  expect(standingOf({ runId: 'r', share: undefined })).toEqual(usualStanding);
});

test('a run of a team and of a sweep has a part of theirs, keeps to their limits and its own, and no higher priority than its team', () => {
  expect(standingOf({ runId: 'r', share: { ...share, team } })).toMatchObject({
    priority: 5,
    within: [{ name: 'team t', weight: 2 }],
  });
  expect(standingOf({ runId: 'r', share: { ...share, team, sweep } })).toEqual({
    weight: 3,
    priority: -1,
    within: [
      { name: 'team t', weight: 2 },
      { name: 'sweep s', weight: 1 },
    ],
    caps: [
      { name: 'team t', atMost: 9 },
      { name: 'sweep s', atMost: 6 },
      { name: 'run r', atMost: 4 },
    ],
  });
});
