/** "Yes and no" and "yes/no" decide nothing; what follows may: "Yes or no? No." */
const both = /\b(?:yes(?:\s?\/\s?|\s(?:and|or|nor)\s)no|no(?:\s?\/\s?|\s(?:and|or|nor)\s)yes)\b/giu;
/** Behind a no that answers; before any other word in small letters it is an article: "no doubt", "no one". */
const afterNo =
  'they|he|she|it|we|you|this|that|these|those|there|the|an?|his|her|their|both|neither|either|only|not|because|since|as|but|and|while|although|though';
const decision = String.raw`([Yy](?:es|eah|ep)|YES|[Nn]ope|NO|[Nn]o(?!\.?\s?\d|\s(?!(?:${afterNo})\b)\p{Ll}|-))(?![\p{L}\p{N}])`;
const first = new RegExp(String.raw`^[^\p{L}\p{N}]*${decision}`, 'u');
const takenBack = /^\W*(?:yes|no)\W+(?:wait|actually|sorry|oops|hmm)\b/iu;
const last = new RegExp(String.raw`(?<![\p{L}\p{N}]|(?:\bnot|\bpartly|n['’]t)\s(?:\p{L}+\s)?)${decision}[^\p{L}\p{N}?]*$`, 'u');
/** "Based on the passages, no, they are not." */
const clause = new RegExp(String.raw`(?:^|[,.;:!?\u2013\u2014]\s)[^\p{L}\p{N}]*${decision}(?=\s?[,.;:!\u2013\u2014])`, 'gu');
/** All that an answer may say instead. */
const otherWords = new Map(Object.entries({ true: 'yes', correct: 'yes', false: 'no', incorrect: 'no' } as const));

/**
 * How a text answers a question that wants yes or no: by its first word ("Yes, both are"), its last ("Both are, so yes"), or a
 * clause of its own. Undefined if it says neither, or both at once.
 */
export function yesOrNo(text: string): 'yes' | 'no' | undefined {
  const own = text.replace(both, ' ');
  const begins = takenBack.test(own) ? undefined : first.exec(own)?.[1];
  const said = begins ?? last.exec(own)?.[1] ?? [...own.matchAll(clause)].at(-1)?.[1];
  if (said !== undefined) return /^y/i.test(said) ? 'yes' : 'no';
  return otherWords.get(own.replace(/[^\p{L}]+/gu, '').toLowerCase());
}
