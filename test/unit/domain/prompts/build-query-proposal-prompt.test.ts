import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { selectOperators } from '../../../../services/domain/operators/registry.ts';
import { buildQueryProposalPrompt, twoCallsExample } from '../../../../services/domain/prompts/build-query-proposal-prompt.ts';
import { applyEvent } from '../../../../services/domain/run/apply/apply-event.ts';
import type { RunState } from '../../../../services/domain/run/state.ts';
import { planNextStep } from '../../../../services/domain/search/plan-next-step.ts';
import { queryProposalOf } from '../../../../services/domain/search/query-level/query-proposal-of.ts';
import { validateWorkflow } from '../../../../services/domain/workflow/check/validate-workflow.ts';
import { parseWorkflow } from '../../../../services/domain/workflow/parse-workflow.ts';
import { madeUpConfiguration } from '../search/made-up-world.ts';
import { madeUpBenchmark } from './made-up-search.ts';

const configuration = madeUpConfiguration({
  queryCount: 4,
  kind: 'query-level',
  search: { maxRounds: 1 },
  evaluation: { method: 'full', warmUpRounds: 0 },
});

function begun(): RunState {
  let state = applyEvent(undefined, { kind: 'run-started', configuration });
  for (let [command] = planNextStep(state); command?.kind === 'append'; [command] = planNextStep(state)) {
    state = applyEvent(state, command.event);
  }
  return state;
}

const failure = { kind: 'unparsable-reply', message: 'the reply has no <workflow>…</workflow>' } as const;

function afterRefusals(): RunState {
  return [0, 1, 2, 3].reduce((state, queryIndex) => {
    const reply = `reply about query ${queryIndex}`;
    return applyEvent(state, queryProposalOf({ round: 1, queryIndex, turn: 1, parsed: { failure }, reply, tokens: undefined }));
  }, begun());
}

const promptOf = (queryIndex: number, turn = 1, state = begun()): string =>
  buildQueryProposalPrompt({ state, benchmark: madeUpBenchmark, round: 1, turn, queryIndex });

test('the prompt is this text for a first turn, and this one for a repair', async () => {
  await expect(promptOf(0)).toMatchFileSnapshot('snapshots/query-proposal.txt');
  await expect(promptOf(2, 2, afterRefusals())).toMatchFileSnapshot('snapshots/query-proposal-repair.txt');
});

test('it shows its own query, no other, and never the reference', () => {
  const prompt = promptOf(3);
  expect(prompt.startsWith('You write a workflow: ')).toBe(true);
  expect(prompt).toContain('question: A crate holds 12 limes');
  expect(prompt).not.toMatch(/pears|plums|figs|36/);
});

test('it is the same up to the query, for the prefix cache', () => {
  const [one, other] = [promptOf(0), promptOf(1)];
  const common = one.slice(0, one.indexOf('# The query\n'));
  expect(other.startsWith(common)).toBe(true);
  expect(common.length / one.length).toBeGreaterThan(0.9);
});

test('its example is a workflow', () => {
  const parsed = parseWorkflow(parse(twoCallsExample('question')));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const rules = { operators: selectOperators(['custom']), queryFields: ['question'], maxCalls: 20 };
  expect(validateWorkflow(parsed.workflow, rules)).toEqual([]);
});

test('there is none for a query that does not exist', () => {
  expect(() => promptOf(4)).toThrow(RangeError);
});
