import { boxedTexts } from '../../domain/replies/boxes.ts';
import { readProgram } from '../../domain/replies/read-program.ts';
import { pick } from '../pick.ts';
import type { Question } from '../question.ts';

/** Without a query that it knows, it can at most repeat an answer that is shown. */
export function withoutQuery({ prompt, random }: Question): string {
  const program = prompt.includes('```') ? readProgram(prompt) : '';
  if (program !== '') return `\`\`\`python\n${program}\n\`\`\``;
  const shown =
    boxedTexts(prompt).findLast((text) => /\d/.test(text)) ?? /\banswer(?: is|:)\**\s*\$?(-?[\d,]*\.?\d+)/i.exec(prompt)?.[1];
  if (shown !== undefined) return `The final answer is \\boxed{${shown}}.`;
  return pick(
    [
      'It seems that the question itself is missing. Please share the full problem so that I can solve it.',
      'I am ready to help. Could you provide the problem that you would like me to solve?',
      'There is not enough information here to work out an answer.',
    ],
    random,
  );
}
