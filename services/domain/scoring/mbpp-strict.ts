import type { Query } from '../benchmark.ts';
import { entryPointOf, scoreProgram } from './answer-program.ts';
import { findAnswerCode } from './find-answer-code.ts';
import type { Scorer, ScoringTools } from './scorer.ts';

export const mbppStrict = {
  name: 'mbpp-strict',
  description: "the code that the answer presents, whole, passes the benchmark's tests and does not exit",
  needs: 'code',
  score(answer: string, query: Query, tools: ScoringTools) {
    const entryPoint = entryPointOf(query);
    const scoring = {
      scorer: 'mbpp-strict',
      entryPoint,
      extraction: findAnswerCode(entryPoint, ''),
      before: '',
      tests: `${query.reference}\ncheck()\n`,
    };
    return scoreProgram(scoring, answer, tools);
  },
} satisfies Scorer;
