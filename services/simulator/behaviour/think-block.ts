import { kindOf } from '../answers/kind-of.ts';
import type { Question } from '../question.ts';

/** What Qwen3 writes first when thinking is on and the server has no reasoning parser. */
export function thinkBlock({ known, random }: Question): string {
  const thought = known === undefined ? 'Let me look at what is asked.' : kindOf(known).working(known, true, random);
  return `<think>\nOkay, let me see. ${thought}\nWait, let me check that once more. Yes, that looks right.\n</think>\n\n`;
}
