import { expect, test } from 'vitest';
import { readProgram } from '../../../../services/domain/replies/read-program.ts';
import { splitThoughts, withoutAsides, withoutThoughts } from '../../../../services/domain/replies/split-thoughts.ts';

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
  ['Gemma 4', '<|channel>thought\n2 + 2<channel|>4', '4', '2 + 2'],
  ['Gemma 4 without thoughts', '<|channel>thought\n<channel|>4', '4', ''],
  ['MedGemma', '<unused94>thought\n2 + 2<unused95>4', '4', '2 + 2'],
  ['Kimi', '◁think▷2 + 2◁/think▷4', '4', '2 + 2'],
  ['Cohere', '<|START_THINKING|>a<|END_THINKING|><|START_RESPONSE|>4<|END_RESPONSE|>', '4', 'a'],
  ['Granite', 'Here is my thought process:\n2 + 2\n\nHere is my response:\n4', '4', '2 + 2'],
  [
    'Apriel',
    'Here are my reasoning steps:\n2 + 2\n[BEGIN FINAL RESPONSE]\n4\n[END FINAL RESPONSE]\n<|end|>',
    '4',
    'Here are my reasoning steps:\n2 + 2',
  ],
  ['a tag with an attribute, and blanks in its end', '<think type="x">a</ think >4', '4', 'a'],
  ['a block that another word for it ends', '<thinking>a</think>4', '4', 'a'],
  ['thoughts without their begin, ended twice', 'a\n</think>\n\n</think>\n4', '4', 'a'],
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

test.each([
  ['in <reasoning>', '<reasoning>13?</reasoning>42', '42'],
  ['in <Scratch_Pad> amid a reply', 'So: <Scratch_Pad>13?</Scratch_Pad>42', 'So: 42'],
  ['in a tag that is never closed, which says nothing', '<reasoning>13? 42', '<reasoning>13? 42'],
  ['and nothing else', '<reasoning>42</reasoning>', '<reasoning>42</reasoning>'],
])('what is said aside is left out: %s', (_what, reply, text) => expect(withoutAsides(reply)).toBe(text));

test('a program that was only tried out is not a part of the one that is meant', () => {
  const block = (code: string) => `\`\`\`python\n${code}\n\`\`\``;
  const reply = `<scratchpad>\n${block('def f():\n    return 1')}\n</scratchpad>\n${block('def f():\n    return 2')}`;
  expect(readProgram(reply)).toBe('def f():\n    return 2');
});

test('a reply that repeats a tag without end is read in no time', () => {
  const parts = ['<think>', ' <think>', '"<think>"', '</think>', '<think></think>', 'x <think>a</think>'];
  for (const part of parts) expect(withoutThoughts(part.repeat(50_000)).length).toBeLessThanOrEqual(part.length * 50_000);
});
