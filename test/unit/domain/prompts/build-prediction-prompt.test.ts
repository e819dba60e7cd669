import { describe, expect, it } from 'vitest';
import { buildPredictionPrompt } from '../../../../services/domain/prompts/build-prediction-prompt.ts';
import { applyEvent } from '../../../../services/domain/run/apply/apply-event.ts';
import { fourRounds, madeUpBenchmark, madeUpState, solveWith } from './made-up-search.ts';

const candidate = { parentRound: 2, taken: { modification: 'Ask twice.', workflow: solveWith('Solve it twice.') } };
const rounds = [...fourRounds.slice(0, 2), candidate];
const request = { state: madeUpState(rounds), benchmark: madeUpBenchmark, round: 3, turn: 1 };
const prompt = buildPredictionPrompt(request);

describe('the prediction prompt', () => {
  it('is this text', async () => {
    await expect(prompt).toMatchFileSnapshot('snapshots/prediction.txt');
  });

  it.each([
    [1, 'static checks that make the prediction 0.0 at once', /^1\. Static checks first\. The prediction is 0\.0 at once/],
    [
      1,
      'that prompts must be defined under their exact names',
      /every prompt that a step names is defined under prompts, with exactly that name/,
    ],
    [
      1,
      'that operators must be those described',
      /only operators in the list below are called, with their input and output names/,
    ],
    [1, 'that expressions may use only what there is', /nothing but query's fields and the ids of earlier steps/],
    [1, 'that the answer must be returned', /every path returns the answer as text/],
    [2, 'step-by-step reasoning over the whole dataset', /^2\. .*step by step.*whole dataset/],
    [3, "the backbone's hallucinations", /^3\. Keep the backbone model in mind.*invent facts/],
    [4, 'all kinds of queries', /^4\. Consider all kinds of queries/],
    [5, 'no easy 0.0 and no overconfident 1.0', /^5\. .*easy 0\.0.*overconfident 1\.0/],
    [6, 'to leave formatting aside', /^6\. Ignore details of formatting/],
  ])('has rule %i of the paper: %s', (number, _, text) => {
    const rule = prompt.split('\n').find((line) => line.startsWith(`${number}. `));
    expect(rule).toMatch(text);
  });

  it('fills every slot of the paper', () => {
    expect(prompt).toContain('Problems about fruit.');
    expect(prompt.match(/^\{"question":".*","answer":"\d+"\}$/gm)).toHaveLength(3);
    expect(prompt).toContain('- sc_ensemble:');
    expect(prompt).toContain('# Backbone model\nexecutor\n');
    expect(prompt).toContain('## Round 1: score 0.500, your prediction then: 0.800\n');
    expect(prompt).toContain('## Round 2: score 0.750, your prediction then: 0.700\n');
    expect(prompt.split('<candidate>')[1]).toContain('Solve it twice.');
  });

  it('asks for a reason and then one boxed number', () => {
    expect(prompt).toMatch(/<reason>.*<\/reason>\n<box>0\.85<\/box>/);
  });

  it('begins with the same text in every round of a run', () => {
    const first = buildPredictionPrompt({ ...request, state: madeUpState(fourRounds.slice(0, 1)), round: 1 });
    expect(prompt.startsWith(first.slice(0, first.indexOf('# The workflow to predict')))).toBe(true);
  });

  it('does not show the round itself among the experience', () => {
    const executed = madeUpState([...fourRounds.slice(0, 1), { ...candidate, parentRound: 1, answers: ['2', '20', '9', '36'] }]);
    expect(buildPredictionPrompt({ ...request, state: executed, round: 2 })).not.toContain('## Round 2');
  });

  it('says to a second turn what was wrong with the first', () => {
    const failure = { kind: 'unparsable-prediction', message: 'the reply has no <box>…</box>' } as const;
    const state = applyEvent(request.state, { kind: 'prediction-completed', round: 3, turn: 1, reason: '', failure });
    expect(buildPredictionPrompt({ ...request, state, turn: 2 })).toContain(
      '# Your last reply was refused\nthe reply has no <box>',
    );
    expect(prompt).not.toContain('refused');
  });

  it('refuses a round without a workflow', () => {
    expect(() => buildPredictionPrompt({ ...request, state: madeUpState(fourRounds), round: 4 })).toThrow(
      /round 4 has no workflow/,
    );
  });
});
