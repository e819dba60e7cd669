import type { Query } from '../benchmark.ts';
import { aflowSanitize } from './aflow-sanitize.ts';
import { entryPointOf, scoreProgram } from './answer-program.ts';
import type { Scorer, ScoringTools } from './scorer.ts';

/** Three tests of HumanEval call a function that only the prompt defines. AFlow provides it for these. */
const promptFunctions: Readonly<Record<string, string>> = {
  decode_cyclic: `
def encode_cyclic(s):
    groups = [s[start:start + 3] for start in range(0, len(s), 3)]
    return "".join(group[1:] + group[0] if len(group) == 3 else group for group in groups)
`,
  decode_shift: `
def encode_shift(s):
    return "".join(chr((ord(letter) - ord("a") + 5) % 26 + ord("a")) for letter in s)
`,
  find_zero: `
def poly(xs, x):
    return sum(factor * x ** power for power, factor in enumerate(xs))
`,
};

/**
 * AFlow's rule for HumanEval, with one exception: in AFlow an answer that exits the program passes, since the check runs in a
 * thread that an exit ends quietly. No recorded answer does so, and it would reward cheating.
 */
export const humanevalAflow = {
  name: 'humaneval-aflow',
  description: "AFlow on HumanEval: the longest valid code, cut down to what the function needs, passes the benchmark's tests",
  needs: 'code',
  score(answer: string, query: Query, tools: ScoringTools) {
    const entryPoint = entryPointOf(query);
    const scoring = {
      scorer: 'humaneval-aflow',
      entryPoint,
      extraction: aflowSanitize(entryPoint),
      before: promptFunctions[entryPoint] ?? '',
      tests: `${query.reference}\ncheck(${entryPoint})\n`,
    };
    return scoreProgram(scoring, answer, tools);
  },
} satisfies Scorer;
