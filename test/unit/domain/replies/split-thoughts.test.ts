import { expect, test } from 'vitest';
import { splitThoughts, withoutThoughts } from '../../../../services/domain/replies/split-thoughts.ts';

test.each([
  ['no block', 'The answer is 4.\n', 'The answer is 4.\n', ''],
  ['a block', '<think>\n2 + 2\n</think>\n\nThe answer is 4.', 'The answer is 4.', '2 + 2'],
  ['an empty block, as Qwen writes with thinking off', '<think>\n\n</think>\n\n4', '4', ''],
  ['a block whose opening tag the template wrote into the prompt', '2 + 2\n</think>\n4', '4', '2 + 2'],
  ['the same, all in one line', '2 + 2</think>4', '4', '2 + 2'],
  ['a block that was cut off', '<think>\nFirst, 2 and', '', 'First, 2 and'],
  ['a block in a block', '<think>One <think>two</think> three</think>4', '4', 'One <think>two</think> three'],
  ['thoughts that name their tag', '<think>I must not open <think> again.</think>4', '4', 'I must not open <think> again.'],
  ['thoughts that quote the end', '<think>First `</think>`, then it.</think>4', '4', 'First `</think>`, then it.'],
  ['two blocks in a row', '<think>a</think>\n<think>b</think>4', '4', 'a\nb'],
  ['another word for it, in capitals', '<Thinking>a</THINKING> 4', '4', 'a'],
  ['Mistral', '[THINK]2 + 2[/THINK]4', '4', '2 + 2'],
  ['NovaSky', '<|begin_of_thought|>a<|end_of_thought|><|begin_of_solution|>4<|end_of_solution|>', '4', 'a'],
  ['gpt-oss', '<|channel|>analysis<|message|>Add.<|end|><|start|>assistant<|channel|>final<|message|>4<|return|>', '4', 'Add.'],
  ['gpt-oss, cut off', '<|channel|>analysis<|message|>Add', '', 'Add'],
  ['gpt-oss without its special tokens', 'analysisWe add.assistantfinal4', '4', 'We add.'],
  ['a tag in the middle of an answer without a block', 'Write <think> to think.', 'Write <think> to think.', ''],
  ['an end that is only quoted', 'Replace "</think>" by "". So 7', 'Replace "</think>" by "". So 7', ''],
  ['an end that prose names', 'The tag </think> ends a thought.', 'The tag </think> ends a thought.', ''],
  ['an end that is named after a block', '<think>a</think>Write\n</think>\nto end.', 'Write\n</think>\nto end.', 'a'],
])('a reply is parted: %s', (_what, reply, text, reasoning) => {
  expect(splitThoughts(reply)).toEqual({ text, reasoning });
});

test.each([
  ['in the middle', 'Sure. <think>maybe 3</think>4', 'Sure. 4'],
  ['in the middle, and cut off', 'It is 4.\n<think>maybe', 'It is 4.\n'],
  ['named in prose', 'I write <think> first.', 'I write <think> first.'],
  ['quoted', 'Use "<think>" and "</think>".', 'Use "<think>" and "</think>".'],
])('thoughts are left out: %s', (_what, reply, text) => {
  expect(withoutThoughts(reply)).toBe(text);
});

test('a reply that repeats a tag without end is read in no time', () => {
  const parts = ['<think>', ' <think>', '"<think>"', '</think>', '<think></think>', 'x <think>a</think>'];
  for (const part of parts) expect(withoutThoughts(part.repeat(50_000)).length).toBeLessThanOrEqual(part.length * 50_000);
});
