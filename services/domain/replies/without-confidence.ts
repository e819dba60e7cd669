/** How sure an answer says it is: "Confidence: 95%" in a line of its own, "(confidence: 0.9)", "(95% confident)". */
const confidence =
  /\n[^\p{L}\p{N}\n]{0,9}(?:confidence|certainty)(?: (?:level|score|rating))?[*_]*\s?[:=][^\n]{0,40}(?=\n|$)|\s?\((?:(?:with )?(?:\d{1,3}(?:\.\d+)?\s?% )?(?:confiden(?:ce|t)|certain(?:ty)?)\b[^()\n]{0,40})\)/giu;

/** "…, but I'm not 100% sure", "I am 95% confident that …". */
const inSentence =
  /(?:[,;.]?\s(?:but|though|although)\s)?\bI(?:['’]m| am)\s(?:not\s)?(?:about\s|only\s)?\d{1,3}\s?%\s(?:sure|certain|confident)(?:\sthat)?/giu;

/** Without what an answer says of its own confidence, which is no part of it. */
export function withoutConfidence(text: string): string {
  return /confiden|certain|% ?sure/i.test(text) ? text.replace(confidence, '').replace(inSentence, '') : text;
}
