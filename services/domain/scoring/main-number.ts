import { type PlacedNumber, placedNumbers, type ReadNumber } from './read-number.ts';

/** Behind these a sentence tells more of what stands before them. */
const subordinate = new RegExp(
  String.raw`\b(?:after|before|within|during|over|from|per|every|with|without|if|when|while|than|at|by|for|in|of|on|to|as|since|because|given|until|although|` +
    String.raw`though|whereas|instead|rather|not|including|excluding|despite|using|under|above|which|who|where|whose|via|around|among|against|vs|versus|compared|minus|off|assuming)\b` +
    String.raw`|\(|\b(?!leaving|making|giving)\p{Ll}{3,}ing\b`,
  'iu',
);
/** What follows from the rest of a sentence, wherever it stands. */
const concludes = /[=≈→]|\b(?:so|thus|hence|therefore|then|but|consequently)\b|\bwhich\s\p{L}+(?:\s\p{L}+)?\sto\s$/iu;
/** A reason holds calculations of its own. */
const reasons = /(?:\b(?:because|since)|,\sas)\s(?!.*\b(?:so|thus|hence|therefore|then)\b)/i;
/** Behind a number these make it the subject: "4 workers finish in 6 days". */
const verb =
  '(?:will|would|can|could|must|should|may|is|are|was|were|has|have|had|do|does|did|takes?|costs?|pays?|paid|needs?|holds?|contains?|weighs?|makes?|made|' +
  'earns?|gets?|got|eats?|ate|drinks?|finish(?:es)?|produces?|sells?|sold|buys?|bought|requires?|uses?|used|shares?|plays?|reads?|walks?|runs?|drives?|' +
  'meets?|gives?|gave|becomes?|equals?|totals?|lasts?|spends?|spent|comes?|leaves?)';
const verbs = new RegExp(String.raw`\b${verb}\b`, 'i');
/** "12 apples are left", "45 is what you get": with these verbs nothing else is to come. */
const states =
  /^(?:\s\p{L}+){0,4}?\s(?:remains?|(?:is|are|was|were|will be|would be)\s(?:left|needed|required|used|enough|sufficient|remaining|what|the|half|twice|double|how))\s/iu;
/** Another statement begins in a clause of its own, or with a verb directly before its number. */
const resumes = new RegExp(
  String.raw`[,;:\u2013\u2014]\s[^,;]*\b(?:total\w*|leaving|making|giving|${verb})\b|\s(?:make|makes|is|are|equals?|gives?|totals?|comes? to)\s$`,
  'iu',
);
const relative =
  /\b(?:who|whose|where|while|whereas|although|though|because|since|as|if|when|after|before|with|given|and not)\b[^,]*$/i;
/** Of these the numbers before them are parts: "Ann has 20 and Ben 25, 45 in all". */
const sums =
  /^(?:\s\p{L}+){0,3}?\s(?:in all|in total|altogether|together|total|combined|overall|left(?!\sover)|remain\p{L}*)(?!\p{L})/iu;
/** "14, which is half of 28". */
const relates =
  /^(?:\s\p{L}+){0,3}(?:,\swhich\sis|\sis|\s=)\s(?:half|(?:an?|one|two|three)\s(?:third|quarter|\p{L}+th)s?|twice|double|the \p{L}+)\s(?:\p{L}+\s)?of\s$/iu;
const definite = /\b(?:the|these|those|all|both|each of|his|her|their|its)\s$/i;
/** ", 2 each day", ", 20 of them by Ann", ", 6 years older than her". */
const describes =
  /^(?:\s\p{L}+){0,3}?\s(?:each|apiece|per|of (?:them|which|whom|these|those)|(?:more|less|fewer|\p{L}+er)\s(?:than|off)|left over)(?!\p{L})/iu;
const adjunct = String.raw`^\W*(?:(?:so|thus|then|and|therefore|hence),?\s)?(?:if|when|since|because|for|with|suppose|given|at|in|after|of|out of|from|by|over|within|during|on|\p{L}{3,}ing)\b`;
const fronted = new RegExp(String.raw`${adjunct}(?:(?!,\s)[^:;=])*,\s(?=[^\n]*\d)`, 'iu');
/** The same without a comma, as far as no verb follows. */
const opening = new RegExp(`${adjunct}[^,]*$`, 'iu');

/** "30 or 40 dollars", "30 to 40 people" and "between 30 and 40" answer nothing: no number is the same as this one. */
const alternatives = /^(?:\s(?:or|to|and)\s|\s?\u2013\s?)$/;
/** Nor do "75 girls and 45 boys in the class". */
const counted = /^(?:\s\p{Ll}+){1,2}\sand\s$/u;
const lastCounted =
  /^\s(?!(?:left|more|extra|remaining|each)\b)\p{Ll}+(?:\s\p{Ll}+){0,2}(?:\s(?:in|at|on|for|from)\s[^\d,;:=]{1,60})?\W*$/u;

/**
 * The number that a sentence is about: its first one, as long as the others stand in what only tells more of it ("12 apples are
 * left after eating 8"), else the one that it goes on to ("with 2 a day she drinks 14 a week"). Undefined if it has only one.
 */
export function mainNumber(whole: string): ReadNumber | undefined {
  const { plain, numbers } = placedNumbers(whole.replace(fronted, ''));
  const [first, ...others] = numbers;
  if (first === undefined || others.length === 0 || /[\\{}|<>]/.test(plain)) return undefined;
  const link = plain.slice(first.end, others[0]?.at);
  const isOneOfTwo = alternatives.test(link) || (counted.test(link) && lastCounted.test(plain.slice(others[0]?.end)));
  if (others.length === 1 && isOneOfTwo && !/\bfrom\s$/.test(plain.slice(0, first.at)))
    return { value: Number.NaN, percent: false, text: plain };
  let main = first;
  let last = first;
  for (const next of others) {
    if (!tellsMore(plain, main, last, next)) main = next;
    last = next;
  }
  return main;
}

function tellsMore(sentence: string, main: PlacedNumber, last: PlacedNumber, next: PlacedNumber): boolean {
  const [before, link, after] = [sentence.slice(0, main.at), sentence.slice(last.end, next.at), sentence.slice(next.end)];
  const all = sentence.slice(main.end, next.at);
  // "720 grams of cat food will last", but not "18 of the planned 26 miles".
  const between = verbs.test(all) ? all.replace(/^(?:\s\p{L}+){0,2}\sof(?=\s\p{L})/u, '') : all;
  if (concludes.test(link) && !reasons.test(between)) return false;
  if (relates.test(link) || (/,\swhich\s(?:is|are)\s$/.test(link) && describes.test(after))) return true;
  // "It rose from 35 to 37", "drops 20% from $80 to $64", "sells 9 eggs for $18".
  if (/^(?:\s?\p{L}+)?\sto\s$/u.test(link) && (/\bfrom\s$/.test(before) || /^\sfrom\s/.test(between))) return false;
  if (/\sfor\s$/.test(link) && isMoney(next) && !isMoney(main) && !describes.test(after)) return false;
  if (sums.test(after) && !/\b(?:with|of|from|than)\s$/i.test(link)) return false;
  const at = subordinate.exec(between)?.index;
  const head = between.slice(0, at);
  const isSubject = verbs.test(head) && !states.test(`${head} `);
  const isOpening = opening.test(before) && !verbs.test(before) && verbs.test(sentence.slice(main.end));
  if (isSubject || isOpening || definite.test(before)) return false;
  if (at === undefined)
    return /^(?:\s\p{L}+){0,3},\s(?:an?\s|each\s)?$/u.test(link) && (/\s(?:an?|each)\s$/.test(link) || describes.test(after));
  return !resumes.test(link) || relative.test(link);
}

function isMoney({ text }: PlacedNumber): boolean {
  return /^\p{Sc}/u.test(text);
}
