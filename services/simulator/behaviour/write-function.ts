import type { Question } from '../question.ts';
import { solve } from './solve.ts';

/** The reply to custom_code_generate; a task that it does not know gets a stub under the wanted name. */
export function writeFunction(question: Question): string {
  if (question.known !== undefined) return solve(question);
  const name = /^Name of the function: *(\w+)/m.exec(question.prompt)?.[1] ?? 'solution';
  return `\`\`\`python\ndef ${name}(*arguments):\n    raise NotImplementedError("the task is not stated")\n\`\`\``;
}
