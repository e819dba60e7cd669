import type { Query } from '../benchmark.ts';
import { entryPointOf, scoreProgram } from './answer-program.ts';
import { findAnswerCode } from './find-answer-code.ts';
import type { Scorer, ScoringTools } from './scorer.ts';

/** The official way: the answer is placed below the prompt, so it sees the prompt's imports and functions. */
export const humanevalStrict = {
  name: 'humaneval-strict',
  description: "the code that the answer presents, whole and below the prompt, passes the benchmark's tests and does not exit",
  needs: 'code',
  score(answer: string, query: Query, tools: ScoringTools) {
    const entryPoint = entryPointOf(query);
    const prompt = query.fields.prompt ?? '';
    const scoring = {
      scorer: 'humaneval-strict',
      entryPoint,
      extraction: findAnswerCode(entryPoint, prompt),
      before: prompt,
      tests: `${query.reference}\ncheck(${entryPoint})\n`,
    };
    return scoreProgram(scoring, answer, tools);
  },
} satisfies Scorer;
