import { type ReadNumber, readNumbers } from './read-number.ts';

/** A number as it is written in a sentence. */
export const amount = String.raw`[$€£]?\d[\d,]*(?:\.\d+)?%?`;

const totalOf = new RegExp(
  String.raw`\ba total of\s+(?:\\\(\s*)?(${amount})(?![^\n]*(?:[,;:=]|\b(?:at|each|every|per|and|so|which|making|makes?|gives?|is|are|equals)\b|\bfor\s+[$€£]))`,
  'iu',
);

/**
 * The number that a sentence states, where its other numbers only describe it: "She saves a total of 20 dollars in 5 days",
 * "\(25\) flowers after 15 days", where one number alone is a formula, "He needs 5 more days to finish the 20 pages".
 */
export function statedNumber(sentence: string): ReadNumber | undefined {
  const [one = '', ...others] = [...sentence.matchAll(/\\\(([^()]{1,40})\\\)/g)].map((match) => match[1] ?? '');
  const [found, ...more] = others.length === 0 && !one.includes('=') ? readNumbers(one) : [];
  const alone = more.length === 0 && /^\s*(?:\\?\$)?[\d.,]+\s*(?:\\text\s*\{[^{}]*\})?\s*$/.test(one) ? found : undefined;
  return alone ?? readNumbers(totalOf.exec(sentence)?.[1] ?? '').at(0) ?? describedNumber(sentence);
}

const pasts =
  'made|got|spent|sold|bought|ran|read|ate|paid|drove|gave|left|took|won|lost|found|built|grew|kept|sent|wrote|put|had|has|have|need|take|cost|owe';
const adverbs = '(?:(?:about|only|exactly|another|just|still|approximately|roughly|at least|up to|an? (?:total|average) of)\\s)?';
/** What stands directly before the number that a sentence is about; not the subject: "The 42 kg bag lasts for 3 weeks". */
const verb = String.raw`(?:=\s?(?:<<[^<>]*>>)?|\b(?:can|could|will|would|must|should|may|might|to)\s(?:\p{Ll}+\s){1,2}|\b(?:${pasts}|be|are|were|\p{Ll}+(?:s|ed))\s)${adverbs}`;
const ofTime = '(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?)';
const unit = String.raw`(?:\s(?!(?:and|or|is|are|so|to|than)\b)[\p{L}/-]+){0,6}?`;
/** What only describes the number before it. */
const details = [
  '(?:after|before|within|during|over|from(?!\\s[$€£]?\\d[^.;]{0,20}\\sto\\s)|per|every|with|if|at the end of)\\s',
  'by\\s(?!\\d)|by\\s\\d+\\s?(?:am|pm|a\\.m|p\\.m)',
  String.raw`in\s[^\d]{0,20}\d[\d,.]*(?:\s|-)(?:${ofTime}|of)\b`,
  String.raw`\d+\s${ofTime}\s(?:from now|later|ago)\b`,
  String.raw`at\s[^\d]{0,12}\d[\d,.]*\s(?:each|per|an?)\b`,
  String.raw`for\s(?![$€£])[^\d]{0,20}\d[\d,.]*\s(?!dollars?\b|cents?\b)`,
  String.raw`(?<=\p{L}{3}\s)of\s\d`,
];
/** "Rosie ran 50 miles in 7 hours", "4 packs of 6", "$240 at $12 each". */
const described = new RegExp(String.raw`${verb}(${amount})${unit}(?=\s(?:${details.join('|')}))`, 'gu');
/** "It takes 160 minutes to download the 200 GB file". */
const needed = new RegExp(
  String.raw`\b(?:takes?|took|needs?|needed|requires?|required|must|has|have|had|costs?|pays?|paid)\s(?:[^.:;]{0,120}=\s?(?:<<[^<>]*>>)?|(?:to\s\p{Ll}+\s|\p{L}+\s)?${adverbs})(${amount})${unit}(?=\sto\s\p{Ll})`,
  'gu',
);
/** "It costs $3 more for 1/2 pound of nuts than for 1/3". */
const compared = new RegExp(
  String.raw`(${amount})(?:\s\p{L}+){0,2}\s(?:more|less|fewer|(?:long|old|tall|short|fast|heavi|high|low|larg|great|small)er)\b(?!\sthan\s[$€£]?\d|\s\d)`,
  'gu',
);
/** Behind these the sentence goes on to another number that it may mean. */
const turns =
  '(?<!\\d),|,(?!\\d)|[;:=×+*<>\\\\]|\\b(?:so|but|then|is|are|was|were|will|would|makes?|making|gives?|giving|leav(?:es?|ing)|which|that|worth|or)\\b';
const goesOn = new RegExp(turns, 'iu');
const joinsAnother = new RegExp(
  `${turns}|\\b(?:and|has|have|had|gets?|equals?|left|total\\w*|earn\\w*|cost\\w*|sav\\w+)\\b`,
  'iu',
);
const condition =
  /^\W*(?:(?:so|thus|then|and|therefore),?\s)?(?:if|when|since|because|for (?:each|every)|with|suppose|given|at)\b/iu;

/** "Therefore, 74.6% of the population is not between 45 and 64 years old", but not "So, 40% of the pupils are 20". */
const share = /^\W*(?:therefore|so|thus|hence),?\s(\d[\d,]*(?:\.\d+)?%)\sof\s(?!\d)/iu;
const equals = /=|,\s|\b(?:is|are|was|were|equals|be)\s(?:about\s|only\s)?[$€£]?\d/i;

/** "It's 18: 3 boxes with 6 each.", "12 dollars: 4 tickets at $3". */
const told = new RegExp(
  String.raw`(?:(?:\b(?:is|are|was|were|equals|pays?|costs?|gets?|has|have|needs?|spen[dt]s?|earn(?:s|ed)?|makes?|sells?|sold)|['’]s)\s(?:about\s|exactly\s)?|^\W*(?=[^:\n]*:[^\d\n]*\d[^\n]*\s(?:at|with|of|in|for)\s[^\d\n]*\d))(${amount})(?:\s[\p{L}/]+){0,3}:\s(?![^\n]*(?:=|\b(?:so|thus|hence|therefore|then|total|leav\w+|left|makes?|gives?)\b))[^\n]*\d`,
  'iu',
);
/** "30 is the average of 20, 30 and 40." */
const defining = new RegExp(
  String.raw`^\W*(${amount})\sis\sthe\s(?:average|mean|median|sum|difference|product|total|number|maximum|minimum)\s(?:of|between)\b[^=:;]*$`,
  'iu',
);

function describedNumber(sentence: string): ReadNumber | undefined {
  const plain = (told.exec(sentence) ?? defining.exec(sentence))?.[1];
  if (plain !== undefined) return readNumbers(plain).at(0);
  const part = share.exec(sentence);
  if (part !== null && !equals.test(sentence.slice(part[0].length))) return readNumbers(part[1] ?? '').at(0);
  const main = condition.test(sentence)
    ? (/(?:(?<!\d),|,(?!\d))((?:(?<=\d),(?=\d)|[^,])*)$/.exec(sentence)?.[1] ?? '')
    : sentence;
  const kinds = [
    { pattern: compared, other: goesOn },
    { pattern: needed, other: goesOn },
    { pattern: described, other: joinsAnother },
  ];
  for (const { pattern, other } of kinds) {
    for (const match of main.matchAll(pattern)) {
      const rest = main.slice(match.index + match[0].length);
      const own = rest.replace(/\s(?:than|if)\s(?:(?!,\s|\b(?:so|then)\b|=).)*$/u, '').replace(/^\sto\s\p{Ll}+/u, '');
      if (/\d/.test(rest) && !other.test(own)) return readNumbers(match[1] ?? '').at(0);
    }
  }
  return undefined;
}
