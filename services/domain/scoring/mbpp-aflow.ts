import type { Query } from '../benchmark.ts';
import { aflowSanitize } from './aflow-sanitize.ts';
import { entryPointOf, scoreProgram } from './answer-program.ts';
import type { Scorer, ScoringTools } from './scorer.ts';

/** AFlow's rule for MBPP: as for HumanEval, but the tests call the function by its name. */
export const mbppAflow = {
  name: 'mbpp-aflow',
  description: "AFlow on MBPP: the longest valid code, cut down to what the function needs, passes the benchmark's tests",
  needs: 'code',
  score(answer: string, query: Query, tools: ScoringTools) {
    const entryPoint = entryPointOf(query);
    const scoring = {
      scorer: 'mbpp-aflow',
      entryPoint,
      extraction: aflowSanitize(entryPoint),
      before: '',
      tests: `${query.reference}\ncheck()\n`,
    };
    return scoreProgram(scoring, answer, tools);
  },
} satisfies Scorer;
