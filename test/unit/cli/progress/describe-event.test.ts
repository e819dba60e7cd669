import { expect, test } from 'vitest';
import { describeEvent } from '../../../../services/cli/progress/describe-event.ts';
import { applyEvent } from '../../../../services/domain/run/apply/apply-event.ts';
import type { RunEvent } from '../../../../services/domain/run/event.ts';
import type { RunState } from '../../../../services/domain/run/state.ts';
import { continueRun, madeUpConfiguration, madeUpWorld } from '../../domain/search/made-up-world.ts';

function linesOf(log: readonly RunEvent[]): { text: string; weight: string }[] {
  const lines: { text: string; weight: string }[] = [];
  let state: RunState | undefined;
  for (const event of log) {
    state = applyEvent(state, event);
    const line = describeEvent(event, state);
    if (line !== undefined) lines.push(line);
  }
  return lines;
}

const configuration = madeUpConfiguration({ queryCount: 40, search: { maxRounds: 6 } });
const { log, state } = continueRun(madeUpWorld(), configuration);

test('a run reads as a story: how it began, each round with its score, and how it ended', () => {
  const milestones = linesOf(log)
    .filter(({ weight }) => weight === 'milestone')
    .map(({ text }) => text);
  expect(milestones).toHaveLength(2 + state.rounds.length);
  expect(milestones[0]).toBe('made up: 40 made-up queries, up to 6 rounds, 3 of them warm-up, evaluation scale, seed 1');
  expect(milestones[1]).toMatch(/^round 1: 0\.\d{4} by full \(predicted 0\.\d{4}, 40 executions\), the best so far$/);
  expect(milestones.at(-1)).toBe(
    `completed (all rounds done): best is round ${state.bestRound} with ${state.rounds[(state.bestRound ?? 1) - 1]?.evaluation?.score.toFixed(4)}`,
  );
});

test('no line breaks, whatever a model wrote', () => {
  const first = log.slice(0, log.findIndex((event) => event.kind === 'round-completed') + 2);
  const proposal: RunEvent = {
    kind: 'workflow-proposed',
    round: 2,
    turn: 1,
    modification: '',
    workflowHash: '',
    failure: { kind: 'unparsable-reply', message: 'line one\nline \x1b[2Jtwo' },
    reply: '',
  };
  expect(linesOf([...first, proposal]).at(-1)?.text).toBe('round 2: proposal 1 refused: line one line two');
});

test('a round tells why so many of its executions failed', () => {
  const failing = log.map((event) => {
    if (event.kind !== 'executions-completed') return event;
    const failure = { kind: 'cut-off' as const, message: 'it was cut off' };
    return { ...event, outcomes: [...event.outcomes].map((outcome) => ({ ...outcome, score: 0, failure })) };
  });
  const [round] = linesOf(failing).filter(({ text }) => text.startsWith('round 1: 0.'));
  expect(round?.text).toMatch(/40 executions, 40 failed: cut-off\)/);
});

test('of one query and one execution it speaks in the singular', () => {
  const small = continueRun(madeUpWorld(), madeUpConfiguration({ queryCount: 1, search: { maxRounds: 2 } }));
  const texts = linesOf(small.log).map(({ text }) => text);
  expect(texts[0]).toContain(' 1 made-up query, ');
  expect(texts.filter((text) => /^round 1: \d\.\d{4} by/.test(text)).join()).toContain(' 1 execution)');
});
