import { expect, test } from 'vitest';
import { createAnswerPlaces, readAnswers } from '../../../../services/coordinator/log/answer-places.ts';
import { answerKey } from '../../../../services/domain/prompts/build-proposal-prompt.ts';
import { createOutcomeColumns, type KeptOutcome } from '../../../../services/domain/run/outcomes/outcome-columns.ts';
import { OutcomeList } from '../../../../services/domain/run/outcomes/outcome-list.ts';
import type { Round } from '../../../../services/domain/run/state.ts';
import { encodeEvent } from '../../../../services/shared/contracts/event-codec.ts';
import type { EventLog } from '../../../../services/shared/messaging/event-log.ts';

const outcomes = Array.from({ length: 1_000 }, (_, queryIndex) => ({ queryIndex, repeat: 0, score: 1, tokens: [] }));

/** Counts the objects that are made of it. */
class CountedList extends OutcomeList {
  made = 0;

  override *[Symbol.iterator](): Generator<KeptOutcome> {
    for (let place = 0; place < this.length; place += 1) {
      this.made += 1;
      yield this.at(place) as KeptOutcome;
    }
  }
}

test('an answer is found without an object for each outcome of its round', async () => {
  const list = new CountedList(createOutcomeColumns(OutcomeList.of(outcomes).values()));
  const answered = outcomes.map((outcome) => ({ ...outcome, answer: `answer ${outcome.queryIndex}` }));
  const entry = encodeEvent('r', { kind: 'executions-completed', round: 1, outcomes: answered });
  const log = { at: async (_: string, sequence: number) => ({ sequence, timeMs: 0, entry }) } as Partial<EventLog> as EventLog;
  const places = createAnswerPlaces([[1, [[0, outcomes.length, 7]]]]);
  const wanted = [3, 5].map((queryIndex) => ({ round: 1, queryIndex, repeat: 0 }));
  const answers = await readAnswers({ log }, 'r', { rounds: [{ outcomes: list } as Partial<Round> as Round] }, places, wanted);
  expect(answers).toEqual(new Map(wanted.map((place) => [answerKey(place), { answer: `answer ${place.queryIndex}` }])));
  expect(list.made).toBe(4 + 6);
});
