const mistake = '(?:mistakes?|errors?|issues?|problems?|flaws?|faults?|bugs?)';
/** "no mistakes", "does not contain any errors", "nothing is wrong", "not incorrect" say that something is right. */
const faultless = new RegExp(
  `(?:\\b(?:no|without(?: any)?|free (?:of|from))|(?:\\b(?:not|never)|n['’]t) (?:\\w+ ){0,2}any)\\s+(?:\\w+\\s+){0,2}${mistake}\\b|` +
    "\\bnothing (?:is |was |seems )?(?:wrong|incorrect)\\b|(?:\\bnot|n['’]t)\\s+(?:wrong|incorrect|false)\\b",
  'giu',
);
const faulty =
  /(?:\b(?:not|never)|n['’]t)\s+(?:\w+\s+){0,2}(?:true|correct|right|valid|pass(?:ed)?|hold|solve|good|fine|match|accurate)\b|\b(?:false|no|fail(?:s|ed|ing)?|incorrect|wrong|invalid|inaccurate|bad|mistaken?s?|errors?|flawed)\b|\b(?:should|must|needs? to) be (?:\w+ )?(?:fixed|revised|corrected|rewritten|rejected)\b|[✗✘❌]/giu;
const good =
  /\b(?:true|yes|pass(?:es|ed)?|correct(?:ly)?|right(?:ly)?|valid|ok(?:ay)?|sound|faultless|flawless|good|fine|perfect|lgtm|accurate|match(?:es)?|holds?|solves)\b|[✓✔✅]/giu;
const plain =
  /^\W*(?:(?<yes>true|yes|pass(?:es|ed)?|correct|right|valid|1)|(?<no>false|no|fail(?:s|ed)?|incorrect|wrong|invalid|0))\b(?!\s*(?:or\b|and\b|\/|\|))/iu;

/**
 * Whether a short text says yes ("True.", "true (no mistakes)", "1", "passed: yes") or no ("**Incorrect**", "not correct");
 * undefined if it says both or neither.
 */
export function readVerdict(text: string): boolean | undefined {
  const rest = text
    .replaceAll(/\b(?:passed|verdict|result|review)["'*_`\s]*[:=?][*_`\s]*/giu, '')
    .replaceAll(faultless, ' faultless ');
  const first = plain.exec(rest)?.groups;
  if (first !== undefined) return first.yes !== undefined;
  const no = rest.search(faulty) >= 0;
  const yes = rest.replaceAll(faulty, ' ').search(good) >= 0;
  return yes === no ? undefined : yes;
}

const aboutTheWhole =
  /\b(?:solution|answer|it|this|that|everything|all|response|result|reasoning|working|code|program|function|verdict|passed|review|there|I)\b/u;

/** The verdict of a text without a form: its last sentence's, else the last sentence's that speaks of the whole. */
export function verdictOfProse(text: string): boolean | undefined {
  const sentences = text.split(/(?<=[.!?])\s+|\n+/).filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
  const [last = '', ...before] = sentences.reverse();
  const verdicts = before.filter((sentence) => aboutTheWhole.test(sentence)).map(readVerdict);
  return readVerdict(last) ?? verdicts.find((verdict) => verdict !== undefined);
}
