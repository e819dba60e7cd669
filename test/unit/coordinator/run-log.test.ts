import { expect, test } from 'vitest';
import { openRunLog, readRunState } from '../../../services/coordinator/run-log.ts';
import { answerKey } from '../../../services/domain/prompts/build-proposal-prompt.ts';
import type { RunEvent } from '../../../services/domain/run/event.ts';
import { encodeEvent } from '../../../services/shared/contracts/event-codec.ts';
import { LogLostError } from '../../../services/shared/messaging/errors.ts';
import { createInMemoryServer } from '../../../services/shared/messaging/in-memory-bus.ts';
import { continueRun, madeUpConfiguration, madeUpWorld } from '../domain/search/made-up-world.ts';
import { never } from './manual-cluster.ts';

const runId = 'r';

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

/** What a log says, execution by execution. A canary that a sample includes is not executed again. */
function answersIn(events: readonly RunEvent[]): Map<string, string> {
  const answers = new Map<string, string>();
  for (const event of events) {
    if (event.kind === 'canary-completed') answers.set(answerKey({ round: event.round, ...event.outcome }), event.outcome.answer);
    if (event.kind !== 'executions-completed') continue;
    for (const outcome of event.outcomes) answers.set(answerKey({ round: event.round, ...outcome }), outcome.answer);
  }
  return answers;
}

test('each answer is read from the log as it is there, by whoever wrote it and by whoever opened it later', async () => {
  const bus = createInMemoryServer().connect();
  const events = madeUpLog();
  const written = await openRunLog(bus, runId, never);
  for (const event of events) await written.append(event);
  const opened = await openRunLog(bus, runId, never);
  const rounds = opened.state()?.rounds ?? [];
  const places = rounds.flatMap(({ round, outcomes }) => outcomes.map((outcome) => ({ round, ...outcome })));
  expect(places.length).toBeGreaterThan(100);
  const logged = answersIn(events);
  const expected = new Map(places.map((place) => [answerKey(place), logged.get(answerKey(place))]));
  expect(await written.answers(places)).toEqual(expected);
  expect(await opened.answers(places)).toEqual(expected);
  expect(new Set(expected.values()).size).toBe(places.length);
  expect(await readRunState(bus, runId, never)).toEqual(written.state());
});

test('an answer is refused where the log has become another one', async () => {
  const server = createInMemoryServer();
  const bus = server.connect();
  const log = await openRunLog(bus, runId, never);
  for (const event of madeUpLog()) await log.append(event);
  const { round, outcomes } = log.state()?.rounds[0] ?? { round: 0, outcomes: [] };
  const place = { round, ...(outcomes.at(-1) ?? { queryIndex: -1, repeat: 0 }) };
  expect((await log.answers([place])).size).toBe(1);
  server.wipe();
  await bus.log.append(runId, encodeEvent(runId, { kind: 'run-paused' }), 0);
  await expect(log.answers([place])).rejects.toThrow(LogLostError);
});
