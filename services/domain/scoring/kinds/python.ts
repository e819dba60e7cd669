import type { AttachedFile, Query } from '../../benchmark.ts';
import { FailureError } from '../../failure.ts';
import type { CodeVerdict } from '../../ports.ts';
import { CodeRunnerMissingError, type ScoredAnswer } from '../scorer.ts';
import { scorerKind } from './scorer-kind.ts';

/**
 * It runs below the user's text, so that line numbers are those of the file; its own names are ones that a user would not choose.
 */
const call = (name: string) => `
def scale_told():
    import json, sys
    scale_given = json.load(sys.stdin)
    scale_reply = ${name}(scale_given["answer"], scale_given["query"])
    scale_is_dict = isinstance(scale_reply, dict)
    scale_score = float(scale_reply["score"] if scale_is_dict else scale_reply)
    def scale_text(scale_name):
        scale_told_of = scale_reply.get(scale_name) if scale_is_dict else None
        return "" if scale_told_of is None else str(scale_told_of)
    return json.dumps({
        "score": scale_score if 0 <= scale_score <= 1 else repr(scale_score),
        "extracted": scale_text("extracted"),
        "feedback": scale_text("feedback")[:10000],
    })
`;

export const python = scorerKind({
  name: 'python',
  description:
    'a function of your own in a Python file: score(answer, query) gives a number from 0 to 1, or {"score": …, "extracted": …, "feedback": …}, ' +
    'of which the optimizer reads the feedback on answers that are not right; query is a dict of all fields with id and reference (and right_answers, where the data has a list). It runs in the sandbox, with the standard library alone',
  options: {
    file: { type: 'file', description: 'the Python file, seen from the benchmark file' },
    function: { type: 'text', default: 'score', description: 'the name of the function' },
    seconds: { type: 'number', default: 10, low: 0.1, high: 600, description: 'CPU time that one answer may take' },
  },
  create: (name, { file, function: entry, seconds }) => {
    if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(entry)) throw new RangeError(`function is "${entry}", which is no name of a function`);
    return {
      name,
      description: `${entry} of ${file.name}`,
      needs: 'code',
      takesSeveral: true,
      async score(answer, query, { code, signal }) {
        if (code === undefined) throw new CodeRunnerMissingError(name);
        const program = {
          code: `${file.text}\n${call(entry)}`,
          entry: 'scale_told',
          stdin: JSON.stringify({ answer, query: fieldsOf(query) }),
          timeLimitMs: Math.ceil(seconds * 1000),
        };
        return readVerdict(await code.run(program, signal), name, file, entry);
      },
    };
  },
});

interface PythonReply {
  /** As text where it is no score. */
  readonly score: number | string;
  readonly extracted: string;
  readonly feedback: string;
}

/** A field of the user's own called right_answers is left alone. */
function fieldsOf({ id, fields, reference, rightAnswers }: Query): Record<string, unknown> {
  return { ...(rightAnswers && { right_answers: rightAnswers }), ...fields, id, reference };
}

/** A scorer that fails says nothing about the answer: that is not a score of 0, but a failure of the execution. */
function readVerdict(verdict: CodeVerdict, name: string, file: AttachedFile, entry: string): ScoredAnswer {
  if (!verdict.passed) throw failure(`the scorer ${name} failed: ${placeOf(verdict, file)}`);
  const { score, extracted, feedback } = JSON.parse(verdict.result) as PythonReply;
  if (typeof score === 'number') return { score, extracted, ...(feedback !== '' && { feedback }) };
  throw failure(`the scorer ${name} failed: ${file.name}: ${entry} gave ${score}, and a score is a number from 0 to 1`);
}

function failure(message: string): FailureError {
  return new FailureError({ kind: 'scorer', message });
}

/** "my-scorer.py, line 3: ZeroDivisionError: division by zero": the last line of the traceback that is in the user's file. */
function placeOf({ error }: CodeVerdict, file: AttachedFile): string {
  const lines = file.text.split('\n').length;
  const places = [...error.matchAll(/File "<program>", line (\d+)/g)].map((match) => Number(match[1]));
  const own = places.filter((line) => line <= lines).at(-1);
  const what = error.trim().split('\n').at(-1)?.trim() ?? '';
  return `${file.name}${own === undefined ? '' : `, line ${own}`}: ${what}`;
}
