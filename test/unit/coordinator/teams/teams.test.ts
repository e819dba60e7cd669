import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { keepTeams } from '../../../../services/coordinator/teams/keep-teams.ts';
import { createTeams, type TeamsParts } from '../../../../services/coordinator/teams/teams.ts';
import { parseTeamsFile } from '../../../../services/coordinator/teams/teams-file.ts';
import { watchTeams } from '../../../../services/coordinator/teams/watch-teams.ts';
import { emptyBudgetTable } from '../../../../services/shared/contracts/budget-codec.ts';
import { RunStatus, type StartRunRequest } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import { systemTiming } from '../../../../services/shared/lifecycle/timing.ts';
import { createInMemoryServer } from '../../../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { usualShare } from '../../../../services/shared/sharing/share-rules.ts';
import { createLogger } from '../../../../services/shared/telemetry/logger.ts';
import { newRunId, runManifest } from '../../../support/bus-messages.ts';
import { inVirtualTime } from '../../../support/virtual-clock.ts';

const logger = createLogger({ service: 'test', version: '0', level: 'silent' });
const never = new AbortController().signal;
const vision = '- { name: vision, weight: 2, highest_priority: 5, at_most: 16 }\n- { name: language }\n';
const start = (more: Partial<StartRunRequest>): StartRunRequest => ({ endpoints: [], maxInFlight: 0, simulated: true, ...more });

async function teamsOf(content: string, budget: TeamsParts['budget'] = () => undefined, now?: () => Promise<number>) {
  const folder = await mkdtemp(join(tmpdir(), 'scale-teams-'));
  const file = join(folder, 'teams.yaml');
  await writeFile(file, content);
  const bus = createInMemoryServer({ timing: systemTiming }).connect();
  const watched = await watchTeams(file, { timing: systemTiming, logger });
  const teams = createTeams(watched, { bus: { ...bus, ...(now && { now }) }, budget });
  onTestFinished(async () => {
    await watched.stop();
    await rm(folder, { recursive: true, force: true });
  });
  return { teams, bus };
}

test('a list of teams, each with what it may have', () => {
  expect([...parseTeamsFile(vision, 'teams.yaml').values()]).toEqual([
    { share: { name: 'vision', weight: 2, atMost: 16, highestPriority: 5 } },
    { share: { name: 'language', weight: 1, atMost: 0 } },
  ]);
  const limited = parseTeamsFile('- { name: a, tokens_a_day: 5000000, money_a_day: 2.5 }', 'teams.yaml');
  expect(limited.get('a')?.aDay).toEqual({ tokens: 5_000_000, calls: 0, money: 2.5 });
});

test.each([
  ['- { name: a, weight: 0 }', /^teams\.yaml:1: 0\.weight must be .*above 0/],
  ['- { name: a b }', /^teams\.yaml:1: 0\.name must be 1 to 60 letters/],
  ['- { name: a }\n- { name: a }', /^teams\.yaml:2: a stands twice in the list/],
  ['- { name: a, at_most: 0 }', /^teams\.yaml:1: 0\.at_most must be a whole number from 1/],
  ['- { name: a, tokens_a_day: 0 }', /^teams\.yaml:1: 0\.tokens_a_day must be a whole number from 1/],
  ['- { name: a }\n- { name: b, money_a_day: none }', /^teams\.yaml:2: 1\.money_a_day must be a number above 0/],
  ['teams: a', /the file must be a list of teams/],
])('what is wrong is named with its line: %s', (text, message) => {
  expect(() => parseTeamsFile(text, 'teams.yaml')).toThrow(message);
});

test('a run counts for the team of its token, for no other one, and has no higher priority than the team', async () => {
  const { teams, bus } = await teamsOf(vision);
  const ann = { name: 'ann', team: 'vision' };
  const operator = { name: 'operator' };
  expect((await teams.forRun(start({}), ann)).team).toBe('vision');
  expect((await teams.forRun(start({ team: 'language' }), operator)).team).toBe('language');
  expect((await teams.forRun(start({}), operator)).team).toBeUndefined();
  await expect(teams.forRun(start({ team: 'language' }), ann)).rejects.toThrow(
    'ann may start runs of its team vision only, and not of language',
  );
  await expect(teams.forRun(start({ team: 'sound' }), operator)).rejects.toThrow(
    'does not name sound: those are vision, language',
  );
  const urgent = start({ share: { ...usualShare, priority: 6 } });
  await expect(teams.forRun(urgent, ann)).rejects.toThrow('runs of the team vision have a priority of 5 or less, not 6');
  expect(await teams.forRun(urgent, operator)).toEqual(urgent);
  const sweep = {
    name: 's',
    baseHash: '',
    settings: { atOnce: 1, share: urgent.share },
    cells: [{ labels: [], start: start({}) }],
  };
  await expect(teams.forSweep(sweep, ann)).rejects.toThrow('5 or less, not 6');
  expect((await teams.forSweep({ ...sweep, settings: { atOnce: 1 } }, ann)).cells[0]?.start?.team).toBe('vision');
  const runId = newRunId();
  await bus.runs.put({ ...runManifest(runId), team: 'vision' });
  await expect(teams.checkShare({ runId, sweepId: '', priority: 6 }, operator)).rejects.toThrow('5 or less');
  await expect(teams.checkShare({ runId, sweepId: '', weight: 6 }, { name: 'bob', team: 'language' })).rejects.toThrow(
    'is of the team vision, and bob is of the team language',
  );
  await teams.checkShare({ runId, sweepId: '', weight: 6 }, ann);
});

test('a team that has used up its day starts nothing, nor does one with a limit of money without prices', async () => {
  // The server's day, which is not that of this machine.
  let period = '2031-05-04';
  const now = async () => Date.UTC(2031, 4, 4, 12);
  const end = { part: 'search', limit: 'tokens', most: 5_000_000, used: 4_999_000, reason: '' };
  const terms = () => ({ most: undefined, proposing: 1, searching: 1, finalPick: 0, test: 0, period });
  const file = '- { name: vision, tokens_a_day: 5000000 }\n- { name: language, money_a_day: 3 }\n';
  const { teams } = await teamsOf(file, (scope) => ({ ...emptyBudgetTable(scope), terms: terms(), ends: [end] }), now);
  expect([...teams.quotas()]).toEqual([
    ['vision', { tokens: 5_000_000, calls: 0, money: 0 }],
    ['language', { tokens: 0, calls: 0, money: 3 }],
  ]);
  const ann = { name: 'ann', team: 'vision' };
  await expect(teams.forRun(start({}), ann)).rejects.toThrow(
    'the limit of the team vision for a day, 5,000,000 tokens, is used up: start it again after 24:00 UTC',
  );
  period = new Date().toISOString().slice(0, 10);
  expect((await teams.forRun(start({}), ann)).team).toBe('vision');
  const endpoints = [{ model: 'm', baseUrl: 'http://m', apiKeyVariable: '', maxConcurrency: 1, timeoutMs: 1 }];
  await expect(teams.forRun(start({ endpoints }), { name: 'bob', team: 'language' })).rejects.toThrow(
    'the limit of the team language for a day, which is of money, needs the price of every model, and m has none',
  );
});

test('runs that go on have what their team may have, also after a change, and ended ones stay as they are', () =>
  inVirtualTime(async (timing) => {
    const bus = createInMemoryServer({ timing }).connect();
    let atMost = 4;
    let changed = (): void => {};
    const teams = {
      groupOf: (team: string | undefined) => (team === 'vision' ? { name: team, weight: 2, atMost } : undefined),
      onChange: (listener: () => void) => {
        changed = listener;
      },
    };
    const [going, ended, nobodys] = [newRunId(), newRunId(), newRunId()];
    await bus.runs.put({ ...runManifest(ended), team: 'vision', status: RunStatus.COMPLETED });
    const kept = keepTeams(bus, teams, { timing, logger });
    await bus.runs.put({ ...runManifest(going), team: 'vision', share: { ...usualShare, weight: 3 } });
    await bus.runs.put(runManifest(nobodys));
    await timing.sleep(1_000, never);
    expect((await bus.runs.get(going))?.share).toEqual({
      ...usualShare,
      weight: 3,
      team: { name: 'vision', weight: 2, atMost: 4 },
    });
    atMost = 9;
    changed();
    await timing.sleep(1_000, never);
    expect((await bus.runs.get(going))?.share?.team?.atMost).toBe(9);
    expect([(await bus.runs.get(ended))?.share, (await bus.runs.get(nobodys))?.share?.team]).toEqual([undefined, undefined]);
    await kept.stop();
  }));
