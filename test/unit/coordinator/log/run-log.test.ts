import { describe, expect, test } from 'vitest';
import { createLogCopy } from '../../../../services/coordinator/log/log-copy.ts';
import { openRunLog, readRunView } from '../../../../services/coordinator/log/run-log.ts';
import { decodeSnapshot, encodeSnapshot, type RunSnapshot } from '../../../../services/coordinator/log/snapshot-codec.ts';
import { answerKey, type OutcomeTexts } from '../../../../services/domain/prompts/build-proposal-prompt.ts';
import { applyEvent } from '../../../../services/domain/run/apply/apply-event.ts';
import type { RunEvent } from '../../../../services/domain/run/event.ts';
import type { RunState } from '../../../../services/domain/run/state.ts';
import { decodeEvent, encodeEvent } from '../../../../services/shared/contracts/event-codec.ts';
import { RunStatus } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import type { Bus } from '../../../../services/shared/messaging/bus.ts';
import { LogLostError } from '../../../../services/shared/messaging/errors.ts';
import { createInMemoryServer } from '../../../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { runManifest } from '../../../support/bus-messages.ts';
import { createManualTiming } from '../../../support/manual-timing.ts';
import { continueRun, madeUpConfiguration, madeUpWorld } from '../../domain/search/made-up-world.ts';
import { logOf, never } from '../manual-cluster.ts';

const runId = 'r';
const timing = createManualTiming();

/** A search with canaries and repeats, each answer another one. */
function madeUpLog(): RunEvent[] {
  const overrides = { queryCount: 30, search: { maxRounds: 6, canary: true }, evaluation: { repeats: 2 } };
  const { log } = continueRun(madeUpWorld(3, 0.2), madeUpConfiguration(overrides));
  let answers = 0;
  const answered = <Outcome extends { readonly answer: string }>(outcome: Outcome): Outcome => {
    answers += 1;
    return { ...outcome, answer: `answer ${answers}` };
  };
  return log.map((event) => {
    if (event.kind === 'canary-completed') return { ...event, outcome: answered(event.outcome) };
    return event.kind === 'executions-completed' ? { ...event, outcomes: event.outcomes.map(answered) } : event;
  });
}

function textsOf({ answer, feedback }: OutcomeTexts): OutcomeTexts {
  return { answer, ...(feedback !== undefined && { feedback }) };
}

/** What a log says, execution by execution. A canary that a sample includes is not executed again. */
function answersIn(events: readonly RunEvent[]): Map<string, OutcomeTexts> {
  const answers = new Map<string, OutcomeTexts>();
  for (const event of events) {
    if (event.kind === 'canary-completed')
      answers.set(answerKey({ round: event.round, ...event.outcome }), textsOf(event.outcome));
    if (event.kind !== 'executions-completed') continue;
    for (const outcome of event.outcomes) answers.set(answerKey({ round: event.round, ...outcome }), textsOf(outcome));
  }
  return answers;
}

test('each answer is read from the log as it is there, by whoever wrote it and by whoever opened it later', async () => {
  const bus = createInMemoryServer().connect();
  const events = madeUpLog();
  const written = await openRunLog(bus, runId, { timing }, never);
  for (const event of events) await written.append(event);
  const opened = await openRunLog(bus, runId, { timing }, never);
  const rounds = opened.state()?.rounds ?? [];
  const places = rounds.flatMap(({ round, outcomes }) => outcomes.map((outcome) => ({ round, ...outcome })));
  expect(places.length).toBeGreaterThan(100);
  const logged = answersIn(events);
  const expected = new Map(places.map((place) => [answerKey(place), logged.get(answerKey(place))]));
  expect(await written.answers(places)).toEqual(expected);
  expect(await opened.answers(places)).toEqual(expected);
  expect(new Set(expected.values()).size).toBe(places.length);
  expect((await readRunView(bus, runId, never))?.state).toEqual(written.state());
});

test('an answer is refused where the log has become another one', async () => {
  const server = createInMemoryServer();
  const bus = server.connect();
  const log = await openRunLog(bus, runId, { timing }, never);
  for (const event of madeUpLog()) await log.append(event);
  const { round, outcomes } = log.state()?.rounds[0] ?? { round: 0, outcomes: [] };
  const place = { round, ...(outcomes.at(-1) ?? { queryIndex: -1, repeat: 0 }) };
  expect((await log.answers([place])).size).toBe(1);
  server.wipe();
  await bus.log.append(runId, encodeEvent(runId, { kind: 'run-paused' }), 0);
  await expect(log.answers([place])).rejects.toThrow(LogLostError);
});

describe('a log with snapshots', () => {
  const events = madeUpLog();
  const whole = events.reduce<RunState | undefined>(applyEvent, undefined);

  /** A run whose log has been written up to there, with a snapshot of most of it. */
  async function written(count: number) {
    const server = createInMemoryServer({ timing });
    const bus = server.connect();
    await bus.runs.put(runManifest(runId, RunStatus.RUNNING));
    const log = await openRunLog(bus, runId, { timing, snapshotEntries: 3 }, never);
    for (const event of events.slice(0, count)) await log.append(event);
    await settled();
    return { server, bus };
  }

  test.each([4, 9, 30, events.length - 1])(
    'is read on from it, to the same state and answers, after %i entries',
    async (count) => {
      const { bus } = await written(count);
      const read: number[] = [];
      const counting: Bus = {
        ...bus,
        log: {
          ...bus.log,
          read: (id, place, signal) => {
            read.push(place.after);
            return bus.log.read(id, place, signal);
          },
        },
      };
      const remembered = createLogCopy();
      const log = await openRunLog(counting, runId, { timing, remembered }, never);
      expect(read).toEqual([expect.toSatisfy((after: number) => after > 0)]);
      expect(remembered.skipped).toBeGreaterThan(0);
      expect((await readRunView(bus, runId, never))?.state).toEqual(log.state());
      for (const event of events.slice(count)) await log.append(event);
      expect(log.state()).toEqual(whole);
      const rounds = log.state()?.rounds ?? [];
      const places = rounds.flatMap(({ round, outcomes }) => outcomes.map((outcome) => ({ round, ...outcome })));
      const logged = answersIn(events);
      expect(await log.answers(places)).toEqual(new Map(places.map((place) => [answerKey(place), logged.get(answerKey(place))])));
      // What was skipped is read in the end, so that a store that is made anew costs nothing.
      await settled();
      expect(remembered).toMatchObject({ length: events.length, skipped: 0 });
      expect([...remembered.from(0)].map((entry) => decodeEvent(entry).event)).toEqual(await logOf(bus, runId));
    },
  );

  test('is written again from a copy that a snapshot had begun, when the store has lost it', async () => {
    const { server, bus } = await written(30);
    const remembered = createLogCopy();
    const log = await openRunLog(bus, runId, { timing, remembered }, never);
    await log.append(events[30] as RunEvent);
    await settled();
    const before = await logOf(bus, runId);
    server.wipe();
    await bus.runs.put(runManifest(runId, RunStatus.RUNNING));
    const again = await openRunLog(bus, runId, { timing, remembered }, never);
    expect(again.restored).toBe(31);
    expect(again.state()).toEqual(log.state());
    expect(await logOf(bus, runId)).toEqual(before);
  });

  test('is read from its beginning where the snapshot is missing, damaged, or of another log', async () => {
    const { bus } = await written(30);
    const blob = (await bus.runs.get(runId))?.snapshotBlob ?? '';
    const content = await bus.blobs.get(blob);
    const withBlob = async (bytes: Uint8Array | undefined): Promise<number> => {
      const snapshotBlob = bytes === undefined ? 'f'.repeat(64) : await bus.blobs.put(bytes);
      await bus.runs.update(runId, (before) => ({ ...before, snapshotBlob }));
      const remembered = createLogCopy();
      const log = await openRunLog(bus, runId, { timing, remembered }, never);
      expect(log.state()).toEqual(events.slice(0, 30).reduce<RunState | undefined>(applyEvent, undefined));
      return remembered.skipped;
    };
    expect(await withBlob(content)).toBeGreaterThan(0);
    const snapshot = decodeSnapshot(content) as RunSnapshot;
    const { place } = snapshot;
    for (const other of [
      undefined,
      new Uint8Array(),
      content.subarray(0, -9),
      encodeSnapshot({ ...snapshot, runId: 'another' }),
      encodeSnapshot({ ...snapshot, place: { ...place, timeMs: place.timeMs + 1 } }),
      encodeSnapshot({ ...snapshot, place: { ...place, sequence: place.sequence + 1 } }),
      encodeSnapshot({ ...snapshot, place: { ...place, entryDigest: '' } }),
    ]) {
      expect(await withBlob(other)).toBe(0);
    }
  });
});

/** What goes on beside the log is done. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('what is written and gone on with', () => {
  test('enters the log in its order, and its answers are there for whoever asks at once', async () => {
    const bus = createInMemoryServer().connect();
    const events = madeUpLog();
    const log = await openRunLog(bus, runId, { timing }, never);
    const states = events.map((event) => log.write(event).state);
    const rounds = states.at(-1)?.rounds ?? [];
    const places = rounds.flatMap(({ round, outcomes }) => outcomes.map((outcome) => ({ round, ...outcome })));
    const said = answersIn(events);
    const asked = places.map((place) => [answerKey(place), said.get(answerKey(place))] as const);
    expect(await log.answers(places)).toEqual(new Map(asked));
    expect(log.state()).toEqual(states.at(-1));
    expect(await logOf(bus, runId)).toEqual(events);
  });

  test('is not stored once something before it could not be', async () => {
    const bus = createInMemoryServer().connect();
    let appends = 0;
    const failing: Bus = {
      ...bus,
      log: {
        ...bus.log,
        append: async (...given) => {
          appends += 1;
          if (appends === 3) throw new LogLostError('append');
          return await bus.log.append(...given);
        },
      },
    };
    const log = await openRunLog(failing, runId, { timing }, never);
    const written = madeUpLog()
      .slice(0, 6)
      .map((event) => log.write(event));
    const ended = await Promise.allSettled(written.map(({ stored }) => stored));
    expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', ...Array(4).fill('rejected')]);
    expect([appends, (await logOf(bus, runId)).length]).toEqual([3, 2]);
    expect(log.state()).toEqual(written[1]?.state);
  });
});
