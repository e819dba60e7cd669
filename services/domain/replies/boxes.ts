/** A \boxed{…} or \fbox{…} of a text. */
export interface Box {
  readonly text: string;
  /** Where the command begins, and where the box is closed. */
  readonly at: number;
  readonly end: number;
}

/** No answer in a box is longer; it bounds the search for a brace that is never closed. */
const longestBox = 1_000;
/** Its backslash may have got lost on the way, as in JSON, or be a backspace with the b, as in a text that Python prints. */
const backspace = '\b';
const command = new RegExp(
  String.raw`(?:\\(?:begin)?(?:boxed|fbox|framebox)(?![a-zA-Z])|(?:(?<!\\|\p{L})b|${backspace})oxed(?=\s*\{))\s*`,
  'gu',
);
/** A box without braces ends with its formula: "$\boxed 7$". Elsewhere it is one number, letter or command. */
const upToDelimiter = /^([^\s${}\\][^${}\\\n]*|\\[a-zA-Z]+[^$\\\n]*)(?=\$|\\\)|\\\])/;
const onePiece = /^(?:-?\d+(?:\.\d+)?|[a-zA-Z](?![a-zA-Z])|\\[a-zA-Z]+(?:\{[^{}]*\})*)/;

/** "$\boxed{18}$, not $\boxed{20}$" answers 18. */
const denied = /(?:\bnot|\binstead of|\brather than|n['’]t)\s+(?:\$|\\[([])?\s*$/i;

/** "($\boxed{-17}$ is extraneous.)" answers nothing. */
const rejected =
  /^[$)\s\\\]]{0,6}(?:,\s)?(?:which|but (?:this|that|it)|this|that)?\s?(?:is|was|must be)\s(?:also\s)?(?:extraneous|invalid|rejected|discarded|not (?:valid|allowed)|wrong|incorrect)\b/;

/** The boxes in order, without those that the text denies, whatever braces stand inside. */
export function boxesIn(text: string): Box[] {
  // Most answers have none.
  if (!text.includes('ox')) return [];
  const all = [...text.matchAll(command)].flatMap((match) => {
    const start = match.index + match[0].length;
    const inside = text[start] === '{' ? betweenBraces(text, start) : withoutBraces(text.slice(start, start + longestBox));
    if (inside === undefined) return [];
    const end = start + inside.length + (text[start] === '{' ? 2 : 0);
    return [{ text: inside, at: match.index, end }];
  });
  const meant = all.filter(
    ({ at, end }) => !denied.test(text.slice(Math.max(0, at - 30), at)) && !rejected.test(text.slice(end, end + 60)),
  );
  return meant.length > 0 ? meant : all;
}

/** What stands in them. */
export function boxedTexts(text: string): string[] {
  return boxesIn(text).map((box) => box.text);
}

function betweenBraces(text: string, open: number): string | undefined {
  let depth = 0;
  for (let at = open; at < Math.min(text.length, open + longestBox); at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '{') depth += 1;
    else if (text[at] === '}') depth -= 1;
    if (depth === 0) return text.slice(open + 1, at);
  }
  return undefined;
}

function withoutBraces(rest: string): string | undefined {
  return upToDelimiter.exec(rest)?.[1] ?? onePiece.exec(rest)?.[0];
}
