/** No answer in a box is longer; it bounds the search for a brace that is never closed. */
const longestBox = 1_000;

/** The contents of \boxed{…} in order, whatever braces stand inside. */
export function boxedTexts(text: string): string[] {
  return [...text.matchAll(/\\f?boxed\s*\{/g)].flatMap((match) => {
    const start = match.index + match[0].length;
    let depth = 1;
    for (let at = start; at < Math.min(text.length, start + longestBox); at += 1) {
      if (text[at] === '\\') at += 1;
      else if (text[at] === '{') depth += 1;
      else if (text[at] === '}') depth -= 1;
      if (depth === 0) return [text.slice(start, at)];
    }
    return [];
  });
}

const tagged = /<answer>\s*([\s\S]+?)\s*<\/answer>/gi;
/** "Answer: …", "**Final answer**: …", "the answer is correct: …", also with the answer on the next line. */
const headed = /(?:^|[\s*_#(])answer(?:\s+is(?:\s+correct)?)?[*_]*\s*:[\s*_]*([^\n]+)/gi;
/** "…, which gives:" and a last line. */
const lastLine = /:[*_]*[ \t]*\n\s*([^\n]+)\s*$/g;
/** "the answer is …" up to the end of the sentence; an initial or an abbreviation does not end one. */
const announced =
  /\banswer\s+(?:is|are|was|would be|should be)(?:\s+(?:therefore|thus|simply))?[\s:*_]+((?:(?!(?<!\b(?:\p{Lu}|[Mm]rs?|[Dd]r|[Ss]t|[JjSs]r|[Vv]s|[Nn]o))\.(?:\s|$)|\n).)+)/giu;
/** "The answer is correct" announces nothing. */
const judgement = /^(?:indeed |also |therefore )?(?:in)?(?:correct|accurate|in the|right|wrong|not )/i;

/** The short text that an answer marks as final, else the whole of it: for questions whose answers are words. */
export function markedWords(answer: string): string {
  const boxed = lastOf(answer, tagged) ?? boxedTexts(answer).at(-1);
  return bare(boxed ?? announcedText(answer) ?? answer);
}

/** What stands in answer tags, under a heading such as "Answer:", or after "the answer is". */
export function announcedText(answer: string): string | undefined {
  return lastOf(answer, tagged) ?? lastOf(answer, headed) ?? lastOf(answer, lastLine) ?? lastOf(answer, announced);
}

function lastOf(text: string, pattern: RegExp): string | undefined {
  const texts = [...text.matchAll(pattern)].map((match) => match[1] ?? '');
  return texts.findLast((found) => /[\p{L}\p{N}]/u.test(found) && !judgement.test(found));
}

/** Without the Markdown and the quotation marks around it. */
function bare(text: string): string {
  const inner = text
    .replace(/\\text\s*\{([^{}]*)\}/g, '$1')
    .replace(/[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}/g, '')
    .trim();
  return inner.replace(/^["'“‘](.*)["'”’][.]?$/su, '$1').trim();
}
