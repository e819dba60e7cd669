import type { CallPurpose } from '../../domain/ports.ts';
import type { Question } from '../question.ts';
import { badRequest } from '../wire-error.ts';
import { answerGenerate } from './answer-generate.ts';
import { correctProgram } from './correct-program.ts';
import { format } from './format.ts';
import { judge } from './judge.ts';
import { predict } from './predict.ts';
import { propose } from './propose.ts';
import { review } from './review.ts';
import { revise } from './revise.ts';
import { solve } from './solve.ts';
import { verdict } from './verdict.ts';
import { vote } from './vote.ts';
import { writeFunction } from './write-function.ts';
import { writeProgram } from './write-program.ts';

/** How the simulated model replies to one kind of prompt. */
export type Role = (question: Question) => string;

/** How it answers each operator, by the operator's name. A new one is one file next to this one and one entry here. */
export const operatorRoles: ReadonlyMap<string, Role> = new Map(
  Object.entries({
    custom: solve,
    answer_generate: answerGenerate,
    sc_ensemble: vote,
    review,
    revise,
    programmer: writeProgram,
    custom_code_generate: writeFunction,
    test: correctProgram,
    format,
    md_ensemble: judge,
  }),
);

/** How it answers what no operator asks. The compiler misses an entry for a new purpose. */
const otherRoles: Readonly<Record<Exclude<CallPurpose, `operator:${string}`>, Role>> = {
  propose,
  predict,
  judge: verdict,
};

/**
 * The role for a call's purpose, as its header says it; a call that says none, such as one by hand, asks for a query's solution.
 * @throws WireError (400) if the simulated model has no role for such a call
 */
export function roleFor(purpose: string): Role {
  if (purpose === '') return solve;
  const operator = /^operator:(.*)$/.exec(purpose)?.[1];
  if (operator !== undefined) {
    const role = operatorRoles.get(operator);
    if (role !== undefined) return role;
    throw badRequest(`no simulated role for operator ${operator}: add one in services/simulator/behaviour/roles.ts`);
  }
  if (isOther(purpose)) return otherRoles[purpose];
  const known = Object.keys(otherRoles).join(', ');
  throw badRequest(`no simulated role for the purpose "${purpose}": x-scale-purpose is operator:<name>, or one of ${known}`);
}

function isOther(purpose: string): purpose is keyof typeof otherRoles {
  return Object.hasOwn(otherRoles, purpose);
}
