/** What a prompt asks of an answer, as far as it changes how well a model does. */
export interface RequestedForm {
  /** Reason in steps before answering. */
  readonly steps: boolean;
  /** Look over the work before the final answer. */
  readonly checking: boolean;
  /** How the final answer must be marked. */
  readonly mark: 'boxed' | 'tag' | 'none';
  /** Nothing but the answer. */
  readonly brief: boolean;
  /** Numbers spelled out. */
  readonly inWords: boolean;
}

const stepsAsked =
  /step[- ]by[- ]step|each step|in steps|show (all )?(your|the) (work|working|reasoning|calculations)|think (it )?through|reason (carefully|it out)|write an equation|work backwards|plan the (function|algorithm)/i;
const checkingAsked =
  /(check|verify|re-?read|double-check|look over) (your|the|each|every|that|all)\b|substitut\w+ .{0,30}back|sanity check|(edge|corner) cases/i;
const briefAsked =
  /\b(only|just) (with )?the (final |short )?(answer|number|result|code|function)|\b(short |final )?answer alone|no (explanation|working|reasoning)|without (any |a )?(explanation|working|sentence)|in one sentence/i;
const wordsAsked = /in words|spell(ed)? (it |the number |the answer )?out|do not use digits|without digits/i;

/** @param instructions the prompt without the query's own text */
export function requestedForm(instructions: string): RequestedForm {
  const brief = briefAsked.test(instructions);
  return {
    steps: stepsAsked.test(instructions) && !brief,
    checking: checkingAsked.test(instructions),
    mark: instructions.includes('\\boxed') ? 'boxed' : /<answer>/i.test(instructions) ? 'tag' : 'none',
    brief,
    inWords: wordsAsked.test(instructions),
  };
}
