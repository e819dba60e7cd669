const wrong = String.raw`(?:(?:that|this|it)(?:['’]s|\s(?:is|was))\s(?:wrong|incorrect|a mistake|not\s(?:quite\s)?(?:right|correct))|I(?:['’]ve|\shave)?\s(?:made\san?\s(?:[a-z]+\s)?(?:mistake|error)|meant)|let me correct (?:that|this|myself))`;
/** "Wait, no: …", "Actually, I made a mistake. …", but not "Wait, no need to round". */
const retraction = new RegExp(
  String.raw`(?:^|(?<=[\s.!?(*_\u2013\u2014-]))(?:(?:wait|oops|sorry|hold on|hmm)[,.!:…\s\u2013\u2014-]{1,4}no(?:(?=\s*[,.:;!\u2013\u2014-])|(?=\s(?:it|that|this|I|the)\b))|no[,\s\u2013\u2014-]{1,3}wait|` +
    String.raw`(?:wait|oops|sorry|hold on|hmm|no|actually)[,.!:…\s\u2013\u2014-]{1,4}(?:(?:no|actually)[,\s]{1,2})?${wrong}|scratch that|correction\s?:)`,
  'gi',
);
/** What only leads to the answer: "it should be 18". */
const lead =
  /^[\s,.:;!*_\u2013\u2014-]*(?:(?:so|but|actually|rather|instead|I meant|I mean)[,:]?\s)*(?:(?:it|that|this)(?:['’]s|\s(?:is|was|should be|must be|should have been))\s(?:actually\s)?(?!not\b|wrong\b|incorrect\b))?/iu;
const confirms =
  /\bafter all\b|\bright the first time\b|\b(?:original|first|initial|earlier|previous) (?:answer|result|value)\s(?:(?:was|is)\s(?:indeed\s)?(?:right|correct)|stands|holds)\b/i;

/** What a text says behind the last place where it takes back what stands before; undefined if it takes nothing back. */
export function afterRetraction(text: string): string | undefined {
  const last = [...text.matchAll(retraction)].at(-1);
  if (last === undefined || text.slice(0, last.index).trim() === '') return undefined;
  const rest = text.slice(last.index + last[0].length).replace(lead, '');
  return /[\p{L}\p{N}]/u.test(rest) && !confirms.test(rest) ? rest : undefined;
}
