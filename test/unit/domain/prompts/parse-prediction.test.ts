import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePrediction } from '../../../../services/domain/prompts/parse-prediction.ts';

describe('a prediction', () => {
  it.each([
    ['<reason>Sound.</reason>\n<box>0.85</box>', 0.85],
    ['<reason>Sound.</reason><box> 0.5 </box>', 0.5],
    ['<reason>Broken.</reason><box>0</box>', 0],
    ['<reason>Sound.</reason><box>1.0</box>', 1],
    ['<reason>Sound.</reason><BOX>0.5</BOX>', 0.5],
    ['<reason>Sound.</reason><box>0.5', 0.5],
    ['<reason>Not <box>0.1</box>.</reason><box>0.5</box>', 0.5],
    ['<reason>Sound.</reason><box>0.5</box> So: <box>0.5</box>', 0.5],
    ['<reason>Sound.</reason><box>**0.5**</box>', 0.5],
    ['<reason>Sound.</reason><box>$\\boxed{0.5}$</box>', 0.5],
    ['Sound. $\\boxed{0.5}$', 0.5],
    ['<reason>Sound.</reason>\n**0.5**', 0.5],
    ['<reason>Sound.</reason>\nBox: 0.5', 0.5],
    ['<think>First <box>0.1</box>, no.</think><reason>Sound.</reason><box>.7</box>', 0.7],
  ])('is read from %s', (reply, score) => {
    expect(parsePrediction(reply)).toMatchObject({ score });
  });

  it('is not read from a box that the token limit has cut', () => {
    expect(parsePrediction('<reason>Why.</reason><box>0.8', true)).toMatchObject({ failure: { kind: 'unparsable-prediction' } });
    expect(parsePrediction('<reason>Why.</reason><box>0.8</box> I', true)).toMatchObject({ score: 0.8 });
  });

  it('comes with its reason', () => {
    expect(parsePrediction('<reason> Sound. </reason><box>0.8</box>')).toEqual({ score: 0.8, reason: 'Sound.' });
  });

  it.each([
    ['no box', 'I say 0.8.', 'has no <box>'],
    ['two boxes in LaTeX', '\\boxed{0.8} or \\boxed{0.9}', 'has no <box>'],
    ['two boxes', '<box>0.8</box> or <box>0.9</box>', 'has 2 boxes'],
    ['a word', '<box>high</box>', 'holds "high"'],
    ['a percentage', '<box>85%</box>', 'holds "85%"'],
    ['more than 1', '<box>85</box>', 'must be from 0.0 to 1.0'],
    ['a negative number', '<box>-0.1</box>', 'holds "-0.1"'],
    ['a range', '<box>0.8-0.9</box>', 'holds "0.8-0.9"'],
    ['nothing', '<box></box>', 'holds ""'],
    ['what is not finite', '<box>1e999</box>', 'holds "1e999"'],
  ])('is refused for %s, with the reason kept', (_, box, message) => {
    const parsed = parsePrediction(`<reason>Why.</reason>${box}`);
    expect(parsed).toMatchObject({ failure: { kind: 'unparsable-prediction', message: expect.stringContaining(message) } });
    expect(parsed.reason).toBe('Why.');
  });

  it('is a number in [0, 1] or a failure, whatever the reply', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `<box>${text}</box>`),
        ),
        (reply) => {
          const parsed = parsePrediction(reply);
          if ('failure' in parsed) return parsed.failure.message !== '';
          return parsed.score >= 0 && parsed.score <= 1;
        },
      ),
    );
  });
});

it.each([
  ['{"reason": "It asks for steps.", "score": "0.85"}', { score: 0.85, reason: 'It asks for steps.' }],
  ['```json\n{"score": 1.0}\n```', { score: 1, reason: '' }],
  [
    '{"reason": "", "score": "85"}',
    { failure: { kind: 'unparsable-prediction', message: expect.stringContaining('not a percentage') } },
  ],
  [
    '{"score": "high"}',
    { failure: { kind: 'unparsable-prediction', message: expect.stringContaining('the field score holds "high"') } },
  ],
])('reads a prediction in JSON: %s', (reply, expected) => {
  expect(parsePrediction(reply)).toMatchObject(expected);
});
