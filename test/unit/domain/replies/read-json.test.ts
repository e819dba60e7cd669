import { expect, test } from 'vitest';
import { jsonReplyIn } from '../../../../services/domain/replies/json-reply.ts';
import { readJson } from '../../../../services/domain/replies/read-json.ts';

const raw = String.raw;

test.each([
  // JSON knows these escapes: a form feed, a backspace, tabs, a carriage return.
  [raw`\frac{1}{2}`, raw`\frac{1}{2}`],
  [raw`inside \boxed{}`, raw`inside \boxed{}`],
  [raw`3\times\text{(A)}\tfrac12\textbf{b}`, raw`3\times\text{(A)}\tfrac12\textbf{b}`],
  [raw`\left(1\right)\rho`, raw`\left(1\right)\rho`],
  [raw`a \neq b`, raw`a \neq b`],
  // And not these.
  [raw`2\sqrt{2}`, raw`2\sqrt{2}`],
  [raw`\underline{x} \$5 \{1, 2\}`, raw`\underline{x} \$5 \{1, 2\}`],
  [raw`\begin{pmatrix}1\\2\end{pmatrix}`, raw`\begin{pmatrix}1\\2\end{pmatrix}`],
  [raw`\nu \ne \tan \pi`, raw`\nu \ne \tan \pi`],
  [raw`\pi \\`, raw`\pi \\`],
  [raw`say \"\pi\"\/,\nthen é`, 'say "\\pi"/,\nthen é'],
])('backslashes of formulas in a text stand for themselves: %s', (text, read) => {
  expect(readJson(`{"answer": "${text}"}`)).toEqual({ answer: read });
});

test.each([
  raw`\\frac{1}{2} and \\\\pi`,
  raw`if x:\n\treturn 1\n\ttotal = 2\n\tan = 3\nu = 4\ne = 5\rest`,
  raw`re.sub('\\d', '\\n')`,
  raw`\b\f\n\r\t\u00e9\/\"\\`,
])('a text whose escapes are meant is read as JSON: %s', (text) => {
  expect(readJson(`"${text}"`)).toBe(JSON.parse(`"${text}"`));
});

test('each text is read by what stands in it', () => {
  expect(readJson(raw`["\frac12", "a\nu", "\\pi"]`)).toEqual([raw`\frac12`, 'a\nu', raw`\pi`]);
  expect(() => readJson(raw`{"\pi"}`)).toThrow(SyntaxError);
});

test('a prompt that an optimizer writes in JSON keeps its \\boxed', () => {
  const reply = raw`{"modification": "Box it.", "workflow": {"prompts": [{"name": "a", "text": "Inside \boxed{}.\nNo words."}]}}`;
  expect(jsonReplyIn(reply)?.workflow).toEqual({ prompts: [{ name: 'a', text: 'Inside \\boxed{}.\nNo words.' }] });
});

test('a text of nothing but backslashes and quotation marks is read in no time', () => {
  for (const piece of ['\\', '"', '\\"', '"\\', '\\frac'])
    expect(() => readJson(piece.repeat(200_000 / piece.length))).toThrow(SyntaxError);
});
