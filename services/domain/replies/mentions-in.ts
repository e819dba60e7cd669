/** A place where a text names one of the choices. */
export interface Mention {
  readonly choice: string;
  readonly at: number;
  readonly end: number;
  /** "not A", "A is wrong". */
  readonly refused: boolean;
  /** "B is possible", "maybe B", "B would be right if …": it counts if nothing else is meant. */
  readonly doubted: boolean;
  /** It stands with others: "A or B". */
  readonly several: boolean;
}

/** What parts the words of a label: "account access" is also account_access and account-access. */
const wordGap = /(?<=[\p{L}\p{N}])[\s_-](?=[\p{L}\p{N}])/gu;

/** As people and models write them: "B−" is the grade "B-". A dash is none: "A– because". */
const minuses = /[-\u2010\u2011\u207b\u2212]/gu;

/** A pattern for any of the choices, the longest first: "very good" is not "good". */
export function nameSource(choices: readonly string[]): string {
  const longestFirst = [...choices].sort((one, other) => other.length - one.length);
  return longestFirst
    .map((choice) =>
      choice
        .replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
        .split(wordGap)
        .map((word) => word.replace(minuses, minuses.source))
        .join(String.raw`[\s_-]`),
    )
    .join('|');
}

export function nameOf(text: string, choices: readonly string[]): string | undefined {
  const plain = (label: string) => label.toLowerCase().replace(wordGap, ' ').replace(minuses, '-');
  return (
    choices.find((choice) => choice.toLowerCase() === text.toLowerCase()) ??
    choices.find((choice) => plain(choice) === plain(text))
  );
}

/**
 * The places in order. A letter counts in its own case, or in brackets, or behind "option" and its like; "A car" and "I think" do
 * not.
 */
export function mentionsIn(text: string, choices: readonly string[]): Mention[] {
  const name = new RegExp(
    String.raw`(?<![\p{L}\p{N}]|\p{N}[.,]|\p{L}-)(?:${nameSource(choices)})(?![\p{L}\p{N}]|[.,]\d|['’-]\p{L})`,
    'giu',
  );
  const found = [...text.matchAll(name)].flatMap((match) => {
    const choice = nameOf(match[0], choices);
    const end = match.index + match[0].length;
    return choice !== undefined && isMeant(match[0], choice, text.slice(0, match.index), text.slice(end, end + 40))
      ? [{ choice, at: match.index, end }]
      : [];
  });
  const mentions: Mention[] = runsOf(found, text).flatMap((run) => {
    const [first, last] = [run[0], run.at(-1)];
    if (first === undefined || last === undefined) return [];
    const before = text.slice(Math.max(0, first.at - 80), first.at);
    const after = text.slice(last.end, last.end + 80);
    const refused = isRefused(before, after);
    const doubted = doubtingBefore.test(before) || doubtingAfter.test(after);
    const several = new Set(run.map(({ choice }) => choice)).size > 1;
    const isCorrection = run.length === 2 && onlyNot.test(text.slice(0, first.at)) && isEnd.test(after);
    const corrected = isCorrection && !/\p{L}/u.test(text.slice(first.end, last.at));
    return run.map((one) =>
      corrected ? { ...one, refused: one === first, doubted, several: false } : { ...one, refused, doubted, several },
    );
  });
  return mentions.map((one, at) => {
    const before = mentions[at - 1];
    const isAlike = before?.refused === true && soIs.test(text.slice(before.end, one.at));
    return isAlike ? { ...one, refused: true } : one;
  });
}

/** "Not C, D" as all that is said. */
const onlyNot = /^\W*not\s+\W*$/i;
const isEnd = /^\W*$/;
/** "A is wrong, and so is C". */
const soIs = /[,;]\s+(?:and\s+)?(?:so|neither|nor)\s+(?:is|are|was|does|do|can)\s+[^\p{L}\p{N}]*$/iu;

const verbs =
  'is|was|has|does|must|can|cannot|could|should|will|would|seems|fits|says|gives|works|wins|fails|violates|contradicts|satisfies|matches|' +
  'doesn|isn|wasn|hasn|won|couldn|because|since|as|and|or|nor|but|given|due';

function isMeant(written: string, choice: string, before: string, after: string): boolean {
  if (!/^\p{L}$/u.test(written)) return true;
  const isNamed = /\b(?:option|choice|answer|letter|solution|alternative|statement)s?[:\s]+["'“‘([*_]*$/i.test(before.slice(-30));
  if (isNamed || (/\($/.test(before) && /^\)/.test(after))) return true;
  const isWord = /^[ai]$/i.test(written) && /^\s+\p{Ll}/u.test(after);
  return written === choice && !(isWord && !new RegExp(`^\\s+(?:${verbs})\\b`).test(after));
}

/** Those that only commas, "and" and "or" part. */
function runsOf<One extends Pick<Mention, 'choice' | 'at' | 'end'>>(found: readonly One[], text: string): One[][] {
  const joining =
    /^["'”’)\]*_]*\s*(?:(?:,|;|\/|&|\band\b|\bor\b|\bnor\b)\s*)+(?:(?:option|choice|answer|solution)s?\s+)?["'“‘([*_]*$/i;
  const runs: One[][] = [];
  for (const one of found) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    // "Between A and B, B": one that comes again begins anew.
    const isNew = run?.every(({ choice }) => choice !== one.choice) ?? false;
    const between = text.slice(last?.end, one.at);
    // "B, A was close": the second begins a sentence of its own.
    const isOther =
      /^\W*[,;]\W*$/.test(between) && /^\W*\s(?:is|was|seems|looks|fits|has|does)\b/i.test(text.slice(one.end, one.end + 20));
    const before = text.slice(Math.max(0, (run?.[0]?.at ?? 0) - 80), run?.[0]?.at);
    // "Neither A nor C; B", "none of A, B and C is right".
    const isAfterRefused = /^\W*;\W*$/.test(between) && refusingBefore.test(before);
    const isListed = noneOf.test(before);
    if (run !== undefined && last !== undefined && isNew && !(isOther && !isListed) && !isAfterRefused && joining.test(between))
      run.push(one);
    else runs.push([one]);
  }
  return runs;
}

const noneOf = /\bnone of\s+["'“‘([*_]*$/i;

const fillers =
  '(?:(?:be|is|to|it|a|an|the|simply|just|really|both|either|(?:option|choice|answer|letter|solution|statement)s?)\\s+)*';
const refusingBefore = new RegExp(
  '(?:\\b(?:not|no|never|neither|nor|cannot|without|except|none of|far from|anything but|unlike|than|against|over|reject(?:s|ed|ing)?|rul(?:e|es|ed|ing) out|' +
    "eliminat(?:e|es|ed|ing)|exclud(?:e|es|ed|ing)|discard(?:s|ed|ing)?|instead of|incorrect:?|wrong:?)|n['’]t)\\s+" +
    `${fillers}["'“‘([*_]*$`,
  'iu',
);
const refusingAfter = new RegExp(
  "^[\"'”’)\\]*_]*\\s*(?:\\([^()]*\\)\\s*)?(?:(?:cannot|can['’]t|(?:do|does|did|is|are|was|were|could|would|will) not|(?:do|does|did|is|are|was|were|could|would|wo)n['’]t|fails?|violates?|contradicts?)\\b|" +
    '(?:is|are|was|were|seems?|appears?|looks?|(?:can|could|must|would|should) be)(?:\\s+(?:both|all|also|clearly|obviously|simply|just|too|very|quite|the|a|an|therefore|thus))*\\s+' +
    '(?:wrong|incorrect|false|invalid|impossible|out|ruled|eliminated|excluded|contradicted|rejected|discarded|absurd|tempting|unlikely|implausible|irrelevant|inappropriate|off|nonsense|distractors?|worse|worst|less)\\b)',
  'iu',
);

const doubtingBefore =
  /\b(?:maybe|perhaps|possibly|(?:could|might|may|would) (?:also )?be|considered|considering|alternatively|(?:alternative|second|next|runner-up)(?: is)?|(?:some|many|others|people)(?: people)? (?:would|might|could|may) [a-z]+|some|a few|despite)(?:\s+(?:an?|the|choice|option|answer|guess))*[\s:]+["'“‘([*_]*$/iu;
const doubtingAfter =
  /^["'”’)\]*_]*\s*(?:(?:could|might|may|would)\b(?! not)|(?:is|are|was|seems|looks|remains)(?:\s+(?:also|still|equally|a|the|another|only|not|less|quite|partly|somewhat))*\s+(?:possible|plausible|conceivable|imaginable|acceptable|second|close|alternative|runner-up|partly)\b|(?:\s*(?:is|are|was))?\s*also\b)/iu;

/** "Everything but D", "all options except D". */
const singledOut =
  /\b(?:everything|none|nothing|every (?:option|choice|one)|all(?: of)?(?: (?:the|these|other))?(?: (?:options|choices|answers|ones|statements))?)\s+(?:but|except)\s+(?:for\s+)?["'“‘([*_]*$/iu;

/** "D is worse than B" speaks for B. */
const isBetter = /\b(?:worse|weaker|poorer|less\s+[a-z]+)\s+than\s+["'“‘([*_]*$/i;

function isRefused(before: string, after: string): boolean {
  return !singledOut.test(before) && !isBetter.test(before) && (refusingBefore.test(before) || refusingAfter.test(after));
}
