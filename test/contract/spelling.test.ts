import { expect, test } from 'vitest';
import { ownTexts, type Text } from '../support/project/tracked-texts.ts';

/**
 * One spelling of each word, British where there are two; `optimizer`, `tokenizer` and `color` in CSS and LaTeX are their fields'
 * terms.
 */
const spellings: readonly (readonly [RegExp, string])[] = [
  [
    /(?:summar|normal|recogn|organ|optim|minim|maxim|general|special|serial|initial|standard|visual|priorit)iz(?:e|es|ed|ing|ation)/i,
    '-ise',
  ],
  [/analyz/i, 'analyse'],
  [/behavior/i, 'behaviour'],
  [/cancel(?:ed|ing)/i, 'cancelled, cancelling'],
  [/label(?:ed|ing)/i, 'labelled, labelling'],
  [/neighbor/i, 'neighbour'],
  [/\bjudgment/i, 'judgement'],
  [/acknowledgment/i, 'acknowledgement'],
  [/\bgray\b/i, 'grey'],
  [/father/i, 'parent'],
];

/** Names and messages of others, and the field's own terms. */
const foreign =
  /optimizer|\bnormalize(?=\(| \})|unrecognized_keys|\|unrecognized\||'Unrecognized request argument|\bserialization: 'json'|\bserializers:|stdSerializers|\bbehavior:(?=$| replace)/gi;

function misspelt({ path, text }: Text): string[] {
  return text.split('\n').flatMap((line, index) => {
    const own = line.replaceAll(foreign, '');
    return spellings
      .filter(([wrong]) => wrong.test(own))
      .map(([, right]) => `${path}:${index + 1} write ${right}: ${line.trim()}`);
  });
}

test('each word has one spelling', () => {
  const texts = ownTexts().filter(({ path }) => path !== 'test/contract/spelling.test.ts');
  expect(texts.length).toBeGreaterThan(500);
  expect(texts.flatMap(misspelt)).toEqual([]);
});

test.each(['summarizeRun', 'Behavior of', 'was canceled', 'their father', 'isNormalized'])('%s is found', (text) => {
  expect(misspelt({ path: 'a.ts', text })).toHaveLength(1);
});

test.each(['the optimizer', "text.normalize('NFKC')", 'a tokenizer', 'color: var(--ink)'])('%s is let be', (text) => {
  expect(misspelt({ path: 'a.ts', text })).toEqual([]);
});

test('decimals in the docs begin with a digit', () => {
  const bare = ownTexts()
    .filter(({ path }) => path.endsWith('.md'))
    .flatMap(({ path, text }) =>
      text
        .split('\n')
        .filter((line) => /(?:^|[\s(|±+])[-+]?\.\d/.test(line))
        .map((line) => `${path}: ${line}`),
    );
  expect(bare).toEqual([]);
});
